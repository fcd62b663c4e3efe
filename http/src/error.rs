//! What is wrong with octets that should be HTTP.
use crate::Status;
use std::fmt;

/// Why a message was not taken. After it the connection is of no more use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// Not the grammar of RFC 9112.
    Syntax,
    /// A version other than 1.0 and 1.1.
    Version,
    /// The request target is longer than [`crate::Limits::target`].
    TargetTooLong,
    /// Request or status line and fields are longer than [`crate::Limits::head`].
    HeadTooLarge,
    /// More fields than [`crate::Limits::fields`].
    TooManyFields,
    /// The body is longer than [`crate::Limits::body`].
    BodyTooLarge,
    /// Content-Length is no number, or two of them differ.
    BadLength,
    /// Both Content-Length and Transfer-Encoding (RFC 9112 6.3): a smuggler's message.
    BothLengths,
    /// A transfer coding other than `chunked`.
    TransferCoding,
    /// A chunk's size or end is broken.
    BadChunk,
    /// A method that carries a body came without its length.
    LengthRequired,
    /// No Host, or more than one, in HTTP/1.1 (RFC 9112 3.2).
    BadHost,
    /// A method that nobody here knows.
    UnknownMethod,
    /// An expectation other than `100-continue`.
    Expectation,
    /// More requests in a row than [`crate::Limits::pipeline`] without waiting for answers.
    TooManyRequests,
    /// The peer did not end its message in time.
    Timeout,
    /// A response that answers no request.
    Unasked,
    /// The connection ended inside a message.
    Truncated,
}

impl Error {
    /// The name under which a server counts it.
    pub fn counter(&self) -> &'static str {
        match self {
            Self::Syntax | Self::Version | Self::UnknownMethod => "http: not a request",
            Self::TargetTooLong | Self::HeadTooLarge | Self::TooManyFields => {
                "http: head too large"
            }
            Self::BodyTooLarge => "http: body too large",
            Self::BadLength
            | Self::BothLengths
            | Self::TransferCoding
            | Self::BadChunk
            | Self::LengthRequired => "http: length of the body unclear",
            Self::BadHost | Self::Expectation => "http: header field not to be met",
            Self::TooManyRequests => "http: too many requests in a row",
            Self::Timeout | Self::Truncated => "http: request not ended",
            Self::Unasked => "http: answer to nothing",
        }
    }
    /// The status that the peer must be sent.
    pub fn status(self) -> Status {
        match self {
            Self::Syntax
            | Self::BadLength
            | Self::BothLengths
            | Self::BadChunk
            | Self::BadHost
            | Self::Unasked
            | Self::Truncated => Status::BadRequest,
            Self::Timeout => Status::RequestTimeout,
            Self::LengthRequired => Status::LengthRequired,
            Self::BodyTooLarge => Status::ContentTooLarge,
            Self::TargetTooLong => Status::UriTooLong,
            Self::Expectation => Status::ExpectationFailed,
            Self::HeadTooLarge | Self::TooManyFields => Status::RequestHeaderFieldsTooLarge,
            Self::UnknownMethod | Self::TransferCoding => Status::NotImplemented,
            Self::TooManyRequests => Status::ServiceUnavailable,
            Self::Version => Status::HttpVersionNotSupported,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Syntax => "not HTTP",
            Self::Version => "HTTP version not supported",
            Self::TargetTooLong => "request target too long",
            Self::HeadTooLarge => "head of the message too large",
            Self::TooManyFields => "too many fields",
            Self::BodyTooLarge => "body too large",
            Self::BadLength => "Content-Length is not one number",
            Self::BothLengths => "both Content-Length and Transfer-Encoding",
            Self::TransferCoding => "transfer coding not known",
            Self::BadChunk => "broken chunk",
            Self::LengthRequired => "body without a length",
            Self::BadHost => "not one Host",
            Self::UnknownMethod => "method not known",
            Self::Expectation => "expectation not known",
            Self::TooManyRequests => "too many requests at once",
            Self::Timeout => "message not ended in time",
            Self::Unasked => "response to no request",
            Self::Truncated => "connection ended inside a message",
        })
    }
}

impl std::error::Error for Error {}
