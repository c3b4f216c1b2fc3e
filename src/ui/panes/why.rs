//! Why a thing is as it is: its state, what holds it back, the chain of causes, and what would change it.

mod network;
mod pod;
mod things;

use super::page::Page;
use crate::api::{Key, Kind};
use crate::scene::cause;
use crate::scene::clock::{clock, left};
use crate::scene::facts::{Answer, Befell, Family, Look};
use crate::scene::paint::{family_role, family_tag};
use crate::scene::{Area, Ink, Role, Stage, Target, sentence};
use crate::sim::World;
use crate::sim::change::ChangeId;
use crate::sim::invariants::RULES;
use crate::ui::model::{Model, Pane};
use crate::ui::regions::Regions;
use crate::ui::{Screen, Sight};

/// Columns in which a page that was asked for is easily read.
const SHEET_WIDTH: u16 = 76;

/// Causes that are told of each set's answer.
const LED_TO_IT: usize = 6;

/// How far back the latest change of a thing is looked for.
const LOOK_BACK: u64 = 4000;

/// The page in the pane: a comparison where one was asked for, else that of what is selected.
pub fn selected(model: &Model, sight: &Sight, screen: &Screen) -> Page {
    if let Some(comparison) = model.comparison.as_ref().filter(|_| model.pane == Pane::Compare) {
        return super::compare::page(comparison, sight);
    }
    if screen.focus.selected.is_some() || model.pane == Pane::Sheet {
        return page(sight.world, &screen.stage, screen.focus.selected.as_ref());
    }
    let told = |detail| whole(sight.world, &screen.stage, detail);
    let fits = |page: &Page| screen.regions.is_none_or(|regions| page.fits(regions.pane));
    [Detail::All, Detail::Some].into_iter().map(told).find(fits).unwrap_or_else(|| told(Detail::Least))
}

/// How much is told of the whole.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    /// What it is, in few words.
    Least,
    /// And why.
    Some,
    /// And what led to it.
    All,
}

/// Where that page stands: in its pane, or over as much of the picture as it needs where all of it was asked for.
pub fn area(page: &Page, regions: &Regions, pane: Pane) -> Area {
    if !matches!(pane, Pane::Sheet | Pane::Compare) || page.fits(regions.pane) {
        return regions.pane;
    }
    let w = regions.pane.w.max(SHEET_WIDTH.min(regions.title.w));
    regions.grown(w, page.rows(w))
}

/// The page of a thing; of the whole where nothing is selected.
pub fn page(world: &World, stage: &Stage, target: Option<&Target>) -> Page {
    match target {
        None => whole(world, stage, Detail::All),
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
fn whole(world: &World, stage: &Stage, detail: Detail) -> Page {
    let broken = RULES.iter().find_map(|(rule, name, sentence)| Some((name, sentence, world.rules().broken(*rule)?)));
    if let Some((name, rule, detail)) = broken {
        let mut page = Page::new(format!("✖ {name}"), Role::Bad);
        page.say(detail.to_string(), Role::Bad.bold());
        page.say(format!("The rule: {rule}."), Role::Text);
        page.gap();
        page.keys("a ghost ☠ tells why; ", &[("u", "undo"), ("c", "plug in")]);
        return page;
    }
    if let Some(key) = troubled(stage) {
        return pod::pod(world, stage, key);
    }
    if stage.answers.len() == 2 { differed(world, &stage.answers, detail) } else { promises(stage, detail) }
}

/// What the two kinds of set promise.
fn promises(stage: &Stage, detail: Detail) -> Page {
    let mut page = Page::new("two sets, two answers", Role::Text);
    let has = |family: Family| stage.sets.iter().any(|s| s.family == family);
    let lessons = [
        (Family::Alike, "ReplicaSet: any will do. A lost pod is replaced, under another name.", "any will do: new name"),
        (Family::Each, "StatefulSet: each its own. A lost pod comes back: its name, its disk.", "each its own: name and disk"),
    ];
    for (family, words, fewer) in lessons.into_iter().filter(|(family, ..)| has(*family)) {
        match detail {
            Detail::Least => page.signed(tag(family), family_role(family), fewer, Role::Text),
            Detail::Some | Detail::All => page.signed("▌ ", family_role(family), words, Role::Text),
        }
    }
    page
}

/// What just differed between the two kinds of set, and why.
fn differed(world: &World, answers: &[Answer], detail: Detail) -> Page {
    let title = match answers[0].befell {
        Befell::Loss => "same loss, two answers",
        Befell::Growth => "more pods, two answers",
        Befell::Shrinking => "fewer pods, two answers",
    };
    let mut page = Page::new(title, Role::Text);
    for answer in answers {
        let role = family_role(answer.family);
        if detail == Detail::Least {
            page.signed(tag(answer.family), role, &answer.fewer, Role::Text.bold());
            continue;
        }
        page.signed("▌ ", role, &answer.words, Role::Text.bold());
        page.signed("▌ ", role, because(answer), Role::Text);
        if let Some(pod) = answer.pod.as_ref().filter(|_| detail == Detail::All) {
            causes(&mut page, world, Kind::Pod, pod, LED_TO_IT);
            page.gap();
        }
    }
    page
}

/// A family where there is no room for more.
fn tag(family: Family) -> String {
    format!("{:<4}", family_tag(family))
}

/// Why a set of that family answers so.
fn because(answer: &Answer) -> &'static str {
    match (answer.family, answer.befell) {
        (Family::Each, Befell::Loss) => "Each its own: a new one has to wait until the old one is surely gone.",
        (Family::Each, Befell::Growth) => "Each its own: it takes the next number, and what belongs to that number.",
        (Family::Each, Befell::Shrinking) => "Each its own: always the highest number, so the others keep their places.",
        (Family::Alike | Family::Loose, Befell::Loss) => "Any will do: nobody waits for the old one.",
        (Family::Alike | Family::Loose, Befell::Growth) => {
            "Any will do: all at once, under random names; they share what the template names."
        }
        (Family::Alike | Family::Loose, Befell::Shrinking) => {
            "Any will do: it chooses by rank, not by name; select the set to see whom it takes next."
        }
    }
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
    let mut next = vec![("next  ".to_owned(), Role::Faint.into()), (cause.next, Role::Text.into())];
    if let Some((until, what)) = cause.until.filter(|(until, _)| *until > world.now()) {
        next.push((format!(" · in {} ", left(until - world.now())), Role::Waiting.bold()));
        next.push((what, Role::Waiting.into()));
    }
    page.add(next);
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
        page.add(vec![
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
