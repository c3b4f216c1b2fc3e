//! The terminal: taken over and always given back, and the loop that waits for keys, for signals and for the next
//! moment at which there is something new to see.

mod loan;
mod pace;

use super::session::Session;
pub use super::session::sight;
use super::settings::Settings;
use super::speaker::Desk;
use crate::ui::keys::Key;
use crate::ui::message::Message;
use crate::ui::model::Mode;
use crate::ui::panes::command::typing_area;
use crate::ui::theme::{Depth, Theme};
use crossterm::event::{Event, EventStream, MouseButton, MouseEventKind};
use futures_util::StreamExt;
use loan::Loan;
use pace::Pace;
use ratatui::layout::Rect;
use std::io::IsTerminal;
use tokio::time::Instant;

/// Environment variable that makes the program panic after its first frame, to prove that the terminal is given back.
const PANIC: &str = "PODYARD_PANIC";

/// How often a file that is being written is looked at, and whether a speaker's view has come.
const GLANCE: std::time::Duration = std::time::Duration::from_millis(300);

/// How often one looks, at least, at a page that turns by itself: a longer sleep would not be counted whole.
const LEAF: std::time::Duration = std::time::Duration::from_millis(900);

/// Shows a session until the user leaves, in the colours and glyphs that the settings ask for.
pub fn run(session: Session, desk: Option<Desk>, settings: &Settings) -> anyhow::Result<()> {
    if !std::io::stdout().is_terminal() {
        anyhow::bail!("standard output is not a terminal; use `podyard run` to play without a screen");
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut loan = Loan::take()?;
    let result = runtime.block_on(Show::new(session, desk, settings).run(&mut loan));
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

struct Show {
    session: Session,
    desk: Option<Desk>,
    theme: Theme,
    pace: Pace,
    begun: Instant,
}

impl Show {
    fn new(session: Session, desk: Option<Desk>, settings: &Settings) -> Show {
        let now = Instant::now();
        let theme = Theme { depth: depth(), ascii: settings.ascii, palette: settings.palette };
        Show { session, desk, theme, pace: Pace::new(now), begun: now }
    }

    async fn run(mut self, loan: &mut Loan) -> anyhow::Result<()> {
        let mut events = EventStream::new();
        let mut stop = Stop::new()?;
        while !self.session.is_over() {
            let wake = self.frame(loan)?;
            assert!(std::env::var_os(PANIC).is_none(), "asked to panic by {PANIC}");
            tokio::select! {
                event = events.next() => match event {
                    Some(event) => self.event(&event?, loan)?,
                    None => self.session.leave(),
                },
                () = sleep_until(wake) => {}
                () = stop.asked() => self.session.leave(),
            }
        }
        Ok(())
    }

    /// Lets time pass, draws, and tells when to look again even if no key comes.
    fn frame(&mut self, loan: &mut Loan) -> anyhow::Result<Option<Instant>> {
        let (now, size) = (Instant::now(), loan.size()?);
        self.pace.pass(now, |wall| {
            self.session.pass(wall);
            self.session.turn_by_itself(wall, size);
        });
        if let Some(later) = self.pace.too_soon(now) {
            return Ok(Some(later));
        }
        self.session.reload();
        self.session.tell().into_iter().for_each(|text| eprint!("{text}"));
        self.session.set_clock(now - self.begun);
        let (screen, canvas) = self.session.draw(size);
        let (theme, model) = (&self.theme, self.session.model());
        loan.terminal.draw(|frame| {
            theme.apply(&canvas, frame.buffer_mut());
            let typing = typing_area(&screen).filter(|_| matches!(model.mode, Mode::Prompt | Mode::Filter));
            if let Some(area) = typing {
                frame.render_widget(&model.prompt, Rect::new(area.x, area.y, area.w, area.h));
            }
        })?;
        self.pace.drawn(now);
        if let Some(desk) = &mut self.desk {
            desk.tell(&self.session.slip(&canvas));
        }
        let next = self.pace.next(self.session.engine(), &screen.stage, now);
        let glance = (self.session.is_draft() || self.desk.is_some()).then(|| now + GLANCE);
        let model = self.session.model();
        let leaf = self.session.turns_in().map(|left| now + left.min(LEAF));
        let beat = model.look.present.then(|| now + model.talk.rests());
        Ok(next.into_iter().chain(glance).chain(leaf).chain(beat).min())
    }

    fn event(&mut self, event: &Event, loan: &Loan) -> anyhow::Result<()> {
        let Some(message) = message(event) else { return Ok(()) };
        let now = Instant::now();
        self.pace.pass(now, |wall| self.session.pass(wall));
        self.session.set_clock(now - self.begun);
        self.session.take(message, loan.size()?);
        Ok(())
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
            MouseEventKind::Down(MouseButton::Left) => Some(Message::Click(mouse.column, mouse.row)),
            MouseEventKind::Down(MouseButton::Right) => Some(Message::Ask(mouse.column, mouse.row)),
            MouseEventKind::Drag(MouseButton::Left) => Some(Message::Drag(mouse.column)),
            MouseEventKind::ScrollUp => Some(Message::Wheel(-1)),
            MouseEventKind::ScrollDown => Some(Message::Wheel(1)),
            _ => None,
        },
        Event::Resize(..) | Event::FocusGained | Event::FocusLost => None,
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
