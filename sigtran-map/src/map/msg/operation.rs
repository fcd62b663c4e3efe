//! Arguments and results, TS 29.002 17.7.1, and which of them belongs to which operation.
use super::{
    elements::{Proto, id},
    points::{Operation, RequestingNodeType},
    subscriber::*,
    values::{AddressString, GsnAddress, Imsi},
};
use crate::ber::{Any, List, Null, item, tag::*, tlv::Form};
use bytes::BytesMut;
use std::fmt;
use wire::{Error, Field, Gen, Hex, Kind, Octets, Reader, Result, Value};

wire::messages! {
    SendAuthenticationInfoArg, "TS 29.002 17.7.1" {
        req imsi [ctx(0)]: ImsiEl; req vectors [INTEGER]: NumberOfVectors; opt no_segmentation [NULL]: NoSegmentation;
        opt immediate [ctx(1)]: Immediate; opt resync [SEQUENCE]: Resync; opt extension [con(2)]: Extension;
        opt node_type [ctx(3)]: NodeType; opt plmn [ctx(4)]: RequestingPlmn;
        opt additional_vectors [ctx(5)]: AdditionalVectors; opt for_eps [ctx(6)]: ForEps;
    }
    ReSynchronisationInfo, "TS 29.002 17.7.1" { req rand [OCTETS]: Rand; req auts [OCTETS]: Auts; }
    /// Triplets or quintuplets, not both.
    SendAuthenticationInfoRes, "TS 29.002 17.7.1" {
        opt triplets [con(0)]: Triplets; opt quintuplets [con(1)]: Quintuplets; opt extension [SEQUENCE]: Extension; opt eps [con(2)]: EpsSet;
    }
    AuthenticationTriplet, "TS 29.002 17.7.1" { req rand [OCTETS]: Rand; req sres [OCTETS]: Sres; req kc [OCTETS]: Kc; }
    AuthenticationQuintuplet, "TS 29.002 17.7.1" {
        req rand [OCTETS]: Rand; req xres [OCTETS]: Xres; req ck [OCTETS]: Ck; req ik [OCTETS]: Ik; req autn [OCTETS]: Autn;
    }
    EpcAv, "TS 29.002 17.7.1" { req rand [OCTETS]: Rand; req xres [OCTETS]: Xres; req autn [OCTETS]: Autn; req kasme [OCTETS]: Kasme; opt extension [SEQUENCE]: Extension; }

    UpdateGprsLocationArg, "TS 29.002 17.7.1" {
        req imsi [OCTETS]: ImsiEl; req sgsn_number [OCTETS]: SgsnNumber; req sgsn_address [OCTETS]: SgsnAddress; opt extension [SEQUENCE]: Extension;
        opt capability [con(0)]: SgsnCapabilityEl; opt inform_previous [ctx(1)]: InformPrevious; opt no_ps_lcs [ctx(2)]: NoPsLcs; opt v_gmlc [ctx(3)]: VGmlcAddress;
    }
    SgsnCapability, "TS 29.002 17.7.1" {
        opt solsa [NULL]: Solsa; opt extension [con(1)]: Extension; opt gprs_enhancements [ctx(3)]: GprsEnhancements; opt camel_phases [ctx(4)]: CamelPhases;
        opt lcs_sets [ctx(5)]: LcsSets; opt camel4 [ctx(6)]: Camel4Csis; opt rat_types [ctx(8)]: RatTypes; opt features [ctx(9)]: Features;
    }
    UpdateGprsLocationRes, "TS 29.002 17.7.1" {
        req hlr_number [OCTETS]: HlrNumber; opt extension [SEQUENCE]: Extension; opt add_capability [NULL]: AddCapability; opt separation [ctx(0)]: SeparationSupported;
    }

    /// The subscriber is named by the IMSI, or by what `sequence` holds; else that is extensions.
    CancelLocationArg, "TS 29.002 17.7.1" { opt imsi [OCTETS]: ImsiEl; opt sequence [SEQUENCE]: WithLmsi; opt cancellation_type [ENUMERATED]: CancelType; }
    ImsiWithLmsi, "TS 29.002 17.7.8" { req imsi [OCTETS]: ImsiEl; req lmsi [OCTETS]: Lmsi; }
    CancelLocationRes, "TS 29.002 17.7.1" { opt extension [SEQUENCE]: Extension; }
    PurgeMsArg, "TS 29.002 17.7.1" { req imsi [OCTETS]: ImsiEl; opt vlr_number [ctx(0)]: VlrNumber; opt sgsn_number [ctx(1)]: SgsnNumber; opt extension [SEQUENCE]: Extension; }
    PurgeMsRes, "TS 29.002 17.7.1" { opt freeze_tmsi [ctx(0)]: FreezeTmsi; opt freeze_p_tmsi [ctx(1)]: FreezePTmsi; opt extension [SEQUENCE]: Extension; }
    ResetArg, "TS 29.002 17.7.1" { req hlr_number [OCTETS]: HlrNumber; opt hlr_list [SEQUENCE]: HlrIds; }
    ReadyForSmArg, "TS 29.002 17.7.6" { req imsi [ctx(0)]: ImsiEl; req reason [ENUMERATED]: Alert; opt indicator [NULL]: AlertIndicator; opt extension [SEQUENCE]: Extension; }
    ReadyForSmRes, "TS 29.002 17.7.6" { opt extension [SEQUENCE]: Extension; }
}

item! {
    AuthenticationTriplet = SEQUENCE, "AuthenticationTriplet";
    AuthenticationQuintuplet = SEQUENCE, "AuthenticationQuintuplet";
    EpcAv = SEQUENCE, "EPC-AV";
    HlrId = OCTETS, "HLR-Id";
}

/// XRES: 4 to 16 octets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Response(pub Octets);

impl fmt::Display for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Value for Response {
    fn write(&self, w: &mut BytesMut) {
        self.0.write(w);
    }
}

impl Field for Response {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        let n = r.left();
        if !(4..=16).contains(&n) {
            return Err(r.error(Kind::BadLength(n)));
        }
        Ok(Self(r.rest_bytes().into()))
    }
    fn sample(g: &mut Gen) -> Self {
        let n = g.below(13).saturating_add(4);
        Self((0..n).map(|_| g.next() as u8).collect::<Vec<_>>().into())
    }
}

/// The leading digits of the IMSIs of an HLR that lost its data; as an IMSI it may be shorter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HlrId(pub Octets);

impl HlrId {
    /// True for an IMSI that begins with these digits.
    pub fn matches(&self, imsi: &wire::Imsi) -> bool {
        wire::tbcd::read(&self.0).is_some_and(|d| {
            let same = d.iter().zip(imsi.digits().iter()).all(|(a, b)| a == b);
            same && d.len() <= imsi.digits().len()
        })
    }
}

impl From<wire::Digits> for HlrId {
    fn from(digits: wire::Digits) -> Self {
        let mut w = BytesMut::new();
        wire::tbcd::write(&digits, &mut w);
        Self(w.freeze().into())
    }
}

impl fmt::Display for HlrId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match wire::tbcd::read(&self.0) {
            Some(d) => d.fmt(f),
            None => self.0.fmt(f),
        }
    }
}

impl Value for HlrId {
    fn write(&self, w: &mut BytesMut) {
        self.0.write(w);
    }
}

impl Field for HlrId {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self(r.rest_bytes().into()))
    }
    fn sample(g: &mut Gen) -> Self {
        let mut w = BytesMut::new();
        Imsi::sample(g).write(&mut w);
        Self(w.freeze().into())
    }
}

/// Argument of version 2: the IMSI alone.
pub type SendAuthenticationInfoV2Arg = Imsi;
/// Result of version 2: triplets alone.
pub type SendAuthenticationInfoV2Res = List<AuthenticationTriplet>;
/// Argument of versions 1 and 2: the IMSI alone.
pub type CancelLocationV2Arg = Imsi;

/// Operation and tag together: versions of an operation differ in the tag.
const fn code(operation: Operation, tag: u64) -> u64 {
    (operation.0 as u64) << 32 | tag
}

wire::pdus! {
    /// The argument of an operation, by its code and the parameter's tag.
    pub enum Argument(u64) {
        SendAuthenticationInfoArg = code(Operation::SendAuthenticationInfo, SEQUENCE);
        UpdateGprsLocationArg = code(Operation::UpdateGprsLocation, SEQUENCE);
        InsertSubscriberDataArg = code(Operation::InsertSubscriberData, SEQUENCE);
        DeleteSubscriberDataArg = code(Operation::DeleteSubscriberData, SEQUENCE);
        CancelLocationArg = code(Operation::CancelLocation, con(3));
        PurgeMsArg = code(Operation::PurgeMs, con(3));
        ResetArg = code(Operation::Reset, SEQUENCE);
        ReadyForSmArg = code(Operation::ReadyForSm, SEQUENCE);
        SendAuthenticationInfoV2Arg = code(Operation::SendAuthenticationInfo, OCTETS);
    }
}

wire::pdus! {
    /// The result of an operation, by its code and the parameter's tag.
    pub enum Outcome(u64) {
        SendAuthenticationInfoRes = code(Operation::SendAuthenticationInfo, con(3));
        UpdateGprsLocationRes = code(Operation::UpdateGprsLocation, SEQUENCE);
        InsertSubscriberDataRes = code(Operation::InsertSubscriberData, SEQUENCE);
        DeleteSubscriberDataRes = code(Operation::DeleteSubscriberData, SEQUENCE);
        CancelLocationRes = code(Operation::CancelLocation, SEQUENCE);
        PurgeMsRes = code(Operation::PurgeMs, SEQUENCE);
        ReadyForSmRes = code(Operation::ReadyForSm, SEQUENCE);
        SendAuthenticationInfoV2Res = code(Operation::SendAuthenticationInfo, SEQUENCE);
    }
}

/// What arguments, results and errors share: they are parameters of components.
macro_rules! parameter {
    ($name:ident) => {
        impl $name {
            /// Reads a parameter that came with this code; the form of its length comes beside it.
            ///
            /// # Errors
            /// What is broken, at which octet of the message, in which element.
            pub fn of(code: u8, parameter: &Any) -> Result<(Self, Form)> {
                let t = parameter.tlv()?;
                let value = Self::read(u64::from(code) << 32 | t.tag, t.body)?;
                Ok((value, t.form))
            }

            /// The parameter.
            pub fn parameter(&self, form: Form) -> Any {
                Any::framed(self.code() & 0xffff_ffff, form, |w| self.write(w))
            }

            /// The code of the operation or error that it belongs to.
            pub fn belongs_to(&self) -> u8 {
                (self.code() >> 32) as u8
            }
        }
    };
}
pub(super) use parameter;
parameter!(Argument);
parameter!(Outcome);

/// A parameter of another tag than the code's, for an end point.
pub(super) fn mistyped(code: u64, parameter: &Any) -> Error {
    let e = Error::new(
        Kind::BadValue(code & 0xffff_ffff),
        parameter.at(),
        "parameter",
    );
    e.within(code & 0xffff_ffff, "parameter")
}

impl Argument {
    /// As [`Argument::of`], for an end point: another parameter than the operation's is an error.
    ///
    /// # Errors
    /// As [`Argument::of`].
    pub fn expect(operation: Operation, parameter: &Any) -> Result<Self> {
        match Self::of(operation.0, parameter)?.0 {
            Self::Other(code, _) => Err(mistyped(code, parameter)),
            known => Ok(known),
        }
    }
}

impl Outcome {
    /// As [`Outcome::of`], for an end point: another parameter than the operation's is an error.
    ///
    /// # Errors
    /// As [`Outcome::of`].
    pub fn expect(operation: Operation, parameter: &Any) -> Result<Self> {
        match Self::of(operation.0, parameter)?.0 {
            Self::Other(code, _) => Err(mistyped(code, parameter)),
            known => Ok(known),
        }
    }
}

impl SendAuthenticationInfoArg {
    /// What an SGSN asks for: up to `vectors` vectors, at once.
    pub fn sgsn(imsi: wire::Imsi, vectors: u8) -> Self {
        Self {
            imsi: imsi.into(),
            vectors,
            no_segmentation: None,
            immediate: Some(Null),
            resync: None,
            extension: None,
            node_type: Some(RequestingNodeType::Sgsn),
            plmn: None,
            additional_vectors: None,
            for_eps: None,
            other: Default::default(),
        }
    }

    /// The same after the USIM refused the sequence number.
    #[must_use]
    pub fn resynchronise(self, rand: [u8; 16], auts: [u8; 14]) -> Self {
        let resync = ReSynchronisationInfo {
            rand: Hex(rand),
            auts: Hex(auts),
            other: Default::default(),
        };
        Self {
            resync: Some(resync),
            ..self
        }
    }
}

impl AuthenticationQuintuplet {
    /// A vector for UMTS.
    pub fn new(rand: [u8; 16], xres: &[u8], ck: [u8; 16], ik: [u8; 16], autn: [u8; 16]) -> Self {
        Self {
            rand: Hex(rand),
            xres: Response(Octets::copy(xres)),
            ck: Hex(ck),
            ik: Hex(ik),
            autn: Hex(autn),
            other: Default::default(),
        }
    }
}

impl AuthenticationTriplet {
    /// A vector for GSM.
    pub fn new(rand: [u8; 16], sres: [u8; 4], kc: [u8; 8]) -> Self {
        Self {
            rand: Hex(rand),
            sres: Hex(sres),
            kc: Hex(kc),
            other: Default::default(),
        }
    }
}

impl SendAuthenticationInfoRes {
    /// Quintuplets.
    pub fn quintuplets(list: Vec<AuthenticationQuintuplet>) -> Self {
        Self {
            triplets: None,
            quintuplets: Some(list.into()),
            extension: None,
            eps: None,
            other: Default::default(),
        }
    }

    /// Triplets.
    pub fn triplets(list: Vec<AuthenticationTriplet>) -> Self {
        Self {
            triplets: Some(list.into()),
            ..Self::quintuplets(Vec::new())
        }
        .without_quintuplets()
    }

    fn without_quintuplets(self) -> Self {
        Self {
            quintuplets: None,
            ..self
        }
    }
}

impl UpdateGprsLocationArg {
    /// From an SGSN by its number and address.
    pub fn new(imsi: wire::Imsi, number: AddressString, address: GsnAddress) -> Self {
        Self {
            imsi: imsi.into(),
            sgsn_number: number,
            sgsn_address: address,
            extension: None,
            capability: None,
            inform_previous: None,
            no_ps_lcs: None,
            v_gmlc: None,
            other: Default::default(),
        }
    }
}

impl UpdateGprsLocationRes {
    /// From an HLR by its number.
    pub fn new(number: AddressString) -> Self {
        Self {
            hlr_number: number,
            extension: None,
            add_capability: None,
            separation: None,
            other: Default::default(),
        }
    }
}

impl CancelLocationArg {
    /// Whom, and why.
    pub fn new(imsi: wire::Imsi, why: super::CancellationType) -> Self {
        Self {
            imsi: Some(imsi.into()),
            sequence: None,
            cancellation_type: Some(why),
            other: Default::default(),
        }
    }

    /// The subscriber, whichever way it is named.
    pub fn subscriber(&self) -> Option<wire::Imsi> {
        let with_lmsi = || {
            let octets = &self.sequence.as_ref()?.0;
            let identity: Result<ImsiWithLmsi> = Reader::shared(octets).all();
            identity.ok().map(|i| i.imsi)
        };
        self.imsi.or_else(with_lmsi).map(|i| i.0)
    }
}

impl PurgeMsArg {
    /// By an SGSN with this number.
    pub fn new(imsi: wire::Imsi, sgsn: AddressString) -> Self {
        Self {
            imsi: imsi.into(),
            vlr_number: None,
            sgsn_number: Some(sgsn),
            extension: None,
            other: Default::default(),
        }
    }
}

impl PurgeMsRes {
    /// Which temporary identities must not be used again.
    pub fn frozen(tmsi: bool, p_tmsi: bool) -> Self {
        Self {
            freeze_tmsi: tmsi.then_some(Null),
            freeze_p_tmsi: p_tmsi.then_some(Null),
            extension: None,
            other: Default::default(),
        }
    }
}
