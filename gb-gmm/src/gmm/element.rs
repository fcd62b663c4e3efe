//! The optional elements of GMM, TS 24.008 9.4. An IEI that means different things in different
//! messages has the message type in the octet above.
use super::Cause;
use crate::nas::{
    Form::{Fixed, Flag, Half as OneHalf, Long},
    GprsTimer, GprsTimer3, Half, MobileIdentity, MsNetworkCapability, Present,
};
use wire::{Hex, Octets, Rai};

crate::nas::frame::framing!(Proto);

wire::elements! { Proto:
    MobileStationClassmark2 = 0x11, Long, Octets, "Mobile station classmark 2", "TS 24.008 10.5.1.6";
    TmsiBasedNri = 0x10, Long, Octets, "TMSI based NRI container", "TS 24.008 10.5.5.31";
    OldLai = 0x14, Long, Hex<5>, "Old location area identification", "TS 24.008 10.5.5.30";
    ReadyTimer = 0x17, Fixed(1), GprsTimer, "READY timer value", "TS 24.008 10.5.7.3";
    Ptmsi = 0x18, Long, MobileIdentity, "P-TMSI", "TS 24.008 10.5.1.4";
    PtmsiSignature = 0x19, Fixed(3), Hex<3>, "P-TMSI signature", "TS 24.008 10.5.5.8";
    PtmsiSignature2 = 0x05_19, Long, Hex<3>, "P-TMSI signature", "TS 24.008 10.5.5.8a";
    AdditionalIdentity = 0x1a, Long, MobileIdentity, "Additional mobile identity", "TS 24.008 10.5.1.4";
    AdditionalOldRai = 0x1b, Long, Rai, "Additional old RAI", "TS 24.008 10.5.5.15a";
    MobileStationClassmark3 = 0x20, Long, Octets, "Mobile station classmark 3", "TS 24.008 10.5.1.7";
    Rand = 0x21, Fixed(16), Hex<16>, "Authentication parameter RAND", "TS 24.008 10.5.3.1";
    Res = 0x22, Fixed(4), Hex<4>, "Authentication parameter Response", "TS 24.008 10.5.3.2";
    Imeisv = 0x13_23, Long, MobileIdentity, "IMEISV", "TS 24.008 10.5.1.4";
    MsIdentity = 0x23, Long, MobileIdentity, "MS identity", "TS 24.008 10.5.1.4";
    GmmCause = 0x25, Fixed(1), Cause, "GMM cause", "TS 24.008 10.5.5.14";
    ReceiveNpduNumbers = 0x26, Long, Octets, "List of Receive N-PDU Numbers", "TS 24.008 10.5.5.11";
    DrxParameter = 0x08_27, Fixed(2), crate::nas::Drx, "DRX parameter", "TS 24.008 10.5.5.6";
    InterRatHandover = 0x27, Long, Octets, "Inter RAT handover information", "TS 24.008 10.5.5.24";
    Autn = 0x28, Long, Hex<16>, "Authentication parameter AUTN", "TS 24.008 10.5.3.1.1";
    ExtendedRes = 0x29, Long, Octets, "Authentication parameter Response (extension)", "TS 24.008 10.5.3.2.1";
    T3302 = 0x2a, Long, GprsTimer, "T3302 value", "TS 24.008 10.5.7.4";
    EutranHandover = 0x2b, Long, Octets, "E-UTRAN inter RAT handover information", "TS 24.008 10.5.5.28";
    Auts = 0x30, Long, Hex<14>, "Authentication Failure parameter", "TS 24.008 10.5.3.2.2";
    NetworkCapability = 0x31, Long, MsNetworkCapability, "MS network capability", "TS 24.008 10.5.5.12";
    PdpContextStatus = 0x32, Long, u16, "PDP context status", "TS 24.008 10.5.7.1";
    PsLcsCapability = 0x33, Long, Octets, "PS LCS Capability", "TS 24.008 10.5.5.22";
    EmergencyNumbers = 0x34, Long, Octets, "Emergency Number List", "TS 24.008 10.5.3.13";
    MbmsContextStatus = 0x35, Long, Octets, "MBMS context status", "TS 24.008 10.5.7.6";
    UplinkDataStatus = 0x36, Long, u16, "Uplink data status", "TS 24.008 10.5.7.7";
    T3319 = 0x37, Long, GprsTimer, "T3319 value", "TS 24.008 10.5.7.4";
    T3323 = 0x38, Long, GprsTimer, "T3323 value", "TS 24.008 10.5.7.4";
    T3312Extended = 0x39, Long, GprsTimer3, "T3312 extended value", "TS 24.008 10.5.7.4a";
    T3346 = 0x3a, Long, GprsTimer, "T3346 value", "TS 24.008 10.5.7.4";
    SupportedCodecs = 0x40, Long, Octets, "Supported Codecs", "TS 24.008 10.5.4.32";
    FullName = 0x43, Long, Octets, "Full name for network", "TS 24.008 10.5.3.5a";
    ShortName = 0x45, Long, Octets, "Short name for network", "TS 24.008 10.5.3.5a";
    TimeZone = 0x46, Fixed(1), Hex<1>, "Local time zone", "TS 24.008 10.5.3.8";
    UniversalTime = 0x47, Fixed(7), Hex<7>, "Universal time and local time zone", "TS 24.008 10.5.3.9";
    LsaIdentity = 0x48, Long, Octets, "LSA Identity", "TS 24.008 10.5.3.11";
    DaylightSaving = 0x49, Long, u8, "Network Daylight Saving Time", "TS 24.008 10.5.3.12";
    EquivalentPlmns = 0x4a, Long, Octets, "Equivalent PLMNs", "TS 24.008 10.5.1.13";
    UeNetworkCapability = 0x58, Long, Octets, "UE network capability", "TS 24.008 10.5.5.26";
    VoiceDomainPreference = 0x5d, Long, u8, "Voice domain preference and UE's usage setting", "TS 24.008 10.5.5.28";
    AdditionalNetworkFeatures = 0x66, Long, u8, "Additional network feature support", "TS 24.008 10.5.5.23A";
    T3324 = 0x6a, Long, GprsTimer, "T3324 value", "TS 24.008 10.5.7.4";
    ExtendedDrx = 0x6e, Long, u8, "Extended DRX parameters", "TS 24.008 10.5.5.32";
    Cksn = 0x80, OneHalf, Half, "GPRS ciphering key sequence number", "TS 24.008 10.5.1.2";
    CellNotification = 0x8c, Flag, Present, "Cell Notification", "TS 24.008 10.5.5.21";
    TmsiStatus = 0x90, OneHalf, Half, "TMSI status", "TS 24.008 10.5.5.4";
    RequestedMsInformation = 0xa0, OneHalf, Half, "Requested MS information", "TS 24.008 10.5.5.25";
    NetworkFeatureSupport = 0xb0, OneHalf, Half, "Network feature support", "TS 24.008 10.5.5.23";
    MsNetworkFeatureSupport = 0xc0, OneHalf, Half, "MS network feature support", "TS 24.008 10.5.1.15";
    DeviceProperties = 0xd0, OneHalf, Half, "Device properties", "TS 24.008 10.5.7.8";
    PtmsiType = 0xe0, OneHalf, Half, "P-TMSI type", "TS 24.008 10.5.5.29";
    AdditionalUpdateType = 0xf0, OneHalf, Half, "Additional update type", "TS 24.008 10.5.5.0";
}
