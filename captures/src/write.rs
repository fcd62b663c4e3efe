//! Writes pcapng: one interface block per leg, raw IP, nanoseconds, a comment per packet.
use pcap_file::{
    DataLink, Endianness,
    pcapng::{
        PcapNgBlock, PcapNgWriteError, PcapNgWriter,
        blocks::{
            enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption},
            interface_description::{
                InterfaceDescriptionBlock, InterfaceDescriptionOption, InterfaceTsResolution,
            },
            opt_common::CommonOption,
            section_header::{SectionHeaderBlock, SectionHeaderOption},
            unknown::UnknownBlock,
        },
    },
};
use std::{borrow::Cow, io, time::Duration};

/// An interface block of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interface(u32);

/// A pcapng file that is being written. Every packet is whole in the file once it is flushed: a
/// run that is broken off leaves a valid file.
pub struct Writer<W: io::Write> {
    inner: PcapNgWriter<W>,
    interfaces: u32,
}

/// Block type of a Decryption Secrets Block, and the type of a TLS key log in it.
const SECRETS_BLOCK: u32 = 10;
const TLS_KEY_LOG: u32 = 0x544c_534b;

impl<W: io::Write> Writer<W> {
    /// Starts a file. No host name, operating system or time goes in.
    ///
    /// # Errors
    /// What `to` says.
    pub fn new(to: W, application: &str, comment: &str) -> io::Result<Self> {
        let section = SectionHeaderBlock {
            // one order on every machine: equal runs give equal files
            endianness: Endianness::Little,
            options: vec![
                SectionHeaderOption::UserApplication(Cow::Borrowed(application)),
                SectionHeaderOption::Common(CommonOption::Comment(Cow::Borrowed(comment))),
            ],
            ..Default::default()
        };
        let inner = PcapNgWriter::with_section_header(to, section).map_err(io)?;
        Ok(Self {
            inner,
            interfaces: 0,
        })
    }

    /// Adds an interface: its name and who talks to whom on it.
    ///
    /// # Errors
    /// What the file says.
    pub fn interface(&mut self, name: &str, description: &str) -> io::Result<Interface> {
        let nanoseconds = InterfaceTsResolution::from_u8(9).map_err(io::Error::other)?;
        let block = InterfaceDescriptionBlock {
            linktype: DataLink::RAW,
            snaplen: 0,
            options: vec![
                InterfaceDescriptionOption::IfName(Cow::Borrowed(name)),
                InterfaceDescriptionOption::IfDescription(Cow::Borrowed(description)),
                InterfaceDescriptionOption::IfTsResol(nanoseconds),
            ],
        };
        self.inner.write_block(&block.into_block()).map_err(io)?;
        self.interfaces += 1;
        Ok(Interface(self.interfaces - 1))
    }

    /// Adds a packet: nanoseconds since 1970, raw IP, what to say of it.
    ///
    /// # Errors
    /// What the file says.
    pub fn packet(
        &mut self,
        on: Interface,
        utc: u64,
        packet: &[u8],
        comment: Option<&str>,
    ) -> io::Result<()> {
        let comment = comment.map(|c| CommonOption::Comment(Cow::Borrowed(c)));
        let block = EnhancedPacketBlock {
            interface_id: on.0,
            timestamp: Duration::from_nanos(utc),
            original_len: u32::try_from(packet.len()).unwrap_or(u32::MAX),
            data: Cow::Borrowed(packet),
            options: comment
                .map(EnhancedPacketOption::Common)
                .into_iter()
                .collect(),
        };
        self.inner.write_block(&block.into_block()).map_err(io)?;
        Ok(())
    }

    /// Adds TLS secrets (lines of a key log file). They have to stand before the packets that
    /// they open.
    ///
    /// # Errors
    /// What the file says.
    pub fn tls_secrets(&mut self, key_log: &str) -> io::Result<()> {
        let mut value = Vec::with_capacity(key_log.len() + 12);
        value.extend_from_slice(&TLS_KEY_LOG.to_le_bytes());
        value.extend_from_slice(&(key_log.len() as u32).to_le_bytes());
        value.extend_from_slice(key_log.as_bytes());
        value.resize(value.len().next_multiple_of(4), 0);
        let len = value.len() as u32 + 12;
        let block = UnknownBlock::new(SECRETS_BLOCK, len, &value);
        self.inner.write_block(&block.into_block()).map_err(io)?;
        Ok(())
    }

    /// Hands all that was written to the system.
    ///
    /// # Errors
    /// What the file says.
    pub fn flush(&mut self) -> io::Result<()> {
        self.inner.get_mut().flush()
    }

    /// What it writes to.
    pub fn into_inner(self) -> W {
        self.inner.into_inner()
    }
}

fn io(e: PcapNgWriteError) -> io::Error {
    match e {
        PcapNgWriteError::Io(e) => e,
        other => io::Error::other(other),
    }
}
