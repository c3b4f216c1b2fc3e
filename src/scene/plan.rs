//! Where everything stands: a pure function of what there is to see and the size. The halves keep their share of the
//! screen while they fit, so that an arrival moves nothing but its own column's end.

mod columns;
mod hosts;
mod record;
pub mod shelf;

use super::canvas::Area;
use super::facts::Stage;
use super::target::Target;
pub use columns::AbovePlan;
pub use hosts::{HostPlan, Hosts, Inside};
pub use record::{Fields, Level, SetPlan, tile_name};

/// Which halves of the stage are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Half {
    /// The record above, the machines below.
    #[default]
    Both,
    /// The record alone.
    Record,
    /// The machines alone.
    Machines,
}

impl Half {
    /// What comes after it, round and round.
    pub fn next(self) -> Half {
        match self {
            Half::Both => Half::Record,
            Half::Record => Half::Machines,
            Half::Machines => Half::Both,
        }
    }
    /// The half in which a thing stands, where one is shown alone.
    pub fn showing(self, target: &Target) -> Half {
        match (self, target) {
            (Half::Both, _) => Half::Both,
            (_, Target::Node(_) | Target::Process(..)) => Half::Machines,
            (_, Target::Set(..) | Target::Pod(_) | Target::Claim(_) | Target::Volume(_) | Target::Service(_)) => Half::Record,
        }
    }
}

/// The smallest stage that shows anything.
pub const MIN_WIDTH: u16 = 40;
/// Rows below which nothing is shown.
pub const MIN_HEIGHT: u16 = 9;

/// The places of the stage.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Plan {
    /// All of it.
    pub area: Area,
    /// The heading of the record.
    pub record_rule: Area,
    /// The Deployments' places.
    pub aboves: Vec<AbovePlan>,
    /// The sets' places.
    pub sets: Vec<SetPlan>,
    /// Services, and what belongs to no pod's row.
    pub shelf: shelf::Shelf,
    /// The record's lower edge, where the cables begin.
    pub edge: Area,
    /// Where the cables run.
    pub cables: Area,
    /// The heading of the machines, where the cables end; empty where there is no room for one.
    pub machine_rule: Area,
    /// The machines' places.
    pub hosts: Hosts,
}

impl Plan {
    /// The places for a stage in an area; an empty plan where the area is too small.
    pub fn of(stage: &Stage, area: Area, half: Half) -> Plan {
        if area.w < MIN_WIDTH || area.h < MIN_HEIGHT {
            return Plan { area, ..Plan::default() };
        }
        match half {
            Half::Both => Plan::both(stage, area),
            Half::Record => {
                let (record_rule, rest) = area.split_rows(1);
                let (records, edge) = rest.split_rows(rest.h - 1);
                Plan { area, record_rule, edge, ..Plan::default() }.with_record(stage, records)
            }
            Half::Machines => {
                let (edge, rest) = area.split_rows(1);
                let (cables, rest) = rest.split_rows(1);
                let (machine_rule, rest) = rest.split_rows(1);
                Plan { area, edge, cables, machine_rule, hosts: hosts::plan(stage, rest), ..Plan::default() }
            }
        }
    }
    /// The two halves and the cables between them.
    fn both(stage: &Stage, area: Area) -> Plan {
        let roomy = area.h >= 18;
        let cables_h = match area.h {
            40.. => 5,
            24.. => 3,
            18.. => 2,
            _ => 1,
        };
        let fixed = 2 + cables_h + u16::from(roomy);
        let (record_h, hosts_h) = share(area.h - fixed, columns::need(stage, area.w), hosts::need(stage, area.w));
        let (record_rule, rest) = area.split_rows(1);
        let (records, rest) = rest.split_rows(record_h);
        let (edge, rest) = rest.split_rows(1);
        let (cables, rest) = rest.split_rows(cables_h);
        let (machine_rule, rest) = rest.split_rows(u16::from(roomy));
        let hosts = hosts::plan(stage, rest.split_rows(hosts_h).0);
        Plan { area, record_rule, edge, cables, machine_rule, hosts, ..Plan::default() }.with_record(stage, records)
    }
    /// The same with the record in an area, and the shelf under it where that leaves room.
    fn with_record(self, stage: &Stage, area: Area) -> Plan {
        let free = area.h > columns::need(stage, area.w);
        let shelf_h = u16::from(free && !shelf::texts(stage).is_empty());
        let (sets, shelf) = area.split_rows(area.h - shelf_h);
        let (aboves, sets) = columns::plan(stage, sets);
        Plan { aboves, sets, shelf: shelf::plan(stage, shelf), ..self }
    }

    /// Every place that can be pointed at. No two overlap.
    pub fn spots(&self) -> impl Iterator<Item = &(Area, Target)> {
        self.aboves
            .iter()
            .flat_map(|a| &a.spots)
            .chain(self.sets.iter().flat_map(|s| &s.spots))
            .chain(&self.shelf.spots)
            .chain(self.hosts.plans.iter().flat_map(|h| &h.spots))
    }
    /// What stands at a cell.
    pub fn at(&self, x: u16, y: u16) -> Option<&Target> {
        self.spots().find(|(area, _)| area.holds(x, y)).map(|(_, target)| target)
    }
    /// Where a thing stands first.
    pub fn place(&self, target: &Target) -> Option<Area> {
        self.spots().find(|(_, t)| t == target).map(|(area, _)| *area)
    }
}

/// Splits rows between the halves: about even, and only where one does not fit does it take what the other leaves.
fn share(room: u16, record: u16, hosts: u16) -> (u16, u16) {
    let even = (room * 12 + 20) / 25;
    let record_h = if record > even {
        record.min(room.saturating_sub(hosts)).max(even)
    } else if hosts > room - even {
        room.saturating_sub(hosts).max(record)
    } else {
        even
    };
    (record_h.min(room), room - record_h.min(room))
}
