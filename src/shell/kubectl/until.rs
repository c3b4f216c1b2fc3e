//! `kubectl wait`.

use super::gone::{Gone, timed_out};
use super::{Answer, Call, delete, print, target};
use crate::api::meta::Revision;
use crate::api::object::{Kind, Object};
use crate::api::{Key, Span, Time, age, jsonpath};
use crate::shell::job::Task;
use crate::shell::voice::{Failure, Voice};
use crate::sim::World;
use serde_json::Value;
use std::collections::VecDeque;

/// What must hold of each object.
#[derive(Clone, Debug)]
enum Test {
    /// A condition has a status.
    Condition(String, String),
    /// A path has a value, or any where none is given.
    Path(String, Option<String>),
    /// It exists.
    Exists,
}

/// Objects that are to be in some state, one after the other.
#[derive(Clone, Debug)]
pub struct Until {
    waiting: VecDeque<(Kind, Key)>,
    test: Test,
    deadline: Time,
    /// The revision at which the first of them was last looked at: an unchanged object need not be looked at again.
    seen: Option<Revision>,
}

/// How long it waits where nothing is said.
const PATIENCE: Span = Span::secs(30);
/// How long it waits where the time given is negative.
const A_WEEK: Span = Span::mins(7 * 24 * 60);

/// Waits for what `--for` says.
pub fn run(call: &mut Call) -> Answer {
    let words = target::words(call)?;
    let condition = call.args.get("for").unwrap_or_default().to_owned();
    if condition.is_empty() {
        return Err(Failure::error("unrecognized condition: \"\""));
    }
    if words.is_empty() {
        return Err(Failure::error(delete::NOTHING_ASKED));
    }
    let deadline = call.world.now() + patience(call)?;
    let wanted = target::wanted(call, &words)?;
    if wanted.names.is_none() && !target::picks(call) {
        return Err(Failure::error("resource(s) were provided, but no name was specified"));
    }
    let found = wanted.find(call.world);
    let lower = condition.to_ascii_lowercase();
    if lower == "delete" {
        let mut gone = Gone::new(Some(deadline)).announced();
        found.objects.iter().for_each(|o| gone.add(o));
        return Ok(Some(Task::Gone(gone)));
    }
    let test = test(&condition)?;
    let waiting = match (&test, wanted.names.clone()) {
        (Test::Exists, Some(names)) => names.into(),
        _ => found.objects.iter().map(|o| (o.kind(), o.key())).collect::<VecDeque<_>>(),
    };
    if !matches!(test, Test::Exists) {
        if found.objects.is_empty() && found.missing.is_empty() {
            return Err(Failure::error("no matching resources found"));
        }
        found.missing.into_iter().for_each(|refusal| call.voice.fail(refusal));
    }
    Ok(Some(Task::Until(Until { waiting, test, deadline, seen: None })))
}

fn patience(call: &Call) -> Result<Span, Failure> {
    let Some(text) = call.args.get("timeout") else { return Ok(PATIENCE) };
    if text.starts_with('-') {
        return Ok(A_WEEK);
    }
    age::parse(text).ok_or_else(|| call.args.no_duration("timeout", text))
}

fn test(text: &str) -> Result<Test, Failure> {
    let lower = text.to_ascii_lowercase();
    if lower == "create" {
        return Ok(Test::Exists);
    }
    if lower.starts_with("condition=") {
        let rest = &text["condition=".len()..];
        let (name, status) = rest.split_once('=').unwrap_or((rest, "true"));
        return Ok(Test::Condition(name.to_ascii_lowercase(), status.to_ascii_lowercase()));
    }
    if lower.starts_with("jsonpath=") {
        let rest = &text["jsonpath=".len()..];
        let (path, value) = match rest.find('}') {
            Some(at) => (&rest[..=at], rest[at + 1..].strip_prefix('=')),
            None => rest.split_once('=').map_or((rest, None), |(path, value)| (path, Some(value))),
        };
        if path.is_empty() {
            return Err(Failure::error("jsonpath expression cannot be empty"));
        }
        jsonpath::find(path, &Value::Null).map_err(Failure::error)?;
        return match value.map(|v| v.trim_matches(['\'', '"']).to_owned()) {
            Some(value) if value.is_empty() => {
                Err(Failure::error("jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3"))
            }
            Some(value) if value.contains('=') => Err(Failure::error(
                "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'",
            )),
            value => Ok(Test::Path(path.to_owned(), value)),
        };
    }
    Err(Failure::error(format!("unrecognized condition: {text:?}")))
}

impl Test {
    fn holds(&self, object: &Object) -> bool {
        let value = || object.to_value();
        match self {
            Test::Exists => true,
            Test::Condition(name, status) => {
                let value = value();
                let conditions = value["status"]["conditions"].as_array().cloned().unwrap_or_default();
                let text = |c: &Value, field: &str| c[field].as_str().unwrap_or_default().to_ascii_lowercase();
                conditions.iter().any(|c| text(c, "type") == *name && text(c, "status") == *status)
            }
            Test::Path(path, wanted) => {
                let value = value();
                let found = jsonpath::find(path, &value).unwrap_or_default();
                match wanted {
                    Some(wanted) => found.first().is_some_and(|v| print::plain(v) == *wanted),
                    None => found.first().is_some_and(|v| !v.is_null()),
                }
            }
        }
    }
}

impl Until {
    /// True once all are, or the time is up; they are told in the order asked for.
    pub fn poll(&mut self, world: &World, voice: &mut Voice) -> bool {
        let late = world.now() >= self.deadline;
        while let Some((kind, key)) = self.waiting.front() {
            let object = world.object(*kind, key);
            let revision = object.map(|o| o.meta().resource_version);
            let holds = (revision.is_none() || revision != self.seen) && object.is_some_and(|object| self.test.holds(object));
            self.seen = revision;
            match (holds, late) {
                (true, _) => voice.say(format!("{}/{} condition met", kind.singular(), key.name)),
                (false, true) => voice.fail(timed_out(*kind, key)),
                (false, false) => return false,
            }
            self.waiting.pop_front();
            self.seen = None;
        }
        true
    }
    /// When it gives up.
    pub fn until(&self) -> Option<Time> {
        Some(self.deadline)
    }
}
