//! `kubectl taint`. Upstream: kubectl/pkg/cmd/taint.

use super::node::wrong_usage;
use super::{Answer, Call, target};
use crate::api::object::Object;
use crate::api::validate;
use crate::shell::requests;
use crate::shell::voice::Failure;
use serde_json::{Value, json};

/// A taint as it is typed: key, value and effect; a blank effect means all of the key's, and only where it is to go.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Spec {
    key: String,
    value: String,
    effect: String,
}

/// What is to come and what is to go.
#[derive(Default)]
struct Changes {
    add: Vec<Spec>,
    remove: Vec<Spec>,
}

const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/// `kubectl taint node node-1 key=value:NoSchedule other-`.
pub fn run(call: &mut Call) -> Answer {
    let words = call.args.words.clone();
    let is_change = |word: &&String| word.contains([':', '=']) || word.ends_with('-');
    let (targets, specs) = words.split_at(words.iter().position(|w| is_change(&w)).unwrap_or(words.len()));
    if let Some(late) = specs.iter().find(|word| !is_change(word)) {
        return Err(Failure::error(format!("all resources must be specified before taint changes: {late}")));
    }
    let Some(resource) = targets.first() else {
        return Err(Failure::error("one or more resources must be specified as <resource> <name>"));
    };
    if specs.is_empty() {
        return Err(Failure::error("at least one taint update is required"));
    }
    let changes = parse_all(specs).map_err(|why| wrong_usage(call.name, &why))?;
    check(call, resource, targets.len(), &changes).map_err(Failure::error)?;
    // What is wrong with one node does not stop the others. Upstream: the builder's ContinueOnError.
    for node in nodes(call, targets)? {
        if let Err(failure) = taint_one(call, &node, &changes) {
            call.voice.fail(failure);
        }
    }
    Ok(None)
}

fn nodes(call: &mut Call, targets: &[String]) -> Result<Vec<Object>, Failure> {
    let found = target::wanted(call, targets)?.find(call.world);
    found.missing.into_iter().for_each(|refusal| call.voice.fail(refusal));
    Ok(found.objects)
}

fn parse_all(specs: &[String]) -> Result<Changes, String> {
    let mut changes = Changes::default();
    for text in specs {
        if let Some(text) = text.strip_suffix('-') {
            changes.remove.push(parse(text)?);
            continue;
        }
        let spec = parse(text)?;
        if spec.effect.is_empty() {
            return Err(format!("invalid taint spec: {text}"));
        }
        if changes.add.iter().any(|other| other.key == spec.key && other.effect == spec.effect) {
            let Spec { key, value, effect } = spec;
            return Err(format!("duplicated taints with the same key and effect: {{{key} {value} {effect} <nil>}}"));
        }
        changes.add.push(spec);
    }
    Ok(changes)
}

/// Reads `key`, `key:Effect` or `key=value:Effect`.
fn parse(text: &str) -> Result<Spec, String> {
    let wrong = || format!("invalid taint spec: {text}");
    let because = |why: Vec<String>| if why.is_empty() { Ok(()) } else { Err(format!("{}, {}", wrong(), why.join("; "))) };
    let parts: Vec<&str> = text.split(':').collect();
    let (pair, effect) = match parts[..] {
        [key] => (vec![key], ""),
        [pair, effect] if EFFECTS.contains(&effect) => (pair.split('=').collect(), effect),
        [_, effect] => return Err(format!("invalid taint effect: {effect}, unsupported taint effect")),
        _ => return Err(wrong()),
    };
    let (key, value) = match pair[..] {
        [key] => (key, ""),
        [key, value] => (key, value),
        _ => return Err(wrong()),
    };
    because(validate::label_value(value))?;
    because(validate::qualified_name(key))?;
    Ok(Spec { key: key.to_owned(), value: value.to_owned(), effect: effect.to_owned() })
}

fn check(call: &Call, resource: &str, words: usize, changes: &Changes) -> Result<(), String> {
    let kind = resource.split('/').next().unwrap_or_default().to_ascii_lowercase();
    if !["node", "nodes"].contains(&&*kind) {
        return Err(format!("invalid resource type {resource}, only [\"node\" \"nodes\"] are supported"));
    }
    let clash = |gone: &&Spec| changes.add.iter().any(|new| gone.hits(&new.key, &new.effect));
    let both: Vec<String> = changes.remove.iter().filter(clash).map(|s| format!("{}={}", s.key, s.effect)).collect();
    if !both.is_empty() {
        return Err(format!("can not both modify and remove the following taint(s) in the same command: {}", both.join(", ")));
    }
    match (call.args.on("all"), call.args.get("selector").is_some_and(|s| !s.is_empty())) {
        (true, true) => Err("setting 'all' parameter with a non empty selector is prohibited".to_owned()),
        (false, false) if words < 2 && !resource.contains('/') => {
            Err("at least one resource name must be specified since 'all' parameter is not set".to_owned())
        }
        _ => Ok(()),
    }
}

impl Spec {
    /// True where a taint that goes means the one of that key and effect.
    fn hits(&self, key: &str, effect: &str) -> bool {
        self.key == key && (self.effect.is_empty() || self.effect == effect)
    }
    fn is(&self, taint: &Value) -> bool {
        taint["key"] == *self.key && taint["effect"] == *self.effect
    }
    fn name(&self) -> String {
        if self.effect.is_empty() { self.key.clone() } else { format!("{}:{}", self.key, self.effect) }
    }
    fn to_value(&self) -> Value {
        let mut taint = json!({"key": self.key, "effect": self.effect});
        if !self.value.is_empty() {
            taint["value"] = json!(self.value);
        }
        taint
    }
}

fn taint_one(call: &mut Call, node: &Object, changes: &Changes) -> Result<(), Failure> {
    let mut after = node.to_value();
    let old: Vec<Value> = after["spec"]["taints"].as_array().cloned().unwrap_or_default();
    let known: Vec<&str> = changes.add.iter().filter(|spec| old.iter().any(|t| spec.is(t))).map(|spec| &*spec.key).collect();
    if !known.is_empty() && !call.args.on("overwrite") {
        let (name, keys) = (&node.meta().name, known.join(","));
        return Err(Failure::error(format!("node {name} already has {keys} taint(s) with same effect(s) and --overwrite is false")));
    }
    let (taints, word) = reorganize(&old, changes, call.args.on("overwrite"))?;
    after["spec"]["taints"] = Value::Array(taints);
    let written = call.act(|world| requests::replace(world, node, after))?;
    // Upstream overwrites what a dry run would have added.
    call.done_plainly(&written.object, word);
    Ok(())
}

/// The new taints, then the old ones that stay, and the word for what was done. Upstream: reorganizeTaints.
fn reorganize(old: &[Value], changes: &Changes, overwrite: bool) -> Result<(Vec<Value>, &'static str), Failure> {
    let mut taints: Vec<Value> = changes.add.iter().map(Spec::to_value).collect();
    taints.extend(old.iter().filter(|t| !changes.add.iter().any(|spec| spec.is(t))).cloned());
    let added = taints.len() != old.len();
    let (mut deleted, mut unknown) = (false, Vec::new());
    for spec in &changes.remove {
        let before = taints.len();
        taints.retain(|t| !spec.hits(t["key"].as_str().unwrap_or_default(), t["effect"].as_str().unwrap_or_default()));
        if taints.len() == before {
            unknown.push(format!("taint {:?} not found", spec.name()));
        }
        deleted |= taints.len() != before;
    }
    match unknown.len() {
        0 => Ok((
            taints,
            if added && deleted || overwrite {
                "modified"
            } else if added {
                "tainted"
            } else {
                "untainted"
            },
        )),
        1 => Err(Failure::error(unknown.concat())),
        _ => Err(Failure::plain(unknown.join("\n"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Upstream: kubectl/pkg/cmd/taint/utils_test.go.
    #[test]
    fn taints_as_they_are_typed() {
        let spec = |key: &str, value: &str, effect: &str| Spec { key: key.into(), value: value.into(), effect: effect.into() };
        assert_eq!(parse("a=b:NoSchedule"), Ok(spec("a", "b", "NoSchedule")));
        assert_eq!(parse("a:NoExecute"), Ok(spec("a", "", "NoExecute")));
        assert_eq!(parse("example.com/a"), Ok(spec("example.com/a", "", "")));
        assert_eq!(parse("a=b=c:NoExecute"), Err("invalid taint spec: a=b=c:NoExecute".to_owned()));
        assert_eq!(parse("a:b:NoExecute"), Err("invalid taint spec: a:b:NoExecute".to_owned()));
        assert_eq!(parse("a:Never"), Err("invalid taint effect: Never, unsupported taint effect".to_owned()));
        assert!(parse("a b:NoExecute").is_err_and(|why| why.starts_with("invalid taint spec: a b:NoExecute, ")));
        assert!(parse_all(&["a".to_owned()]).is_err_and(|why| why == "invalid taint spec: a"));
    }

    #[test]
    fn new_taints_come_first_and_the_word_tells_what_was_done() {
        let old = [json!({"key": "a", "effect": "NoSchedule"}), json!({"key": "a", "effect": "NoExecute"})];
        let reorganized = |specs: &[&str], overwrite| {
            let specs: Vec<String> = specs.iter().map(|s| (*s).to_owned()).collect();
            let (taints, word) = reorganize(&old, &parse_all(&specs).unwrap_or_default(), overwrite).map_err(|f| f.text)?;
            let keys: Vec<String> = taints.iter().map(|t| format!("{}:{}", t["key"], t["effect"]).replace('"', "")).collect();
            Ok::<_, String>((keys.join(" "), word))
        };
        assert_eq!(reorganized(&["b:NoSchedule"], false), Ok(("b:NoSchedule a:NoSchedule a:NoExecute".into(), "tainted")));
        assert_eq!(reorganized(&["a-"], false), Ok((String::new(), "untainted")));
        assert_eq!(reorganized(&["a:NoExecute-"], false), Ok(("a:NoSchedule".into(), "untainted")));
        assert_eq!(reorganized(&["b:NoSchedule", "a-"], false), Ok(("b:NoSchedule".into(), "modified")));
        assert_eq!(reorganized(&["a=x:NoExecute"], true), Ok(("a:NoExecute a:NoSchedule".into(), "modified")));
        assert_eq!(reorganized(&["c-"], false), Err("error: taint \"c\" not found".into()));
    }
}
