//! The environment of a process in a pod: its own variables, and those that tell it of services. Upstream:
//! pkg/kubelet/envvars.

use super::inside::Inside;
use crate::api::{Key, Service};
use crate::sim::World;

const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

type Variable = (String, String);

/// Every variable with its value.
pub fn variables(world: &World, here: &Inside) -> Vec<Variable> {
    let mut variables = vec![("PATH".to_owned(), PATH.to_owned()), ("HOSTNAME".to_owned(), here.hostname().to_owned())];
    variables.extend(given(here));
    variables.extend(services(world, here).into_iter().flat_map(of_service));
    variables.push(("HOME".to_owned(), "/root".to_owned()));
    variables
}

/// Those of the pod's spec.
fn given(here: &Inside) -> impl Iterator<Item = Variable> {
    here.spec.containers.iter().flat_map(|c| c.env.iter()).map(|variable| {
        let value = match variable["valueFrom"]["fieldRef"]["fieldPath"].as_str() {
            Some("metadata.name") => here.key.name.to_string(),
            Some("metadata.namespace") => here.key.namespace.to_string(),
            Some("metadata.uid") => here.uid.to_string(),
            Some("spec.nodeName") => here.node.to_string(),
            Some("status.podIP") => here.ip.to_string(),
            _ => variable["value"].as_str().unwrap_or_default().to_owned(),
        };
        (variable["name"].as_str().unwrap_or_default().to_owned(), value)
    })
}

/// The services with an address that were there before the pod was started: those of its namespace, where it wants to be
/// told of them, and the API server's. Upstream: Kubelet.getServiceEnvVarMap. Simplified: a container that is started
/// anew does not hear of later ones.
fn services<'w>(world: &'w World, here: &Inside) -> Vec<&'w Service> {
    let since = world.machine(&here.node).and_then(|m| m.processes.get(&here.uid)).map(|process| process.since);
    let linked = here.spec.rest.get("enableServiceLinks").is_none_or(|wanted| *wanted != false);
    let neighbours = world.list::<Service>().filter(|s| linked && s.metadata.namespace == here.key.namespace);
    let master = world.get::<Service>(&Key::new("default", "kubernetes"));
    let named = |service: &&Service| !service.is_headless() && !service.spec.cluster_ip.is_empty();
    let mut found: Vec<&Service> = neighbours.chain(master).map(|service| &**service).filter(named).collect();
    found.retain(|service| since.is_none_or(|since| service.metadata.created() <= since));
    found.sort_by_key(|service| (&service.metadata.name, &service.metadata.namespace));
    found.dedup_by_key(|service| service.metadata.uid);
    found
}

/// Upstream: FromServices, makeLinkVariables.
fn of_service(service: &Service) -> Vec<Variable> {
    let (prefix, ip) = (variable_name(&service.metadata.name), &*service.spec.cluster_ip);
    let mut found = vec![(format!("{prefix}_SERVICE_HOST"), ip.to_owned())];
    found.extend(service.spec.ports.first().map(|first| (format!("{prefix}_SERVICE_PORT"), first.port.to_string())));
    let named = service.spec.ports.iter().filter(|port| !port.name.is_empty());
    found.extend(named.map(|port| (format!("{prefix}_SERVICE_PORT_{}", variable_name(&port.name)), port.port.to_string())));
    for (i, port) in service.spec.ports.iter().enumerate() {
        let protocol = port.protocol.to_lowercase();
        let (url, link) = (format!("{protocol}://{ip}:{}", port.port), format!("{prefix}_PORT_{}_{}", port.port, port.protocol));
        found.extend((i == 0).then(|| (format!("{prefix}_PORT"), url.clone())));
        found.extend([
            (link.clone(), url),
            (format!("{link}_PROTO"), protocol),
            (format!("{link}_PORT"), port.port.to_string()),
            (format!("{link}_ADDR"), ip.to_owned()),
        ]);
    }
    found
}

fn variable_name(name: &str) -> String {
    name.replace('-', "_").to_uppercase()
}

#[cfg(test)]
mod tests {
    use crate::shell;
    use crate::sim::{Options, World};

    /// What the lines print, the last alone.
    fn last(lines: &[&str]) -> String {
        let mut world = World::new(Options::default());
        let mut said = String::new();
        for line in lines {
            let turn = shell::run(&mut world, line, None);
            said = shell::finish(&mut world, turn).out;
        }
        said
    }

    /// Upstream: TestFromServices.
    #[test]
    fn a_pod_hears_of_the_services_that_were_there_before_it() {
        let made = ["kubectl create svc clusterip my-web --tcp=80:8080", "wait 2s", "kubectl run p --image=luksa/kubia", "wait 10s"];
        let said = last(&[&made[..], &["kubectl create svc clusterip late --tcp=80", "kubectl exec p -- env"]].concat());
        for wanted in
            ["MY_WEB_SERVICE_PORT=80\n", "MY_WEB_SERVICE_PORT_80_8080=80\n", "MY_WEB_PORT=tcp://", "MY_WEB_PORT_80_TCP_PROTO=tcp\n"]
        {
            assert!(said.contains(wanted), "{wanted}: {said}");
        }
        assert!(
            said.contains("KUBERNETES_SERVICE_HOST=10.96.0.1\nKUBERNETES_SERVICE_PORT=443\nKUBERNETES_SERVICE_PORT_HTTPS=443\n"),
            "{said}"
        );
        assert!(!said.contains("LATE_"), "{said}");
    }
}
