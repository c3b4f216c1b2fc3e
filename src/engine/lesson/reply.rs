//! Answers: chosen, written, or by a show of hands; hints; and the score.

use super::Lesson;
use crate::api::Time;
use crate::engine::Engine;
use crate::scenario::page::Typed;
use crate::scenario::question::{Reply, Wants};

impl Lesson {
    /// True where a class answers: digits count hands.
    pub fn is_class(&self) -> bool {
        self.class
    }
    /// Lets a class answer, or one person.
    pub fn set_class(&mut self, class: bool) {
        self.class = class;
    }
    /// How many predictions came true, and how many were made without being told the answer.
    pub fn score(&self) -> (usize, usize) {
        let verdicts = self.pages.iter().filter(|kept| !kept.helped).filter_map(|kept| kept.page.question.as_ref()?.verdict.as_ref());
        let fits: Vec<bool> = verdicts.map(|verdict| verdict.fits).collect();
        (fits.iter().filter(|fits| **fits).count(), fits.len())
    }
    /// The right answer to what is asked, in words, for the speaker alone.
    pub fn expected(&self) -> Option<String> {
        let right = self.player.right_answer()?;
        let asked = self.pages.last()?.page.question.as_ref()?;
        Some(match &right {
            Reply::Choice(choice) => format!("{right}. {}", asked.asking.choices.get(*choice)?),
            other => other.to_string(),
        })
    }
    /// Takes a digit for a choice from 0: it answers, is added to an order, or counts a hand of a class. False where there is no such
    /// choice.
    pub fn answer(&mut self, choice: usize, engine: &mut Engine) -> bool {
        let class = self.class;
        let Some(asked) = self.open_question() else { return false };
        let Some(text) = asked.asking.choices.get(choice).cloned() else { return false };
        if class && asked.asking.by_hands() {
            asked.hands[choice] += 1; // as many as there are choices
            return true;
        }
        if asked.asking.wants == Wants::Order {
            asked.written = format!("{} {text}", asked.written).trim_start().to_owned();
            return true;
        }
        let Some(reply) = asked.choice(choice) else { return false };
        self.settle(reply, engine);
        true
    }
    /// Writes a letter of an answer.
    pub fn write(&mut self, letter: char) {
        self.open_question().into_iter().for_each(|asked| asked.written.push(letter));
    }
    /// Takes back the last letter, the last name of an order, or all hands.
    pub fn erase(&mut self) {
        let class = self.class;
        let Some(asked) = self.open_question() else { return };
        if class && asked.asking.by_hands() {
            asked.hands.fill(0);
        } else if asked.asking.wants == Wants::Order && !asked.asking.choices.is_empty() {
            let end = asked.written.rfind(' ').unwrap_or(0);
            asked.written.truncate(end);
        } else {
            asked.written.pop();
        }
    }
    /// Shows the hands, or hides them.
    pub fn hide(&mut self) {
        self.open_question().into_iter().for_each(|asked| asked.hidden = !asked.hidden);
    }
    /// Shows a hint more; why not where there is none.
    pub fn hint(&mut self) -> Result<(), String> {
        let cursor = self.cursor;
        let more = self.pages[cursor].page.hint(); // the cursor is always at a page
        more.then_some(()).ok_or_else(|| "there are no more hints".to_owned())
    }
    /// Answers with what was written, or with what most hands were shown for; what is missing where it is.
    pub(super) fn reply(&mut self, engine: &mut Engine) -> Result<(), String> {
        let class = self.class;
        let Some(asked) = self.open_question() else { return Err("nothing is asked".to_owned()) };
        let (wants, hands) = (asked.asking.wants, class && asked.asking.by_hands());
        let reply = if hands { asked.favourite() } else { wants.read(&asked.written) };
        match reply {
            Some(reply) if hands || wants != Wants::Choice => {
                self.settle(reply, engine);
                Ok(())
            }
            _ => Err(if hands { "count hands first: each digit is one" } else { missing(wants) }.to_owned()),
        }
    }
    /// Shows the hint that is next, and once there are none the solution.
    pub(super) fn give_up(&mut self, engine: &mut Engine) -> Result<(), String> {
        let Some(pursuit) = &self.page().goal else { return Ok(()) };
        if pursuit.hinted < pursuit.goal.hints.len() {
            return Err("reach it with your own commands · H gives a hint · after the last one this key shows a solution".to_owned());
        }
        self.pages.iter_mut().next_back().into_iter().for_each(|kept| kept.helped = true);
        self.show_solution(engine);
        Ok(())
    }
    /// Types the solution of the goal that is to be reached, where there is one.
    pub fn show_solution(&mut self, engine: &mut Engine) {
        let Some(kept) = self.pages.last_mut().filter(|kept| kept.page.challenges()) else { return };
        if let Some(pursuit) = &kept.page.goal {
            kept.page.lines = pursuit.goal.solution.iter().map(Typed::coming).collect();
        }
        self.player.show();
        self.pull(engine);
        if self.waits() {
            engine.set_playing(true);
        }
    }

    fn open_question(&mut self) -> Option<&mut crate::scenario::page::Asked> {
        if self.is_back() || !self.page().asks() {
            return None;
        }
        self.pages.last_mut()?.page.question.as_mut()
    }
    fn settle(&mut self, reply: Reply, engine: &mut Engine) {
        engine.seek(Time::NEVER);
        self.player.answer(reply);
        self.pull(engine);
    }
}

fn missing(wants: Wants) -> &'static str {
    match wants {
        Wants::Choice => "answer first: press its number",
        Wants::Number => "answer first: type a number, then this key",
        Wants::Name => "answer first: type a name, then this key",
        Wants::Order => "answer first: choose the names in their order, then this key",
    }
}
