//! Where the requests of a flow land, in short counts.

use crate::api::{Kind, Uid};
use crate::scene::Target;
use crate::sim::World;
use crate::sim::network::http::host;
use crate::sim::network::traffic::{Count, Who, aim};
use crate::sim::network::{Responder, Traffic};

/// The most pods whose counts stand side by side; of more those that answered last.
const MOST: usize = 6;

/// A flow of requests and what has come of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// The service or the pod that it is sent to, where it is sent to one.
    pub aim: Option<Target>,
    /// The name of that, else the beginning of the URL.
    pub name: String,
    /// Those who answered, in the order in which they stand.
    pub hits: Vec<Hit>,
    /// How many requests nobody answered.
    pub lost: u64,
}

/// Somebody who answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Its pod's identity.
    pub uid: Uid,
    /// As short as tells it from the others.
    pub label: String,
    /// How often.
    pub times: u64,
    latest: u64,
}

impl Stream {
    /// How often a process has answered; `None` where it never has.
    pub fn hits(&self, uid: Uid) -> Option<u64> {
        self.hits.iter().find(|hit| hit.uid == uid).map(|hit| hit.times)
    }
    /// What is said of it, in at most so many columns where it can be made so short: its glyph, its name where that is
    /// wanted, counts by pod, and what is lost.
    pub fn line(&self, named: bool, room: usize) -> [String; 4] {
        let lost = if self.lost > 0 { format!(" ✖{}", self.lost) } else { String::new() };
        let name = if named { format!(" {}", self.name) } else { String::new() };
        let left = room.saturating_sub(1 + name.chars().count() + lost.chars().count());
        let texts = (0..=MOST.min(self.hits.len())).rev().map(|most| self.counts(most));
        let texts: Vec<String> = texts.collect();
        let counts = texts.iter().find(|text| text.chars().count() <= left).or(texts.last()).cloned().unwrap_or_default();
        ["⇄".to_owned(), name, counts, lost]
    }
    /// Counts of so many pods, those that answered last.
    fn counts(&self, most: usize) -> String {
        if let ([hit], Some(Target::Pod(_)), 1) = (&self.hits[..], &self.aim, most) {
            return format!(" {}", hit.times);
        }
        let mut latest: Vec<u64> = self.hits.iter().map(|hit| hit.latest).collect();
        latest.sort_unstable_by(|a, b| b.cmp(a));
        let shown = |hit: &&Hit| latest[..most].contains(&hit.latest);
        let counts: String = self.hits.iter().filter(shown).map(|hit| format!(" {}:{}", hit.label, hit.times)).collect();
        match self.hits.len() - most {
            0 if self.hits.is_empty() && self.lost == 0 => " …".to_owned(),
            0 => counts,
            more => format!("{counts} +{more}"),
        }
    }
}

/// The flow that runs, where one does.
pub fn stream(world: &World) -> Option<Stream> {
    let traffic = world.traffic()?;
    let object = aim(world, traffic.flow());
    let name = object.as_ref().map_or_else(|| host(&traffic.flow().request.url), |(_, key)| key.name.to_string());
    let lost = traffic.tally().into_iter().filter(|count| matches!(count.who, Who::Nobody(_))).map(|count| count.times).sum();
    let aim = object.map(|(kind, key)| if kind == Kind::Pod { Target::Pod(key) } else { Target::Service(key) });
    Some(Stream { aim, name, hits: hits(traffic), lost })
}

fn hits(traffic: &Traffic) -> Vec<Hit> {
    let tally = traffic.tally();
    let answered = |count: &&Count| match &count.who {
        Who::Process(by) => Some(by.clone()),
        Who::Nobody(_) => None,
    };
    let all: Vec<Responder> = tally.iter().filter_map(answered).collect();
    let hit = |count: &&Count| {
        let by = answered(count)?;
        Some(Hit { uid: by.uid, label: label(&by, &all), times: count.times, latest: count.latest })
    };
    tally.iter().filter_map(hit).collect()
}

/// The end of a pod's name, all of it where another has the same end; of namesakes also the machine.
fn label(by: &Responder, all: &[Responder]) -> String {
    fn end(by: &Responder) -> &str {
        by.pod.name.rsplit('-').next().unwrap_or(&by.pod.name)
    }
    let others = || all.iter().filter(|other| other.uid != by.uid);
    let name = if others().any(|other| other.pod != by.pod && end(other) == end(by)) { &by.pod.name } else { end(by) };
    if others().any(|other| other.pod == by.pod) { format!("{name}@{}", by.node) } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Key;

    fn by(pod: &str, node: &str, uid: u128) -> Responder {
        Responder { node: node.into(), pod: Key::new("default", pod), uid: Uid::new(uid) }
    }

    #[test]
    fn a_label_is_as_short_as_tells_it_from_others() {
        let all = [by("kubia-0", "node-1", 1), by("kubia-1", "node-2", 2), by("kubia-1", "node-3", 3), by("web-0", "node-1", 4)];
        let labels: Vec<String> = all.iter().map(|by| label(by, &all)).collect();
        assert_eq!(labels, ["kubia-0", "1@node-2", "1@node-3", "web-0"]);
    }

    #[test]
    fn counts_fit_where_they_can() {
        let hit = |n: u64| Hit { uid: Uid::new(n.into()), label: n.to_string(), times: 10, latest: n };
        let stream = |hits, lost| Stream { aim: None, name: "web".to_owned(), hits, lost };
        let line = |stream: &Stream, room| stream.line(true, room).concat();
        assert_eq!(line(&stream(vec![], 0), 80), "⇄ web …");
        assert_eq!(line(&stream(vec![], 2), 80), "⇄ web ✖2");
        let three = stream(vec![hit(1), hit(2), hit(3)], 4);
        assert_eq!(line(&three, 80), "⇄ web 1:10 2:10 3:10 ✖4");
        assert_eq!(line(&three, 20), "⇄ web 3:10 +2 ✖4");
        assert_eq!(line(&three, 0), "⇄ web +3 ✖4");
        assert_eq!(line(&stream((1..=9).map(hit).collect(), 0), 80), "⇄ web 4:10 5:10 6:10 7:10 8:10 9:10 +3");
        let pod = Stream { aim: Some(Target::Pod(Key::new("default", "web"))), ..stream(vec![hit(1)], 0) };
        assert_eq!(line(&pod, 80), "⇄ web 10");
    }
}
