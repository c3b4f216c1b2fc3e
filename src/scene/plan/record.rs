//! Places of one set on record: zoomed out as far as it must be to fit.

use crate::scene::canvas::{Area, width};
use crate::scene::facts::{Family, Note, Row, Set};
use crate::scene::target::Target;

/// Columns of a tile beside its name.
const TILE: u16 = 4;

/// How much of a pod is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// A row with its wires.
    Rows,
    /// A name and a glyph, in so many columns of that width.
    Tiles(u16, u16),
    /// One glyph every so many columns.
    Glyphs(u16),
    /// One glyph for so many pods.
    Heat(usize),
}

/// Columns of a wired row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Fields {
    /// The name's column and width.
    pub name: (u16, u16),
    /// The state's, glyph included.
    pub state: (u16, u16),
    /// The node's.
    pub node: (u16, u16),
    /// Where the wire begins, and its width.
    pub wire: (u16, u16),
    /// The claim's, diamond included; width 1 shows the diamond alone, width 0 nothing.
    pub claim: (u16, u16),
    /// The volume's, diamond included.
    pub volume: (u16, u16),
}

/// The places of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetPlan {
    /// Which of the stage's sets.
    pub index: usize,
    /// Its heading.
    pub head: Area,
    /// Its pods.
    pub body: Area,
    /// Its sentence.
    pub note: Area,
    /// How much of each pod is shown.
    pub level: Level,
    /// Columns of wired rows.
    pub fields: Fields,
    /// The first row and the number of rows between which a shared claim stands; `None` where each has its own.
    pub shared: Option<u16>,
    /// What can be pointed at.
    pub spots: Vec<(Area, Target)>,
}

/// The places of a set in an area, closer or further away so that it fits.
pub fn set_plan(set: &Set, index: usize, area: Area) -> SetPlan {
    let (head, rest) = area.split_rows(1);
    let airy = rest.h >= 12 && usize::from(rest.h) >= set.rows.len() + 2;
    let (_, rest) = rest.split_rows(u16::from(airy));
    let room = rest.h.saturating_sub(u16::from(set.note != Note::Silent)).max(rest.h.min(1));
    let (level, rows) = level(set, rest.w, room);
    let (body, below) = rest.split_rows(rows);
    let mut plan = SetPlan {
        index,
        head,
        body,
        note: below.split_rows(below.h.min(2)).0,
        level,
        fields: Fields::default(),
        shared: None,
        spots: vec![(head, set.target.clone())],
    };
    match level {
        Level::Rows => wired(set, &mut plan),
        Level::Tiles(columns, w) => grid(set, &mut plan, columns, w),
        Level::Glyphs(pitch) => grid(set, &mut plan, body.w.saturating_sub(1) / pitch, pitch),
        Level::Heat(_) => {}
    }
    plan
}

/// The closest level at which a set fits, and how many rows it takes.
fn level(set: &Set, w: u16, room: u16) -> (Level, u16) {
    let count = set.rows.len();
    if count <= usize::from(room) {
        return (Level::Rows, count as u16);
    }
    let w = w.saturating_sub(1).max(1);
    let fits = |pitch: u16| usize::from(w / pitch.max(1)) * usize::from(room) >= count;
    // Where not even names of one letter would fit, nobody asks how long they are.
    let names = set.rows.iter().filter(|_| fits(TILE + 1)).map(|r| width(tile_name(set, r)));
    let tile = names.max().unwrap_or(w) + TILE;
    let rows = |pitch: u16| count.div_ceil(usize::from((w / pitch).max(1))) as u16;
    match () {
        () if fits(tile) => (Level::Tiles(w / tile, tile), rows(tile)),
        () if fits(2) => (Level::Glyphs(2), rows(2)),
        () if fits(1) => (Level::Glyphs(1), rows(1)),
        () => (Level::Heat(count.div_ceil((usize::from(w) * usize::from(room)).max(1))), room),
    }
}

/// What a tile says: the name without its set's.
pub fn tile_name<'r>(set: &Set, row: &'r Row) -> &'r str {
    row.name.strip_prefix(&*set.name).and_then(|rest| rest.strip_prefix('-')).unwrap_or(&row.name)
}

fn grid(set: &Set, plan: &mut SetPlan, columns: u16, pitch: u16) {
    let columns = columns.max(1);
    for (i, row) in set.rows.iter().enumerate() {
        let (dx, dy) = ((i % usize::from(columns)) as u16, (i / usize::from(columns)) as u16);
        let area = Area::new(plan.body.x + 1 + dx * pitch, plan.body.y + dy, pitch.min(plan.body.w), 1);
        plan.spots.push((area, Target::Pod(row.key.clone())));
    }
}

fn wired(set: &Set, plan: &mut SetPlan) {
    plan.fields = fields(set, plan.body);
    let shares = set.family == Family::Alike && set.rows.iter().any(|r| !r.claims.is_empty());
    plan.shared = shares.then(|| plan.body.h.saturating_sub(1) / 2);
    for (i, row) in set.rows.iter().enumerate() {
        let line = plan.body.row(i as u16);
        let end = plan.fields.node.0 + plan.fields.node.1;
        plan.spots.push((Area::new(line.x, line.y, end.saturating_sub(line.x), line.h), Target::Pod(row.key.clone())));
        if !shares {
            claim_spots(row, line, &plan.fields, &mut plan.spots);
        }
    }
    if let (Some(mid), Some(row)) = (plan.shared, set.rows.iter().find(|r| !r.claims.is_empty())) {
        claim_spots(row, plan.body.row(mid), &plan.fields, &mut plan.spots);
    }
}

fn claim_spots(row: &Row, line: Area, fields: &Fields, spots: &mut Vec<(Area, Target)>) {
    let Some(claim) = row.claims.first() else { return };
    let spot = |(x, w): (u16, u16)| Area::new(x, line.y, w, line.h);
    if fields.claim.1 > 0 {
        spots.push((spot(fields.claim), Target::Claim(claim.key.clone())));
    }
    if fields.volume.1 > 0 && !claim.volume.is_empty() {
        spots.push((spot(fields.volume), Target::Volume(claim.volume.clone())));
    }
}

/// The columns of a set's rows: what matters least shrinks first.
fn fields(set: &Set, body: Area) -> Fields {
    let longest = |of: &dyn Fn(&Row) -> u16| set.rows.iter().map(|row| of(row)).max().unwrap_or(0);
    let name_w = longest(&|r| width(&r.name)).clamp(4, 24).min(body.w / 3);
    let node_w = longest(&|r| width(&r.node)).clamp(6, 12);
    let claim_w = longest(&|r| r.claims.first().map_or(0, |c| width(&c.key.name) + 2));
    let volume_w = longest(&|r| r.claims.first().map_or(0, |c| width(&c.volume) + 2)).min(16);
    let shared = set.family == Family::Alike;
    let wire_w = match (claim_w, shared) {
        (0, _) => 0,
        (_, true) => {
            if body.w >= 48 {
                7
            } else {
                3
            }
        }
        (_, false) => 1 + u16::from(body.w >= 48),
    };
    let left = |state: u16| 1 + name_w + 1 + state + 1 + node_w + 1;
    let right = |claim: u16| wire_w + claim + u16::from(claim > 0) + volume_w;
    let state_w = [20, 18, 16, 13]
        .into_iter()
        .find(|s| left(*s) + right(claim_w) <= body.w)
        .or([16, 13].into_iter().find(|s| left(*s) + right(1) <= body.w));
    let state_w = state_w.unwrap_or(13);
    let after = body.w.saturating_sub(left(state_w));
    let claim_w = if right(claim_w) <= after { claim_w } else { after.saturating_sub(right(0) + 1).clamp(1, claim_w.max(1)) };
    let claim_w = if wire_w == 0 || after < wire_w + 2 {
        0
    } else if claim_w < 6 {
        1
    } else {
        claim_w
    };
    let spare = after.saturating_sub(right(claim_w));
    let wire_w = if wire_w > 1 { (wire_w + spare / 3).min(16) } else { wire_w.min(after) };
    lay_out(body, [name_w, state_w, node_w, wire_w, claim_w, volume_w])
}

fn lay_out(body: Area, [name, state, node, wire, claim, volume]: [u16; 6]) -> Fields {
    let clip = |x: u16, w: u16| (x.min(body.right()), w.min(body.right().saturating_sub(x)));
    let name_x = body.x + 1;
    let state_x = name_x + name + 1;
    let node_x = state_x + state + 1;
    let wire_x = node_x + node + 1;
    let claim_x = wire_x + wire;
    let volume_x = claim_x + claim + 1;
    Fields {
        name: clip(name_x, name),
        state: clip(state_x, state),
        node: clip(node_x, node),
        wire: clip(wire_x, wire),
        claim: clip(claim_x, claim),
        volume: clip(volume_x, if claim == 0 { 0 } else { volume }),
    }
}
