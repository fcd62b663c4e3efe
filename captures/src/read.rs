//! Reads pcap and pcapng, both byte orders, micro- and nanoseconds, in one pass.
use pcap_parser::{
    Block, OptionCode, PcapBlockOwned, PcapError, create_reader, traits::PcapNGPacketBlock,
    traits::PcapReaderIterator,
};
use std::{fmt, io};

/// A packet of a capture file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Its number in the file, from 1: the one that Wireshark shows.
    pub number: u64,
    /// Nanoseconds since 1970.
    pub utc: u64,
    /// Its interface, from 0.
    pub interface: usize,
    /// Link type of the interface (1 Ethernet, 101 raw IP, 113 Linux cooked, ...).
    pub link: u16,
    /// The octets that were kept.
    pub data: Vec<u8>,
    /// How many there were.
    pub length: usize,
    /// What the file says of it.
    pub comments: Vec<String>,
}

/// Why a capture file cannot be read (further).
#[derive(Debug)]
pub enum ReadError {
    /// The file itself.
    Io(io::Error),
    /// Neither pcap nor pcapng.
    NotACapture,
    /// Its end is missing: after this frame.
    CutShort(u64),
    /// A block that is not as it should be: after this frame.
    Broken(u64),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(e) => e.fmt(f),
            Self::NotACapture => f.write_str("neither a pcap nor a pcapng file"),
            Self::CutShort(n) => write!(f, "the file is cut short after frame {n}"),
            Self::Broken(n) => write!(f, "the file is broken after frame {n}"),
        }
    }
}

impl std::error::Error for ReadError {}

/// A capture file that is being read.
pub struct Reader {
    inner: Box<dyn PcapReaderIterator + Send>,
    interfaces: Vec<Interface>,
    count: u64,
    /// Units per second of a pcap file, and its link type.
    legacy: (u64, u16),
    done: bool,
}

#[derive(Debug, Clone)]
struct Interface {
    link: u16,
    /// Units per second, and an offset in seconds.
    resolution: u64,
    offset: i64,
    name: Option<String>,
}

/// No packet is longer; blocks of secrets may be.
const BUFFER: usize = 4 << 20;

impl Reader {
    /// Starts to read.
    ///
    /// # Errors
    /// Where it is no capture.
    pub fn new(from: impl io::Read + Send + 'static) -> Result<Self, ReadError> {
        let inner = create_reader(BUFFER, from).map_err(|e| match e {
            PcapError::ReadError => ReadError::Io(io::Error::other("the file cannot be read")),
            _ => ReadError::NotACapture,
        })?;
        Ok(Self {
            inner,
            interfaces: Vec::new(),
            count: 0,
            legacy: (1_000_000, 0),
            done: false,
        })
    }

    /// The name of an interface, where the file gives one.
    pub fn interface_name(&self, interface: usize) -> Option<&str> {
        self.interfaces.get(interface)?.name.as_deref()
    }

    fn step(&mut self) -> Result<Option<Frame>, ReadError> {
        loop {
            let count = self.count;
            match self.inner.next() {
                Ok((used, block)) => {
                    let frame = frame(&block, count + 1, &mut self.interfaces, &mut self.legacy);
                    self.inner.consume(used);
                    if let Some(f) = frame {
                        self.count = f.number;
                        return Ok(Some(f));
                    }
                }
                Err(PcapError::Eof) => return Ok(None),
                Err(PcapError::Incomplete(_)) => {
                    if self.inner.reader_exhausted() {
                        return Err(ReadError::CutShort(count));
                    }
                    self.inner.refill().map_err(|_| ReadError::Broken(count))?;
                }
                Err(PcapError::UnexpectedEof) => return Err(ReadError::CutShort(count)),
                Err(_) => return Err(ReadError::Broken(count)),
            }
        }
    }
}

impl Iterator for Reader {
    type Item = Result<Frame, ReadError>;

    /// The next packet; after an error nothing follows.
    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let next = self.step().transpose();
        self.done = !matches!(next, Some(Ok(_)));
        next
    }
}

fn frame(
    block: &PcapBlockOwned<'_>,
    number: u64,
    interfaces: &mut Vec<Interface>,
    legacy: &mut (u64, u16),
) -> Option<Frame> {
    match block {
        PcapBlockOwned::LegacyHeader(h) => {
            let per_second = if h.is_nanosecond_precision() {
                1_000_000_000
            } else {
                1_000_000
            };
            *legacy = (per_second, h.network.0 as u16);
            None
        }
        PcapBlockOwned::Legacy(b) => Some(Frame {
            number,
            utc: u64::from(b.ts_sec) * 1_000_000_000
                + u64::from(b.ts_usec) * (1_000_000_000 / legacy.0),
            interface: 0,
            link: legacy.1,
            data: b.data.to_vec(),
            length: b.origlen as usize,
            comments: Vec::new(),
        }),
        PcapBlockOwned::NG(Block::SectionHeader(_)) => {
            interfaces.clear();
            None
        }
        PcapBlockOwned::NG(Block::InterfaceDescription(d)) => {
            interfaces.push(Interface {
                link: d.linktype.0 as u16,
                resolution: d.ts_resolution().unwrap_or(1_000_000),
                offset: d.ts_offset(),
                name: d.if_name().and_then(Result::ok).map(str::to_owned),
            });
            None
        }
        PcapBlockOwned::NG(Block::EnhancedPacket(b)) => {
            let i = interfaces.get(b.if_id as usize)?;
            let units = u128::from(b.ts_high) << 32 | u128::from(b.ts_low);
            let nanos = units * 1_000_000_000 / u128::from(i.resolution.max(1));
            let offset = i128::from(i.offset) * 1_000_000_000;
            let comments = b.options.iter().filter(|o| o.code == OptionCode::Comment);
            Some(Frame {
                number,
                utc: u64::try_from(nanos as i128 + offset).unwrap_or(0),
                interface: b.if_id as usize,
                link: i.link,
                data: b.packet_data().to_vec(),
                length: b.origlen as usize,
                comments: comments
                    .map(|o| String::from_utf8_lossy(text(&o.value, o.len)).into_owned())
                    .collect(),
            })
        }
        PcapBlockOwned::NG(Block::SimplePacket(b)) => Some(Frame {
            number,
            utc: 0,
            interface: 0,
            link: interfaces.first()?.link,
            data: b.packet_data().to_vec(),
            length: b.origlen as usize,
            comments: Vec::new(),
        }),
        PcapBlockOwned::NG(_) => None,
    }
}

/// An option's value without its padding.
fn text(value: &[u8], len: u16) -> &[u8] {
    value.get(..usize::from(len)).unwrap_or(value)
}

/// The IP packet in a frame: what stands behind the link layer's header.
pub fn ip_packet(link: u16, data: &[u8]) -> Option<&[u8]> {
    const ETHERTYPES: [u16; 2] = [0x0800, 0x86dd];
    let behind = |at: usize, head: usize| {
        let kind = u16::from_be_bytes(data.get(at..at + 2)?.try_into().ok()?);
        ETHERTYPES
            .contains(&kind)
            .then(|| data.get(head..))
            .flatten()
    };
    match link {
        // Ethernet, with or without a VLAN tag
        1 => behind(12, 14).or_else(|| {
            let tagged = matches!(data.get(12..14), Some([0x81, 0x00] | [0x88, 0xa8]));
            tagged.then(|| behind(16, 18)).flatten()
        }),
        // BSD loopback: an address family in either order
        0 | 108 => data.get(4..),
        // raw IP, by its two numbers
        12 | 101 | 228 | 229 => Some(data),
        // Linux cooked, versions 1 and 2
        113 => behind(14, 16),
        276 => behind(0, 20),
        _ => None,
    }
}
