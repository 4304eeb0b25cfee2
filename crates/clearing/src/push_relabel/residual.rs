//! What can still be sent, forwards and backwards, laid out for reading.
//!
//! Each arc has two *entries*: one among those of its tail, one among those of its head. A node's entries lie together,
//! arcs that leave it first. Searches read only the entries' words (4 bytes each); amounts are apart, once for both.

/// Bit of an entry's word: something can be sent from its node to the node at the other end.
pub(super) const OUT: u32 = 1;
/// Bit of an entry's word: something can be sent from the other end to its node.
pub(super) const IN: u32 = 2;

/// An arc as it comes in: `flow` of `capacity` is used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ArcState {
    pub tail: u32,
    pub head: u32,
    pub capacity: i64,
    pub flow: i64,
    pub profit: i64,
}

/// What can be sent along an arc and back, and where its two entries are.
#[derive(Clone, Copy)]
pub(super) struct Room {
    pub ahead: i64,
    pub back: i64,
    pub tail_entry: u32,
    pub head_entry: u32,
}

/// A network with a flow in it that need not be conserved: `excess` says by how much it is not.
pub(super) struct Residual {
    /// Where the entries of each place begin; one more at the end.
    pub first: Vec<u32>,
    /// Where the entries of arcs that enter the place begin.
    pub middle: Vec<u32>,
    /// Place of the other end, times 4, and the bits [`OUT`] and [`IN`].
    pub words: Vec<u32>,
    /// Arc of each entry.
    pub arc_of: Vec<u32>,
    pub rooms: Vec<Room>,
    /// What has come in and not gone out, of each place.
    pub excess: Vec<i64>,
    /// Place of each node: nodes with many arcs come first, because they are read most.
    pub place_of: Vec<u32>,
}

/// The place at the other end of an entry.
#[inline]
pub(super) fn other_end(word: u32) -> usize {
    (word >> 2) as usize
}

fn index(value: usize) -> u32 {
    u32::try_from(value).expect("bug: networks are bounded so that entries fit in 32 bits")
}

impl Residual {
    /// Lays out a network.
    pub fn new(node_count: usize, arc_count: usize, arc: impl Fn(usize) -> ArcState) -> Residual {
        let (place_of, first, middle) = places(node_count, arc_count, &arc);
        let (mut next_out, mut next_in) = (first[..node_count].to_vec(), middle.clone());
        let entries = 2 * arc_count;
        let mut residual = Residual {
            first,
            middle,
            words: vec![0; entries],
            arc_of: vec![0; entries],
            rooms: Vec::with_capacity(arc_count),
            excess: vec![0; node_count],
            place_of,
        };
        for (number, arc) in (0_u32..).zip((0..arc_count).map(arc)) {
            let (tail, head) = (residual.place_of[arc.tail as usize], residual.place_of[arc.head as usize]);
            let (tail_entry, head_entry) = (next_out[tail as usize], next_in[head as usize]);
            next_out[tail as usize] += 1;
            next_in[head as usize] += 1;
            let room = Room { ahead: arc.capacity - arc.flow, back: arc.flow, tail_entry, head_entry };
            let (can_send, can_return) = (u32::from(room.ahead > 0), u32::from(room.back > 0));
            residual.words[tail_entry as usize] = head << 2 | can_send * OUT | can_return * IN;
            residual.words[head_entry as usize] = tail << 2 | can_return * OUT | can_send * IN;
            residual.arc_of[tail_entry as usize] = number;
            residual.arc_of[head_entry as usize] = number;
            residual.rooms.push(room);
        }
        residual
    }

    pub fn place_count(&self) -> usize {
        self.excess.len()
    }

    pub fn entry_count(&self) -> usize {
        self.words.len()
    }

    /// Entries of a place: of arcs that leave it, and of arcs that enter it.
    #[inline]
    pub fn entries(&self, place: usize) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
        let middle = self.middle[place] as usize;
        (self.first[place] as usize..middle, middle..self.first[place + 1] as usize)
    }

    /// Sends up to `most` along an entry of an arc that leaves the place; how much was sent.
    #[inline]
    pub fn send_ahead(&mut self, entry: usize, most: i64) -> i64 {
        let room = &mut self.rooms[self.arc_of[entry] as usize];
        let sent = room.ahead.min(most);
        let was_empty = room.back == 0;
        room.ahead -= sent;
        room.back += sent;
        let (is_full, other) = (room.ahead == 0, room.head_entry as usize);
        self.update_bits(entry, other, was_empty, is_full);
        sent
    }

    /// Sends up to `most` back along an entry of an arc that enters the place; how much was sent.
    #[inline]
    pub fn send_back(&mut self, entry: usize, most: i64) -> i64 {
        let room = &mut self.rooms[self.arc_of[entry] as usize];
        let sent = room.back.min(most);
        let was_full = room.ahead == 0;
        room.back -= sent;
        room.ahead += sent;
        let (is_empty, other) = (room.back == 0, room.tail_entry as usize);
        self.update_bits(entry, other, was_full, is_empty);
        sent
    }

    #[inline]
    fn update_bits(&mut self, entry: usize, other: usize, opens_return: bool, closes_way: bool) {
        if opens_return {
            self.words[entry] |= IN;
            self.words[other] |= OUT;
        }
        if closes_way {
            self.words[entry] &= !OUT;
            self.words[other] &= !IN;
        }
    }

    /// Takes from every arc the possibility to carry more than it does.
    pub fn close_ahead(&mut self) {
        for room in &mut self.rooms {
            room.ahead = 0;
            self.words[room.tail_entry as usize] &= !OUT;
            self.words[room.head_entry as usize] &= !IN;
        }
    }

    /// The flow of each arc, in their order.
    pub fn flows(&self) -> Vec<i64> {
        self.rooms.iter().map(|room| room.back).collect()
    }
}

/// Places by number of arcs, the most first and of equals the lower node; and where each place's entries begin.
fn places(node_count: usize, arc_count: usize, arc: impl Fn(usize) -> ArcState) -> (Vec<u32>, Vec<u32>, Vec<u32>) {
    let (mut leaving, mut entering) = (vec![0_u32; node_count], vec![0_u32; node_count]);
    for arc in (0..arc_count).map(arc) {
        leaving[arc.tail as usize] += 1;
        entering[arc.head as usize] += 1;
    }
    let mut nodes: Vec<u32> = (0..index(node_count)).collect();
    nodes.sort_by_key(|&node| std::cmp::Reverse(leaving[node as usize] + entering[node as usize]));
    let (mut place_of, mut first, mut middle) = (vec![0; node_count], vec![0; node_count + 1], vec![0; node_count]);
    let mut next = 0;
    for (place, &node) in nodes.iter().enumerate() {
        place_of[node as usize] = index(place);
        first[place] = next;
        middle[place] = next + leaving[node as usize];
        next = middle[place] + entering[node as usize];
    }
    first[node_count] = next;
    (place_of, first, middle)
}
