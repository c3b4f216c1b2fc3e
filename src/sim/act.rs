//! Acts: imperative, without time; the only way into the world besides its own agenda.

use super::network::Flow;
use crate::api::{Key, Kind, Name, Object, Uid};

/// Something that is asked of the world. The door stamps the time.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// A request to the API server.
    Request(Request),
    /// Pulls a node's cable.
    Disconnect(Name),
    /// Plugs it in.
    Reconnect(Name),
    /// Takes a node's power away.
    Crash(Name),
    /// Boots it.
    Boot(Name),
    /// Makes a pod's processes fail their readiness probe.
    FailReadiness(Key),
    /// Makes a pod's first container exit with this code.
    Exit(Key, i32),
    /// Mends what was failed.
    Heal(Key),
    /// Makes this the namespace that lines mean where they name none.
    Context(Name),
    /// Sends a request again and again from now on, instead of what was sent so before; nothing ends that.
    Traffic(Option<Flow>),
}

/// A request to the API server by whoever types.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Stores a new object; a blank name with `generateName` gets a suffix.
    Create(Object),
    /// Replaces spec and metadata; refused where the resource version is set and stale.
    Update(Object),
    /// Replaces the status.
    UpdateStatus(Object),
    /// Deletes.
    Delete(Kind, Key, DeleteOptions),
    /// Deletes a pod as far as disruption budgets allow: the eviction subresource.
    Evict(Key, DeleteOptions),
}

/// metav1.DeleteOptions.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct DeleteOptions {
    /// Seconds of grace; the object's own where absent.
    pub grace: Option<i64>,
    /// Refused where the object is another one.
    pub uid: Option<Uid>,
    /// What happens to dependants.
    pub propagation: Propagation,
}

/// What happens to dependants of a deleted object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Propagation {
    /// They are deleted afterwards.
    #[default]
    Background,
    /// They are deleted first.
    Foreground,
    /// They stay.
    Orphan,
}
