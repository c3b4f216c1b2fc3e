//! *Find the seed*: random schedules of acts and faults over a scenario's beginning, until one breaks an invariant; then
//! the shortest schedule that still does, as a scenario that replays it.

use super::document::Scenario;
use super::perform::{pass, perform};
use super::record::{Line, Taken, recording};
use super::rehearse::opening;
use super::script::Command;
use crate::api::{Kind, Span};
use crate::sim::invariants::{RULES, Rule};
use crate::sim::{Options, World};

/// The most acts of a schedule.
const MOST_ACTS: u64 = 8;
/// How long a schedule is watched after its last act.
const AFTERWARDS: Span = Span::secs(400);
/// The pauses between acts, in seconds.
const PAUSES: [u64; 6] = [1, 5, 20, 60, 120, 330];

/// What is done in a schedule; `{pod}` and `{node}` stand for one of those that there are.
const ACTS: [&str; 10] = [
    "disconnect {node}",
    "disconnect {node}",
    "reconnect {node}",
    "crash {node}",
    "boot {node}",
    "kubectl delete pod {pod} --wait=false",
    "kubectl delete pod {pod} --force --grace-period=0",
    "kubectl delete pod {pod} --force --grace-period=0",
    "kubectl cordon {node}",
    "curl -X POST -d {n} localhost:8001/api/v1/namespaces/default/pods/{pod}/proxy/",
];

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Hunt {
    /// The invariant that is to break.
    pub rule: Rule,
    /// With what the world begins; its seed is the first that is tried.
    pub options: Options,
    /// How many schedules are tried.
    pub tries: u64,
}

/// A schedule that breaks the invariant.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The seed of the world in which it does.
    pub seed: u64,
    /// How many schedules were tried before it was found.
    pub tried: u64,
    /// How many lines it had before it was made shorter.
    pub length: usize,
    /// The lines of the shortest one.
    pub lines: Vec<String>,
    /// What breaks the invariant, in words.
    pub why: String,
}

/// The invariant with that name on its lamp.
pub fn rule(name: &str) -> Option<Rule> {
    RULES.iter().find(|row| row.1 == name).map(|row| row.0)
}

/// Searches; `None` where no schedule that was tried breaks the invariant.
pub fn seek(scenario: &Scenario, hunt: &Hunt) -> Result<Option<Found>, String> {
    for tried in 1..=hunt.tries {
        let seed = hunt.options.seed.wrapping_add(tried - 1);
        let world = opening(scenario, Options { seed, ..hunt.options.clone() })?;
        let lines = schedule(&world, seed);
        if breaks(&world, &lines, hunt.rule).is_some() {
            let short = shortest(&world, lines.clone(), hunt.rule);
            let why = breaks(&world, &short, hunt.rule).unwrap_or_default();
            return Ok(Some(Found { seed, tried, length: lines.len(), lines: short, why }));
        }
    }
    Ok(None)
}

/// The schedule of a seed: acts on what there is at the beginning, and pauses between them.
fn schedule(world: &World, seed: u64) -> Vec<String> {
    let names = |kind| world.objects(kind).map(|object| object.meta().name.to_string()).collect::<Vec<String>>();
    let (pods, nodes) = (names(Kind::Pod), names(Kind::Node));
    let mut dice = Dice(seed);
    let count = 2 + dice.below(MOST_ACTS - 1);
    let act = |dice: &mut Dice, n: u64| {
        let line = dice.pick(&ACTS).replace("{n}", &n.to_string());
        line.replace("{pod}", &dice.pick(&pods)).replace("{node}", &dice.pick(&nodes))
    };
    (0..count).flat_map(|n| [act(&mut dice, n), format!("wait {}s", dice.pick(&PAUSES))]).collect()
}

/// Plays lines; what breaks the invariant, where something does.
fn breaks(world: &World, lines: &[String], rule: Rule) -> Option<String> {
    let mut world = world.clone();
    let mut why = None;
    for line in lines {
        perform(&mut world, &command(line), &mut |world| note(world, rule, &mut why));
        if why.is_some() {
            return why;
        }
    }
    let end = world.now() + AFTERWARDS;
    pass(&mut world, end, &mut |world| note(world, rule, &mut why));
    why
}

fn note(world: &World, rule: Rule, why: &mut Option<String>) {
    if why.is_none() {
        *why = world.rules().broken(rule).map(|words| words.to_string());
    }
}

/// Takes lines away, long stretches first, as long as what is left still breaks the invariant.
fn shortest(world: &World, mut lines: Vec<String>, rule: Rule) -> Vec<String> {
    let mut stretch = lines.len() / 2;
    while stretch > 0 {
        let mut at = 0;
        while at + stretch <= lines.len() {
            let without: Vec<String> = lines[..at].iter().chain(&lines[at + stretch..]).cloned().collect();
            if breaks(world, &without, rule).is_some() {
                lines = without;
            } else {
                at += 1;
            }
        }
        stretch /= 2;
    }
    lines
}

fn command(line: &str) -> Command {
    Command { line: line.to_owned(), shown: line.to_owned(), stdin: None, number: 0 }
}

/// What was found as a scenario that replays it and expects the invariant to break.
pub fn replayed(found: &Found, scenario: &Scenario, hunt: &Hunt) -> String {
    let lines = found.lines.iter().map(|line| Line { moment: None, command: command(line) }).collect();
    let of = format!("{}, seed {}", scenario.title.trim_end(), found.seed);
    let taken = Taken { of, options: Options { seed: found.seed, ..hunt.options.clone() }, lines };
    let name = RULES.iter().find(|row| row.0 == hunt.rule).map_or("", |row| row.1);
    let check = format!("- until: {{rule: {name}, holds: false}}\n  within: {}s\ndebrief: |\n", AFTERWARDS.as_secs());
    recording(&taken, &scenario.manifests).replacen("debrief: |\n", &check, 1)
}

/// Seeded chance of the search alone. SplitMix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }
    fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }
    /// One of the items; the default where there is none.
    fn pick<T: Clone + Default>(&mut self, items: &[T]) -> T {
        let index = self.below(items.len() as u64) as usize; // below a length
        items.get(index).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::document::read;
    use std::sync::Arc;

    fn sandbox() -> Scenario {
        let manifests = crate::scenario::record::indented(include_str!("../../assets/sandbox.yaml"), 2);
        read(&format!("title: The sandbox\nsummary: S\ndebrief: D\nsteps: []\nmanifests: |2\n{manifests}")).unwrap()
    }

    #[test]
    fn two_processes_of_one_name_are_found_made_short_and_replayed() {
        let scenario = sandbox();
        let hunt = Hunt { rule: Rule::OneProcessPerName, options: scenario.options.clone(), tries: 200 };
        let found = seek(&scenario, &hunt).unwrap().expect("a forced delete behind a cut cable is among them");
        assert!(found.lines.len() <= 3 && found.length >= found.lines.len(), "{found:?}");
        assert!(found.why.starts_with("2 processes are kubia-"), "{found:?}");
        assert_eq!(seek(&scenario, &hunt), Ok(Some(found.clone())), "the same on each run");

        let text = replayed(&found, &scenario, &hunt);
        let again = Arc::new(read(&text).unwrap());
        let world = opening(&again, again.options.clone()).unwrap();
        let failures = super::super::rehearse::rehearse(&again, world, &mut Nobody).failures;
        assert_eq!(failures, 0, "{text}");
    }

    #[test]
    fn where_nothing_breaks_nothing_is_found() {
        let scenario = read("title: T\nsummary: S\ndebrief: D\nsteps: []\n").unwrap();
        let hunt = Hunt { rule: Rule::NoWriteLost, options: scenario.options.clone(), tries: 3 };
        assert_eq!(seek(&scenario, &hunt), Ok(None));
        assert_eq!((rule("no write lost"), rule("peace")), (Some(Rule::NoWriteLost), None));
    }

    struct Nobody;
    impl super::super::rehearse::Audience for Nobody {
        fn watch(&mut self, _world: &World) {}
        fn hear(&mut self, _world: &World, _news: super::super::rehearse::News) {}
    }
}
