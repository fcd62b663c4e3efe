//! The profile of OMA device management: the account as a tree (OMA-TS-DM-TNDS) that a SyncML message
//! adds to the device's inbox (OMA-TS-DM-Bootstrap 5.4).
use super::{CLIENT, Given, SERVER};
use crate::{
    json::DmAccount,
    syncml::{Document, Element, Header, Message, Node, Tag},
    text::{B64, SecretText, base64, from_base64},
};

/// Where the message's tree goes.
pub const INBOX: &str = "./Inbox";
/// Media type of the tree.
pub const TYPE: &str = "application/vnd.syncml.dmtnds+wbxml";

/// The message, for the device `device`.
pub(super) fn write(given: &Given, device: &str) -> Vec<u8> {
    let text = Element::text;
    let meta = Element::new(Tag::Meta)
        .with(text(Tag::Format, "node"))
        .with(text(Tag::Type, TYPE));
    let item = Element::new(Tag::Item)
        .with(Element::new(Tag::Target).with(text(Tag::LocURI, INBOX)))
        .with(meta)
        .with(Element::new(Tag::Data).with(tree(given)));
    let add = Element::new(Tag::Add)
        .with(text(Tag::CmdID, "1"))
        .with(item);
    let message = Message {
        header: Header {
            ver_dtd: "1.2".to_owned(),
            ver_proto: "DM/1.2".to_owned(),
            // there is no session: nobody answers it
            session_id: "0".to_owned(),
            msg_id: 1,
            target: device.to_owned(),
            source: given.account.server_id.clone(),
            ..Header::default()
        },
        commands: vec![crate::syncml::Command::Other(add)],
        is_final: true,
    };
    message.write()
}

/// The account; `None` where the message is none or holds none.
pub(super) fn read(octets: &[u8]) -> Option<Given> {
    let root = Document::read(octets).ok()?.root;
    let body = root.find(Tag::SyncBody)?;
    let adds = body.elements().filter(|e| e.tag == Tag::Add);
    let items = adds.flat_map(|a| a.elements().filter(|e| e.tag == Tag::Item));
    let to_inbox = |i: &&Element| {
        let target = i.find(Tag::Target).and_then(|t| t.text_of(Tag::LocURI));
        target.is_some_and(|t| t.trim_start_matches("./") == "Inbox")
    };
    let tree = items
        .filter(to_inbox)
        .find_map(|i| i.find(Tag::Data)?.find(Tag::DdfMgmtTree))?;
    let account = tree.elements().find(|n| {
        let path = n.text_of(Tag::DdfPath);
        n.tag == Tag::DdfNode && path.is_some_and(|p| p.trim_start_matches("./") == "DMAcc")
    })?;
    let leaf = |path: &str| value(account, path);
    if leaf("AppID")? != "w7" {
        return None;
    }
    let secret = |who: &str| leaf(&format!("AppAuth/{who}/AAuthSecret")).map(SecretText);
    let nonce = |who: &str| {
        let text = leaf(&format!("AppAuth/{who}/AAuthData")).unwrap_or_default();
        from_base64(&text).map(B64)
    };
    Some(Given {
        uri: leaf("AppAddr/1/Addr")?,
        account: DmAccount {
            client_name: leaf(&format!("AppAuth/{CLIENT}/AAuthName"))?,
            client_secret: secret(CLIENT)?,
            client_nonce: nonce(CLIENT)?,
            server_id: leaf("ServerID")?,
            server_secret: secret(SERVER)?,
            server_nonce: nonce(SERVER)?,
        },
    })
}

fn tree(given: &Given) -> Element {
    let a = &given.account;
    let auth = |who, level, name: &str, secret: &SecretText, nonce: &B64| {
        node(who)
            .with(leaf("AAuthLevel", level))
            .with(leaf("AAuthType", "DIGEST"))
            .with(leaf("AAuthName", name))
            .with(leaf("AAuthSecret", &secret.0))
            .with(
                named("AAuthData")
                    .with(properties(Tag::DdfB64))
                    .with(Element::text(Tag::DdfValue, base64(&nonce.0))),
            )
    };
    let account = node("DPF");
    // the path comes behind the name (OMA-TS-DM-TNDS 6.1)
    let account = with_path(account, "./DMAcc")
        .with(leaf("AppID", "w7"))
        .with(leaf("ServerID", &a.server_id))
        .with(leaf("Name", &a.server_id))
        .with(node("AppAddr").with(node("1").with(leaf("Addr", &given.uri))))
        .with(
            node("AppAuth")
                .with(auth(
                    CLIENT,
                    "CLCRED",
                    &a.client_name,
                    &a.client_secret,
                    &a.client_nonce,
                ))
                .with(auth(
                    SERVER,
                    "SRVCRED",
                    &a.server_id,
                    &a.server_secret,
                    &a.server_nonce,
                )),
        );
    Element::new(Tag::DdfMgmtTree)
        .with(Element::text(Tag::DdfVerDTD, "1.2"))
        .with(account)
}

fn named(name: &str) -> Element {
    Element::new(Tag::DdfNode).with(Element::text(Tag::DdfNodeName, name))
}

fn properties(format: Tag) -> Element {
    let format = Element::new(Tag::DdfFormat).with(Element::new(format));
    Element::new(Tag::DdfRTProperties).with(format)
}

fn node(name: &str) -> Element {
    named(name).with(properties(Tag::DdfIsNode))
}

fn leaf(name: &str, value: &str) -> Element {
    named(name)
        .with(properties(Tag::DdfChr))
        .with(Element::text(Tag::DdfValue, value))
}

fn with_path(mut node: Element, path: &str) -> Element {
    let path = Node::Element(Element::text(Tag::DdfPath, path));
    let at = node.children.len().min(1);
    node.children.insert(at, path);
    node
}

/// The value of a leaf below a node.
fn value(node: &Element, path: &str) -> Option<String> {
    let below = |at: &Element, name: &str| {
        let is = |n: &&Element| {
            n.tag == Tag::DdfNode && n.text_of(Tag::DdfNodeName).as_deref() == Some(name)
        };
        at.elements().find(is).cloned()
    };
    let mut at = node.clone();
    for name in path.split('/') {
        at = below(&at, name)?;
    }
    Some(at.text_of(Tag::DdfValue).unwrap_or_default())
}
