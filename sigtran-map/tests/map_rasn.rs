//! What we write, as an ASN.1 compiler of others reads and writes it.
use rasn::prelude::*;
use sigtran_map::map::msg::{
    self, AddressString, Argument, AuthenticationTriplet, GsnAddress, Outcome,
    SendAuthenticationInfoArg, SendAuthenticationInfoRes, UpdateGprsLocationArg,
};

#[derive(AsnType, Encode, Decode, Debug, PartialEq)]
struct Resync {
    rand: OctetString,
    auts: OctetString,
}

#[derive(AsnType, Encode, Decode, Debug, PartialEq)]
struct SaiArg {
    #[rasn(tag(context, 0))]
    imsi: OctetString,
    vectors: u8,
    no_segmentation: Option<()>,
    #[rasn(tag(context, 1))]
    immediate: Option<()>,
    resync: Option<Resync>,
    #[rasn(tag(context, 3))]
    node_type: Option<u8>,
}

#[derive(AsnType, Encode, Decode, Debug, PartialEq)]
struct Quintuplet {
    rand: OctetString,
    xres: OctetString,
    ck: OctetString,
    ik: OctetString,
    autn: OctetString,
}

#[derive(AsnType, Encode, Decode, Debug, PartialEq)]
struct Triplet {
    rand: OctetString,
    sres: OctetString,
    kc: OctetString,
}

#[derive(AsnType, Encode, Decode, Debug, PartialEq)]
#[rasn(tag(context, 3))]
struct SaiRes {
    #[rasn(tag(context, 0))]
    triplets: Option<SequenceOf<Triplet>>,
    #[rasn(tag(context, 1))]
    quintuplets: Option<SequenceOf<Quintuplet>>,
}

#[derive(AsnType, Encode, Decode, Debug, PartialEq)]
struct Capability {
    #[rasn(tag(context, 3))]
    gprs_enhancements: Option<()>,
}

#[derive(AsnType, Encode, Decode, Debug, PartialEq)]
struct UglArg {
    imsi: OctetString,
    sgsn_number: OctetString,
    sgsn_address: OctetString,
    #[rasn(tag(context, 0))]
    capability: Option<Capability>,
}

fn octets(b: &[u8]) -> OctetString {
    OctetString::from_slice(b)
}

fn imsi() -> (wire::Imsi, OctetString) {
    let packed = octets(&[0x99, 0x09, 0x01, 0, 0, 0, 0x10, 0xf7]);
    ("999010000000017".parse().unwrap(), packed)
}

/// Both write the same octets, and each reads the other's.
fn same<T: Encode + Decode + PartialEq + std::fmt::Debug>(ours: &bytes::Bytes, theirs: &T) {
    let written = rasn::ber::encode(theirs).unwrap();
    assert_eq!(hex::encode(ours), hex::encode(&written));
    assert_eq!(&rasn::ber::decode::<T>(ours).unwrap(), theirs);
}

#[test]
fn send_authentication_info() {
    let (imsi, packed) = imsi();
    let ours = SendAuthenticationInfoArg::sgsn(imsi, 5).resynchronise([1; 16], [2; 14]);
    let theirs = SaiArg {
        imsi: packed,
        vectors: 5,
        no_segmentation: None,
        immediate: Some(()),
        resync: Some(Resync {
            rand: octets(&[1; 16]),
            auts: octets(&[2; 14]),
        }),
        node_type: Some(1),
    };
    let ours = Argument::from(ours).parameter(Default::default());
    same(ours.octets(), &theirs);
}

#[test]
fn vectors() {
    let q = |n: u8| {
        let ours = msg::AuthenticationQuintuplet::new([n; 16], &[n; 8], [2; 16], [3; 16], [4; 16]);
        let theirs = Quintuplet {
            rand: octets(&[n; 16]),
            xres: octets(&[n; 8]),
            ck: octets(&[2; 16]),
            ik: octets(&[3; 16]),
            autn: octets(&[4; 16]),
        };
        (ours, theirs)
    };
    let (ours, theirs): (Vec<_>, Vec<_>) = (0..5).map(q).unzip();
    let ours = Outcome::from(SendAuthenticationInfoRes::quintuplets(ours));
    let theirs = SaiRes {
        triplets: None,
        quintuplets: Some(theirs),
    };
    same(ours.parameter(Default::default()).octets(), &theirs);
    let t = AuthenticationTriplet::new([6; 16], [7; 4], [8; 8]);
    let ours = Outcome::from(SendAuthenticationInfoRes::triplets(vec![t]));
    let theirs = Triplet {
        rand: octets(&[6; 16]),
        sres: octets(&[7; 4]),
        kc: octets(&[8; 8]),
    };
    let theirs = SaiRes {
        triplets: Some(vec![theirs]),
        quintuplets: None,
    };
    same(ours.parameter(Default::default()).octets(), &theirs);
}

#[test]
fn update_gprs_location() {
    let (imsi, packed) = imsi();
    let number = AddressString::international(&wire::Digits::new("99901200").unwrap());
    let address = GsnAddress::from(std::net::IpAddr::from([127, 0, 2, 1]));
    let ours = Argument::from(UpdateGprsLocationArg::new(imsi, number, address));
    let theirs = UglArg {
        imsi: packed,
        sgsn_number: octets(&[0x91, 0x99, 0x09, 0x21, 0x00]),
        sgsn_address: octets(&[4, 127, 0, 2, 1]),
        capability: None,
    };
    same(ours.parameter(Default::default()).octets(), &theirs);
}
