//! Messages of our own that several tests look at.
#![allow(dead_code)]
use gsup::msg::{
    AuthTuple, CancelType, Cause, Ccm, CnDomain, Frame, InsertSubscriberDataRequest,
    LocationCancellationRequest, MessageClass, Name, Number, PdpInfo, Pdu, Present, PurgeMsResult,
    RoutingError, SendAuthInfoError, SendAuthInfoRequest, SendAuthInfoResult, SessionState, Tags,
    UpdateLocationRequest,
};
use wire::{Apn, Digits, Hex, Imsi, Octets, PdpAddress, QosProfile};

pub fn imsi() -> Imsi {
    "999010000000001".parse().unwrap()
}

/// A quintuplet with its triplet, of numbers that say where they stand.
pub fn tuple(n: u8) -> AuthTuple {
    AuthTuple {
        ik: Some(Hex([n | 0x30; 16])),
        ck: Some(Hex([n | 0x40; 16])),
        autn: Some(Hex([n | 0x50; 16])),
        res: Some(Octets::copy(&[n | 0x60; 8])),
        ..AuthTuple::gsm([n | 0x70; 16], [n | 0x10; 4], [n | 0x20; 8])
    }
}

/// The answer that an HLR gives most often: five vectors.
pub fn send_auth_info_result() -> Pdu {
    SendAuthInfoResult {
        auth_tuple: (0..5).map(tuple).collect(),
        ..SendAuthInfoResult::new(imsi())
    }
    .into()
}

pub fn send_auth_info_request() -> Pdu {
    SendAuthInfoRequest {
        cn_domain: Some(CnDomain::Ps),
        ..SendAuthInfoRequest::new(imsi())
    }
    .into()
}

/// Messages with their names, for golden texts and for tshark.
pub fn all() -> Vec<(&'static str, Frame)> {
    let resync = SendAuthInfoRequest {
        auts: Some(Hex([0xa5; 14])),
        rand: Some(Hex([0x5a; 16])),
        cn_domain: Some(CnDomain::Ps),
        ..SendAuthInfoRequest::new(imsi())
    };
    let update = UpdateLocationRequest {
        cn_domain: Some(CnDomain::Ps),
        ..UpdateLocationRequest::new(imsi())
    };
    let context = PdpInfo {
        qos: Some(Octets(QosProfile::background_64k().0)),
        ..PdpInfo::new(
            1,
            PdpAddress::ipv4(None).for_gtp(),
            Apn::new("m2m.registration").unwrap(),
        )
    };
    let insert = InsertSubscriberDataRequest {
        msisdn: Some(Number::international(&Digits::new("999015550001").unwrap())),
        pdp_info_complete: Some(Present::YES),
        pdp_info: vec![context],
        cn_domain: Some(CnDomain::Ps),
        ..InsertSubscriberDataRequest::new(imsi())
    };
    let cancel = LocationCancellationRequest {
        cancel_type: Some(CancelType::Withdraw),
        ..LocationCancellationRequest::new(imsi())
    };
    let purged = PurgeMsResult {
        freeze_p_tmsi: Some(Present::YES),
        ..PurgeMsResult::new(imsi())
    };
    let unknown = SendAuthInfoError::new(imsi(), Cause::ImsiUnknownInHlr);
    let nowhere = RoutingError {
        session_id: Some(7),
        session_state: Some(SessionState::End),
        message_class: Some(MessageClass::InterMsc),
        source_name: Some(Name::new("HLR")),
        destination_name: Some(Name::new("MSC-1")),
        ..RoutingError::new(imsi())
    };
    let gsup = |m: Pdu| Frame::Gsup(m.bytes());
    let name = Name::new("SGSN-00-00-00-00-00-01");
    vec![
        ("ping", Ccm::Ping.into()),
        ("pong", Ccm::Pong.into()),
        ("id-get", Ccm::IdGet(Tags::wanted()).into()),
        (
            "id-resp",
            Ccm::IdResp(Tags::answer(&Tags::wanted(), &name)).into(),
        ),
        ("id-ack", Ccm::IdAck.into()),
        ("send-auth-info-request", gsup(send_auth_info_request())),
        ("send-auth-info-request-resync", gsup(resync.into())),
        ("send-auth-info-error", gsup(unknown.into())),
        ("send-auth-info-result", gsup(send_auth_info_result())),
        ("update-location-request", gsup(update.into())),
        ("insert-subscriber-data-request", gsup(insert.into())),
        ("location-cancellation-request", gsup(cancel.into())),
        ("purge-ms-result", gsup(purged.into())),
        ("routing-error", gsup(nowhere.into())),
    ]
}

/// What a frame says, as text.
pub fn text(frame: &Frame) -> String {
    match frame {
        Frame::Ccm(m) => m.to_string(),
        Frame::Gsup(m) => Pdu::decode(m).unwrap().to_string(),
        Frame::Other { stream, payload } => format!("stream {stream}\n  {payload}"),
    }
}
