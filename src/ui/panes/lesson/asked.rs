//! A question and a goal on the scenario's page: choices, hands, what is written, hints, and what came of it.

use crate::scenario::page::{Asked, Page as Shown, Pursuit};
use crate::scenario::question::{Verdict, Wants};
use crate::scene::Role;
use crate::ui::panes::page::Page;

/// Most columns of a bar of hands.
const BAR: u32 = 20;
/// Rows of what was found by playing ahead.
const FOUND: usize = 6;

/// Writes the question.
pub fn question(page: &mut Page, asked: &Asked, class: bool) {
    let class = class && asked.asking.by_hands();
    page.say(&asked.asking.words, Role::Text.bold());
    for (i, choice) in asked.asking.choices.iter().enumerate() {
        let (sign, role, words) = standing(asked, i);
        page.signed(sign, role.bold(), format!("{choice}{}", hands(asked, i, class)), words);
    }
    match &asked.verdict {
        Some(verdict) => said(page, asked, verdict, class),
        None if class => page.say("a show of hands: each digit counts one · 0 shows or hides them", Role::Faint),
        None if asked.asking.wants != Wants::Choice => {
            page.signed("> ", Role::Key, format!("{}▏", asked.written), Role::Text);
            page.say(wanted(asked), Role::Faint);
        }
        None => {}
    }
}

fn wanted(asked: &Asked) -> &'static str {
    match (asked.asking.wants, asked.asking.choices.is_empty()) {
        (Wants::Number, _) => "type a number, then enter",
        (Wants::Order, false) => "press the digits in the order that you expect, then enter",
        (Wants::Name, false) => "press a digit, or type a name, then enter",
        (_, _) => "type it, then enter",
    }
}

fn standing(asked: &Asked, choice: usize) -> (String, Role, Role) {
    let digit = (format!(" {} ", choice + 1), Role::Key, Role::Text);
    let (Some(verdict), Some(reply)) = (&asked.verdict, asked.choice(choice)) else { return digit };
    match () {
        () if asked.asking.wants == Wants::Order => ("   ".to_owned(), Role::Faint, Role::Faint),
        () if reply == verdict.right => (" ✓ ".to_owned(), Role::Good, Role::Good),
        () if reply == verdict.said => (" ✖ ".to_owned(), Role::Bad, Role::Bad),
        () => ("   ".to_owned(), Role::Faint, Role::Faint),
    }
}

fn hands(asked: &Asked, choice: usize, class: bool) -> String {
    let count = asked.hands.get(choice).copied().unwrap_or_default();
    match () {
        () if !class => String::new(),
        () if asked.hidden && asked.verdict.is_none() => "  ?".to_owned(),
        () => format!("  {} {count}", "▌".repeat(count.min(BAR) as usize)),
    }
}

/// "You said, it did."
fn said(page: &mut Page, asked: &Asked, verdict: &Verdict, class: bool) {
    let who = if class { "most said" } else { "you said" };
    match asked.asking.wants {
        Wants::Choice if verdict.fits => page.say(format!("{who} {}, and so it is", verdict.said), Role::Good),
        Wants::Choice => page.say(format!("{who} {}; it is {}", verdict.said, verdict.right), Role::Waiting),
        _ => {
            let (sign, role) = if verdict.fits { ("✓ ", Role::Good) } else { ("✖ ", Role::Bad) };
            page.signed(sign, role, format!("{who}: {}", verdict.said), role);
            page.signed("= ", Role::Good, format!("it is:    {}", verdict.right), Role::Good);
        }
    }
    let lines: Vec<&str> = verdict.found.lines().collect();
    if !lines.is_empty() {
        page.say("what it printed, played ahead:", Role::Faint);
    }
    lines.iter().take(FOUND).for_each(|line| page.fixed(format!("  {line}"), Role::Code));
    if lines.len() > FOUND {
        page.fixed(format!("  … {} more rows", lines.len() - FOUND), Role::Faint);
    }
}

/// Writes the goal and how far somebody is.
pub fn goal(page: &mut Page, pursuit: &Pursuit) {
    let (sign, role) = if pursuit.reached { ("✓ ", Role::Good) } else { ("◇ ", Role::Key) };
    page.signed(sign, role, &pursuit.goal.words, Role::Text.bold());
    let count = |n: usize| if n == 1 { "1 command".to_owned() } else { format!("{n} commands") };
    let (done, par) = (count(pursuit.commands), pursuit.goal.par);
    match pursuit.reached {
        true => page.say(format!("reached with {done}; par is {par}"), Role::Good),
        false => page.say(format!("{done} so far; par is {par} · : opens the command line"), Role::Faint),
    }
}

/// Writes the hints that are shown.
pub fn hints(page: &mut Page, shown: &Shown) {
    shown.hints().iter().for_each(|hint| page.signed("· ", Role::Waiting, hint.trim_end(), Role::Text));
}
