//! The machine: trusted environment, USIM, radio side, IP stack, DM client.
