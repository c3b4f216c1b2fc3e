//! Nodes that are silent or closed.

use super::Cause;
use crate::api::{Key, Name, Node, Truth};
use crate::sim::World;
use crate::sim::latency::Latency;

/// Why a node is not at work.
pub fn of(world: &World, name: &Name) -> Option<Cause> {
    let machine = world.machine(name)?;
    let node = world.get::<Node>(&Key::cluster(name.clone()));
    let ready = node.is_some_and(|n| n.readiness() == Some(Truth::True));
    let timer = ready.then(|| world.lease_renewed(name).unwrap_or(machine.last_word) + world.latency(Latency::NodeGrace));
    let silent = |cause: Cause| cause.until(timer.filter(|t| *t > world.now()), "marked NotReady");
    match (machine.powered, machine.cut.is_some(), node) {
        (false, ..) => Some(silent(power(name))),
        (true, true, _) => Some(silent(cable(name))),
        (true, false, Some(node)) if node.spec.unschedulable => {
            let cause = Cause::new(format!("{name} is cordoned: what runs there goes on, nothing new is placed there"), "you");
            Some(cause.free(format!("kubectl uncordon {name}"), "opens it again"))
        }
        (true, false, Some(_)) if !ready => {
            Some(Cause::new(format!("{name} is up, and its kubelet has not reported since"), format!("the kubelet on {name}")))
        }
        (true, false, _) => None,
    }
}

fn power(name: &Name) -> Cause {
    let cause = Cause::new(format!("{name} has no power: nothing runs there, its disks keep their files"), "you, at the machine");
    cause.free(format!("boot {name}"), "gives it power").free(format!("kubectl delete no {name}"), "gives it up: its pods are collected")
}

fn cable(name: &Name) -> Cause {
    let cause = Cause::new(format!("the cable of {name} is cut: what runs there goes on unseen"), "you, at the cable");
    cause.free(format!("reconnect {name}"), "plugs it in")
}

/// The line that brings a machine back; `None` where it can be reached.
pub fn remedy(world: &World, name: &str) -> Option<(String, &'static str)> {
    let machine = world.machine(name)?;
    match (machine.powered, machine.cut.is_some()) {
        (false, _) => Some((format!("boot {name}"), "gives the machine power")),
        (true, true) => Some((format!("reconnect {name}"), "plugs the cable in")),
        (true, false) => None,
    }
}
