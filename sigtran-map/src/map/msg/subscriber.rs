//! Subscriber data, TS 29.002 17.7.1.
use super::{
    elements::{Proto, id},
    points::*,
};
use crate::ber::{item, tag::*};
use bytes::{BufMut, Bytes, BytesMut};
use wire::{Apn, Field, Gen, Hex, Octets, PdpAddress, QosProfile, Reader, Result, Value};

wire::messages! {
    InsertSubscriberDataArg, "TS 29.002 17.7.1" {
        opt imsi [ctx(0)]: ImsiEl; opt msisdn [ctx(1)]: Msisdn; opt category [ctx(2)]: Category; opt status [ctx(3)]: Status;
        opt odb [con(8)]: OdbDataEl; opt roaming_restricted [ctx(9)]: RoamingRestricted; opt zones [con(10)]: Zones;
        opt extension [con(14)]: Extension; opt gprs [con(16)]: GprsData; opt sgsn_restricted [ctx(23)]: SgsnRestricted;
        opt access_mode [ctx(24)]: AccessMode; opt charging [ctx(18)]: Charging; opt access_restriction [ctx(19)]: AccessRestriction;
    }
    InsertSubscriberDataRes, "TS 29.002 17.7.1" {
        opt odb [ctx(4)]: OdbGeneral; opt regional [ctx(5)]: RegionalResponse; opt camel_phases [ctx(6)]: CamelPhases;
        opt extension [con(7)]: Extension; opt camel4 [ctx(8)]: Camel4Csis; opt features [ctx(9)]: Features;
    }
    DeleteSubscriberDataArg, "TS 29.002 17.7.1" {
        req imsi [ctx(0)]: ImsiEl; opt roaming_restricted [ctx(4)]: RoamingRestricted; opt zone [ctx(5)]: ZoneId;
        opt extension [con(6)]: Extension; opt gprs [con(10)]: Withdraw; opt sgsn_restricted [ctx(11)]: SgsnRestricted;
        opt charging [ctx(16)]: ChargingWithdraw;
    }
    DeleteSubscriberDataRes, "TS 29.002 17.7.1" { opt regional [ctx(0)]: RegionalResponse; opt extension [SEQUENCE]: Extension; }
    GprsSubscriptionData, "TS 29.002 17.7.1" {
        opt complete [NULL]: Complete; req list [con(1)]: GprsDataList; opt extension [con(2)]: Extension; opt oi_replacement [ctx(3)]: OiReplacement;
    }
    PdpContext, "TS 29.002 17.7.1" {
        req id [INTEGER]: ContextId; req pdp_type [ctx(16)]: PdpType; opt address [ctx(17)]: PdpAddressEl; req qos [ctx(18)]: Qos;
        opt vplmn_allowed [ctx(19)]: VplmnAllowed; req apn [ctx(20)]: ApnEl; opt extension [con(21)]: Extension;
        opt ext_qos [ctx(0)]: ExtQos; opt charging [ctx(1)]: PdpCharging;
    }
    OdbData, "TS 29.002 17.7.1" { req general [BITS]: OdbGeneral; opt hplmn [BITS]: OdbHplmn; opt extension [SEQUENCE]: Extension; }
    /// One of them stands there.
    GprsSubscriptionDataWithdraw, "TS 29.002 17.7.1" { opt all [NULL]: AllGprsData; opt contexts [SEQUENCE]: ContextIds; }
}

item! {
    PdpContext = SEQUENCE, "PDP-Context";
    ContextIdItem = INTEGER, "ContextId";
}

/// The identifier of a PDP context in a list of them: 1 to 50.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContextIdItem(pub u8);

impl std::fmt::Display for ContextIdItem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Value for ContextIdItem {
    fn write(&self, w: &mut BytesMut) {
        self.0.write(w);
    }
    fn json(&self) -> serde_json::Value {
        self.0.into()
    }
}

impl Field for ContextIdItem {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self(r.u8()?))
    }
    fn sample(g: &mut Gen) -> Self {
        Self(g.below(50).saturating_add(1) as u8)
    }
}

impl InsertSubscriberDataArg {
    /// Without anything: what is set is inserted.
    pub fn empty() -> Self {
        Self {
            imsi: None,
            msisdn: None,
            category: None,
            status: None,
            odb: None,
            roaming_restricted: None,
            zones: None,
            extension: None,
            gprs: None,
            sgsn_restricted: None,
            access_mode: None,
            charging: None,
            access_restriction: None,
            other: Default::default(),
        }
    }
}

impl InsertSubscriberDataRes {
    /// Everything was taken over.
    pub fn empty() -> Self {
        Self {
            odb: None,
            regional: None,
            camel_phases: None,
            extension: None,
            camel4: None,
            features: None,
            other: Default::default(),
        }
    }
}

impl PdpContext {
    /// A context: its address where it is fixed, its quality with the allocation/retention priority
    /// that GTP puts in front (TS 29.002 17.7.1: octets 3 to 5 apart from the rest).
    pub fn new(id: u8, address: &PdpAddress, priority: u8, qos: &QosProfile, apn: Apn) -> Self {
        let mut ext = BytesMut::new();
        let (short, long) = qos.0.split_at_checked(3).unwrap_or((&qos.0, &[]));
        ext.put_u8(priority);
        ext.extend_from_slice(long.get(..long.len().min(8)).unwrap_or(&[]));
        let mut first = [0; 3];
        first.iter_mut().zip(short).for_each(|(to, b)| *to = *b);
        Self {
            id,
            pdp_type: Hex([0xf0 | (address.organisation & 15), address.number]),
            address: (!address.address.is_empty()).then(|| Octets(address.address.clone())),
            qos: Hex(first),
            vplmn_allowed: None,
            apn,
            extension: None,
            ext_qos: Some(Octets(ext.freeze())),
            charging: None,
            other: Default::default(),
        }
    }

    /// The address, empty where it is to be assigned.
    pub fn pdp_address(&self) -> PdpAddress {
        let Hex([organisation, number]) = self.pdp_type;
        PdpAddress {
            organisation: organisation & 15,
            number,
            address: self
                .address
                .as_ref()
                .map_or_else(Bytes::new, |a| a.0.clone()),
        }
    }

    /// The quality as SM has it, behind its allocation/retention priority.
    pub fn profile(&self) -> (Option<u8>, QosProfile) {
        let mut w = BytesMut::new();
        self.qos.write(&mut w);
        let ext = self.ext_qos.as_ref().map_or(&[][..], |o| o);
        let (priority, rest) = ext
            .split_first()
            .map_or((None, ext), |(p, r)| (Some(*p), r));
        w.extend_from_slice(rest);
        (priority, QosProfile(w.freeze()))
    }
}

impl GprsSubscriptionData {
    /// All contexts of a subscriber.
    pub fn complete(list: Vec<PdpContext>) -> Self {
        Self {
            complete: Some(crate::ber::Null),
            list: list.into(),
            extension: None,
            oi_replacement: None,
            other: Default::default(),
        }
    }
}

/// Of all subscriber data that MAP knows, what an SGSN needs for one subscriber.
impl From<GprsSubscriptionData> for InsertSubscriberDataArg {
    fn from(gprs: GprsSubscriptionData) -> Self {
        Self {
            status: Some(SubscriberStatus::ServiceGranted),
            gprs: Some(gprs),
            access_mode: Some(NetworkAccessMode::OnlyPacket),
            ..Self::empty()
        }
    }
}
