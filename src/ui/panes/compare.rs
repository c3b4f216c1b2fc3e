//! Two histories beside each other: what was gained by the one, and what it cost.

use super::page::Page;
use crate::api::Span;
use crate::scene::canvas::width;
use crate::scene::clock::{clock, spoken};
use crate::scene::{Ink, Role};
use crate::timeline::compare::Outcome;
use crate::ui::Sight;
use crate::ui::model::Comparison;

/// Columns of a row's label.
const LABEL: usize = 13;

/// A row: its label, what it says of a history, and whether that is bad.
type Line = (&'static str, fn(&Outcome) -> (String, bool));

const LINES: [Line; 4] = [
    ("all ready", |outcome| match outcome.recovered {
        Some(Span(0)) => ("never short".to_owned(), false),
        Some(span) if span.as_secs() == 0 => ("within a second".to_owned(), false),
        Some(span) => (format!("after {}", spoken(span)), false),
        None => ("not yet".to_owned(), true),
    }),
    ("at most", |outcome| match &outcome.most {
        (0 | 1, _) => ("1 process a name".to_owned(), false),
        (count, name) => (format!("{count} are {name}"), true),
    }),
    ("lost writes", |outcome| match outcome.lost.len() {
        0 => ("none".to_owned(), false),
        count => (count.to_string(), true),
    }),
    ("rules broken", |outcome| match outcome.broken.len() {
        0 => ("none".to_owned(), false),
        count => (count.to_string(), true),
    }),
];

/// The page of a comparison.
pub fn page(comparison: &Comparison, sight: &Sight) -> Page {
    let epoch = sight.world.options().epoch;
    let [(left, _), (right, _)] = &comparison.sides;
    let mut page = Page::new(format!("{left} beside {right}"), Role::Each);
    page.say(format!("since {}, where they part", clock(comparison.at - epoch)), Role::Faint);
    let names = [left.clone(), right.clone()].map(|name| (name, Ink::from(Role::Text).bold()));
    let cell = |line: &Line, outcome: &Outcome| {
        if outcome.until <= comparison.at {
            return ("not played yet".to_owned(), Ink::from(Role::Waiting));
        }
        let (words, bad) = line.1(outcome);
        (words, Ink::from(if bad { Role::Bad } else { Role::Good }))
    };
    let until = comparison.sides.each_ref().map(|(_, o)| (format!("t+{}", clock(o.until - epoch)), Ink::from(Role::Faint)));
    let mut rows = vec![("", names)];
    rows.extend(LINES.iter().map(|line| (line.0, comparison.sides.each_ref().map(|(_, outcome)| cell(line, outcome)))));
    rows.push(("seen until", until));
    let across = rows.iter().map(|(_, [left, _])| width(&left.0)).max().unwrap_or(0);
    for (label, [left, right]) in rows {
        let gap = " ".repeat(usize::from(across - width(&left.0)) + 2);
        page.add(vec![(format!("{label:<LABEL$}"), Role::Faint.into()), (left.0 + &gap, left.1), right]);
    }
    let details = |(name, outcome): &(String, Outcome)| {
        let broken = outcome.broken.iter().map(|rule| format!("✖ {name}: {rule}")).collect::<Vec<_>>();
        broken.into_iter().chain(outcome.lost.iter().map(|lost| format!("✖ {name}: {lost}"))).collect::<Vec<_>>()
    };
    comparison.sides.iter().flat_map(details).for_each(|words| page.say(words, Role::Bad));
    page
}
