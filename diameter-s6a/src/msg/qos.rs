//! The QoS of a PDP context as a subscription carries it: TS 29.272 7.3.77, octets of TS 29.002
//! (QoS-Subscribed, then Ext-QoS-Subscribed and its extensions) one after the other.
use bytes::{BufMut, BytesMut};
use wire::{Octets, QosProfile};

/// QoS-Subscribed of a profile: its first three octets, allocation/retention priority, the rest.
pub fn qos_subscribed(priority: u8, profile: &QosProfile) -> Octets {
    let mut w = BytesMut::with_capacity(profile.0.len().saturating_add(1));
    let (first, rest) = profile.0.split_at(profile.0.len().min(3));
    w.put_slice(first);
    if !rest.is_empty() {
        w.put_u8(priority);
        w.put_slice(rest);
    }
    w.freeze().into()
}

/// Priority (where it is told) and profile of a QoS-Subscribed; `None` below three octets.
pub fn subscribed_qos(qos: &Octets) -> Option<(Option<u8>, QosProfile)> {
    let (first, rest) = qos.split_at_checked(3)?;
    let mut w = BytesMut::from(first);
    let priority = rest.split_first().map(|(p, rest)| {
        w.put_slice(rest);
        *p
    });
    Some((priority, QosProfile(w.freeze())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let q = QosProfile::background_64k();
        let avp = qos_subscribed(2, &q);
        assert_eq!((avp.len(), avp[3]), (12, 2));
        assert_eq!(subscribed_qos(&avp), Some((Some(2), q)));
        let old = Octets::from(vec![1, 2, 3]);
        assert_eq!(subscribed_qos(&old).unwrap().0, None);
        assert_eq!(subscribed_qos(&Octets::from(vec![1, 2])), None);
    }
}
