//! The difference of two dumps, as the API server appends it to a refusal. Upstream: k8s.io/utils/diff.

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{PrettyFormatter, Serializer};

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// JSON with one space a level, its later lines moved in by `level` more.
pub fn indented(value: &Value, level: usize) -> String {
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(b" "));
    if value.serialize(&mut serializer).is_err() {
        return value.to_string();
    }
    String::from_utf8_lossy(&bytes).replace('\n', &format!("\n{}", " ".repeat(level)))
}

/// One hunk from the first line that differs to the last, with context.
pub fn unified(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let shorter = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take(shorter).take_while(|(a, b)| a == b).count();
    let from = head.saturating_sub(CONTEXT);
    let after = tail.min(CONTEXT);
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    let mut lines = vec![format!("@@ -{},{} +{},{} @@", from + 1, old_end + after - from, from + 1, new_end + after - from)];
    lines.extend(old[from..head].iter().map(|l| format!(" {l}")));
    lines.extend(old[head..old_end].iter().map(|l| format!("-{l}")));
    lines.extend(new[head..new_end].iter().map(|l| format!("+{l}")));
    lines.extend(old[old_end..old_end + after].iter().map(|l| format!(" {l}")));
    lines.join("\n")
}
