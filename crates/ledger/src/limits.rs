//! Every maximum of the ledger, by name, in one place.

/// Items that one institution may have waiting.
pub const QUEUE_ITEMS_MAX: usize = 16_384;

/// Items that all institutions of an arrangement may have waiting together: a run may have to price each of them again, an
/// event each, and all of a run is one block.
pub const ARRANGEMENT_QUEUE_ITEMS_MAX: u64 = 49_152;

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

/// What a member may owe or be owed net in the asset, alone or towards one other, in minor units: half of the largest amount,
/// so that the interest of a cycle still fits beside it.
pub const POSITION_MINOR_MAX: i128 = 500_000_000_000_000_000;

/// The same in a currency other than the asset. With [`RATE_MIN`], what it converts to fits as well.
pub const FOREIGN_POSITION_MINOR_MAX: i128 = 1_000_000_000_000_000;

/// Lowest rate, in units of a currency per unit of the asset (mantissa and decimals): none is worth more than ten dollars.
pub const RATE_MIN: (u64, u8) = (1, 1);

/// Highest rate, in units of a currency per unit of the asset (mantissa and decimals).
pub const RATE_MAX: (u64, u8) = (1_000_000_000, 0);

/// Characters of the reason of an operator's act at most.
pub const REASON_CHARACTERS_MAX: usize = 500;

/// Seconds by which the operator may extend a business day in all.
pub const EXTENSION_S_MAX: u32 = 4 * 3_600;

/// Calendar days by which one act of the operator may move a pay-in.
pub const PAY_IN_MOVED_DAYS_MAX: i32 = 30;
