//! Single messages in a capture file of their own, for a dissector chosen by name.
//!
//! The file is a classic pcap of link type 252 (`LINKTYPE_WIRESHARK_UPPER_PDU`): each record
//! names its dissector in a tag and then holds the message, without any lower layer.
use std::path::Path;

use tempfile::NamedTempFile;

const LINK_TYPE: u32 = 252;
const TAG_END: u16 = 0;
const TAG_DISSECTOR_NAME: u16 = 12;

/// Messages that tshark reads with one dissector; the file lives as long as this value.
#[derive(Debug)]
pub struct Pdus {
    file: NamedTempFile,
}

impl Pdus {
    /// Writes `messages`, each for the dissector `dissector` by its short name in Wireshark
    /// (`gtp`, `diameter`, `gsm_a_dtap`, `bssgp`, `radius`, …).
    ///
    /// # Panics
    /// Where the temporary file cannot be written.
    pub fn new<'a>(dissector: &str, messages: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut bytes = Vec::new();
        for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 0x0004_0000, LINK_TYPE] {
            bytes.extend(word.to_le_bytes());
        }
        for (number, message) in messages.into_iter().enumerate() {
            let mut record = tag(TAG_DISSECTOR_NAME, dissector.as_bytes());
            record.extend(tag(TAG_END, b""));
            record.extend(message);
            let length = u32::try_from(record.len()).expect("a message is shorter than 4 GB");
            let second = u32::try_from(number).expect("fewer than 2^32 messages");
            for word in [second, 0, length, length] {
                bytes.extend(word.to_le_bytes());
            }
            bytes.extend(record);
        }
        let file = tempfile::Builder::new().suffix(".pcap").tempfile();
        let file = file.expect("a temporary file can be made");
        std::fs::write(file.path(), bytes).expect("a temporary file can be written");
        Self { file }
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        self.file.path()
    }
}

impl AsRef<Path> for Pdus {
    fn as_ref(&self) -> &Path {
        self.path()
    }
}

/// One tag: number, length, value padded to four octets with zeros (the length counts them).
fn tag(number: u16, value: &[u8]) -> Vec<u8> {
    let length = value.len().next_multiple_of(4);
    let mut out = Vec::with_capacity(length + 4);
    out.extend(number.to_be_bytes());
    out.extend(
        u16::try_from(length)
            .expect("a dissector's name is short")
            .to_be_bytes(),
    );
    out.extend(value);
    out.resize(length + 4, 0);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_padded_to_four_octets() {
        assert_eq!(tag(12, b"gtp"), [0, 12, 0, 4, b'g', b't', b'p', 0]);
        assert_eq!(tag(0, b""), [0, 0, 0, 0]);
    }

    #[test]
    fn tshark_reads_a_message_by_name() {
        let Some(tshark) = crate::tshark("oracle-pdus") else {
            return;
        };
        let echo_request: &[u8] = &[0x32, 1, 0, 4, 0, 0, 0, 0, 0, 7, 0, 0];
        let pdus = Pdus::new("gtp", [echo_request, echo_request]);
        assert_eq!(tshark.count(&pdus, "gtp.message == 0x01"), 2);
        assert_eq!(
            tshark.fields(&pdus, "gtp", &["gtp.seq_number"]),
            [["0x0007"], ["0x0007"]]
        );
    }
}
