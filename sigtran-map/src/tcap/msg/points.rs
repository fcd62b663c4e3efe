//! Code points of TCAP, Q.773 4.2.

wire::code_points! {
    /// P-Abort cause, Q.773 4.2.1.7.
    pub struct PAbortCause(u8) {
        UnrecognizedMessageType = 0, "unrecognizedMessageType";
        UnrecognizedTransactionId = 1, "unrecognizedTransactionID";
        BadlyFormattedTransactionPortion = 2, "badlyFormattedTransactionPortion";
        IncorrectTransactionPortion = 3, "incorrectTransactionPortion";
        ResourceLimitation = 4, "resourceLimitation";
    }
}

wire::code_points! {
    /// General problem, Q.773 4.2.2.6: the component cannot be read.
    pub struct GeneralProblem(u8) {
        UnrecognizedComponent = 0, "unrecognizedComponent";
        MistypedComponent = 1, "mistypedComponent";
        BadlyStructuredComponent = 2, "badlyStructuredComponent";
    }
}

wire::code_points! {
    /// Invoke problem, Q.773 4.2.2.6.
    pub struct InvokeProblem(u8) {
        DuplicateInvokeId = 0, "duplicateInvokeID";
        UnrecognizedOperation = 1, "unrecognizedOperation";
        MistypedParameter = 2, "mistypedParameter";
        ResourceLimitation = 3, "resourceLimitation";
        InitiatingRelease = 4, "initiatingRelease";
        UnrecognizedLinkedId = 5, "unrecognizedLinkedID";
        LinkedResponseUnexpected = 6, "linkedResponseUnexpected";
        UnexpectedLinkedOperation = 7, "unexpectedLinkedOperation";
    }
}

wire::code_points! {
    /// Return result problem, Q.773 4.2.2.6.
    pub struct ReturnResultProblem(u8) {
        UnrecognizedInvokeId = 0, "unrecognizedInvokeID";
        ReturnResultUnexpected = 1, "returnResultUnexpected";
        MistypedParameter = 2, "mistypedParameter";
    }
}

wire::code_points! {
    /// Return error problem, Q.773 4.2.2.6.
    pub struct ReturnErrorProblem(u8) {
        UnrecognizedInvokeId = 0, "unrecognizedInvokeID";
        ReturnErrorUnexpected = 1, "returnErrorUnexpected";
        UnrecognizedError = 2, "unrecognizedError";
        UnexpectedError = 3, "unexpectedError";
        MistypedParameter = 4, "mistypedParameter";
    }
}

wire::code_points! {
    /// Associate result, Q.773 4.2.3.
    pub struct AssociateResult(u8) {
        Accepted = 0, "accepted";
        RejectPermanent = 1, "reject-permanent";
    }
}

wire::code_points! {
    /// Why the user of the dialogue service refuses, Q.773 4.2.3.
    pub struct UserDiagnostic(u8) {
        Null = 0, "null";
        NoReasonGiven = 1, "no-reason-given";
        ApplicationContextNameNotSupported = 2, "application-context-name-not-supported";
    }
}

wire::code_points! {
    /// Why the provider of the dialogue service refuses, Q.773 4.2.3.
    pub struct ProviderDiagnostic(u8) {
        Null = 0, "null";
        NoReasonGiven = 1, "no-reason-given";
        NoCommonDialoguePortion = 2, "no-common-dialogue-portion";
    }
}

wire::code_points! {
    /// Who aborts a dialogue, Q.773 4.2.3.
    pub struct AbortSource(u8) {
        DialogueServiceUser = 0, "dialogue-service-user";
        DialogueServiceProvider = 1, "dialogue-service-provider";
    }
}
