//! What can be pointed at, and what belongs together with it.

use super::facts::{Stage, Thread};
use crate::api::{Key, Kind, Name, Uid};

/// A thing in the picture.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A set of pods, by kind and key; `Kind::Pod` stands for the pods that nobody owns.
    Set(Kind, Key),
    /// A pod on record.
    Pod(Key),
    /// A claim on record.
    Claim(Key),
    /// A volume on record, by name.
    Volume(Name),
    /// A node: on record and as a machine.
    Node(Name),
    /// A service on record.
    Service(Key),
    /// What really runs for one pod on a machine.
    Process(Name, Uid),
}

impl Target {
    /// The thing that a scenario calls `pod/kubia-0`, in the namespace `default`; `None` for what is not in the picture.
    pub fn named(text: &str) -> Option<Target> {
        let (kind, name) = text.split_once('/')?;
        let key = || Key::new("default", name);
        match Kind::by_resource(kind)? {
            Kind::Pod => Some(Target::Pod(key())),
            Kind::PersistentVolumeClaim => Some(Target::Claim(key())),
            Kind::PersistentVolume => Some(Target::Volume(name.into())),
            Kind::Node => Some(Target::Node(name.into())),
            Kind::Service => Some(Target::Service(key())),
            kind @ (Kind::StatefulSet | Kind::ReplicaSet | Kind::Deployment) => Some(Target::Set(kind, key())),
            _ => None,
        }
    }
    /// Kind and key of the object on record; `None` for what only machines know.
    pub fn object(&self) -> Option<(Kind, Key)> {
        match self {
            Target::Set(Kind::Pod, _) | Target::Process(..) => None,
            Target::Set(kind, key) => Some((*kind, key.clone())),
            Target::Pod(key) => Some((Kind::Pod, key.clone())),
            Target::Claim(key) => Some((Kind::PersistentVolumeClaim, key.clone())),
            Target::Service(key) => Some((Kind::Service, key.clone())),
            Target::Volume(name) => Some((Kind::PersistentVolume, Key::cluster(name.clone()))),
            Target::Node(name) => Some((Kind::Node, Key::cluster(name.clone()))),
        }
    }
}

/// The selected thing and all that belongs to it.
#[derive(Clone, Debug, Default)]
pub struct Focus {
    /// What is selected.
    pub selected: Option<Target>,
    lit: Thread,
    kept: Option<Thread>,
}

impl Focus {
    /// The focus on a thing: every thread of owner, pod, claim, volume, node and process that runs through it.
    pub fn on(stage: &Stage, selected: Option<Target>) -> Focus {
        let Some(target) = selected else { return Focus::default() };
        Focus { lit: stage.threads_through(&target), selected: Some(target), kept: None }
    }
    /// The same, with all that has nothing to do with a thing called so stepping back; a blank name keeps all.
    pub fn among(self, stage: &Stage, letters: &str) -> Focus {
        Focus { kept: (!letters.is_empty()).then(|| stage.threads_called(letters)), ..self }
    }
    /// What belongs to the selected thing, itself too: owners first, then pods, what they use, and where they run.
    pub fn belonging(&self) -> Vec<Target> {
        let mut all: Vec<Target> = self.lit.iter().cloned().collect();
        all.sort_unstable();
        all
    }
    /// True where letters are looked for and the thing belongs to one that has them.
    pub fn is_kept(&self, target: &Target) -> bool {
        self.kept.as_ref().is_none_or(|kept| kept.contains(target))
    }
    /// True for the selected thing itself.
    pub fn is_selected(&self, target: &Target) -> bool {
        self.selected.as_ref() == Some(target)
    }
    /// True for what belongs to the selected thing.
    pub fn is_lit(&self, target: &Target) -> bool {
        self.lit.contains(target)
    }
    /// True where the rest steps back: something smaller than a set is selected, and this is no part of it.
    pub fn dims(&self, target: &Target) -> bool {
        let narrow = !matches!(self.selected, None | Some(Target::Set(..)));
        !self.is_kept(target) || narrow && !self.lit.contains(target) && !self.is_selected(target)
    }
}
