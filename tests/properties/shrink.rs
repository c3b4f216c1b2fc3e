//! Less that breaks the same rule: delta debugging (Zeller and Hildebrandt, 2002), over lines and over documents.

use super::book::Broken;

/// The most runs that shrinking may cost.
const RUNS: usize = 400;

/// The parts without those that are not needed to break the same rule, and how it is then broken.
pub fn shrink<T: Clone>(parts: Vec<T>, found: Broken, play: &dyn Fn(&[T]) -> Option<Broken>) -> (Vec<T>, Broken) {
    let (mut parts, mut found, mut runs) = (parts, found, 0);
    let mut size = parts.len().div_ceil(2);
    while size > 0 && runs < RUNS {
        let mut from = 0;
        while from < parts.len() && runs < RUNS {
            let fewer = without(&parts, from, size);
            runs += 1;
            match play(&fewer).filter(|again| again.rule == found.rule) {
                Some(again) => (parts, found) = (fewer, again),
                None => from += size,
            }
        }
        size = if size == 1 { 0 } else { size.div_ceil(2) };
    }
    (parts, found)
}

fn without<T: Clone>(parts: &[T], from: usize, size: usize) -> Vec<T> {
    parts.iter().enumerate().filter(|(i, _)| !(from..from + size).contains(i)).map(|(_, part)| part.clone()).collect()
}

#[test]
fn what_is_needed_is_left() {
    let both = |numbers: &[u32]| {
        let all = numbers.contains(&7) && numbers.contains(&31);
        all.then(|| Broken { rule: "both", words: numbers.len().to_string() })
    };
    let numbers: Vec<u32> = (0..40).collect();
    let (left, found) = shrink(numbers.clone(), both(&numbers).unwrap(), &both);
    assert_eq!((left, &*found.words), (vec![7, 31], "2"));
}
