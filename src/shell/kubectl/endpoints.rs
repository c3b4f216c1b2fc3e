//! `kubectl get endpoints`: the older view of what endpoint slices say. No such objects are stored here.

use super::{Answer, Call, get};
use crate::api::age;
use crate::api::object::Kind;
use crate::api::service::{EndpointSlice, Service};
use crate::api::{Refusal, table};
use crate::shell::voice::Failure;
use crate::sim::World;

/// What the resource is called.
pub const NAMES: [&str; 3] = ["endpoints", "ep", "endpoint"];

const DEPRECATED: &str = "Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";

/// The table of all services that have endpoints, or of those named.
pub fn run(call: &mut Call) -> Answer {
    let format = call.args.get("output");
    if !get::is_table(format) && format != Some("name") {
        return Err(Failure::error("podyard shows endpoints as a table; endpointslices can be printed in any format"));
    }
    let everywhere = call.args.on("all-namespaces");
    let here = |s: &&Service| everywhere || *s.metadata.namespace == *call.namespace();
    let services: Vec<&Service> = call.world.list::<Service>().map(|s| &**s).filter(here).collect();
    let names = &call.args.words[1..];
    let missing: Vec<String> = names.iter().filter(|n| !services.iter().any(|s| *s.metadata.name == ***n)).cloned().collect();
    let wanted = |s: &&&Service| names.is_empty() || names.iter().any(|n| *s.metadata.name == **n);
    let mut rows = Vec::new();
    for service in services.iter().filter(wanted) {
        let meta = &service.metadata;
        let row = [meta.name.to_string(), addresses(call.world, service), age::since(meta.creation_timestamp, call.world.now())];
        rows.push(everywhere.then(|| meta.namespace.to_string()).into_iter().chain(row).collect::<Vec<String>>());
    }
    if format == Some("name") {
        rows.iter().for_each(|row| call.voice.say(format!("endpoints/{}", row[usize::from(everywhere)])));
    } else if !rows.is_empty() {
        let headers = ["NAMESPACE", "NAME", "ENDPOINTS", "AGE"];
        call.voice.out.push_str(&table::write(&headers[usize::from(!everywhere)..], &rows, !call.args.on("no-headers")));
    }
    call.voice.warn(DEPRECATED);
    for name in missing {
        let message = format!("endpoints {name:?} not found");
        call.voice.fail(Refusal { message, ..Refusal::not_found(Kind::EndpointSlice, &name) });
    }
    Ok(None)
}

/// Ready addresses with their ports, at most three. Upstream: formatEndpoints in pkg/printers/internalversion.
fn addresses(world: &World, service: &Service) -> String {
    let of = |s: &&EndpointSlice| {
        let named = s.metadata.labels.get("kubernetes.io/service-name");
        s.metadata.namespace == service.metadata.namespace && named == Some(&service.metadata.name)
    };
    let mut found = Vec::new();
    for slice in world.list::<EndpointSlice>().map(|s| &**s).filter(of) {
        let ready = slice.endpoints.iter().filter(|e| e.conditions.ready).flat_map(|e| e.addresses.iter());
        found.extend(ready.flat_map(|ip| slice.ports.iter().map(move |port| format!("{ip}:{}", port.port))));
    }
    found.sort();
    match found.len() {
        0 => "<none>".to_owned(),
        1..=3 => found.join(","),
        n => format!("{} + {} more...", found[..3].join(","), n - 3),
    }
}
