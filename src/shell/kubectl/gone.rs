//! Waiting until deleted objects are gone, by identity.

use crate::api::object::{Kind, Object};
use crate::api::{Key, Time, Uid};
use crate::shell::voice::{Failure, Voice};
use crate::sim::World;

/// Objects that are to go.
#[derive(Clone, Debug, Default)]
pub struct Gone {
    waiting: Vec<(Kind, Key, Uid)>,
    deadline: Option<Time>,
    says_so: bool,
}

impl Gone {
    /// Nothing yet; gives up at the deadline.
    pub fn new(deadline: Option<Time>) -> Gone {
        Gone { deadline, ..Gone::default() }
    }
    /// The same, saying `condition met` of each as it goes.
    pub fn announced(self) -> Gone {
        Gone { says_so: true, ..self }
    }
    /// One more to wait for.
    pub fn add(&mut self, object: &Object) {
        self.waiting.push((object.kind(), object.key(), object.meta().uid));
    }
    /// True once all are gone, or the deadline has passed.
    pub fn poll(&mut self, world: &World, voice: &mut Voice) -> bool {
        let says_so = self.says_so;
        self.waiting.retain(|(kind, key, uid)| {
            let there = world.object(*kind, key).is_some_and(|o| o.meta().uid == *uid);
            if !there && says_so {
                voice.say(format!("{}/{} condition met", kind.singular(), key.name));
            }
            there
        });
        let late = self.deadline.is_some_and(|at| world.now() >= at);
        if late {
            self.waiting.iter().for_each(|(kind, key, _)| voice.fail(timed_out(*kind, key)));
        }
        late || self.waiting.is_empty()
    }
    /// When it gives up.
    pub fn until(&self) -> Option<Time> {
        self.deadline
    }
}

/// `error: timed out waiting for the condition on pods/kubia-0`.
pub fn timed_out(kind: Kind, key: &Key) -> Failure {
    Failure::error(format!("timed out waiting for the condition on {}/{}", kind.info().plural, key.name))
}
