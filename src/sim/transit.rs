//! Things on their way, and controllers that wait: what a picture can show of the moment between cause and effect.

use crate::api::{Key, Kind, Name, Time};

/// One end of a journey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The API server.
    Record,
    /// A machine.
    Machine(Name),
    /// A pod's process on a machine: node and pod.
    Process(Name, Key),
    /// Whoever types.
    Client,
    /// The cluster's DNS.
    Dns,
}

/// What travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cargo {
    /// A pod's change on its way to its kubelet.
    Order,
    /// A kubelet's report.
    Report,
    /// A sign of life.
    Heartbeat,
    /// A request to a process.
    Request,
    /// Its answer.
    Answer,
    /// A DNS question or answer.
    Lookup,
}

/// Something on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transit {
    /// What travels.
    pub cargo: Cargo,
    /// From where.
    pub from: Place,
    /// To where.
    pub to: Place,
    /// When it set out.
    pub departs: Time,
    /// When it arrives.
    pub arrives: Time,
    /// In a few words.
    pub words: Name,
    /// False where it gets lost on the way.
    pub arrives_safely: bool,
}

/// How long a journey stays on record after its arrival, in milliseconds, so that a picture can let it fade.
pub const AFTERGLOW_MS: i64 = 3000;

/// How many journeys are kept; the oldest are forgotten first.
pub const TRANSITS_KEPT: usize = 256;

/// What a controller that could not go on is waiting for. Kept beside the object that it holds back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Who waits, as a component name.
    pub who: &'static str,
    /// For what, in words.
    pub words: Name,
    /// On which objects.
    pub on: Vec<(Kind, Key)>,
    /// Until when, where a timer runs.
    pub until: Option<Time>,
    /// Since when.
    pub since: Time,
}
