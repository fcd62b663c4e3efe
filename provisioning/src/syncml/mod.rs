//! SyncML 1.2, the representation of OMA-DM (OMA-TS-SyncML-RepPro, OMA-TS-DM-RepPro): one tree of
//! elements, read from and written to WBXML 1.2/1.3 and XML, and the typed commands above it.
//!
//! Left out: attributes (SyncML has none but the name space), literal tags, extension tokens.
mod command;
mod message;
mod tags;
mod tree;
mod wbxml;
mod xml;

pub use command::{
    Alert, Chal, Command, Cred, Data, Group, Item, Meta, Request, Results, Status, Verb,
};
pub use message::{Form, Header, Message};
pub use tags::{Space, Tag};
pub use tree::{Element, Node};
pub use wbxml::{Document, PUBLIC_ID_1_1, PUBLIC_ID_1_2};

/// Media type of a DM message in WBXML.
pub const TYPE_WBXML: &str = "application/vnd.syncml.dm+wbxml";
/// Media type of a DM message in XML.
pub const TYPE_XML: &str = "application/vnd.syncml.dm+xml";
