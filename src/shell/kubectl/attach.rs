//! Staying with a pod of `kubectl run -it` until its command has run.

use crate::api::object::{Kind, Object};
use crate::api::pod::RestartPolicy;
use crate::api::{Key, Pod, Uid};
use crate::shell::inside::{self, Inside};
use crate::shell::requests;
use crate::shell::voice::{Failure, Voice};
use crate::sim::{Act, DeleteOptions, World};

/// A pod whose command is to be run, and which may be removed afterwards.
#[derive(Clone, Debug)]
pub struct Attached {
    key: Key,
    uid: Uid,
    command: Vec<String>,
    remove: bool,
    ran: bool,
    deleted: bool,
}

impl Attached {
    /// Waits for this pod to start.
    pub fn new(pod: &Object, command: Vec<String>, remove: bool) -> Attached {
        Attached { key: pod.key(), uid: pod.meta().uid, command, remove, ran: false, deleted: false }
    }

    /// Runs the command once the pod has started; true once that is done and, where asked for, the pod is gone.
    pub fn poll(&mut self, world: &mut World, voice: &mut Voice) -> bool {
        let Some(pod) = world.get::<Pod>(&self.key).filter(|p| p.metadata.uid == self.uid).cloned() else {
            if !self.ran {
                voice.fail(Failure::error(format!("timed out waiting for the condition: pod {:?} is gone", &*self.key.name)));
            }
            return true;
        };
        if !self.ran {
            self.ran = self.start(world, voice, &pod);
        }
        if !self.ran {
            return false;
        }
        let over = pod.status.phase.is_terminal() || pod.spec.restart_policy == RestartPolicy::Always;
        if self.remove && !self.deleted && over {
            self.deleted = true;
            let place = format!("from {} namespace", self.key.namespace);
            match requests::delete(world, Kind::Pod, &self.key, DeleteOptions::default()) {
                Ok(_) => voice.say(format!("pod {:?} deleted {place}", &*self.key.name)),
                Err(refusal) => voice.fail(refusal),
            }
        }
        !self.remove || world.get::<Pod>(&self.key).is_none_or(|p| p.metadata.uid != self.uid)
    }

    /// True once the command has run, or never will.
    fn start(&self, world: &mut World, voice: &mut Voice, pod: &Pod) -> bool {
        let Some(here) = Inside::of(world, pod, pod.spec.containers.first().map_or("", |c| &c.name)) else {
            let over = pod.status.phase.is_terminal() || pod.metadata.is_terminating();
            if over {
                voice.fail(Failure::error(format!("pod {:?} ended before it could be attached to", &*self.key.name)));
            }
            return over;
        };
        if self.command.is_empty() {
            voice.warn("podyard has no interactive shell: give the command after --");
        } else if !inside::run(world, &here, voice, &self.command) {
            voice.fail(Failure { text: format!("{}: not found", self.command[0]), rc: 127 });
        }
        // The command is the container's process: what is left of the image's own behaviour ends with it.
        let ended = world.apply(Act::Exit(self.key.clone(), voice.rc));
        ended.is_ok() || pod.metadata.is_terminating()
    }
}
