//! The sandbox's world, made by hand and settled, for frames.

use podyard::api::workload::parent_and_ordinal;
use podyard::api::{Key, Kind, Object, Pod, ReplicaSet, Span, StatefulSet};
use podyard::sim::{Act, DeleteOptions, Options, Request, World};

/// The twin sets, running.
pub fn sandbox() -> World {
    furnished(World::new(Options { seed: 7, ..Options::default() }))
}

fn furnished(mut world: World) -> World {
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

/// Both sets at so many replicas, and a minute later.
#[allow(dead_code)]
pub fn scaled(mut world: World, replicas: i32) -> World {
    let (sts, rs) = (Key::new("default", "kubia"), Key::new("default", "kubia-rs"));
    let mut set = (**world.get::<StatefulSet>(&sts).expect("there")).clone();
    set.spec.replicas = replicas;
    world.apply(Act::Request(Request::Update(set.into()))).expect("scaled");
    let mut set = (**world.get::<ReplicaSet>(&rs).expect("there")).clone();
    set.spec.replicas = replicas;
    world.apply(Act::Request(Request::Update(set.into()))).expect("scaled");
    pass(&mut world, 60);
    world
}

/// A cluster with so many pods of a ReplicaSet on thirty nodes, a minute later.
#[allow(dead_code)]
pub fn crowd(pods: i32) -> World {
    let mut world = furnished(World::new(Options { seed: 7, nodes: 30, ..Options::default() }));
    let key = Key::new("default", "kubia-rs");
    let mut set = (**world.get::<ReplicaSet>(&key).expect("there")).clone();
    set.spec.replicas = pods;
    world.apply(Act::Request(Request::Update(set.into()))).expect("scaled");
    pass(&mut world, 60);
    world
}

/// The last node's cable pulled, six minutes ago.
#[allow(dead_code)]
pub fn cut(mut world: World) -> World {
    world.apply(Act::Disconnect("node-3".into())).expect("there");
    pass(&mut world, 360);
    world
}

/// The StatefulSet's stuck pod deleted by force, eight seconds ago.
#[allow(dead_code)]
pub fn forced(mut world: World) -> World {
    let stuck = |p: &Pod| p.metadata.is_terminating() && parent_and_ordinal(&p.metadata.name).is_some_and(|(set, _)| set == "kubia");
    let keys: Vec<Key> = world.list::<Pod>().filter(|p| stuck(p)).map(|p| p.metadata.key()).collect();
    for key in keys {
        let now = DeleteOptions { grace: Some(0), ..DeleteOptions::default() };
        world.apply(Act::Request(Request::Delete(Kind::Pod, key, now))).expect("deleted");
    }
    pass(&mut world, 8);
    world
}
