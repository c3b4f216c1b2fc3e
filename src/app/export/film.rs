//! A film: a scenario played by nobody, page by page, each shown as long as it takes to read; pictures by film time.

use crate::app::session::Session;
use crate::scenario::Page;
use crate::scene::Canvas;
use std::time::Duration;

/// Milliseconds between two looks while something moves.
const TICK: u64 = 100;
/// How long a glow takes, and so how long one looks often after a page was turned.
const SETTLES: u64 = 1000;
/// Milliseconds to read a letter.
const LETTER: u64 = 32;
/// The shortest and the longest time for a page.
const READING: (u64, u64) = (1200, 7000);
/// How long an answer is thought about, and how long the end is shown.
const PAUSE: u64 = 2500;
/// After so long time runs faster, and again.
const FASTER: u64 = 1500;
/// After so long one skips to what is waited for.
const PATIENCE: u64 = 12_000;
/// The speed at which waiting begins, in hundredths.
const SPEED: u32 = 200;
/// More pages than any scenario has.
const MOST_PAGES: usize = 10_000;

/// A picture and when it is shown.
#[derive(Clone, Debug)]
pub struct Shot {
    /// Milliseconds of film time.
    pub at: u64,
    /// The picture.
    pub canvas: Canvas,
}

/// A film.
#[derive(Clone, Debug)]
pub struct Film {
    /// The scenario's title.
    pub title: String,
    /// Columns and rows.
    pub size: (u16, u16),
    /// Its pictures; each differs from the one before.
    pub shots: Vec<Shot>,
    /// Where steps begin.
    pub marks: Vec<(u64, String)>,
    /// How long it is in milliseconds.
    pub length: u64,
}

/// Plays a scenario and takes pictures.
pub fn shoot(name: &str, size: (u16, u16)) -> anyhow::Result<Film> {
    let session = Session::scenario(name)?;
    let title = session.lesson().map(|lesson| lesson.scenario().title.clone()).unwrap_or_default();
    let film = Film { title, size, shots: Vec::new(), marks: Vec::new(), length: 0 };
    Ok(Director { session, film }.play())
}

struct Director {
    session: Session,
    film: Film,
}

impl Director {
    fn play(mut self) -> Film {
        for _ in 0..MOST_PAGES {
            let step = self.page().step;
            let chapter = self.page().chapter.as_ref().map(|chapter| format!("{chapter} · ")).unwrap_or_default();
            self.film.marks.push((self.film.length, format!("{chapter}step {step}")));
            self.show_page();
            if self.page().last {
                break;
            }
            self.session.press_on(self.film.size);
        }
        self.hold(PAUSE);
        self.film
    }
    fn page(&self) -> Page {
        self.session.lesson().map(|lesson| lesson.page().clone()).unwrap_or_default()
    }
    fn show_page(&mut self) {
        if self.page().waits() || self.page().challenges() {
            self.session.show_solution(self.film.size);
            self.wait();
        }
        self.hold(reading(&self.page()));
        if self.page().asks() {
            self.hold(PAUSE);
            self.session.answer_rightly(self.film.size);
            self.hold(PAUSE);
        }
    }
    /// Lets time pass until what is waited for has come, faster and faster.
    fn wait(&mut self) {
        let (began, mut speed) = (self.film.length, SPEED);
        self.session.set_speed(speed);
        while self.page().waits() || self.page().challenges() {
            let waited = self.film.length - began;
            if waited > PATIENCE {
                self.session.skip(self.film.size);
                break;
            }
            if waited > 0 && waited.is_multiple_of(FASTER) {
                speed *= 2;
                self.session.set_speed(speed);
            }
            self.session.pass(Duration::from_millis(TICK));
            self.look(TICK);
        }
    }
    /// Shows what there is for so long; looks often only while something still glows.
    fn hold(&mut self, millis: u64) {
        let end = self.film.length + millis;
        let settled = end.min(self.film.length + SETTLES);
        while self.film.length < settled {
            self.look(TICK.min(settled - self.film.length));
        }
        self.look(end - self.film.length);
    }
    /// Takes a picture where there is something new to see, and lets film time pass.
    fn look(&mut self, millis: u64) {
        let at = self.film.length;
        let canvas = self.session.draw(Duration::from_millis(at), self.film.size).1;
        if self.film.shots.last().is_none_or(|shot| shot.canvas != canvas) {
            self.film.shots.push(Shot { at, canvas });
        }
        self.film.length += millis;
    }
}

/// How long it takes to read a page.
fn reading(page: &Page) -> u64 {
    let question =
        page.question.as_ref().map_or(0, |asked| asked.asking.words.len() + asked.asking.choices.iter().map(String::len).sum::<usize>());
    let lines: usize = page.lines.iter().chain(&page.coming).map(|line| line.shown.len()).sum();
    let letters = page.caption.len() + question + lines + page.teaches.iter().map(String::len).sum::<usize>();
    (letters as u64 * LETTER).clamp(READING.0, READING.1)
}
