//! Why a service answers, or does not.

use super::{Page, causes, told};
use crate::api::service::EndpointSlice;
use crate::api::{Key, Kind, Service};
use crate::scene::Target;
use crate::scene::role::Role;
use crate::sim::World;

/// The page of a service.
pub fn service(world: &World, key: &Key) -> Page {
    let Some(service) = world.get::<Service>(key) else {
        let mut page = Page::new(format!("{} does not exist", key.name), Role::Faint);
        causes(&mut page, world, Kind::Service, key, 4);
        return page;
    };
    let mut page = Page::new(format!("⇉ {}", key.name), Role::Travel);
    let words = match service.is_headless() {
        true => "headless: its name stands for the addresses of its pods, and each pod has a name under it".to_owned(),
        false => format!("{}: one address, behind it any of its pods that are ready", service.spec.cluster_ip),
    };
    page.say(words, Role::Text);
    let ready = endpoints(world, key);
    page.field(
        "ready",
        if ready.is_empty() { "nobody".to_owned() } else { ready.join(", ") },
        if ready.is_empty() { Role::Bad } else { Role::Good },
    );
    told(&mut page, world, &Target::Service(key.clone()));
    let labels: Vec<String> = service.spec.selector.iter().map(|(k, v)| format!("{k}={v}")).collect();
    page.field("selects", if labels.is_empty() { "nothing".to_owned() } else { labels.join(",") }, Role::Text);
    causes(&mut page, world, Kind::Service, key, 3);
    page
}

/// The pods that answer for it.
fn endpoints(world: &World, key: &Key) -> Vec<String> {
    let slices = world.list::<EndpointSlice>().filter(|s| {
        s.metadata.namespace == key.namespace && s.metadata.labels.get("kubernetes.io/service-name").is_some_and(|name| *name == key.name)
    });
    let ready = slices.flat_map(|s| &s.endpoints).filter(|e| e.conditions.ready);
    ready.filter_map(|e| e.target_ref.as_ref().map(|t| t.name.to_string())).collect()
}
