//! Frames in a capture file: tshark knows GSUP only behind IPA on its TCP port.
use bytes::BytesMut;
use std::net::SocketAddr;
use wire::net::TcpFlags;

/// A classic pcap of raw IP packets: each frame is a segment from a client to a server.
pub fn capture(frames: &[bytes::Bytes]) -> tempfile::NamedTempFile {
    let ends: [SocketAddr; 2] = ["127.0.2.1:40000", "127.0.4.1:4222"].map(|a| a.parse().unwrap());
    let mut file = Vec::new();
    for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 0x0004_0000, 101] {
        file.extend(word.to_le_bytes());
    }
    let mut seq = 1000;
    for (n, frame) in frames.iter().enumerate() {
        let mut packet = BytesMut::new();
        let flags = TcpFlags::ACK.and(TcpFlags::PSH);
        wire::net::tcp(
            &mut packet,
            (ends[0], ends[1]),
            n as u16,
            (seq, 1),
            flags,
            0,
            frame,
        );
        seq += frame.len() as u32;
        for word in [n as u32, 0, packet.len() as u32, packet.len() as u32] {
            file.extend(word.to_le_bytes());
        }
        file.extend_from_slice(&packet);
    }
    let to = tempfile::Builder::new().suffix(".pcap").tempfile().unwrap();
    std::fs::write(to.path(), file).unwrap();
    to
}
