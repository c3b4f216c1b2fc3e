//! The environment of a process in a pod: its own variables, and those that tell it of services. Upstream:
//! pkg/kubelet/envvars.

use super::inside::Inside;
use crate::api::pod::Container;
use crate::api::{Key, Kind, Service, base64};
use crate::sim::World;
use serde_json::Value;

const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

type Variable = (String, String);

/// Every variable with its value.
pub fn variables(world: &World, here: &Inside) -> Vec<Variable> {
    let mut variables = vec![("PATH".to_owned(), PATH.to_owned()), ("HOSTNAME".to_owned(), here.hostname().to_owned())];
    let of_services: Vec<Variable> = services(world, here).into_iter().flat_map(of_service).collect();
    variables.extend(given(world, here, &of_services));
    let known = |name: &str| variables.iter().any(|(other, _)| other == name);
    let rest: Vec<Variable> = of_services.into_iter().filter(|(name, _)| !known(name)).collect();
    variables.extend(rest);
    variables.push(("HOME".to_owned(), "/root".to_owned()));
    variables
}

/// Those of the pod's spec: whole maps first, then one by one, of which a later one may speak of earlier ones. Upstream:
/// makeEnvironmentVariables. Simplified: the containers of a pod share theirs, and a map that changed is read anew.
fn given(world: &World, here: &Inside, of_services: &[Variable]) -> Vec<Variable> {
    let mut found: Vec<Variable> = Vec::new();
    for container in here.spec.containers.iter() {
        for source in container.rest.get("envFrom").and_then(Value::as_array).into_iter().flatten() {
            let prefix = source["prefix"].as_str().unwrap_or_default();
            let maps = [(Kind::ConfigMap, "configMapRef"), (Kind::Secret, "secretRef")];
            let entries = maps.iter().flat_map(|(kind, field)| entries(world, here, *kind, &source[*field]["name"]));
            entries.for_each(|(key, value)| put(&mut found, format!("{prefix}{key}"), value));
        }
        for variable in &container.env {
            let name = variable["name"].as_str().unwrap_or_default().to_owned();
            let known = |name: &str| found.iter().chain(of_services).find(|(other, _)| other == name).map(|(_, value)| value.clone());
            let value = match variable["value"].as_str() {
                Some(text) => Some(expanded(text, known)),
                None => origin(world, here, container, &variable["valueFrom"]),
            };
            value.into_iter().for_each(|value| put(&mut found, name.clone(), value));
        }
    }
    found
}

fn put(variables: &mut Vec<Variable>, name: String, value: String) {
    match variables.iter_mut().find(|(other, _)| *other == name) {
        Some((_, old)) => *old = value,
        None => variables.push((name, value)),
    }
}

/// The entries of a map of the pod's namespace.
fn entries(world: &World, here: &Inside, kind: Kind, name: &Value) -> Vec<Variable> {
    let object = name.as_str().and_then(|name| world.object(kind, &Key::new(&*here.key.namespace, name)));
    let Some(Value::Object(data)) = object.map(|object| object.to_value()["data"].clone()) else { return Vec::new() };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let read = |value: &Value| match kind {
        Kind::Secret => String::from_utf8_lossy(&base64::decode(&text(value))).into_owned(),
        _ => text(value),
    };
    data.iter().map(|(key, value)| (key.clone(), read(value))).collect()
}

/// What a variable is taken from; nothing where an optional key is not there.
fn origin(world: &World, here: &Inside, container: &Container, from: &Value) -> Option<String> {
    for (kind, field) in [(Kind::ConfigMap, "configMapKeyRef"), (Kind::Secret, "secretKeyRef")] {
        if !from[field].is_null() {
            let key = from[field]["key"].as_str().unwrap_or_default();
            return entries(world, here, kind, &from[field]["name"]).into_iter().find(|(name, _)| name == key).map(|(_, value)| value);
        }
    }
    if !from["resourceFieldRef"].is_null() {
        return Some(container.resource(&from["resourceFieldRef"]).unwrap_or_default());
    }
    Some(match from["fieldRef"]["fieldPath"].as_str() {
        Some("metadata.name") => here.key.name.to_string(),
        Some("metadata.namespace") => here.key.namespace.to_string(),
        Some("metadata.uid") => here.uid.to_string(),
        Some("spec.nodeName") => here.node.to_string(),
        Some("status.podIP" | "status.podIPs") => here.ip.to_string(),
        _ => String::new(),
    })
}

/// `$(A)` becomes the value of A where there is one, `$$` a dollar. Upstream: third_party/forked/golang/expansion.
fn expanded(text: &str, known: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        rest = match (after.strip_prefix('$'), after.strip_prefix('(').and_then(|inner| inner.split_once(')'))) {
            (Some(after), _) => {
                out.push('$');
                after
            }
            (None, Some((name, after))) => {
                out.push_str(&known(name).unwrap_or_else(|| format!("$({name})")));
                after
            }
            (None, None) => {
                out.push('$');
                after
            }
        };
    }
    out + rest
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
        let protocol = port.protocol.as_str().to_lowercase();
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

    /// Upstream: TestMakeEnvironmentVariables.
    #[test]
    fn variables_come_from_maps_and_speak_of_each_other() {
        let pod = r#"{"spec":{"containers":[{"name":"p","image":"luksa/kubia","resources":{"limits":{"cpu":"1500m"}},
            "envFrom":[{"prefix":"X_","configMapRef":{"name":"c"}}],
            "env":[{"name":"A","value":"1"},{"name":"B","value":"$(A)-$(NONE)-$$(A)"},
                {"name":"K","valueFrom":{"configMapKeyRef":{"name":"c","key":"k"}}},
                {"name":"S","valueFrom":{"secretKeyRef":{"name":"s","key":"p"}}},
                {"name":"L","valueFrom":{"resourceFieldRef":{"resource":"limits.cpu"}}}]}]}}"#;
        let run = format!("kubectl run p --image=luksa/kubia --overrides='{}'", pod.replace('\n', " "));
        let made = ["kubectl create cm c --from-literal=k=v", "kubectl create secret generic s --from-literal=p=geheim", &run, "wait 10s"];
        let said = last(&[&made[..], &["kubectl exec p -- env"]].concat());
        assert!(said.contains("X_k=v\nA=1\nB=1-$(NONE)-$(A)\nK=v\nS=geheim\nL=2\n"), "{said}");
    }
}
