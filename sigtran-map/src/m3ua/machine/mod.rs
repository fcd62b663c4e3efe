//! The procedures of M3UA (RFC 4666 4).
//!
//! | file | what | clause |
//! |---|---|---|
//! | `asp` | an application server process, and an IPSP that asks | 4.3 |
//! | `sgp` | a signalling gateway process, and an IPSP that answers | 4.3 |
//! | `server` | the processes of one application server, and who takes its traffic | 4.3.2 |
mod asp;
mod server;
mod sgp;

pub use asp::{Asp, Config, Output, State};
pub use server::{Notice, Server, ServerState};
pub use sgp::{Config as SgpConfig, Output as SgpOutput, Sgp};
