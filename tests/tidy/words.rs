//! Words that a layer may not use.

use super::source::{Source, mentions};

/// What belongs to the outside world or differs from machine to machine: not for the pure core.
const IMPURE: [&str; 18] = [
    "std::time",
    "SystemTime",
    "Instant",
    "std::thread",
    "tokio",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "HashMap",
    "HashSet",
    "f32",
    "f64",
    "println!",
    "print!",
    "eprintln!",
    "eprint!",
    "rand",
];
/// What only the program itself does.
const LOUD: [&str; 5] = ["println!", "print!", "eprintln!", "eprint!", "process::exit"];
/// What is not finished, anywhere.
const UNFINISHED: [&str; 3] = ["todo!", "unimplemented!", "dbg!"];

/// A file and a word that its layer may not use but it must: serde's trait has a method for each type of number, and the
/// published types have fractions.
const EXCUSED: [(&str, &str); 2] = [("src/api/gate/source.rs", "f32"), ("src/api/gate/source.rs", "f64")];

/// Words of a file that its layer may not use.
pub fn forbidden(source: &Source) -> Vec<String> {
    let (code, whole, path) = (source.code(), source.bare(), source.path.as_str());
    let within = |rooms: &[&str]| rooms.iter().any(|r| path.starts_with(&format!("src/{r}/")) || path == format!("src/{r}.rs"));
    let pure: &[&str] = if within(&["api", "sim"]) { &IMPURE } else { &[] };
    let quiet: &[&str] = if within(&["app", "main"]) { &[] } else { &LOUD };
    let mut found: Vec<&str> = pure.iter().chain(quiet).copied().filter(|word| mentions(&code, word)).collect();
    found.extend(UNFINISHED.iter().filter(|word| mentions(&whole, word)));
    found.retain(|word| !EXCUSED.contains(&(path, word)));
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(|word| format!("{path}: {word} has no place here")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        forbidden(&Source { path: path.into(), text: text.into() }).len()
    }

    #[test]
    fn the_core_is_pure() {
        for word in IMPURE {
            let text = format!("fn f() {{ {word} }}");
            assert_eq!((found("src/sim/x.rs", &text), found("src/api.rs", &text)), (1, 1), "{word}");
        }
        assert_eq!(found("src/timeline.rs", "use std::time::Duration;"), 0);
        assert_eq!(found("src/sim/x/tests.rs", "use std::time::Duration;"), 0);
        assert_eq!(found("src/sim/x.rs", "// std::time\nlet s = \"Instant\"; let operand = 1;"), 0);
    }

    #[test]
    fn only_the_program_prints() {
        assert_eq!(found("src/shell/x.rs", "println!(); std::process::exit(1)"), 2);
        assert_eq!(found("src/app/x.rs", "println!(); std::process::exit(1)"), 0);
        assert_eq!(found("src/main.rs", "eprintln!()"), 0);
    }

    #[test]
    fn nothing_is_left_unfinished_not_even_in_tests() {
        for path in ["src/app.rs", "src/sim/x/tests.rs", "tests/x.rs"] {
            assert_eq!(found(path, "fn f() { todo!() }"), 1, "{path}");
        }
    }
}
