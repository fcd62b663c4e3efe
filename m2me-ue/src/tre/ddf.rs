//! The MCIM object's description in `docs/ddf/mcim.xml` (OMA-TS-DM-TND 8) against the tree: what may be
//! done with a node, and what cannot, is what the tree says.
use super::{
    tests::{DPF, World, account, device, load},
    tree::DeviceTree,
    *,
};
use engine::Now;
use provisioning::{
    dm::{Code, Tree},
    syncml::{Element, Tag},
};

const DDF: &str = include_str!("../../../docs/ddf/mcim.xml");
/// The application that the dynamic node stands for.
const APP: &str = "m-1";

struct Described {
    uri: String,
    access: Vec<String>,
    format: String,
    children: Vec<String>,
}

fn name(node: &Element) -> String {
    match node.text_of(Tag::DdfNodeName) {
        Some(n) if !n.is_empty() => n,
        _ => APP.to_owned(),
    }
}

fn nodes(of: &Element) -> impl Iterator<Item = &Element> {
    of.elements().filter(|e| e.tag == Tag::DdfNode)
}

fn describe(node: &Element, above: &str, to: &mut Vec<Described>) {
    let uri = format!("{above}/{}", name(node));
    let properties = node.find(Tag::DdfDFProperties).unwrap();
    let inside = |tag| {
        let all = properties.find(tag).unwrap().elements();
        all.map(|e| e.tag.to_string()).collect::<Vec<_>>()
    };
    to.push(Described {
        access: inside(Tag::DdfAccessType),
        format: inside(Tag::DdfDFFormat).concat(),
        children: nodes(node).map(name).collect(),
        uri: uri.clone(),
    });
    nodes(node).for_each(|n| describe(n, &uri, to));
}

/// Does something with a fresh tree, which has the application or has it not.
fn with<T>(installed: bool, act: impl FnOnce(&mut DeviceTree<'_>) -> T) -> T {
    let mut world = World::new();
    let mut tre = world.tre(vec![]);
    if installed {
        let mcim = world.mcim(APP);
        let sealed = world.seal(&mcim);
        let token = world.token(&sealed, &["install"]);
        let token = world.sign(&token);
        load(&mut tre, APP, &sealed, &token);
    }
    let (device, account) = (device(), account());
    let (mut waiting, mut carried) = (VecDeque::new(), Vec::new());
    let mut tree = DeviceTree {
        tre: &mut tre,
        device: &device,
        account: &account,
        dpf: DPF,
        waiting: &mut waiting,
        carried: &mut carried,
    };
    if installed {
        let install = format!("./MCIM/App/{APP}/Operations/Install");
        let now = Now::virtually(engine::Time(0));
        assert_eq!(tree.exec(now, &install, None, b""), Code::Accepted);
    }
    act(&mut tree)
}

#[test]
fn the_description_is_what_the_tree_offers() {
    let root = Element::from_xml(DDF).unwrap();
    let mut all = Vec::new();
    nodes(&root).for_each(|n| describe(n, ".", &mut all));
    assert_eq!(all.len(), 17);
    for d in all {
        let may = |what: &str| d.access.iter().any(|a| a == what);
        let uri = d.uri.as_str();
        match with(true, |t| t.get(uri)) {
            Ok(found) => {
                assert!(may("Get"), "{uri}");
                assert_eq!(found.format, d.format, "{uri}");
                if d.format == "node" {
                    let text = String::from_utf8_lossy(found.data.octets()).into_owned();
                    let listed: Vec<&str> = text.split('/').filter(|n| !n.is_empty()).collect();
                    assert_eq!(listed, d.children, "{uri}");
                }
            }
            Err(code) => {
                assert!(!may("Get"), "{uri}: {code}");
                assert!(matches!(code, Code::PermissionDenied | Code::NotAllowed));
            }
        }
        let now = Now::virtually(engine::Time(0));
        let refused = |code: Code| matches!(code, Code::NotAllowed | Code::AlreadyExists);
        let replaced = with(true, |t| t.replace(uri, &d.format, b"x"));
        assert_eq!(!refused(replaced), may("Replace"), "{uri}: {replaced}");
        let deleted = with(true, |t| t.delete(now, uri));
        assert_eq!(!refused(deleted), may("Delete"), "{uri}: {deleted}");
        let ran = with(true, |t| t.exec(now, uri, None, b""));
        assert_eq!(!refused(ran), may("Exec"), "{uri}: {ran}");
        let added = with(false, |t| t.add(uri, &d.format, b"usim"));
        assert_eq!(!refused(added), may("Add"), "{uri}: {added}");
    }
}
