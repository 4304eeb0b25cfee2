//! Numbers that look random and are the same in every run: SplitMix64.

pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    pub fn index(&mut self, bound: usize) -> u32 {
        u32::try_from(self.below(bound as u64)).expect("a small bound")
    }

    /// From `from` to `to`, both included.
    pub fn amount(&mut self, from: i64, to: i64) -> i64 {
        let span = u64::try_from(to - from + 1).expect("an order");
        from + i64::try_from(self.below(span)).expect("a small span")
    }

    /// Once in so many times.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}
