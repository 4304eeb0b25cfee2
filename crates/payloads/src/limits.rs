//! Every maximum of the store, each with its reason.

/// Characters of a party's name (ISO 20022 `Max140Text`).
pub const NAME_CHARACTERS_MAX: usize = 140;
/// Characters of an account's identification (ISO 20022 `Max34Text`, the longest IBAN).
pub const ACCOUNT_CHARACTERS_MAX: usize = 34;
/// Characters of a party's own identification, such as a tax number, and of a document's number (`Max35Text`).
pub const IDENTIFICATION_CHARACTERS_MAX: usize = 35;
/// Characters of a street's name and of an address line (`Max70Text`).
pub const ADDRESS_LINE_CHARACTERS_MAX: usize = 70;
/// Lines of an address that is not structured (`AdrLine`).
pub const ADDRESS_LINES_MAX: usize = 7;
/// Characters of a building's number and of a post code (`Max16Text`).
pub const BUILDING_CHARACTERS_MAX: usize = 16;
/// Characters of a town's name (`Max35Text`).
pub const TOWN_CHARACTERS_MAX: usize = 35;
/// Characters of one occurrence of unstructured remittance text (`Max140Text`).
pub const UNSTRUCTURED_CHARACTERS_MAX: usize = 140;
/// Occurrences of unstructured remittance text. ISO 20022 has no maximum; messages in live use carry one.
pub const UNSTRUCTURED_COUNT_MAX: usize = 10;
/// Documents that a payment refers to.
pub const DOCUMENTS_MAX: usize = 20;
/// Characters of the case reference of an erasure (`Max35Text`).
pub const REFERENCE_CHARACTERS_MAX: usize = 35;

/// Bytes of the canonical form of one part: more than the fields above can fill, at four bytes a character.
pub const PART_BYTES_MAX: usize = 16 * 1024;
/// A part is filled up to a multiple of this before it is encrypted, so that its length tells little of a name.
pub const PADDING_BYTES: usize = 32;

/// Payloads of one batch: twice the largest batch of orders.
pub const BATCH_PAYLOADS_MAX: usize = 16_384;
/// Threads that encrypt a batch: beyond these, writing it is what takes the time.
pub const THREADS_MAX: usize = 8;
/// Payloads for which another thread is worth starting: encrypting them takes ten times as long as that.
pub const PAYLOADS_A_THREAD_MIN: usize = 128;
/// Erasures carried out with one sync.
pub const BATCH_ERASURES_MAX: usize = 16_384;

/// Bytes of a page of the database.
pub const PAGE_BYTES: u32 = 16_384;
/// Kibibytes of pages that SQLite keeps in memory: a whole batch, so that none is written twice.
pub const CACHE_KIB: i64 = 24 * 1024;
/// Bytes added to the write-ahead log after which it is copied into the database.
pub const CHECKPOINT_BYTES: u64 = 16 * 1024 * 1024;
/// Bytes that must be free on the disk for a batch to be accepted, beyond the batch itself.
pub const SPACE_MINIMUM_BYTES: u64 = 64 * 1024 * 1024;
/// How often a batch's bytes may be written: into the write-ahead log, into the database, and into keys and index.
pub const WRITES_PER_BYTE: u64 = 3;
/// Oldest SQLite that may be used: below it, a checkpoint racing with a second connection can lose commits.
pub const SQLITE_VERSION_MINIMUM: i32 = 3_051_003;

/// Entries of the index that are kept in memory before they become a run on disk.
pub const INDEX_TAIL_ENTRIES: usize = 65_536;
/// Runs of about one size that become one: fewer make more merging, more make each look-up longer.
pub const INDEX_RUNS_MERGED: usize = 8;
/// Bits of the filter in memory for each entry of a run: at ten, one look-up in a hundred reads a block for nothing.
pub const INDEX_FILTER_BITS: usize = 10;

/// Keys of subjects kept unwrapped in memory, about a hundred bytes each, so that a subject that pays often is looked up once.
pub const SUBJECT_KEYS_CACHED: usize = 262_144;
