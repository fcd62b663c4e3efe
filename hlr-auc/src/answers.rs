//! How answers are put together.
use crate::records::Challenge;
use crate::rules::Refusal;
use crate::subscriber::Subscriber;
use aka::Functions;
use diameter_s6a::machine::{Identity, peer::error_answer};
use diameter_s6a::msg::{
    AuthSessionState, AuthenticationInfo, AuthenticationInformationAnswer, Avps, EUtranVector,
    ExperimentalResult, ExperimentalResultCode, Features, GeranVector, Message, NotifyAnswer, Pdu,
    ProxyInfo, PuaFlags, PurgeUeAnswer, ResultCode, SubscriptionData, TGPP, UlaFlags,
    UpdateLocationAnswer, UtranVector, VendorSpecificApplicationId, application,
};
use wire::{Octets, Text};

/// What all requests of S6a and S6d have in front.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head<'a> {
    pub session_id: &'a Text,
    pub origin_host: &'a Text,
    pub origin_realm: &'a Text,
    pub destination_host: Option<&'a Text>,
    pub destination_realm: &'a Text,
    pub user_name: &'a Text,
    pub proxy_info: &'a [ProxyInfo],
}

/// The front of a request that an HLR serves; `None` for others.
pub(crate) fn head(m: &Message) -> Option<Head<'_>> {
    macro_rules! of {
        ($($pdu:ident)*) => {
            match &m.pdu {
                $(Pdu::$pdu(r) => Some(Head {
                    session_id: &r.session_id,
                    origin_host: &r.origin_host,
                    origin_realm: &r.origin_realm,
                    destination_host: r.destination_host.as_ref(),
                    destination_realm: &r.destination_realm,
                    user_name: &r.user_name,
                    proxy_info: &r.proxy_info,
                }),)*
                _ => None,
            }
        };
    }
    of!(AuthenticationInformationRequest UpdateLocationRequest PurgeUeRequest NotifyRequest)
}

/// What an answer tells: result code, experimental one, Failed-AVP.
type Results = (Option<ResultCode>, Option<ExperimentalResult>, Vec<Avps>);

fn results(r: Result<(), (Refusal, Option<Octets>)>) -> Results {
    match r {
        Ok(()) => (Some(ResultCode::Success), None, vec![]),
        Err((why, failed)) => {
            let failed = failed.map(Avps).into_iter().collect();
            match why {
                Refusal::Base(c) => (Some(c), None, failed),
                Refusal::Experimental(c) | Refusal::Diagnosed(c, _) => {
                    (None, Some(experimental(c)), failed)
                }
            }
        }
    }
}

fn experimental(code: ExperimentalResultCode) -> ExperimentalResult {
    ExperimentalResult {
        vendor_id: TGPP,
        experimental_result_code: code,
        other: Default::default(),
    }
}

/// The application, as every message of S6a names it (TS 29.272 7.1.8).
pub(crate) fn s6a() -> VendorSpecificApplicationId {
    VendorSpecificApplicationId {
        vendor_id: TGPP,
        auth_application_id: Some(application::S6A),
        acct_application_id: None,
        other: Default::default(),
    }
}

macro_rules! answer {
    ($name:ident, $local:expr, $head:expr, $results:expr, { $($field:ident: $value:expr),* $(,)? }) => {{
        let (result_code, experimental_result, failed_avp) = $results;
        $name {
            session_id: $head.session_id.clone(),
            vendor_specific_application_id: Some(s6a()),
            result_code,
            experimental_result,
            auth_session_state: Some(AuthSessionState::NoStateMaintained),
            origin_host: $local.origin_host(),
            origin_realm: $local.origin_realm(),
            failed_avp,
            proxy_info: $head.proxy_info.to_vec(),
            $($field: $value,)*
            ..Default::default()
        }
    }};
}

/// Refuses any request that an HLR serves.
pub(crate) fn refuse(
    local: &Identity,
    m: &Message,
    why: Refusal,
    failed: Option<Octets>,
) -> Option<Message> {
    let h = head(m)?;
    if let Refusal::Base(code) = why
        && code.is_protocol_error()
    {
        let mut e = error_answer(local, code, Some(h.session_id.clone()));
        e.proxy_info = h.proxy_info.to_vec();
        return Some(Message::answer(&m.header, e));
    }
    let diagnostic = match why {
        Refusal::Diagnosed(_, diagnostic) => Some(diagnostic),
        _ => None,
    };
    let results = results(Err((why, failed)));
    let pdu: Pdu = match &m.pdu {
        Pdu::AuthenticationInformationRequest(_) => {
            answer!(AuthenticationInformationAnswer, local, h, results, {
                error_diagnostic: diagnostic,
            })
            .into()
        }
        Pdu::UpdateLocationRequest(_) => answer!(UpdateLocationAnswer, local, h, results, {
            error_diagnostic: diagnostic,
        })
        .into(),
        Pdu::NotifyRequest(_) => answer!(NotifyAnswer, local, h, results, {}).into(),
        _ => answer!(PurgeUeAnswer, local, h, results, {}).into(),
    };
    Some(Message::answer(&m.header, pdu))
}

/// Authentication-Information-Answer with vectors, TS 29.272 5.2.3.1.3.
pub(crate) fn aia(
    local: &Identity,
    h: &Head<'_>,
    info: AuthenticationInfo,
    usage: Option<u32>,
) -> Pdu {
    answer!(AuthenticationInformationAnswer, local, h, results(Ok(())), {
        authentication_info: Some(info),
        ue_usage_type: usage,
    })
    .into()
}

/// Update-Location-Answer, TS 29.272 5.2.1.1.3.
pub(crate) fn ula(
    local: &Identity,
    h: &Head<'_>,
    features: Features,
    data: Option<SubscriptionData>,
) -> Pdu {
    answer!(UpdateLocationAnswer, local, h, results(Ok(())), {
        supported_features: features.avps(),
        ula_flags: Some(UlaFlags(0).with_separation(true)),
        subscription_data: data,
    })
    .into()
}

/// Notify-Answer, TS 29.272 5.2.5.1.3.
pub(crate) fn noa(local: &Identity, h: &Head<'_>) -> Pdu {
    answer!(NotifyAnswer, local, h, results(Ok(())), {}).into()
}

/// Purge-UE-Answer, TS 29.272 5.2.1.3.3: whether the node keeps the temporary identity reserved.
pub(crate) fn pua(local: &Identity, h: &Head<'_>, flags: PuaFlags) -> Pdu {
    answer!(PurgeUeAnswer, local, h, results(Ok(())), { pua_flags: Some(flags) }).into()
}

/// Vectors for these challenges and numbers: the first `eutran` for an MME of `visited`, the rest
/// for an SGSN, as triplets where the card is a SIM.
pub(crate) fn vectors(
    s: &Subscriber,
    functions: &Functions,
    challenges: &[Challenge],
    eutran: usize,
    visited: [u8; 3],
) -> AuthenticationInfo {
    let mut info = AuthenticationInfo {
        ..Default::default()
    };
    let [high, low] = s.amf;
    let all = challenges.len();
    for (i, (rand, sqn)) in challenges.iter().enumerate() {
        // TS 29.272 7.3.23: Item-Number tells their order where there are several
        let number = |first: usize, of: usize| {
            (of > 1).then(|| i.saturating_sub(first).saturating_add(1) as u32)
        };
        if i < eutran {
            // TS 33.401 6.1.1: the separation bit of AMF is 1 for E-UTRAN only
            let q = functions.quintuplet(rand, *sqn, [high | 0x80, low]);
            let v = q.eps(visited);
            info.e_utran_vector.push(EUtranVector {
                item_number: number(0, eutran),
                rand: v.rand.into(),
                xres: Octets::copy(&v.xres),
                autn: v.autn.into(),
                kasme: (*v.kasme.expose()).into(),
                other: Default::default(),
            });
        } else {
            let q = functions.quintuplet(rand, *sqn, [high & 0x7f, low]);
            let item_number = number(eutran, all.saturating_sub(eutran));
            if s.sim {
                let t = q.triplet();
                info.geran_vector.push(GeranVector {
                    item_number,
                    rand: t.rand.into(),
                    sres: t.sres.into(),
                    kc: (*t.kc.expose()).into(),
                    other: Default::default(),
                });
                continue;
            }
            info.utran_vector.push(UtranVector {
                item_number,
                rand: q.rand.into(),
                xres: Octets::copy(&q.xres),
                autn: q.autn.into(),
                confidentiality_key: (*q.ck.expose()).into(),
                integrity_key: (*q.ik.expose()).into(),
                other: Default::default(),
            });
        }
    }
    info
}
