//! Names of participants: known by a number while a file is read, by their place in order afterwards.

use std::collections::BTreeMap;

/// Names as they come, each with a number.
#[derive(Default)]
pub(crate) struct Interner {
    numbers: BTreeMap<Box<str>, u32>,
}

/// Names in the order of their bytes.
pub(crate) struct Names {
    /// Ascending.
    pub(crate) texts: Vec<Box<str>>,
    /// Place of each number that the interner gave.
    place_of: Vec<u32>,
}

impl Interner {
    /// The number of a name, known or new.
    pub(crate) fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u32::try_from(self.numbers.len()).expect("bug: more names than rows that can be read");
        self.numbers.insert(name.into(), number);
        number
    }

    /// All of them in order.
    pub(crate) fn into_names(self) -> Names {
        let mut place_of = vec![0; self.numbers.len()];
        let mut texts = Vec::with_capacity(self.numbers.len());
        for ((text, number), place) in self.numbers.into_iter().zip(0_u32..) {
            place_of[number as usize] = place;
            texts.push(text);
        }
        Names { texts, place_of }
    }
}

impl Names {
    /// The place of a number that the interner gave.
    pub(crate) fn place(&self, number: u32) -> u32 {
        self.place_of[number as usize]
    }

    /// The place of a name.
    pub(crate) fn find(&self, name: &str) -> Option<u32> {
        let place = self.texts.binary_search_by(|text| text.as_ref().cmp(name)).ok()?;
        u32::try_from(place).ok()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_the_order_of_their_bytes_whatever_the_order_in_which_they_came() {
        let mut interner = Interner::default();
        let numbers: Vec<u32> = ["b", "é", "a", "b", "10", "9"].into_iter().map(|name| interner.number(name)).collect();
        assert_eq!(numbers, [0, 1, 2, 0, 3, 4]);
        let names = interner.into_names();
        assert_eq!(names.texts.iter().map(AsRef::as_ref).collect::<Vec<&str>>(), ["10", "9", "a", "b", "é"]);
        assert_eq!((0..5).map(|number| names.place(number)).collect::<Vec<u32>>(), [3, 4, 2, 0, 1]);
        assert_eq!((names.find("b"), names.find("c")), (Some(3), None));
    }
}
