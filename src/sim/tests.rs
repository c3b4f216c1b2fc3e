//! Worlds for tests: manifests go in as a client would send them, and what was written comes out.

use super::act::{Act, DeleteOptions, Request};
use super::change::{Actor, What};
use super::world::{Options, World};
use crate::api::{Event, Key, Kind, Object, Pod, Refusal, Resource, Span, defaults};
use serde_json::{Value, json};
use std::sync::Arc;

/// A world, with hands.
pub struct Trial {
    /// The world.
    pub world: World,
}

/// A key in the namespace `default`.
pub fn key(name: &str) -> Key {
    Key::new("default", name)
}

/// The fields of one object over those of another.
pub fn over(mut base: Value, more: Value) -> Value {
    let (Some(map), Value::Object(more)) = (base.as_object_mut(), more) else { return base };
    map.extend(more);
    base
}

/// What a pod of one container asks for.
pub fn pod_spec(image: &str) -> Value {
    json!({"containers": [{"name": "c", "image": image}]})
}

/// A template whose pods are labelled `app`.
pub fn template(app: &str, image: &str) -> Value {
    json!({"metadata": {"labels": {"app": app}}, "spec": pod_spec(image)})
}

impl Trial {
    /// A cluster of so many nodes.
    pub fn new(nodes: u32) -> Trial {
        let mut trial = Trial { world: World::new(Options { nodes, ..Options::default() }) };
        trial.pass(Span::secs(1));
        trial
    }

    /// Stores a manifest, completed as the API server would.
    pub fn try_put(&mut self, kind: Kind, mut manifest: Value) -> Result<Object, Refusal> {
        defaults::fill(kind, &kind.api_version(), &mut manifest);
        let mut object = Object::from_value(kind, manifest).unwrap();
        if kind.info().namespaced {
            object.meta_mut().namespace = "default".into();
        }
        self.world.apply(Act::Request(Request::Create(object))).map(Option::unwrap)
    }
    /// The same where it is not refused.
    pub fn put(&mut self, kind: Kind, manifest: Value) -> Object {
        self.try_put(kind, manifest).unwrap()
    }
    /// A pod of one container.
    pub fn put_pod(&mut self, name: &str, image: &str, spec: Value) {
        self.put(Kind::Pod, json!({"metadata": {"name": name, "labels": {"app": "x"}}, "spec": over(pod_spec(image), spec)}));
    }
    /// A ReplicaSet `rs` of pods labelled `rs`.
    pub fn put_rs(&mut self, image: &str, spec: Value) {
        let base = json!({"selector": {"matchLabels": {"app": "rs"}}, "template": template("rs", image)});
        self.put(Kind::ReplicaSet, json!({"metadata": {"name": "rs"}, "spec": over(base, spec)}));
    }
    /// Sets a field of an object, through spec and metadata.
    pub fn edit(&mut self, kind: Kind, name: &str, pointer: &str, value: Value) {
        let object = self.edited(kind, name, pointer, value);
        self.world.apply(Act::Request(Request::Update(object))).unwrap();
    }
    /// Sets a field of an object, through its status.
    pub fn edit_status(&mut self, kind: Kind, name: &str, pointer: &str, value: Value) {
        let object = self.edited(kind, name, pointer, value);
        self.world.apply(Act::Request(Request::UpdateStatus(object))).unwrap();
    }
    fn edited(&self, kind: Kind, name: &str, pointer: &str, value: Value) -> Object {
        let mut whole = self.world.object(kind, &place(kind, name)).unwrap().to_value();
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        whole.pointer_mut(parent).unwrap_or_else(|| panic!("{parent}"))[field.replace("~1", "/")] = value;
        Object::from_value(kind, whole).unwrap()
    }
    /// Deletes with the object's own grace.
    pub fn delete(&mut self, kind: Kind, name: &str) {
        self.delete_with(kind, name, DeleteOptions::default());
    }
    /// Deletes.
    pub fn delete_with(&mut self, kind: Kind, name: &str, options: DeleteOptions) {
        self.world.apply(Act::Request(Request::Delete(kind, place(kind, name), options))).unwrap();
    }
    /// Deletes a pod without grace.
    pub fn force(&mut self, name: &str) {
        self.delete_with(Kind::Pod, name, DeleteOptions { grace: Some(0), ..DeleteOptions::default() });
        self.pass(Span::millis(10));
    }
    /// Does something by hand.
    pub fn act(&mut self, act: Act) {
        self.world.apply(act).unwrap();
    }
    /// Lets time pass.
    pub fn pass(&mut self, span: Span) {
        self.world.advance(self.world.now() + span);
    }

    /// An object that is there.
    pub fn get<R: Resource>(&self, name: &str) -> Arc<R> {
        self.world.get::<R>(&place(R::KIND, name)).unwrap_or_else(|| panic!("no {name}")).clone()
    }
    /// True where there is such an object.
    pub fn has(&self, kind: Kind, name: &str) -> bool {
        self.world.object(kind, &place(kind, name)).is_some()
    }
    /// Names of all objects of a kind.
    pub fn names(&self, kind: Kind) -> Vec<String> {
        self.world.objects(kind).map(|o| o.meta().name.to_string()).collect()
    }
    /// Pods that are running and ready, by name.
    pub fn ready(&self) -> Vec<String> {
        let ready = self.world.list::<Pod>().filter(|p| p.is_running_and_ready() && !p.metadata.is_terminating());
        ready.map(|p| p.metadata.name.to_string()).collect()
    }
    /// Messages of the events of a reason about an object.
    pub fn said(&self, about: &str, reason: &str) -> Vec<String> {
        let fits = |e: &&Arc<Event>| &*e.involved_object.name == about && &*e.reason == reason;
        self.world.list::<Event>().filter(fits).map(|e| e.message.to_string()).collect()
    }
    /// At which seconds of the run an event of a reason was written about an object.
    pub fn times(&self, about: &str, reason: &str) -> Vec<i64> {
        let is_it = |e: &Event| &*e.involved_object.name == about && &*e.reason == reason;
        let fits = |what: &What| matches!(what, What::Written { after: Some(Object::Event(e)), .. } if is_it(e));
        let changes = self.world.changes().since(0).filter(|c| fits(&c.what));
        changes.map(|c| (c.at - self.world.options().epoch).as_secs()).collect()
    }
    /// The lives of pods while something is done and time passes: `+` made, `~` asked to go, `-` gone.
    pub fn lives(&mut self, span: Span, act: impl FnOnce(&mut Trial)) -> String {
        let from = self.world.changes().next();
        act(self);
        self.pass(span);
        let marks = self.world.changes().since(from).filter_map(|change| life(&change.what));
        marks.collect::<Vec<String>>().join(" ")
    }
    /// Who wrote to an object last.
    pub fn last_writer(&self, kind: Kind, name: &str) -> Option<Actor> {
        let key = place(kind, name);
        self.world.changes().since(0).rfind(|c| c.object() == Some((kind, key.clone()))).map(|c| c.actor.clone())
    }
}

fn place(kind: Kind, name: &str) -> Key {
    if kind.info().namespaced { key(name) } else { Key::cluster(name) }
}

fn life(what: &What) -> Option<String> {
    let What::Written { before, after } = what else { return None };
    let going = |o: &Option<Object>| o.as_ref().is_some_and(|o| o.meta().is_terminating());
    let Object::Pod(pod) = after.as_ref().or(before.as_ref())? else { return None };
    let mark = match (before, after) {
        (None, _) => '+',
        (_, None) => '-',
        _ if going(after) && !going(before) => '~',
        _ => return None,
    };
    Some(format!("{mark}{}", pod.metadata.name))
}
