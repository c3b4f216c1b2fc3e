//! Where the parts of the screen stand, computed before anything is drawn.

use crate::scene::Area;

/// The least columns and rows with which anything is shown.
pub const SMALLEST: (u16, u16) = (60, 18);

/// The parts of the screen; an empty area is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Regions {
    /// Name, clock, lamps.
    pub title: Area,
    /// Record, cables, machines.
    pub stage: Area,
    /// What happened.
    pub happened: Area,
    /// Why, or what a line printed.
    pub pane: Area,
    /// A second pane, where there is room.
    pub console: Area,
    /// The time line.
    pub timeline: Area,
    /// The command line.
    pub command: Area,
    /// The keys.
    pub hints: Area,
}

impl Regions {
    /// The parts of a screen of that size, with more room for a page of a scenario where one is played; `None` where the
    /// screen is too small.
    pub fn of(width: u16, height: u16, lesson: bool) -> Option<Regions> {
        if width < SMALLEST.0 || height < SMALLEST.1 {
            return None;
        }
        let all = Area::new(0, 0, width, height);
        let airy = height >= 34;
        let (title, rest) = all.split_rows(1);
        let (_, rest) = rest.split_rows(u16::from(airy));
        let lower = lower(height, airy) + if lesson && height < 50 { 3 } else { 0 };
        let fixed = lower + 3;
        let (stage, rest) = rest.split_rows(rest.h - fixed);
        let (lower, rest) = rest.split_rows(lower);
        let (timeline, rest) = rest.split_rows(1);
        let (command, hints) = rest.split_rows(1);
        let margin = |area: Area| if width >= 100 { area.inset(1, 0) } else { area };
        let (happened, pane, console) = panes(margin(lower), lesson);
        Some(Regions { title, stage: margin(stage), happened, pane, console, timeline: timeline.inset(1, 0), command, hints })
    }
    /// The pane, grown to the left and upwards to so many columns and rows, but never over the title.
    pub fn grown(&self, w: u16, h: u16) -> Area {
        let pane = self.pane;
        let w = w.clamp(pane.w, pane.right().max(pane.w));
        let h = h.clamp(pane.h, (pane.bottom() - self.stage.y).max(pane.h));
        Area::new(pane.right() - w, pane.bottom() - h, w, h)
    }
}

/// Rows of the panes below the stage.
fn lower(height: u16, airy: bool) -> u16 {
    let lower = if height >= 50 { height * 2 / 5 } else { height * 27 / 100 };
    if airy { lower.clamp(9, 28) } else { (height.saturating_sub(4) / 4).clamp(4, 8) }
}

fn panes(lower: Area, lesson: bool) -> (Area, Area, Area) {
    if lower.w >= 180 {
        let (happened, rest) = lower.split_columns(lower.w * 2 / 5);
        let (pane, console) = rest.split_columns(rest.w / 2);
        return (happened, gap(pane), gap(console));
    }
    if lesson && lower.w < 100 {
        return (Area::default(), lower, Area::default());
    }
    let (happened, pane) = lower.split_columns(if lesson { lower.w * 45 / 100 } else { lower.w * 57 / 100 });
    (happened, gap(pane), Area::default())
}

fn gap(area: Area) -> Area {
    area.split_columns(1).1
}
