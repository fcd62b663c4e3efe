//! Packed octets and code points of SM, TS 24.008 10.5.6.

wire::code_points! {
    /// Request type, TS 24.008 10.5.6.17.
    pub struct RequestType(u8) {
        Initial = 1, "initial request";
        Handover = 2, "handover";
        Emergency = 4, "request for emergency bearer services";
    }
}

wire::bits! {
    /// NSAPI, TS 24.008 10.5.6.2.
    pub struct Nsapi(u8) {
        nsapi: u8 [3..=0], "NSAPI";
    }
}

wire::bits! {
    /// LLC service access point identifier, TS 24.008 10.5.6.9: 3, 5, 9 or 11; 0 for none.
    pub struct LlcSapi(u8) {
        sapi: u8 [3..=0], "LLC SAPI";
    }
}

wire::bits! {
    /// Radio priority and a spare half octet, TS 24.008 10.5.7.2: 1 (highest) to 4.
    pub struct RadioPriority(u8) {
        priority: u8 [2..=0], "radio priority";
    }
}

wire::bits! {
    /// Re-attempt indicator, TS 24.008 10.5.6.5a.
    pub struct ReAttempt(u8) {
        eplmnc: bool [1..=1], "not allowed in an equivalent PLMN";
        ratc: bool [0..=0], "not allowed in other radio access";
    }
}
