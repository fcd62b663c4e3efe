//! The messages of the network service, TS 48.016 clause 9. Those of the IP sub-network service
//! (SNS) are kept as octets.
use super::tlv::{Form::Short, framing};
use bytes::{Bytes, BytesMut};
use wire::{Error, Kind, Octets, Reader, Result};

wire::code_points! {
    /// Cause, TS 48.016 10.3.2.
    pub struct Cause(u8) {
        TransitNetworkFailure = 0, "Transit network failure";
        OmIntervention = 1, "O&M intervention";
        EquipmentFailure = 2, "Equipment failure";
        NsVcBlocked = 3, "NS-VC blocked";
        NsVcUnknown = 4, "NS-VC unknown";
        BvciUnknown = 5, "BVCI unknown on that NSE";
        SemanticallyIncorrectPdu = 8, "Semantically incorrect PDU";
        PduNotCompatible = 10, "PDU not compatible with the protocol state";
        ProtocolError = 11, "Protocol error - unspecified";
        InvalidEssentialIe = 12, "Invalid essential IE";
        MissingEssentialIe = 13, "Missing essential IE";
        InvalidNumberOfIp4 = 14, "Invalid number of IPv4 Endpoints";
        InvalidNumberOfIp6 = 15, "Invalid number of IPv6 Endpoints";
        InvalidNumberOfNsVcs = 16, "Invalid number of NS-VCs";
        InvalidWeights = 17, "Invalid weights";
        UnknownIpEndpoint = 18, "Unknown IP endpoint";
        UnknownIpAddress = 19, "Unknown IP address";
        IpTestFailed = 20, "IP test failed";
    }
}

/// The network service of the Gb interface.
pub enum Proto {}

wire::elements! { Proto:
    Cause = 0x00, Short, Cause, "Cause", "TS 48.016 10.3.2";
    NsVci = 0x01, Short, u16, "NS-VCI", "TS 48.016 10.3.5";
    NsPdu = 0x02, Short, Octets, "NS PDU", "TS 48.016 10.3.4";
    Bvci = 0x03, Short, u16, "BVCI", "TS 48.016 10.3.1";
    Nsei = 0x04, Short, u16, "NSEI", "TS 48.016 10.3.6";
}

framing!(Proto);

mod table {
    use super::{Proto, id};
    wire::messages! {
        /// Asks for a new start of the NS-VC.
        NsReset, "TS 48.016 9.2.5" { req cause: Cause; req ns_vci: NsVci; req nsei: Nsei; }
        /// Answers the above.
        NsResetAck, "TS 48.016 9.2.6" { req ns_vci: NsVci; req nsei: Nsei; }
        /// Takes the NS-VC out of use.
        NsBlock, "TS 48.016 9.2.3" { req cause: Cause; req ns_vci: NsVci; }
        /// Answers the above.
        NsBlockAck, "TS 48.016 9.2.4" { req ns_vci: NsVci; }
        /// Takes the NS-VC into use.
        NsUnblock, "TS 48.016 9.2.9" { }
        /// Answers the above.
        NsUnblockAck, "TS 48.016 9.2.10" { }
        /// Says what was wrong with a message.
        NsStatus, "TS 48.016 9.2.7" {
            req cause: Cause; opt ns_vci: NsVci; opt ns_pdu: NsPdu; opt bvci: Bvci;
        }
        /// Asks whether the peer is there.
        NsAlive, "TS 48.016 9.2.1" { }
        /// Answers the above.
        NsAliveAck, "TS 48.016 9.2.2" { }
    }
}
pub use table::*;

wire::bits! {
    /// NS SDU control bits, TS 48.016 10.3.9.
    pub struct Control(u8) {
        confirm: bool [1..=1], "confirm change flow";
        request: bool [0..=0], "request change flow";
    }
}

mod unitdata {
    use super::Control;
    use wire::{Field, Gen, Octets, Reader, Result, Value, reexport::BytesMut};

    /// `NsUnitdata`, TS 48.016 9.2.8: an NS SDU on its way.
    #[derive(Debug, Clone, PartialEq)]
    pub struct NsUnitdata {
        /// NS SDU control bits
        pub control: Control,
        /// The BSSGP virtual connection; 0 carries signalling, 1 point-to-multipoint.
        pub bvci: u16,
        /// The BSSGP PDU.
        pub sdu: Octets,
    }

    impl Value for NsUnitdata {
        fn write(&self, w: &mut BytesMut) {
            self.control.write(w);
            self.bvci.write(w);
            self.sdu.write(w);
        }
        fn json(&self) -> serde_json::Value {
            serde_json::json!({ "control": self.control.0, "bvci": self.bvci, "sdu": self.sdu.json() })
        }
    }

    impl Field for NsUnitdata {
        fn read(r: &mut Reader<'_>) -> Result<Self> {
            Ok(Self {
                control: Control::read(r).map_err(|e| e.within(0, "NS SDU control bits"))?,
                bvci: r.u16().map_err(|e| e.within(0, "BVCI"))?,
                sdu: Octets::read(r)?,
            })
        }
        fn sample(g: &mut Gen) -> Self {
            Self {
                control: Control(0),
                bvci: Field::sample(g),
                sdu: Field::sample(g),
            }
        }
    }

    impl std::fmt::Display for NsUnitdata {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "NsUnitdata BVCI {}\n  {}", self.bvci, self.sdu)
        }
    }
}
pub use unitdata::NsUnitdata;

wire::pdus! {
    /// The messages of the network service by type, TS 48.016 10.3.7.
    pub enum Pdu(u8) {
        NsUnitdata = 0x00;
        NsReset = 0x02;
        NsResetAck = 0x03;
        NsBlock = 0x04;
        NsBlockAck = 0x05;
        NsUnblock = 0x06;
        NsUnblockAck = 0x07;
        NsStatus = 0x08;
        NsAlive = 0x0a;
        NsAliveAck = 0x0b;
    }
}

impl Pdu {
    /// Reads a whole message.
    ///
    /// # Errors
    /// Where it is cut short or an element that must stand does not.
    pub fn parse(octets: &Bytes) -> Result<Self> {
        let mut r = Reader::shared(octets);
        let code = r.u8().map_err(|e| e.within(0, "PDU type"))?;
        Self::read(code, r)
    }

    /// The whole message.
    pub fn encode(&self) -> Bytes {
        let mut w = BytesMut::with_capacity(64);
        self.put(&mut w);
        w.freeze()
    }

    /// Appends the whole message.
    pub fn put(&self, w: &mut BytesMut) {
        w.extend_from_slice(&[self.code()]);
        self.write(w);
    }
}

/// The cause to answer with where a message could not be read (TS 48.016 7.4.6 and following).
pub fn cause(e: &Error) -> Cause {
    match e.kind {
        Kind::Missing => Cause::MissingEssentialIe,
        Kind::Truncated { .. } if e.key == 0 && e.field.is_empty() => Cause::ProtocolError,
        Kind::Truncated { .. } | Kind::BadLength(_) | Kind::BadValue(_) | Kind::Trailing(_) => {
            Cause::InvalidEssentialIe
        }
        _ => Cause::ProtocolError,
    }
}
