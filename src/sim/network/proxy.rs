//! The API server's proxy to pods and services: `/api/v1/namespaces/NS/pods/[SCHEME:]NAME[:PORT]/proxy/PATH`. It takes
//! addresses from the record and goes there over the nodes' cables. Upstream: pkg/registry/core/{pod,service}, and
//! apimachinery/pkg/util/proxy.

use super::delivery::{self, Delivery, Origin, Responder};
use super::failure::Failure;
use super::message::Message;
use super::routing;
use crate::api::{Key, Kind, Name, Pod, Reason, Refusal, Service, Time};
use crate::sim::chance::Stream;
use crate::sim::world::World;
use serde_json::Value;

/// What the API server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxied {
    /// HTTP status code.
    pub status: u16,
    /// Body: the process's, or a printed Status.
    pub body: String,
    /// Who answered, where a process did.
    pub by: Option<Responder>,
    /// Why none did, in a few words; blank where one did.
    pub why: Name,
    /// When the answer leaves the API server.
    pub back: Time,
}

/// What of the API server is asked for.
struct Target<'p> {
    kind: Kind,
    namespace: &'p str,
    id: &'p str,
    path: &'p str,
}

/// Answers a request that reaches the API server at `at`; other paths than the proxy's are unknown.
pub fn serve(world: &mut World, at: Time, message: &Message) -> Proxied {
    let answer = |status, body| Proxied { status, body, by: None, why: "301: no slash at the path's end".into(), back: at };
    let Some(target) = parse(message.path) else {
        let unknown = unavailable("the server could not find the requested resource");
        return refused(&Refusal { reason: Reason::NotFound, ..unknown }, at);
    };
    if target.path.is_empty() && matches!(message.method, "GET" | "HEAD") {
        return answer(301, String::new());
    }
    match locate(world, &target) {
        Err(refusal) => refused(&refusal, at),
        Ok(location) => {
            let path = if target.path.is_empty() { "/" } else { target.path };
            forward(world, at, &location, &Message { path, ..*message })
        }
    }
}

fn parse(path: &str) -> Option<Target<'_>> {
    let mut parts = path.strip_prefix("/api/v1/namespaces/")?.splitn(4, '/');
    let (namespace, resource, id, rest) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let kind = match resource {
        "pods" => Kind::Pod,
        "services" => Kind::Service,
        _ => return None,
    };
    let path = rest.strip_prefix("proxy").filter(|path| path.is_empty() || path.starts_with(['/', '?']))?;
    Some(Target { kind, namespace, id, path })
}

/// The path that a pod or a service is asked for; the path itself where it is none of the proxy's.
pub fn forwarded(path: &str) -> &str {
    parse(path).map_or(path, |target| if target.path.is_empty() { "/" } else { target.path })
}

/// The pod or the service that a path of the proxy's means.
pub fn aim(path: &str) -> Option<(Kind, Key)> {
    let target = parse(path)?;
    Some((target.kind, Key::new(target.namespace, split(target.id)?.1)))
}

/// Scheme, name and port of `[scheme:]name[:port]`. Upstream: apimachinery/pkg/util/net.SplitSchemeNamePort.
fn split(id: &str) -> Option<(&str, &str, &str)> {
    let parts: Vec<&str> = id.split(':').collect();
    let (scheme, name, port) = match parts[..] {
        [name] => ("", name, ""),
        [name, port] => ("", name, port),
        [scheme @ ("http" | "https"), name, port] => (scheme, name, port),
        _ => return None,
    };
    (!name.is_empty()).then_some((scheme, name, port))
}

/// Where the proxy goes.
struct Location {
    tls: bool,
    ip: String,
    port: i32,
}

fn locate(world: &mut World, target: &Target) -> Result<Location, Refusal> {
    let word = target.kind.info().aliases[0];
    let Some((scheme, name, port)) = split(target.id) else {
        return Err(Refusal::bad_request(format!("invalid {word} request {:?}", target.id)));
    };
    let key = Key::new(target.namespace, name);
    let (ip, port) = match target.kind {
        Kind::Pod => pod_address(world, &key, port)?,
        _ => service_address(world, &key, target.id, port)?,
    };
    Ok(Location { tls: scheme == "https", ip, port })
}

fn pod_address(world: &World, key: &Key, port: &str) -> Result<(String, i32), Refusal> {
    let pod = world.get::<Pod>(key).ok_or_else(|| Refusal::not_found(Kind::Pod, &key.name))?;
    if pod.status.pod_ip.is_empty() {
        return Err(Refusal::bad_request("address not allowed"));
    }
    let declared = pod.spec.containers.iter().find_map(|c| c.ports.first()).map_or(80, |p| p.container_port);
    let port = if port.is_empty() { Some(declared) } else { port.parse().ok() };
    let unknown = || unavailable("error trying to reach service: dial tcp: lookup tcp: unknown port");
    Ok((pod.status.pod_ip.to_string(), port.ok_or_else(unknown)?))
}

/// A random ready endpoint for each request. A port may be given by name or by the service's number; where none is given
/// only an unnamed port fits.
fn service_address(world: &mut World, key: &Key, id: &str, port: &str) -> Result<(String, i32), Refusal> {
    let service = world.get::<Service>(key).ok_or_else(|| Refusal::not_found(Kind::Service, &key.name))?;
    let port = match port.parse::<i32>() {
        Ok(number) => match service.spec.ports.iter().find(|p| p.port == number) {
            Some(port) => port.name.to_string(),
            None => return Err(unavailable(&format!("no service port {number} found for service {:?}", key.name))),
        },
        Err(_) => port.to_owned(),
    };
    let backends = routing::backends(world.store(), key, &port, |endpoint| endpoint.conditions.ready);
    let chosen = world.chance.pick(Stream::Endpoint, &backends).cloned();
    chosen.ok_or_else(|| unavailable(&format!("no endpoints available for service {id:?}")))
}

fn forward(world: &mut World, at: Time, location: &Location, message: &Message) -> Proxied {
    if location.tls {
        return unreachable_service(Failure::NotTls, location, at);
    }
    let Delivery { outcome, back } = delivery::deliver(world, &Origin::ApiServer, at, (&location.ip, location.port), message);
    match outcome {
        Ok((by, response)) => Proxied { status: response.status, body: response.body, by: Some(by), why: Name::default(), back },
        Err(failure) => unreachable_service(failure, location, back),
    }
}

fn unreachable_service(failure: Failure, location: &Location, back: Time) -> Proxied {
    let why = failure.go(&format!("{}:{}", location.ip, location.port));
    refused(&unavailable(&format!("error trying to reach service: {why}")), back)
}

fn unavailable(message: &str) -> Refusal {
    Refusal { reason: Reason::ServiceUnavailable, ..Refusal::bad_request(message) }
}

fn refused(refusal: &Refusal, back: Time) -> Proxied {
    let why = format!("{}: {}", refusal.reason.code(), refusal.message).into();
    Proxied { status: refusal.reason.code(), body: print(refusal), by: None, why, back }
}

/// A Status in the API server's order of fields, indented as it prints for curl.
fn print(refusal: &Refusal) -> String {
    let text = |text: &str| Value::from(text).to_string();
    let details = refusal.about.as_ref().map(|(kind, name)| {
        format!("  \"details\": {{\n    \"name\": {},\n    \"kind\": {}\n  }},\n", text(name), text(kind.info().plural))
    });
    format!(
        "{{\n  \"kind\": \"Status\",\n  \"apiVersion\": \"v1\",\n  \"metadata\": {{}},\n  \"status\": \"Failure\",\n  \"message\": {},\n  \"reason\": {},\n{}  \"code\": {}\n}}",
        text(&refusal.message),
        text(refusal.reason.text()),
        details.unwrap_or_default(),
        refusal.reason.code()
    )
}
