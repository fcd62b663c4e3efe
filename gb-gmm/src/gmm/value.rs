//! Packed octets and code points of GMM, TS 24.008 10.5.5.

wire::code_points! {
    /// Attach type, TS 24.008 10.5.5.2.
    pub struct AttachType(u8) {
        Gprs = 1, "GPRS attach";
        GprsWhileImsiAttached = 2, "GPRS attach while IMSI attached";
        Combined = 3, "Combined GPRS/IMSI attach";
        Emergency = 4, "Emergency attach";
    }
}

wire::code_points! {
    /// Attach result, TS 24.008 10.5.5.1.
    pub struct AttachResult(u8) {
        GprsOnly = 1, "GPRS only attached";
        Combined = 3, "Combined GPRS/IMSI attached";
        Emergency = 4, "Emergency attached";
    }
}

wire::code_points! {
    /// Detach type from the mobile, TS 24.008 10.5.5.5, without the power off bit.
    pub struct DetachType(u8) {
        Gprs = 1, "GPRS detach";
        Imsi = 2, "IMSI detach";
        Combined = 3, "Combined GPRS/IMSI detach";
    }
}

wire::code_points! {
    /// Detach type from the network, TS 24.008 10.5.5.5.
    pub struct NetworkDetachType(u8) {
        ReAttachRequired = 1, "re-attach required";
        ReAttachNotRequired = 2, "re-attach not required";
        Imsi = 3, "IMSI detach (after VLR failure)";
    }
}

wire::code_points! {
    /// Update type, TS 24.008 10.5.5.18.
    pub struct UpdateType(u8) {
        RaUpdating = 0, "RA updating";
        Combined = 1, "combined RA/LA updating";
        CombinedWithImsiAttach = 2, "combined RA/LA updating with IMSI attach";
        Periodic = 3, "periodic updating";
    }
}

wire::code_points! {
    /// Update result, TS 24.008 10.5.5.17.
    pub struct UpdateResult(u8) {
        RaUpdated = 0, "RA updated";
        Combined = 1, "combined RA/LA updated";
        RaUpdatedIsr = 4, "RA updated and ISR activated";
        CombinedIsr = 5, "combined RA/LA updated and ISR activated";
    }
}

wire::code_points! {
    /// Service type, TS 24.008 10.5.5.20.
    pub struct ServiceType(u8) {
        Signalling = 0, "Signalling";
        Data = 1, "Data";
        PagingResponse = 2, "Paging Response";
        MbmsMulticast = 3, "MBMS Multicast Service Reception";
        MbmsBroadcast = 4, "MBMS Broadcast Service Reception";
    }
}

/// No key: ciphering key sequence number, TS 24.008 10.5.1.2.
pub const NO_KEY: u8 = 7;

wire::bits! {
    /// Attach type and ciphering key sequence number, TS 24.008 9.4.1.
    pub struct AttachTypeAndCksn(u8) {
        cksn: u8 [6..=4], "GPRS ciphering key sequence number";
        follow_on: bool [3..=3], "follow-on request pending";
        attach_type: AttachType [2..=0], "attach type";
    }
}

wire::bits! {
    /// Attach result and force to standby, TS 24.008 9.4.2.
    pub struct AttachResultAndStandby(u8) {
        force_to_standby: u8 [6..=4], "force to standby";
        follow_on: bool [3..=3], "follow-on proceed";
        result: AttachResult [2..=0], "attach result";
    }
}

wire::bits! {
    /// Radio priorities, TS 24.008 9.4.2.
    pub struct RadioPriorities(u8) {
        tom8: u8 [6..=4], "radio priority for TOM8";
        sms: u8 [2..=0], "radio priority for SMS";
    }
}

wire::bits! {
    /// Detach type from the mobile, TS 24.008 9.4.5.2.
    pub struct DetachTypeUp(u8) {
        power_off: bool [3..=3], "power switched off";
        detach_type: DetachType [2..=0], "detach type";
    }
}

wire::bits! {
    /// Detach type from the network and force to standby, TS 24.008 9.4.5.1.
    pub struct DetachTypeDown(u8) {
        force_to_standby: u8 [6..=4], "force to standby";
        detach_type: NetworkDetachType [2..=0], "detach type";
    }
}

wire::bits! {
    /// Force to standby and a spare half octet.
    pub struct Standby(u8) {
        force_to_standby: u8 [2..=0], "force to standby";
    }
}

wire::bits! {
    /// Update type and ciphering key sequence number, TS 24.008 9.4.14.
    pub struct UpdateTypeAndCksn(u8) {
        cksn: u8 [6..=4], "GPRS ciphering key sequence number";
        follow_on: bool [3..=3], "follow-on request pending";
        update_type: UpdateType [2..=0], "update type";
    }
}

wire::bits! {
    /// Force to standby and update result, TS 24.008 9.4.15.
    pub struct StandbyAndUpdateResult(u8) {
        follow_on: bool [7..=7], "follow-on proceed";
        result: UpdateResult [6..=4], "update result";
        force_to_standby: u8 [2..=0], "force to standby";
    }
}

wire::bits! {
    /// Ciphering key sequence number and service type, TS 24.008 9.4.20.
    pub struct CksnAndServiceType(u8) {
        service_type: ServiceType [6..=4], "service type";
        cksn: u8 [2..=0], "GPRS ciphering key sequence number";
    }
}

wire::bits! {
    /// Ciphering algorithm and IMEISV request, TS 24.008 9.4.9.
    pub struct CipheringAndImeisv(u8) {
        imeisv_request: u8 [6..=4], "IMEISV request";
        algorithm: u8 [2..=0], "ciphering algorithm";
    }
}

wire::bits! {
    /// Force to standby and A&C reference number, TS 24.008 9.4.9.
    pub struct StandbyAndReference(u8) {
        reference: u8 [7..=4], "A&C reference number";
        force_to_standby: u8 [2..=0], "force to standby";
    }
}

wire::bits! {
    /// A&C reference number and a spare half octet, TS 24.008 9.4.10.
    pub struct Reference(u8) {
        reference: u8 [3..=0], "A&C reference number";
    }
}

wire::bits! {
    /// Identity type 2 and force to standby, TS 24.008 9.4.12.
    pub struct IdentityTypeAndStandby(u8) {
        force_to_standby: u8 [6..=4], "force to standby";
        identity_type: crate::nas::IdentityType [2..=0], "type of identity";
    }
}
