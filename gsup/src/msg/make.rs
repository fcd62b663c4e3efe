//! Messages made from what they must have.
use super::{Cause, Head, Imsi, messages::*};

macro_rules! made {
    ($($msg:ident($($arg:ident: $t:ty),*) { $($none:ident)*; $($empty:ident)* })*) => { $(
        impl $msg {
            /// With what it must have, and nothing else.
            pub fn new(imsi: impl Into<Imsi> $(, $arg: $t)*) -> Self {
                Self {
                    imsi: imsi.into(),
                    $($arg,)*
                    $($none: None,)*
                    $($empty: Vec::new(),)*
                    message_class: None,
                    source_name: None,
                    destination_name: None,
                    other: Default::default(),
                }
            }

            /// The same as an answer: back to the name that the request came from, and of its class.
            #[must_use]
            pub fn answering(mut self, request: &Head) -> Self {
                self.message_class = request.message_class;
                self.source_name = request.destination_name.clone();
                self.destination_name = request.source_name.clone();
                self
            }
        }
    )* };
}

made! {
    UpdateLocationRequest() { cn_domain supported_rat_types current_rat_type; }
    UpdateLocationError(cause: Cause) { ; }
    UpdateLocationResult() {
        msisdn hlr_number pdp_info_complete cn_domain charging_characteristics; pdp_info
    }
    SendAuthInfoRequest() {
        auts rand cn_domain num_vectors_requested current_rat_type;
    }
    SendAuthInfoError(cause: Cause) { ; }
    SendAuthInfoResult() { cn_domain; auth_tuple }
    AuthFailureReport() { auts rand cn_domain; }
    PurgeMsRequest() { cn_domain hlr_number; }
    PurgeMsError(cause: Cause) { ; }
    PurgeMsResult() { freeze_p_tmsi cn_domain; }
    InsertSubscriberDataRequest() {
        msisdn hlr_number pdp_info_complete cn_domain charging_characteristics; pdp_info
    }
    InsertSubscriberDataError(cause: Cause) { ; }
    InsertSubscriberDataResult() { cn_domain; }
    DeleteSubscriberDataRequest() { cn_domain; pdp_context_id }
    DeleteSubscriberDataError(cause: Cause) { ; }
    DeleteSubscriberDataResult() { cn_domain; }
    LocationCancellationRequest() { cancel_type cn_domain; }
    LocationCancellationError(cause: Cause) { ; }
    LocationCancellationResult() { cn_domain; }
    RoutingError() { session_id session_state cause; }
}
