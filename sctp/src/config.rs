//! Settings of an endpoint.
use crate::packet::{CHUNK_HEADER, HEADER};
use dcsctp::api::Options;
use engine::{Prefix, SCTP_UDP};
use std::time::Duration;

/// Settings of an endpoint; the defaults suit signalling on a local network. Names in brackets are
/// the protocol parameters of RFC 9260 clause 16.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// UDP port to which the first packet to a peer goes (RFC 6951 5.1). Later ones go to where the
    /// peer's come from. Unused on raw IP.
    pub remote_udp: u16,
    /// Our SCTP port for connections that we make; without it, or where that pair of ports is
    /// taken, a dynamic one.
    pub local_port: Option<u16>,
    /// Streams offered each way; the lower of both sides' numbers holds.
    pub streams: u16,
    /// Longest SCTP packet in octets, common header included. IP and UDP headers come on top.
    pub mtu: u16,
    /// Longest message that is sent or given above, in octets.
    pub message: usize,
    /// Octets sent and not yet acknowledged from which on an association is full. At twice as many
    /// it is broken off. At least `message`.
    pub send_buffer: usize,
    /// Octets of unfinished or out-of-order messages kept for a peer: the window that is offered.
    /// At least `message`.
    pub receive_buffer: usize,
    /// First retransmission timeout, also of INIT and COOKIE ECHO (RTO.Initial).
    pub rto_initial: Duration,
    /// Shortest retransmission timeout (RTO.Min). Longer than the peer's delay of its SACKs.
    pub rto_min: Duration,
    /// Longest retransmission timeout (RTO.Max).
    pub rto_max: Duration,
    /// How long an acknowledgement may wait for company.
    pub sack_delay: Duration,
    /// Between heartbeats of an idle association (HB.Interval); zero: none.
    pub heartbeat: Duration,
    /// Timeouts in a row after which a peer is held to be gone (Association.Max.Retrans).
    pub retransmissions: u32,
    /// How long a connection may take to come up.
    pub connect_timeout: Duration,
    /// How long taking leave may last, data included (T5-shutdown-guard).
    pub shutdown_guard: Duration,
    /// How old a state cookie may be (Valid.Cookie.Life).
    pub cookie_life: Duration,
    /// Most associations at a time.
    pub associations: usize,
    /// Answers per second to packets that belong to no association (INIT ACK, ABORT, ...), for
    /// each of 256 groups of source addresses; bursts of as many pass.
    pub strangers_per_second: u32,
    /// From where packets are taken at all; empty: from anywhere.
    pub peers: Vec<Prefix>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            remote_udp: SCTP_UDP,
            local_port: None,
            streams: 16,
            mtu: 1400,
            message: 256 << 10,
            send_buffer: 1 << 20,
            receive_buffer: 1 << 20,
            rto_initial: Duration::from_millis(500),
            rto_min: Duration::from_millis(400),
            rto_max: Duration::from_secs(5),
            sack_delay: Duration::from_millis(100),
            heartbeat: Duration::from_secs(10),
            retransmissions: 5,
            connect_timeout: Duration::from_secs(10),
            shutdown_guard: Duration::from_secs(25),
            cookie_life: Duration::from_secs(60),
            associations: 10_000,
            strangers_per_second: 1000,
            peers: Vec::new(),
        }
    }
}

impl Config {
    /// The options of dcsctp, ports apart.
    pub(crate) fn options(&self) -> Options {
        Options {
            announced_maximum_incoming_streams: self.streams.max(1),
            announced_maximum_outgoing_streams: self.streams.max(1),
            mtu: usize::from(self.mtu),
            max_message_size: self.message,
            max_receiver_window_buffer_size: self.receive_buffer.max(self.message),
            // what is sent is bounded above, acknowledgements counted: see `Association::send`
            max_send_buffer_size: u32::MAX as usize,
            per_stream_send_queue_limit: u32::MAX as usize,
            total_buffered_amount_low_threshold: usize::MAX,
            default_stream_buffered_amount_low_threshold: usize::MAX,
            rto_initial: self.rto_initial,
            rto_min: self.rto_min,
            rto_max: self.rto_max,
            t1_init_timeout: self.rto_initial,
            t1_cookie_timeout: self.rto_initial,
            max_timer_backoff_duration: Some(self.rto_max),
            heartbeat_interval: self.heartbeat,
            delayed_ack_max_timeout: self.sack_delay,
            max_retransmissions: Some(self.retransmissions),
            // `connect_timeout` bounds them
            max_init_retransmits: None,
            enable_partial_reliability: false,
            // the endpoint has checked it
            disable_checksum_verification: true,
            ..Options::default()
        }
    }

    /// The longest state cookie that fits a packet of ours.
    pub(crate) fn longest_cookie(&self) -> usize {
        usize::from(self.mtu & !3).saturating_sub(HEADER.saturating_add(CHUNK_HEADER))
    }
}
