//! Diameter base and S6a/S6d: messages, peers, routing.
