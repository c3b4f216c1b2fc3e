//! What there is to see: the world read once into sets, pods, claims, machines and journeys, in the order of birth.
//! Everything in the picture is here, nothing here knows where it will be drawn.

mod deployments;
mod journeys;
mod machines;
mod news;
mod pods;
mod probes;
mod recall;
mod sets;
mod shelf;
mod threads;
mod timers;
mod traffic;
mod twins;

pub use deployments::Above;
pub use news::News;
pub use recall::Recall;
pub use shelf::{Offer, Spare};
pub use threads::Thread;
pub use traffic::{Hit, Stream};
pub use twins::{Answer, Befell};

use pods::Ledger;

use super::target::Target;
use crate::api::{Key, Kind, Name, Time, Uid};
use crate::motion::Tempo;
use crate::sim::World;
use std::borrow::Cow;
use std::sync::Arc;

/// To which kind of owner a pod belongs, which decides its colour and its wires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// A ReplicaSet: any of its pods will do.
    Alike,
    /// Nobody.
    Loose,
    /// A StatefulSet: each pod its own.
    Each,
}

/// How a pod looks on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    /// Ready.
    Ready,
    /// Runs, and is not ready.
    Unready,
    /// Waits for a node or for its containers.
    Pending,
    /// Asked to go.
    Leaving,
    /// On a node of which nothing is heard.
    Doubtful,
    /// Ended badly, or keeps failing.
    Failed,
    /// Ended well.
    Done,
    /// Its place is kept, and there is no pod.
    Missing,
    /// It has just left the record; its place closes in a moment.
    Gone,
}

/// A timer that runs on something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timer {
    /// When it ends.
    pub until: Time,
    /// What happens then, in a word; blank where the state says it.
    pub word: &'static str,
}

/// A claim as a pod's row shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Its key.
    pub key: Key,
    /// True where the record has it.
    pub exists: bool,
    /// True where it is asked to go.
    pub leaving: bool,
    /// The volume it is bound to; blank before that.
    pub volume: Name,
}

/// A row of the record: a pod, or the kept place of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The pod's key.
    pub key: Key,
    /// The pod's identity; nil where there is no pod.
    pub uid: Uid,
    /// What stands in the row: the name without its set's where that says enough.
    pub name: String,
    /// How it looks.
    pub look: Look,
    /// Its state in kubectl's word.
    pub state: Cow<'static, str>,
    /// The node it is bound to; blank before that.
    pub node: Name,
    /// True where that node's cable is cut or its power is off.
    pub unreachable: bool,
    /// A timer that runs on it.
    pub timer: Option<Timer>,
    /// Its claims.
    pub claims: Vec<Claim>,
}

/// A set and its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// What selecting it selects.
    pub target: Target,
    /// Its family.
    pub family: Family,
    /// Its name.
    pub name: Name,
    /// How many pods are wanted.
    pub wanted: i32,
    /// How many are ready, as its status says.
    pub ready: i32,
    /// Its pods, oldest first; a StatefulSet's by ordinal, empty places included.
    pub rows: Vec<Arc<Row>>,
    /// What holds it back, or what it is: one sentence.
    pub note: Note,
    /// The Deployment that it belongs to.
    pub under: Option<Under>,
}

/// Where a ReplicaSet stands in its Deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Under {
    /// Which of the stage's Deployments.
    pub deployment: usize,
    /// Its template's number in the history.
    pub revision: i32,
    /// True for the set of the present template.
    pub latest: bool,
}

/// One sentence under a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// Nothing to say.
    Silent,
    /// It waits, perhaps for a timer.
    Waits(Name, Option<Time>),
    /// Something is wrong.
    Wrong(String),
}

/// How a process stands to the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// As the record has it.
    Mirrored,
    /// Stopping, and killed at that moment at the latest.
    Stopping(Time),
    /// The record wants it gone; it cannot hear that.
    Deaf,
    /// The record knows nothing of it.
    Erased,
}

/// How far a process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Life {
    /// Waits for its volumes.
    Mounting,
    /// Fetches its image or starts.
    Starting,
    /// Runs, and is not ready.
    Unready,
    /// Runs and answers.
    Ready,
    /// Has ended.
    Ended,
}

/// What really runs for one pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// The pod's identity.
    pub uid: Uid,
    /// The pod's name.
    pub key: Key,
    /// Whose it is.
    pub family: Family,
    /// Its owner, where that is known.
    pub set: Option<Target>,
    /// Its address; blank before it has one.
    pub ip: Name,
    /// How far it is.
    pub life: Life,
    /// How it stands to the record.
    pub verdict: Verdict,
    /// A timer that runs on it, other than the grace of one that stops.
    pub timer: Option<Timer>,
}

impl Running {
    /// Its name without its set's, where any of the set will do.
    pub fn short_name(&self) -> &str {
        let set = match &self.set {
            Some(Target::Set(Kind::ReplicaSet, set)) => self.key.name.strip_prefix(&*set.name),
            _ => None,
        };
        set.and_then(|rest| rest.strip_prefix('-')).unwrap_or(&self.key.name)
    }
    /// True where it runs and the record no longer wants or knows it.
    pub fn is_ghost(&self) -> bool {
        matches!(self.verdict, Verdict::Deaf | Verdict::Erased)
    }
}

/// A disk at a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskAt {
    /// Its volume's name, or its own.
    pub name: Name,
    /// How many files are on it.
    pub files: usize,
    /// What was written to it last.
    pub latest: Option<Written>,
    /// Machines with live processes on it, where no more than one may have it.
    pub writers: usize,
    /// When it is taken from the machine by force.
    pub timer: Option<Timer>,
}

/// A file as it was written last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its path on the disk.
    pub path: Name,
    /// Its whole content.
    pub content: Name,
    /// The machine on which it was written: pods on two of them may have one name.
    pub on: Name,
    /// When.
    pub at: Time,
}

/// A machine and its node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Its name.
    pub name: Name,
    /// What the record says of it: `Ready`, `NotReady`, `Unknown`, or `no node` where it knows none.
    pub state: &'static str,
    /// True where the record calls it Ready.
    pub ready: bool,
    /// True where no new pods are placed there.
    pub cordoned: bool,
    /// False after a crash.
    pub powered: bool,
    /// When its cable was cut.
    pub cut: Option<Time>,
    /// When the API server last heard of it.
    pub last_word: Time,
    /// When its silence has consequences.
    pub timer: Option<Timer>,
    /// What runs there, oldest first.
    pub running: Arc<Vec<Running>>,
    /// Disks there.
    pub disks: Vec<DiskAt>,
    /// What travels on its cable, oldest first.
    pub journeys: Vec<Journey>,
}

impl Host {
    /// True where words travel.
    pub fn is_linked(&self) -> bool {
        self.powered && self.cut.is_none()
    }
}

/// Something on a cable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journey {
    /// True towards the record.
    pub up: bool,
    /// What it is, in a few words.
    pub words: Name,
    /// True for a mere sign of life.
    pub heartbeat: bool,
    /// How far it is, in thousandths of the way.
    pub progress: u16,
    /// True where it gets lost.
    pub lost: bool,
    /// When it is no longer shown.
    pub fades: Time,
}

/// All that there is to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// The viewed moment.
    pub now: Time,
    /// The Deployments, by birth.
    pub deployments: Vec<Above>,
    /// The sets: ReplicaSets, then pods of nobody, then StatefulSets, each family by birth.
    pub sets: Vec<Set>,
    /// The machines.
    pub hosts: Vec<Host>,
    /// Services.
    pub offers: Vec<Offer>,
    /// The requests that are sent again and again, and where they land.
    pub stream: Option<Stream>,
    /// Volumes and claims that belong to no pod's row.
    pub spares: Vec<Spare>,
    /// How the two kinds of set answered what befell them last.
    pub answers: Vec<Answer>,
    /// What travels between whoever types and the record, oldest first; up is towards whoever types.
    pub calls: Vec<Journey>,
    /// How motion is shown.
    pub tempo: Tempo,
    news: News,
}

impl Stage {
    /// Reads the world as of `now`.
    pub fn read(world: &World, now: Time, tempo: Tempo) -> Stage {
        Stage::recalled(world, now, tempo, &mut Recall::default())
    }
    /// The same, with the help of what was read for an earlier picture of whatever moment.
    pub fn recalled(world: &World, now: Time, tempo: Tempo, recall: &mut Recall) -> Stage {
        recall.refresh(&Ledger::of(world));
        let mut journeys = journeys::journeys(world, now, &tempo);
        let mut hosts = machines::hosts(world, now, &tempo, &mut journeys, recall);
        let deployments = deployments::deployments(world);
        let mut sets = sets::sets(world, &hosts, recall.pods(), &news::departed(world, now, &tempo));
        deployments::place(world, &deployments, &mut sets);
        probes::place(world, &mut hosts, &mut sets);
        let (offers, spares) = (shelf::offers(world), shelf::spares(world, &sets));
        let (answers, news) = (twins::answers(world), news::news(world, now, &tempo));
        Stage { now, deployments, sets, hosts, offers, stream: traffic::stream(world), spares, answers, calls: journeys.calls, tempo, news }
    }
    /// How freshly a thing has changed: 0 for not, up to [`crate::motion::BRIGHTEST`].
    pub fn glow(&self, target: &Target) -> u8 {
        self.news.get(target).map_or(0, |since| self.tempo.glow(*since, self.now))
    }
    /// True while anything is on its way, glows, or keeps a place that will close.
    pub fn is_moving(&self) -> bool {
        let mut journeys = self.hosts.iter().flat_map(|host| &host.journeys).chain(&self.calls);
        journeys.next().is_some() || !self.news.is_empty()
    }
    /// The host of that name.
    pub fn host(&self, name: &str) -> Option<&Host> {
        self.hosts.iter().find(|h| &*h.name == name)
    }
    /// The set and row of a pod.
    pub fn row(&self, key: &Key) -> Option<(&Set, &Row)> {
        self.sets.iter().find_map(|s| s.rows.iter().find(|r| r.key == *key).map(|r| (s, &**r)))
    }
    /// A process, by machine and identity.
    pub fn running(&self, node: &str, uid: Uid) -> Option<&Running> {
        self.host(node)?.running.iter().find(|r| r.uid == uid)
    }
    /// The set that a thing belongs to.
    pub fn set_of(&self, target: &Target) -> Option<&Set> {
        let owner = match target {
            Target::Set(Kind::Deployment, _) => self.latest_of(target).map(|set| set.target.clone()),
            Target::Set(..) => Some(target.clone()),
            Target::Pod(key) => self.row(key).map(|(set, _)| set.target.clone()),
            Target::Process(node, uid) => self.running(node, *uid).and_then(|r| r.set.clone()),
            Target::Claim(key) => {
                self.sets.iter().find(|s| s.rows.iter().any(|r| r.claims.iter().any(|c| c.key == *key))).map(|s| s.target.clone())
            }
            Target::Volume(_) | Target::Node(_) | Target::Service(_) => None,
        }?;
        self.sets.iter().find(|s| s.target == owner)
    }
    /// The Deployment of that name.
    pub fn deployment(&self, target: &Target) -> Option<&Above> {
        self.deployments.iter().find(|above| above.target == *target)
    }
    /// The Deployment that a set belongs to.
    pub fn above(&self, set: &Set) -> Option<&Above> {
        self.deployments.get(set.under.as_ref()?.deployment)
    }
    /// A Deployment's set of the present template.
    fn latest_of(&self, deployment: &Target) -> Option<&Set> {
        let latest = |set: &&Set| set.under.as_ref().is_some_and(|under| under.latest);
        self.sets.iter().filter(latest).find(|set| self.above(set).is_some_and(|above| above.target == *deployment))
    }
}

/// The family of an owner's kind.
fn family(kind: Kind) -> Family {
    match kind {
        Kind::ReplicaSet => Family::Alike,
        Kind::StatefulSet => Family::Each,
        _ => Family::Loose,
    }
}
