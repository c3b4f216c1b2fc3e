//! The layout at any size and with any number of pods: nothing overlaps, nothing lies outside, nothing panics.

#[path = "frames/world.rs"]
mod world;

use podyard::app::terminal::sight;
use podyard::engine::Engine;
use podyard::scene::{Area, Target};
use podyard::ui::keys::Key;
use podyard::ui::model::{Look, Mode};
use podyard::ui::{Message, Model, Screen, update, view};
use proptest::prelude::*;
use std::sync::OnceLock;

/// One world for each number of replicas, made once.
fn engines() -> &'static [Engine] {
    static ENGINES: OnceLock<Vec<Engine>> = OnceLock::new();
    ENGINES.get_or_init(|| {
        let scaled = |n| Engine::new(world::scaled(world::sandbox(), n));
        let forced = Engine::new(world::forced(world::cut(world::sandbox())));
        [0, 3, 8, 40, 300].map(scaled).into_iter().chain([forced]).collect()
    })
}

fn apart(spots: &[(Area, Target)]) -> Result<(), TestCaseError> {
    for (i, (a, first)) in spots.iter().enumerate() {
        for (b, second) in &spots[i + 1..] {
            prop_assert!(!a.meets(*b), "{first:?} at {a:?} overlaps {second:?} at {b:?}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_size(w in 20u16..=300, h in 5u16..=100, which in 0usize..6, keys in proptest::collection::vec(0usize..10, 0..6), help: bool) {
        let engine = &engines()[which];
        let sight = sight(engine, "sandbox");
        let mut model = Model::new(Look::default());
        for key in keys {
            let name = ["tab", "up", "down", "left", "right", "w", "t", "shift-tab", "pageup", "pagedown"][key];
            let screen = Screen::of(&model, &sight, (w, h));
            update(&mut model, Message::Key(Key::named(name).unwrap()), &sight, &screen);
        }
        if help {
            model.mode = Mode::Help;
        }
        let screen = Screen::of(&model, &sight, (w, h));
        let spots: Vec<(Area, Target)> = screen.plan.spots().filter(|(area, _)| !area.is_empty()).cloned().collect();
        let stage = screen.regions.map(|r| r.stage).unwrap_or_default();
        for (area, target) in &spots {
            prop_assert!(stage.covers(*area), "{target:?} at {area:?} lies outside {stage:?}");
        }
        if spots.len() < 400 {
            apart(&spots)?;
        }
        let canvas = view(&model, &sight, &screen);
        prop_assert_eq!((canvas.width, canvas.height), (w, h));
        if screen.regions.is_none() {
            prop_assert!(canvas.glyphs().contains("too small"));
        }
    }
}
