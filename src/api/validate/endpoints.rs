//! Endpoints. Upstream: ValidateEndpoints.

use super::{items, names, one_of, port_number, text};
use crate::api::status::FieldError;
use core::net::IpAddr;
use serde_json::Value;

const PROTOCOLS: [&str; 3] = ["SCTP", "TCP", "UDP"];

/// What is wrong with the subsets of an object.
pub fn subsets(value: &Value) -> Vec<FieldError> {
    let subsets = value["subsets"].as_array().into_iter().flatten().enumerate();
    subsets.flat_map(|(i, subset)| one(subset, &format!("subsets[{i}]"))).collect()
}

fn one(subset: &Value, at: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let lists = ["addresses", "notReadyAddresses"];
    if lists.iter().all(|list| subset[*list].as_array().is_none_or(Vec::is_empty)) {
        errors.push(FieldError::required(at, "must specify `addresses` or `notReadyAddresses`"));
    }
    for (at, address) in lists.iter().flat_map(|list| items(subset, at, list)) {
        errors.extend(self::address(address, &at));
    }
    let many = subset["ports"].as_array().map_or(0, Vec::len) > 1;
    for (at, port) in items(subset, at, "ports") {
        errors.extend(self::port(port, &at, many));
    }
    errors
}

/// An address must be one, and one that leads to somebody else.
fn address(address: &Value, at: &str) -> Vec<FieldError> {
    let (text, at) = (text(address, "ip"), format!("{at}.ip"));
    let wrong = |why: &str| vec![FieldError::invalid(at.clone(), text, why)];
    let Ok(ip) = text.parse::<IpAddr>() else {
        return wrong("must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
    };
    let link_local = matches!(ip, IpAddr::V4(ip) if ip.is_link_local());
    match () {
        () if ip.is_unspecified() => wrong(&format!("may not be unspecified ({text})")),
        () if ip.is_loopback() => wrong("may not be in the loopback range (127.0.0.0/8, ::1/128)"),
        () if link_local => wrong("may not be in the link-local range (169.254.0.0/16, fe80::/10)"),
        () => Vec::new(),
    }
}

fn port(port: &Value, at: &str, needs_name: bool) -> Vec<FieldError> {
    let name = text(port, "name");
    let mut errors = Vec::new();
    if name.is_empty() && needs_name {
        errors.push(FieldError::required(format!("{at}.name"), ""));
    } else if !name.is_empty() {
        errors.extend(names::label(name).iter().map(|why| FieldError::invalid(format!("{at}.name"), name, why)));
    }
    errors.extend(port_number(port["port"].as_i64().unwrap_or(0), format!("{at}.port")));
    errors.extend(one_of(port, at, "protocol", &PROTOCOLS));
    errors
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Upstream: TestValidateEndpointsCreate.
    #[test]
    fn subsets_are_checked_address_by_address() {
        let wrong = |subset: Value| subsets(&json!({"subsets": [subset]})).iter().map(FieldError::text).collect::<Vec<String>>();
        let fine = json!({"addresses": [{"ip": "10.9.8.7"}], "ports": [{"port": 80, "protocol": "TCP"}]});
        assert_eq!(wrong(fine), [""; 0]);
        assert_eq!(wrong(json!({})), ["subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`"]);
        let ip = |ip: &str| json!({"addresses": [{"ip": ip}]});
        let why = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
        assert_eq!(wrong(ip("web")), [format!("subsets[0].addresses[0].ip: Invalid value: \"web\": {why}")]);
        let why = "may not be in the loopback range (127.0.0.0/8, ::1/128)";
        assert_eq!(wrong(ip("127.0.0.1")), [format!("subsets[0].addresses[0].ip: Invalid value: \"127.0.0.1\": {why}")]);
        let ports = json!({"addresses": [{"ip": "10.9.8.7"}], "ports": [{"name": "a", "port": 0}, {"port": 1, "protocol": "IP"}]});
        assert_eq!(
            wrong(ports),
            [
                "subsets[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
                "subsets[0].ports[1].name: Required value",
                "subsets[0].ports[1].protocol: Unsupported value: \"IP\": supported values: \"SCTP\", \"TCP\", \"UDP\"",
            ]
        );
    }
}
