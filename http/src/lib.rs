//! HTTP/1.1 as a pure machine for every leg on the wire.
