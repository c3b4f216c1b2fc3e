//! How fast frames are: one of the sandbox at two sizes, the first of all, and those of crowds; how fast one seeks in an
//! hour of play, and what that hour keeps in memory.
//!
//! `cargo bench --bench picture`; `-- memory` for what an hour keeps, where there is a `/proc`.

use divan::{Bencher, black_box};
use podyard::api::{Key, Kind, Object, Pod, Span};
use podyard::engine::{Engine, sandbox};
use podyard::scene::{Recall, Target};
use podyard::sim::{Act, DeleteOptions, Options, Request, World};
use podyard::ui::model::Look;
use podyard::ui::{Model, Screen, Sight, Theme, view};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde_json::json;

fn main() {
    if std::env::args().any(|argument| argument == "memory") {
        return memory();
    }
    divan::main();
}

const SIZES: [(u16, u16); 2] = [(120, 36), (200, 60)];

fn sight(world: &World) -> Sight<'_> {
    Sight {
        world,
        origin: world.options().epoch,
        head: world.now(),
        live: true,
        playing: true,
        speed: 100,
        marks: Vec::new(),
        console: Vec::new(),
        busy: None,
        title: "sandbox",
        script: None,
    }
}

/// A whole frame from nothing.
fn frame(world: &World, size: (u16, u16)) -> Buffer {
    frame_after(world, size, &mut Recall::default())
}

/// A whole frame as the terminal's loop makes it, into the cells that are compared with the screen's.
fn frame_after(world: &World, size: (u16, u16), recall: &mut Recall) -> Buffer {
    let model = Model::new(Look { reduced_motion: true, present: false });
    let sight = sight(world);
    let screen = Screen::recalled(&model, &sight, size, recall);
    let canvas = view(&model, &sight, &screen);
    let mut buffer = Buffer::empty(Rect::new(0, 0, size.0, size.1));
    Theme::default().apply(&canvas, &mut buffer);
    buffer
}

#[divan::bench(args = SIZES)]
fn a_frame(bencher: Bencher, size: (u16, u16)) {
    let world = sandbox(1);
    bencher.bench_local(|| frame(&world, size));
}

/// What is seen, and where it stands, without drawing it.
#[divan::bench(args = SIZES)]
fn a_plan(bencher: Bencher, size: (u16, u16)) {
    let world = sandbox(1);
    let model = Model::new(Look::default());
    bencher.bench_local(|| black_box(Screen::of(&model, &sight(&world), size)));
}

/// From nothing to the first frame of the sandbox.
#[divan::bench(sample_count = 20)]
fn from_start_to_first_frame() -> Buffer {
    let engine = Engine::new(sandbox(1));
    frame(engine.world(), SIZES[0])
}

/// A world of so many pods of a ReplicaSet on as many nodes as they need, all of them running.
fn crowd(pods: u32) -> World {
    let mut world = World::new(Options { nodes: (pods / 50).max(3), ..Options::default() });
    let template = json!({"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": "nginx"}]}});
    let spec = json!({"replicas": pods, "selector": {"matchLabels": {"app": "web"}}, "template": template});
    let set = json!({"metadata": {"name": "web", "namespace": "default"}, "spec": spec});
    let set = Object::from_value(Kind::ReplicaSet, set).expect("fits its kind");
    world.apply(Act::Request(Request::Create(set))).expect("a new name");
    let ready = |world: &World| world.list::<Pod>().filter(|pod| pod.is_ready()).count() as u32;
    while ready(&world) < pods {
        let until = world.now() + Span::secs(5);
        world.advance(until);
    }
    world
}

/// Numbers of pods, and the screen on which each is looked at: to take less than 1, 5 and 10 ms.
const CROWDS: [(u32, (u16, u16)); 3] = [(10, (120, 36)), (1_000, (200, 60)), (10_000, (200, 60))];

/// The first frame of all: nothing is known of the crowd yet.
#[divan::bench(args = CROWDS)]
fn the_first_frame_of_a_crowd(bencher: Bencher, (pods, size): (u32, (u16, u16))) {
    let world = crowd(pods);
    bencher.bench_local(|| frame(&world, size));
}

/// A frame after another, between which a pod is deleted: time runs.
#[divan::bench(args = CROWDS)]
fn a_frame_of_a_crowd(bencher: Bencher, (pods, size): (u32, (u16, u16))) {
    let world = crowd(pods);
    let (worlds, mut recall, mut turn) = ([world.clone(), losing(1, world).0], Recall::default(), 0);
    bencher.bench_local(|| {
        turn += 1;
        frame_after(&worlds[turn % 2], size, &mut recall)
    });
}

/// A crowd some moments after so many of its pods were deleted, and their keys.
fn losing(pods: usize, mut world: World) -> (World, Vec<Key>) {
    let keys: Vec<Key> = world.list::<Pod>().take(pods).map(|pod| pod.metadata.key()).collect();
    for key in &keys {
        world.apply(Act::Request(Request::Delete(Kind::Pod, key.clone(), DeleteOptions::default()))).expect("it is there");
    }
    let until = world.now() + Span::millis(300);
    world.advance(until);
    (world, keys)
}

/// Frames while some of them have just been deleted: everything moves, and one pod is selected.
#[divan::bench(args = CROWDS)]
fn a_frame_while_much_moves(bencher: Bencher, (pods, size): (u32, (u16, u16))) {
    let (world, keys) = losing(8, crowd(pods));
    let mut later = world.clone();
    later.advance(world.now() + Span::millis(30));
    let mut model = Model::new(Look::default());
    model.selected = Some(Target::Pod(keys[0].clone()));
    let (worlds, mut recall, mut turn) = ([world, later], Recall::default(), 0);
    bencher.bench_local(|| {
        turn += 1;
        let sight = sight(&worlds[turn % 2]);
        let screen = Screen::recalled(&model, &sight, size, &mut recall);
        black_box(view(&model, &sight, &screen))
    });
}

/// An hour in which a class plays: every half minute somebody deletes a pod, scales a set or pulls a cable.
fn an_hour_of_play() -> Engine {
    const LINES: [&str; 8] = [
        "kubectl delete po kubia-0 --wait=false",
        "kubectl scale sts kubia --replicas=5",
        "disconnect node-3",
        "kubectl scale rs kubia-rs --replicas=8",
        "kubectl delete po kubia-1 --force --grace-period=0",
        "reconnect node-3",
        "kubectl scale sts kubia --replicas=3",
        "kubectl scale rs kubia-rs --replicas=3",
    ];
    let mut engine = Engine::new(sandbox(1));
    for line in LINES.iter().cycle().take(120) {
        engine.submit(line, None);
        engine.run_until(engine.head() + Span::secs(30));
    }
    engine
}

/// To any point of an hour's run, and its frame: to take less than 16 ms together.
#[divan::bench]
fn seek_in_an_hour_of_play(bencher: Bencher) {
    let mut engine = an_hour_of_play();
    let (origin, length) = (engine.origin(), engine.head() - engine.origin());
    let mut turn = 0;
    bencher.bench_local(move || {
        // Steps of a golden part of the hour come near every point of it.
        turn = (turn + 618) % 1000;
        engine.seek(origin + Span(length.0 * turn / 1000));
        frame(engine.world(), SIZES[0])
    });
}

/// What an hour of class play keeps in memory: to be less than 100 MB.
fn memory() {
    let resident = || -> u64 {
        let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
        pages.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or_default() * 4096
    };
    let before = resident();
    let engine = an_hour_of_play();
    let kept = resident().saturating_sub(before);
    println!("an hour of play: {} moments, {} MB", engine.timeline().track().moments().len(), kept / 1_000_000);
}
