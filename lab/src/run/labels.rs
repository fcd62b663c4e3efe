//! What a message means in the procedure: its step, its requirement, the fact that it proves, and
//! the fields that a reader of the ladder wants. One table, by leg, protocol and name.
use crate::places::Role;
use captures::Layer;

/// A row of the table.
pub struct Rule {
    /// Protocol of the message, see `captures::PROTOCOLS`.
    protocol: &'static str,
    /// Its name, or the start of it.
    name: &'static str,
    /// Requirement before and after the provisional identity has left.
    requirement: u8,
    /// Step of the procedure.
    step: u8,
    /// Fields: name, JSON pointer, made by chance or clock.
    fields: &'static [(&'static str, &'static str, bool)],
}

/// What the table says of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// The requirement; `None` for set-up.
    pub requirement: Option<u8>,
    /// The step; 15 is the attach that follows the fourteen.
    pub step: u8,
}

const fn rule(
    protocol: &'static str,
    name: &'static str,
    requirement: u8,
    step: u8,
    fields: &'static [(&'static str, &'static str, bool)],
) -> Rule {
    Rule {
        protocol,
        name,
        requirement,
        step,
        fields,
    }
}

/// The first row that fits decides.
const RULES: &[Rule] = &[
    // access without 3GPP radio
    rule(
        "dhcp",
        "",
        47,
        4,
        &[("address", "/yours", false), ("lease", "/lease", false)],
    ),
    rule("radius", "Access", 47, 4, &[("user", "/user_name", false)]),
    // cell broadcast
    rule(
        "gsmtap",
        "SystemInformationType3",
        11,
        1,
        &[("plmn", "/plmn", false), ("lac", "/lac", false)],
    ),
    rule("gsmtap", "", 11, 1, &[("rac", "/rac", false)]),
    // Gb: mobility
    rule(
        "gmm",
        "AttachRequest",
        11,
        1,
        &[("imsi", "/identity/imsi", false)],
    ),
    rule("gmm", "Identity", 11, 1, &[]),
    rule(
        "gmm",
        "AuthenticationAndCipheringFailure",
        15,
        3,
        &[
            ("cause", "/cause/value", false),
            ("auts", "/failure_parameter", true),
        ],
    ),
    rule(
        "gmm",
        "AuthenticationAndCiphering",
        15,
        3,
        &[("rand", "/rand", true)],
    ),
    rule(
        "gmm",
        "AttachReject",
        15,
        3,
        &[("cause", "/cause/value", false)],
    ),
    rule("gmm", "Attach", 16, 4, &[]),
    rule("gmm", "Detach", 28, 15, &[]),
    rule("gmm", "", 16, 4, &[]),
    rule(
        "sm",
        "ActivatePdpContextRequest",
        16,
        4,
        &[("apn", "/apn", false)],
    ),
    rule(
        "sm",
        "ActivatePdpContextAccept",
        16,
        4,
        &[("address", "/pdp_address/address", false)],
    ),
    rule(
        "sm",
        "ActivatePdpContextReject",
        16,
        4,
        &[("cause", "/cause/value", false)],
    ),
    rule("sm", "DeactivatePdpContext", 28, 15, &[]),
    rule("sm", "", 16, 4, &[]),
    // S6d
    rule(
        "diameter",
        "Authentication-Information-Request",
        13,
        2,
        &[
            ("imsi", "/avps/user_name", false),
            ("realm", "/avps/destination_realm", false),
        ],
    ),
    rule(
        "diameter",
        "Authentication-Information-Answer",
        15,
        3,
        &[("result", "/outcome", false)],
    ),
    rule(
        "diameter",
        "Update-Location-Request",
        16,
        4,
        &[("imsi", "/avps/user_name", false)],
    ),
    rule(
        "diameter",
        "Update-Location-Answer",
        16,
        4,
        &[("result", "/outcome", false)],
    ),
    rule(
        "diameter",
        "Purge-UE-Request",
        28,
        15,
        &[("imsi", "/avps/user_name", false)],
    ),
    rule(
        "diameter",
        "Purge-UE-Answer",
        28,
        15,
        &[("result", "/outcome", false)],
    ),
    rule(
        "diameter",
        "Cancel-Location-Request",
        28,
        15,
        &[("imsi", "/avps/user_name", false)],
    ),
    rule(
        "diameter",
        "Cancel-Location-Answer",
        28,
        15,
        &[("result", "/outcome", false)],
    ),
    // MAP: what stands for the four messages of S6d above (TS 29.305)
    rule(
        "map",
        "sendAuthenticationInfo invoke",
        13,
        2,
        &[("imsi", "/imsi", false), ("called", "/called", false)],
    ),
    rule(
        "map",
        "sendAuthenticationInfo",
        15,
        3,
        &[("result", "/outcome", false)],
    ),
    rule(
        "map",
        "updateGprsLocation",
        16,
        4,
        &[("imsi", "/imsi", false), ("result", "/outcome", false)],
    ),
    rule(
        "map",
        "insertSubscriberData",
        16,
        4,
        &[("imsi", "/imsi", false)],
    ),
    rule("map", "purgeMS", 28, 15, &[("imsi", "/imsi", false)]),
    rule("map", "cancelLocation", 28, 15, &[("imsi", "/imsi", false)]),
    rule("map", "", 16, 4, &[("result", "/outcome", false)]),
    // GSUP: the same
    rule(
        "gsup",
        "SendAuthInfoRequest",
        13,
        2,
        &[("imsi", "/imsi", false)],
    ),
    rule(
        "gsup",
        "SendAuthInfo",
        15,
        3,
        &[("cause", "/outcome", false)],
    ),
    rule(
        "gsup",
        "UpdateLocation",
        16,
        4,
        &[("imsi", "/imsi", false), ("cause", "/outcome", false)],
    ),
    rule("gsup", "InsertSubscriberData", 16, 4, &[]),
    rule("gsup", "PurgeMs", 28, 15, &[("imsi", "/imsi", false)]),
    rule(
        "gsup",
        "LocationCancellation",
        28,
        15,
        &[("imsi", "/imsi", false)],
    ),
    // Gp
    rule(
        "gtp",
        "CreatePdpContextRequest",
        16,
        4,
        &[("apn", "/apn", false), ("imsi", "/imsi", false)],
    ),
    rule(
        "gtp",
        "CreatePdpContextResponse",
        16,
        4,
        &[
            ("cause", "/cause/value", false),
            ("address", "/end_user_address/address", false),
        ],
    ),
    rule(
        "gtp",
        "UpdatePdpContext",
        16,
        4,
        &[("cause", "/cause/value", false)],
    ),
    rule(
        "gtp",
        "DeletePdpContext",
        28,
        15,
        &[("cause", "/cause/value", false)],
    ),
    rule("gtp", "ErrorIndication", 16, 4, &[]),
    // AAA
    rule(
        "radius",
        "AccountingRequest",
        17,
        5,
        &[
            ("imsi", "/imsi", false),
            ("address", "/framed_ip_address", false),
        ],
    ),
    rule("radius", "AccountingResponse", 17, 5, &[]),
    // registration
    rule("http", "POST /drf/pcids", 17, 5, &[]),
    rule("http", "204 to POST /drf/pcids", 17, 5, &[]),
    rule("http", "DELETE /drf/pcids", 28, 15, &[]),
    rule("http", "204 to DELETE /drf/pcids", 28, 15, &[]),
    rule("http", "POST /drf/challenges", 17, 5, &[]),
    rule("http", "201 to POST /drf/challenges", 17, 5, &[]),
    rule("http", "POST /drf/registrations", 17, 5, &[]),
    rule("http", "300 to POST /drf/registrations", 18, 6, &[]),
    rule("http", "201 to POST /drf/registrations", 18, 6, &[]),
    rule("http", "POST /sho/registrations", 19, 7, &[]),
    rule("http", "201 to POST /sho/registrations", 19, 7, &[]),
    rule("http", "POST /pva/validations", 20, 8, &[]),
    rule("http", "POST /drf/validations", 20, 8, &[]),
    rule("http", "POST /ocsp", 20, 8, &[]),
    rule("http", "200 to POST /ocsp", 21, 9, &[]),
    rule("http", "200 to POST /pva/validations", 22, 10, &[]),
    rule("http", "200 to POST /drf/validations", 22, 10, &[]),
    rule("http", "PUT /hlr/subscribers", 23, 11, &[]),
    rule("http", "201 to PUT /hlr/subscribers", 23, 11, &[]),
    rule("http", "POST /dpf/authorisations", 23, 11, &[]),
    rule("http", "201 to POST /dpf/authorisations", 23, 11, &[]),
    rule("http", "POST /sho/advices", 31, 11, &[]),
    rule("http", "200 to POST /sho/advices", 31, 11, &[]),
    rule("http", "POST /sho/packages", 24, 12, &[]),
    rule("http", "200 to POST /sho/packages", 24, 12, &[]),
    rule("http", "POST /sho/reports", 26, 14, &[]),
    rule("http", "204 to POST /sho/reports", 26, 14, &[]),
    rule("http", "POST /icf/releases", 28, 15, &[]),
    rule("http", "202 to POST /icf/releases", 28, 15, &[]),
    rule(
        "wsp",
        "Push",
        29,
        12,
        &[
            ("server", "/server", false),
            ("sec", "/sec", false),
            ("session", "/session", true),
        ],
    ),
    rule("http", "POST /dm", 24, 12, &[]),
    rule("http", "200 to POST /dm", 24, 12, &[]),
    // before step 1, where it goes wrong; and after the last, where PCIDs come back
    rule("http", "409 to POST /ccif/batches", 52, 0, &[]),
    rule("http", "409 to POST /icf/pcids", 52, 0, &[]),
    rule("http", "409 to POST /dpf/accounts", 52, 0, &[]),
    rule("http", "GET /hlr/subscribers", 28, 15, &[]),
    rule("http", "200 to GET /hlr/subscribers", 28, 15, &[]),
    rule("http", "POST /icf/validations", 61, 0, &[]),
    rule("http", "204 to POST /icf/validations", 61, 0, &[]),
    rule("http", "403 to POST /icf/validations", 61, 0, &[]),
    rule("http", "POST /ccif/returns", 53, 15, &[]),
    rule("http", "204 to POST /ccif/returns", 53, 15, &[]),
    rule("http", "DELETE /dpf/accounts", 53, 15, &[]),
    rule("http", "204 to DELETE /dpf/accounts", 53, 15, &[]),
    // a refusal belongs to the step that was asked for
    rule("http", "403 to POST /drf/", 17, 5, &[]),
    rule("http", "404 to POST /drf/", 18, 6, &[]),
    rule("http", "409 to POST /drf/", 18, 6, &[]),
    rule("http", "503 to POST /drf/", 19, 7, &[]),
    rule("http", "403 to POST /sho/registrations", 23, 11, &[]),
    rule("http", "503 to POST /sho/registrations", 20, 8, &[]),
];

/// Names of messages that make connections and keep them: set-up, and not in the ladder.
const SET_UP: &[(&str, &str)] = &[
    ("diameter", "Capabilities-Exchange"),
    ("diameter", "Device-Watchdog"),
    ("diameter", "Disconnect-Peer"),
    ("m3ua", ""),
    ("sccp", ""),
    ("gsup", "CCM"),
    ("gtp", "Echo"),
    ("gtp", "VersionNotSupported"),
    ("gtp", "SupportedExtensionHeadersNotification"),
];

impl Rule {
    /// The first row that fits a message.
    pub fn of(layer: &Layer) -> Option<&'static Self> {
        RULES
            .iter()
            .find(|r| r.protocol == layer.protocol && layer.name.starts_with(r.name))
            .filter(|_| !is_set_up(layer))
    }

    /// What it says, where `left` is true once the provisional identity has left the network: all
    /// of attach and core then belongs to R28.
    pub fn label(&self, left: bool) -> Label {
        let core = matches!(
            self.protocol,
            "gmm" | "sm" | "diameter" | "map" | "gsup" | "gtp" | "radius"
        );
        if left && core {
            return Label {
                requirement: Some(28),
                step: 15,
            };
        }
        Label {
            requirement: Some(self.requirement),
            step: self.step,
        }
    }

    /// The same of a message between these: what the ICF asks the PVA is no step of the procedure.
    pub fn label_between(&self, left: bool, from: Role, to: Role) -> Label {
        match [from, to].contains(&Role::Icf) && [from, to].contains(&Role::Pva) {
            true => Label {
                requirement: Some(61),
                step: 0,
            },
            false => self.label(left),
        }
    }

    /// The fields that matter in a message.
    pub fn fields(&self, layer: &Layer) -> Vec<super::ladder::Mark> {
        let all = self.fields.iter().map(|f| super::ladder::Mark {
            name: f.0,
            value: layer.get(f.1),
            random: f.2,
        });
        all.filter(|m| !m.value.is_empty()).collect()
    }
}

/// True for messages that make connections and keep them.
pub fn is_set_up(layer: &Layer) -> bool {
    // Accounting-On and -Off tell of a gateway, not of a subscriber
    let of_gateway =
        layer.name == "AccountingRequest" && layer.get("/framed_ip_address").is_empty();
    of_gateway
        || SET_UP
            .iter()
            .any(|s| s.0 == layer.protocol && layer.name.starts_with(s.1))
}

/// A message's name in words: `AttachRequest` is written `Attach Request`.
pub fn words(name: &str) -> String {
    if name.contains([' ', '-', '/']) {
        return name.to_owned();
    }
    if name == "GPdu" {
        return "G-PDU".into();
    }
    let mut out = String::new();
    let mut small = false;
    for c in name.chars() {
        if c.is_uppercase() && small {
            out.push(' ');
        }
        small = c.is_lowercase();
        out.push(c);
    }
    for short in ["Pdp", "Gmm", "Sm ", "Ptmsi"] {
        out = out.replace(short, &short.to_uppercase());
    }
    out.strip_suffix(" Up")
        .or_else(|| out.strip_suffix(" Down"))
        .map(str::to_owned)
        .unwrap_or(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_words() {
        for (name, text) in [
            ("AttachRequest", "Attach Request"),
            ("CreatePdpContextRequest", "Create PDP Context Request"),
            ("DetachRequestUp", "Detach Request"),
            ("Update-Location-Answer", "Update-Location-Answer"),
            ("POST /drf/pcids", "POST /drf/pcids"),
        ] {
            assert_eq!(words(name), text);
        }
    }
}
