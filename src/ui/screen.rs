//! One frame's worth of derived facts: what there is to see and where it stands; shared by drawing and by hit-testing.

use super::model::Model;
use super::regions::Regions;
use super::sight::Sight;
use crate::motion::Tempo;
use crate::scene::{Focus, Plan, Recall, Stage, Target};

/// What is on the screen, and where.
#[derive(Clone, Debug)]
pub struct Screen {
    /// What there is to see.
    pub stage: Stage,
    /// Where the parts of the screen stand; `None` where it is too small.
    pub regions: Option<Regions>,
    /// Where the things on the stage stand.
    pub plan: Plan,
    /// The selection and what belongs to it.
    pub focus: Focus,
    /// Columns and rows.
    pub size: (u16, u16),
}

impl Screen {
    /// What a screen of that size shows.
    pub fn of(model: &Model, sight: &Sight, size: (u16, u16)) -> Screen {
        Screen::recalled(model, sight, size, &mut Recall::default())
    }
    /// The same, with the help of what was read for an earlier one.
    pub fn recalled(model: &Model, sight: &Sight, size: (u16, u16), recall: &mut Recall) -> Screen {
        let tempo = Tempo::at_speed(sight.speed, model.look.reduced_motion, sight.origin);
        let stage = Stage::recalled(sight.world, sight.now(), tempo, recall);
        let regions = Regions::of(size.0, size.1, sight.script.is_some());
        let plan = regions.map(|r| Plan::of(&stage, r.stage, model.half)).unwrap_or_default();
        let focus = Focus::on(&stage, model.selected.clone()).among(&stage, &model.filter);
        Screen { stage, regions, plan, focus, size }
    }
    /// What stands at a cell of the stage.
    pub fn at(&self, x: u16, y: u16) -> Option<&Target> {
        self.plan.at(x, y)
    }
}
