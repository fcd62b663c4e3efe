//! What MAP adds to a dialogue portion, TS 29.002 17.4: references, refusals, aborts.
use super::{
    elements::{Proto, id},
    points::*,
};
use crate::{
    ber::{Any, Oid, tag::*},
    tcap::msg::dialogue::{ForUser, UserInfo},
};
use wire::Result;

/// Abstract syntax `map-DialogueAS`.
pub const MAP_DIALOGUE_AS: Oid = Oid::of(&[4, 0, 0, 1, 1, 1, 1]);

wire::messages! {
    /// One of them stands there.
    MapDialogue, "TS 29.002 17.4" {
        opt open [con(0)]: OpenInfo; opt accept [con(1)]: AcceptInfo; opt close [con(2)]: CloseInfo; opt refuse [con(3)]: RefuseInfo;
        opt user_abort [con(4)]: UserAbortInfo; opt provider_abort [con(5)]: ProviderAbortInfo;
    }
    MapOpenInfo, "TS 29.002 17.4" { opt destination [ctx(0)]: DestinationRef; opt origination [ctx(1)]: OriginationRef; opt extension [SEQUENCE]: Extension; }
    MapRefuseInfo, "TS 29.002 17.4" { req reason [ENUMERATED]: Reason; opt extension [SEQUENCE]: Extension; opt alternative [OID]: AlternativeContext; }
    /// Of the first three one stands there.
    MapUserAbortInfo, "TS 29.002 17.4" {
        opt user [ctx(0)]: UserReason; opt limitation [ctx(1)]: UserLimitation; opt cancellation [ctx(3)]: Cancellation; opt extension [SEQUENCE]: Extension;
    }
    MapProviderAbortInfo, "TS 29.002 17.4" { req reason [ENUMERATED]: ProviderReason; opt extension [SEQUENCE]: Extension; }
}

impl MapDialogue {
    fn empty() -> Self {
        Self {
            open: None,
            accept: None,
            close: None,
            refuse: None,
            user_abort: None,
            provider_abort: None,
            other: Default::default(),
        }
    }

    /// The user of MAP gives up, for a reason of its own.
    pub fn user_abort() -> Self {
        Self {
            user_abort: Some(MapUserAbortInfo {
                user: Some(crate::ber::Null),
                limitation: None,
                cancellation: None,
                extension: None,
                other: Default::default(),
            }),
            ..Self::empty()
        }
    }

    /// The dialogue is not opened; where the context is why, another that would do.
    pub fn refuse(alternative: Option<Oid>) -> Self {
        Self {
            refuse: Some(MapRefuseInfo {
                reason: RefuseReason::NoReasonGiven,
                extension: None,
                alternative,
                other: Default::default(),
            }),
            ..Self::empty()
        }
    }

    /// MAP gives up.
    pub fn provider_abort(reason: ProviderAbortReason) -> Self {
        Self {
            provider_abort: Some(MapProviderAbortInfo {
                reason,
                extension: None,
                other: Default::default(),
            }),
            ..Self::empty()
        }
    }

    /// As TCAP carries it.
    pub fn user_info(&self) -> UserInfo {
        UserInfo {
            externals: vec![ForUser {
                abstract_syntax: Some(MAP_DIALOGUE_AS),
                value: Some(Any::new(con(0), self)),
                other: Default::default(),
            }],
            other: Default::default(),
        }
    }

    /// What TCAP carries of it; `None` where it carries none.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn of(info: &UserInfo) -> Result<Option<Self>> {
        let mine = |x: &&ForUser| x.abstract_syntax.as_ref() == Some(&MAP_DIALOGUE_AS);
        let external = info.externals.iter().find(mine);
        let value = external.and_then(|x| x.value.as_ref());
        value.map(|v| v.read(con(0), "MAP-DialoguePDU")).transpose()
    }
}
