//! Services.

use super::{items, one_of, port_number, text};
use crate::api::status::FieldError;
use serde_json::Value;

const TYPES: [&str; 4] = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];

/// What is wrong with a service's spec.
pub fn spec(spec: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let ports = spec["ports"].as_array().map_or(0, Vec::len);
    let external = text(spec, "type") == "ExternalName";
    if ports == 0 && !external && text(spec, "clusterIP") != "None" {
        errors.push(FieldError::required("spec.ports", ""));
    }
    if external && text(spec, "externalName").is_empty() {
        errors.push(FieldError::required("spec.externalName", ""));
    }
    for (at, port) in items(spec, "spec", "ports") {
        if ports > 1 && text(port, "name").is_empty() {
            errors.push(FieldError::required(format!("{at}.name"), ""));
        }
        errors.extend(port_number(port["port"].as_i64().unwrap_or(0), format!("{at}.port")));
        errors.extend(port["targetPort"].as_i64().and_then(|target| port_number(target, format!("{at}.targetPort"))));
        errors.extend(one_of(port, &at, "protocol", &["SCTP", "TCP", "UDP"]));
    }
    errors.extend(one_of(spec, "spec", "type", &TYPES));
    errors.extend(one_of(spec, "spec", "sessionAffinity", &["ClientIP", "None"]));
    errors
}

/// A service keeps its address; the list of addresses follows the one that was asked for. Upstream: NormalizeClusterIPs.
pub fn update(old: &Value, new: &Value) -> Vec<FieldError> {
    let address = |spec: &Value| text(spec, "clusterIP").to_owned();
    if address(old).is_empty() || address(old) == address(new) || text(new, "type") == "ExternalName" {
        return Vec::new();
    }
    vec![FieldError::invalid("spec.clusterIPs[0]", vec![address(new)], "may not change once set")]
}
