//! Numbers of any size, as on paper: the independent check on arithmetic that claims to fit in 128 bits.

use std::cmp::Ordering;

/// Digits in base 2^32, the lowest first, without leading zeros.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Natural(Vec<u32>);

impl Natural {
    pub fn one() -> Natural {
        Natural(vec![1])
    }

    pub fn times_u64(self, factor: u64) -> Natural {
        let low = self.times_digit(low_digit(u128::from(factor)));
        let mut high = self.times_digit(low_digit(u128::from(factor >> 32)));
        high.0.insert(0, 0);
        low.plus(&high)
    }

    pub fn times_u128(self, factor: u128) -> Natural {
        let low = self.clone().times_u64(u64::try_from(factor & u128::from(u64::MAX)).unwrap());
        let mut high = self.times_u64(u64::try_from(factor >> 64).unwrap());
        high.0.splice(0..0, [0, 0]);
        low.plus(&high)
    }

    pub fn times_power_of_ten(self, exponent: u32) -> Natural {
        (0..exponent).fold(self, |product, _| product.times_u64(10))
    }

    pub fn plus(&self, other: &Natural) -> Natural {
        let mut digits = Vec::new();
        let mut carry = 0_u64;
        for index in 0..self.0.len().max(other.0.len()) + 1 {
            let sum = carry + u64::from(self.digit(index)) + u64::from(other.digit(index));
            digits.push(low_digit(u128::from(sum)));
            carry = sum >> 32;
        }
        Natural(digits).trimmed()
    }

    pub fn compare(&self, other: &Natural) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }

    fn times_digit(&self, factor: u32) -> Natural {
        let mut digits = Vec::new();
        let mut carry = 0_u64;
        for &digit in &self.0 {
            let product = u64::from(digit) * u64::from(factor) + carry;
            digits.push(low_digit(u128::from(product)));
            carry = product >> 32;
        }
        digits.push(low_digit(u128::from(carry)));
        Natural(digits).trimmed()
    }

    fn digit(&self, index: usize) -> u32 {
        self.0.get(index).copied().unwrap_or(0)
    }

    fn trimmed(mut self) -> Natural {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
        self
    }
}

fn low_digit(number: u128) -> u32 {
    u32::try_from(number & u128::from(u32::MAX)).unwrap()
}

#[test]
fn numbers_of_any_size_agree_with_128_bits_where_those_suffice() {
    let number = |value: u128| Natural::one().times_u128(value);
    for (a, b) in [(0, 7), (1, 1), (u64::MAX, u64::MAX), (10_u64.pow(19), 4_294_967_296)] {
        assert_eq!(number(a.into()).times_u64(b), number(u128::from(a) * u128::from(b)));
        assert_eq!(number(a.into()).plus(&number(b.into())), number(u128::from(a) + u128::from(b)));
    }
    assert_eq!(number(3).times_power_of_ten(37), number(3 * 10_u128.pow(37)));
    assert_eq!(number(u128::MAX).plus(&number(1)).0, [0, 0, 0, 0, 1]);
    assert_eq!(number(1 << 64).compare(&number(u128::from(u64::MAX))), Ordering::Greater);
    assert_eq!(number(1 << 96).compare(&number((1 << 96) + 1)), Ordering::Less);
    assert_eq!(number(5).compare(&number(5)), Ordering::Equal);
}
