//! What a gateway says to the protocol configuration options of a request: name servers, asked for
//! by a container of their own or by IPCP (TS 24.008 10.5.6.3, TS 29.061 11.2.1.2).
use bytes::{BufMut, BytesMut};
use std::net::Ipv4Addr;
use wire::{Octets, Pco, PcoItem, Reader, Result};

/// Container "DNS Server IPv4 Address Request", in the answer "DNS Server IPv4 Address".
const DNS_IPV4: u16 = 0x000d;
/// Protocol IPCP.
const IPCP: u16 = 0x8021;

/// Configure-Request, RFC 1661 5.1.
const REQUEST: u8 = 1;
/// Configure-Ack, RFC 1661 5.2.
const ACK: u8 = 2;
/// Configure-Nak, RFC 1661 5.3.
const NAK: u8 = 3;
/// Configure-Reject, RFC 1661 5.4.
const REJECT: u8 = 4;

/// Options Primary and Secondary DNS Server Address, RFC 1877 1.1 and 1.3.
const DNS_OPTIONS: [u8; 2] = [129, 131];

/// The answer to what was asked; `None` where there is nothing to say.
pub(super) fn answer(asked: &Pco, dns: &[Ipv4Addr]) -> Option<Pco> {
    let mut items = Vec::new();
    // what cannot be read is ignored, with all behind it
    for item in asked.items().map_while(Result::ok) {
        match item.id {
            DNS_IPV4 => items.extend(dns.iter().take(2).map(|a| PcoItem {
                id: DNS_IPV4,
                contents: Octets::copy(&a.octets()),
            })),
            IPCP => items.extend(
                ipcp(&item.contents, dns)
                    .ok()
                    .flatten()
                    .map(|contents| PcoItem { id: IPCP, contents }),
            ),
            _ => {}
        }
    }
    (!items.is_empty()).then(|| Pco::new(&items))
}

/// The answer to an IPCP packet that is a Configure-Request: Reject names the options that the
/// gateway has nothing for, Nak gives the values that it wants instead, Ack takes all.
fn ipcp(packet: &[u8], dns: &[Ipv4Addr]) -> Result<Option<Octets>> {
    let mut r = Reader::new(packet);
    let (code, identifier) = (r.u8()?, r.u8()?);
    let length = usize::from(r.u16()?);
    if code != REQUEST {
        return Ok(None);
    }
    let mut options = r.sub(length.saturating_sub(4))?;
    let all = options.peek();
    let (mut wanted, mut rejected) = (BytesMut::new(), BytesMut::new());
    while !options.is_empty() {
        let (kind, n) = (options.u8()?, options.u8()?);
        let value = options.take(usize::from(n).saturating_sub(2))?;
        let ours = DNS_OPTIONS.iter().zip(dns).find(|(k, _)| **k == kind);
        match ours {
            Some((_, a)) if value == a.octets() => {}
            Some((_, a)) => {
                wanted.put_slice(&[kind, 6]);
                wanted.put_slice(&a.octets());
            }
            None => {
                rejected.put_slice(&[kind, n]);
                rejected.put_slice(value);
            }
        }
    }
    let (code, options) = match (rejected.is_empty(), wanted.is_empty()) {
        (false, _) => (REJECT, &rejected[..]),
        (true, false) => (NAK, &wanted[..]),
        (true, true) => (ACK, all),
    };
    let mut w = BytesMut::new();
    w.put_slice(&[code, identifier]);
    w.put_u16(options.len() as u16 + 4);
    w.put_slice(options);
    Ok(Some(Octets(w.freeze())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DNS: [Ipv4Addr; 2] = [Ipv4Addr::new(10, 32, 0, 53), Ipv4Addr::new(10, 32, 0, 54)];

    fn pco(items: &[(u16, &[u8])]) -> Pco {
        let item = |(id, contents): &(u16, &[u8])| PcoItem {
            id: *id,
            contents: Octets::copy(contents),
        };
        Pco::new(&items.iter().map(item).collect::<Vec<_>>())
    }

    /// A Configure-Request as phones send it: both name servers, 0.0.0.0.
    const PHONE: [u8; 16] = [1, 7, 0, 16, 129, 6, 0, 0, 0, 0, 131, 6, 0, 0, 0, 0];

    #[test]
    fn name_servers_by_container_and_by_ipcp() {
        let asked = pco(&[(IPCP, &PHONE), (DNS_IPV4, &[]), (0x000a, &[])]);
        let nak = [3, 7, 0, 16, 129, 6, 10, 32, 0, 53, 131, 6, 10, 32, 0, 54];
        let told = pco(&[
            (IPCP, &nak),
            (DNS_IPV4, &[10, 32, 0, 53]),
            (DNS_IPV4, &[10, 32, 0, 54]),
        ]);
        assert_eq!(answer(&asked, &DNS), Some(told));
    }

    #[test]
    fn the_values_that_were_told_are_acknowledged() {
        let ours = [1, 8, 0, 10, 129, 6, 10, 32, 0, 53];
        let ack = [2, 8, 0, 10, 129, 6, 10, 32, 0, 53];
        assert_eq!(
            answer(&pco(&[(IPCP, &ours)]), &DNS),
            Some(pco(&[(IPCP, &ack)]))
        );
    }

    #[test]
    fn what_the_gateway_does_not_have_is_rejected() {
        // one name server: the second option is rejected; a name server for NetBIOS never comes
        let reject = [4, 7, 0, 10, 131, 6, 0, 0, 0, 0];
        let one = answer(&pco(&[(IPCP, &PHONE)]), &DNS[..1]);
        assert_eq!(one, Some(pco(&[(IPCP, &reject)])));
        let netbios = [1, 1, 0, 10, 130, 6, 0, 0, 0, 0];
        let reject = [4, 1, 0, 10, 130, 6, 0, 0, 0, 0];
        let none = answer(&pco(&[(IPCP, &netbios), (DNS_IPV4, &[])]), &[]);
        assert_eq!(none, Some(pco(&[(IPCP, &reject)])));
    }

    #[test]
    fn nothing_to_say() {
        assert_eq!(answer(&pco(&[(DNS_IPV4, &[])]), &[]), None);
        assert_eq!(answer(&pco(&[(0x000c, &[])]), &DNS), None);
        // an Ack, and requests that are cut short or lie about their lengths
        for packet in [
            &[2, 1, 0, 4][..],
            &[1],
            &[1, 1, 0, 40, 129],
            &[1, 1, 0, 6, 129, 9],
        ] {
            assert_eq!(answer(&pco(&[(IPCP, packet)]), &DNS), None, "{packet:?}");
        }
    }
}
