//! Golden frames: the screen at three sizes in some states and views, in two planes, text and role per cell.

#[path = "frames/world.rs"]
mod world;

use podyard::app::terminal::sight;
use podyard::engine::Engine;
use podyard::sim::World;
use podyard::ui::keys::Key;
use podyard::ui::model::Look;
use podyard::ui::{Message, Model, Screen, update, view};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 60)];

fn check(name: &str, world: World) {
    check_after(name, world, "");
}

/// The same after some keys; each size begins anew.
fn check_after(name: &str, world: World, keys: &str) {
    let engine = Engine::new(world);
    let sight = sight(&engine, "sandbox");
    for size in SIZES {
        let mut model = Model::new(Look::default());
        for key in keys.split_whitespace() {
            let screen = Screen::of(&model, &sight, size);
            update(&mut model, Message::Key(Key::named(key).expect("a key")), &sight, &screen);
        }
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

#[test]
fn why_a_pod_on_a_cut_node_is_still_there() {
    check_after("why", world::cut(world::sandbox()), "tab tab down down down w");
}

#[test]
fn a_manifest_that_is_edited() {
    check_after("edit", world::sandbox(), "tab tab e down down end");
}

#[test]
fn all_keys() {
    check_after("help", world::sandbox(), "?");
}

#[test]
fn letters_that_are_looked_for() {
    check_after("filter", world::sandbox(), "/ k u b i a - 1");
}

#[test]
fn three_hundred_pods() {
    check("crowd", world::scaled(world::sandbox(), 150));
}

#[test]
fn three_thousand_pods_on_thirty_nodes() {
    check("throng", world::crowd(3000));
}

#[test]
fn the_record_alone() {
    check_after("record", world::cut(world::sandbox()), "tab z");
}
