//! A record as it stands in a store file. A new field of [`Subscriber`] is a new row here, with a
//! tag that none has had.
use super::{PdpSubscription, Roaming, ServingNode, Standing, Subscriber};
use crate::kept::{Kept, rows};
use aka::{Algorithm, Generation, IndTable, K, Op, Opc, OperatorCode, Profile, Secret, Top, Topc};
use aka::{milenage::Constants, tuak::Parameters};
use diameter_s6a::msg::AccessRestrictionData;
use std::{collections::BTreeSet, time::Duration};
use wire::{Kind, Plmn, Reader, Result};

rows!(Subscriber {
    1 imsi;
    2 algorithm;
    3 k;
    4 operator_code;
    5 amf;
    6 profile;
    7 seq;
    8 indices;
    9 msisdn;
    10 contexts;
    11 eps;
    12 access_restriction;
    13 roaming;
    14 standing;
    15 valid_from;
    16 valid_until;
    17 lifetime;
    18 serving;
    19 purged;
    20 sim;
    21 service;
    22 terminal;
});

rows!(PdpSubscription {
    1 id;
    2 apn;
    3 pdp_type;
    4 qos;
    5 priority;
});

rows!(ServingNode {
    1 host;
    2 realm;
    3 plmn;
    4 mme;
});

impl Subscriber {
    /// As it stands in a store file, keys and all.
    pub fn octets(&self) -> Vec<u8> {
        let mut to = Vec::with_capacity(256);
        self.put(&mut to);
        to
    }

    /// From a store file.
    ///
    /// # Errors
    /// What a newer version wrote, and what is no record.
    pub fn from_octets(octets: &[u8]) -> Result<Self> {
        let mut r = Reader::new(octets);
        let mut s = Self::take(&mut r)?;
        let mut indices = IndTable::new(&s.profile);
        if !s
            .indices
            .iter()
            .all(|(node, ind)| indices.restore(node, ind))
        {
            return Err(r.error(Kind::BadValue(0)).within(8, "indices"));
        }
        s.indices = indices;
        Ok(s)
    }
}

impl Kept for Algorithm {
    fn put(&self, to: &mut Vec<u8>) {
        match self {
            _ if *self == Self::default() => {}
            Self::Milenage(c) => {
                to.push(1);
                c.c().iter().for_each(|c| to.extend_from_slice(c));
                to.extend_from_slice(&c.r());
            }
            Self::Tuak(p) => {
                to.push(2);
                to.extend_from_slice(&p.numbers());
            }
            Self::Xor { res } => to.extend_from_slice(&[3, *res]),
        }
    }

    /// MILENAGE with the constants of its specification has no octets.
    fn take(r: &mut Reader<'_>) -> Result<Self> {
        if r.is_empty() {
            return Ok(Self::default());
        }
        let wrong = r.error(Kind::BadValue(0));
        match r.u8()? {
            1 => {
                let mut c = [[0; 16]; 5];
                for c in &mut c {
                    *c = r.array()?;
                }
                let constants = Constants::new(c, r.array()?);
                constants.map(Self::Milenage).map_err(|_| wrong)
            }
            2 => {
                let [mac, res, ck, ik, iterations] = r.array()?;
                let parameters = Parameters::new(mac, res, ck, ik, iterations);
                parameters.map(Self::Tuak).map_err(|_| wrong)
            }
            3 => Ok(Self::Xor { res: r.u8()? }),
            _ => Err(wrong),
        }
    }
}

impl<const N: usize> Kept for Secret<N> {
    fn put(&self, to: &mut Vec<u8>) {
        self.expose().put(to);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self> {
        r.array().map(Self::new)
    }
}

impl Kept for K {
    fn put(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(self.expose());
    }

    fn take(r: &mut Reader<'_>) -> Result<Self> {
        match r.left() {
            32 => Secret::take(r).map(Self::Bits256),
            _ => Secret::take(r).map(Self::Bits128),
        }
    }
}

impl Kept for OperatorCode {
    fn put(&self, to: &mut Vec<u8>) {
        let (kind, code): (u8, &[u8]) = match self {
            Self::None => return,
            Self::Op(Op(code)) => (1, code.expose()),
            Self::Opc(Opc(code)) => (2, code.expose()),
            Self::Top(Top(code)) => (3, code.expose()),
            Self::Topc(Topc(code)) => (4, code.expose()),
        };
        to.push(kind);
        to.extend_from_slice(code);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self> {
        if r.is_empty() {
            return Ok(Self::None);
        }
        Ok(match r.u8()? {
            1 => Op(Secret::take(r)?).into(),
            2 => Opc(Secret::take(r)?).into(),
            3 => Top(Secret::take(r)?).into(),
            4 => Topc(Secret::take(r)?).into(),
            other => return Err(r.error(Kind::BadValue(other.into()))),
        })
    }
}

/// Length of IND, the clock's parameters where there is one, delta, age limit.
type Numbers = (u8, Option<(u8, u64, Duration)>, u64, Option<u64>);

impl Kept for Profile {
    fn put(&self, to: &mut Vec<u8>) {
        let clock = match self.generation() {
            Generation::Counter => None,
            Generation::PartlyTimeBased { seq2_bits, d, unit } => Some((seq2_bits, d, unit)),
        };
        let numbers: Numbers = (self.ind_bits(), clock, self.delta(), self.age_limit());
        numbers.put(to);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self> {
        let (ind_bits, clock, delta, age_limit) = Numbers::take(r)?;
        let generation = match clock {
            None => Generation::Counter,
            Some((seq2_bits, d, unit)) => Generation::PartlyTimeBased { seq2_bits, d, unit },
        };
        let profile = Self::new(ind_bits, generation, delta, age_limit);
        profile.map_err(|_| r.error(Kind::BadValue(0)))
    }
}

impl Kept for IndTable {
    fn put(&self, to: &mut Vec<u8>) {
        let nodes = self.iter().map(|(node, ind)| (node.to_owned(), ind));
        nodes.collect::<Vec<_>>().put(to);
    }

    /// As large as a table can be: [`Subscriber::from_octets`] knows the record's profile.
    fn take(r: &mut Reader<'_>) -> Result<Self> {
        let wrong = r.error(Kind::BadValue(0));
        let widest = Profile::new(Profile::MAX_IND_BITS, Generation::Counter, 1, None);
        let mut table = Self::new(&widest.map_err(|_| wrong)?);
        let nodes: Vec<(String, u16)> = Kept::take(r)?;
        let all = nodes.iter().all(|(node, ind)| table.restore(node, *ind));
        if all { Ok(table) } else { Err(wrong) }
    }
}

impl Kept for AccessRestrictionData {
    fn put(&self, to: &mut Vec<u8>) {
        self.0.put(to);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self> {
        u32::take(r).map(Self)
    }
}

impl Kept for Roaming {
    fn put(&self, to: &mut Vec<u8>) {
        if let Self::Only(networks) = self {
            to.push(1);
            networks.put(to);
        }
    }

    fn take(r: &mut Reader<'_>) -> Result<Self> {
        let only: Option<BTreeSet<Plmn>> = Kept::take(r)?;
        Ok(only.map_or(Self::Anywhere, Self::Only))
    }
}

impl Kept for Standing {
    fn put(&self, to: &mut Vec<u8>) {
        let code: u8 = match self {
            Self::Active => 0,
            Self::Quarantined => 1,
            Self::Barred => 2,
            Self::Unvalidated => 3,
        };
        code.put(to);
    }

    fn take(r: &mut Reader<'_>) -> Result<Self> {
        match u8::take(r)? {
            0 => Ok(Self::Active),
            1 => Ok(Self::Quarantined),
            2 => Ok(Self::Barred),
            3 => Ok(Self::Unvalidated),
            other => Err(r.error(Kind::BadValue(other.into()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::Utc;
    use wire::Apn;

    fn plain() -> Subscriber {
        let imsi = "999010000000001".parse().unwrap();
        Subscriber::new(imsi, [0x11; 16].into(), Opc::from([0x22; 16]).into())
    }

    fn full() -> Subscriber {
        let profile = Profile::PROFILE_1;
        let mut indices = IndTable::new(&profile);
        indices.assign("sgsn1.example");
        indices.assign("sgsn2.example");
        Subscriber {
            algorithm: Algorithm::Tuak(Parameters::new(8, 16, 16, 32, 2).unwrap()),
            k: [0x33; 32].into(),
            operator_code: Topc::from([0x44; 32]).into(),
            amf: [0x80, 0x01],
            profile,
            seq: 0x1_2345_6789,
            indices,
            msisdn: wire::Digits::new("0049170"),
            eps: true,
            access_restriction: AccessRestrictionData(5),
            roaming: Roaming::Only(["001-01".parse().unwrap(), "999-001".parse().unwrap()].into()),
            standing: Standing::Barred,
            valid_from: Some(Utc(0)),
            valid_until: Some(Utc(u64::MAX)),
            lifetime: Some(Duration::new(3600, 5)),
            serving: Some(ServingNode {
                host: "sgsn1.example".into(),
                realm: "example".into(),
                plmn: Some("001-01".parse().unwrap()),
                mme: false,
            }),
            purged: true,
            ..plain()
        }
        .with_apn(Apn::new("m2m.ro").unwrap())
        .with_apn(Apn::new("internet").unwrap())
    }

    fn others() -> Vec<Subscriber> {
        let mut constants = Constants::default().c();
        constants[0][15] = 9;
        let own = Constants::new(constants, Constants::default().r()).unwrap();
        let aged = Profile::new(0, Generation::Counter, u64::MAX, Some(7)).unwrap();
        vec![
            Subscriber {
                algorithm: Algorithm::Milenage(own),
                ..plain()
            },
            Subscriber {
                algorithm: Algorithm::Xor { res: 16 },
                operator_code: OperatorCode::None,
                profile: aged,
                indices: IndTable::new(&aged),
                roaming: Roaming::Only(BTreeSet::new()),
                lifetime: Some(Duration::ZERO),
                standing: Standing::Quarantined,
                ..plain()
            },
            Subscriber {
                operator_code: Op::from([1; 16]).into(),
                ..plain()
            },
            Subscriber {
                operator_code: Top::from([1; 32]).into(),
                ..plain()
            },
        ]
    }

    fn hex(octets: &[u8]) -> String {
        octets.iter().map(|o| format!("{o:02x}")).collect()
    }

    /// The format does not change: these octets are in people's files.
    #[test]
    fn the_octets_of_records() {
        let expected = [
            "010f393939303130303030303030303031",     // IMSI
            "031011111111111111111111111111111111",   // K
            "04110222222222222222222222222222222222", // OPc
            "05028000",                               // AMF
            "06090105000410000000",
            "00", // IND of 5 bits, counted, delta 2^28, no age limit
        ];
        assert_eq!(hex(&plain().octets()), expected.concat());
        let expected = [
            "010f393939303130303030303030303031",
            "0206020810102002",
            "03203333333333333333333333333333333333333333333333333333333333333333",
            "0421044444444444444444444444444444444444444444444444444444444444444444",
            "05028001",
            "061501050c01011803010000043b9aca00041000000000",
            "07050123456789",
            "0822100d7367736e312e6578616d706c65010f100d7367736e322e6578616d706c650112",
            "09080130303439313730",
            "0a44200101010207036d326d02726f0302f121040b23121f939640407400000005010222010102020908696e7465726e65740302f121040b23121f9396404074000000050102",
            "0b0101",
            "0c0105",
            "0d1001063030312d3031073939392d303031",
            "0e0102",
            "0f0101",
            "100901ffffffffffffffff",
            "110701034630b8a005",
            "122201010d7367736e312e6578616d706c6502076578616d706c650307013030312d3031",
            "130101",
        ];
        assert_eq!(hex(&full().octets()), expected.concat());
    }

    #[test]
    fn every_record_comes_back() {
        for s in others().into_iter().chain([plain(), full()]) {
            assert_eq!(Subscriber::from_octets(&s.octets()).as_ref(), Ok(&s));
        }
    }

    /// A damaged file leads to an error or to another record, never to a panic.
    #[test]
    fn damaged_octets() {
        let octets = full().octets();
        for end in 0..octets.len() {
            let _ = Subscriber::from_octets(&octets[..end]);
        }
        for (i, bit) in (0..octets.len()).flat_map(|i| (0..8).map(move |b| (i, b))) {
            let mut bad = octets.clone();
            bad[i] ^= 1 << bit;
            if let Ok(s) = Subscriber::from_octets(&bad) {
                assert_eq!(Subscriber::from_octets(&s.octets()), Ok(s));
            }
        }
        // a row that only a newer version knows; a record without a key
        let newer = [&octets[..], &[200, 1, 1]].concat();
        let e = Subscriber::from_octets(&newer).unwrap_err();
        assert_eq!((e.kind, e.key), (Kind::Unknown, 200));
        let e = Subscriber::from_octets(&octets[..17]).unwrap_err();
        assert_eq!((e.key, e.field), (3, "k"));
        // an IND that the profile does not have, one that two nodes hold
        let mut s = full();
        s.profile = Profile::new(0, Generation::Counter, 1, None).unwrap();
        assert_eq!(
            Subscriber::from_octets(&s.octets()).unwrap_err().field,
            "indices"
        );
    }
}
