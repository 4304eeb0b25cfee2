//! Places by distance, nearest first, for distances that only grow.

/// How many distances from the present one have a bucket of their own.
const WIDTH: usize = 1 << 14;

/// A queue of places by distance: buckets for what is near, one list for what is far.
#[derive(Default)]
pub(super) struct BucketQueue {
    buckets: Vec<Vec<u32>>,
    far: Vec<(i64, u32)>,
    /// Distance of the first bucket.
    base: i64,
    /// Bucket being read.
    at: usize,
}

impl BucketQueue {
    pub fn clear(&mut self) {
        self.buckets.iter_mut().for_each(Vec::clear);
        self.far.clear();
        self.base = 0;
        self.at = 0;
    }

    /// Puts a place at a distance, which is not below that of the last place taken.
    #[inline]
    pub fn push(&mut self, distance: i64, place: u32) {
        match usize::try_from(distance - self.base) {
            Ok(bucket) if bucket < WIDTH => {
                if bucket >= self.buckets.len() {
                    self.buckets.resize_with(bucket + 1, Vec::new);
                }
                self.buckets[bucket].push(place);
            }
            _ => self.far.push((distance, place)),
        }
    }

    /// Takes the nearest place, with the distance it was put at. A place is given as often as it was put.
    #[inline]
    pub fn pop(&mut self) -> Option<(i64, u32)> {
        loop {
            while let Some(bucket) = self.buckets.get_mut(self.at) {
                if let Some(place) = bucket.pop() {
                    return Some((self.base + i64::try_from(self.at).expect("bug: few buckets"), place));
                }
                self.at += 1;
            }
            self.base = self.far.iter().map(|&(distance, _)| distance).min()?;
            self.at = 0;
            for (distance, place) in std::mem::take(&mut self.far) {
                self.push(distance, place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_and_far_places_come_in_the_order_of_their_distances() {
        let mut queue = BucketQueue::default();
        let distances = [5, 0, 1 << 40, 7, 16_383, 16_384, (1 << 40) + 1, 0, 1 << 20];
        for (place, &distance) in (0..).zip(&distances) {
            queue.push(distance, place);
        }
        let mut sorted = distances.to_vec();
        sorted.sort_unstable();
        let taken: Vec<(i64, u32)> = std::iter::from_fn(|| queue.pop()).collect();
        assert_eq!(taken.iter().map(|&(distance, _)| distance).collect::<Vec<_>>(), sorted);
        assert!(taken.iter().all(|&(distance, place)| distances[place as usize] == distance));
    }
}
