//! How fast the core is: a story, a crowd, an event, a copy, a seek, a pass in which nothing moves.
//!
//! `cargo bench --bench core`; `cargo bench --bench core -- crowd` for one of them; `-- ratios` for what an event costs
//! among more pods, as a multiple of what it costs among few.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use podyard::api::{Key, Kind, Object, Pod, Span, StatefulSet};
use podyard::engine::sandbox;
use podyard::sim::{Act, DeleteOptions, Options, Request, World};
use podyard::timeline::Timeline;
use serde_json::{Value, json};
use std::time::Instant;

fn main() {
    if std::env::args().any(|argument| argument == "ratios") {
        return ratios();
    }
    divan::main();
}

fn advance(world: &mut World, span: Span) {
    let until = world.now() + span;
    world.advance(until);
}

/// A cable is cut; the node is marked, its pods are evicted, one set replaces and the other waits.
#[divan::bench(sample_count = 20)]
fn story_of_a_lost_node(bencher: Bencher) {
    let start = sandbox(1);
    bencher.with_inputs(|| start.clone()).bench_values(|mut world| {
        world.apply(Act::Disconnect("node-3".into())).expect("there are three nodes");
        advance(&mut world, Span::secs(720));
        world
    });
}

fn set(kind: Kind, name: &str, replicas: i64, more: Value) -> Object {
    let container = json!({"name": "kubia", "image": "luksa/kubia-pet", "imagePullPolicy": "IfNotPresent"});
    let mut spec = json!({"replicas": replicas, "selector": {"matchLabels": {"app": name}},
        "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [container]}}});
    spec.as_object_mut().expect("a map").extend(more.as_object().cloned().unwrap_or_default());
    Object::from_value(kind, json!({"metadata": {"name": name, "namespace": "default"}, "spec": spec})).expect("fits its kind")
}

/// Half of the pods in a StatefulSet, half in a ReplicaSet; nothing of them made yet.
fn crowd_to_be(nodes: u32, pods: i64) -> World {
    let mut world = World::new(Options { nodes, ..Options::default() });
    let strategy = json!({"type": "RollingUpdate", "rollingUpdate": {"partition": 0}});
    let ordered = json!({"podManagementPolicy": "Parallel", "serviceName": "kubia", "updateStrategy": strategy});
    let sets = [set(Kind::StatefulSet, "kubia", pods / 2, ordered), set(Kind::ReplicaSet, "kubia-rs", pods - pods / 2, Value::Null)];
    for set in sets {
        world.apply(Act::Request(Request::Create(set))).expect("a new name");
    }
    world
}

fn is_ready(world: &World, pods: i64) -> bool {
    world.list::<Pod>().filter(|p| p.is_ready()).count() as i64 == pods
}

/// Steps until all pods are ready; how many it took.
fn until_ready(world: &mut World, pods: i64) -> usize {
    let mut steps = 0;
    while steps % 1000 != 0 || !is_ready(world, pods) {
        world.step();
        steps += 1;
    }
    steps
}

fn crowd(nodes: u32, pods: i64) -> World {
    let mut world = crowd_to_be(nodes, pods);
    until_ready(&mut world, pods);
    world
}

/// As many nodes as pods in each of two sets, from nothing to all ready.
#[divan::bench(args = [100, 1_000, 5_000], sample_count = 3, sample_size = 1)]
fn crowd_until_ready(bencher: Bencher, nodes: u32) {
    let pods = 2 * i64::from(nodes);
    bencher.with_inputs(|| crowd_to_be(nodes, pods)).bench_values(|mut world| black_box(until_ready(&mut world, pods)));
}

/// Steps of which the mean is taken.
const STEPS: usize = 1_000;
/// Numbers of pods among which events are measured.
const SIZES: [u32; 3] = [100, 1_000, 10_000];

fn crowd_of(pods: u32) -> World {
    crowd(100.max(pods / 50), pods.into())
}

/// Something happens: a cable is cut, and some pods are deleted, which their sets make good.
fn stir(mut world: World) -> World {
    world.apply(Act::Disconnect("node-1".into())).expect("there is a first node");
    let pods: Vec<Key> = world.list::<Pod>().step_by(7).take(40).map(|pod| pod.metadata.key()).collect();
    for pod in pods {
        world.apply(Act::Request(Request::Delete(Kind::Pod, pod, DeleteOptions::default()))).expect("it is there");
    }
    world
}

fn steps(mut world: World) -> World {
    (0..STEPS).for_each(|_| _ = world.step());
    world
}

/// Events while some pods of many are deleted and made again: the items a second.
#[divan::bench(args = SIZES, sample_count = 5, sample_size = 1)]
fn events_among_pods(bencher: Bencher, pods: u32) {
    let world = stir(crowd_of(pods));
    bencher.counter(ItemsCount::new(STEPS)).with_inputs(|| world.clone()).bench_values(steps);
}

/// The same, as multiples of the first: an event should cost about as much whatever the number of pods.
fn ratios() {
    let cost = |pods: u32| {
        let world = stir(crowd_of(pods));
        let best = (0..7).map(|_| {
            let copy = world.clone();
            let start = Instant::now();
            black_box(steps(copy));
            start.elapsed()
        });
        best.min().unwrap_or_default().as_secs_f64() / STEPS as f64
    };
    let costs = SIZES.map(cost);
    for (pods, each) in SIZES.iter().zip(costs) {
        println!(
            "{pods:>6} pods: {:>7.2} µs an event, {:>9.0} events a second, {:.2} times the first",
            each * 1e6,
            1.0 / each,
            each / costs[0]
        );
    }
}

/// A set of so many pods is looked at by its controller, which finds nothing to do.
#[divan::bench(args = SIZES, sample_count = 20)]
fn pass_over_an_idle_set(bencher: Bencher, pods: u32) {
    let world = crowd_of(pods);
    let set = world.list::<StatefulSet>().next().expect("there is one").clone();
    let touched = |mark: &str| {
        let mut set = (*set).clone();
        set.metadata.annotations.insert("touched", mark);
        Act::Request(Request::Update(set.into()))
    };
    bencher.with_inputs(|| world.clone()).bench_values(|mut world| {
        world.apply(touched("yes")).expect("it has not changed");
        advance(&mut world, Span::millis(50));
        world
    });
}

#[divan::bench(args = [0, 1_000, 10_000])]
fn copy_of_a_world(bencher: Bencher, pods: u32) {
    let world = if pods == 0 { sandbox(1) } else { crowd(200, pods.into()) };
    bencher.bench_local(|| world.clone());
}

/// To the middle of half an hour in which a node was lost, and back to the present.
#[divan::bench]
fn seek(bencher: Bencher) {
    let mut timeline = Timeline::new(sandbox(1));
    let start = timeline.world().now();
    timeline.act("disconnect node-3", None, |world| world.apply(Act::Disconnect("node-3".into())).expect("there are three nodes"));
    let end = start + Span::mins(30);
    while timeline.world().now() < end {
        timeline.pass(end);
    }
    bencher.bench_local(move || {
        timeline.seek(start + Span::mins(15));
        timeline.seek(end);
    });
}

/// A minute in which nothing moves but hearts.
#[divan::bench(args = [3, 100, 1_000])]
fn idle_minute(bencher: Bencher, nodes: u32) {
    let mut world = World::new(Options { nodes, ..Options::default() });
    advance(&mut world, Span::secs(60));
    bencher.with_inputs(|| world.clone()).bench_values(|mut world| {
        advance(&mut world, Span::secs(60));
        world
    });
}
