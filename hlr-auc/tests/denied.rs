//! Nobody gets what is not theirs: every neighbour, in every name, from every network, asks for every
//! subscriber by every request. What an independent rule does not allow grants nothing: no vector,
//! no subscription, no change of a record.
mod common;
use common::{IMSI, Lab, REALM, subscriber};
use diameter_s6a::msg::{
    self, AuthSessionState, Message, Pdu, PlmnId, RatType, ResultCode, UlrFlags,
};
use engine::Utc;
use hlr_auc::{Roaming, Standing, Subscriber};
use wire::{Imsi, Plmn};

/// Networks that ask: realm and Visited-PLMN-Id.
const NETWORKS: [&str; 4] = ["001-01", "001-02", "001-03", "999-07"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asks {
    Air,
    Ulr,
    Pur,
    Nor,
}

/// One subscriber, and whether it may be served in a network.
struct Who {
    name: &'static str,
    record: Option<Subscriber>,
    may: fn(Plmn) -> bool,
}

fn plmn(text: &str) -> Plmn {
    text.parse().unwrap()
}

fn host(network: &str) -> String {
    format!("sgsn.{}", plmn(network).realm())
}

fn everybody() -> Vec<Who> {
    let with = |change: fn(&mut Subscriber)| {
        let mut s = subscriber();
        change(&mut s);
        Some(s)
    };
    // as an honest update of location leaves it
    let mut lab = Lab::new(subscriber());
    let there = lab.sgsn(&host("001-02"));
    lab.ask(there, request(Asks::Ulr, "001-02", "001-02"));
    let served = lab.record().clone();
    assert!(served.serving.is_some());
    vec![
        Who {
            name: "anybody's",
            record: with(|_| {}),
            may: |_| true,
        },
        Who {
            name: "served by 001-02",
            record: Some(served),
            may: |_| true,
        },
        Who {
            name: "for 001-01 alone",
            record: with(|s| s.roaming = Roaming::Only([plmn("001-01")].into())),
            may: |p| p == plmn("001-01"),
        },
        Who {
            name: "in quarantine",
            record: with(|s| s.standing = Standing::Quarantined),
            may: |_| false,
        },
        Who {
            name: "expired",
            record: with(|s| s.valid_until = Some(Utc(0))),
            may: |_| false,
        },
        Who {
            name: "unknown",
            record: None,
            may: |_| false,
        },
    ]
}

/// What is asked, in the name of a network, about the subscriber.
fn request(asks: Asks, name: &str, visited: &str) -> Message {
    let (origin_host, origin_realm) = (host(name).into(), plmn(name).realm().into());
    let visited_plmn_id = PlmnId::from(plmn(visited));
    macro_rules! message {
        ($kind:ident { $($field:ident: $value:expr),* }) => {
            Message::request(msg::application::S6A, msg::$kind {
                session_id: format!("{};1;1", host(name)).into(),
                auth_session_state: AuthSessionState::NoStateMaintained,
                origin_host,
                origin_realm,
                destination_realm: REALM.into(),
                user_name: IMSI.into(),
                $($field: $value,)*
                ..Default::default()
            })
        };
    }
    match asks {
        Asks::Air => message!(AuthenticationInformationRequest {
            visited_plmn_id: visited_plmn_id,
            requested_utran_geran_authentication_info: Some(
                msg::RequestedUtranGeranAuthenticationInfo {
                    number_of_requested_vectors: Some(1),
                    ..Default::default()
                }
            )
        }),
        Asks::Ulr => message!(UpdateLocationRequest {
            visited_plmn_id: visited_plmn_id,
            rat_type: RatType::Geran,
            ulr_flags: UlrFlags(0)
        }),
        Asks::Pur => message!(PurgeUeRequest {}),
        Asks::Nor => message!(NotifyRequest {}),
    }
}

/// Whether an answer hands anything out.
fn gives(m: &Message) -> bool {
    match &m.pdu {
        Pdu::AuthenticationInformationAnswer(a) => a.authentication_info.is_some(),
        Pdu::UpdateLocationAnswer(a) => a.subscription_data.is_some(),
        Pdu::NotifyAnswer(a) => a.result_code == Some(ResultCode::Success),
        _ => false,
    }
}

#[test]
fn what_is_not_allowed_grants_nothing() {
    let (mut denied, mut granted) = (0, 0);
    let imsi: Imsi = IMSI.parse().unwrap();
    for who in everybody() {
        let mut lab = Lab::new(subscriber());
        let peers = NETWORKS.map(|n| lab.sgsn(&host(n)));
        for (peer, itself) in peers.into_iter().zip(NETWORKS) {
            for name in NETWORKS {
                for visited in NETWORKS {
                    for asks in [Asks::Air, Asks::Ulr, Asks::Pur, Asks::Nor] {
                        let mut fresh = hlr_auc::Records::default();
                        who.record.clone().into_iter().for_each(|s| fresh.put(s));
                        lab.records = fresh;
                        let served_here = who.record.as_ref().is_some_and(|s| {
                            s.serving.as_ref().is_some_and(|n| n.host == host(name))
                        });
                        // the rule, said again: in one's own name, for one's own network, about a
                        // subscriber who may be there; and only a serving node ends or reports
                        let allowed = itself == name
                            && match asks {
                                Asks::Air | Asks::Ulr => {
                                    name == visited && (who.may)(plmn(visited))
                                }
                                Asks::Pur | Asks::Nor => served_here,
                            };
                        let before = lab.records.get(&imsi).cloned();
                        let answer = lab.ask(peer, request(asks, name, visited));
                        let changed = lab.records.get(&imsi).cloned() != before;
                        let got = gives(&answer) || changed;
                        let cell = format!(
                            "{itself} in the name of {name} in {visited}: {asks:?} of one {}: {answer}",
                            who.name
                        );
                        assert_eq!(got, allowed, "{cell}");
                        match allowed {
                            true => granted += 1,
                            false => denied += 1,
                        }
                    }
                }
            }
        }
    }
    assert!(denied >= 1000 && granted >= 20, "{denied} {granted}");
}
