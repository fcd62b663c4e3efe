//! Sockets and the clock: runs nodes on the real network.
