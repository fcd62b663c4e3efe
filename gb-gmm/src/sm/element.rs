//! The optional elements of SM, TS 24.008 9.5. An IEI that means different things in different
//! messages has the message type in the octet above.
use super::{Cause, value::*};
use crate::nas::{
    Form::{Fixed, Half as OneHalf, Long, Longer},
    GprsTimer3, Half,
};
use wire::{Apn, Octets, Pco, PdpAddress, QosProfile};

crate::nas::frame::framing!(Proto);

wire::elements! { Proto:
    ProtocolConfigurationOptions = 0x27, Long, Pco, "Protocol configuration options", "TS 24.008 10.5.6.3";
    AccessPointName = 0x28, Long, Apn, "Access point name", "TS 24.008 10.5.6.1";
    PdpAddr = 0x2b, Long, PdpAddress, "Packet data protocol address", "TS 24.008 10.5.6.4";
    NewQos = 0x30, Long, QosProfile, "New QoS", "TS 24.008 10.5.6.5";
    NewTft = 0x31, Long, Octets, "New TFT", "TS 24.008 10.5.6.12";
    NewLlcSapi = 0x32, Fixed(1), LlcSapi, "LLC service access point identifier", "TS 24.008 10.5.6.9";
    Nbifom = 0x33, Long, Octets, "NBIFOM container", "TS 24.008 10.5.6.21";
    PacketFlowId = 0x34, Long, u8, "Packet Flow Identifier", "TS 24.008 10.5.6.11";
    MbmsOptions = 0x35, Long, Octets, "MBMS protocol configuration options", "TS 24.008 10.5.6.15";
    Tft = 0x36, Long, Octets, "TFT", "TS 24.008 10.5.6.12";
    BackOffTimer = 0x37, Long, GprsTimer3, "Back-off timer value", "TS 24.008 10.5.7.4a";
    SmCause = 0x39, Long, Cause, "SM cause", "TS 24.008 10.5.6.6a";
    ReAttemptIndicator = 0x6b, Long, ReAttempt, "Re-attempt indicator", "TS 24.008 10.5.6.5a";
    ExtendedOptions = 0x7b, Longer, Octets, "Extended protocol configuration options", "TS 24.008 10.5.6.3a";
    NewRadioPriority = 0x80, OneHalf, Half, "New radio priority", "TS 24.008 10.5.7.2";
    TearDown = 0x90, OneHalf, Half, "Tear down indicator", "TS 24.008 10.5.6.10";
    Request = 0xa0, OneHalf, Half, "Request type", "TS 24.008 10.5.6.17";
    ConnectivityType = 0xb0, OneHalf, Half, "Connectivity type", "TS 24.008 10.5.6.19";
    DeviceProperties = 0xc0, OneHalf, Half, "Device properties", "TS 24.008 10.5.7.8";
    WlanOffload = 0x1_00c0, OneHalf, Half, "WLAN offload acceptability", "TS 24.008 10.5.6.20";
}
