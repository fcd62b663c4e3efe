//! Messages of our own that several tests look at.
#![allow(dead_code)]
use gtp::msg::{
    Cause, CreatePdpContextRequest, CreatePdpContextResponse, Header, ImeiSv, Message, Msisdn,
    Nsapi, Pdu, Qos, RatType, ReorderingRequired, SelectionMode, UserLocation,
};
use std::net::Ipv4Addr;
use wire::{Apn, Digits, Octets, Pco, PcoItem, PdpAddress, QosProfile, Rai};

/// Of 18 elements, as a visited network's SGSN sends it.
pub fn create_request(imsi: &str, apn: &str, teid: u32) -> CreatePdpContextRequest {
    let plmn = "001-01".parse().unwrap();
    let dns = PcoItem {
        id: 0x8021,
        contents: Octets::copy(&[1, 1, 0, 10, 0x81, 6, 0, 0, 0, 0]),
    };
    CreatePdpContextRequest {
        imsi: Some(imsi.parse::<wire::Imsi>().unwrap().into()),
        rai: Some(Rai::new(plmn, 1, 1)),
        recovery: Some(7),
        selection_mode: Some(SelectionMode::SUBSCRIBED),
        teid_data: teid,
        teid_control: Some(teid ^ 0xffff),
        nsapi: Nsapi(5),
        linked_nsapi: None,
        charging_characteristics: Some(Default::default()),
        trace_reference: None,
        trace_type: None,
        end_user_address: Some(PdpAddress::ipv4(None).for_gtp()),
        apn: Apn::new(apn),
        pco: Some(Pco::new(&[dns])),
        sgsn_control: Ipv4Addr::new(127, 0, 2, 1).into(),
        sgsn_user: Ipv4Addr::new(127, 0, 2, 1).into(),
        msisdn: Some(Msisdn::international(&Digits::new("999015550001").unwrap())),
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
        user_location: Some(UserLocation::cell(plmn, 1, 2)),
        ms_time_zone: Some(Octets::copy(&[0x40, 0])),
        imei_sv: Some(ImeiSv(Octets::copy(&[
            0x53, 0x70, 0x90, 0x10, 0x32, 0x54, 0x76, 0xf1,
        ]))),
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

/// The answer to it.
pub fn create_response(address: Ipv4Addr, teid: u32) -> CreatePdpContextResponse {
    CreatePdpContextResponse {
        reordering_required: Some(ReorderingRequired::NO),
        recovery: Some(3),
        teid_data: Some(teid),
        teid_control: Some(!teid),
        nsapi: Some(Nsapi(5)),
        charging_id: Some(0x0102_0304),
        end_user_address: Some(PdpAddress::ipv4(Some(address)).for_gtp()),
        ggsn_control: Some(Ipv4Addr::new(127, 0, 3, 9).into()),
        ggsn_user: Some(Ipv4Addr::new(127, 0, 3, 10).into()),
        qos: Some(Qos {
            priority: 2,
            profile: QosProfile::background_64k(),
        }),
        ..CreatePdpContextResponse::refusal(Cause::RequestAccepted)
    }
}

/// A user's packet in its tunnel.
pub fn g_pdu(teid: u32, payload: &[u8]) -> Message {
    let mut w = bytes::BytesMut::new();
    let (from, to) = ("10.33.0.1:4000", "10.32.0.2:80");
    wire::net::udp(
        &mut w,
        from.parse().unwrap(),
        to.parse().unwrap(),
        1,
        payload,
    );
    Message {
        header: Header::user(255, teid),
        pdu: Pdu::GPdu(gtp::msg::GPdu(w.freeze().into())),
    }
}
