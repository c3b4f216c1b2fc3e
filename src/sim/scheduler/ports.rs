//! Ports of its node that a pod takes for itself. Upstream: plugins/nodeports, fwk.HostPortInfo.

use crate::api::pod::PodSpec;

/// A port of a node, at one of its addresses or at all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostPort<'p> {
    ip: &'p str,
    protocol: &'p str,
    port: i32,
}

/// The address that stands for all of them.
const ANY: &str = "0.0.0.0";

impl HostPort<'_> {
    fn clashes(&self, other: &HostPort) -> bool {
        let meet = self.ip == ANY || other.ip == ANY || self.ip == other.ip;
        meet && self.protocol == other.protocol && self.port == other.port
    }
}

/// True where a pod may take any. Told without a list, as it is asked for every pod.
pub fn any(spec: &PodSpec) -> bool {
    spec.containers.iter().chain(spec.init_containers.iter()).flat_map(|c| &c.ports).any(|port| port.host_port.is_some())
}

/// The ports that a pod's containers and sidecars take. Upstream: util.GetHostPorts.
pub fn of(spec: &PodSpec) -> Vec<HostPort<'_>> {
    let containers = spec.init_containers.iter().filter(|c| c.is_sidecar()).chain(spec.containers.iter());
    let taken = containers.flat_map(|c| &c.ports).filter_map(|p| {
        let port = p.host_port.filter(|port| *port > 0)?;
        let ip = p.rest.get("hostIP").and_then(|ip| ip.as_str()).filter(|ip| !ip.is_empty()).unwrap_or(ANY);
        Some(HostPort { ip, protocol: &p.protocol, port })
    });
    taken.collect()
}

/// True where two pods cannot be on one node for their ports.
pub fn clash(wanted: &[HostPort], taken: &[HostPort]) -> bool {
    wanted.iter().any(|port| taken.iter().any(|other| port.clashes(other)))
}
