//! Probes and hooks of containers. Upstream: validateProbe, validateHandler.

use super::{names, not_negative, one_of, port_number, text};
use crate::api::status::FieldError;
use serde_json::Value;

const PROBES: [&str; 3] = ["livenessProbe", "readinessProbe", "startupProbe"];
const HOOKS: [&str; 2] = ["postStart", "preStop"];
const NUMBERS: [&str; 5] = ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"];
const HANDLERS: [&str; 5] = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"];

/// What is wrong with a container's hooks and probes; a container of the start has none, unless it goes on beside the others.
pub fn handlers(container: &Value, path: &str, starts: bool) -> Vec<FieldError> {
    if starts && container["restartPolicy"] != "Always" {
        let given = ["lifecycle"].into_iter().chain(PROBES).filter(|field| !container[*field].is_null());
        let why = "may not be set for init containers without restartPolicy=Always";
        return given.map(|field| FieldError::forbidden(format!("{path}.{field}"), why)).collect();
    }
    let mut errors = Vec::new();
    for hook in HOOKS {
        let given = &container["lifecycle"][hook];
        if !given.is_null() {
            errors.extend(handler(given, &format!("{path}.lifecycle.{hook}")));
        }
    }
    for field in PROBES {
        if !container[field].is_null() {
            errors.extend(probe(&container[field], &format!("{path}.{field}"), field == "readinessProbe"));
        }
    }
    errors
}

fn probe(probe: &Value, path: &str, of_readiness: bool) -> Vec<FieldError> {
    let mut errors = handler(probe, path);
    errors.extend(NUMBERS.iter().filter_map(|field| not_negative(probe, path, field)));
    let (grace, at) = (probe["terminationGracePeriodSeconds"].as_i64(), format!("{path}.terminationGracePeriodSeconds"));
    if let Some(seconds) = grace.filter(|n| *n <= 0) {
        errors.push(FieldError::invalid(at.clone(), seconds, "must be greater than 0"));
    }
    let times = probe["successThreshold"].as_i64().unwrap_or(1);
    match (of_readiness, grace) {
        (true, Some(seconds)) => errors.push(FieldError::invalid(at, seconds, "must not be set for readinessProbes")),
        (false, _) if times != 1 => errors.push(FieldError::invalid(format!("{path}.successThreshold"), times, "must be 1")),
        _ => {}
    }
    errors
}

fn handler(holder: &Value, path: &str) -> Vec<FieldError> {
    let mut given = HANDLERS.into_iter().filter(|field| !holder[*field].is_null());
    let Some(first) = given.next() else { return vec![FieldError::required(path, "must specify a handler type")] };
    let (action, at) = (&holder[first], format!("{path}.{first}"));
    let mut errors = match first {
        "exec" => Vec::from_iter(
            action["command"].as_array().is_none_or(Vec::is_empty).then(|| FieldError::required(format!("{at}.command"), "")),
        ),
        "httpGet" => {
            let pathless = text(action, "path").is_empty().then(|| FieldError::required(format!("{at}.path"), ""));
            let scheme = one_of(action, &at, "scheme", &["HTTP", "HTTPS"]);
            pathless.into_iter().chain(port(&action["port"], &format!("{at}.port"))).chain(scheme).collect()
        }
        "tcpSocket" | "grpc" => port(&action["port"], &format!("{at}.port")),
        _ => Vec::new(),
    };
    errors.extend(given.map(|other| FieldError::forbidden(format!("{path}.{other}"), "may not specify more than 1 handler type")));
    errors
}

/// A port by number or name. Upstream: ValidatePortNumOrName.
pub fn port(port: &Value, at: &str) -> Vec<FieldError> {
    match port.as_str() {
        Some(name) => names::each(at, name, names::port(name)),
        None => port_number(port.as_i64().unwrap_or(0), at.to_owned()).into_iter().collect(),
    }
}
