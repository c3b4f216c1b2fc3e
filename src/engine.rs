//! The engine: the only owner of the timeline at run time. Lines go in, the viewed world comes out; a line that waits is
//! asked again whenever something happened, and never holds up anybody else.

use crate::api::{Span, Time};
use crate::scenario::record::{self, Taken};
use crate::scenario::script::Command;
use crate::shell::{self, Job, Output, Turn};
use crate::sim::World;
use crate::timeline::moment::matters_since;
use crate::timeline::{Branch, Journal, Playback, Timeline};
use std::time::Duration;

mod lesson;
mod marks;
mod sandbox;
mod stage;

pub use lesson::Lesson;
pub use marks::{Mark, MarkKind};
pub use sandbox::{MANIFEST, sandbox};

/// The line that stands in the journal where a waiting line was interrupted.
pub use crate::scenario::player::INTERRUPT;

/// How far [`Engine::step`] and [`Engine::next_thing`] look ahead before they give up.
pub const LOOK_AHEAD: Span = Span::mins(60);

/// A line on the console and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When it was typed.
    pub at: Time,
    /// The line.
    pub line: String,
    /// What it printed in all; `None` while it waits.
    pub output: Option<Output>,
    /// What it has printed so far, while it waits.
    pub so_far: String,
    /// When it was done; `None` while it waits.
    pub ended: Option<Time>,
}

/// A line that waits.
#[derive(Clone, Debug)]
struct Running {
    job: Job,
    entry: usize,
}

/// What an undo took back, to be redone.
#[derive(Clone, Debug)]
struct Undone {
    branch: Branch,
    console: Vec<Entry>,
    running: Option<Running>,
    marks: Vec<Mark>,
}

/// The timeline, the line that waits, and how time runs.
#[derive(Clone, Debug)]
pub struct Engine {
    timeline: Timeline,
    playback: Playback,
    running: Option<Running>,
    console: Vec<Entry>,
    marks: Vec<Mark>,
    undone: Vec<Undone>,
    limit: Option<Time>,
}

impl Engine {
    /// An engine whose history begins with this world; time runs.
    pub fn new(world: World) -> Engine {
        Engine {
            timeline: Timeline::new(world),
            playback: Playback::default(),
            running: None,
            console: Vec::new(),
            marks: Vec::new(),
            undone: Vec::new(),
            limit: None,
        }
    }

    /// The viewed world: its `now` is the viewed time.
    pub fn world(&self) -> &World {
        self.timeline.world()
    }
    /// The present: the end of the history.
    pub fn head(&self) -> Time {
        self.timeline.track().live().now()
    }
    /// When the history begins: nothing before it can be viewed or undone.
    pub fn origin(&self) -> Time {
        self.timeline.track().origin()
    }
    /// True where the present is viewed.
    pub fn is_live(&self) -> bool {
        self.timeline.is_live()
    }
    /// The history, for whoever wants more of it.
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }
    /// What is worth a mark on the time line, oldest first.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }
    /// Every line and what came of it, oldest first.
    pub fn console(&self) -> &[Entry] {
        &self.console
    }
    /// The line that still waits.
    pub fn busy(&self) -> Option<&str> {
        self.running.as_ref().map(|running| self.console[running.entry].line.as_str()) // entries outlive what waits
    }
    /// The journal of the history that goes on; `start` says from what it began.
    pub fn journal(&self, start: &str) -> Journal {
        Journal::of(self.timeline.track(), start)
    }

    /// What was typed in the history that goes on, as a scenario records it: each line at its moment.
    pub fn taken(&self, of: &str) -> Taken {
        let journal = self.journal(of);
        let line = |typed: &crate::timeline::journal::Typed| record::Line {
            moment: Some(Span(typed.at)),
            command: Command { line: typed.line.clone(), shown: typed.line.clone(), stdin: typed.stdin.clone(), number: 0 },
        };
        Taken { of: of.to_owned(), options: journal.options(), lines: journal.lines.iter().map(line).collect() }
    }

    /// True where time runs by itself.
    pub fn playing(&self) -> bool {
        self.playback.playing
    }
    /// Lets time run, or holds it.
    pub fn set_playing(&mut self, playing: bool) {
        self.playback.playing = playing;
    }
    /// Holds time at this moment until somebody goes on: a recorded line is to be typed then.
    pub fn set_limit(&mut self, limit: Option<Time>) {
        self.limit = limit;
    }
    /// Hundredths of real time.
    pub fn speed(&self) -> u32 {
        self.playback.speed()
    }
    /// Sets the speed to the nearest of [`crate::timeline::SPEEDS`].
    pub fn set_speed(&mut self, hundredths: u32) {
        self.playback.set_speed(hundredths);
    }

    /// Runs a line now. Where the past is viewed, that becomes the present and what came after it a branch. Refused
    /// where another line still waits.
    pub fn submit(&mut self, line: &str, stdin: Option<&str>) {
        self.fork(line);
        if let Some(busy) = self.busy().map(str::to_owned) {
            return self.refuse(line, &busy);
        }
        self.undone.drain(..).for_each(|undone| self.timeline.keep(undone.branch));
        let at = self.head();
        let before = self.timeline.track().live().changes().next();
        let turn = self.timeline.act(line, stdin, |world| shell::run(world, line, stdin));
        self.console.push(Entry { at, line: line.to_owned(), output: None, so_far: String::new(), ended: None });
        match turn {
            Turn::Done(output) => self.conclude(self.console.len() - 1, output),
            Turn::Waiting(job) => {
                let entry = self.console.len() - 1;
                self.console[entry].so_far = job.so_far().to_owned();
                self.running = Some(Running { job, entry });
            }
        }
        self.marks.extend(marks::of_line(self.timeline.track().live(), before, at, line));
        self.poll();
    }
    /// Ends the line that waits, as Ctrl-C does; what it asked for goes on.
    pub fn interrupt(&mut self) {
        self.fork(INTERRUPT);
        let Some(running) = self.running.take() else { return };
        let so_far = running.job.so_far().to_owned();
        self.conclude(running.entry, Output { out: so_far, err: String::new(), rc: 130 });
        let at = self.head();
        self.timeline.act(INTERRUPT, None, |_| ());
        self.note(at, INTERRUPT, Output { rc: 130, ..Output::default() });
    }
    /// Puts a mark of a scenario's step at the viewed time.
    pub fn mark_step(&mut self, label: &str) {
        let mark = Mark { at: self.world().now(), kind: MarkKind::Step, label: label.to_owned() };
        let place = self.marks.partition_point(|other| other.at <= mark.at);
        self.marks.insert(place, mark);
    }

    /// Lets wall time pass; true where something visible changed.
    pub fn tick(&mut self, wall: Duration) -> bool {
        let span = self.playback.pass(wall);
        if span == Span(0) {
            return false;
        }
        let before = self.timeline.track().moments().len();
        let target = self.world().now() + span;
        let target = self.limit.map_or(target, |limit| limit.min(target));
        if !self.is_live() {
            let from = self.timeline.track().index_at(self.world().now());
            self.timeline.seek(target);
            let to = self.timeline.track().index_at(self.world().now());
            if !self.is_live() {
                return from != to;
            }
        }
        self.run_until(target);
        self.timeline.track().moments().len() != before
    }
    /// Lets virtual time pass in the present, however far the playback is.
    pub fn run_until(&mut self, target: Time) {
        self.timeline.seek(Time::NEVER);
        while self.head() < target {
            self.pass(target);
        }
    }
    /// Goes to the next visible change, recorded or yet to come; false where nothing is due within [`LOOK_AHEAD`], and
    /// then no time has passed.
    pub fn step(&mut self) -> bool {
        self.or_stay(Engine::pass_to_change)
    }
    /// Goes on, or stays where it is: what was looked at in vain has not happened.
    fn or_stay(&mut self, go: fn(&mut Engine) -> bool) -> bool {
        let before = self.clone();
        let gone = go(self);
        if !gone {
            *self = before;
            self.timeline.seek(Time::NEVER);
        }
        gone
    }
    fn pass_to_change(&mut self) -> bool {
        if self.timeline.forward() {
            return true;
        }
        self.timeline.seek(Time::NEVER);
        let end = self.head() + LOOK_AHEAD;
        while self.head() < end {
            if self.pass(end) {
                return true;
            }
        }
        false
    }
    /// Goes to the visible change before; false at the beginning.
    pub fn back(&mut self) -> bool {
        self.timeline.back()
    }
    /// Goes to the next thing that matters: a pod, set, node, claim or volume that comes, goes or changes its state, a
    /// rule that breaks, the end of the line that waits. False where nothing of that is due within [`LOOK_AHEAD`], and
    /// then no time has passed.
    pub fn next_thing(&mut self) -> bool {
        self.or_stay(Engine::pass_to_thing)
    }
    fn pass_to_thing(&mut self) -> bool {
        let end = self.head() + LOOK_AHEAD;
        while self.world().now() < end {
            let (before, waited) = (self.world().changes().next(), self.running.is_some());
            if !self.pass_to_change() {
                return false;
            }
            if matters_since(self.world(), before) || (waited && self.running.is_none()) {
                return true;
            }
        }
        false
    }
    /// Views a time; before the beginning is the beginning, after the end the present.
    pub fn seek(&mut self, time: Time) {
        self.timeline.seek(time);
    }

    /// Takes back the last line that changed something, and all that followed; false where there is none. What was
    /// taken back is kept for [`Engine::redo`].
    pub fn undo(&mut self) -> bool {
        let Some(line) = self.timeline.last_act() else { return false };
        let Some(branch) = self.timeline.cut_before(line) else { return false };
        let console = self.console.clone();
        let marks = self.marks.clone();
        self.forget_after(line);
        let running = self.running.take();
        self.undone.push(Undone { branch, console, running, marks });
        true
    }
    /// Brings back what the last undo took back; false where there is nothing.
    pub fn redo(&mut self) -> bool {
        let Some(undone) = self.undone.pop() else { return false };
        self.timeline.resume(undone.branch);
        (self.console, self.running, self.marks) = (undone.console, undone.running, undone.marks);
        true
    }

    fn fork(&mut self, line: &str) {
        if !self.timeline.fork(line) {
            return;
        }
        self.running = None;
        self.forget_after(self.timeline.track().lines().len());
    }
    /// Forgets what the console and the marks say of lines from that number on and of times to come.
    fn forget_after(&mut self, lines: usize) {
        let now = self.head();
        let keep = self.timeline.track().lines().len().min(lines);
        let typed = self.console.iter().enumerate().filter(|(_, entry)| !entry.is_refusal());
        let end = typed.map(|(i, _)| i).nth(keep).unwrap_or(self.console.len());
        self.console.truncate(end);
        self.console.retain(|entry| entry.at <= now);
        for entry in self.console.iter_mut().filter(|entry| entry.ended.is_none_or(|ended| ended > now)) {
            entry.output = Some(Output { rc: 130, ..Output::default() });
            entry.ended = Some(now);
        }
        self.marks.retain(|mark| mark.at < now || mark.kind == MarkKind::Step && mark.at <= now);
    }
    fn refuse(&mut self, line: &str, busy: &str) {
        let err = format!("podyard: {busy:?} still waits; let time pass or interrupt it first\n");
        let at = self.head();
        self.note(at, line, Output { out: String::new(), err, rc: REFUSED });
    }
    fn note(&mut self, at: Time, line: &str, output: Output) {
        self.console.push(Entry { at, line: line.to_owned(), output: Some(output), so_far: String::new(), ended: Some(at) });
    }
    fn conclude(&mut self, entry: usize, output: Output) {
        let now = self.head();
        let entry = &mut self.console[entry]; // entries are only dropped together with what waits
        entry.so_far.clear();
        entry.output = Some(output);
        entry.ended = Some(now);
    }
    /// Lets time pass up to the next instant at which something is due; true where something visible changed.
    fn pass(&mut self, until: Time) -> bool {
        let before = self.timeline.track().live().changes().next();
        let moments = self.timeline.track().moments().len();
        let wake = self.running.as_ref().and_then(|running| running.job.until());
        self.timeline.pass(wake.map_or(until, |wake| wake.max(self.head() + Span::millis(1)).min(until)));
        self.marks.extend(marks::of_time(self.timeline.track().live(), before));
        self.poll() || self.timeline.track().moments().len() != moments
    }
    /// Asks the line that waits whether it is done; true where it is.
    fn poll(&mut self) -> bool {
        let Some(running) = &mut self.running else { return false };
        let answer = self.timeline.touch(|world| running.job.poll(world));
        let entry = running.entry;
        self.console[entry].so_far = running.job.so_far().to_owned();
        let Some(output) = answer else { return false };
        self.running = None;
        self.conclude(entry, output);
        true
    }
}

/// Exit code of a line that was not run because another one waits.
const REFUSED: i32 = 75;

impl Entry {
    /// True where the line was not run because another one waited.
    pub fn is_refusal(&self) -> bool {
        self.output.as_ref().is_some_and(|output| output.rc == REFUSED)
    }
}

/// Plays a journal over the world it began with, up to its last line.
pub fn replay(world: World, journal: &Journal) -> Engine {
    let mut engine = Engine::new(world);
    for line in &journal.lines {
        engine.run_until(journal.time(line));
        match line.line.as_str() {
            INTERRUPT => engine.interrupt(),
            text => engine.submit(text, line.stdin.as_deref()),
        }
    }
    engine
}

#[cfg(test)]
mod tests;
