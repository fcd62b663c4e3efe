//! The dialogue portion, Q.773 4.2.3: which application context a dialogue has.
use super::{
    elements::{Proto, id},
    points::*,
};
use crate::ber::{Bits, Oid, tag::*};

/// Abstract syntax of structured dialogues, `dialogue-as-id`.
pub const DIALOGUE_AS: Oid = Oid::of(&[0, 17, 134, 5, 1, 1, 1]);
/// Abstract syntax of unidirectional dialogues, `uniDialogue-as-id`.
pub const UNI_DIALOGUE_AS: Oid = Oid::of(&[0, 17, 134, 5, 1, 2, 1]);

wire::messages! {
    DialoguePortion, "Q.773 4.2.3" { req external [EXTERNAL]: ExternalPart; }
    External, "X.690 8.18" { opt abstract_syntax [OID]: AbstractSyntax; opt apdu [con(0)]: SingleType; }
    /// One of them stands there. (Of a unidirectional dialogue the first is an AUDT.)
    DialogueApdu, "Q.773 4.2.3" { opt request [app(0)]: Request; opt response [app(1)]: Response; opt abort [app(4)]: AbortApdu; }
    Aarq, "Q.773 4.2.3" { opt protocol_version [ctx(0)]: ProtocolVersion; req context [con(1)]: ContextName; opt user_information [con(30)]: UserInformation; }
    Aare, "Q.773 4.2.3" {
        opt protocol_version [ctx(0)]: ProtocolVersion; req context [con(1)]: ContextName; req result [con(2)]: AareResult;
        req diagnostic [con(3)]: Diagnostic; opt user_information [con(30)]: UserInformation;
    }
    Abrt, "Q.773 4.2.3" { req source [ctx(0)]: Source; opt user_information [con(30)]: UserInformation; }
    ApplicationContext, "Q.773 4.2.3" { req name [OID]: ObjectId; }
    AssociateResultValue, "Q.773 4.2.3" { req value [INTEGER]: ResultNumber; }
    /// One of them stands there.
    ResultSource, "Q.773 4.2.3" { opt user [con(1)]: ByUser; opt provider [con(2)]: ByProvider; }
    ByUserValue, "Q.773 4.2.3" { req value [INTEGER]: UserDiag; }
    ByProviderValue, "Q.773 4.2.3" { req value [INTEGER]: ProviderDiag; }
    UserInfo, "Q.773 4.2.3" { rep externals [EXTERNAL]: UserExternal; }
    ForUser, "X.690 8.18" { opt abstract_syntax [OID]: AbstractSyntax; opt value [ANY]: UserType; }
}

/// Version 1, the only one.
fn version1() -> Option<Bits> {
    Some(Bits::new(7, &[0x80]))
}

impl ApplicationContext {
    fn named(name: Oid) -> Self {
        Self {
            name,
            other: Default::default(),
        }
    }
}

impl DialoguePortion {
    /// What it says, where it is a structured dialogue.
    pub fn apdu(&self) -> Option<&DialogueApdu> {
        let as_ = self.external.abstract_syntax.as_ref();
        let apdu = self.external.apdu.as_ref();
        apdu.filter(|_| as_.is_none_or(|a| *a == DIALOGUE_AS))
    }

    fn of(apdu: DialogueApdu) -> Self {
        Self {
            external: External {
                abstract_syntax: Some(DIALOGUE_AS),
                apdu: Some(apdu),
                other: Default::default(),
            },
            other: Default::default(),
        }
    }

    /// Asks for an application context.
    pub fn request(context: Oid, user_information: Option<UserInfo>) -> Self {
        Self::of(DialogueApdu {
            request: Some(Aarq {
                protocol_version: version1(),
                context: ApplicationContext::named(context),
                user_information,
                other: Default::default(),
            }),
            response: None,
            abort: None,
            other: Default::default(),
        })
    }

    /// Accepts an application context, or refuses it: then `context` is one that would do.
    pub fn response(context: Oid, refused: Option<UserDiagnostic>) -> Self {
        let result = match refused {
            None => AssociateResult::Accepted,
            Some(_) => AssociateResult::RejectPermanent,
        };
        Self::of(DialogueApdu {
            request: None,
            response: Some(Aare {
                protocol_version: version1(),
                context: ApplicationContext::named(context),
                result: AssociateResultValue {
                    value: result,
                    other: Default::default(),
                },
                diagnostic: ResultSource {
                    user: Some(ByUserValue {
                        value: refused.unwrap_or(UserDiagnostic::Null),
                        other: Default::default(),
                    }),
                    provider: None,
                    other: Default::default(),
                },
                user_information: None,
                other: Default::default(),
            }),
            abort: None,
            other: Default::default(),
        })
    }

    /// Refuses whatever was asked for: the dialogue portion is of no version that we speak.
    pub fn no_common(context: Oid) -> Self {
        let mut p = Self::response(context, Some(UserDiagnostic::Null));
        let apdu = p.external.apdu.as_mut();
        if let Some(r) = apdu.and_then(|a| a.response.as_mut()) {
            r.diagnostic.user = None;
            r.diagnostic.provider = Some(ByProviderValue {
                value: ProviderDiagnostic::NoCommonDialoguePortion,
                other: Default::default(),
            });
        }
        p
    }

    /// Ends a dialogue at once.
    pub fn abort(source: AbortSource, user_information: Option<UserInfo>) -> Self {
        Self::of(DialogueApdu {
            request: None,
            response: None,
            abort: Some(Abrt {
                source,
                user_information,
                other: Default::default(),
            }),
            other: Default::default(),
        })
    }
}
