//! A lesson: a scenario played page by page on an engine. It asks the player for what belongs to a page, looks again
//! while time passes, and keeps every page, so that one can go back, look, and even do something else from there on.

mod aside;
mod jump;
mod reply;

use super::{Engine, LOOK_AHEAD};
use crate::api::{Span, Time};
use crate::scenario::page::{Asked, Page, Pursuit, Typed, Wait};
use crate::scenario::perform::PACE;
use crate::scenario::{Beat, Player, Scenario, Stage, What};
use std::sync::Arc;

/// A page and what was so when it was done.
#[derive(Clone, Debug)]
struct Kept {
    page: Page,
    start: Time,
    end: Time,
    lines: usize,
    player: Player,
    helped: bool,
}

/// A scenario on its way.
#[derive(Clone, Debug)]
pub struct Lesson {
    player: Player,
    pages: Vec<Kept>,
    cursor: usize,
    looked: (u64, i64),
    wake: Option<Time>,
    aside: Option<Box<Engine>>,
    class: bool,
}

impl Lesson {
    /// The page before the first step. Time is held: it passes where the scenario waits.
    pub fn new(scenario: Arc<Scenario>, engine: &mut Engine) -> Lesson {
        let page = Page { caption: scenario.summary.clone(), teaches: scenario.teaches.clone(), ..Page::default() };
        engine.set_playing(false);
        let player = Player::new(scenario);
        let mut lesson = Lesson { player, pages: Vec::new(), cursor: 0, looked: (0, 0), wake: None, aside: None, class: false };
        lesson.open(page, engine);
        lesson.pages[0].page.done = true; // just opened
        lesson.pull(engine);
        lesson
    }
    /// The shown page.
    pub fn page(&self) -> &Page {
        &self.pages[self.cursor].page // there is always one
    }
    /// The scenario.
    pub fn scenario(&self) -> &Scenario {
        self.player.scenario()
    }
    /// True where the shown page is not the newest.
    pub fn is_back(&self) -> bool {
        self.cursor + 1 < self.pages.len()
    }
    /// Number of the step that comes after the newest page, from 0.
    pub fn next_step_number(&self) -> usize {
        self.player.step() + usize::from(self.waits() || self.pages.last().is_some_and(|kept| kept.page.asks()))
    }
    /// Number of the shown page, from 0.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Goes to the next page, or to the end of what the shown one waits for. Why it cannot where it cannot.
    pub fn advance(&mut self, engine: &mut Engine) -> Result<(), String> {
        if self.come_back(engine) {
            return Ok(());
        }
        if self.is_back() {
            self.cursor += 1;
            self.view(engine);
            return Ok(());
        }
        engine.seek(Time::NEVER);
        let page = self.page();
        match () {
            () if page.asks() => self.reply(engine),
            () if page.challenges() => self.give_up(engine),
            () if page.waits() => self.skip(engine),
            () if page.last => Err("that was all · s chooses another scenario · q quits".to_owned()),
            () => match engine.busy() {
                Some(line) => Err(format!("{line:?} still waits: let time pass, or interrupt it with ctrl-c")),
                None => {
                    self.turn(engine);
                    Ok(())
                }
            },
        }
    }
    /// Goes one page back and views the time at which it began; false on the first page.
    pub fn back(&mut self, engine: &mut Engine) -> bool {
        if self.come_back(engine) {
            return true;
        }
        if self.cursor == 0 {
            return false;
        }
        self.cursor -= 1;
        engine.set_playing(false);
        self.view(engine);
        true
    }
    /// Lets time pass until what the shown page waits for has come. Why it did not where it did not.
    pub fn skip(&mut self, engine: &mut Engine) -> Result<(), String> {
        engine.seek(Time::NEVER);
        let end = engine.head() + LOOK_AHEAD;
        while self.waits() && engine.head() < end {
            let soon = end.min(engine.head() + Span::secs(1));
            engine.pass(self.wake.map_or(soon, |wake| wake.min(soon)));
            self.drive(engine);
        }
        if self.waits() { Err("it does not come by itself".to_owned()) } else { Ok(()) }
    }
    /// Looks whether what it waits for has come, and holds time where it has. Where the past is played, the page follows.
    pub fn drive(&mut self, engine: &mut Engine) {
        if self.aside.is_some() {
            engine.set_playing(engine.playing() && !engine.is_live());
            return;
        }
        if self.is_back() && engine.playing() {
            self.follow(engine);
        }
        let now = (engine.world().changes().next(), engine.head().0 / 1000);
        let types = self.pages.last().is_some_and(|kept| !kept.page.lines.is_empty());
        let due = self.wake.is_some_and(|wake| engine.head() >= wake);
        let idle = self.looked == now && !due && (!types || engine.busy().is_some());
        if !engine.is_live() || !self.waits() || idle {
            return;
        }
        self.looked = now;
        self.pull(engine);
        if !self.waits() {
            let soon = engine.head() + PACE; // the check has looked so far ahead
            engine.run_until(self.wake.map_or(soon, |wake| wake.min(soon)));
            engine.set_playing(false);
        }
    }
    /// Shows the page of the viewed time.
    pub fn follow(&mut self, engine: &Engine) {
        let now = engine.world().now();
        let begun = self.pages.partition_point(|kept| kept.start <= now);
        self.cursor = begun.saturating_sub(1);
    }
    /// Forgets the pages that no longer happened, after an undo or an act in the past.
    pub fn forget(&mut self, engine: &Engine) {
        let (head, lines) = (engine.head(), engine.timeline().track().lines().len());
        let happened = |kept: &Kept| kept.end <= head && kept.lines <= lines && kept.page.done;
        let keep = self.pages.iter().take(self.cursor + 1).take_while(|kept| happened(kept)).count().max(1);
        self.pages.truncate(keep);
        self.cursor = keep - 1;
        self.player = self.pages[self.cursor].player.clone();
    }

    fn waits(&self) -> bool {
        self.pages.last().is_some_and(|kept| kept.page.waits() || kept.page.challenges())
    }
    fn view(&self, engine: &mut Engine) {
        let newest = !self.is_back();
        engine.seek(if newest { Time::NEVER } else { self.pages[self.cursor].start });
    }
    fn next_step(&self) -> Option<&What> {
        self.player.scenario().steps.get(self.player.step()).map(|step| &step.what)
    }
    fn open(&mut self, page: Page, engine: &mut Engine) {
        let (start, lines) = (engine.head(), engine.timeline().track().lines().len());
        self.pages.push(Kept { page, start, end: start, lines, player: self.player.clone(), helped: false });
        self.cursor = self.pages.len() - 1;
    }
    /// Opens the next page and does what belongs to it. A caption stays while what it announces happens.
    fn turn(&mut self, engine: &mut Engine) {
        let mut page = Page { step: self.player.step() + 1, chapter: self.chapter_of(self.player.step()), ..Page::default() };
        if let Some(What::Do(..) | What::Until(..)) = self.next_step() {
            let before = self.page();
            let only_said =
                before.lines.is_empty() && before.wait.is_none() && before.question.is_none() && before.goal.is_none() && before.step > 0;
            if only_said {
                (page.caption, page.at) = (before.caption.clone(), before.at.clone());
            }
        }
        if let Some(What::Do(lines, _)) = self.next_step() {
            page.lines = lines.iter().map(Typed::coming).collect();
        }
        page.step = page.step.min(self.scenario().steps.len());
        engine.mark_step(&format!("step {}", page.step));
        self.open(page, engine);
        self.pull(engine);
        if self.waits() {
            engine.set_playing(true);
        }
    }
    /// Does what belongs to the newest page: its step, and the checks that follow it.
    fn pull(&mut self, engine: &mut Engine) {
        let Some(mut kept) = self.pages.pop() else { return };
        while !kept.page.done && self.pull_beat(&mut kept.page, engine) {}
        while kept.page.done && matches!(self.next_step(), Some(What::Expect(_))) {
            self.pull_beat(&mut kept.page, engine);
        }
        if let Some(What::Do(lines, _)) = self.next_step().filter(|_| kept.page.done) {
            kept.page.coming = lines.iter().map(Typed::coming).collect();
        }
        if let Some(pursuit) = &mut kept.page.goal {
            let typed = engine.timeline().track().lines().iter();
            pursuit.commands = typed.filter(|line| line.acted && line.at >= kept.start).count();
        }
        (kept.end, kept.lines) = (engine.head(), engine.timeline().track().lines().len());
        kept.player = self.player.clone();
        self.wake = self.player.wake(engine.world());
        engine.set_limit(self.wake);
        self.pages.push(kept);
    }
    /// Notes the next beat; false where it waits.
    fn pull_beat(&mut self, page: &mut Page, engine: &mut Engine) -> bool {
        page.hear(engine.outcome());
        if self.player.leave(engine) {
            page.done = true;
            return true;
        }
        let beat = self.player.next(engine);
        page.done |= !matches!(beat, Beat::Typed(_) | Beat::Waiting(_) | Beat::Ask(_) | Beat::Goal(_));
        let goes_on = !matches!(beat, Beat::Waiting(_) | Beat::Ask(_));
        note(page, beat);
        goes_on
    }
}

/// Notes a beat on its page.
fn note(page: &mut Page, beat: Beat) {
    match beat {
        Beat::Say(words, at) => (page.caption, page.at) = (words, at),
        Beat::Typed(command) => page.typed(&command.shown),
        Beat::Waiting(words) if page.lines.is_empty() && page.goal.is_none() => page.wait = Some(Wait { words, over: false }),
        Beat::Waiting(_) | Beat::End => {}
        Beat::Ask(asking) => {
            page.at.clone_from(&asking.at);
            page.question.get_or_insert_with(|| Asked::new(asking));
        }
        Beat::Answered(verdict) => page.question.iter_mut().for_each(|asked| asked.verdict = Some(verdict.clone())),
        Beat::Goal(goal) => {
            page.at.clone_from(&goal.at);
            page.goal = Some(Pursuit { goal, hinted: 0, commands: 0, reached: false });
        }
        Beat::Reached(_) => page.goal.iter_mut().for_each(|pursuit| pursuit.reached = true),
        Beat::Passed(words) => match &mut page.wait {
            Some(wait) if !wait.over => wait.over = true,
            Some(_) | None => page.checked(words, None),
        },
        Beat::Failed(line, why) => page.checked(format!("line {line} of the scenario"), Some(why)),
        Beat::Debrief(words) => (page.caption, page.last) = (words, true),
    }
}
