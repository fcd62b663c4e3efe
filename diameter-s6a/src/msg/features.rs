//! Supported-Features of S6a and S6d: TS 29.272 7.3.10 (the two lists) and 7.2.2.
use super::{SupportedFeatures, TGPP};

wire::bits! {
    /// Feature-List of Feature-List-ID 1, TS 29.272 table 7.3.10/1.
    pub struct FeatureList1(u32) {
        odb_all_apn: bool [0..=0], "ODB-all-APN";
        odb_hplmn_apn: bool [1..=1], "ODB-HPLMN-APN";
        odb_vplmn_apn: bool [2..=2], "ODB-VPLMN-APN";
        odb_all_og: bool [3..=3], "ODB-all-OG";
        odb_all_international_og: bool [4..=4], "ODB-all-InternationalOG";
        odb_all_int_og_not_to_hplmn_country: bool [5..=5], "ODB-all-InternationalOGNotToHPLMN-Country";
        odb_all_interzonal_og: bool [6..=6], "ODB-all-InterzonalOG";
        odb_all_interzonal_og_not_to_hplmn_country: bool [7..=7], "ODB-all-InterzonalOGNotToHPLMN-Country";
        odb_all_interzonal_og_and_international: bool [8..=8], "ODB-all-InterzonalOGandInternatOGNotToHPLMN-Country";
        reg_sub: bool [9..=9], "RegSub";
        trace: bool [10..=10], "Trace";
        lcs_all_priv_excep: bool [11..=11], "LCS-all-PrivExcep";
        lcs_universal: bool [12..=12], "LCS-Universal";
        lcs_call_session_related: bool [13..=13], "LCS-CallSessionRelated";
        lcs_call_session_unrelated: bool [14..=14], "LCS-CallSessionUnrelated";
        lcs_plmn_operator: bool [15..=15], "LCS-PLMNOperator";
        lcs_service_type: bool [16..=16], "LCS-ServiceType";
        lcs_all_molr_ss: bool [17..=17], "LCS-all-MOLR-SS";
        lcs_basic_self_location: bool [18..=18], "LCS-BasicSelfLocation";
        lcs_autonomous_self_location: bool [19..=19], "LCS-AutonomousSelfLocation";
        lcs_transfer_to_third_party: bool [20..=20], "LCS-TransferToThirdParty";
        sm_mo_pp: bool [21..=21], "SM-MO-PP";
        barring_outgoing_calls: bool [22..=22], "Barring-OutgoingCalls";
        baoc: bool [23..=23], "BAOC";
        boic: bool [24..=24], "BOIC";
        boic_ex_hc: bool [25..=25], "BOICExHC";
        ue_reachability_notification: bool [26..=26], "UE-Reachability-Notification";
        t_ads_data_retrieval: bool [27..=27], "T-ADS Data Retrieval";
        state_location_information_retrieval: bool [28..=28], "State/Location-Information-Retrieval";
        partial_purge: bool [29..=29], "Partial Purge";
        local_time_zone_retrieval: bool [30..=30], "Local Time Zone Retrieval";
        additional_msisdn: bool [31..=31], "Additional-MSISDN";
    }
}
wire::bits! {
    /// Feature-List of Feature-List-ID 2, TS 29.272 table 7.3.10/2.
    pub struct FeatureList2(u32) {
        sms_in_mme: bool [0..=0], "SMS in MME";
        sms_in_sgsn: bool [1..=1], "SMS in SGSN";
        dia_lcs_all_priv_excep: bool [2..=2], "Dia-LCS-all-PrivExcep";
        dia_lcs_universal: bool [3..=3], "Dia-LCS-Universal";
        dia_lcs_call_session_related: bool [4..=4], "Dia-LCS-CallSessionRelated";
        dia_lcs_call_session_unrelated: bool [5..=5], "Dia-LCS-CallSessionUnrelated";
        dia_lcs_plmn_operator: bool [6..=6], "Dia-LCS-PLMNOperator";
        dia_lcs_service_type: bool [7..=7], "Dia-LCS-ServiceType";
        dia_lcs_all_molr_ss: bool [8..=8], "Dia-LCS-all-MOLR-SS";
        dia_lcs_basic_self_location: bool [9..=9], "Dia-LCS-BasicSelfLocation";
        dia_lcs_autonomous_self_location: bool [10..=10], "Dia-LCS-AutonomousSelfLocation";
        dia_lcs_transfer_to_third_party: bool [11..=11], "Dia-LCS-TransferToThirdParty";
        gdd_in_sgsn: bool [12..=12], "Gdd-in-SGSN";
        optimized_lcs_proc_support: bool [13..=13], "Optimized-LCS-Proc-Support";
        sgsn_camel_capability: bool [14..=14], "SGSN CAMEL Capability";
        prose_capability: bool [15..=15], "ProSe Capability";
        p_cscf_restoration: bool [16..=16], "P-CSCF Restoration";
        reset_ids: bool [17..=17], "Reset-IDs";
        communication_pattern: bool [18..=18], "Communication-Pattern";
        monitoring_event: bool [19..=19], "Monitoring-Event";
        dedicated_core_networks: bool [20..=20], "Dedicated Core Networks";
        non_ip_pdn_type_apns: bool [21..=21], "Non-IP PDN Type APNs";
        non_ip_pdp_type_apns: bool [22..=22], "Non-IP PDP Type APNs";
        removal_of_msisdn: bool [23..=23], "Removal of MSISDN";
        emergency_service_continuity: bool [24..=24], "Emergency Service Continuity";
        v2x_capability: bool [25..=25], "V2X Capability";
        external_identifier: bool [26..=26], "External-Identifier";
        nr_as_secondary_rat: bool [27..=27], "NR as Secondary RAT";
        unlicensed_spectrum_as_secondary_rat: bool [28..=28], "Unlicensed Spectrum as Secondary RAT";
    }
}

/// Both lists together, as a node has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Features {
    /// Feature-List-ID 1.
    pub list_1: FeatureList1,
    /// Feature-List-ID 2.
    pub list_2: FeatureList2,
}

impl Features {
    /// What a message tells; lists of other vendors or with other numbers say nothing to us, and of
    /// a list that stands twice the last counts.
    pub fn of(avps: &[SupportedFeatures]) -> Self {
        let mut all = Self::default();
        for s in avps.iter().filter(|s| s.vendor_id == TGPP) {
            match s.feature_list_id {
                1 => all.list_1 = FeatureList1(s.feature_list),
                2 => all.list_2 = FeatureList2(s.feature_list),
                _ => {}
            }
        }
        all
    }

    /// What both have (TS 29.229 7.2.2: the answer tells the features in common).
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            list_1: FeatureList1(self.list_1.0 & other.list_1.0),
            list_2: FeatureList2(self.list_2.0 & other.list_2.0),
        }
    }

    /// As AVPs: a list without features is left out.
    pub fn avps(self) -> Vec<SupportedFeatures> {
        let lists = [(1, self.list_1.0), (2, self.list_2.0)];
        let some = lists.into_iter().filter(|(_, list)| *list != 0);
        some.map(|(feature_list_id, feature_list)| SupportedFeatures {
            vendor_id: TGPP,
            feature_list_id,
            feature_list,
            other: Default::default(),
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_nodes_have_in_common() {
        let ours = Features {
            list_1: FeatureList1(0).with_trace(true).with_reg_sub(true),
            list_2: FeatureList2(0).with_reset_ids(true),
        };
        let mut avps = ours.avps();
        assert_eq!(avps.len(), 2);
        assert_eq!(Features::of(&avps), ours);
        avps[1].vendor_id = 0;
        let theirs = Features::of(&avps);
        assert_eq!(theirs.list_2, FeatureList2(0));
        assert_eq!(ours.and(theirs).avps().len(), 1);
        assert_eq!(Features::default().avps(), []);
    }
}
