//! Defaults of pods and pod templates. Upstream: SetDefaults_PodSpec and SetDefaults_Container in core/v1.

use super::{child, set};
use serde_json::{Map, Value, json};

/// Fills in a pod's spec.
pub fn pod_spec(spec: &mut Map<String, Value>) {
    set(
        spec,
        &[
            ("dnsPolicy", json!("ClusterFirst")),
            ("restartPolicy", json!("Always")),
            ("schedulerName", json!("default-scheduler")),
            ("securityContext", json!({})),
            ("terminationGracePeriodSeconds", json!(30)),
        ],
    );
    for field in ["containers", "initContainers"] {
        each(spec, field, container);
    }
    each(spec, "volumes", volume);
}

fn each(object: &mut Map<String, Value>, field: &str, fill: fn(&mut Map<String, Value>)) {
    let items = object.get_mut(field).and_then(Value::as_array_mut).into_iter().flatten();
    items.filter_map(Value::as_object_mut).for_each(fill);
}

fn container(c: &mut Map<String, Value>) {
    let image = c.get("image").and_then(Value::as_str).unwrap_or_default();
    let policy = if pulls_always(image) { "Always" } else { "IfNotPresent" };
    set(
        c,
        &[
            ("imagePullPolicy", json!(policy)),
            ("resources", json!({})),
            ("terminationMessagePath", json!("/dev/termination-log")),
            ("terminationMessagePolicy", json!("File")),
        ],
    );
    each(c, "ports", |port| set(port, &[("protocol", json!("TCP"))]));
    each(c, "env", env);
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if let Some(probe) = c.get_mut(probe).and_then(Value::as_object_mut) {
            self::probe(probe);
        }
    }
    requests_from_limits(child(c, "resources"));
}

/// True for the tag `latest`, said or implied; a digest pins an image.
fn pulls_always(image: &str) -> bool {
    if image.contains('@') {
        return false;
    }
    let last = image.rsplit('/').next().unwrap_or(image);
    last.split_once(':').is_none_or(|(_, tag)| tag == "latest")
}

fn probe(probe: &mut Map<String, Value>) {
    set(
        probe,
        &[("failureThreshold", json!(3)), ("periodSeconds", json!(10)), ("successThreshold", json!(1)), ("timeoutSeconds", json!(1))],
    );
    if let Some(get) = probe.get_mut("httpGet").and_then(Value::as_object_mut) {
        set(get, &[("path", json!("/")), ("scheme", json!("HTTP"))]);
    }
}

fn env(variable: &mut Map<String, Value>) {
    if let Some(from) = variable.get_mut("valueFrom").and_then(Value::as_object_mut) {
        told_by_the_pod(from);
    }
}

/// What tells a field or a resource of the pod, as a variable or a file. Upstream: SetDefaults_ObjectFieldSelector; a
/// divisor is always written.
fn told_by_the_pod(source: &mut Map<String, Value>) {
    for (field, name, value) in [("fieldRef", "apiVersion", "v1"), ("resourceFieldRef", "divisor", "0")] {
        if let Some(source) = source.get_mut(field).and_then(Value::as_object_mut) {
            set(source, &[(name, json!(value))]);
        }
    }
}

fn told_in_files(holder: &mut Map<String, Value>) {
    each(holder, "items", told_by_the_pod);
}

fn requests_from_limits(resources: &mut Map<String, Value>) {
    let Some(limits) = resources.get("limits").and_then(Value::as_object).cloned() else { return };
    let requests = child(resources, "requests");
    for (name, limit) in limits {
        requests.entry(name).or_insert(limit);
    }
}

fn volume(volume: &mut Map<String, Value>) {
    if volume.len() == 1 && volume.contains_key("name") {
        volume.insert("emptyDir".to_owned(), json!({}));
    }
    for source in ["configMap", "secret", "projected", "downwardAPI"] {
        if let Some(source) = volume.get_mut(source).and_then(Value::as_object_mut) {
            set(source, &[("defaultMode", json!(420))]);
            told_in_files(source);
            each(source, "sources", |part| {
                if let Some(part) = part.get_mut("downwardAPI").and_then(Value::as_object_mut) {
                    told_in_files(part);
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::pulls_always;

    #[test]
    fn pull_policy_follows_the_tag() {
        for (image, always) in [
            ("luksa/kubia", true),
            ("luksa/kubia:latest", true),
            ("luksa/kubia:v2", false),
            ("localhost:5000/x", true),
            ("x@sha256:00", false),
        ] {
            assert_eq!(pulls_always(image), always, "{image}");
        }
    }
}
