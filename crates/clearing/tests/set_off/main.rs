//! What a user of the set-off relies on.
//!
//! | for | see |
//! | --- | --- |
//! | published and computed examples | `published.rs` |
//! | every answer of small instances tried | `brute_force.rs` |
//! | the same answer whatever the order of rows | `orders.rs` |
//! | what is refused, and what must not be | `hard_cases.rs` |

mod brute_force;
mod hard_cases;
mod orders;
mod published;
mod support;
