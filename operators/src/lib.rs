//! Registration operator, selected home operator, validation authority, credential issuer.
