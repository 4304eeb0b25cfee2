//! The register of erasures: what was erased, when, on which ground and by whom. It outlives every backup.
//!
//! Append-only, synced before a key is destroyed: an erasure that stands here is carried out, if need be at the next
//! opening. It holds no personal data: a commitment, or the keyed hash of a subject. Each record is authenticated, with
//! the one before it, by HMAC under a key of the store, so that nobody without the house key can add, change or reorder.
//!
//! Header (128 bytes): `CDLE`, format u32, store (16), zeros, HMAC (32). Record (128 bytes): number u64, kind (1), what (32),
//! facts (55), HMAC (32). Numbers are big-endian, kinds 1 payment and 2 subject.

use crate::crypto::{Key, mac};
use crate::fault::{self, PayloadFault, Problem, StoreFile};
use crate::files;
use crate::key_file::StoreId;
use crate::limits::REFERENCE_CHARACTERS_MAX;
use crate::refusal::PayloadRefusal;
use domain::ids::Role;
use domain::{Actor, Commitment, InstitutionId, MemberId, Timestamp};
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

const MAGIC: [u8; 4] = *b"CDLE";
const FORMAT: u32 = 1;
/// Bytes of the header, and of each record.
const RECORD_BYTES: usize = 128;
/// After the number; its byte before is the kind.
const NAME_AT: usize = 9;
const FACTS_AT: usize = NAME_AT + 32;
const MAC_AT: usize = FACTS_AT + FACTS_BYTES;
/// Records read at a time when many are.
const RECORDS_READ: u64 = 2048;

/// On which ground data are erased: a closed list, so that it can be counted and holds no personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ground {
    /// The data subject asked for it (GDPR article 17(1), LGPD article 18).
    Request,
    /// The data subject withdrew consent, and there is no other ground to keep the data.
    ConsentWithdrawn,
    /// The time for which the data had to be kept is over.
    RetentionEnded,
    /// The data were processed unlawfully, or belong to somebody else.
    Unlawful,
    /// A court or an authority ordered it.
    Order,
}

impl Ground {
    /// All of them.
    pub const ALL: [Ground; 5] =
        [Ground::Request, Ground::ConsentWithdrawn, Ground::RetentionEnded, Ground::Unlawful, Ground::Order];

    /// Its permanent code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Ground::Request => "request",
            Ground::ConsentWithdrawn => "consent-withdrawn",
            Ground::RetentionEnded => "retention-ended",
            Ground::Unlawful => "unlawful",
            Ground::Order => "order",
        }
    }

    /// The ground of a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Ground> {
        Ground::ALL.into_iter().find(|ground| ground.code() == code)
    }

    const fn number(self) -> u8 {
        match self {
            Ground::Request => 1,
            Ground::ConsentWithdrawn => 2,
            Ground::RetentionEnded => 3,
            Ground::Unlawful => 4,
            Ground::Order => 5,
        }
    }
}

impl fmt::Display for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Number of a case in somebody's files: 1 to 35 letters, digits and `/ - .`. Narrow, so that no name is put in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reference(String);

impl Reference {
    /// Takes a text.
    ///
    /// # Errors
    /// [`PayloadRefusal::ReferenceFormat`].
    pub fn new(text: &str) -> Result<Reference, PayloadRefusal> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.');
        if text.is_empty() || text.len() > REFERENCE_CHARACTERS_MAX || !text.bytes().all(fits) {
            return Err(PayloadRefusal::ReferenceFormat);
        }
        Ok(Reference(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Who erases, when and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ErasureOrder {
    /// When, by the caller's clock.
    pub at: Timestamp,
    /// On which ground.
    pub ground: Ground,
    /// Under which case.
    pub reference: Reference,
    /// By whom.
    pub by: Actor,
}

/// What an erasure is of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErasedName {
    /// The whole payload of one payment.
    Payment(Commitment),
    /// The data of one subject in every payload, known by its keyed hash.
    Subject([u8; 32]),
}

impl fmt::Debug for ErasedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ErasedName::Payment(commitment) => write!(f, "Payment({})", crate::key_file::hex(&commitment.0)),
            ErasedName::Subject(tag) => write!(f, "Subject({})", crate::key_file::hex(tag)),
        }
    }
}

/// A record of the register: the tombstone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ErasureRecord {
    /// Its place in the register, from 0.
    pub number: u64,
    /// What was erased.
    pub erased: ErasedName,
    /// When.
    pub at: Timestamp,
    /// On which ground.
    pub ground: Ground,
    /// Under which case.
    pub reference: Reference,
    /// By whom.
    pub by: Actor,
}

impl fmt::Display for ErasureRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.at.date().ymd();
        let (ground, case, number) = (self.ground, self.reference.as_str(), self.number);
        write!(f, "erased on {year:04}-{month:02}-{day:02}, ground {ground}, case {case}, entry {number}")
    }
}

/// What a record says beside what was erased and its number. A destroyed key keeps it too, so that a copy of the keys that
/// is newer than any register at hand can tell of its erasures.
pub(crate) type Facts = [u8; FACTS_BYTES];
/// Ground, role, length of the reference (1 each), of whom (4), person (4), time (8), reference (36).
pub(crate) const FACTS_BYTES: usize = 55;
const TIME_AT: usize = 11;
const REFERENCE_AT: usize = 19;

impl ErasureRecord {
    pub(crate) fn facts(&self) -> Facts {
        let mut facts = [0; FACTS_BYTES];
        let (role, whom) = role_numbers(self.by.role);
        let reference = self.reference.0.as_bytes();
        facts[0] = self.ground.number();
        facts[1] = role;
        facts[2] = u8::try_from(reference.len()).expect("at most 35");
        facts[3..7].copy_from_slice(&whom.to_be_bytes());
        facts[7..TIME_AT].copy_from_slice(&self.by.person.to_be_bytes());
        facts[TIME_AT..REFERENCE_AT].copy_from_slice(&self.at.0.to_be_bytes());
        facts[REFERENCE_AT..][..reference.len()].copy_from_slice(reference);
        facts
    }

    /// The record of a number; nothing if the facts are not in the form above.
    pub(crate) fn from_facts(number: u64, erased: ErasedName, facts: &Facts) -> Option<ErasureRecord> {
        let number32 = |at: usize| u32::from_be_bytes(facts[at..at + 4].try_into().expect("four bytes"));
        let reference = facts[REFERENCE_AT..].get(..usize::from(facts[2]))?;
        Some(ErasureRecord {
            number,
            erased,
            at: Timestamp(i64::from_be_bytes(facts[TIME_AT..REFERENCE_AT].try_into().expect("eight bytes"))),
            ground: Ground::ALL.into_iter().find(|ground| ground.number() == facts[0])?,
            reference: Reference::new(std::str::from_utf8(reference).ok()?).ok()?,
            by: Actor { role: role(facts[1], number32(3))?, person: number32(7) },
        })
    }
}

type Stored = [u8; RECORD_BYTES];
type Mac = [u8; 32];

/// The file, open.
pub(crate) struct Register {
    file: File,
    path: PathBuf,
    store: StoreId,
    key: Key,
    count: u64,
    last: Mac,
}

/// What opening found.
pub(crate) struct OpenedRegister {
    pub(crate) register: Register,
    /// Whether an entry that was never acknowledged was cut off.
    pub(crate) torn: bool,
}

impl Register {
    pub(crate) fn create(path: &Path, store: &StoreId, key: &Key) -> Result<(), PayloadFault> {
        let header = encode_header(store, key);
        files::replace_file(path, |file| file.write_all(&header).map_err(|error| fault::writing(path, &error)))
    }

    /// Opens the register of a store. An entry that was being written when a process ended, after the first
    /// `acknowledged`, is cut off if it is not whole.
    ///
    /// # Errors
    /// [`Problem::Missing`], [`Problem::OtherStore`], [`Problem::Truncated`], [`Problem::Damaged`].
    pub(crate) fn open(
        path: &Path,
        store: &StoreId,
        key: &Key,
        acknowledged: u64,
    ) -> Result<OpenedRegister, PayloadFault> {
        let file = match OpenOptions::new().read(true).write(true).open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(missing(path)),
            opened => opened.map_err(|error| fault::writing(path, &error))?,
        };
        let mut opened = Register::over(file, path, store, key)?;
        let found = opened.register.count;
        if found < acknowledged {
            let what = format!("the register has {found} entries, and {acknowledged} were acknowledged");
            return Err(PayloadFault::new(Problem::Truncated(StoreFile::Register), path, what));
        }
        // Beyond what was acknowledged, only the first entry that is not whole can be a torn one; all after it go too.
        let mut whole = found.min(acknowledged);
        opened.register.last = opened.register.mac_before(whole)?;
        while whole < found {
            match opened.register.read_checked(whole) {
                Ok((_, mac)) => opened.register.last = mac,
                Err(fault) if fault.problem == Problem::Damaged(StoreFile::Register) => break,
                Err(fault) => return Err(fault),
            }
            whole += 1;
        }
        if whole < found || opened.torn {
            opened.torn = true;
            opened.register.cut(whole)?;
        }
        opened.register.check_last()?;
        Ok(opened)
    }

    /// Opens an exported register for reading, and checks all of it.
    pub(crate) fn open_export(path: &Path, store: &StoreId, key: &Key) -> Result<Register, PayloadFault> {
        let file = match File::open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(missing(path)),
            opened => opened.map_err(|error| fault::reading(path, &error))?,
        };
        let opened = Register::over(file, path, store, key)?;
        if opened.torn {
            let what = "the register ends within an entry";
            return Err(PayloadFault::new(Problem::Truncated(StoreFile::Register), path, what));
        }
        opened.register.check_all(|_| ())?;
        Ok(opened.register)
    }

    fn over(file: File, path: &Path, store: &StoreId, key: &Key) -> Result<OpenedRegister, PayloadFault> {
        let bytes = file.metadata().map_err(|error| fault::reading(path, &error))?.len();
        let record = u64::try_from(RECORD_BYTES).expect("a small number");
        if bytes < record {
            let what = format!("the register has {bytes} bytes, fewer than its header");
            return Err(PayloadFault::new(Problem::Truncated(StoreFile::Register), path, what));
        }
        let mut header = [0; RECORD_BYTES];
        file.read_exact_at(&mut header, 0).map_err(|error| fault::reading(path, &error))?;
        check_header(&header, path, store, key)?;
        let last = header[MAC_AT..].try_into().expect("32 bytes");
        let register =
            Register { file, path: path.to_owned(), store: *store, key: key.clone(), count: bytes / record - 1, last };
        Ok(OpenedRegister { register, torn: !bytes.is_multiple_of(record) })
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Appends entries after all others and syncs; gives them with their numbers.
    pub(crate) fn append(
        &mut self,
        names: &[ErasedName],
        order: &ErasureOrder,
    ) -> Result<Vec<ErasureRecord>, PayloadFault> {
        let records: Vec<ErasureRecord> = (self.count..)
            .zip(names)
            .map(|(number, &erased)| {
                let (reference, by) = (order.reference.clone(), order.by);
                ErasureRecord { number, erased, at: order.at, ground: order.ground, reference, by }
            })
            .collect();
        self.append_records(&records)?;
        Ok(records)
    }

    /// Appends entries that have their numbers.
    pub(crate) fn append_records(&mut self, records: &[ErasureRecord]) -> Result<(), PayloadFault> {
        let (mut last, mut bytes) = (self.last, Vec::with_capacity(records.len() * RECORD_BYTES));
        for (number, record) in (self.count..).zip(records) {
            assert_eq!(record.number, number, "bug: entries follow each other");
            let stored = encode(record, &last, &self.key);
            last = stored[MAC_AT..].try_into().expect("32 bytes");
            bytes.extend_from_slice(&stored);
        }
        self.append_stored(&bytes, last)
    }

    fn append_stored(&mut self, bytes: &[u8], last: Mac) -> Result<(), PayloadFault> {
        let written = self.file.write_all_at(bytes, offset(self.count)).and_then(|()| self.file.sync_data());
        written.map_err(|error| fault::writing(&self.path, &error))?;
        self.count += u64::try_from(bytes.len() / RECORD_BYTES).expect("a size in memory");
        self.last = last;
        Ok(())
    }

    /// Takes over what a newer export of this register has beyond it.
    ///
    /// # Errors
    /// [`Problem::RegisterForked`] if neither is the beginning of the other.
    pub(crate) fn extend_from(&mut self, newer: &Register) -> Result<(), PayloadFault> {
        let common = self.count.min(newer.count);
        if self.mac_before(common)? != newer.mac_before(common)? {
            let what = format!("this register and {} differ within the first {common} entries", self.path.display());
            return Err(PayloadFault::new(Problem::RegisterForked, &newer.path, what));
        }
        while self.count < newer.count {
            let count = (newer.count - self.count).min(RECORDS_READ);
            let mut bytes = vec![0; usize::try_from(count).expect("a small number") * RECORD_BYTES];
            let read = newer.file.read_exact_at(&mut bytes, offset(self.count));
            read.map_err(|error| fault::reading(&newer.path, &error))?;
            let last = bytes.last_chunk().copied().expect("at least one entry");
            self.append_stored(&bytes, last)?;
        }
        Ok(())
    }

    /// An entry.
    ///
    /// # Errors
    /// [`Problem::Damaged`] if it is not as it was written.
    pub(crate) fn read(&self, number: u64) -> Result<ErasureRecord, PayloadFault> {
        if number >= self.count {
            let what = format!("entry {number} of the register is named by a key and is not there");
            return Err(PayloadFault::new(Problem::Truncated(StoreFile::Register), &self.path, what));
        }
        self.read_checked(number).map(|(record, _)| record)
    }

    fn read_checked(&self, number: u64) -> Result<(ErasureRecord, Mac), PayloadFault> {
        let mut stored: Stored = [0; RECORD_BYTES];
        let before = self.mac_before(number)?;
        self.read_stored(number, &mut stored)?;
        let record = decode(&stored, &before, &self.key).filter(|record| record.number == number);
        let mac = stored[MAC_AT..].try_into().expect("32 bytes");
        record.map(|record| (record, mac)).ok_or_else(|| self.damaged(number))
    }

    /// The authentication of what stands before an entry: of the one before it, or of the header.
    fn mac_before(&self, number: u64) -> Result<Mac, PayloadFault> {
        let mut stored: Stored = [0; RECORD_BYTES];
        let at = offset(number) - u64::try_from(RECORD_BYTES).expect("a small number");
        self.file.read_exact_at(&mut stored, at).map_err(|error| fault::reading(&self.path, &error))?;
        Ok(stored[MAC_AT..].try_into().expect("32 bytes"))
    }

    fn read_stored(&self, number: u64, stored: &mut Stored) -> Result<(), PayloadFault> {
        self.file.read_exact_at(stored, offset(number)).map_err(|error| fault::reading(&self.path, &error))
    }

    fn check_last(&self) -> Result<(), PayloadFault> {
        self.count.checked_sub(1).map_or(Ok(()), |last| self.read_checked(last).map(drop))
    }

    /// Checks every entry, and tells each.
    pub(crate) fn check_all(&self, mut each: impl FnMut(ErasureRecord)) -> Result<(), PayloadFault> {
        let mut before = self.mac_before(0)?;
        for number in 0..self.count {
            let mut stored: Stored = [0; RECORD_BYTES];
            self.read_stored(number, &mut stored)?;
            let record = decode(&stored, &before, &self.key).filter(|record| record.number == number);
            each(record.ok_or_else(|| self.damaged(number))?);
            before = stored[MAC_AT..].try_into().expect("32 bytes");
        }
        Ok(())
    }

    fn damaged(&self, number: u64) -> PayloadFault {
        let what = format!("entry {number} of the register is not as it was written");
        PayloadFault::new(Problem::Damaged(StoreFile::Register), &self.path, what)
    }

    fn cut(&mut self, count: u64) -> Result<(), PayloadFault> {
        let cut = self.file.set_len(offset(count)).and_then(|()| self.file.sync_all());
        cut.map_err(|error| fault::writing(&self.path, &error))?;
        self.count = count;
        Ok(())
    }

    /// Copies header and entries into a file, in place of any earlier one.
    pub(crate) fn copy_to(&self, target: &Path) -> Result<(), PayloadFault> {
        files::replace_file(target, |copy| {
            let mut header = encode_header(&self.store, &self.key).to_vec();
            for number in 0..self.count {
                let mut stored: Stored = [0; RECORD_BYTES];
                self.read_stored(number, &mut stored)?;
                header.extend_from_slice(&stored);
                if header.len() > 1024 * 1024 {
                    copy.write_all(&header).map_err(|error| fault::writing(target, &error))?;
                    header.clear();
                }
            }
            copy.write_all(&header).map_err(|error| fault::writing(target, &error))
        })
    }
}

fn missing(path: &Path) -> PayloadFault {
    PayloadFault::new(Problem::Missing(StoreFile::Register), path, "the register of erasures is missing")
}

fn offset(number: u64) -> u64 {
    (number + 1) * u64::try_from(RECORD_BYTES).expect("a small number")
}

fn encode_header(store: &StoreId, key: &Key) -> Stored {
    let mut header = [0; RECORD_BYTES];
    header[..4].copy_from_slice(&MAGIC);
    header[4..8].copy_from_slice(&FORMAT.to_be_bytes());
    header[8..24].copy_from_slice(store);
    let sum = mac(key, &[b"header", &header[..MAC_AT]]);
    header[MAC_AT..].copy_from_slice(&sum);
    header
}

fn check_header(header: &Stored, path: &Path, store: &StoreId, key: &Key) -> Result<(), PayloadFault> {
    let damaged = |what: &str| Err(PayloadFault::new(Problem::Damaged(StoreFile::Register), path, what));
    if header[..4] != MAGIC {
        return damaged("the file does not begin as a register of erasures does");
    }
    let format = u32::from_be_bytes(header[4..8].try_into().expect("four bytes"));
    if header[MAC_AT..] == mac(key, &[b"header", &header[..MAC_AT]]) {
        if format == FORMAT {
            return Ok(());
        }
        let what = format!("a register in format {format}; this program knows format {FORMAT}");
        return Err(PayloadFault::new(Problem::SchemaNewer, path, what));
    }
    if header[8..24] != *store {
        let what = "the register is that of another store";
        return Err(PayloadFault::new(Problem::OtherStore(StoreFile::Register), path, what));
    }
    damaged("the header of the register is not as it was written")
}

fn encode(record: &ErasureRecord, before: &Mac, key: &Key) -> Stored {
    let mut stored = [0; RECORD_BYTES];
    let (kind, name) = match record.erased {
        ErasedName::Payment(commitment) => (1, commitment.0),
        ErasedName::Subject(tag) => (2, tag),
    };
    stored[..8].copy_from_slice(&record.number.to_be_bytes());
    stored[NAME_AT - 1] = kind;
    stored[NAME_AT..FACTS_AT].copy_from_slice(&name);
    stored[FACTS_AT..MAC_AT].copy_from_slice(&record.facts());
    let sum = mac(key, &[b"record", before, &stored[..MAC_AT]]);
    stored[MAC_AT..].copy_from_slice(&sum);
    stored
}

/// The record; nothing if it was not written by this store after what stands before it.
fn decode(stored: &Stored, before: &Mac, key: &Key) -> Option<ErasureRecord> {
    if stored[MAC_AT..] != mac(key, &[b"record", before, &stored[..MAC_AT]]) {
        return None;
    }
    let name = stored[NAME_AT..FACTS_AT].try_into().expect("32 bytes");
    let erased = match stored[NAME_AT - 1] {
        1 => ErasedName::Payment(Commitment(name)),
        2 => ErasedName::Subject(name),
        _ => return None,
    };
    let number = u64::from_be_bytes(stored[..8].try_into().expect("eight bytes"));
    ErasureRecord::from_facts(number, erased, stored[FACTS_AT..MAC_AT].try_into().expect("55 bytes"))
}

const fn role_numbers(role: Role) -> (u8, u32) {
    match role {
        Role::House => (0, 0),
        Role::Operator => (1, 0),
        Role::Agent => (2, 0),
        Role::Member(member) => (3, member.0 as u32),
        Role::Institution(institution) => (4, institution.0),
    }
}

fn role(number: u8, whom: u32) -> Option<Role> {
    match number {
        0 => Some(Role::House),
        1 => Some(Role::Operator),
        2 => Some(Role::Agent),
        3 => Some(Role::Member(MemberId(u16::try_from(whom).ok()?))),
        4 => Some(Role::Institution(InstitutionId(whom))),
        _ => None,
    }
}
