//! The procedures of SM, one side each.
