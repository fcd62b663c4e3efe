//! Messages of a small network: an SGSN of 001-01 and an HLR of 999-01.
#![allow(dead_code)] // each test has a use for some of them
use diameter_s6a::machine::{Identity, peer::error_answer};
use diameter_s6a::msg::*;
use wire::{Octets, Other, QosProfile};

/// The realm of the HLR.
pub const HOME: &str = "epc.mnc001.mcc999.3gppnetwork.org";
/// The realm of the SGSN.
pub const VISITED: &str = "epc.mnc001.mcc001.3gppnetwork.org";

/// The HLR.
pub fn hlr() -> Identity {
    let mut id = Identity::s6a(format!("icf.{HOME}"), HOME);
    id.addresses.push([127, 0, 3, 1].into());
    id.origin_state_id = Some(1);
    id
}

/// The SGSN.
pub fn sgsn() -> Identity {
    let mut id = Identity::s6a(format!("sgsn.{VISITED}"), VISITED);
    id.addresses.push([127, 0, 2, 1].into());
    id
}

fn s6a() -> Option<VendorSpecificApplicationId> {
    Some(VendorSpecificApplicationId {
        vendor_id: TGPP,
        auth_application_id: Some(application::S6A),
        acct_application_id: None,
        other: Other::default(),
    })
}

fn numbered(mut m: Message) -> Message {
    m.header.hop_by_hop = 0x0a0b_0c01;
    m.header.end_to_end = 0x1230_0001;
    m
}

/// Authentication-Information-Request.
pub fn air() -> Message {
    let m = AuthenticationInformationRequest {
        session_id: format!("sgsn.{VISITED};1;1").into(),
        vendor_specific_application_id: s6a(),
        auth_session_state: AuthSessionState::NoStateMaintained,
        origin_host: sgsn().origin_host(),
        origin_realm: sgsn().origin_realm(),
        destination_realm: HOME.into(),
        user_name: "999010000000001".into(),
        requested_utran_geran_authentication_info: Some(RequestedUtranGeranAuthenticationInfo {
            number_of_requested_vectors: Some(1),
            immediate_response_preferred: Some(1),
            ..Default::default()
        }),
        visited_plmn_id: PlmnId([0x00, 0xf1, 0x10]),
        ..Default::default()
    };
    numbered(Message::request(application::S6A, m))
}

/// Authentication-Information-Answer with one UTRAN vector.
pub fn aia() -> Message {
    let m = AuthenticationInformationAnswer {
        session_id: format!("sgsn.{VISITED};1;1").into(),
        vendor_specific_application_id: s6a(),
        result_code: Some(ResultCode::Success),
        auth_session_state: Some(AuthSessionState::NoStateMaintained),
        origin_host: hlr().origin_host(),
        origin_realm: hlr().origin_realm(),
        authentication_info: Some(AuthenticationInfo {
            utran_vector: vec![UtranVector {
                item_number: None,
                rand: [0x23; 16].into(),
                xres: Octets::copy(&[0x45; 8]),
                autn: [0x67; 16].into(),
                confidentiality_key: [0x89; 16].into(),
                integrity_key: [0xab; 16].into(),
                other: Other::default(),
            }],
            ..Default::default()
        }),
        ..Default::default()
    };
    Message::answer(&air().header, m)
}

/// Authentication-Information-Answer for a subscriber that nobody knows.
pub fn unknown_user() -> Message {
    let mut m = aia();
    if let Pdu::AuthenticationInformationAnswer(a) = &mut m.pdu {
        a.authentication_info = None;
        a.result_code = None;
        a.experimental_result = Some(ExperimentalResult {
            vendor_id: TGPP,
            experimental_result_code: ExperimentalResultCode::UserUnknown,
            other: Other::default(),
        });
    }
    m
}

/// Update-Location-Answer with a subscription to one APN.
pub fn ula() -> Message {
    let m = UpdateLocationAnswer {
        session_id: format!("sgsn.{VISITED};1;2").into(),
        vendor_specific_application_id: s6a(),
        result_code: Some(ResultCode::Success),
        auth_session_state: Some(AuthSessionState::NoStateMaintained),
        origin_host: hlr().origin_host(),
        origin_realm: hlr().origin_realm(),
        ula_flags: Some(UlaFlags(1)),
        subscription_data: Some(subscription()),
        ..Default::default()
    };
    let mut header = air().header;
    header.command = command::UPDATE_LOCATION;
    Message::answer(&header, m)
}

fn subscription() -> SubscriptionData {
    // what a subscription is without is read from one that is empty
    let empty = wire::Reader::new(&[]).all::<SubscriptionData>();
    let Ok(mut data) = empty else { unreachable!() };
    data.subscriber_status = Some(SubscriberStatus::ServiceGranted);
    data.network_access_mode = Some(NetworkAccessMode::OnlyPacket);
    data.gprs_subscription_data = Some(GprsSubscriptionData {
        complete_data_list_included_indicator: CompleteDataListIncluded::AllPdpContextsIncluded,
        pdp_context: vec![PdpContext {
            context_identifier: 1,
            pdp_type: [0xf1, 0x21].into(),
            qos_subscribed: qos_subscribed(2, &QosProfile::background_64k()),
            service_selection: "m2m.ro".into(),
            ..Default::default()
        }],
        other: Other::default(),
    });
    data
}

/// Cancel-Location-Request at the end of a subscription.
pub fn clr() -> Message {
    let m = CancelLocationRequest {
        session_id: format!("icf.{HOME};1;1").into(),
        vendor_specific_application_id: s6a(),
        auth_session_state: AuthSessionState::NoStateMaintained,
        origin_host: hlr().origin_host(),
        origin_realm: hlr().origin_realm(),
        destination_host: sgsn().origin_host(),
        destination_realm: VISITED.into(),
        user_name: "999010000000001".into(),
        cancellation_type: CancellationType::SubscriptionWithdrawal,
        ..Default::default()
    };
    numbered(Message::request(application::S6A, m))
}

/// Capabilities-Exchange-Request of the SGSN.
pub fn cer() -> Message {
    numbered(Message::request(application::BASE, sgsn().cer()))
}

/// Capabilities-Exchange-Answer of the HLR.
pub fn cea() -> Message {
    Message::answer(&cer().header, hlr().cea(ResultCode::Success))
}

/// Device-Watchdog-Request.
pub fn dwr() -> Message {
    let m = DeviceWatchdogRequest {
        origin_host: sgsn().origin_host(),
        origin_realm: sgsn().origin_realm(),
        origin_state_id: Some(7),
        other: Other::default(),
    };
    numbered(Message::request(application::BASE, m))
}

/// Disconnect-Peer-Request.
pub fn dpr() -> Message {
    let m = DisconnectPeerRequest {
        origin_host: sgsn().origin_host(),
        origin_realm: sgsn().origin_realm(),
        disconnect_cause: DisconnectCause::Rebooting,
        other: Other::default(),
    };
    numbered(Message::request(application::BASE, m))
}

/// An agent's answer: nobody serves the realm.
pub fn realm_not_served() -> Message {
    let session = format!("sgsn.{VISITED};1;1");
    let m = error_answer(&hlr(), ResultCode::RealmNotServed, Some(session.into()));
    Message::answer(&air().header, m)
}

/// All of them by name.
pub fn all() -> Vec<(&'static str, Message)> {
    vec![
        ("aia", aia()),
        ("aia-user-unknown", unknown_user()),
        ("air", air()),
        ("cea", cea()),
        ("cer", cer()),
        ("clr-subscription-withdrawal", clr()),
        ("dpr", dpr()),
        ("dwr", dwr()),
        ("error-realm-not-served", realm_not_served()),
        ("ula", ula()),
    ]
}
