//! What has happened: who, what, when, and because of which earlier change.

use crate::api::{Key, Kind, Name, Object, Span, Time, Uid};
use imbl::Vector;
use std::sync::Arc;

/// Position in the run; later changes have greater numbers.
pub type ChangeId = u64;

/// Who acts.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Actor {
    /// The person at the keyboard, a script or a client.
    You,
    /// The API server itself.
    ApiServer,
    /// One of the controllers.
    Controller(Controller),
    /// The scheduler.
    Scheduler,
    /// The kubelet of a node.
    Kubelet(Name),
    /// A process of a pod: namespace and name of the pod.
    Process(Key),
    /// A storage driver's own controller: the name under which it reports events.
    Sidecar(Name),
}

/// The control loops.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Controller {
    /// Keeps as many pods as a ReplicaSet wants.
    ReplicaSet,
    /// Keeps the pods that a StatefulSet wants, each its own.
    StatefulSet,
    /// Keeps a pod of a DaemonSet on every node that can have it.
    DaemonSet,
    /// Moves pods from the ReplicaSet of one template to that of the next.
    Deployment,
    /// Counts how many pods may be disrupted.
    Disruption,
    /// Says which pods answer for a service.
    EndpointSlice,
    /// Binds claims to volumes and reclaims them.
    PersistentVolume,
    /// Holds back claims that pods use.
    ClaimProtection,
    /// Holds back volumes that claims have.
    VolumeProtection,
    /// Attaches disks to nodes and detaches them.
    AttachDetach,
    /// Makes the claims that live as long as a pod.
    EphemeralVolume,
    /// Grows claims.
    VolumeExpand,
    /// Marks silent nodes and taints them.
    NodeLifecycle,
    /// Deletes pods from tainted nodes.
    TaintEviction,
    /// Collects pods that nobody else removes.
    PodGc,
    /// Deletes what has lost its owner.
    GarbageCollector,
    /// Furnishes namespaces and empties them.
    Namespace,
}

impl Controller {
    /// The name under which it reports events.
    pub fn component(self) -> &'static str {
        match self {
            Controller::ReplicaSet => "replicaset-controller",
            Controller::StatefulSet => "statefulset-controller",
            Controller::DaemonSet => "daemonset-controller",
            Controller::Deployment => "deployment-controller",
            // Upstream's disruption controller reports under the name of the whole binary.
            Controller::Disruption => "controllermanager",
            Controller::EndpointSlice => "endpoint-slice-controller",
            Controller::PersistentVolume => "persistentvolume-controller",
            Controller::ClaimProtection => "pvc-protection-controller",
            Controller::VolumeProtection => "pv-protection-controller",
            Controller::AttachDetach => "attachdetach-controller",
            Controller::EphemeralVolume => "ephemeral_volume",
            Controller::VolumeExpand => "volume_expand",
            Controller::NodeLifecycle => "node-controller",
            Controller::TaintEviction => "taint-eviction-controller",
            Controller::PodGc => "pod-garbage-collector",
            Controller::GarbageCollector => "garbage-collector",
            Controller::Namespace => "namespace-controller",
        }
    }
}

impl Actor {
    /// The name under which it reports events.
    pub fn component(&self) -> Name {
        let name = match self {
            Actor::You => "kubectl",
            Actor::ApiServer => "kube-apiserver",
            Actor::Controller(controller) => controller.component(),
            Actor::Scheduler => "default-scheduler",
            Actor::Kubelet(_) => "kubelet",
            Actor::Process(_) => "process",
            Actor::Sidecar(name) => return name.clone(),
        };
        Name::from_static_str(name)
    }
    /// The node it works on, where it works on one.
    pub fn host(&self) -> Name {
        match self {
            Actor::Kubelet(node) => node.clone(),
            _ => Name::default(),
        }
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its position in the run.
    pub id: ChangeId,
    /// When.
    pub at: Time,
    /// Who did it.
    pub actor: Actor,
    /// The change that it answers.
    pub cause: Option<ChangeId>,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// An object was written: added where there is no `before`, deleted where there is no `after`.
    Written {
        /// The object before.
        before: Option<Object>,
        /// The object after.
        after: Option<Object>,
    },
    /// Something happened on a machine, which the record may or may not hear of.
    Physical(Physical),
    /// An invariant broke or holds again.
    Rule {
        /// Its name.
        rule: Name,
        /// What exactly.
        detail: Name,
        /// True where it broke, false where it holds again.
        broken: bool,
    },
}

/// What can happen on or between machines.
#[derive(Clone, Debug, PartialEq)]
pub enum Physical {
    /// A node's cable was cut.
    CableCut(Name),
    /// A node's cable was plugged in.
    CableJoined(Name),
    /// A node lost power.
    PowerLost(Name),
    /// A node was booted.
    PowerBack(Name),
    /// A pod's process began: node, pod, uid.
    Started(Name, Key, Uid),
    /// A pod's process ended: node, pod, uid, exit code.
    Stopped(Name, Key, Uid, i32),
    /// A process was asked to stop and has this long: node, pod, uid, grace.
    Stopping(Name, Key, Uid, Span),
    /// A process's readiness was broken or mended by hand: pod, broken.
    Tampered(Key, bool),
    /// A file was written: node, pod, disk, path.
    Wrote(Name, Key, Name, Name),
    /// A disk was emptied.
    Scrubbed(Name),
    /// A disk was attached to a node.
    Attached(Name, Name),
    /// A disk was detached from a node.
    Detached(Name, Name),
    /// A request was answered: by whom, request line, status code.
    Answered(Key, Name, u16),
    /// A request was not answered: request line, why.
    Unanswered(Name, Name),
    /// A request is sent again and again from now on: request line and to whom, how often.
    TrafficBegan(Name, Span),
    /// It is not any more: request line and to whom.
    TrafficEnded(Name),
}

impl Change {
    /// Kind and key of the object written, where one was.
    pub fn object(&self) -> Option<(Kind, Key)> {
        let What::Written { before, after } = &self.what else { return None };
        after.as_ref().or(before.as_ref()).map(|o| (o.kind(), o.key()))
    }
}

/// How many changes are kept; older ones are forgotten, oldest first.
pub const CHANGES_KEPT: usize = 20_000;

/// The latest changes.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    kept: Vector<Arc<Change>>,
    next: ChangeId,
}

impl Changes {
    /// Adds one and tells its number.
    pub fn push(&mut self, at: Time, actor: Actor, cause: Option<ChangeId>, what: What) -> ChangeId {
        let id = self.next;
        self.next += 1;
        self.kept.push_back(Arc::new(Change { id, at, actor, cause, what }));
        if self.kept.len() > CHANGES_KEPT {
            self.kept.pop_front();
        }
        id
    }
    /// The number that the next change will have.
    pub fn next(&self) -> ChangeId {
        self.next
    }
    /// A change by number; `None` where it is forgotten or yet to come.
    pub fn get(&self, id: ChangeId) -> Option<&Arc<Change>> {
        let first = self.next - self.kept.len() as ChangeId;
        self.kept.get(id.checked_sub(first)?.try_into().ok()?)
    }
    /// Changes from that number on, oldest first.
    pub fn since(&self, id: ChangeId) -> impl DoubleEndedIterator<Item = &Arc<Change>> {
        let first = self.next - self.kept.len() as ChangeId;
        let skip = id.saturating_sub(first).min(self.kept.len() as ChangeId) as usize;
        (skip..self.kept.len()).map(|i| &self.kept[i])
    }
    /// A change and what led to it, latest first.
    pub fn chain(&self, id: ChangeId) -> impl Iterator<Item = &Arc<Change>> {
        std::iter::successors(self.get(id), |change| self.get(change.cause?))
    }
}
