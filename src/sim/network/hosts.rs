//! The hosts file that a kubelet writes into a pod: who is known there without the DNS. So a pod finds itself under its own
//! name, ready or not. Upstream: managedHostsFileContent in pkg/kubelet/kubelet_pods.go.

use super::apps::hostname;
use super::dns::ZONE;
use crate::api::Name;
use crate::sim::machine::Process;
use serde_json::Value;

/// What every such file begins with.
const HEAD: &str = "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n\
    fe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n";

/// The file of a process.
pub fn file(process: &Process) -> String {
    let line = |(ip, names): &(String, Vec<String>)| format!("{ip}\t{}\n", names.join("\t"));
    let aliases: String = aliases(process).iter().map(line).collect();
    let title = if aliases.is_empty() { "" } else { "\n# Entries added by HostAliases.\n" };
    format!("{HEAD}{}{title}{aliases}", line(&own(process)))
}

/// The address that the file has for a name.
pub fn find(process: &Process, name: &str) -> Option<Name> {
    let lines = [own(process)].into_iter().chain(aliases(process));
    let mut named = lines.filter(|(_, names)| names.iter().any(|known| known.eq_ignore_ascii_case(name)));
    named.next().map(|(ip, _)| ip.into())
}

/// The pod's address and its names: the full one where it has a subdomain, and its host name.
fn own(process: &Process) -> (String, Vec<String>) {
    let (host, subdomain) = (hostname(process), &process.spec.subdomain);
    let full = (!subdomain.is_empty()).then(|| format!("{host}.{subdomain}.{}.svc.{ZONE}", process.key.namespace));
    (process.ip.to_string(), full.into_iter().chain([host.to_string()]).collect())
}

fn aliases(process: &Process) -> Vec<(String, Vec<String>)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let names = |alias: &Value| alias["hostnames"].as_array().into_iter().flatten().map(text).collect();
    let given = process.spec.rest.get("hostAliases").and_then(Value::as_array).into_iter().flatten();
    given.map(|alias| (text(&alias["ip"]), names(alias))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::network::rehearsal::{key, kubia, report, settle};
    use crate::sim::network::{HttpRequest, Origin, http};
    use crate::sim::world::World;
    use serde_json::json;
    use std::sync::Arc;

    fn process(world: &World) -> Arc<Process> {
        world.machine("node-1").unwrap().processes.values().next().unwrap().clone()
    }

    #[test]
    fn the_file_names_the_pod_and_its_aliases() {
        let mut process = (*process(&kubia("luksa/kubia"))).clone();
        let own = "10.244.1.2\tkubia-0.kubia.default.svc.cluster.local\tkubia-0\n";
        assert_eq!(file(&process), format!("{HEAD}{own}"));
        Arc::make_mut(&mut process.spec).rest.fill("hostAliases", json!([{"ip": "10.1.2.3", "hostnames": ["foo", "bar"]}]));
        assert_eq!(file(&process), format!("{HEAD}{own}\n# Entries added by HostAliases.\n10.1.2.3\tfoo\tbar\n"));
        assert_eq!((find(&process, "BAR"), find(&process, "kubia-0.kubia")), (Some("10.1.2.3".into()), None));
    }

    #[test]
    fn a_pod_finds_itself_before_it_is_ready() {
        let mut world = kubia("luksa/kubia");
        report(&mut world, "kubia-0", "10.244.1.2", false);
        settle(&mut world);
        let process = process(&world);
        let from = Origin::Process { node: "node-1".into(), pod: key("kubia-0"), uid: process.uid, container: "kubia".into() };
        let mut ask = |host: &str| {
            let request = HttpRequest { from: from.clone(), ..HttpRequest::get(format!("http://{host}:8080/")) };
            http(&mut world, &request).served_by.is_some()
        };
        assert!(ask("kubia-0") && ask("kubia-0.kubia.default.svc.cluster.local"));
        assert!(!ask("kubia-0.kubia"), "the DNS does not list it, and the file has no such name");
    }
}
