//! The elements of TCAP. Their keys are numbers of this table only; tags stand in the slots.
use super::{component::*, dialogue::*, points::*, transaction::TransactionId};
use crate::ber::{Any, Ber, Bits, Int, Null, Oid};

crate::ber::framing! {
    /// Marks what belongs to TCAP.
    Proto
}

wire::elements! { Proto:
    Otid             = 1,  Ber, TransactionId,       "otid",                    "Q.773 4.2.1.4";
    Dtid             = 2,  Ber, TransactionId,       "dtid",                    "Q.773 4.2.1.4";
    PAbort           = 3,  Ber, PAbortCause,         "p-abortCause",            "Q.773 4.2.1.7";
    Dialogue         = 4,  Ber, DialoguePortion,     "dialoguePortion",         "Q.773 4.2.3";
    ComponentPortion = 5,  Ber, Components,          "components",              "Q.773 4.2.2";

    ExternalPart     = 10, Ber, External,            "EXTERNAL",                "Q.773 4.2.3";
    AbstractSyntax   = 11, Ber, Oid,                 "direct-reference",        "X.690 8.18";
    SingleType       = 12, Ber, DialogueApdu,        "single-ASN1-type",        "X.690 8.18";
    Request          = 13, Ber, Aarq,                "dialogueRequest",         "Q.773 4.2.3";
    Response         = 14, Ber, Aare,                "dialogueResponse",        "Q.773 4.2.3";
    AbortApdu        = 15, Ber, Abrt,                "dialogueAbort",           "Q.773 4.2.3";
    ProtocolVersion  = 16, Ber, Bits,                "protocol-version",        "Q.773 4.2.3";
    ContextName      = 17, Ber, ApplicationContext,  "application-context-name", "Q.773 4.2.3";
    ObjectId         = 18, Ber, Oid,                 "OBJECT IDENTIFIER",       "X.690 8.19";
    UserInformation  = 19, Ber, UserInfo,            "user-information",        "Q.773 4.2.3";
    UserExternal     = 20, Ber, ForUser,       "EXTERNAL",                "X.690 8.18";
    UserType         = 21, Ber, Any,                 "encoding",                "X.690 8.18";
    AareResult       = 22, Ber, AssociateResultValue,         "result",                  "Q.773 4.2.3";
    ResultNumber     = 23, Ber, AssociateResult,     "result",                  "Q.773 4.2.3";
    Diagnostic       = 24, Ber, ResultSource,        "result-source-diagnostic", "Q.773 4.2.3";
    ByUser           = 25, Ber, ByUserValue,         "dialogue-service-user",   "Q.773 4.2.3";
    ByProvider       = 26, Ber, ByProviderValue,     "dialogue-service-provider", "Q.773 4.2.3";
    UserDiag         = 27, Ber, UserDiagnostic,      "dialogue-service-user",   "Q.773 4.2.3";
    ProviderDiag     = 28, Ber, ProviderDiagnostic,  "dialogue-service-provider", "Q.773 4.2.3";
    Source           = 29, Ber, AbortSource,         "abort-source",            "Q.773 4.2.3";

    InvokeIdentifier = 40, Ber, InvokeId,            "invokeID",                "Q.773 4.2.2.2";
    LinkedId         = 41, Ber, InvokeId,            "linkedID",                "Q.773 4.2.2.2";
    NotDerivable     = 42, Ber, Null,                "not-derivable",           "Q.773 4.2.2.2";
    LocalOperation   = 43, Ber, Int,                 "operationCode",           "Q.773 4.2.2.3";
    GlobalOperation  = 44, Ber, Oid,                 "operationCode",           "Q.773 4.2.2.3";
    LocalError       = 45, Ber, Int,                 "errorCode",               "Q.773 4.2.2.5";
    GlobalError      = 46, Ber, Oid,                 "errorCode",               "Q.773 4.2.2.5";
    Parameter        = 47, Ber, Any,                 "parameter",               "Q.773 4.2.2.4";
    ResultPart       = 48, Ber, ResultParameter,     "resultretres",            "Q.773 4.2.2.1";
    General          = 49, Ber, GeneralProblem,      "generalProblem",          "Q.773 4.2.2.6";
    OfInvoke         = 50, Ber, InvokeProblem,       "invokeProblem",           "Q.773 4.2.2.6";
    OfResult         = 51, Ber, ReturnResultProblem, "returnResultProblem",     "Q.773 4.2.2.6";
    OfError          = 52, Ber, ReturnErrorProblem,  "returnErrorProblem",      "Q.773 4.2.2.6";
}
