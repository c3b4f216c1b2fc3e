//! `kubectl events`: like `get events`, but in the order of time.

use super::{Answer, Call, get, print, target};
use crate::api::service::EventType;
use crate::api::table::Widths;
use crate::api::{Event, Name, Object, age, table};
use crate::shell::job::Task;
use crate::shell::voice::{Failure, Voice};
use crate::sim::World;
use crate::sim::change::{ChangeId, What};
use std::sync::Arc;

/// Which events are meant.
#[derive(Clone, Debug)]
struct Filter {
    /// `None` for those of all namespaces.
    namespace: Option<Name>,
    /// `normal`, `warning`; `None` for both.
    types: Option<Vec<String>>,
    about: Option<(&'static str, String)>,
}

/// Lists events, oldest first, or goes on telling them.
pub fn run(call: &mut Call) -> Answer {
    let filter = filter(call)?;
    if call.args.on("watch") {
        return Ok(Some(Task::Events(Follow::new(call, filter)?)));
    }
    let mut events: Vec<Arc<Event>> = call.world.list::<Event>().filter(|e| filter.takes(e)).cloned().collect();
    events.sort_by_key(|e| e.last_seen());
    if events.is_empty() {
        let place = filter.namespace.map(|namespace| format!(" in {namespace} namespace")).unwrap_or_default();
        call.voice.warn(format!("No events found{place}."));
        return Ok(None);
    }
    match format(call) {
        Some(format) => {
            let objects: Vec<Object> = events.into_iter().map(Object::Event).collect();
            let text = print::formatted(&format, &objects, false, true)?;
            call.voice.out.push_str(&text);
        }
        None => {
            let rows: Vec<Vec<String>> = events.iter().map(|event| filter.row(event, call.world)).collect();
            let text = table::write(filter.headers(), &rows, !call.args.on("no-headers"));
            call.voice.out.push_str(&text);
        }
    }
    Ok(None)
}

fn format(call: &Call) -> Option<String> {
    call.args.get("output").filter(|format| !get::is_table(Some(format))).map(str::to_owned)
}

fn filter(call: &Call) -> Result<Filter, Failure> {
    let types: Option<Vec<String>> = call.args.get("types").map(|t| t.split(',').map(str::to_lowercase).collect());
    if types.iter().flatten().any(|word| !matches!(word.as_str(), "normal" | "warning")) {
        return Err(Failure::error("valid --types are Normal or Warning"));
    }
    let namespace = (!call.args.on("all-namespaces")).then(|| call.namespace().into());
    Ok(Filter { namespace, types, about: about(call)? })
}

/// Kind and name after `--for`.
fn about(call: &Call) -> Result<Option<(&'static str, String)>, Failure> {
    let Some(text) = call.args.get("for") else { return Ok(None) };
    let (kind, name) = text.split_once('/').ok_or_else(|| Failure::error("--for must be in resource/name form"))?;
    Ok(Some((target::kind_plainly(kind)?.name(), name.to_owned())))
}

fn word(event: &Event) -> &'static str {
    if event.kind == EventType::Warning { "Warning" } else { "Normal" }
}

impl Filter {
    fn takes(&self, event: &Event) -> bool {
        let object = &event.involved_object;
        self.namespace.as_ref().is_none_or(|namespace| *namespace == event.metadata.namespace)
            && self.types.as_ref().is_none_or(|types| types.iter().any(|t| t.eq_ignore_ascii_case(word(event))))
            && self.about.as_ref().is_none_or(|(kind, name)| *object.kind == **kind && *object.name == **name)
    }
    fn headers(&self) -> &'static [&'static str] {
        const ALL: &[&str] = &["NAMESPACE", "LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"];
        if self.namespace.is_none() { ALL } else { &ALL[1..] }
    }
    fn row(&self, event: &Event, world: &World) -> Vec<String> {
        let now = world.now();
        let seen = age::age(now - event.last_seen());
        let first = event.repeated().map(|(count, first)| format!(" (x{count} over {})", age::age(now - first)));
        let about = &event.involved_object;
        let object = format!("{}/{}", about.kind, about.name);
        let cells =
            [seen + &first.unwrap_or_default(), word(event).to_owned(), event.reason.to_string(), object, event.message.to_string()];
        let place = self.namespace.is_none().then(|| event.metadata.namespace.to_string());
        place.into_iter().chain(cells).collect()
    }
}

/// Events as they come, after those that there are, in etcd's order. Upstream: runWatch in kubectl/pkg/cmd/events.
#[derive(Clone, Debug)]
pub struct Follow {
    filter: Filter,
    format: Option<String>,
    next: Option<ChangeId>,
    widths: Widths,
    headers_due: bool,
}

impl Follow {
    fn new(call: &Call, filter: Filter) -> Result<Follow, Failure> {
        let format = format(call);
        if let Some(format) = &format {
            print::formatted(format, &[], false, false)?;
        }
        Ok(Follow { filter, format, next: None, widths: Widths::default(), headers_due: !call.args.on("no-headers") })
    }

    /// Prints what has come since; never ends by itself.
    pub fn poll(&mut self, world: &World, voice: &mut Voice) -> bool {
        let news: Vec<Arc<Event>> = match self.next {
            None => world.list::<Event>().cloned().collect(),
            Some(next) => world.changes().since(next).filter_map(|change| written(&change.what)).collect(),
        };
        self.next = Some(world.changes().next());
        let news: Vec<Arc<Event>> = news.into_iter().filter(|event| self.filter.takes(event)).collect();
        for event in news {
            self.print(world, voice, event);
        }
        false
    }

    fn print(&mut self, world: &World, voice: &mut Voice, event: Arc<Event>) {
        if let Some(format) = &self.format {
            voice.out.push_str(&print::formatted(format, &[Object::Event(event)], true, false).unwrap_or_default());
            return;
        }
        let headers = if std::mem::take(&mut self.headers_due) { self.filter.headers() } else { &[] };
        voice.out.push_str(&self.widths.write(headers, &[self.filter.row(&event, world)]));
    }
}

fn written(what: &What) -> Option<Arc<Event>> {
    match what {
        What::Written { after: Some(Object::Event(event)), .. } => Some(event.clone()),
        _ => None,
    }
}
