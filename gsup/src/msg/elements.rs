//! The element table: all elements are type, length in one octet, value.
use super::{
    AuthTuple, CancelType, Cause, CnDomain, ImeiResult, Imsi, MessageClass, Name, Number, PdpInfo,
    Present, RatType, RatTypes, SessionState,
};
use bytes::{BufMut, BytesMut};
use wire::{
    Apn, Element, Framing, Hex, Info, Octets, PdpAddress, Reader, Result, Slot, Value, with_len,
};

/// The elements of GSUP.
#[derive(Debug)]
pub enum Proto {}

/// How an element stands on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Type, length in one octet, value.
    Tlv,
}
use Form::Tlv;

wire::elements! { Proto:
    Imsi = 0x01, Tlv, Imsi, "IMSI", "OsmoHLR manual, GSUP";
    Cause = 0x02, Tlv, Cause, "Cause", "TS 24.008 10.5.5.14";
    AuthTuple = 0x03, Tlv, AuthTuple, "Auth Tuple", "OsmoHLR manual, GSUP";
    PdpInfoComplete = 0x04, Tlv, Present, "PDP Info Complete", "OsmoHLR manual, GSUP";
    PdpInfo = 0x05, Tlv, PdpInfo, "PDP Info", "OsmoHLR manual, GSUP";
    CancelType = 0x06, Tlv, CancelType, "Cancel Type", "OsmoHLR manual, GSUP";
    FreezePTmsi = 0x07, Tlv, Present, "Freeze P-TMSI", "TS 29.002 8.1.6";
    Msisdn = 0x08, Tlv, Number, "MSISDN", "TS 29.002 17.7.8";
    HlrNumber = 0x09, Tlv, Number, "HLR Number", "TS 29.002 17.7.8";
    MessageClass = 0x0a, Tlv, MessageClass, "Message Class", "OsmoHLR manual, GSUP";
    PdpContextId = 0x10, Tlv, u8, "PDP Context ID", "TS 29.002 17.7.1";
    PdpAddress = 0x11, Tlv, PdpAddress, "PDP Address", "TS 29.060 7.7.27";
    Apn = 0x12, Tlv, Apn, "Access Point Name", "TS 23.003 9.1";
    PdpQos = 0x13, Tlv, Octets, "PDP QoS", "TS 24.008 10.5.6.5";
    ChargingCharacteristics = 0x14, Tlv, Octets, "Charging Characteristics", "TS 32.298 5.1.2.2.7";
    Rand = 0x20, Tlv, Hex<16>, "RAND", "TS 33.102 6.3.2";
    Sres = 0x21, Tlv, Hex<4>, "SRES", "TS 43.020 C.2";
    Kc = 0x22, Tlv, Hex<8>, "Kc", "TS 43.020 C.3";
    Ik = 0x23, Tlv, Hex<16>, "IK", "TS 33.102 6.3.2";
    Ck = 0x24, Tlv, Hex<16>, "CK", "TS 33.102 6.3.2";
    Autn = 0x25, Tlv, Hex<16>, "AUTN", "TS 33.102 6.3.2";
    Auts = 0x26, Tlv, Hex<14>, "AUTS", "TS 33.102 6.3.3";
    Res = 0x27, Tlv, Octets, "RES", "TS 33.102 6.3.2";
    CnDomain = 0x28, Tlv, CnDomain, "CN Domain", "OsmoHLR manual, GSUP";
    SupportedRatTypes = 0x29, Tlv, RatTypes, "Supported RAT Types", "OsmoHLR manual, GSUP";
    CurrentRatType = 0x2a, Tlv, RatType, "Current RAT Type", "OsmoHLR manual, GSUP";
    SessionId = 0x30, Tlv, u32, "Session ID", "OsmoHLR manual, GSUP";
    SessionState = 0x31, Tlv, SessionState, "Session State", "OsmoHLR manual, GSUP";
    SsInfo = 0x35, Tlv, Octets, "Supplementary Service Info", "TS 24.080 3.6";
    SmRpMr = 0x40, Tlv, u8, "SM-RP-MR", "TS 24.011 7.3";
    SmRpDa = 0x41, Tlv, Octets, "SM-RP-DA", "TS 29.002 7.6.8.1";
    SmRpOa = 0x42, Tlv, Octets, "SM-RP-OA", "TS 29.002 7.6.8.2";
    SmRpUi = 0x43, Tlv, Octets, "SM-RP-UI", "TS 29.002 7.6.8.4";
    SmRpCause = 0x44, Tlv, u8, "SM-RP-Cause", "TS 24.011 8.2.5.4";
    SmRpMms = 0x45, Tlv, u8, "SM-RP-MMS", "TS 29.002 7.6.8.7";
    SmAlertReason = 0x46, Tlv, u8, "SM Alert Reason", "TS 29.002 7.6.8.8";
    Imei = 0x50, Tlv, Octets, "IMEI", "TS 23.003 6.2";
    ImeiResult = 0x51, Tlv, ImeiResult, "IMEI Check Result", "OsmoHLR manual, GSUP";
    NumVectorsRequested = 0x52, Tlv, u8, "Number of Vectors Requested", "OsmoHLR manual, GSUP";
    SourceName = 0x60, Tlv, Name, "Source Name", "OsmoHLR manual, GSUP";
    DestinationName = 0x61, Tlv, Name, "Destination Name", "OsmoHLR manual, GSUP";
    AnApdu = 0x62, Tlv, Octets, "AN-APDU", "TS 29.002 7.6.9.1";
    CauseRr = 0x63, Tlv, u8, "RR Cause", "TS 44.018 10.5.2.31";
    CauseBssap = 0x64, Tlv, Octets, "BSSAP Cause", "TS 48.008 3.2.2.5";
    CauseSm = 0x65, Tlv, u8, "Session Management Cause", "TS 24.008 10.5.6.6";
    Pco = 0x66, Tlv, Octets, "Protocol Configuration Options", "TS 24.008 10.5.6.3";
}

impl Framing for Proto {
    type Form = Form;

    #[inline]
    fn next<'a>(r: &mut Reader<'a>, _: &[Slot<Form>]) -> Result<Element<'a>> {
        let at = r.at();
        let key = u64::from(r.u8()?);
        let name = || wire::table::name::<Self>(key);
        let n = r.u8().map_err(|e| e.within(key, name()))?;
        let body = r.sub(n.into()).map_err(|e| e.within(key, name()))?;
        Ok(Element {
            key,
            flags: 0,
            at,
            body,
        })
    }

    #[inline]
    fn put(key: u64, _: u8, body: &dyn Value, w: &mut BytesMut) {
        w.put_u8(key as u8);
        with_len(1, w, |w| body.write(w));
    }

    #[inline]
    fn info(key: u64) -> Option<&'static Info<Form>> {
        info(key)
    }
}
