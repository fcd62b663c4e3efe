//! Crate `diameter` as a peer for the base messages: it knows no S6a, so no more.
#[path = "common/samples.rs"]
mod samples;
use diameter::{
    ApplicationId, CommandCode, DiameterMessage,
    avp::{Address, Identity, UTF8String, Unsigned32, flags::M},
    dictionary::{self, Dictionary},
    flags,
};
use diameter_s6a::msg::{Message, Pdu};
use std::{io::Cursor, net::Ipv4Addr, sync::Arc};

fn dict() -> Arc<Dictionary> {
    Arc::new(Dictionary::new(&[&dictionary::DEFAULT_DICT_XML]))
}

#[test]
fn it_reads_our_base_messages_and_writes_them_back() {
    for m in [
        samples::cer(),
        samples::cea(),
        samples::dwr(),
        samples::dpr(),
    ] {
        let ours = m.to_bytes();
        let theirs = DiameterMessage::decode_from(&mut Cursor::new(&ours), dict()).unwrap();
        assert_eq!(theirs.get_length() as usize, ours.len());
        assert_eq!(theirs.get_hop_by_hop_id(), m.header.hop_by_hop);
        assert_eq!(theirs.get_end_to_end_id(), m.header.end_to_end);
        let host = theirs.get_avp(264).unwrap().get_identity().unwrap();
        assert!(host.value().ends_with("3gppnetwork.org"));
        let mut again = Vec::new();
        theirs.encode_to(&mut again).unwrap();
        assert_eq!(again, ours);
    }
}

#[test]
fn we_read_its_capabilities_exchange() {
    let mut cer = DiameterMessage::new(
        CommandCode::CapabilitiesExchange,
        ApplicationId::Common,
        flags::REQUEST,
        5,
        6,
        dict(),
    );
    cer.add_avp(264, None, M, Identity::new("mme.example").into());
    cer.add_avp(296, None, M, Identity::new("example").into());
    cer.add_avp(
        257,
        None,
        M,
        Address::from_ipv4(Ipv4Addr::new(127, 0, 0, 1)).into(),
    );
    cer.add_avp(266, None, M, Unsigned32::new(0).into());
    cer.add_avp(269, None, 0, UTF8String::new("peer").into());
    cer.add_avp(258, None, M, Unsigned32::new(16_777_251).into());
    let mut octets = Vec::new();
    cer.encode_to(&mut octets).unwrap();
    let m = Message::read_strict(&octets.clone().into()).unwrap();
    let Pdu::CapabilitiesExchangeRequest(r) = &m.pdu else {
        panic!("{m}")
    };
    assert_eq!(&r.origin_host, "mme.example");
    assert_eq!(r.auth_application_id, [16_777_251]);
    assert_eq!(r.host_ip_address[0].to_string(), "127.0.0.1");
    assert_eq!(m.to_bytes(), octets);
}
