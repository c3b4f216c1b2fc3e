//! What can be pointed at, and what belongs together with it.

use super::facts::Stage;
use crate::api::{Key, Kind, Name, Uid};
use std::collections::BTreeSet;

/// A thing in the picture.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
            kind @ (Kind::StatefulSet | Kind::ReplicaSet) => Some(Target::Set(kind, key())),
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
    lit: BTreeSet<Target>,
}

impl Focus {
    /// The focus on a thing: every thread of owner, pod, claim, volume, node and process that runs through it.
    pub fn on(stage: &Stage, selected: Option<Target>) -> Focus {
        let Some(target) = selected else { return Focus::default() };
        let lit = stage.threads().filter(|thread| thread.contains(&target)).flatten().collect();
        Focus { selected: Some(target), lit }
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
        narrow && !self.lit.contains(target) && !self.is_selected(target)
    }
}
