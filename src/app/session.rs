//! A session: an engine, the scenario played on it where there is one, and what the user looks at; keys in, pictures
//! out, without a terminal.

mod auto;
mod script;

use super::branches::Branches;
use super::files::Shelf;
use super::library;
use super::progress::Progress;
use super::settings::Settings;
use super::story::Story;
use crate::engine::{Engine, Lesson, MarkKind as EngineMark, sandbox};
use crate::scene::{Canvas, Recall, Target};
use crate::ui::actions::Action;
use crate::ui::message::{Effect, Message};
use crate::ui::model::Look;
use crate::ui::sight::{Line, Mark, MarkKind, Script};
use crate::ui::{Model, Screen, Sight, update, view};
use auto::Auto;
use script::Draft;
use std::cell::RefCell;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

/// The most wall time between two looks at what a scenario waits for.
const GLANCE: Duration = Duration::from_millis(20);
/// The speed with which one begins, in hundredths.
const SPEED: u32 = 200;
/// What is shown where no scenario is played.
const SANDBOX: &str = "sandbox";

/// All that is needed to play, but for the terminal.
#[derive(Debug)]
pub struct Session {
    engine: Engine,
    lesson: Option<Lesson>,
    /// What undo took back: the scenario as it stood, and how many lines.
    undone: Vec<(Option<Lesson>, usize)>,
    /// Lines that one key stood for, by their numbers in the history: they are taken back together.
    together: Vec<Range<usize>>,
    branches: Branches,
    shelf: Shelf,
    model: Model,
    title: String,
    story: Option<Story>,
    /// The scenario's name or file.
    name: String,
    /// Where one left the script to play.
    left: Option<(Engine, Lesson)>,
    /// The file that is being written.
    draft: Option<Draft>,
    /// What is remembered between runs.
    progress: Option<Progress>,
    /// What was read for the last picture.
    recall: RefCell<Recall>,
    /// Turns the pages where nobody does.
    auto: Option<Auto>,
    over: bool,
}

impl Session {
    /// The sandbox.
    pub fn sandbox() -> Session {
        let mut session = Session::on(Engine::new(sandbox(1)), None, SANDBOX.to_owned(), SANDBOX);
        session.model.twin = true;
        session
    }
    fn on(mut engine: Engine, lesson: Option<Lesson>, title: String, name: &str) -> Session {
        engine.set_speed(SPEED);
        Session {
            engine,
            lesson,
            undone: Vec::new(),
            together: Vec::new(),
            branches: Branches::default(),
            shelf: Shelf::here(),
            model: Model::new(Look::default()),
            title,
            story: None,
            name: name.to_owned(),
            left: None,
            draft: None,
            progress: None,
            recall: RefCell::default(),
            auto: None,
            over: false,
        }
    }
    /// A scenario from the catalogue or from a file, before its first step.
    pub fn scenario(name: &str) -> anyhow::Result<Session> {
        let (scenario, world) = library::stage(name)?;
        let mut engine = Engine::new(world);
        let title = scenario.title.clone();
        let lesson = Some(Lesson::new(scenario, &mut engine));
        let mut session = Session::on(engine, lesson, title, name);
        session.model.lead.end();
        session.shelf = Shelf::here().or(library::shelf(name));
        session.draft = Path::new(name).is_file().then(|| Draft::of(name));
        Ok(session)
    }

    /// The same, as somebody likes it.
    pub fn with(mut self, settings: &Settings) -> Session {
        let keys = settings.keys.clone();
        self.model.keys = if settings.present { keys.for_a_room() } else { keys };
        self.model.look = Look { reduced_motion: settings.reduced_motion, present: settings.present };
        self
    }

    /// The same, told as a text as it goes on.
    pub fn told(mut self, story: Option<Story>) -> Session {
        self.story = story;
        self
    }
    /// What has happened since it was last asked, where it is told.
    pub fn tell(&mut self) -> Option<String> {
        self.story.as_mut().map(|story| story.go_on(self.engine.world())).filter(|text| !text.is_empty())
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }
    /// The scenario, where one is played.
    pub fn lesson(&self) -> Option<&Lesson> {
        self.lesson.as_ref()
    }
    /// What the user looks at.
    pub fn model(&self) -> &Model {
        &self.model
    }
    /// True once the user has left.
    pub fn is_over(&self) -> bool {
        self.over
    }
    /// Leaves.
    pub fn leave(&mut self) {
        self.over = true;
    }

    /// Lets wall time pass.
    pub fn pass(&mut self, mut wall: Duration) {
        let Some(lesson) = &mut self.lesson else {
            self.engine.tick(wall);
            return;
        };
        while wall > Duration::ZERO && self.engine.playing() {
            let part = wall.min(GLANCE);
            self.engine.tick(part);
            lesson.drive(&mut self.engine);
            wall -= part;
        }
    }
    /// Tells how long it goes already on the wall's clock.
    pub fn set_clock(&mut self, passed: Duration) {
        self.model.talk.passed = passed;
    }
    /// Draws a frame.
    pub fn draw(&self, size: (u16, u16)) -> (Screen, Canvas) {
        let sight = seen(&self.engine, self.lesson.as_ref(), &self.title);
        let screen = Screen::recalled(&self.model, &sight, size, &mut self.recall.borrow_mut());
        let canvas = view(&self.model, &sight, &screen);
        (screen, canvas)
    }
    /// Takes a message from a screen of that size, and does what it asks for.
    pub fn take(&mut self, message: Message, size: (u16, u16)) {
        let effects = self.update(message, size);
        let lines = effects.iter().filter(|effect| matches!(effect, Effect::Submit(_))).count();
        effects.into_iter().for_each(|effect| self.perform(effect, size));
        if lines > 1 {
            let end = self.lines();
            self.together.push(end.saturating_sub(lines)..end);
        }
    }
    /// How many lines the history has.
    fn lines(&self) -> usize {
        self.engine.timeline().track().lines().len()
    }

    fn update(&mut self, message: Message, size: (u16, u16)) -> Vec<Effect> {
        let sight = seen(&self.engine, self.lesson.as_ref(), &self.title);
        let screen = Screen::recalled(&self.model, &sight, size, &mut self.recall.borrow_mut());
        update(&mut self.model, message, &sight, &screen)
    }

    /// Goes on as far as something happens; where nothing will, says so.
    fn go(&mut self, on: fn(&mut Engine) -> bool) {
        if !on(&mut self.engine) {
            self.model.notice = Some("nothing is due: nothing more will happen by itself".to_owned());
        }
    }

    fn perform(&mut self, effect: Effect, size: (u16, u16)) {
        let moved = matches!(effect, Effect::Back | Effect::Seek(_));
        match effect {
            Effect::Submit(line) => self.submit(&line, None, size),
            Effect::Feed(line, text) => self.submit(&line, Some(&text), size),
            Effect::Bookmark => self.keep(""),
            Effect::Return => self.swap(""),
            Effect::Compare => self.compare(""),
            Effect::Interrupt => self.engine.interrupt(),
            Effect::Play(playing) => self.engine.set_playing(playing),
            Effect::Speed(speed) => self.engine.set_speed(speed),
            Effect::Step => self.go(Engine::step),
            Effect::Back => drop(self.engine.back()),
            Effect::Next => self.go(Engine::next_thing),
            Effect::Seek(time) => self.engine.seek(time),
            Effect::Undo => self.undo(),
            Effect::Redo => self.redo(),
            Effect::Quit => self.over = true,
            Effect::Advance => return self.turn(size, Lesson::advance),
            Effect::Skip => return self.turn(size, Lesson::skip),
            Effect::Retreat => {
                return self.turn(size, |lesson, engine| {
                    lesson.back(engine);
                    Ok(())
                });
            }
            Effect::Answer(choice) => {
                return self.turn(size, |lesson, engine| {
                    lesson.answer(choice, engine);
                    Ok(())
                });
            }
            Effect::Open(name) => return self.open(name),
            Effect::Write(_) | Effect::Erase | Effect::Hide | Effect::Hint | Effect::Replay | Effect::Chapter(_) | Effect::Resume => {
                return self.script(&effect, size);
            }
        }
        let Some(lesson) = self.lesson.as_mut() else { return };
        if moved {
            lesson.follow(&self.engine);
        }
        lesson.drive(&mut self.engine);
    }

    /// A line in the past is a fork: the pages after it have not happened.
    fn submit(&mut self, line: &str, stdin: Option<&str>, size: (u16, u16)) {
        if self.of_branches(line) {
            return;
        }
        self.leave_script();
        let forks = !self.engine.is_live();
        self.engine.submit(line, self.shelf.given(line, stdin));
        self.undone.clear();
        let lines = self.lines();
        self.together.retain(|range| range.end < lines);
        if let Some(lesson) = self.lesson.as_mut().filter(|_| forks) {
            lesson.forget(&self.engine);
        }
        let lines = self.engine.console().len();
        self.update(Message::Ran { lines }, size);
    }
    /// Lines about histories, which no history holds; true where this is one.
    fn of_branches(&mut self, line: &str) -> bool {
        let (verb, name) = line.split_once(' ').unwrap_or((line, ""));
        match verb {
            "branch" => self.keep(name.trim()),
            "return" => self.swap(name.trim()),
            "compare" => self.compare(name.trim()),
            _ => return self.of_scripts(verb, name.trim()),
        }
        true
    }
    /// Keeps the viewed moment, with everything that led to it.
    fn keep(&mut self, name: &str) {
        let name = self.branches.keep(name, self.engine.clone(), self.lesson.clone());
        let keys = &self.model.keys;
        let (back, compare) = (keys.shown(Action::Return), keys.shown(Action::Compare));
        self.model.notice = Some(format!("branch {name}: this moment is kept; {back} goes there and back, {compare} compares"));
    }
    /// Goes to what was kept and keeps what is left, so that the same key comes back.
    fn swap(&mut self, name: &str) {
        let here = self.branches.here.clone();
        let Some(kept) = self.branches.take(name) else { return self.no_such(name) };
        let engine = std::mem::replace(&mut self.engine, kept.engine);
        let lesson = std::mem::replace(&mut self.lesson, kept.lesson);
        self.model.notice = Some(format!("return {}: {here} is kept", self.branches.here));
        self.branches.keep(&here, engine, lesson);
        self.undone.clear();
        self.together.clear();
        self.engine.set_playing(false);
    }
    /// Shows what came of this history beside what came of a kept one.
    fn compare(&mut self, name: &str) {
        match self.branches.compare(name, &self.engine) {
            Some(comparison) => self.model.compared(comparison),
            None => self.no_such(name),
        }
    }
    fn no_such(&mut self, name: &str) {
        let what = if name.is_empty() { String::new() } else { format!("no branch {name}; ") };
        let key = self.model.keys.shown(Action::Bookmark);
        self.model.notice = Some(format!("{what}{}: {key} keeps this moment, `branch NAME` names it", self.branches.names()));
    }
    fn undo(&mut self) {
        let before = self.lesson.clone();
        if !self.engine.undo() {
            return;
        }
        let mut taken = 1;
        let first = self.together.iter().find(|range| range.contains(&self.lines())).map_or(self.lines(), |range| range.start);
        while self.lines() > first && self.engine.undo() {
            taken += 1;
        }
        self.undone.push((before, taken));
        if let Some(lesson) = &mut self.lesson {
            lesson.forget(&self.engine);
        }
    }
    fn redo(&mut self) {
        let Some((lesson, taken)) = self.undone.pop() else { return };
        for _ in 0..taken {
            self.engine.redo();
        }
        self.lesson = lesson;
    }

    /// Does something with the scenario, and shows what its page points at.
    fn turn(&mut self, size: (u16, u16), act: impl FnOnce(&mut Lesson, &mut Engine) -> Result<(), String>) {
        let Some(lesson) = &mut self.lesson else { return };
        let answer = act(lesson, &mut self.engine);
        let target = lesson.page().at.as_deref().and_then(Target::named);
        self.update(Message::Turned(target), size);
        self.model.notice = answer.err();
        self.remember();
    }
    fn open(&mut self, name: Option<&'static str>) {
        match name.map_or_else(|| Ok(Session::sandbox()), Session::scenario) {
            Ok(session) => self.become_one(session),
            Err(why) => self.model.notice = Some(format!("{why:#}")),
        }
    }
    /// Plays another session from here on, as somebody likes it.
    fn become_one(&mut self, mut session: Session) {
        session.model.keys = self.model.keys.clone();
        session.model.look = self.model.look;
        session.model.list = std::mem::take(&mut self.model.list);
        session.model.talk = std::mem::take(&mut self.model.talk);
        session.story = self.story.take().map(|_| Story::default());
        session.progress = self.progress.take();
        session.auto = self.auto.take();
        if let (Some(lesson), Some(before)) = (&mut session.lesson, &self.lesson) {
            lesson.set_class(before.is_class());
        }
        *self = session;
    }
}

fn seen<'a>(engine: &'a Engine, lesson: Option<&'a Lesson>, title: &'a str) -> Sight<'a> {
    let script = |lesson: &'a Lesson| Script {
        page: lesson.page(),
        steps: lesson.scenario().steps.len(),
        back: lesson.is_back(),
        aside: lesson.is_aside(),
        class: lesson.is_class(),
        score: lesson.score(),
    };
    Sight { script: lesson.map(script), ..sight(engine, title) }
}

/// What the interface sees of an engine.
pub fn sight<'a>(engine: &'a Engine, title: &'a str) -> Sight<'a> {
    let kind = |kind: EngineMark| match kind {
        EngineMark::Act => MarkKind::Act,
        EngineMark::Fault => MarkKind::Fault,
        EngineMark::Rule => MarkKind::Rule,
        EngineMark::Step => MarkKind::Step,
    };
    let line = |entry: &'a crate::engine::Entry| Line {
        line: &entry.line,
        out: entry.output.as_ref().map_or(&entry.so_far, |o| &o.out),
        err: entry.output.as_ref().map_or("", |o| &o.err),
        done: entry.output.is_some(),
        at: entry.at,
    };
    Sight {
        world: engine.world(),
        origin: engine.origin(),
        head: engine.head(),
        live: engine.is_live(),
        playing: engine.playing(),
        speed: engine.speed(),
        marks: engine.marks().iter().map(|m| Mark { at: m.at, kind: kind(m.kind), label: &m.label }).collect(),
        console: engine.console().iter().map(line).collect(),
        busy: engine.busy(),
        title,
        script: None,
    }
}
