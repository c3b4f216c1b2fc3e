//! Why a thing is as it is: its state, what holds it back, the chain of causes, and what would change it.

mod network;
mod pod;
mod things;

use super::pane;
use crate::api::{Key, Kind};
use crate::scene::canvas::wrap;
use crate::scene::cause::{self, Remedy};
use crate::scene::clock::{clock, left};
use crate::scene::facts::{Family, Look};
use crate::scene::{Area, Canvas, Ink, Role, Stage, Target, sentence};
use crate::sim::World;
use crate::sim::change::ChangeId;
use crate::sim::invariants::RULES;
use crate::ui::{Screen, Sight};

/// How far back the latest change of a thing is looked for.
const LOOK_BACK: u64 = 4000;

/// A page of text: a title and lines of parts.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Its title.
    pub title: String,
    /// The colour of title and border.
    pub role: Role,
    /// Command lines that would change what it tells of, in the order of the keys that run them.
    pub remedies: Vec<Remedy>,
    lines: Vec<Vec<(String, Ink)>>,
}

impl Page {
    /// An empty page.
    pub fn new(title: impl Into<String>, role: Role) -> Page {
        Page { title: title.into(), role, remedies: Vec::new(), lines: Vec::new() }
    }
    /// Adds a line of one ink.
    pub fn say(&mut self, text: impl Into<String>, ink: impl Into<Ink>) {
        self.lines.push(vec![(text.into(), ink.into())]);
    }
    /// Adds a line of a label and what it says.
    pub fn field(&mut self, label: &str, text: impl Into<String>, ink: impl Into<Ink>) {
        self.lines.push(vec![
            (if label.len() < 8 { format!("{label:<8}") } else { format!("{label} ") }, Role::Faint.into()),
            (text.into(), ink.into()),
        ]);
    }
    /// Adds a line of keys and what they do.
    pub fn keys(&mut self, before: &str, keys: &[(&str, &str)]) {
        let mut parts = vec![(before.to_owned(), Ink::from(Role::Faint))];
        for (key, words) in keys {
            parts.push((format!(" {key} "), Role::Key.bold()));
            parts.push((format!("{words} "), Role::Text.into()));
        }
        self.lines.push(parts);
    }
    /// Adds a line that would free it, behind the key that runs it.
    pub fn remedy(&mut self, remedy: Remedy) {
        let key = format!(" {} ", self.remedies.len() + 1);
        let heredoc = if remedy.stdin.is_some() { " <<EOF" } else { "" };
        self.signed(&key, Role::Key.bold(), &remedy.words, Role::Text);
        self.signed("   $ ", Role::Faint, format!("{}{heredoc}", remedy.line), Role::Code);
        self.remedies.push(remedy);
    }
    /// Adds a line behind a sign; where it is broken, what follows is indented.
    pub fn signed(&mut self, sign: impl Into<String>, ink: impl Into<Ink>, text: impl Into<String>, words: impl Into<Ink>) {
        self.lines.push(vec![(sign.into(), ink.into()), (text.into(), words.into())]);
    }
    /// Adds a line that is never broken.
    pub fn fixed(&mut self, text: impl Into<String>, ink: impl Into<Ink>) {
        self.lines.push(vec![(text.into(), ink.into()), Default::default(), Default::default()]);
    }
    /// How many rows it has where so many columns are there.
    pub fn height(&self, room: u16) -> usize {
        self.broken(room).len()
    }
    /// Adds an empty line.
    pub fn gap(&mut self) {
        self.lines.push(Vec::new());
    }
    /// Its lines, those of one ink or with a label broken at blanks.
    fn broken(&self, room: u16) -> Vec<Vec<(String, Ink)>> {
        self.lines.iter().flat_map(|line| break_line(line, room)).collect()
    }
}

fn break_line(line: &[(String, Ink)], room: u16) -> Vec<Vec<(String, Ink)>> {
    let (label, (text, ink)) = match line {
        [one] => (None, one),
        [label, text] => (Some(label), text),
        other => return vec![other.to_vec()],
    };
    let indent = label.map_or(0, |l| crate::scene::canvas::width(&l.0));
    let pieces = wrap(text, room.saturating_sub(indent).max(8)).into_iter().enumerate();
    let lead = |i: usize| match label {
        Some(label) if i == 0 => label.clone(),
        _ => (" ".repeat(usize::from(indent)), Ink::default()),
    };
    pieces.map(|(i, piece)| vec![lead(i), (piece, *ink)]).collect()
}

/// Draws the page of the selected thing, from that line on.
pub fn draw(canvas: &mut Canvas, area: Area, sight: &Sight, screen: &Screen, scroll: usize) {
    let page = page(sight.world, &screen.stage, screen.focus.selected.as_ref());
    draw_page(canvas, area, &page, scroll);
}

/// Draws a page of text from that line on.
pub fn draw_page(canvas: &mut Canvas, area: Area, page: &Page, scroll: usize) {
    let inner = pane(canvas, area, &page.title, page.role.into());
    let lines = page.broken(inner.w);
    let room = usize::from(inner.h);
    let first = scroll.min(lines.len().saturating_sub(room));
    for (i, line) in lines.iter().skip(first).take(room).enumerate() {
        let parts: Vec<(&str, Ink)> = line.iter().map(|(text, ink)| (text.as_str(), *ink)).collect();
        canvas.parts(inner.row(i as u16), &parts);
    }
    let below = lines.len().saturating_sub(first + room);
    if below > 0 {
        let corner = Area::new(area.x, area.bottom() - 1, area.w.saturating_sub(2), 1);
        canvas.text_right(corner, &format!(" {below} more "), Role::Faint);
    }
}

/// The page of a thing; of the whole where nothing is selected.
pub fn page(world: &World, stage: &Stage, target: Option<&Target>) -> Page {
    match target {
        None => whole(world, stage),
        Some(Target::Set(..)) => things::set(world, stage, target),
        Some(Target::Pod(key)) => pod::pod(world, stage, key),
        Some(Target::Process(node, uid)) => pod::process(world, stage, node, *uid),
        Some(Target::Claim(key)) => things::claim(world, key),
        Some(Target::Volume(name)) => things::volume(world, name),
        Some(Target::Service(key)) => network::service(world, key),
        Some(Target::Node(name)) => things::node(world, stage, name),
    }
}

/// What the picture is about, or the rule that is broken.
fn whole(world: &World, stage: &Stage) -> Page {
    let broken = RULES.iter().find_map(|(rule, name, sentence)| Some((name, sentence, world.rules().broken(*rule)?)));
    if let Some((name, rule, detail)) = broken {
        let mut page = Page::new(format!("✖ {name}"), Role::Bad);
        page.say(detail.to_string(), Role::Bad.bold());
        page.say(format!("The rule: {rule}."), Role::Text);
        page.gap();
        page.keys("select a ghost ☠ to see why; ", &[("u", "undo"), ("c", "plug in")]);
        return page;
    }
    if let Some(key) = troubled(stage) {
        return pod::pod(world, stage, key);
    }
    let mut page = Page::new("two sets, one event, two answers", Role::Text);
    let has = |family: Family| stage.sets.iter().any(|s| s.family == family);
    let lessons = [
        (Family::Alike, Role::Alike, "ReplicaSet: any will do. A lost pod is replaced, under another name."),
        (Family::Each, Role::Each, "StatefulSet: each its own. A lost pod comes back: its name, its disk."),
    ];
    for (_, role, words) in lessons.iter().filter(|(family, ..)| has(*family)) {
        page.lines.push(vec![("▌ ".to_owned(), (*role).into()), ((*words).to_owned(), Role::Text.into())]);
    }
    page.gap();
    page.keys("", &[("tab", "or the mouse selects;"), ("w", "tells why")]);
    page
}

/// The pod that most wants an explanation: one whose end nobody can confirm, one of which nothing is heard, one that fails.
fn troubled(stage: &Stage) -> Option<&Key> {
    let trouble = |look: Look, unreachable: bool| match look {
        Look::Leaving if unreachable => Some(0),
        Look::Doubtful => Some(1),
        Look::Failed => Some(2),
        _ => None,
    };
    let rows = stage.sets.iter().rev().flat_map(|s| &s.rows);
    rows.filter_map(|r| Some((trouble(r.look, r.unreachable)?, &r.key))).min_by_key(|(rank, _)| *rank).map(|(_, key)| key)
}

/// What ails a thing, who must move next, the timer that runs, and the lines that would free it. True where something
/// does.
fn told(page: &mut Page, world: &World, target: &Target) -> bool {
    let Some(cause) = cause::of(world, target) else { return false };
    for (i, words) in cause.chain.iter().enumerate() {
        page.signed(if i == 0 { "∴ " } else { "↑ " }, Role::Waiting, words, Role::Waiting);
    }
    page.field("next", &cause.next, Role::Text);
    if let Some((until, what)) = cause.until.filter(|(until, _)| *until > world.now()) {
        page.field("in", format!("{}: {what}", left(until - world.now())), Role::Waiting.bold());
    }
    for remedy in cause.remedies {
        page.remedy(remedy);
    }
    true
}

/// What a thing waits for, with its timer.
fn waits(page: &mut Page, world: &World, kind: Kind, key: &Key) {
    let Some(wait) = world.wait(kind, key) else { return };
    let timer = wait.until.filter(|until| *until > world.now()).map(|until| format!(", {} left", left(until - world.now())));
    page.field("waits", format!("{}{}", wait.words, timer.unwrap_or_default()), Role::Waiting);
}

/// The latest telling change of an object and what led to it, each once.
fn causes(page: &mut Page, world: &World, kind: Kind, key: &Key, most: usize) {
    let Some(latest) = latest(world, kind, key) else { return };
    let epoch = world.options().epoch;
    let mut told: Vec<String> = Vec::new();
    for change in world.changes().chain(latest) {
        let Some(said) = sentence(change, world).filter(|s| !told.contains(&s.words)) else { continue };
        let lead = if told.is_empty() { "" } else { "↑ " };
        let ink = if told.is_empty() { Ink::from(Role::Text) } else { Ink::from(Role::Control) };
        page.lines.push(vec![
            (format!("{} ", clock(change.at - epoch)), Role::Faint.into()),
            (lead.to_owned(), Role::Faint.into()),
            (format!("{} ", said.who), Ink::from(said.role)),
            (said.words.clone(), ink),
        ]);
        told.push(said.words);
        if told.len() >= most {
            break;
        }
    }
}

fn latest(world: &World, kind: Kind, key: &Key) -> Option<ChangeId> {
    let from = world.changes().next().saturating_sub(LOOK_BACK);
    let about = |o: &crate::api::Object| o.kind() == kind && o.meta().name == key.name && o.meta().namespace == key.namespace;
    let mut changes = world.changes().since(from).rev();
    changes
        .find(|c| {
            matches!(&c.what, crate::sim::What::Written { before, after } if after.as_ref().or(before.as_ref()).is_some_and(about))
                && sentence(c, world).is_some()
        })
        .map(|c| c.id)
}
