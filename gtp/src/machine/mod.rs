//! What an end point does with messages: pure machines, time and randomness handed in.
//!
//! [`path`] owns sequence numbers, retransmission, Echo and duplicates, per peer; [`tunnel`] hands
//! out TEIDs and keeps PDP contexts; [`forward`] carries user packets past both.
pub mod forward;
pub mod path;
pub mod tunnel;
