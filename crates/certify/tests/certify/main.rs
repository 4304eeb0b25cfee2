//! What may be believed of an accepted answer, and what is refused.
//!
//! | for | see |
//! | --- | --- |
//! | published and computed examples | `vectors.rs` |
//! | set-off: brute force, and an oracle that makes certificates | `set_off.rs`, `set_off_oracle.rs` |
//! | queue: brute force, and an oracle that makes certificates | `queue.rs`, `queue_oracle.rs` |
//! | every single number altered | `alterations.rs` |
//! | problems that are none, numbers at their limits | `malformed.rs` |

mod alterations;
mod chance;
mod malformed;
mod queue;
mod queue_oracle;
mod set_off;
mod set_off_oracle;
mod vectors;
