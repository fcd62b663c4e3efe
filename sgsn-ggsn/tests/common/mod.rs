//! A request as an SGSN sends it.
use gtp::msg::{CreatePdpContextRequest, Msisdn, Nsapi, Qos, RatType, SelectionMode};
use std::net::Ipv4Addr;
use wire::{Apn, Digits, PdpAddress, QosProfile};

/// The SGSN.
pub const SGSN: Ipv4Addr = Ipv4Addr::new(127, 0, 2, 1);

/// For a first context of NSAPI 5 at the APN `registration`.
pub fn create_request(imsi: &str, teid: u32) -> CreatePdpContextRequest {
    CreatePdpContextRequest {
        imsi: Some(imsi.parse::<wire::Imsi>().unwrap().into()),
        rai: None,
        recovery: Some(1),
        selection_mode: Some(SelectionMode::SUBSCRIBED),
        teid_data: teid,
        teid_control: Some(teid + 1),
        nsapi: Nsapi(5),
        linked_nsapi: None,
        charging_characteristics: None,
        trace_reference: None,
        trace_type: None,
        end_user_address: Some(PdpAddress::ipv4(None).for_gtp()),
        apn: Apn::new("registration.mnc001.mcc999.gprs"),
        pco: None,
        sgsn_control: SGSN.into(),
        sgsn_user: SGSN.into(),
        msisdn: Some(Msisdn::international(&Digits::new("99901555").unwrap())),
        qos: Qos {
            priority: 2,
            profile: QosProfile::background_64k(),
        },
        tft: None,
        trigger_id: None,
        omc_identity: None,
        common_flags: None,
        apn_restriction: None,
        rat_type: Some(RatType::Geran),
        user_location: None,
        ms_time_zone: None,
        imei_sv: None,
        camel_charging: None,
        additional_trace: None,
        correlation_id: None,
        evolved_arp: None,
        extended_common_flags: None,
        user_csg: None,
        apn_ambr: None,
        signalling_priority: None,
        cn_operator_selection: None,
        mapped_ue_usage_type: None,
        up_function_selection: None,
        private: None,
        other: Default::default(),
    }
}
