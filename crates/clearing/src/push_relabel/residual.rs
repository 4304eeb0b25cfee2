//! What can still be sent, forwards and backwards, laid out for reading.
//!
//! Each arc has two *entries*: one among those that leave its tail, one among those that enter its head. The entry at the tail
//! has the arc's own place in the lists, so that only the other one needs to look it up. Searches read the entries'
//! words (4 bytes each); amounts are apart, once for both.

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

/// What can be sent along an arc and back.
#[derive(Clone, Copy, Default)]
pub(super) struct Room {
    pub ahead: i64,
    pub back: i64,
}

/// A network with a flow in it that need not be conserved: `excess` says by how much it is not.
pub(super) struct Residual {
    /// Where the arcs that leave each place begin; one more at the end.
    pub first_out: Vec<u32>,
    /// Where the entries of arcs that enter each place begin; one more at the end.
    pub first_in: Vec<u32>,
    /// Of each arc, seen from its tail: place of the head, times 4, and the bits [`OUT`] and [`IN`].
    pub out_words: Vec<u32>,
    /// Of each entry of an arc seen from its head: place of the tail, times 4, and the bits.
    pub in_words: Vec<u32>,
    /// Arc of each entry at a head.
    pub arc_of: Vec<u32>,
    /// Entry at the head of each arc.
    pub entry_of: Vec<u32>,
    pub rooms: Vec<Room>,
    /// What the caller calls each arc.
    pub number_of: Vec<u32>,
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

fn word(end: u32, can_send: bool, can_return: bool) -> u32 {
    (end << 2) | (u32::from(can_send) * OUT) | (u32::from(can_return) * IN)
}

pub(super) fn index(value: usize) -> u32 {
    u32::try_from(value).expect("bug: networks are bounded so that arcs and places fit in 32 bits")
}

#[inline]
pub(super) fn range(first: &[u32], place: usize) -> std::ops::Range<usize> {
    first[place] as usize..first[place + 1] as usize
}

impl Residual {
    /// Lays out a network.
    pub fn new(node_count: usize, arc_count: usize, arc: impl Fn(usize) -> ArcState) -> Residual {
        let (place_of, first_out, first_in) = places(node_count, arc_count, &arc);
        let mut next_out = first_out[..node_count].to_vec();
        let mut residual = Residual {
            first_out,
            first_in,
            out_words: vec![0; arc_count],
            in_words: vec![0; arc_count],
            arc_of: vec![0; arc_count],
            entry_of: vec![0; arc_count],
            rooms: vec![Room::default(); arc_count],
            number_of: vec![0; arc_count],
            excess: vec![0; node_count],
            place_of,
        };
        for (number, arc) in (0_u32..).zip((0..arc_count).map(arc)) {
            let (tail, head) = (residual.place_of[arc.tail as usize], residual.place_of[arc.head as usize]);
            let own = next_out[tail as usize] as usize;
            next_out[tail as usize] += 1;
            let room = Room { ahead: arc.capacity - arc.flow, back: arc.flow };
            residual.out_words[own] = word(head, room.ahead > 0, room.back > 0);
            residual.rooms[own] = room;
            residual.number_of[own] = number;
        }
        residual.enter_heads();
        residual
    }

    /// The entries at the heads, in the order of the arcs' tails.
    fn enter_heads(&mut self) {
        let places = self.place_count();
        let mut next_in = self.first_in[..places].to_vec();
        for tail in 0..places {
            for arc in range(&self.first_out, tail) {
                let out = self.out_words[arc];
                let entry = &mut next_in[other_end(out)];
                self.in_words[*entry as usize] = word(index(tail), out & IN != 0, out & OUT != 0);
                self.arc_of[*entry as usize] = index(arc);
                self.entry_of[arc] = *entry;
                *entry += 1;
            }
        }
    }

    pub fn place_count(&self) -> usize {
        self.excess.len()
    }

    pub fn arc_count(&self) -> usize {
        self.rooms.len()
    }

    pub fn head(&self, arc: usize) -> usize {
        other_end(self.out_words[arc])
    }

    pub fn tail(&self, arc: usize) -> usize {
        other_end(self.in_words[self.entry_of[arc] as usize])
    }

    /// Sends up to `most` along an arc; how much was sent.
    #[inline]
    pub fn send_ahead(&mut self, arc: usize, most: i64) -> i64 {
        let room = &mut self.rooms[arc];
        let sent = room.ahead.min(most);
        let (opens, closes) = (room.back == 0, room.ahead == sent);
        room.ahead -= sent;
        room.back += sent;
        if opens | closes {
            let entry = self.entry_of[arc] as usize;
            let (set, clear) = (u32::from(opens), u32::from(closes));
            self.out_words[arc] = (self.out_words[arc] | (set * IN)) & !(clear * OUT);
            self.in_words[entry] = (self.in_words[entry] | (set * OUT)) & !(clear * IN);
        }
        sent
    }

    /// Sends up to `most` back along the arc of an entry at its head; how much was sent.
    #[inline]
    pub fn send_back(&mut self, entry: usize, most: i64) -> i64 {
        let arc = self.arc_of[entry] as usize;
        let room = &mut self.rooms[arc];
        let sent = room.back.min(most);
        let (opens, closes) = (room.ahead == 0, room.back == sent);
        room.back -= sent;
        room.ahead += sent;
        if opens | closes {
            let (set, clear) = (u32::from(opens), u32::from(closes));
            self.in_words[entry] = (self.in_words[entry] | (set * IN)) & !(clear * OUT);
            self.out_words[arc] = (self.out_words[arc] | (set * OUT)) & !(clear * IN);
        }
        sent
    }

    /// Sets what can still be sent along an arc.
    pub fn set_ahead(&mut self, arc: usize, ahead: i64) {
        self.rooms[arc].ahead = ahead;
        let (entry, open) = (self.entry_of[arc] as usize, u32::from(ahead > 0));
        self.out_words[arc] = (self.out_words[arc] & !OUT) | (open * OUT);
        self.in_words[entry] = (self.in_words[entry] & !IN) | (open * IN);
    }

    /// The flow of each arc, by the caller's numbers.
    pub fn flows(&self) -> Vec<i64> {
        let mut flows = vec![0; self.rooms.len()];
        for (room, &number) in self.rooms.iter().zip(&self.number_of) {
            flows[number as usize] = room.back;
        }
        flows
    }
}

/// Places by number of arcs, the most first and of equals the lower node; where the arcs that leave each place begin, and the
/// entries of those that enter it.
fn places(node_count: usize, arc_count: usize, arc: impl Fn(usize) -> ArcState) -> (Vec<u32>, Vec<u32>, Vec<u32>) {
    let (mut leaving, mut entering) = (vec![0_u32; node_count], vec![0_u32; node_count]);
    for arc in (0..arc_count).map(arc) {
        leaving[arc.tail as usize] += 1;
        entering[arc.head as usize] += 1;
    }
    let mut nodes: Vec<u32> = (0..index(node_count)).collect();
    nodes.sort_by_key(|&node| std::cmp::Reverse(leaving[node as usize] + entering[node as usize]));
    let mut place_of = vec![0; node_count];
    let (mut first_out, mut first_in) = (vec![0; node_count + 1], vec![0; node_count + 1]);
    for (place, &node) in nodes.iter().enumerate() {
        place_of[node as usize] = index(place);
        first_out[place + 1] = first_out[place] + leaving[node as usize];
        first_in[place + 1] = first_in[place] + entering[node as usize];
    }
    (place_of, first_out, first_in)
}
