//! The two doors: acts come in, and what is due happens.

use super::act::Act;
use super::agenda::Due;
use super::apiserver::Desk;
use super::change::{Actor, Physical};
use super::world::World;
use super::{controllers, kubelet, network, scheduler};
use crate::api::{Key, Kind, Name, Object, Refusal};

/// Does what is asked.
pub fn apply(world: &mut World, act: Act) -> Result<Option<Object>, Refusal> {
    world.cause = None;
    match act {
        Act::Request(request) => Desk::new(world, Actor::You).request(request),
        Act::Disconnect(node) => on_machine(world, &node, kubelet::power::disconnect),
        Act::Reconnect(node) => on_machine(world, &node, kubelet::power::reconnect),
        Act::Crash(node) => on_machine(world, &node, kubelet::power::crash),
        Act::Boot(node) => on_machine(world, &node, kubelet::power::boot),
        Act::FailReadiness(pod) => on_pod(world, &pod, |world, pod| kubelet::power::tamper(world, pod, true)),
        Act::Heal(pod) => on_pod(world, &pod, |world, pod| kubelet::power::tamper(world, pod, false)),
        Act::Context(namespace) => {
            world.context = namespace;
            Ok(None)
        }
        Act::Traffic(flow) => network::traffic::direct(world, flow).map(|()| None),
        Act::Exit(pod, code) => on_pod(world, &pod, |world, pod| kubelet::power::exit(world, pod, code)),
    }
}

fn on_machine(world: &mut World, node: &Name, act: fn(&mut World, &Name) -> Option<Physical>) -> Result<Option<Object>, Refusal> {
    if world.machine(node).is_none() {
        return Err(Refusal::not_found(Kind::Node, node));
    }
    if let Some(what) = act(world, node) {
        world.cause = Some(world.happened(Actor::You, what));
        network::note_link(world, node);
        kubelet::power::follow(world, node);
        world.cause = None;
    }
    Ok(None)
}

fn on_pod(world: &mut World, pod: &Key, act: impl Fn(&mut World, &Key)) -> Result<Option<Object>, Refusal> {
    if world.object(Kind::Pod, pod).is_none() {
        return Err(Refusal::not_found(Kind::Pod, &pod.name));
    }
    act(world, pod);
    Ok(None)
}

/// Lets the next due event happen; false where nothing is due.
pub fn step(world: &mut World) -> bool {
    let Some((ticket, entry)) = world.agenda.pop() else { return false };
    world.now = world.now.max(ticket.0);
    world.cause = entry.cause;
    match entry.due {
        Due::Sync(controller, kind, key) => {
            let item = (controller, kind, key.clone());
            if world.queued.get(&item).is_some_and(|due| *due <= ticket.0) {
                world.queued.remove(&item);
            }
            controllers::sync(world, controller, kind, &key);
        }
        Due::Pass(controller) => controllers::pass(world, controller),
        Due::Schedule => scheduler::schedule(world),
        Due::Remove(pod, uid) => Desk::new(world, Actor::ApiServer).remove(&pod, uid),
        Due::Expire => super::apiserver::expire(world),
        Due::Heartbeat(node) => kubelet::heartbeat(world, &node),
        Due::Kubelet(node, errand) => kubelet::run(world, &node, errand),
        Due::Traffic(number, leg) => network::traffic::go_on(world, number, leg),
    }
    world.cause = None;
    true
}
