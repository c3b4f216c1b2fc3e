//! The sandbox's world, made by hand and settled, for frames.

use podyard::api::{Kind, Object, Span};
use podyard::sim::{Act, Options, Request, World};

/// The twin sets, running.
pub fn sandbox() -> World {
    let mut world = World::new(Options { seed: 7, ..Options::default() });
    for document in podyard::api::yaml::documents(podyard::engine::MANIFEST) {
        let value = document.value.expect("the manifest is YAML");
        let kind = Kind::by_name(value["kind"].as_str().unwrap_or_default()).expect("a known kind");
        let mut object = Object::read(kind, value).expect("fits its kind");
        if kind.info().namespaced {
            object.meta_mut().namespace = "default".into();
        }
        world.apply(Act::Request(Request::Create(object))).expect("stored");
    }
    pass(&mut world, 20);
    world
}

/// Lets seconds pass.
pub fn pass(world: &mut World, secs: i64) {
    let until = world.now() + Span::secs(secs);
    world.advance(until);
}
