//! A topology as a file (R46): each operator with its networks and the functions that it hosts.
//!
//! ```toml
//! machines = 1
//!
//! [[operator]]
//! name = "VNO"
//! plmns = ["001-01"]
//! functions = ["sgsn"]
//!
//! [[operator]]
//! name = "RO"
//! plmns = ["999-01"]
//! functions = ["icf", "drf", "ggsn-ro", "ccif"]
//!
//! [[operator]]
//! name = "SHO"
//! plmns = ["999-02"]
//! functions = ["hlr", "sho", "ggsn-sho", "pva"]
//!
//! [[operator.guest]]
//! function = "dpf"
//! plmn = "999-01"
//! ```
use super::{Function, Operator, Topology};
use crate::{
    config::{
        Mistakes, Overlay, Trouble,
        declare::{Reader, choices, settings},
        read_as,
        value::{Origin, Value},
    },
    places::Role,
};
use std::{fs, path::Path};
use wire::Plmn;

settings! {
    /// Who hosts what.
    File {
        /// Machines: the first at the first visited network, with a PCID of the first registration
        /// operator, for the first home operator; the second at the second ones, and so on.
        def machines: u8 = 1;
        /// The operators.
        rep operator: Host;
    }

    /// An operator.
    Host {
        /// Its name.
        req name: String;
        /// Its networks; the first is that of the functions it hosts for itself.
        def plmns: Vec<Plmn> = [];
        /// Third octet of its addresses, 127.N.SUBNET.x; without it that of the first function's
        /// usual operator.
        opt subnet: u8;
        /// The functions that it hosts for itself.
        def functions: Vec<Role> = [];
        /// Functions of other operators that it hosts: they keep their network.
        rep guest: Guest;
    }

    /// A function that an operator hosts for another one.
    Guest {
        /// Which.
        req function: Role;
        /// The network that it belongs to.
        req plmn: Plmn;
    }
}

choices! {
    Role, "a function" {
        "sgsn" => Role::Sgsn,
        "icf" => Role::Icf,
        "drf" => Role::Drf,
        "dpf" => Role::Dpf,
        "ggsn-ro" => Role::RoGgsn,
        "ccif" => Role::Ccif,
        "hlr" => Role::Hlr,
        "sho" => Role::Sho,
        "ggsn-sho" => Role::ShoGgsn,
        "pva" => Role::Pva,
    }
}

/// What makes a registration operator, and what a home operator.
const REGISTRATION: [Role; 5] = [Role::Icf, Role::Drf, Role::Dpf, Role::RoGgsn, Role::Ccif];
const HOME: [Role; 3] = [Role::Hlr, Role::Sho, Role::ShoGgsn];

/// A topology that was read, and how many machines there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Who hosts what.
    pub topology: Topology,
    /// Machines.
    pub machines: u8,
}

/// Reads a topology.
///
/// # Errors
/// The file cannot be read, or all of its mistakes.
pub fn load(path: &Path) -> Result<Plan, Trouble> {
    let text = fs::read_to_string(path).map_err(|e| Trouble::File(path.to_owned(), e))?;
    read(&path.display().to_string(), &text).map_err(|m| Trouble::Wrong(Box::new(m)))
}

/// Reads a topology from its text.
///
/// # Errors
/// All of its mistakes.
pub fn read(name: &str, text: &str) -> Result<Plan, Mistakes> {
    let none = Overlay::default();
    let (file, _) = read_as((name, text), text, Path::new(""), &none, check)?;
    Ok(Plan {
        machines: file.machines,
        topology: topology(&file),
    })
}

fn topology(f: &File) -> Topology {
    let operator = |h: &Host| Operator {
        name: h.name.clone(),
        plmns: h.plmns.clone(),
        subnet: h.at(),
        functions: h.hosted().collect(),
    };
    Topology {
        operators: f.operator.iter().map(operator).collect(),
    }
}

impl Host {
    fn hosted(&self) -> impl Iterator<Item = Function> {
        let own = self.functions.iter().map(|role| Function {
            role: *role,
            plmn: None,
        });
        own.chain(self.guest.iter().map(|g| Function {
            role: g.function,
            plmn: Some(g.plmn),
        }))
    }

    fn at(&self) -> u8 {
        let usual = self.hosted().next().map_or(0, |f| f.role.home());
        self.subnet.unwrap_or(usual)
    }
}

/// Complains of what cannot be run.
fn check(f: &File, tree: &Value, r: &mut Reader<'_>) {
    let whole = &tree.origin;
    let place = |i: usize, key: &[&str]| -> Origin {
        let n = i.to_string();
        let path = [&["operator", n.as_str()][..], key].concat();
        let operator = || tree.at(&["operator", n.as_str()]);
        let found = tree.at(&path).or_else(operator);
        found.map_or(whole, |v| &v.origin).clone()
    };
    let count = |role: Role| {
        let all = f.operator.iter().flat_map(Host::hosted);
        all.filter(|x| x.role == role).count()
    };
    let complete = [
        ("registration operator", &REGISTRATION[..]),
        ("home operator", &HOME[..]),
    ];
    for role in [Role::Sgsn, Role::Pva]
        .into_iter()
        .chain(REGISTRATION)
        .chain(HOME)
    {
        if count(role) == 0 {
            let fix = format!("give an operator the function {:?}", role.word());
            r.complain(whole, format!("nobody hosts a {}", role.name()), "", fix);
        }
    }
    if count(Role::Pva) > 1 {
        r.complain(
            whole,
            "there are several PVAs",
            "",
            "one operator hosts the function \"pva\"",
        );
    }
    for (kind, roles) in complete {
        let most = roles.iter().map(|x| count(*x)).max().unwrap_or(0);
        for role in roles.iter().filter(|x| (1..most).contains(&count(**x))) {
            let what = format!(
                "there are {most} of a {kind}'s functions, and {} {}",
                count(*role),
                role.name()
            );
            r.complain(
                whole,
                what,
                "",
                format!("each {kind} has one of {}", names(roles)),
            );
        }
    }
    if f.machines == 0 {
        let at = tree.at(&["machines"]).map_or(whole, |v| &v.origin);
        r.complain(at, "there is no machine", "here", "write 1 or more");
    }
    for (i, h) in f.operator.iter().enumerate() {
        let mut before = f.operator.iter().take(i);
        if h.hosted().next().is_none() {
            let fix = "give it `functions` or a [[operator.guest]], or leave it out";
            r.complain(
                &place(i, &[]),
                format!("{} hosts nothing", h.name),
                "this one",
                fix,
            );
        } else if !(1..=249).contains(&h.at()) {
            r.complain(
                &place(i, &["subnet"]),
                "no such subnet",
                "here",
                "write 1 to 249",
            );
        } else if let Some(other) = before.find(|o| o.at() == h.at() || o.name == h.name) {
            let what = format!("{} has the name or the subnet of {}", h.name, other.name);
            let fix = format!(
                "give it another `name`, or a `subnet` of its own, as {}",
                h.at().saturating_add(10)
            );
            r.complain(&place(i, &[]), what, "this one", fix);
        }
        let needs = |role: &Role| *role != Role::Pva && *role != Role::Ccif;
        if h.plmns.is_empty()
            && let Some(role) = h.functions.iter().find(|x| needs(x))
        {
            let what = format!("{} hosts a {} and has no network", h.name, role.name());
            r.complain(&place(i, &["functions"]), what, "here", "give it `plmns`");
        }
        let all = h.plmns.iter().chain(h.guest.iter().map(|g| &g.plmn));
        for p in all.filter(|p| !matches!(p.mcc, 1 | 999)) {
            let fix = "test networks begin with 001 or 999 (TS 23.003 2.2)";
            r.complain(
                &place(i, &["plmns"]),
                format!("{p} is no test network"),
                "here",
                fix,
            );
        }
    }
    let spots = topology(f).spots();
    for role in [Role::Icf, Role::Sho] {
        let all: Vec<_> = spots.iter().filter(|s| s.site.role == role).collect();
        let twin = all
            .iter()
            .enumerate()
            .find(|(i, s)| all.iter().take(*i).any(|o| o.plmn == s.plmn));
        if let Some((_, s)) = twin {
            let at = place(s.operator, &[]);
            let plmn = s.plmn.map_or_else(String::new, |p| p.to_string());
            let what = format!("two {} belong to {plmn}", role.name());
            r.complain(&at, what, "this one", "each has a network of its own");
        }
    }
}

fn names(roles: &[Role]) -> String {
    let all: Vec<_> = roles.iter().map(|r| format!("{:?}", r.word())).collect();
    all.join(", ")
}
