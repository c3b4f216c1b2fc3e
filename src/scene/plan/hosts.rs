//! Places of the machines: a box each while they fit, then a line each.

use crate::scene::canvas::{Area, width};
use crate::scene::facts::{Host, Stage};
use crate::scene::target::Target;

/// The least width of a box.
const BOX_WIDTH: u16 = 24;
/// The width of a line in the list.
const LINE_WIDTH: u16 = 26;

/// The places of all machines.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Hosts {
    /// True where each has a box; a line each otherwise.
    pub boxes: bool,
    /// One plan a machine that is shown.
    pub plans: Vec<HostPlan>,
    /// How many are not shown, and where that is said.
    pub more: (usize, Area),
}

/// How the processes of a machine are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inside {
    /// A row each.
    Rows,
    /// A glyph and a short name each, every so many columns.
    Tiles(u16),
    /// A glyph each, every so many columns.
    Glyphs(u16),
    /// A glyph for so many.
    Heat(usize),
}

/// The places of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPlan {
    /// Which of the stage's hosts.
    pub index: usize,
    /// Its box, border included, or its line.
    pub area: Area,
    /// Where processes stand.
    pub body: Area,
    /// How they are shown.
    pub inside: Inside,
    /// The width of their names.
    pub name_w: u16,
    /// Where a sentence about them stands; may be empty.
    pub note: Area,
    /// Where disks stand; may be empty.
    pub disks: Area,
    /// The column of its cable; `None` where it has none.
    pub cable: Option<u16>,
    /// What can be pointed at.
    pub spots: Vec<(Area, Target)>,
}

fn per_row(count: usize, w: u16) -> u16 {
    (w / BOX_WIDTH).clamp(1, 4.max(w / 36)).min(count.max(1) as u16)
}

/// Rows that the machines would like.
pub fn need(stage: &Stage, w: u16) -> u16 {
    let rows = stage.hosts.len().div_ceil(usize::from(per_row(stage.hosts.len(), w))).min(40) as u16;
    let tallest = stage.hosts.iter().map(|h| h.running.len()).max().unwrap_or(0).min(200) as u16;
    rows * (tallest + 3)
}

/// The places of all machines in an area.
pub fn plan(stage: &Stage, area: Area) -> Hosts {
    let count = stage.hosts.len();
    let across = per_row(count, area.w);
    let rows = count.div_ceil(usize::from(across)).min(usize::from(u16::MAX)) as u16;
    if count > 0 && area.h / rows >= 4 { boxes(stage, area, across, rows) } else { lines(stage, area) }
}

fn boxes(stage: &Stage, area: Area, across: u16, rows: u16) -> Hosts {
    let h = area.h / rows;
    let name_w = stage.hosts.iter().flat_map(|h| h.running.iter()).map(|r| width(&r.key.name)).max().unwrap_or(8);
    let columns = area.columns(across, 2);
    let plan = |(index, host): (usize, &Host)| {
        let column = columns[index % usize::from(across)];
        let top = area.y + h * (index / usize::from(across)) as u16;
        boxed(index, host, Area::new(column.x, top, column.w, h), name_w, index < usize::from(across))
    };
    Hosts { boxes: true, plans: stage.hosts.iter().enumerate().map(plan).collect(), more: (0, Area::default()) }
}

fn boxed(index: usize, host: &Host, area: Area, name_w: u16, wired: bool) -> HostPlan {
    let inner = area.inset(2, 1);
    let disks_h = u16::from(inner.h >= 3) * (1 + written(host, inner));
    // A process has its row before a sentence about all of them has.
    let note_h = u16::from(inner.h >= 5 && host.running.len() + 2 <= usize::from(inner.h));
    let (body, rest) = inner.split_rows(inner.h - disks_h - note_h);
    let (note, disks) = rest.split_rows(note_h);
    let inside = inside(host, body);
    let mut spots = vec![(area.row(0), Target::Node(host.name.clone()))];
    spots.extend(processes(host, body, inside));
    spots.extend(
        [(note, Target::Node(host.name.clone())), (disks, Target::Node(host.name.clone()))].into_iter().filter(|s| !s.0.is_empty()),
    );
    HostPlan {
        index,
        area,
        body,
        inside,
        name_w: name_w.min(inner.w.saturating_sub(2)),
        note,
        disks,
        cable: wired.then_some(area.x + 3),
        spots,
    }
}

/// Rows for what was written to disks last: as many as nothing else needs.
fn written(host: &Host, inner: Area) -> u16 {
    let needed = host.running.len() + 3;
    let spare = usize::from(inner.h).saturating_sub(needed);
    host.disks.iter().filter(|disk| disk.latest.is_some()).count().min(spare) as u16
}

fn inside(host: &Host, body: Area) -> Inside {
    let count = host.running.len();
    let cells = usize::from(body.w) * usize::from(body.h);
    // No name is shorter than a letter: in a crowd nobody asks how long they are.
    let few = count <= cells / 4;
    let tile = host.running.iter().filter(|_| few).map(|running| width(running.short_name())).max().unwrap_or(body.w) + 3;
    match () {
        () if count <= usize::from(body.h) => Inside::Rows,
        () if count <= usize::from((body.w + 1) / tile) * usize::from(body.h) => Inside::Tiles(tile),
        () if count <= usize::from(body.w / 2) * usize::from(body.h) => Inside::Glyphs(2),
        () if count <= cells => Inside::Glyphs(1),
        () => Inside::Heat(count.div_ceil(cells.max(1))),
    }
}

fn processes(host: &Host, body: Area, inside: Inside) -> Vec<(Area, Target)> {
    let target = |i: usize| Target::Process(host.name.clone(), host.running[i].uid);
    match inside {
        Inside::Rows => (0..host.running.len()).map(|i| (body.row(i as u16), target(i))).collect(),
        Inside::Glyphs(pitch) | Inside::Tiles(pitch) => {
            let across = usize::from(((body.w + 1) / pitch).max(1));
            let cell = |i: usize| Area::new(body.x + (i % across) as u16 * pitch, body.y + (i / across) as u16, pitch.min(body.w), 1);
            (0..host.running.len()).map(|i| (cell(i), target(i))).collect()
        }
        Inside::Heat(_) => vec![(body, Target::Node(host.name.clone()))],
    }
}

fn lines(stage: &Stage, area: Area) -> Hosts {
    let across = (area.w / LINE_WIDTH).max(1);
    let columns = area.columns(across, 2);
    let all = usize::from(across) * usize::from(area.h);
    let fits = stage.hosts.len() <= all;
    let shown = if fits { stage.hosts.len() } else { all.saturating_sub(usize::from(across)) };
    let line = |(index, host): (usize, &Host)| {
        let line = columns[index % usize::from(across)].row((index / usize::from(across)) as u16);
        let name = width(&host.name).min(line.w / 2) + 3;
        let body = Area::new(line.x + name, line.y, line.w - name.min(line.w), line.h);
        let target = Target::Node(host.name.clone());
        HostPlan {
            index,
            area: line,
            body,
            inside: Inside::Heat(host.running.len().div_ceil(usize::from(body.w).max(1)).max(1)),
            name_w: name,
            note: Area::default(),
            disks: Area::default(),
            cable: None,
            spots: vec![(line, target)],
        }
    };
    let plans = stage.hosts.iter().take(shown).enumerate().map(line).collect();
    let more = Area::new(area.x, area.bottom().saturating_sub(1), area.w, u16::from(!fits));
    Hosts { boxes: false, plans, more: (stage.hosts.len() - shown, more) }
}
