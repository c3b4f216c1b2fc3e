//! A recording, and its steps as command lines.

use podyard::api::Files;
use podyard::scenario::script::Command;
use serde_json::Value;
use std::path::Path;

/// A story: its rows in the order seen, up to the last step. What follows is the recorder tidying up.
pub struct Recording {
    pub rows: Vec<Value>,
}

/// What a step asks for.
pub enum Ask {
    /// Command lines; the last one prints what was recorded.
    Lines(Vec<Command>),
    /// A poll: until this line prints this.
    Until(Command, String),
}

impl Recording {
    pub fn open(name: &str) -> Recording {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings").join(format!("{name}.jsonl"));
        let text = std::fs::read_to_string(path).expect("the recording can be read");
        let mut rows: Vec<Value> = text.lines().skip(1).map(|line| serde_json::from_str(line).expect("a row is JSON")).collect();
        let last = rows.iter().rposition(is_step).expect("a recording has steps");
        rows.truncate(last + 1);
        Recording { rows }
    }

    /// Number and step of each STEP row.
    pub fn steps(&self) -> impl Iterator<Item = (usize, &Value)> {
        self.rows.iter().enumerate().filter(|(_, row)| is_step(row)).map(|(i, row)| (i, &row["step"]))
    }
}

pub fn is_step(row: &Value) -> bool {
    row["kind"] == "STEP"
}

pub fn command(line: &str, stdin: Option<&str>) -> Command {
    Command { line: line.to_owned(), shown: line.to_owned(), stdin: stdin.map(str::to_owned), files: Files::default(), number: 0 }
}

/// The command lines of a step; `cut` holds the nodes that are cut off, before and after.
pub fn ask(step: &Value, cut: &mut Vec<String>) -> Ask {
    let text = |key: &str| step[key].as_str();
    if let Some(manifest) = text("apply") {
        return Ask::Lines(vec![command("kubectl apply -f -", Some(manifest))]);
    }
    if let Some(manifest) = text("create") {
        return Ask::Lines(vec![command("kubectl create -f -", Some(manifest))]);
    }
    if let Some(arguments) = text("kubectl") {
        return Ask::Lines(vec![command(&format!("kubectl {arguments}"), None)]);
    }
    if let Some(poll) = text("until") {
        return Ask::Until(command(&format!("kubectl {poll}"), None), text("is").unwrap_or_default().to_owned());
    }
    if let Some(seconds) = step["wait"].as_f64() {
        return Ask::Lines(vec![command(&format!("wait {seconds}s"), None)]);
    }
    let now: Vec<String> = step["cut"].as_array().expect("a step is one of six").iter().map(|n| n.as_str().unwrap().to_owned()).collect();
    let joined = cut.iter().filter(|node| !now.contains(node)).map(|node| command(&format!("reconnect {node}"), None));
    let lost = now.iter().filter(|node| !cut.contains(node)).map(|node| command(&format!("disconnect {node}"), None));
    let lines = joined.chain(lost).collect();
    *cut = now;
    Ask::Lines(lines)
}
