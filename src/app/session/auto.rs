//! A scenario that goes on by itself: each page is shown as long as it takes to read, and long waiting is skipped.
//! Questions and goals wait for whoever plays, and so does a script that somebody has left.

use super::Session;
use crate::ui::model::Mode;
use std::time::Duration;

/// After so long one skips to what is waited for.
const PATIENCE: Duration = Duration::from_secs(6);

/// How long the page that is shown was shown already.
#[derive(Debug, Default)]
pub struct Auto {
    step: usize,
    shown: Duration,
}

impl Session {
    /// The same, with pages that turn by themselves.
    pub fn by_itself(mut self, auto: bool) -> Session {
        self.auto = auto.then(Auto::default);
        self
    }
    /// Lets the pages turn by themselves, or no longer.
    pub(super) fn toggle_auto(&mut self) -> anyhow::Result<String> {
        anyhow::ensure!(self.lesson.is_some(), "no scenario is played");
        self.auto = self.auto.is_none().then(Auto::default);
        let words = if self.auto.is_some() { "the pages turn by themselves; `auto` ends that" } else { "you turn the pages" };
        Ok(words.to_owned())
    }
    /// Lets wall time pass over the page that is shown, and turns it when it was read.
    pub fn turn_by_itself(&mut self, wall: Duration, size: (u16, u16)) {
        let Some(enough) = self.enough() else { return };
        let (step, waits) = self.lesson.as_ref().map_or((0, false), |lesson| (lesson.page().step, lesson.page().waits()));
        let Some(auto) = &mut self.auto else { return };
        if auto.step != step {
            *auto = Auto { step, shown: Duration::ZERO };
        }
        auto.shown += wall;
        if auto.shown < enough {
            return;
        }
        auto.shown = Duration::ZERO;
        match waits {
            true => self.skip(size),
            false => self.press_on(size),
        }
    }
    /// After how much wall time the page turns; `None` where it does not by itself.
    pub fn turns_in(&self) -> Option<Duration> {
        let shown = self.auto.as_ref()?.shown;
        self.enough().map(|enough| enough.saturating_sub(shown))
    }
    /// How long the page is to be shown in all.
    fn enough(&self) -> Option<Duration> {
        let lesson = self.lesson.as_ref().filter(|lesson| !lesson.is_back() && !lesson.is_aside())?;
        let page = lesson.page();
        let held = page.asks() || page.challenges() || page.last || self.left.is_some() || self.model.mode != Mode::Normal;
        let enough = if page.waits() { PATIENCE } else { Duration::from_millis(page.reading()) };
        (self.auto.is_some() && !held).then_some(enough)
    }
}
