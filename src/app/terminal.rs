//! The terminal: taken over and always given back, and the loop that waits for keys, for signals and for the next
//! moment at which there is something new to see.

mod loan;
mod pace;

use crate::api::Span;
use crate::engine::{Engine, MarkKind as EngineMark};
use crate::ui::message::{Effect, Message};
use crate::ui::model::{Look, Mode};
use crate::ui::panes::command::typing_area;
use crate::ui::sight::{Line, Mark, MarkKind};
use crate::ui::theme::Depth;
use crate::ui::{Model, Screen, Sight, Theme, keys::Key, update, view};
use crossterm::event::{Event, EventStream, MouseButton, MouseEventKind};
use futures_util::StreamExt;
use loan::Loan;
use pace::Pace;
use ratatui::layout::Rect;
use std::io::IsTerminal;
use tokio::time::Instant;

/// How the screen is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// What is played: the sandbox, or a scenario's title.
    pub title: String,
    /// Only ASCII is drawn.
    pub ascii: bool,
    /// Nothing glows.
    pub reduced_motion: bool,
}

/// Environment variable that makes the program panic after its first frame, to prove that the terminal is given back.
const PANIC: &str = "PODYARD_PANIC";

/// What is let pass where nothing more will happen: controllers write down what they have just seen.
const SETTLE: Span = Span::secs(1);

/// Shows an engine until the user leaves.
pub fn run(engine: Engine, options: Options) -> anyhow::Result<()> {
    if !std::io::stdout().is_terminal() {
        anyhow::bail!("standard output is not a terminal; use `podyard run` to play without a screen");
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut loan = Loan::take()?;
    let result = runtime.block_on(Session::new(engine, options).run(&mut loan));
    drop(loan);
    result
}

fn depth() -> Depth {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    match (set("NO_COLOR"), set("COLORTERM")) {
        (Some(_), _) => Depth::None,
        (None, Some(value)) if value == "truecolor" || value == "24bit" => Depth::True,
        _ => Depth::Sixteen,
    }
}

struct Session {
    engine: Engine,
    model: Model,
    theme: Theme,
    title: String,
    began: Instant,
    pace: Pace,
    over: bool,
}

impl Session {
    fn new(engine: Engine, options: Options) -> Session {
        let now = Instant::now();
        Session {
            engine,
            model: Model::new(Look { reduced_motion: options.reduced_motion }),
            theme: Theme { depth: depth(), ascii: options.ascii },
            title: options.title,
            began: now,
            pace: Pace::new(now),
            over: false,
        }
    }

    async fn run(mut self, loan: &mut Loan) -> anyhow::Result<()> {
        let mut events = EventStream::new();
        let mut stop = Stop::new()?;
        while !self.over {
            let wake = self.frame(loan)?;
            assert!(std::env::var_os(PANIC).is_none(), "asked to panic by {PANIC}");
            tokio::select! {
                event = events.next() => match event {
                    Some(event) => self.event(&event?, loan)?,
                    None => self.over = true,
                },
                () = sleep_until(wake) => {}
                () = stop.asked() => self.over = true,
            }
        }
        Ok(())
    }

    /// Lets time pass, draws, and tells when to look again even if no key comes.
    fn frame(&mut self, loan: &mut Loan) -> anyhow::Result<Option<Instant>> {
        let now = Instant::now();
        self.pace.pass(&mut self.engine, now);
        if let Some(later) = self.pace.too_soon(now) {
            return Ok(Some(later));
        }
        self.model.frame = now - self.began;
        let size = loan.size()?;
        let sight = sight(&self.engine, &self.title);
        let screen = Screen::of(&self.model, &sight, size);
        self.model.fresh.look(&screen.stage, self.model.frame);
        let canvas = view(&self.model, &sight, &screen);
        let (theme, model) = (&self.theme, &self.model);
        loan.terminal.draw(|frame| {
            theme.apply(&canvas, frame.buffer_mut());
            let typing = typing_area(&screen).filter(|_| model.mode == Mode::Prompt);
            if let Some(area) = typing {
                frame.render_widget(&model.prompt, Rect::new(area.x, area.y, area.w, area.h));
            }
        })?;
        self.pace.drawn(now);
        Ok(self.pace.next(&self.engine, &screen.stage, self.model.fresh.is_moving(self.model.frame), now))
    }

    fn event(&mut self, event: &Event, loan: &Loan) -> anyhow::Result<()> {
        let Some(message) = message(event) else { return Ok(()) };
        self.pace.pass(&mut self.engine, Instant::now());
        let size = loan.size()?;
        for effect in self.update(message, size) {
            self.perform(effect, size);
        }
        Ok(())
    }

    fn update(&mut self, message: Message, size: (u16, u16)) -> Vec<Effect> {
        let sight = sight(&self.engine, &self.title);
        let screen = Screen::of(&self.model, &sight, size);
        update(&mut self.model, message, &sight, &screen)
    }

    /// Goes on as far as something happens; where nothing will, only what is under way is let settle.
    fn go(&mut self, on: fn(&mut Engine) -> bool) {
        let before = self.engine.clone();
        if !on(&mut self.engine) {
            self.engine = before;
            if self.engine.is_live() {
                self.engine.run_until(self.engine.head() + SETTLE);
            }
            self.model.notice = Some("nothing more will happen by itself".to_owned());
        }
    }

    fn perform(&mut self, effect: Effect, size: (u16, u16)) {
        let engine = &mut self.engine;
        match effect {
            Effect::Submit(line) => {
                engine.submit(&line, None);
                let lines = engine.console().len();
                self.update(Message::Ran { lines }, size);
            }
            Effect::Interrupt => engine.interrupt(),
            Effect::Play(playing) => engine.set_playing(playing),
            Effect::Speed(speed) => engine.set_speed(speed),
            Effect::Step => self.go(Engine::step),
            Effect::Back => drop(engine.back()),
            Effect::Next => self.go(Engine::next_thing),
            Effect::Seek(time) => engine.seek(time),
            Effect::Undo => drop(engine.undo()),
            Effect::Redo => drop(engine.redo()),
            Effect::Quit => self.over = true,
        }
    }
}

async fn sleep_until(wake: Option<Instant>) {
    match wake {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

fn message(event: &Event) -> Option<Message> {
    match event {
        Event::Key(key) => Key::of(key).map(Message::Key),
        Event::Paste(text) => Some(Message::Paste(text.clone())),
        Event::Mouse(mouse) => match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) | MouseEventKind::Drag(MouseButton::Left) => {
                Some(Message::Click(mouse.column, mouse.row))
            }
            MouseEventKind::ScrollUp => Some(Message::Wheel(-1)),
            MouseEventKind::ScrollDown => Some(Message::Wheel(1)),
            _ => None,
        },
        Event::Resize(..) | Event::FocusGained | Event::FocusLost => None,
    }
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
    }
}

/// Signals that ask the program to end.
struct Stop {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 3],
}

#[cfg(unix)]
impl Stop {
    fn new() -> anyhow::Result<Stop> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Stop { signals: [signal(SignalKind::terminate())?, signal(SignalKind::hangup())?, signal(SignalKind::interrupt())?] })
    }
    async fn asked(&mut self) {
        let [a, b, c] = &mut self.signals;
        tokio::select! { _ = a.recv() => {}, _ = b.recv() => {}, _ = c.recv() => {} }
    }
}

#[cfg(not(unix))]
impl Stop {
    fn new() -> anyhow::Result<Stop> {
        Ok(Stop {})
    }
    async fn asked(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
