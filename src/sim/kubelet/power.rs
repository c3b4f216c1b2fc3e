//! What hands do to machines and processes: cables, power, sabotage.

use super::super::change::Physical;
use super::super::world::World;
use crate::api::{Key, Name};

/// Pulls a node's cable; `None` where it is already out.
pub fn disconnect(world: &mut World, node: &Name) -> Option<Physical> {
    let now = world.now();
    let machine = world.machine_mut(node)?;
    if machine.cut.is_some() {
        return None;
    }
    machine.cut = Some(now);
    Some(Physical::CableCut(node.clone()))
}

/// Plugs it in; `None` where it is in.
pub fn reconnect(world: &mut World, node: &Name) -> Option<Physical> {
    world.machine_mut(node)?.cut.take()?;
    Some(Physical::CableJoined(node.clone()))
}

/// Takes a node's power away; `None` where it has none.
pub fn crash(world: &mut World, node: &Name) -> Option<Physical> {
    let machine = world.machine_mut(node)?;
    if !machine.powered {
        return None;
    }
    machine.powered = false;
    Some(Physical::PowerLost(node.clone()))
}

/// Boots it; `None` where it runs.
pub fn boot(world: &mut World, node: &Name) -> Option<Physical> {
    let machine = world.machine_mut(node)?;
    if machine.powered {
        return None;
    }
    machine.powered = true;
    machine.boots += 1;
    Some(Physical::PowerBack(node.clone()))
}

/// What follows from it.
pub fn follow(_world: &mut World, _node: &Name) {}

/// Breaks or mends the readiness of a pod's processes.
pub fn tamper(_world: &mut World, _pod: &Key, _broken: bool) {}

/// Makes a pod's first container exit.
pub fn exit(_world: &mut World, _pod: &Key, _code: i32) {}
