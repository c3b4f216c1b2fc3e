//! The layout at any size and with any number of pods: nothing overlaps, nothing lies outside, nothing panics.

#[path = "frames/world.rs"]
mod world;

use podyard::api::Span;
use podyard::app::terminal::sight;
use podyard::engine::Engine;
use podyard::scene::{Area, Target};
use podyard::ui::keys::Key;
use podyard::ui::model::{Look, Mode};
use podyard::ui::{Message, Model, Screen, update, view};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// One world for each number of replicas, made once.
fn engines() -> &'static [Engine] {
    static ENGINES: OnceLock<Vec<Engine>> = OnceLock::new();
    ENGINES.get_or_init(|| {
        let scaled = |n| Engine::new(world::scaled(world::sandbox(), n));
        let forced = Engine::new(world::forced(world::cut(world::sandbox())));
        let crowd = Engine::new(world::crowd(3000));
        let worlds = [0, 3, 8, 40, 300].map(scaled).into_iter().chain([forced, crowd]);
        let mut engines: Vec<Engine> = worlds.collect();
        // Where traffic lands takes room of its own.
        for (which, url) in [(1, "http://kubia-public/"), (3, "http://kubia-public/"), (5, "http://nobody/")] {
            let engine = &mut engines[which];
            engine.submit(&format!("traffic {url}"), None);
            engine.run_until(engine.world().now() + Span::secs(20));
        }
        engines
    })
}

/// No cell belongs to two things.
fn apart(spots: &[(Area, Target)]) -> Result<(), TestCaseError> {
    let mut cells: BTreeMap<(u16, u16), &Target> = BTreeMap::new();
    for (area, target) in spots {
        for cell in (area.y..area.bottom()).flat_map(|y| (area.x..area.right()).map(move |x| (y, x))) {
            let other = cells.insert(cell, target);
            prop_assert!(other.is_none(), "{target:?} at {area:?} overlaps {other:?}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_size(w in 20u16..=300, h in 5u16..=100, which in 0usize..7, keys in proptest::collection::vec(0usize..12, 0..6), help: bool) {
        let engine = &engines()[which];
        let sight = sight(engine, "sandbox");
        let mut model = Model::new(Look::default());
        for key in keys {
            let name = ["tab", "up", "down", "left", "right", "w", "t", "shift-tab", "pageup", "pagedown", "z", "a"][key];
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
        apart(&spots)?;
        let canvas = view(&model, &sight, &screen);
        prop_assert_eq!((canvas.width, canvas.height), (w, h));
        if screen.regions.is_none() {
            prop_assert!(canvas.glyphs().contains("too small"));
        }
    }
}
