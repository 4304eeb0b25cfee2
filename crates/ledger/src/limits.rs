//! Every maximum of the ledger, by name, in one place.

/// Items that one institution may have waiting.
pub const QUEUE_ITEMS_MAX: usize = 100_000;

/// Payments that one event lists at most; longer lists become several events.
pub const EVENT_PAYMENTS_MAX: usize = 4_096;

/// Heads of queues that receipts of one block release at most in one step; the rest waits for the next step or run.
pub const RECEIPT_RELEASES_MAX: usize = 1_024;

/// Characters of a short code (member, institution) at most.
pub const CODE_CHARACTERS_MAX: usize = 32;

/// Characters of a name at most.
pub const NAME_CHARACTERS_MAX: usize = 140;

/// Bytes of a rulebook's source at most.
pub const RULEBOOK_BYTES_MAX: usize = 256 * 1024;

/// Payments that one command names at most.
pub const COMMAND_PAYMENTS_MAX: usize = 4_096;
