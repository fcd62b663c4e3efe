//! pcapng files written, pcap and pcapng files read and dissected.
