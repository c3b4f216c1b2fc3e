//! Jumping to a step or a chapter: what lies between is played without waiting for anybody.

use super::Lesson;
use crate::api::Time;
use crate::engine::Engine;

/// More turns than any page takes.
const MOST_TURNS: usize = 100_000;

impl Lesson {
    /// The chapter of a step, from 0: the last one that begins at or before it.
    pub(super) fn chapter_of(&self, step: usize) -> Option<String> {
        self.scenario().chapters().take_while(|(first, _)| *first <= step).last().map(|(_, name)| name.to_owned())
    }
    /// Goes to a step, from 0: back to its page, or on until it comes. Predictions on the way are answered and count
    /// neither for nor against anybody.
    pub fn jump(&mut self, step: usize, engine: &mut Engine) -> Result<(), String> {
        self.come_back(engine);
        let wanted = step + 1;
        if let Some(page) = self.pages.iter().position(|kept| kept.page.step >= wanted) {
            self.cursor = page;
            engine.set_playing(false);
            self.view(engine);
            return Ok(());
        }
        self.cursor = self.pages.len() - 1; // there is always one
        self.view(engine);
        for _ in 0..MOST_TURNS {
            let page = self.page();
            if page.step >= wanted || page.last {
                return Ok(());
            }
            self.hurry(engine)?;
        }
        Err("it is never reached".to_owned())
    }
    /// Goes to the chapter after the shown page, or to the one before its own; why not where there is none.
    pub fn turn_chapter(&mut self, on: bool, engine: &mut Engine) -> Result<(), String> {
        let here = self.page().step.saturating_sub(1);
        let chapters: Vec<usize> = self.scenario().chapters().map(|(first, _)| first).collect();
        let own = chapters.iter().rposition(|first| *first <= here);
        let target = match on {
            true => chapters.iter().find(|first| **first > here || self.page().step == 0).copied(),
            false => own.map(|own| if chapters[own] < here { chapters[own] } else { chapters[own.saturating_sub(1)] }),
        };
        let words = if on { "no chapter begins after this" } else { "no chapter begins before this" };
        self.jump(target.ok_or_else(|| words.to_owned())?, engine)
    }
    /// Does whatever leads to the next page.
    fn hurry(&mut self, engine: &mut Engine) -> Result<(), String> {
        engine.seek(Time::NEVER);
        let (asks, challenges) = (self.page().asks(), self.page().challenges());
        if !asks && !challenges {
            return self.advance(engine);
        }
        self.pages.iter_mut().next_back().into_iter().for_each(|kept| kept.helped = true);
        if asks {
            return self.answer_rightly(engine);
        }
        self.show_solution(engine);
        self.skip(engine)
    }
    /// Gives the right answer.
    pub fn answer_rightly(&mut self, engine: &mut Engine) -> Result<(), String> {
        let right = self.player.right_answer().ok_or("nobody knows the answer")?;
        self.player.answer(right);
        self.pull(engine);
        Ok(())
    }
}
