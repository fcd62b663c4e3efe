//! The procedures of GMM, one side each.
