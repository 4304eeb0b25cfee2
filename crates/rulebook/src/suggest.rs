//! "Did you mean": the nearest of the words that are known.

/// The candidate with the fewest edits to `written`, if they are few for its length. Ties go to the first.
#[must_use]
pub fn nearest<'c>(written: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let written: Vec<char> = written.chars().take(64).flat_map(char::to_lowercase).collect();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let letters: Vec<char> = candidate.chars().flat_map(char::to_lowercase).collect();
        let distance = edits(&written, &letters);
        let few = 1 + letters.len().min(written.len()) / 4;
        if distance <= few && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other (Damerau, 1964;
/// restricted: no part is edited twice).
fn edits(from: &[char], to: &[char]) -> usize {
    let mut before: Vec<usize> = vec![0; to.len() + 1];
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (row, &letter) in from.iter().enumerate() {
        let mut current = vec![row + 1; to.len() + 1];
        for (column, &other) in to.iter().enumerate() {
            let mut least =
                (last[column] + usize::from(letter != other)).min(last[column + 1] + 1).min(current[column] + 1);
            let swapped = row > 0 && column > 0 && letter == to[column - 1] && from[row - 1] == other;
            if swapped {
                least = least.min(before[column - 1] + 1);
            }
            current[column + 1] = least;
        }
        before = std::mem::replace(&mut last, current);
    }
    last[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_its_word_and_another_word_finds_none() {
        let known = ["life_business_days", "run_every_s", "article"];
        for (written, meant) in [
            ("life_busines_days", Some("life_business_days")),
            ("lifebusinessdays", Some("life_business_days")),
            ("run_evrey_s", Some("run_every_s")),
            ("Article", Some("article")),
            ("artcile", Some("article")),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, known), meant, "{written}");
        }
    }

    #[test]
    fn edits_are_counted_both_ways_alike() {
        for (one, other, count) in
            [("", "", 0), ("a", "", 1), ("ab", "ba", 1), ("pair", "pairs", 1), ("house", "pair", 5)]
        {
            let one: Vec<char> = one.chars().collect();
            let other: Vec<char> = other.chars().collect();
            assert_eq!(edits(&one, &other), count);
            assert_eq!(edits(&other, &one), count);
        }
    }
}
