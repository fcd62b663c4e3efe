//! Home location register and authentication centre.
