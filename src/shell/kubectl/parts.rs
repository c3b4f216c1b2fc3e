//! The second word of a command that has parts: `kubectl create deployment`, named in complaints by its full name.

use super::target;

/// Parts by command, in kubectl's own words.
const PARTS: &[(&str, &[&str])] = &[
    ("create", &["namespace", "serviceaccount", "deployment", "configmap", "secret", "poddisruptionbudget", "priorityclass", "service"]),
    ("rollout", &["status", "history", "undo", "restart", "pause", "resume"]),
    ("set", &["image", "env", "resources"]),
    ("auth", &["can-i"]),
];
/// Parts that have parts of their own.
const INNER: [&str; 2] = ["secret", "service"];

/// ` deployment`, or nothing where the words name no part.
pub fn of(command: &str, words: &[String]) -> String {
    let Some((_, parts)) = PARTS.iter().find(|(name, _)| *name == command) else { return String::new() };
    let mut words = words.iter().filter(|word| !word.starts_with('-'));
    let Some(word) = words.next() else { return String::new() };
    let kind = target::kind(word).ok().map(|kind| kind.info().aliases[0]);
    let Some(part) = parts.iter().find(|part| **part == *word || kind == Some(**part)) else { return String::new() };
    match words.next().filter(|_| INNER.contains(part)) {
        Some(inner) => format!(" {part} {inner}"),
        None => format!(" {part}"),
    }
}
