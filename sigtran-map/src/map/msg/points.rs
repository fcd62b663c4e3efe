//! Code points of MAP, TS 29.002 17.5 to 17.7.

wire::code_points! {
    /// Operation codes, TS 29.002 17.5.
    pub struct Operation(u8) {
        CancelLocation = 3, "cancelLocation";
        InsertSubscriberData = 7, "insertSubscriberData";
        DeleteSubscriberData = 8, "deleteSubscriberData";
        UpdateGprsLocation = 23, "updateGprsLocation";
        Reset = 37, "reset";
        SendAuthenticationInfo = 56, "sendAuthenticationInfo";
        ReadyForSm = 66, "readyForSM";
        PurgeMs = 67, "purgeMS";
    }
}

wire::code_points! {
    /// Error codes, TS 29.002 17.6.6.
    pub struct ErrorCode(u8) {
        UnknownSubscriber = 1, "unknownSubscriber";
        UnknownMsc = 3, "unknownMSC";
        UnidentifiedSubscriber = 5, "unidentifiedSubscriber";
        UnknownEquipment = 7, "unknownEquipment";
        RoamingNotAllowed = 8, "roamingNotAllowed";
        IllegalSubscriber = 9, "illegalSubscriber";
        IllegalEquipment = 12, "illegalEquipment";
        FacilityNotSupported = 21, "facilityNotSupported";
        AbsentSubscriber = 27, "absentSubscriber";
        SystemFailure = 34, "systemFailure";
        DataMissing = 35, "dataMissing";
        UnexpectedDataValue = 36, "unexpectedDataValue";
        NumberChanged = 44, "numberChanged";
        ResourceLimitation = 51, "resourceLimitation";
        AtiNotAllowed = 49, "ati-NotAllowed";
    }
}

wire::code_points! {
    /// Who asks for vectors, TS 29.002 17.7.1.
    pub struct RequestingNodeType(u8) {
        Vlr = 0, "vlr";
        Sgsn = 1, "sgsn";
        SCscf = 2, "s-cscf";
        Bsf = 3, "bsf";
        GanAaaServer = 4, "gan-aaa-server";
        WlanAaaServer = 5, "wlan-aaa-server";
        Mme = 16, "mme";
        MmeSgsn = 17, "mme-sgsn";
    }
}

wire::code_points! {
    /// Why a location is cancelled, TS 29.002 17.7.1.
    pub struct CancellationType(u8) {
        UpdateProcedure = 0, "updateProcedure";
        SubscriptionWithdraw = 1, "subscriptionWithdraw";
        InitialAttachProcedure = 2, "initialAttachProcedure";
    }
}

wire::code_points! {
    /// Whether services are granted, TS 29.002 17.7.1.
    pub struct SubscriberStatus(u8) {
        ServiceGranted = 0, "serviceGranted";
        OperatorDeterminedBarring = 1, "operatorDeterminedBarring";
    }
}

wire::code_points! {
    /// Which domains a subscriber may use, TS 29.002 17.7.1.
    pub struct NetworkAccessMode(u8) {
        PacketAndCircuit = 0, "packetAndCircuit";
        OnlyCircuit = 1, "onlyCircuit";
        OnlyPacket = 2, "onlyPacket";
    }
}

wire::code_points! {
    /// Why zones are not taken over, TS 29.002 17.7.1.
    pub struct RegionalSubscriptionResponse(u8) {
        NetworkNodeAreaRestricted = 0, "networkNode-AreaRestricted";
        TooManyZoneCodes = 1, "tooManyZoneCodes";
        ZoneCodesConflict = 2, "zoneCodesConflict";
        RegionalSubscNotSupported = 3, "regionalSubscNotSupported";
    }
}

wire::code_points! {
    /// Why a subscriber is ready for short messages, TS 29.002 17.7.6.
    pub struct AlertReason(u8) {
        MsPresent = 0, "ms-Present";
        MemoryAvailable = 1, "memoryAvailable";
    }
}

wire::code_points! {
    /// Where something failed, TS 29.002 17.7.8.
    pub struct NetworkResource(u8) {
        Plmn = 0, "plmn";
        Hlr = 1, "hlr";
        Vlr = 2, "vlr";
        Pvlr = 3, "pvlr";
        ControllingMsc = 4, "controllingMSC";
        Vmsc = 5, "vmsc";
        Eir = 6, "eir";
        Rss = 7, "rss";
    }
}

wire::code_points! {
    /// Where something failed, continued, TS 29.002 17.7.8.
    pub struct AdditionalNetworkResource(u8) {
        Sgsn = 0, "sgsn";
        Ggsn = 1, "ggsn";
        Gmlc = 2, "gmlc";
        GsmScf = 3, "gsmSCF";
        Nplr = 4, "nplr";
        Auc = 5, "auc";
        Ue = 6, "ue";
        Mme = 7, "mme";
    }
}

wire::code_points! {
    /// What is known of an unknown subscriber, TS 29.002 17.7.7.
    pub struct UnknownSubscriberDiagnostic(u8) {
        ImsiUnknown = 0, "imsiUnknown";
        GprsEpsSubscriptionUnknown = 1, "gprs-eps-SubscriptionUnknown";
        NpdbMismatch = 2, "npdbMismatch";
    }
}

wire::code_points! {
    /// Why roaming is not allowed, TS 29.002 17.7.7.
    pub struct RoamingNotAllowedCause(u8) {
        PlmnRoamingNotAllowed = 0, "plmnRoamingNotAllowed";
        OperatorDeterminedBarring = 3, "operatorDeterminedBarring";
    }
}

wire::code_points! {
    /// Why a user gives up a dialogue, TS 29.002 17.4.
    pub struct ProcedureCancellationReason(u8) {
        HandoverCancellation = 0, "handoverCancellation";
        RadioChannelRelease = 1, "radioChannelRelease";
        NetworkPathRelease = 2, "networkPathRelease";
        CallRelease = 3, "callRelease";
        AssociatedProcedureFailure = 4, "associatedProcedureFailure";
        TandemDialogueRelease = 5, "tandemDialogueRelease";
        RemoteOperationsFailure = 6, "remoteOperationsFailure";
    }
}

wire::code_points! {
    /// Why MAP itself gives up a dialogue, TS 29.002 17.4.
    pub struct ProviderAbortReason(u8) {
        AbnormalDialogue = 0, "abnormalDialogue";
        InvalidPdu = 1, "invalidPDU";
    }
}

wire::code_points! {
    /// Why a dialogue is not opened, TS 29.002 17.4.
    pub struct RefuseReason(u8) {
        NoReasonGiven = 0, "noReasonGiven";
        InvalidDestinationReference = 1, "invalidDestinationReference";
        InvalidOriginatingReference = 2, "invalidOriginatingReference";
    }
}
