//! Masks: what stands for names, addresses, ages and identities that are chance.

use crate::allowed::RANDOM;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Names that are chance, and what stands for them.
pub struct Masks {
    names: Vec<(String, String)>,
    /// Reason and message of each event of this story.
    reported: BTreeSet<String>,
}

impl Masks {
    /// Random suffixes become [`RANDOM`]; hashes of templates that bear the time of a restart their number in order of
    /// appearance.
    pub fn of(rows: &[Value]) -> Masks {
        let mut names: Vec<(String, String)> = Vec::new();
        let mut restarts = 0;
        volumes(rows, &mut names);
        for row in rows {
            let (kind, name) = (row["kind"].as_str().unwrap_or_default(), row["name"].as_str().unwrap_or_default());
            let owner = row["owner"][0].as_str().unwrap_or_default();
            let random = kind == "EndpointSlice" || kind == "Pod" && owner.starts_with("ReplicaSet/");
            let Some((base, suffix)) = name.rsplit_once('-') else { continue };
            if names.iter().any(|(known, _)| known == name || known == suffix) {
                continue;
            }
            if random {
                names.push((name.to_owned(), format!("{base}-{RANDOM}")));
            } else if kind == "ControllerRevision" && is_of_a_restart(rows, row) {
                restarts += 1;
                names.push((suffix.to_owned(), format!("restart{restarts}")));
            }
        }
        let mut masks = Masks { names, reported: BTreeSet::new() };
        let events = rows.iter().filter(|row| row["kind"] == "Event");
        masks.reported = events.map(|row| masks.text(&format!("{}  {}", word(row, "reason"), word(row, "message")))).collect();
        masks
    }

    /// A text with names masked.
    pub fn text(&self, text: &str) -> String {
        let masked = self.names.iter().fold(text.to_owned(), |text, (name, mask)| text.replace(name, mask));
        (1..=3).fold(masked, |text, n| text.replace(&format!("node-{n}"), "node-?"))
    }

    /// A row of an object's history: without time and identity, addresses and names masked.
    pub fn row(&self, row: &Value) -> String {
        let mut row = row.clone();
        let fields = row.as_object_mut().expect("a row is an object");
        for absent in ["t", "kind", "name", "uid"] {
            fields.remove(absent);
        }
        for address in ["ip", "clusterIP"] {
            if fields.get(address).is_some_and(|field| field != "None") {
                fields.insert(address.to_owned(), json!("address"));
            }
        }
        if let Some(endpoints) = fields.get_mut("endpoints").and_then(Value::as_array_mut) {
            endpoints.iter_mut().for_each(|endpoint| endpoint["ip"] = json!("address"));
            // A slice is filled from a Go map, whose order is chance.
            endpoints.sort_by_key(|endpoint| endpoint["target"].to_string());
        }
        self.text(&row.to_string())
    }

    /// An event: without time and name.
    pub fn event(&self, row: &Value) -> String {
        let [kind, reason, message, from] = ["type", "reason", "message", "from"].map(|key| word(row, key));
        self.text(&format!("{kind} {reason} {message:?} from {from} count {}", row["count"]))
    }

    /// A printed text: names, times, ages, addresses and identities masked, and widths that follow from them evened out.
    pub fn printed(&self, text: &str) -> String {
        let mut lines: Vec<String> = self.text(text).lines().map(printed_line).collect();
        if text.starts_with("LAST SEEN") {
            lines.retain(|line| self.is_of_this_story(line));
        }
        lines.join("\n")
    }
    /// False for a line about an event of an earlier story, which the recorder's control plane still lists.
    fn is_of_this_story(&self, line: &str) -> bool {
        let columns: Vec<&str> = line.splitn(5, "  ").collect();
        let [_, kind, reason, _, message] = columns[..] else { return true };
        kind == "TYPE" || self.reported.contains(&format!("{reason}  {message}"))
    }
}

fn word<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_default()
}

/// True for a revision that was made at the time of a `rollout restart`.
fn is_of_a_restart(rows: &[Value], revision: &Value) -> bool {
    let time = |row: &Value| row["t"].as_f64().unwrap_or_default();
    let restarts = rows.iter().filter(|row| word(&row["step"], "kubectl").starts_with("rollout restart"));
    restarts.into_iter().any(|row| (time(row) - time(revision)).abs() < 0.15)
}

/// Which of several equal volumes a claim gets is chance too: a volume is called by its first claim.
fn volumes(rows: &[Value], names: &mut Vec<(String, String)>) {
    for row in rows.iter().filter(|row| row["kind"] == "PersistentVolume") {
        let (name, claim) = (row["name"].as_str().unwrap_or_default(), row["claim"].as_str());
        if let Some(claim) = claim.filter(|_| names.iter().all(|(known, _)| known != name)) {
            names.push((name.to_owned(), format!("pv{RANDOM}{claim}")));
        }
    }
}

fn printed_line(line: &str) -> String {
    let indent = line.len() - line.trim_start().len();
    let columns = line.trim().split("  ").map(str::trim).filter(|column| !column.is_empty());
    let words = columns.map(|column| column.split(' ').map(masked_word).collect::<Vec<String>>().join(" "));
    let text = words.collect::<Vec<String>>().join("  ");
    let text = without_date(&text).replace("IPv4  16443  ", "IPv4  6443  "); // where the recorder's API server listened
    if text.starts_with("resourceVersion: ") {
        return format!("{}resourceVersion: <revision>", &line[..indent]); // counts all writes, other stories' too
    }
    format!("{}{}", &line[..indent], without_machine(&text))
}

fn masked_word(word: &str) -> String {
    let bare = word.trim_matches(['(', ')', ',']);
    if bare.is_empty() {
        return word.to_owned();
    }
    let mask = if is_age(bare) {
        "<age>"
    } else if bare.split(',').all(is_reachable) {
        return word.replace(bare, &bare.split(',').map(masked_address).collect::<Vec<String>>().join(","));
    } else if is_uid(bare) {
        "<uid>"
    } else if is_timestamp(bare) {
        "<date>"
    } else {
        return word.to_owned();
    };
    word.replace(bare, mask)
}

/// `3s`, `2m6s`, `16m`, `<unknown>` is not one.
fn is_age(word: &str) -> bool {
    let parts: Vec<&str> = word.split_inclusive(['s', 'm', 'h', 'd', 'y']).collect();
    let fits = |part: &&str| part.len() > 1 && part[..part.len() - 1].bytes().all(|b| b.is_ascii_digit());
    (1..=2).contains(&parts.len()) && parts.iter().all(fits) && word.ends_with(['s', 'm', 'h', 'd', 'y'])
}

fn is_address(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    parts.len() == 4 && parts.iter().all(|part| part.parse::<u8>().is_ok())
}

/// `10.244.1.2:80` as well.
fn is_reachable(word: &str) -> bool {
    is_address(word.split_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(word, |(address, _)| address))
}

fn masked_address(word: &str) -> String {
    word.split_once(':').map_or("<address>".to_owned(), |(_, port)| format!("<address>:{port}"))
}

/// `"2026-11-22T13:51:49Z"`, as YAML prints it.
fn is_timestamp(word: &str) -> bool {
    let bare = word.trim_matches('"');
    bare.len() == 20 && bare.ends_with('Z') && bare.as_bytes()[10] == b'T'
}

fn is_uid(word: &str) -> bool {
    word.len() == 36 && word.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

/// What a node's kubelet says of its machine.
fn without_machine(text: &str) -> String {
    const FACTS: [&str; 7] =
        ["Machine ID:", "System UUID:", "Boot ID:", "Kernel Version:", "OS Image:", "Container Runtime Version:", "Kube-Proxy Version:"];
    match FACTS.iter().find(|fact| text.starts_with(**fact)) {
        Some(fact) => format!("{fact}  <machine>"),
        None => text.to_owned(),
    }
}

/// `Sun, 22 Nov 2026 13:50:08 +0000` anywhere in a line.
fn without_date(text: &str) -> String {
    let mut text = text.to_owned();
    while let Some(zone) = text.find(" +0000") {
        let start = zone.saturating_sub("Sun, 22 Nov 2026 13:50:08".len());
        text.replace_range(start..zone + " +0000".len(), "<date>");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_masked_consistently() {
        let rows = [
            json!({"kind": "ControllerRevision", "name": "kubia-59fc7cd76b", "t": 1.0}),
            json!({"kind": "Pod", "name": "rs-n6xjv", "owner": ["ReplicaSet/rs"]}),
            json!({"kind": "ControllerRevision", "name": "kubia-6c44fd78b8", "t": 7.1}),
            json!({"kind": "STEP", "step": {"kubectl": "rollout restart sts/kubia"}, "t": 7.2}),
        ];
        let masks = Masks::of(&rows);
        assert_eq!(
            masks.text("kubia-6c44fd78b8 of rs-n6xjv on node-2, was kubia-59fc7cd76b"),
            "kubia-restart1 of rs-* on node-?, was kubia-59fc7cd76b"
        );
    }

    #[test]
    fn printed_texts_lose_what_is_chance_and_nothing_else() {
        let masks = Masks { names: Vec::new(), reported: BTreeSet::new() };
        for (text, wanted) in [
            ("kubia-0   1/1     Running   0          3s    10.244.1.118   node-1", "kubia-0  1/1  Running  0  <age>  <address>  node-?"),
            ("Created:  Sun, 22 Nov 2026 13:50:08 +0000", "Created:  <date>"),
            ("  Warning  Failed  2m6s (x2 over 9m)  from  1Mi", "  Warning  Failed  <age> (x2 over <age>)  from  1Mi"),
            ("a   10.244.1.4,10.244.2.3   80", "a  <address>,<address>  80"),
            ("Endpoints:   10.244.1.4:80,10.244.2.3:80", "Endpoints:  <address>:80,<address>:80"),
        ] {
            assert_eq!(masks.printed(text), wanted);
        }
    }
}
