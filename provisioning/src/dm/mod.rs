//! OMA-DM 1.2 sessions (OMA-TS-DM-Protocol): pure machines for device and server.
//!
//! Octets of one message in, octets of the next one out; time and randomness are passed in. The
//! device works on a [`Tree`]; the server is told [`Event`]s and is given commands to send.
//! Authentication is basic, MD5 with chained nonces, or by HMAC in the `x-syncml-hmac` header, which
//! travels beside the message: [`Client::hmac`], [`Client::set_hmac`] and the same of the server.
pub mod auth;
mod client;
pub mod notification;
mod pack;
mod server;
mod tree;

pub use auth::{Account, AuthType, HMAC_HEADER};
pub use client::{Client, ClientConfig, Step};
pub use notification::Notification;
pub use server::{Event, Server, ServerConfig};
pub use tree::{Found, GenericAlert, Tree};

wire::code_points! {
    /// Status codes (OMA-TS-DM-RepPro 10, OMA-TS-SyncML-RepPro 10).
    pub struct Code(u16) {
        Ok = 200, "OK";
        Accepted = 202, "Accepted for processing";
        Authenticated = 212, "Authentication accepted";
        ItemAccepted = 213, "Chunked item accepted";
        NotExecuted = 215, "Not executed";
        RolledBack = 216, "Atomic roll back OK";
        BadRequest = 400, "Bad request";
        Unauthorized = 401, "Invalid credentials";
        Forbidden = 403, "Forbidden";
        NotFound = 404, "Not found";
        NotAllowed = 405, "Command not allowed";
        NotSupported = 406, "Optional feature not supported";
        CredentialsMissing = 407, "Missing credentials";
        SizeRequired = 411, "Size required";
        Incomplete = 412, "Incomplete command";
        TooLarge = 413, "Request entity too large";
        UnsupportedFormat = 415, "Unsupported media type or format";
        TooBig = 416, "Requested size too big";
        AlreadyExists = 418, "Already exists";
        DeviceFull = 420, "Device full";
        SizeMismatch = 424, "Size mismatch";
        PermissionDenied = 425, "Permission denied";
        CommandFailed = 500, "Command failed";
        VersionNotSupported = 505, "DTD version not supported";
        AtomicFailed = 507, "Atomic failed";
        ProtocolNotSupported = 513, "Protocol version not supported";
        RollBackFailed = 516, "Atomic roll back failed";
    }
}

impl Code {
    /// True for 2xx.
    pub fn is_success(self) -> bool {
        (200..300).contains(&self.0)
    }
}

/// What a message that cannot be read deserves: the code of a Status where one can still be sent,
/// else of the HTTP answer.
pub fn answer(e: &wire::Error) -> Code {
    match e.kind {
        wire::Kind::Missing => Code::Incomplete,
        wire::Kind::Unknown => Code::NotSupported,
        wire::Kind::TooMany | wire::Kind::TooDeep => Code::TooLarge,
        _ => Code::BadRequest,
    }
}

/// Alert codes (OMA-TS-DM-RepPro 9).
pub mod alert {
    /// The receiver of a large object misses its end.
    pub const NO_END_OF_DATA: u16 = 223;
    /// Server-initiated session.
    pub const SERVER_INITIATED: u16 = 1200;
    /// Client-initiated session.
    pub const CLIENT_INITIATED: u16 = 1201;
    /// Asks for the next message of a package.
    pub const NEXT_MESSAGE: u16 = 1222;
    /// Ends the session at once.
    pub const ABORT: u16 = 1223;
    /// Generic alert.
    pub const GENERIC: u16 = 1226;
}

/// Why a session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// As it should.
    Complete,
    /// The peer sent Alert 1223, or we did.
    Aborted,
    /// One side was not believed, twice: 401, 407.
    Refused(Code),
    /// What came was no message of this session.
    Malformed(String),
}
