//! A film: a scenario played by nobody, page by page, each shown as long as it takes to read; pictures by film time.

use crate::app::session::Session;
use crate::scenario::Page;
use crate::scene::Canvas;
use std::time::Duration;

/// Milliseconds between two looks while something moves.
const TICK: u64 = 100;
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
            self.film.marks.push((self.film.length, mark(&self.page())));
            self.show_page();
            if self.page().last {
                break;
            }
            self.session.press_on(self.film.size);
        }
        self.look(PAUSE);
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
        self.look(self.page().reading());
        if self.page().asks() {
            self.look(PAUSE);
            self.session.answer_rightly(self.film.size);
            self.look(PAUSE);
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
    /// Takes a picture where there is something new to see, and lets film time pass.
    fn look(&mut self, millis: u64) {
        let at = self.film.length;
        let canvas = self.session.draw(self.film.size).1;
        if self.film.shots.last().is_none_or(|shot| shot.canvas != canvas) {
            self.film.shots.push(Shot { at, canvas });
        }
        self.film.length += millis;
    }
}

/// Letters of a mark.
const MARK: usize = 60;

/// Where one is, and in a few words what is shown there.
fn mark(page: &Page) -> String {
    if page.last {
        return "debrief".to_owned();
    }
    let place = match (&page.chapter, page.step) {
        (None, 0) => "beginning".to_owned(),
        (None, step) => step.to_string(),
        (Some(chapter), step) => format!("{chapter} · {step}"),
    };
    let asked = page.question.as_ref().map(|asked| asked.asking.words.as_str());
    let goal = page.goal.as_ref().map(|pursuit| pursuit.goal.words.as_str());
    let typed = page.lines.first().map(|line| line.shown.as_str());
    let waited = page.wait.as_ref().map(|wait| wait.words.as_str());
    let said = Some(page.caption.as_str()).filter(|caption| !caption.is_empty());
    let words = asked.or(goal).or(typed).or(said).or(waited).unwrap_or_default();
    let mark = format!("{place}: {}", words.split_whitespace().collect::<Vec<_>>().join(" "));
    if mark.chars().count() <= MARK { mark } else { mark.chars().take(MARK - 1).chain(['…']).collect() }
}
