//! Which set stands where on record: columns of sets; those of one Deployment under it, side by side where there is room.

use super::record::{SetPlan, set_plan};
use crate::scene::canvas::Area;
use crate::scene::facts::{Family, Stage};
use crate::scene::target::Target;

/// Columns between two sets.
const GAP: u16 = 2;
/// The least width of a column of sets where there are two.
const NARROW: u16 = 28;
/// The least width of one where there are more.
const COLUMN: u16 = 50;
/// The least width of a set beside another of its Deployment.
const SIDE: u16 = 18;

/// The heading of a Deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbovePlan {
    /// Which of the stage's Deployments.
    pub index: usize,
    /// Where its line stands.
    pub head: Area,
    /// Where its sentence stands; may be empty.
    pub note: Area,
    /// What can be pointed at.
    pub spots: Vec<(Area, Target)>,
}

/// What stands together: a set alone, or those of one Deployment, oldest first.
struct Unit {
    above: Option<usize>,
    sets: Vec<usize>,
}

impl Unit {
    fn family(&self, stage: &Stage) -> Family {
        self.sets.first().map_or(Family::Alike, |i| stage.sets[*i].family)
    }
    /// How many of its sets stand side by side.
    fn across(&self, w: u16) -> u16 {
        ((w + GAP) / (SIDE + GAP)).clamp(1, self.sets.len().clamp(1, 8) as u16)
    }
    /// Rows that it would like.
    fn rows(&self, stage: &Stage, w: u16) -> u16 {
        let wanted = self.sets.iter().map(|i| stage.sets[*i].rows.len().min(200) as u16 + 2);
        let sets = if self.across(w) > 1 { wanted.max().unwrap_or(0) } else { wanted.sum() };
        sets + 2 * u16::from(self.above.is_some())
    }
}

/// Rows that the record would like.
pub fn need(stage: &Stage, width: u16) -> u16 {
    let columns = columns(stage, width);
    let w = width / columns.len().max(1) as u16;
    let tall = |column: &Vec<Unit>| column.iter().map(|unit| unit.rows(stage, w)).sum::<u16>();
    columns.iter().map(tall).max().unwrap_or(0).max(3)
}

/// The places of all Deployments and sets.
pub fn plan(stage: &Stage, area: Area) -> (Vec<AbovePlan>, Vec<SetPlan>) {
    let columns = columns(stage, area.w);
    let areas = area.columns(columns.len() as u16, GAP);
    let (mut aboves, mut sets) = (Vec::new(), Vec::new());
    for (units, area) in columns.iter().zip(areas) {
        for (unit, area) in units.iter().zip(shares(stage, units, area)) {
            place(stage, unit, area, &mut aboves, &mut sets);
        }
    }
    (aboves, sets)
}

/// What stands together, in the order of the stage's sets; a Deployment without sets comes last.
fn units(stage: &Stage) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    for (i, set) in stage.sets.iter().enumerate() {
        let above = set.under.as_ref().map(|under| under.deployment);
        match units.iter_mut().find(|unit| above.is_some() && unit.above == above) {
            Some(unit) => unit.sets.push(i),
            None => units.push(Unit { above, sets: vec![i] }),
        }
    }
    for above in 0..stage.deployments.len() {
        if !units.iter().any(|unit| unit.above == Some(above)) {
            units.push(Unit { above: Some(above), sets: Vec::new() });
        }
    }
    units
}

/// Which units stand in which column: ReplicaSets from the left, StatefulSets from the right.
fn columns(stage: &Stage, width: u16) -> Vec<Vec<Unit>> {
    let units = units(stage);
    let all = units.len();
    let count = all.clamp(1, usize::from((width / COLUMN).max((width / NARROW).min(2)).clamp(1, 4)));
    let mut columns: Vec<Vec<Unit>> = (0..count).map(|_| Vec::new()).collect();
    let (each, others): (Vec<Unit>, Vec<Unit>) = units.into_iter().partition(|unit| unit.family(stage) == Family::Each);
    let right = if others.is_empty() { count } else { (count * each.len() / all.max(1)).clamp(usize::from(!each.is_empty()), count) };
    let left = (count - right.min(count)).max(usize::from(!others.is_empty()).min(count));
    for (n, unit) in others.into_iter().enumerate() {
        columns[n % left.max(1)].push(unit);
    }
    let right = count.saturating_sub(left).max(1);
    for (n, unit) in each.into_iter().enumerate() {
        columns[count - right + n % right].push(unit);
    }
    columns
}

/// A column's rows divided among its units: as many as each wants, else in proportion.
fn shares(stage: &Stage, units: &[Unit], area: Area) -> Vec<Area> {
    let wanted: Vec<u16> = units.iter().map(|unit| unit.rows(stage, area.w) + 1).collect();
    let total: u16 = wanted.iter().sum::<u16>().max(1);
    let mut rest = area;
    let share = |(n, want): (usize, &u16)| {
        let fair = (u32::from(area.h) * u32::from(*want) / u32::from(total)) as u16;
        let h = match () {
            () if n + 1 == units.len() => rest.h,
            () if total <= area.h => *want,
            () => fair.max(3),
        };
        let (mine, below) = rest.split_rows(h.min(rest.h));
        rest = below;
        mine
    };
    wanted.iter().enumerate().map(share).collect()
}

fn place(stage: &Stage, unit: &Unit, area: Area, aboves: &mut Vec<AbovePlan>, sets: &mut Vec<SetPlan>) {
    let mut area = area;
    if let Some(index) = unit.above {
        let (head, rest) = area.split_rows(1.min(area.h));
        let (note, rest) = rest.split_rows(u16::from(rest.h >= 5));
        area = rest;
        if !head.is_empty() {
            aboves.push(AbovePlan { index, head, note, spots: vec![(head, stage.deployments[index].target.clone())] });
        }
    }
    let across = unit.across(area.w);
    let beside = area.columns(across, GAP);
    let deep = (unit.sets.len() as u16).div_ceil(across.max(1)).max(1);
    for (n, i) in unit.sets.iter().enumerate() {
        let (x, y) = (n as u16 % across, n as u16 / across);
        let column = beside[usize::from(x)];
        let h = if unit.above.is_some() { area.h / deep } else { area.h };
        let mine = Area { y: area.y + y * h, h, ..column };
        if mine.h >= 2 {
            sets.push(set_plan(&stage.sets[*i], *i, mine));
        }
    }
}
