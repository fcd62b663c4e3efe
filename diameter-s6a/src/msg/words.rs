//! Flag words: Unsigned32 whose bits have names.
wire::bits! {
    /// ULR-Flags, TS 29.272 7.3.7.
    pub struct UlrFlags(u32) {
        single_registration: bool [0..=0], "Single-Registration-Indication";
        s6a: bool [1..=1], "S6a/S6d-Indicator";
        skip_subscriber_data: bool [2..=2], "Skip-Subscriber-Data";
        gprs_subscription_data: bool [3..=3], "GPRS-Subscription-Data-Indicator";
        node_type: bool [4..=4], "Node-Type-Indicator";
        initial_attach: bool [5..=5], "Initial-Attach-Indicator";
        ps_lcs_not_supported: bool [6..=6], "PS-LCS-Not-Supported-By-UE";
        sms_only: bool [7..=7], "SMS-Only-Indication";
        dual_registration_5g: bool [8..=8], "Dual-Registration-5G-Indicator";
    }
}
wire::bits! {
    /// ULA-Flags, TS 29.272 7.3.8.
    pub struct UlaFlags(u32) {
        separation: bool [0..=0], "Separation Indication";
        mme_registered_for_sms: bool [1..=1], "MME Registered for SMS";
    }
}
wire::bits! {
    /// PUA-Flags, TS 29.272 7.3.48.
    pub struct PuaFlags(u32) {
        freeze_m_tmsi: bool [0..=0], "Freeze M-TMSI";
        freeze_p_tmsi: bool [1..=1], "Freeze P-TMSI";
    }
}
wire::bits! {
    /// PUR-Flags, TS 29.272 7.3.149.
    pub struct PurFlags(u32) {
        purged_in_mme: bool [0..=0], "UE Purged in MME";
        purged_in_sgsn: bool [1..=1], "UE Purged in SGSN";
    }
}
wire::bits! {
    /// CLR-Flags, TS 29.272 7.3.152.
    pub struct ClrFlags(u32) {
        s6a: bool [0..=0], "S6a/S6d-Indicator";
        reattach_required: bool [1..=1], "Reattach-Required";
    }
}
wire::bits! {
    /// IDR-Flags, TS 29.272 7.3.103.
    pub struct IdrFlags(u32) {
        ue_reachability: bool [0..=0], "UE Reachability Request";
        t_ads_data: bool [1..=1], "T-ADS Data Request";
        eps_user_state: bool [2..=2], "EPS User State Request";
        eps_location_information: bool [3..=3], "EPS Location Information Request";
        current_location: bool [4..=4], "Current Location Request";
        local_time_zone: bool [5..=5], "Local Time Zone Request";
        remove_sms_registration: bool [6..=6], "Remove SMS Registration";
        rat_type: bool [7..=7], "RAT-Type Requested";
        p_cscf_restoration: bool [8..=8], "P-CSCF Restoration Request";
    }
}
wire::bits! {
    /// IDA-Flags, TS 29.272 7.3.47.
    pub struct IdaFlags(u32) {
        network_node_area_restricted: bool [0..=0], "Network Node area restricted";
    }
}
wire::bits! {
    /// DSA-Flags, TS 29.272 7.3.26.
    pub struct DsaFlags(u32) {
        network_node_area_restricted: bool [0..=0], "Network Node area restricted";
    }
}
wire::bits! {
    /// DSR-Flags, TS 29.272 7.3.25.
    pub struct DsrFlags(u32) {
        regional_subscription: bool [0..=0], "Regional Subscription Withdrawal";
        complete_apn_profile: bool [1..=1], "Complete APN Configuration Profile Withdrawal";
        charging_characteristics: bool [2..=2], "Subscribed Charging Characteristics Withdrawal";
        pdn_contexts: bool [3..=3], "PDN subscription contexts Withdrawal";
        stn_sr: bool [4..=4], "STN-SR";
        complete_pdp_contexts: bool [5..=5], "Complete PDP context list Withdrawal";
        pdp_contexts: bool [6..=6], "PDP contexts Withdrawal";
        roaming_restricted: bool [7..=7], "Roaming Restricted due to unsupported feature";
        trace_data: bool [8..=8], "Trace Data Withdrawal";
        csg: bool [9..=9], "CSG Deleted";
        apn_oi_replacement: bool [10..=10], "APN-OI-Replacement";
        gmlc_list: bool [11..=11], "GMLC List Withdrawal";
        lcs: bool [12..=12], "LCS Withdrawal";
        sms: bool [13..=13], "SMS Withdrawal";
        periodic_timer: bool [14..=14], "Subscribed periodic RAU-TAU Timer Withdrawal";
        vsrvcc: bool [15..=15], "Subscribed VSRVCC Withdrawal";
        a_msisdn: bool [16..=16], "A-MSISDN Withdrawal";
        prose: bool [17..=17], "ProSe Withdrawal";
        reset_ids: bool [18..=18], "Reset-IDs";
        dl_buffering: bool [19..=19], "DL-Buffering-Suggested-Packet-Count Withdrawal";
        imsi_group_id: bool [20..=20], "Subscribed IMSI-Group-Id Withdrawal";
        monitoring_events: bool [21..=21], "Delete monitoring events";
        user_plane_integrity: bool [22..=22], "User Plane Integrity Protection Withdrawal";
        msisdn: bool [23..=23], "MSISDN Withdrawal";
        ue_usage_type: bool [24..=24], "UE Usage Type Withdrawal";
        v2x: bool [25..=25], "V2X Withdrawal";
        external_identifier: bool [26..=26], "External-Identifier-Withdrawal";
        aerial_ue: bool [27..=27], "Aerial-UE-Subscription-Withdrawal";
        paging_time_window: bool [28..=28], "Paging-Time-Window-Subscription-Withdrawal";
        active_time: bool [29..=29], "Active-Time-Withdrawal";
        edrx_cycle_length: bool [30..=30], "eDRX-Cycle-Length-Withdrawal";
        service_gap_time: bool [31..=31], "Service-Gap-Time-Withdrawal";
    }
}
wire::bits! {
    /// NOR-Flags, TS 29.272 7.3.49.
    pub struct NorFlags(u32) {
        single_registration: bool [0..=0], "Single-Registration-Indication";
        sgsn_area_restricted: bool [1..=1], "SGSN area restricted";
        ready_for_sm_from_sgsn: bool [2..=2], "Ready for SM from SGSN";
        ue_reachable_from_mme: bool [3..=3], "UE Reachable from MME";
        ue_reachable_from_sgsn: bool [5..=5], "UE Reachable from SGSN";
        ready_for_sm_from_mme: bool [6..=6], "Ready for SM from MME";
        homogeneous_ims_voice: bool [7..=7], "Homogeneous Support of IMS Voice Over PS Sessions";
        s6a: bool [8..=8], "S6a/S6d-Indicator";
        removal_of_mme_registration: bool [9..=9], "Removal of MME Registration for SMS";
    }
}
wire::bits! {
    /// Access-Restriction-Data, TS 29.272 7.3.31: a bit set is an access that is not allowed.
    pub struct AccessRestrictionData(u32) {
        utran: bool [0..=0], "UTRAN Not Allowed";
        geran: bool [1..=1], "GERAN Not Allowed";
        gan: bool [2..=2], "GAN Not Allowed";
        i_hspa: bool [3..=3], "I-HSPA-Evolution Not Allowed";
        wb_eutran: bool [4..=4], "WB-E-UTRAN Not Allowed";
        ho_to_non_3gpp: bool [5..=5], "HO-To-Non-3GPP-Access Not Allowed";
        nb_iot: bool [6..=6], "NB-IoT Not Allowed";
        enhanced_coverage: bool [7..=7], "Enhanced Coverage Not Allowed";
        nr_as_secondary: bool [8..=8], "NR as Secondary RAT Not Allowed";
        unlicensed_as_secondary: bool [9..=9], "Unlicensed Spectrum as Secondary RAT Not Allowed";
        nr_in_5gs: bool [10..=10], "NR in 5G Not Allowed";
        lte_m: bool [11..=11], "LTE-M Not Allowed";
        wb_eutran_except_lte_m: bool [12..=12], "WB-E-UTRAN Except LTE-M Not Allowed";
    }
}
wire::bits! {
    /// AIR-Flags, TS 29.272 7.3.201.
    pub struct AirFlags(u32) {
        send_ue_usage_type: bool [0..=0], "Send UE Usage Type";
    }
}
wire::bits! {
    /// UVR-Flags, TS 29.272 7.3.153.
    pub struct UvrFlags(u32) {
        skip_subscriber_data: bool [0..=0], "Skip Subscriber Data";
    }
}
wire::bits! {
    /// UVA-Flags, TS 29.272 7.3.154.
    pub struct UvaFlags(u32) {
        temporary_empty: bool [0..=0], "Temporary Empty VPLMN CSG Subscription Data";
    }
}
wire::bits! {
    /// HPLMN-ODB, TS 29.272 7.3.22: barring whose meaning the home network decides.
    pub struct HplmnOdb(u32) {
        type_1: bool [0..=0], "HPLMN specific barring type 1";
        type_2: bool [1..=1], "HPLMN specific barring type 2";
        type_3: bool [2..=2], "HPLMN specific barring type 3";
        type_4: bool [3..=3], "HPLMN specific barring type 4";
    }
}
wire::bits! {
    /// Operator-Determined-Barring, TS 29.272 7.3.30.
    pub struct OperatorDeterminedBarring(u32) {
        all_packet_services: bool [0..=0], "All Packet Oriented Services Barred";
        hplmn_ap: bool [1..=1], "Roamer Access HPLMN-AP Barred";
        vplmn_ap: bool [2..=2], "Roamer Access to VPLMN-AP Barred";
        outgoing: bool [3..=3], "Barring of all outgoing calls";
        international: bool [4..=4], "Barring of all outgoing international calls";
        international_but_home: bool [5..=5], "Barring of all outgoing international calls except those directed to the home PLMN country";
        inter_zonal: bool [6..=6], "Barring of all outgoing inter-zonal calls";
        inter_zonal_but_home: bool [7..=7], "Barring of all outgoing inter-zonal calls except those directed to the home PLMN country";
        international_and_inter_zonal: bool [8..=8], "Barring of all outgoing international calls except those directed to the home PLMN country and Barring of all outgoing inter-zonal calls";
    }
}
wire::bits! {
    /// MPS-Priority, TS 29.272 7.3.131.
    pub struct MpsPriority(u32) {
        cs: bool [0..=0], "MPS-CS-Priority";
        eps: bool [1..=1], "MPS-EPS-Priority";
    }
}
wire::bits! {
    /// Subscription-Data-Flags, TS 29.272 7.3.165.
    pub struct SubscriptionDataFlags(u32) {
        ps_and_sms_only: bool [0..=0], "PS-And-SMS-Only-Service-Provision-Indication";
        sms_in_sgsn_allowed: bool [1..=1], "SMS-In-SGSN-Allowed-Indication";
        user_plane_integrity: bool [2..=2], "User Plane Integrity Protection";
    }
}
wire::bits! {
    /// Core-Network-Restrictions, TS 29.272 7.3.230.
    pub struct CoreNetworkRestrictions(u32) {
        no_5gc: bool [1..=1], "5GC not allowed";
    }
}
wire::bits! {
    /// Emergency-Services, TS 29.273 7.2.3.4.
    pub struct EmergencyServices(u32) {
        emergency: bool [0..=0], "Emergency-Indication";
    }
}

super::framing::fixed! {
    UlrFlags UlaFlags PuaFlags PurFlags ClrFlags
    IdrFlags IdaFlags DsaFlags DsrFlags NorFlags
    AccessRestrictionData AirFlags UvrFlags UvaFlags HplmnOdb
    OperatorDeterminedBarring MpsPriority SubscriptionDataFlags CoreNetworkRestrictions EmergencyServices
}
