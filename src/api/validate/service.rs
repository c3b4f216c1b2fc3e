//! Services. Upstream: ValidateService.

use super::{items, names, one_of, port_number, probe, text};
use crate::api::status::FieldError;
use serde_json::Value;
use std::collections::BTreeSet;

const TYPES: [&str; 4] = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];

/// What is wrong with a service's spec.
pub fn spec(spec: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let many = spec["ports"].as_array().map_or(0, Vec::len);
    let (kind, headless) = (text(spec, "type"), text(spec, "clusterIP") == "None");
    if many == 0 && !headless && kind != "ExternalName" {
        errors.push(FieldError::required("spec.ports", ""));
    }
    match kind {
        "LoadBalancer" | "NodePort" if headless => {
            let why = format!("may not be set to 'None' for {kind} services");
            errors.push(FieldError::invalid("spec.clusterIPs[0]", "None", &why));
        }
        "ExternalName" => errors.extend(elsewhere(spec)),
        _ => {}
    }
    let mut seen = BTreeSet::new();
    for (at, port) in items(spec, "spec", "ports") {
        errors.extend(self::port(port, &at, many > 1));
        let name = text(port, "name");
        if !name.is_empty() && !seen.insert(name) {
            errors.push(FieldError::duplicate(format!("{at}.name"), name));
        }
    }
    errors.extend(names::labels(&spec["selector"], "spec.selector"));
    errors.extend(one_of(spec, "spec", "sessionAffinity", &["ClientIP", "None"]));
    errors.extend(one_of(spec, "spec", "type", &TYPES));
    errors.extend(together(spec, kind));
    errors
}

/// A changed service without what only its former type had need of, unless that was changed too. Upstream:
/// dropTypeDependentFields.
pub fn without_what_went(old: &Value, new: &Value) -> Value {
    let has_ports = |spec: &Value| matches!(text(spec, "type"), "NodePort" | "LoadBalancer");
    let node_ports = |spec: &Value| -> Vec<Value> { items(spec, "", "ports").map(|(_, port)| port["nodePort"].clone()).collect() };
    let mut rest = new.clone();
    if has_ports(old) && !has_ports(new) && node_ports(old) == node_ports(new) {
        let ports = rest["ports"].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut);
        ports.for_each(|port| drop(port.remove("nodePort")));
    }
    let is_elsewhere = |spec: &Value| text(spec, "type") == "ExternalName";
    if is_elsewhere(new) && !is_elsewhere(old) && old["clusterIP"] == new["clusterIP"] {
        let fields = ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"];
        rest.as_object_mut().into_iter().for_each(|map| map.retain(|field, _| !fields.contains(&field.as_str())));
    }
    rest
}

/// A service that is another name for something outside.
fn elsewhere(spec: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if !text(spec, "clusterIP").is_empty() {
        errors.push(FieldError::forbidden("spec.clusterIPs", "may not be set for ExternalName services"));
    }
    let name = text(spec, "externalName");
    match name.strip_suffix('.').unwrap_or(name) {
        "" => errors.push(FieldError::required("spec.externalName", "")),
        bare => errors.extend(names::each("spec.externalName", bare, names::subdomain(bare))),
    }
    errors
}

/// Upstream: validateServicePort.
fn port(port: &Value, at: &str, named: bool) -> Vec<FieldError> {
    let name = text(port, "name");
    let mut errors = match (name.is_empty(), named) {
        (true, true) => vec![FieldError::required(format!("{at}.name"), "")],
        (true, false) => Vec::new(),
        (false, _) => names::each(&format!("{at}.name"), name, names::label(name)),
    };
    errors.extend(port_number(port["port"].as_i64().unwrap_or(0), format!("{at}.port")));
    errors.extend(one_of(port, at, "protocol", &["SCTP", "TCP", "UDP"]));
    if !port["targetPort"].is_null() {
        errors.extend(probe::port(&port["targetPort"], &format!("{at}.targetPort")));
    }
    errors
}

/// What ports may not be together, or with the service's type.
fn together(spec: &Value, kind: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let node_port = |port: &Value| port["nodePort"].as_i64().filter(|number| *number != 0);
    let ports = || items(spec, "spec", "ports");
    if kind == "ClusterIP" {
        let open = ports().filter(|(_, port)| node_port(port).is_some());
        errors.extend(open.map(|(at, _)| FieldError::forbidden(format!("{at}.nodePort"), "may not be used when `type` is 'ClusterIP'")));
    }
    let (mut of_nodes, mut of_service) = (BTreeSet::new(), BTreeSet::new());
    for (at, port) in ports() {
        let number = node_port(port).filter(|number| !of_nodes.insert((text(port, "protocol"), *number)));
        errors.extend(number.map(|n| FieldError { path: format!("{at}.nodePort"), detail: format!("Duplicate value: {n}") }));
    }
    for (at, port) in ports() {
        let (protocol, number) = (text(port, "protocol"), port["port"].as_i64().unwrap_or(0));
        if !of_service.insert((protocol, number)) {
            // As the server's own type prints itself.
            let shown = format!(
                "{{\"Name\":\"\",\"Protocol\":{protocol:?},\"AppProtocol\":null,\"Port\":{number},\"TargetPort\":0,\"NodePort\":0}}"
            );
            errors.push(FieldError { path: at, detail: format!("Duplicate value: {shown}") });
        }
    }
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
