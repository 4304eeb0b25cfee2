//! Questions.

/// Q.
pub const QUESTIONS: &[u8] = &[];
