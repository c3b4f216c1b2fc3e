//! Draws the stage into its places.

mod cables;
mod hosts;
mod rows;
mod sets;
mod shelf;

pub use shelf::STREAM;

use super::canvas::{Area, Canvas, Ink, width};
use super::facts::{Family, Life, Look, Running, Stage, Verdict};
use super::plan::Plan;
use super::role::{Ground, Role};
use super::target::{Focus, Target};

/// Everything that painting looks at.
pub struct Painting<'a> {
    /// What there is to see.
    pub stage: &'a Stage,
    /// Where it stands.
    pub plan: &'a Plan,
    /// What is selected.
    pub focus: &'a Focus,
}

impl Painting<'_> {
    /// Draws it all.
    pub fn draw(&self, canvas: &mut Canvas) {
        if self.plan.edge.is_empty() {
            return;
        }
        if !self.plan.record_rule.is_empty() {
            heading(canvas, self.plan.record_rule, "what the API server has on record");
            self.compare(canvas);
        }
        shelf::draw(self, canvas);
        self.plan.aboves.iter().for_each(|plan| sets::draw_above(self, canvas, plan));
        self.plan.sets.iter().for_each(|plan| sets::draw(self, canvas, plan));
        cables::draw(self, canvas);
        hosts::draw(self, canvas);
        self.light(canvas);
    }

    /// One line that says what just differed, at the right of the record's heading, as far as it fits.
    fn compare(&self, canvas: &mut Canvas) {
        let answers = &self.stage.answers;
        let rule = self.plan.record_rule;
        let room = rule.w.saturating_sub(38);
        let long: Vec<&str> = answers.iter().map(|r| r.words.as_str()).collect();
        let fewer: Vec<&str> = answers.iter().map(|r| r.fewer.as_str()).collect();
        let short: Vec<&str> = answers.iter().map(|r| r.short).collect();
        let length =
            |words: &[&str]| words.iter().zip(answers).map(|(w, answer)| width(w) + width(family_tag(answer.family)) + 3).sum::<u16>() + 2;
        let Some(words) = [long, fewer, short].into_iter().find(|words| length(words) <= room).filter(|words| !words.is_empty()) else {
            return;
        };
        let mut parts = vec![(" ", Ink::default())];
        for (one, words) in answers.iter().zip(&words) {
            let tag = Ink::from(family_role(one.family)).bold();
            parts.extend([(family_tag(one.family), tag), (" ", tag), (words, Ink::from(Role::Text)), ("  ", Ink::default())]);
        }
        let w = parts.iter().map(|(text, _)| width(text)).sum::<u16>();
        canvas.parts(Area::new(rule.right().saturating_sub(w + 1), rule.y, w, 1), &parts);
    }

    /// The ink of a thing: its role, stepped back where something else is looked at.
    fn ink(&self, role: Role, target: &Target) -> Ink {
        Ink::from(role).dim_if(self.focus.dims(target))
    }

    /// True for what belongs to something smaller than a set that is selected.
    fn lights(&self, target: &Target) -> bool {
        !matches!(self.focus.selected, Some(Target::Set(..))) && self.focus.is_lit(target)
    }

    /// Lays the selection's ground under what is selected and what belongs to it.
    fn light(&self, canvas: &mut Canvas) {
        for (area, target) in self.plan.spots() {
            let boxed = matches!(target, Target::Node(_)) && self.plan.hosts.boxes;
            if boxed && self.plan.place(target) != Some(*area) {
                continue;
            }
            let glow = if boxed || matches!(target, Target::Set(..)) { 0 } else { self.stage.glow(target) };
            if glow > 0 {
                canvas.tint(*area, |ink| ink.glow(glow));
            }
            if self.focus.is_selected(target) {
                canvas.ground(*area, Ground::Selected);
            } else if self.lights(target) && !boxed {
                canvas.ground(*area, Ground::Lit);
            }
        }
    }
}

/// A rule with a title in it.
pub fn heading(canvas: &mut Canvas, area: Area, title: &str) {
    canvas.rule(area, Role::Line);
    canvas.text(area.x + 2, area.y, area.w.saturating_sub(4), &format!(" {title} "), Role::Faint);
}

/// The role of a family.
pub fn family_role(family: Family) -> Role {
    match family {
        Family::Alike => Role::Alike,
        Family::Loose => Role::Loose,
        Family::Each => Role::Each,
    }
}

/// What kubectl calls the sets of a family, in a few letters.
pub fn family_tag(family: Family) -> &'static str {
    match family {
        Family::Alike => "rs",
        Family::Loose => "po",
        Family::Each => "sts",
    }
}

/// Glyph and role of a pod on record.
pub fn look_glyph(look: Look) -> (char, Role) {
    match look {
        Look::Ready => ('●', Role::Good),
        Look::Unready => ('◐', Role::Waiting),
        Look::Pending => ('○', Role::Waiting),
        Look::Leaving => ('◌', Role::Leaving),
        Look::Doubtful => ('?', Role::Doubt),
        Look::Failed => ('✖', Role::Bad),
        Look::Done => ('✔', Role::Faint),
        Look::Missing => ('·', Role::Faint),
        Look::Gone => ('×', Role::Faint),
    }
}

/// Glyph, role and word of a process; a ghost is one whatever else it is.
pub fn running_glyph(running: &Running) -> (char, Role, &'static str) {
    let own = family_role(running.family);
    match (running.verdict, running.life) {
        (Verdict::Stopping(_), _) => ('◪', Role::Leaving, "stopping"),
        (_, Life::Ended) => ('▫', Role::Faint, "ended"),
        (Verdict::Deaf | Verdict::Erased, _) => ('☠', own, "alive"),
        (Verdict::Mirrored, Life::Mounting) => ('□', own, "mounting"),
        (Verdict::Mirrored, Life::Starting) => ('□', own, "starting"),
        (Verdict::Mirrored, Life::Unready) => ('▤', own, "not ready"),
        (Verdict::Mirrored, Life::Ready) => ('▣', own, ""),
    }
}
