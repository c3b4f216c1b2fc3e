//! What one has to know before one runs a script: said at its head, where it is so.

use std::collections::BTreeSet;

/// What stands in a script, and what has to be said of it then.
const NOTES: [(&str, &str); 6] = [
    ("localhost:8001", "Lines that ask localhost:8001 need `kubectl proxy` beside them."),
    ("gcePersistentDisk:", "Its disks are made up: put storage of yours where it says gcePersistentDisk."),
    ("nfs.example", "Its file server is made up: put one of yours where it says nfs.example."),
    ("disk.csi.example.com", "Its driver is made up: put one of yours where it says disk.csi.example.com."),
    ("image: podyard/", "Images called podyard/… are in the playground alone: put some of yours there."),
    ("DNS_CACHE", "DNS_CACHE is heeded in the playground alone: put a client of yours there that keeps DNS answers."),
];

/// The notes on a script, a comment each.
pub fn notes(script: &str) -> String {
    let said = NOTES.iter().filter(|(part, _)| script.contains(part)).map(|(_, words)| format!("# {words}\n"));
    format!("{}{}", said.collect::<String>(), nodes(script))
}

/// Nodes that a script calls by name.
fn nodes(script: &str) -> String {
    let words = script.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    let is_node = |word: &&str| word.strip_prefix("node-").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()));
    let named: BTreeSet<&str> = words.filter(is_node).collect();
    if named.is_empty() {
        return String::new();
    }
    let named = named.into_iter().collect::<Vec<_>>().join(", ");
    format!("# It calls nodes by name, {named}: put yours there, those on which its pods run.\n")
}

#[cfg(test)]
mod tests {
    use super::notes;

    #[test]
    fn only_what_is_so_is_said() {
        assert_eq!(notes("run kubectl get nodes"), "");
        assert!(notes("- name: DNS_CACHE").contains("a client of yours there"));
        assert!(notes("hands 'cut: node-2'\nexpect prints 'node-1' 'x'").contains("by name, node-1, node-2:"));
    }
}
