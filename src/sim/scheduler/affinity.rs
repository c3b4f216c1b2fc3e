//! Which nodes a pod's selector and its node affinity mean. Upstream: plugins/nodeaffinity,
//! component-helpers/scheduling/corev1/nodeaffinity.

use crate::api::{Labels, Name, Node, Pod};
use serde_json::Value;
use std::collections::BTreeSet;

/// True where a pod's node selector and its required node affinity take a node.
pub fn selects(pod: &Pod, node: &Node) -> bool {
    let labels = &node.metadata.labels;
    labels.contains_all(&pod.spec.node_selector) && required(pod).is_none_or(|r| terms_match(r, labels, &node.metadata.name))
}

fn required(pod: &Pod) -> Option<&Value> {
    pod.spec.affinity.as_deref()?.pointer("/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution")
}

/// The only nodes that a pod's required affinity can mean, where each of its terms names nodes; none where those exclude each
/// other. Upstream: NodeAffinity's PreFilter.
pub fn named(pod: &Pod) -> Option<BTreeSet<&str>> {
    let terms = required(pod)?.get("nodeSelectorTerms")?.as_array().filter(|terms| !terms.is_empty())?;
    let named = terms.iter().map(|term| {
        let fields = term.get("matchFields").and_then(Value::as_array).into_iter().flatten();
        let by_name = fields.filter(|r| r["key"] == "metadata.name" && r["operator"] == "In");
        let sets = by_name.map(|r| r["values"].as_array().into_iter().flatten().filter_map(Value::as_str).collect::<BTreeSet<&str>>());
        sets.reduce(|all, set| &all & &set)
    });
    named.collect::<Option<Vec<BTreeSet<&str>>>>().map(|sets| sets.into_iter().flatten().collect())
}

/// A term that asks nothing means no node. Upstream: isEmptyNodeSelectorTerm.
fn is_empty(term: &Value) -> bool {
    let none = |list: &str| term.get(list).and_then(Value::as_array).is_none_or(Vec::is_empty);
    none("matchExpressions") && none("matchFields")
}

/// True where one of a node selector's terms matches: of a pod's node affinity or of a volume's.
pub fn terms_match(selector: &Value, labels: &Labels, name: &str) -> bool {
    let terms = selector.get("nodeSelectorTerms").and_then(Value::as_array);
    let holds = |list: &str, term: &Value, value_of: &dyn Fn(&str) -> Option<Name>| {
        let requirements = term.get(list).and_then(Value::as_array);
        requirements.is_none_or(|all| all.iter().all(|r| requirement_holds(r, value_of)))
    };
    let by_label = |key: &str| labels.get(key).cloned();
    let by_field = |key: &str| (key == "metadata.name").then(|| name.into());
    let matches = |t: &&Value| holds("matchExpressions", t, &by_label) && holds("matchFields", t, &by_field);
    terms.is_some_and(|terms| terms.iter().filter(|t| !is_empty(t)).any(|t| matches(&t)))
}

fn requirement_holds(requirement: &Value, value_of: &dyn Fn(&str) -> Option<Name>) -> bool {
    let text = |field: &str| requirement.get(field).and_then(Value::as_str).unwrap_or_default();
    let value = value_of(text("key"));
    let values: Vec<&str> = requirement.get("values").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let number = |s: &str| s.parse::<i64>().ok();
    let compare = |test: fn(i64, i64) -> bool| {
        let pair = value.as_deref().and_then(number).zip(values.first().copied().and_then(number));
        pair.is_some_and(|(have, bound)| test(have, bound))
    };
    match text("operator") {
        "In" => value.as_deref().is_some_and(|v| values.contains(&v)),
        "NotIn" => value.as_deref().is_none_or(|v| !values.contains(&v)),
        "Exists" => value.is_some(),
        "DoesNotExist" => value.is_none(),
        "Gt" => compare(|have, bound| have > bound),
        "Lt" => compare(|have, bound| have < bound),
        _ => false,
    }
}
