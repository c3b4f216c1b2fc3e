//! What a pod asks for. Upstream: component-helpers/resource.PodRequests.

use crate::api::Quantity;
use crate::api::pod::{Container, PodSpec};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What a container without requests counts for when nodes are compared: 100m of cpu, 200 MiB of memory. Upstream:
/// schedutil.DefaultMilliCPURequest, DefaultMemoryRequest.
const NONZERO: Amounts = (100, 200 << 20);

/// Cpu in thousandths, memory in bytes.
pub type Amounts = (i64, i64);

/// An amount that can be added up without overflow.
pub fn clamp(amount: i128) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX / 1000)
}

/// What a pod requests: cpu in thousandths, memory in bytes.
pub fn requests(spec: &PodSpec) -> Amounts {
    amounts(spec, (0, 0))
}

/// The same, where nothing counts for something. Per container, as upstream has it.
pub fn counted(spec: &PodSpec) -> Amounts {
    amounts(spec, NONZERO)
}

fn amounts(spec: &PodSpec, least: Amounts) -> Amounts {
    let whole = Whole::of(spec);
    (whole.amount("cpu", Quantity::milli, least.0), whole.amount("memory", Quantity::value, least.1))
}

/// What a pod requests besides cpu and memory, by resource.
pub fn others(spec: &PodSpec) -> BTreeMap<&str, i64> {
    let containers = spec.containers.iter().chain(spec.init_containers.iter());
    let own = containers.flat_map(|c| c.resources.requests.keys()).map(|name| &**name);
    let whole = Whole::of(spec);
    let said = [whole.requests, whole.overhead].into_iter().flatten().flat_map(|list| list.keys().map(String::as_str));
    let names: BTreeSet<&str> = own.chain(said).filter(|name| !matches!(*name, "cpu" | "memory")).collect();
    let asked = names.into_iter().map(|name| (name, whole.amount(name, Quantity::value, 0)));
    asked.filter(|(_, amount)| *amount > 0).collect()
}

/// What a pod asks for of a resource, in thousandths.
pub fn asked(spec: &PodSpec, name: &str) -> i64 {
    Whole::of(spec).amount(name, Quantity::milli, 0)
}

/// What a pod may use of a resource, in thousandths; 0 where nothing says so, and then what it costs to run it at all does
/// not count. Upstream: component-helpers/resource.PodLimits.
pub fn allowed(spec: &PodSpec, name: &str) -> i64 {
    let limits = spec.rest.get("resources").and_then(|resources| resources.get("limits")?.as_object());
    let own = said(limits, name, Quantity::milli).filter(|_| is_for_pods(name));
    let limit = |c: &Container| c.resources.limits.get(name).map_or(0, |q| clamp(q.milli()));
    match own.unwrap_or_else(|| needed(spec, limit)) {
        0 => 0,
        limit => limit + said(Whole::of(spec).overhead, name, Quantity::milli).unwrap_or(0),
    }
}

fn said(list: Option<&Map<String, Value>>, name: &str, unit: fn(&Quantity) -> i128) -> Option<i64> {
    list?.get(name).and_then(quantity).map(|q| clamp(unit(&q)))
}

/// What a pod says besides what its containers say.
struct Whole<'p> {
    spec: &'p PodSpec,
    requests: Option<&'p Map<String, Value>>,
    overhead: Option<&'p Map<String, Value>>,
}

impl Whole<'_> {
    fn of(spec: &PodSpec) -> Whole<'_> {
        let requests = spec.rest.get("resources").and_then(|resources| resources.get("requests")?.as_object());
        Whole { spec, requests, overhead: spec.rest.get("overhead").and_then(Value::as_object) }
    }
    /// What the pod asks for itself as a whole, else what its containers need; and what it costs to run it at all.
    fn amount(&self, name: &str, unit: fn(&Quantity) -> i128, least: i64) -> i64 {
        let asked = |c: &Container| c.resources.requests.get(name).map_or(least, |q| clamp(unit(q)));
        let own = said(self.requests, name, unit).filter(|_| is_for_pods(name)).unwrap_or_else(|| needed(self.spec, asked));
        own + said(self.overhead, name, unit).unwrap_or(0)
    }
}

/// Containers and sidecars run together, the init containers before them one by one beside the sidecars begun by then: what
/// is needed most at one time counts.
fn needed(spec: &PodSpec, asked: impl Fn(&Container) -> i64) -> i64 {
    let together: i64 = spec.containers.iter().map(&asked).sum();
    let (mut sidecars, mut peak) = (0, 0);
    for init in spec.init_containers.iter() {
        let one = asked(init);
        peak = peak.max(sidecars + one);
        sidecars += if init.is_sidecar() { one } else { 0 };
    }
    peak.max(together + sidecars)
}

/// Upstream: IsSupportedPodLevelResource.
fn is_for_pods(name: &str) -> bool {
    matches!(name, "cpu" | "memory") || name.starts_with("hugepages-")
}

fn quantity(value: &Value) -> Option<Quantity> {
    value.as_str().map_or_else(|| Quantity::parse(&value.to_string()), Quantity::parse)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn spec(value: Value) -> PodSpec {
        serde_json::from_value(value).unwrap()
    }

    /// Upstream: TestPodLimits.
    #[test]
    fn limits_count_what_runs_together_and_overhead_where_there_is_a_limit() {
        let limit = |cpu: &str| json!({"name": "c", "resources": {"limits": {"cpu": cpu}}});
        let containers = json!([limit("1"), limit("500m")]);
        let whole = |more: Value| {
            let mut value = json!({"containers": containers, "overhead": {"cpu": "100m", "memory": "1Mi"}});
            value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            spec(value)
        };
        assert_eq!(allowed(&whole(json!({})), "cpu"), 1600);
        assert_eq!(allowed(&whole(json!({})), "memory"), 0, "no limit, no overhead");
        assert_eq!(allowed(&whole(json!({"initContainers": [limit("2")]})), "cpu"), 2100);
        assert_eq!(allowed(&whole(json!({"resources": {"limits": {"cpu": "3"}}})), "cpu"), 3100);
        assert_eq!(asked(&whole(json!({})), "memory"), 1000 << 20);
    }

    fn container(cpu: &str) -> Value {
        json!({"name": "c", "resources": {"requests": {"cpu": cpu}}})
    }

    fn sidecar(cpu: &str) -> Value {
        json!({"name": "s", "restartPolicy": "Always", "resources": {"requests": {"cpu": cpu}}})
    }

    /// Upstream: TestPodRequests and its siblings in component-helpers/resource/helpers_test.go.
    #[test]
    fn a_pod_asks_for_what_it_needs_most_at_one_time_and_for_what_it_costs_to_run_it() {
        for (value, cpu) in [
            (json!({"containers": [container("1"), container("2")]}), 3000),
            (json!({"containers": [container("1")], "initContainers": [container("2"), container("3")]}), 3000),
            (json!({"containers": [container("1")], "initContainers": [sidecar("2"), container("3")]}), 5000),
            (json!({"containers": [container("4")], "initContainers": [container("3"), sidecar("2")]}), 6000),
            (json!({"containers": [container("1")], "overhead": {"cpu": "250m"}}), 1250),
            (json!({"containers": [container("1"), {"name": "d"}], "resources": {"requests": {"cpu": 4}}}), 4000),
            (json!({"containers": [container("1")], "resources": {"requests": {"memory": "1Gi"}}, "overhead": {"cpu": "1m"}}), 1001),
        ] {
            assert_eq!(requests(&spec(value.clone())).0, cpu, "{value}");
        }
    }

    /// Upstream: NonMissingContainerRequests.
    #[test]
    fn a_container_that_asks_for_nothing_counts_for_something() {
        let plain = json!({"name": "c"});
        assert_eq!(counted(&spec(json!({"containers": [plain, container("1")]}))), (1100, 400 << 20));
        assert_eq!(counted(&spec(json!({"containers": [container("0")]}))), (0, 200 << 20), "0 is something");
        assert_eq!(counted(&spec(json!({"containers": [plain], "overhead": {"memory": "1Mi"}}))), (100, 201 << 20));
    }

    #[test]
    fn other_resources_are_reckoned_alike() {
        let asks = |n: &str| json!({"name": "c", "resources": {"requests": {"cpu": "1", "example.com/x": n}}});
        let both = spec(json!({"containers": [asks("1")], "initContainers": [asks("3")], "overhead": {"ephemeral-storage": "5"}}));
        assert_eq!(others(&both), [("ephemeral-storage", 5), ("example.com/x", 3)].into());
        let whole = spec(json!({"containers": [asks("0")], "resources": {"requests": {"hugepages-2Mi": "4", "example.com/x": "9"}}}));
        assert_eq!(others(&whole), [("hugepages-2Mi", 4)].into(), "not all is asked for by the pod as a whole");
    }
}
