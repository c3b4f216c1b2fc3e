//! A session's scenario: leaving the script and coming back, chapters, restart, the file that is being written, and what
//! is remembered between runs.

use super::Session;
use crate::app::progress::Progress;
use crate::app::speaker::Slip;
use crate::engine::Lesson;
use crate::scene::Canvas;
use crate::ui::actions::Action;
use crate::ui::message::Effect;
use std::path::PathBuf;
use std::time::SystemTime;

/// A scenario's file that may change while it is played.
#[derive(Debug)]
pub struct Draft {
    path: PathBuf,
    seen: Option<SystemTime>,
}

impl Draft {
    /// The file as it is now.
    pub fn of(path: &str) -> Draft {
        let path = PathBuf::from(path);
        Draft { seen: modified(&path), path }
    }
    /// True where it has changed since somebody last looked.
    fn changed(&mut self) -> bool {
        let now = modified(&self.path);
        std::mem::replace(&mut self.seen, now) != now && now.is_some()
    }
}

fn modified(path: &std::path::Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|meta| meta.modified()).ok()
}

impl Session {
    /// Does what a key asks of the scenario.
    pub(super) fn script(&mut self, effect: &Effect, size: (u16, u16)) {
        match *effect {
            Effect::Resume => self.resume(),
            Effect::Write(letter) => self.lesson.iter_mut().for_each(|lesson| lesson.write(letter)),
            Effect::Erase => self.lesson.iter_mut().for_each(Lesson::erase),
            Effect::Hide => self.lesson.iter_mut().for_each(Lesson::hide),
            Effect::Hint => self.turn(size, |lesson, _| lesson.hint()),
            Effect::Replay => self.turn(size, Lesson::replay),
            Effect::Chapter(on) => self.turn(size, |lesson, engine| lesson.turn_chapter(on, engine)),
            _ => {}
        }
    }
    /// Starts at a step or a chapter, or where one was the last time: `last`.
    pub fn from_step(mut self, name: &str) -> anyhow::Result<Session> {
        let title = &self.name;
        let last = self.progress.as_ref().and_then(|progress| progress.step(title));
        let Some(lesson) = &mut self.lesson else { anyhow::bail!("--from needs a scenario") };
        let step = match (name, last) {
            ("last", last) => last.unwrap_or_default(),
            _ => lesson.scenario().find_step(name).map_err(anyhow::Error::msg)?,
        };
        lesson.jump(step, &mut self.engine).map_err(anyhow::Error::msg)?;
        Ok(self)
    }
    /// The same for a class that answers by showing hands.
    pub fn for_class(mut self, class: bool) -> Session {
        self.lesson.iter_mut().for_each(|lesson| lesson.set_class(class));
        self
    }
    /// The same with what is remembered between runs.
    pub fn with_progress(mut self, progress: Progress) -> Session {
        self.model.list.played = progress.played();
        self.progress = Some(progress);
        self
    }

    /// Goes on, as the key that does.
    pub fn press_on(&mut self, size: (u16, u16)) {
        self.turn(size, Lesson::advance);
    }
    /// Passes the time that is waited for at once.
    pub fn skip(&mut self, size: (u16, u16)) {
        self.turn(size, Lesson::skip);
    }
    /// Answers rightly.
    pub fn answer_rightly(&mut self, size: (u16, u16)) {
        self.turn(size, Lesson::answer_rightly);
    }
    /// Types the solution of the goal that is to be reached, where there is one.
    pub fn show_solution(&mut self, size: (u16, u16)) {
        self.turn(size, |lesson, engine| {
            lesson.show_solution(engine);
            Ok(())
        });
    }
    /// Lets time run so many hundredths as fast as real time.
    pub fn set_speed(&mut self, hundredths: u32) {
        self.engine.set_speed(hundredths);
    }

    /// Before a line of one's own: remembers the point, so that one can return to it. A goal is reached by one's own lines.
    pub(super) fn leave_script(&mut self) {
        let Some(lesson) = self.lesson.as_ref().filter(|lesson| !lesson.page().challenges() && !lesson.is_aside()) else { return };
        if self.left.is_none() {
            self.left = Some((self.engine.clone(), lesson.clone()));
            let key = self.model.keys.shown(Action::Resume);
            self.model.notice = Some(format!("you left the script: {key} returns to this very point"));
        }
    }
    fn resume(&mut self) {
        match self.left.take() {
            Some((engine, lesson)) => {
                let here = std::mem::replace(&mut self.engine, engine);
                self.lesson = Some(lesson);
                self.branches.keep("played", here, None);
                self.undone.clear();
                self.model.notice = Some("back in the script; what you played is kept as the branch \"played\"".to_owned());
            }
            None => self.model.notice = Some("you have not left the script".to_owned()),
        }
    }
    /// Lines about the scenario, which no history holds; true where this is one.
    pub(super) fn of_scripts(&mut self, verb: &str, name: &str) -> bool {
        let answer = match verb {
            "restart" => self.restart(),
            "chapter" => self.jump(name),
            "save" => self.save(name),
            "auto" => self.toggle_auto(),
            _ => return false,
        };
        self.model.notice = Some(answer.unwrap_or_else(|why| format!("{why:#}")));
        true
    }
    fn restart(&mut self) -> anyhow::Result<String> {
        let again = if self.lesson.is_some() { Session::scenario(&self.name)? } else { Session::sandbox() };
        self.become_one(again);
        Ok("from the beginning".to_owned())
    }
    fn jump(&mut self, name: &str) -> anyhow::Result<String> {
        let Some(lesson) = &mut self.lesson else { anyhow::bail!("no scenario is played") };
        let step = lesson.scenario().find_step(name).map_err(anyhow::Error::msg)?;
        lesson.jump(step, &mut self.engine).map_err(anyhow::Error::msg)?;
        Ok(format!("step {}", step + 1))
    }
    /// Writes the session as a scenario's file.
    fn save(&mut self, name: &str) -> anyhow::Result<String> {
        anyhow::ensure!(!name.is_empty(), "usage: save FILE, such as save my-story.yaml");
        let text = self.recording();
        std::fs::write(name, &text).map_err(|error| anyhow::anyhow!("{name} cannot be written: {error}"))?;
        Ok(format!("{name} is written: fill in its captions; `podyard play {name}` plays it"))
    }
    /// The session as a scenario's text: what was typed and when, and captions to fill in.
    pub fn recording(&self) -> String {
        let manifests = self.lesson.as_ref().map_or(crate::engine::MANIFEST, |lesson| lesson.scenario().manifests.as_str());
        crate::scenario::record::recording(&self.engine.taken(&self.name), manifests)
    }

    /// Reads the file anew where it has changed, and goes to the same step; a file that cannot be played only says why.
    pub fn reload(&mut self) {
        if !self.draft.as_mut().is_some_and(Draft::changed) {
            return;
        }
        let step = self.lesson.as_ref().map_or(0, |lesson| lesson.page().step);
        match self.reread(step) {
            Ok(()) => self.model.notice = Some(format!("{} was read anew", self.name)),
            Err(why) => {
                let words: Vec<String> = format!("{why:#}").lines().map(|line| line.trim().to_owned()).collect();
                self.model.notice = Some(words.join(" "));
            }
        }
    }
    fn reread(&mut self, step: usize) -> anyhow::Result<()> {
        let name = self.name.clone();
        let session = Session::scenario(&name)?;
        self.become_one(session);
        if let (Some(step), Some(lesson)) = (step.checked_sub(1), &mut self.lesson) {
            lesson.jump(step, &mut self.engine).map_err(anyhow::Error::msg)?;
        }
        Ok(())
    }
    /// True where a file is watched while it is written.
    pub fn is_draft(&self) -> bool {
        self.draft.is_some()
    }

    /// What the speaker needs to know, beside the picture that all see.
    pub fn slip(&self, canvas: &Canvas) -> Slip {
        let mut slip = Slip { title: self.title.clone(), mirror: canvas.glyphs(), ..Slip::default() };
        if let Some(lesson) = &self.lesson {
            let page = lesson.page();
            let steps = &lesson.scenario().steps;
            slip.place = format!("step {} of {}", page.step, steps.len());
            slip.chapter = page.chapter.clone().unwrap_or_default();
            slip.said.clone_from(&page.caption);
            slip.note = page.step.checked_sub(1).and_then(|step| steps.get(step)?.note.clone()).unwrap_or_default();
            slip.answer = lesson.expected().unwrap_or_default();
            slip.next = steps.get(lesson.next_step_number()).map(|step| step.what.words()).unwrap_or_else(|| "the debrief".to_owned());
        }
        slip
    }

    /// Notes how far one is, where that is kept between runs.
    pub(super) fn remember(&mut self) {
        if let (Some(progress), Some(lesson)) = (&mut self.progress, &self.lesson) {
            let page = lesson.page();
            progress.note(&self.name, page.step.saturating_sub(1), page.last.then(|| lesson.score()));
            self.model.list.played = progress.played();
        }
    }
}
