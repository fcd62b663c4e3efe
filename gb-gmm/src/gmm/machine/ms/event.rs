//! What goes into the machine of a mobile, what comes out, and what both are made of.
use crate::{
    gmm::{Cause, Pdu},
    nas::{Drx, MsNetworkCapability},
};
use wire::{Digits, Imsi, Octets, Rai};

/// States of TS 24.008 4.1.3.1 that GPRS in A/Gb mode has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// GMM-NULL: no USIM, or switched off.
    Null,
    /// GMM-DEREGISTERED.
    Deregistered,
    /// GMM-REGISTERED-INITIATED: an attach runs.
    RegisteredInitiated,
    /// GMM-REGISTERED.
    Registered,
    /// GMM-ROUTING-AREA-UPDATING-INITIATED.
    RoutingAreaUpdatingInitiated,
    /// GMM-DEREGISTERED-INITIATED: a detach runs.
    DeregisteredInitiated,
}

/// What a mobile is and can do.
#[derive(Debug, Clone)]
pub struct Config {
    /// The identity in its USIM.
    pub imsi: Imsi,
    /// Its equipment identity, 15 digits.
    pub imei: Digits,
    /// Its equipment identity with software version, 16 digits.
    pub imeisv: Digits,
    /// What it can do towards the core network.
    pub network_capability: MsNetworkCapability,
    /// What it can do on the radio, TS 24.008 10.5.5.12a.
    pub radio_access: Octets,
    /// How it sleeps.
    pub drx: Drx,
}

impl Config {
    /// A small device.
    pub fn small_device(imsi: Imsi, imei: Digits, imeisv: Digits) -> Self {
        Self {
            imsi,
            imei,
            imeisv,
            network_capability: MsNetworkCapability::small_device(),
            // GSM 900 (E-GSM), RF power capability 4, GPRS multislot class 10
            radio_access: Octets::copy(&[0x13, 0x43, 0x50, 0x2b, 0x25]),
            drx: Drx(0x0a00),
        }
    }
}

/// What the USIM made of a challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UsimAnswer {
    /// RES of UMTS authentication, 4 to 16 octets.
    Res(Octets),
    /// SRES of GSM authentication.
    Sres([u8; 4]),
    /// The network is not who it says.
    MacFailure,
    /// The sequence number is not new; AUTS tells the network which would be.
    SynchFailure([u8; 14]),
    /// A UMTS subscription that a GSM challenge does not satisfy.
    GsmUnacceptable,
}

/// What goes in.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)] // moved once
pub enum In {
    /// Attach in the routing area that the cell belongs to.
    Attach(Rai),
    /// The mobile is in another routing area now.
    Moved(Rai),
    /// Take leave; a mobile that is switched off does not wait for an answer.
    Detach {
        /// The mobile is switched off.
        power_off: bool,
    },
    /// A message from the network, read for an end point.
    Recv(wire::Result<Pdu>),
    /// The USIM's answer.
    Usim(UsimAnswer),
    /// A frame with user data went up: the READY timer starts anew.
    Traffic,
    /// [`Machine::due`](super::Machine::due) has come.
    Timer,
}

/// What a refusal means (TS 24.008 4.7.3.1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The USIM serves no more until the mobile is switched off.
    UsimInvalid,
    /// The whole network is forbidden.
    PlmnForbidden,
    /// GPRS of this network is forbidden.
    GprsForbiddenInPlmn,
    /// The location area is forbidden.
    AreaForbidden,
    /// The location area is forbidden to roamers.
    AreaForbiddenForRoaming,
    /// Another cell of the same network may serve.
    NoSuitableCells,
    /// Temporary identities and keys are void: attach anew.
    Anew,
    /// Wait for T3346.
    Congestion,
    /// Anything else: try again later.
    TryAgain,
}

impl Verdict {
    /// The verdict of a cause.
    pub fn of(cause: Cause) -> Self {
        match cause {
            Cause::ImsiUnknownInHlr
            | Cause::IllegalMs
            | Cause::IllegalMe
            | Cause::GprsNotAllowed
            | Cause::GprsAndNonGprsNotAllowed => Self::UsimInvalid,
            Cause::IdentityCannotBeDerived | Cause::ImplicitlyDetached => Self::Anew,
            Cause::PlmnNotAllowed => Self::PlmnForbidden,
            Cause::LocationAreaNotAllowed => Self::AreaForbidden,
            Cause::RoamingNotAllowed => Self::AreaForbiddenForRoaming,
            Cause::GprsNotAllowedInPlmn => Self::GprsForbiddenInPlmn,
            Cause::NoSuitableCells | Cause::NotAuthorizedForCsg => Self::NoSuitableCells,
            Cause::Congestion => Self::Congestion,
            _ => Self::TryAgain,
        }
    }
}

/// What comes out.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant)] // moved once
pub enum Out {
    /// Send a message under a TLLI.
    Send {
        /// The TLLI.
        tlli: u32,
        /// The message.
        pdu: Pdu,
    },
    /// Ask the USIM; [`In::Usim`] follows.
    AskUsim {
        /// The challenge.
        rand: [u8; 16],
        /// The network's proof; none in GSM authentication.
        autn: Option<[u8; 16]>,
    },
    /// From now on the layers below use this TLLI (LLGMM-ASSIGN).
    Tlli(u32),
    /// Attached.
    Attached {
        /// The temporary identity.
        ptmsi: Option<u32>,
        /// Where.
        rai: Rai,
    },
    /// The routing area is updated.
    Updated(Rai),
    /// The network refused attach or update.
    Refused {
        /// Its word.
        cause: Cause,
        /// What that means.
        verdict: Verdict,
    },
    /// A procedure got no answer for the fifth time; another try follows after T3302.
    NoAnswer,
    /// Not attached any more: by own wish (no cause), or by the network's.
    Detached {
        /// The network's word, where it gave one.
        cause: Option<Cause>,
    },
    /// Authentication and Ciphering Reject: the USIM serves no more until the mobile is switched
    /// off.
    AuthenticationRejected,
    /// The network failed to prove who it is: bar the cell.
    NetworkNotAuthentic,
    /// The network reports an error of ours.
    Status(Cause),
    /// READY is over.
    Standby,
}
