//! Connection management of IPA (CCM): who is there, and is anybody there.
use super::Name;
use bytes::{BufMut, BytesMut};
use std::fmt;
use wire::{Kind, Octets, Reader, Result, with_len};

/// The most parts of an identity that are read: there are nine kinds.
const MOST: usize = 32;

wire::code_points! {
    /// What a part of an identity says.
    pub struct Tag(u8) {
        SerialNumber = 0, "serial number";
        UnitName = 1, "unit name";
        Location = 2, "location";
        UnitType = 3, "unit type";
        EquipmentVersion = 4, "equipment version";
        SoftwareVersion = 5, "software version";
        IpAddress = 6, "IP address";
        MacAddress = 7, "MAC address";
        UnitId = 8, "unit id";
    }
}

/// Parts of an identity, in their order: asked for (then mostly empty), or given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tags(pub Vec<(Tag, Octets)>);

/// A message of connection management.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ccm {
    /// Are you there?
    Ping,
    /// I am.
    Pong,
    /// Who are you? With what is wanted.
    IdGet(Tags),
    /// This is who I am.
    IdResp(Tags),
    /// I know now who you are.
    IdAck,
    /// Something else, with all that follows its type.
    Other(u8, Octets),
}

impl Tags {
    /// What a server asks for, as Osmocom's servers do.
    pub fn wanted() -> Self {
        let all = [
            Tag::UnitId,
            Tag::MacAddress,
            Tag::Location,
            Tag::UnitType,
            Tag::EquipmentVersion,
            Tag::SoftwareVersion,
            Tag::UnitName,
            Tag::SerialNumber,
        ];
        Self(all.map(|t| (t, Octets::default())).into())
    }

    /// The parts of an identity that were asked for, of a node that is known by its name alone.
    pub fn answer(wanted: &Self, name: &Name) -> Self {
        let part = |tag: Tag| match tag {
            Tag::SerialNumber | Tag::UnitName => name.0.clone(),
            Tag::UnitId => Name::new("0/0/0").0,
            Tag::MacAddress | Tag::Location => Name::new("00:00:00:00:00:00").0,
            _ => Name::new("").0,
        };
        Self(wanted.0.iter().map(|(t, _)| (*t, part(*t))).collect())
    }

    /// The name of whoever gave these: its serial number, else its unit name. Osmocom's servers
    /// look at the former, its clients put the same in both.
    pub fn name(&self) -> Option<Name> {
        let of = |tag| {
            let part = self.0.iter().find(|(t, v)| *t == tag && v.len() > 1);
            part.map(|(_, v)| Name(v.clone()))
        };
        of(Tag::SerialNumber).or_else(|| of(Tag::UnitName))
    }

    /// Each part stands behind the length of tag and value: in one octet where it is asked for, in
    /// two where it is given.
    fn read(r: &mut Reader<'_>, width: usize) -> Result<Self> {
        let mut all = Vec::new();
        while !r.is_empty() {
            let n = match width {
                1 => r.u8()?.into(),
                _ => r.u16()?,
            };
            let mut part = r.sub(n.into())?;
            if part.is_empty() {
                return Err(part.error(Kind::BadLength(0)));
            }
            let tag = Tag(part.u8()?);
            if all.len() >= MOST {
                return Err(part.error(Kind::TooMany));
            }
            all.push((tag, part.octets()));
        }
        Ok(Self(all))
    }

    fn write(&self, w: &mut BytesMut, width: usize) {
        for (tag, value) in &self.0 {
            with_len(width, w, |w| {
                w.put_u8(tag.0);
                w.put_slice(value);
            });
        }
    }
}

impl Ccm {
    /// Reads the payload of a frame, and all of it.
    pub fn read(mut r: Reader<'_>) -> Result<Self> {
        let m = match r.u8()? {
            0 => Self::Ping,
            1 => Self::Pong,
            4 => Self::IdGet(Tags::read(&mut r, 1)?),
            5 => Self::IdResp(Tags::read(&mut r, 2)?),
            6 => Self::IdAck,
            other => Self::Other(other, Octets(r.rest_bytes())),
        };
        r.done()?;
        Ok(m)
    }

    /// Appends the payload.
    pub fn write(&self, w: &mut BytesMut) {
        w.put_u8(self.code());
        match self {
            Self::IdGet(tags) => tags.write(w, 1),
            Self::IdResp(tags) => tags.write(w, 2),
            Self::Other(_, rest) => w.put_slice(rest),
            Self::Ping | Self::Pong | Self::IdAck => {}
        }
    }

    /// The type code.
    pub fn code(&self) -> u8 {
        match self {
            Self::Ping => 0,
            Self::Pong => 1,
            Self::IdGet(_) => 4,
            Self::IdResp(_) => 5,
            Self::IdAck => 6,
            Self::Other(code, _) => *code,
        }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ping => "PING",
            Self::Pong => "PONG",
            Self::IdGet(_) => "ID_GET",
            Self::IdResp(_) => "ID_RESP",
            Self::IdAck => "ID_ACK",
            Self::Other(..) => "unknown message",
        }
    }
}

/// Its name, and a line per part of an identity.
impl fmt::Display for Ccm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::IdGet(tags) | Self::IdResp(tags) => tags.0.iter().try_for_each(|(t, v)| {
                let line = format!("{:<28} {}", t.to_string(), Name(v.clone()));
                write!(f, "\n  {}", line.trim_end())
            }),
            Self::Other(code, rest) => write!(f, " {code}\n  {rest}"),
            Self::Ping | Self::Pong | Self::IdAck => Ok(()),
        }
    }
}
