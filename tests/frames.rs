//! Golden frames: the screen at three sizes in four states, in two planes, text and role per cell.

#[path = "frames/world.rs"]
mod world;

use podyard::app::terminal::sight;
use podyard::engine::Engine;
use podyard::sim::World;
use podyard::ui::model::Look;
use podyard::ui::{Model, Screen, view};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 60)];

fn check(name: &str, world: World) {
    let engine = Engine::new(world);
    let (model, sight) = (Model::new(Look::default()), sight(&engine, "sandbox"));
    for size in SIZES {
        let screen = Screen::of(&model, &sight, size);
        let canvas = view(&model, &sight, &screen);
        let planes = format!("{}\n{}", canvas.glyphs(), canvas.roles());
        insta::with_settings!({snapshot_path => "frames", prepend_module_to_snapshot => false, omit_expression => true}, {
            insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), planes);
        });
    }
}

#[test]
fn the_sandbox_at_its_start() {
    check("start", world::sandbox());
}

#[test]
fn both_sets_scaled() {
    check("scaled", world::scaled(world::sandbox(), 4));
}

#[test]
fn a_node_cut_off_for_six_minutes() {
    check("cut", world::cut(world::sandbox()));
}

#[test]
fn after_the_force() {
    check("forced", world::forced(world::cut(world::sandbox())));
}
