//! `kubectl get endpoints` and `describe endpoints`: the older view of what endpoint slices say. No such objects are stored here.

use super::{Answer, Call, get};
use crate::api::age;
use crate::api::object::Kind;
use crate::api::service::{EndpointSlice, Service};
use crate::api::table::Describe;
use crate::api::{Labels, Refusal, table};
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

/// `kubectl describe endpoints`. Upstream: describeEndpoints; labels and annotations as the endpoints controller sets them.
pub fn describe(call: &mut Call) -> Answer {
    let names = call.args.words[1..].to_vec();
    let here = |s: &&Service| *s.metadata.namespace == *call.namespace();
    let services: Vec<Service> = call.world.list::<Service>().map(|s| &**s).filter(here).cloned().collect();
    let wanted = |s: &&Service| names.is_empty() || names.iter().any(|n| *s.metadata.name == **n);
    let texts: Vec<String> = services.iter().filter(wanted).map(|service| page(call.world, service).print()).collect();
    call.voice.out.push_str(&texts.join("\n\n"));
    call.voice.warn(DEPRECATED);
    for name in names.iter().filter(|name| !services.iter().any(|s| *s.metadata.name == ***name)) {
        let message = format!("endpoints {name:?} not found");
        call.voice.fail(Refusal { message, ..Refusal::not_found(Kind::EndpointSlice, name) });
    }
    Ok(None)
}

fn page(world: &World, service: &Service) -> Describe {
    let found = slices(world, service);
    let mut labels = service.metadata.labels.clone();
    let mut annotations = Labels::default();
    labels.insert("endpoints.kubernetes.io/managed-by", "endpoint-controller");
    if service.is_headless() {
        labels.insert("service.kubernetes.io/headless", "");
    }
    if let Some(changed) = found.iter().filter_map(|slice| slice.metadata.annotations.get(CHANGED)).max() {
        annotations.insert(CHANGED, &**changed);
    }
    let mut page = super::describe::page(&service.metadata, &labels, &annotations);
    page.line(0, "Subsets:");
    let ips = |ready: bool| {
        let all = found.iter().flat_map(|slice| &slice.endpoints).filter(|e| e.conditions.ready == ready && !e.conditions.terminating);
        let mut ips: Vec<&str> = all.flat_map(|e| e.addresses.iter().map(|ip| &**ip)).collect();
        ips.sort_unstable();
        if ips.is_empty() { "<none>".to_owned() } else { ips.join(",") }
    };
    let (ready, others) = (ips(true), ips(false));
    if ready == "<none>" && others == "<none>" {
        page.field(0, "Events", "<none>");
        return page;
    }
    page.field(1, "Addresses", &ready).field(1, "NotReadyAddresses", &others);
    let ports = found.first().map_or(&[][..], |slice| &slice.ports);
    if !ports.is_empty() {
        page.line(1, "Ports:").line(2, "Name\tPort\tProtocol").line(2, "----\t----\t--------");
    }
    for port in ports {
        let name = if port.name.is_empty() { "<unset>" } else { &port.name };
        page.line(2, &format!("{name}\t{}\t{}", port.port, port.protocol));
    }
    page.line(0, "").field(0, "Events", "<none>");
    page
}

const CHANGED: &str = "endpoints.kubernetes.io/last-change-trigger-time";

fn slices<'w>(world: &'w World, service: &Service) -> Vec<&'w EndpointSlice> {
    let of = |s: &&EndpointSlice| {
        let named = s.metadata.labels.get("kubernetes.io/service-name");
        s.metadata.namespace == service.metadata.namespace && named == Some(&service.metadata.name)
    };
    world.list::<EndpointSlice>().map(|s| &**s).filter(of).collect()
}

/// Ready addresses with their ports, at most three. Upstream: formatEndpoints in pkg/printers/internalversion.
fn addresses(world: &World, service: &Service) -> String {
    let mut found = Vec::new();
    for slice in slices(world, service) {
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

#[cfg(test)]
mod tests {
    use crate::shell::tests::said;

    /// Upstream: describeEndpoints.
    #[test]
    fn described() {
        let lines = ["kubectl run p --image=luksa/kubia --port=8080 --expose", "wait 20s", "kubectl describe ep p"];
        let text = said(&lines);
        let wanted = "Name:         p\nNamespace:    default\nLabels:       endpoints.kubernetes.io/managed-by=endpoint-controller\n";
        assert!(text.starts_with(wanted), "{text}");
        let ports = "  NotReadyAddresses:  <none>\n  Ports:\n    Name     Port  Protocol\n    ----     ----  --------\n    <unset>  8080  TCP\n\nEvents:  <none>\n";
        assert!(text.contains(ports) && text.contains("Subsets:\n  Addresses:          10.244."), "{text}");
    }
}
