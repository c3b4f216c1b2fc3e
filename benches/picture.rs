//! How fast frames are: one of the sandbox at two sizes, and the first of all.
//!
//! `cargo bench --bench picture`.

use divan::{Bencher, black_box};
use podyard::engine::{Engine, sandbox};
use podyard::sim::World;
use podyard::ui::model::Look;
use podyard::ui::{Model, Screen, Sight, Theme, view};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

fn main() {
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

/// A whole frame as the terminal's loop makes it, into the cells that are compared with the screen's.
fn frame(world: &World, size: (u16, u16)) -> Buffer {
    let model = Model::new(Look { reduced_motion: true, present: false });
    let sight = sight(world);
    let screen = Screen::of(&model, &sight, size);
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
