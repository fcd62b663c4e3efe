//! The layer-3 parameters that SNDCP negotiates in LLC's XID, TS 44.065 6.5 and 8.
use bytes::{BufMut, Bytes, BytesMut};
use wire::{Error, Kind, Reader, Result};

wire::code_points! {
    /// The type of a block, TS 44.065 table 8.
    pub struct Parameter(u8) {
        Version = 0, "SNDCP version number";
        DataCompression = 1, "Data compression";
        ProtocolCompression = 2, "Protocol control information compression";
    }
}

/// One block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Which.
    pub parameter: Parameter,
    /// Its octets.
    pub value: Bytes,
}

/// A compression entity in a block (TS 44.065 6.5.1.1, 6.6.1.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// Its number.
    pub number: u8,
    /// P: the algorithm, where it is proposed; absent where a proposed one is answered.
    pub algorithm: Option<u8>,
    /// What follows the length: DCOMP or PCOMP numbers where proposed, NSAPIs, parameters.
    pub value: Bytes,
}

/// More than a layer-3 parameter of 255 octets can be worth.
const MOST: usize = 64;

/// Reads all blocks.
///
/// # Errors
/// Where one is cut short.
pub fn blocks(octets: &[u8]) -> Result<Vec<Block>> {
    let mut r = Reader::new(octets);
    let mut all = vec![];
    while !r.is_empty() {
        if all.len() >= MOST {
            return Err(r.error(Kind::TooMany));
        }
        let parameter = Parameter(r.u8()?);
        let n = r.u8().map_err(named)?.into();
        let value = r.bytes(n).map_err(named)?;
        all.push(Block { parameter, value });
    }
    Ok(all)
}

/// Writes blocks. Values over 255 octets are cut.
pub fn write(all: &[Block]) -> Bytes {
    let mut w = BytesMut::new();
    for b in all {
        w.put_u8(b.parameter.0);
        put(&mut w, &b.value);
    }
    w.freeze()
}

/// Reads the entities of a compression block.
///
/// # Errors
/// Where one is cut short.
pub fn entities(octets: &[u8]) -> Result<Vec<Entity>> {
    let mut r = Reader::new(octets);
    let mut all = vec![];
    while !r.is_empty() {
        if all.len() >= MOST {
            return Err(r.error(Kind::TooMany));
        }
        let first = r.u8()?;
        let algorithm = match first & 0x80 {
            0 => None,
            _ => Some(r.u8().map_err(named)?),
        };
        let n = r.u8().map_err(named)?.into();
        let value = r.bytes(n).map_err(named)?;
        all.push(Entity {
            number: first & 0x1f,
            algorithm,
            value,
        });
    }
    Ok(all)
}

/// Writes entities. Values over 255 octets are cut.
pub fn write_entities(all: &[Entity]) -> Bytes {
    let mut w = BytesMut::new();
    for e in all {
        w.put_u8(u8::from(e.algorithm.is_some()) << 7 | e.number & 0x1f);
        if let Some(a) = e.algorithm {
            w.put_u8(a & 0x1f);
        }
        put(&mut w, &e.value);
    }
    w.freeze()
}

/// What to say to a peer's proposal: version 0, and no NSAPI for any entity that it proposes, so
/// nothing is compressed. A proposal that cannot be read is answered by the version alone.
pub fn answer(proposal: &[u8]) -> Bytes {
    let version = Block {
        parameter: Parameter::Version,
        value: Bytes::from_static(&[0]),
    };
    let mut out = vec![];
    for b in blocks(proposal).unwrap_or_else(|_| vec![version.clone()]) {
        match b.parameter {
            Parameter::Version => out.push(version.clone()),
            Parameter::DataCompression | Parameter::ProtocolCompression => {
                let refused: Vec<Entity> = entities(&b.value)
                    .unwrap_or_default()
                    .iter()
                    .map(|e| Entity {
                        number: e.number,
                        algorithm: None,
                        value: Bytes::from_static(&[0, 0]),
                    })
                    .collect();
                out.push(Block {
                    parameter: b.parameter,
                    value: write_entities(&refused),
                });
            }
            _ => {}
        }
    }
    write(&out)
}

fn put(w: &mut BytesMut, value: &[u8]) {
    let value = value.get(..value.len().min(255)).unwrap_or(&[]);
    w.put_u8(value.len() as u8);
    w.extend_from_slice(value);
}

fn named(e: Error) -> Error {
    e.within(0, "SNDCP XID block")
}
