//! Requests as somebody types them: a URL, from somewhere, to whoever answers.
//!
//! - `localhost:8001` at the keyboard is `kubectl proxy`: the request goes to the API server, and from there to a pod.
//! - A name is looked up in the cluster's DNS: as from namespace `default` at the keyboard or on a node, as from its own
//!   namespace in a pod.
//! - A service's address leads to one of its endpoints, any other address straight to the process that holds it.
//!
//! The answer is there at once; what a picture shows on its way, and how long it took, is told by the transits and
//! [`HttpAnswer::took`].

use super::delivery::{self, Origin, Responder};
use super::dns::{self, RecordType};
use super::failure::{CurlError, Failure};
use super::hosts;
use super::memory::{self, Keeps, Recall};
use super::message::Message;
use super::proxy;
use super::routing::{self, Route};
use crate::api::{Key, Kind, Name, Pod, Service, Span, Time};
use crate::sim::change::Physical;
use crate::sim::latency::Latency;
use crate::sim::transit::{Cargo, Place};
use crate::sim::world::World;
use core::net::Ipv4Addr;

/// The most that may be posted, in bytes.
pub const MAX_BODY: usize = 65_536;
/// Where `kubectl proxy` listens.
pub const KUBECTL_PROXY: i32 = 8001;

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// From where.
    pub from: Origin,
    /// `GET`, `POST`, …
    pub method: String,
    /// With or without `http://`.
    pub url: String,
    /// What is posted.
    pub body: String,
    /// How long its client keeps what the DNS says, where it is no container's process: that has its own habit.
    pub keeps: Keeps,
    /// An open connection to that host, which is used again: nothing is looked up or chosen anew.
    pub open: Option<(Name, i32)>,
}

impl HttpRequest {
    /// A GET from the keyboard.
    pub fn get(url: impl Into<String>) -> HttpRequest {
        HttpRequest {
            from: Origin::Keyboard,
            method: "GET".to_owned(),
            url: url.into(),
            body: String::new(),
            keeps: Keeps::Nothing,
            open: None,
        }
    }
    /// A POST from the keyboard.
    pub fn post(url: impl Into<String>, body: impl Into<String>) -> HttpRequest {
        HttpRequest { method: "POST".to_owned(), body: body.into(), ..HttpRequest::get(url) }
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpAnswer {
    /// HTTP status code; 0 where no answer came.
    pub status: u16,
    /// What curl prints.
    pub body: String,
    /// The address and the port that were tried; `None` where the name has no address, and at `localhost`.
    pub tried: Option<(Name, i32)>,
    /// Where the connection leads over which it came; `None` where there is none to use again.
    pub open: Option<(Name, i32)>,
    /// What its client went by instead of asking the DNS, where it did.
    pub recall: Option<Recall>,
    /// The process that answered, where one did.
    pub served_by: Option<Responder>,
    /// What curl says where no answer came.
    pub error: Option<CurlError>,
    /// Why no process answered, in a few words; blank where one did.
    pub why: Name,
    /// How long whoever asked had to wait, in virtual time; nobody has made that time pass.
    pub took: Span,
}

/// Makes a request now.
pub fn http(world: &mut World, request: &HttpRequest) -> HttpAnswer {
    let url = match Url::parse(&request.url) {
        Ok(url) => url,
        Err(error) => return unanswered(error, "a wrong URL", Span(0)),
    };
    if request.body.len() > MAX_BODY {
        let why = "413 Request Entity Too Large";
        return HttpAnswer { status: 413, body: format!("{}\n", &why[4..]), why: why.into(), ..unanswered_plainly() };
    }
    let message = Message { method: &request.method, path: &url.path, body: &request.body };
    if matches!(url.host.as_str(), "localhost" | "127.0.0.1") {
        return at_home(world, &request.from, &url, &message);
    }
    if let Some((ip, port)) = &request.open {
        return straight(world, &request.from, &url, (ip, *port), &message);
    }
    let (ip, recall) = address(world, request, &url.host);
    let earlier = world.cause;
    if let Some(recall) = &recall {
        world.cause = Some(recall.happens(world, &request.from));
    }
    let answer = match &ip {
        Some(ip) => over_the_network(world, &request.from, &url, ip, &message),
        None => unresolved(world, &request.from, &url.host, &message),
    };
    world.cause = earlier;
    HttpAnswer { tried: ip.map(|ip| (ip, url.port)), recall, ..answer }
}

/// The parts of a URL.
struct Url {
    tls: bool,
    host: String,
    port: i32,
    path: String,
}

impl Url {
    fn parse(text: &str) -> Result<Url, CurlError> {
        let refuse = |code, text: &str| Err(CurlError { code, text: text.to_owned() });
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            other => return refuse(1, &format!("Protocol {other:?} not supported")),
        };
        let rest = rest.split('#').next().unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
        if host.is_empty() {
            return refuse(3, "URL rejected: No host part in the URL");
        }
        let default = if tls { 443 } else { 80 };
        let Ok(port) = (if port.is_empty() { Ok(default) } else { port.parse::<u16>() }) else {
            return refuse(3, "URL rejected: Port number was not a decimal number between 0 and 65535");
        };
        Ok(Url { tls, host: host.to_ascii_lowercase(), port: port.into(), path })
    }
}

fn unanswered_plainly() -> HttpAnswer {
    HttpAnswer {
        status: 0,
        body: String::new(),
        tried: None,
        open: None,
        recall: None,
        served_by: None,
        error: None,
        why: Name::default(),
        took: Span(0),
    }
}

fn unanswered(error: CurlError, why: &str, took: Span) -> HttpAnswer {
    HttpAnswer { error: Some(error), why: why.into(), took, ..unanswered_plainly() }
}

/// `localhost`: `kubectl proxy` at the keyboard, itself in a pod, nobody on a node.
fn at_home(world: &mut World, from: &Origin, url: &Url, message: &Message) -> HttpAnswer {
    match from {
        Origin::Keyboard if url.port == KUBECTL_PROXY && !url.tls => through_api_server(world, message),
        Origin::Process { .. } => {
            let ip = from.process(world).map(|process| process.ip.clone()).unwrap_or_default();
            straight(world, from, url, (&ip, url.port), message)
        }
        Origin::Keyboard | Origin::Node(_) | Origin::ApiServer => refused(world, from, url, message, Failure::Refused),
    }
}

fn through_api_server(world: &mut World, message: &Message) -> HttpAnswer {
    let (now, hop) = (world.now(), world.latency(Latency::Request));
    delivery::send(world, (Cargo::Request, Place::Client, Place::Record), now, &message.line(), true);
    let answer = proxy::serve(world, now + hop, message);
    delivery::send(world, (Cargo::Answer, Place::Record, Place::Client), answer.back, &answer.status.to_string(), true);
    let took = answer.back + hop - now;
    HttpAnswer { status: answer.status, body: answer.body, served_by: answer.by, why: answer.why, took, ..unanswered_plainly() }
}

/// The address of a host as it is known there, `None` where the name is not known or nobody can be asked; and what it is
/// remembered from, where it is.
fn address(world: &mut World, request: &HttpRequest, host: &str) -> (Option<Name>, Option<Recall>) {
    if host.parse::<Ipv4Addr>().is_ok() {
        return (Some(host.into()), None);
    }
    let from = &request.from;
    if let Some(ip) = from.process(world).and_then(|process| hosts::find(process, host)) {
        return (Some(ip), None);
    }
    let namespace = match from {
        Origin::Process { pod, .. } => pod.namespace.clone(),
        Origin::Keyboard | Origin::ApiServer | Origin::Node(_) => "default".into(),
    };
    let found = memory::resolve_short(world, (from, request.keeps), (host, RecordType::A), &namespace);
    found.map_or((None, None), |(answer, recall)| (answer.address().map(Name::from), recall))
}

fn over_the_network(world: &mut World, from: &Origin, url: &Url, ip: &str, message: &Message) -> HttpAnswer {
    match routing::route(world, ip, url.port, from) {
        Route::Direct => straight(world, from, url, (ip, url.port), message),
        Route::Endpoint(ip, port) => straight(world, from, url, (&ip, port), message),
        Route::Rejected => refused(world, from, url, message, Failure::Refused),
        Route::Dropped => refused(world, from, url, message, Failure::Silence),
    }
}

fn straight(world: &mut World, from: &Origin, url: &Url, address: (&str, i32), message: &Message) -> HttpAnswer {
    let now: Time = world.now();
    if url.tls {
        return refused(world, from, url, message, Failure::NotTls);
    }
    let delivery = delivery::deliver(world, from, now, address, message);
    let took = delivery.back - now;
    match delivery.outcome {
        Ok((by, response)) => {
            let open = Some((address.0.into(), address.1));
            HttpAnswer { status: response.status, body: response.body, open, served_by: Some(by), took, ..unanswered_plainly() }
        }
        Err(failure) => unanswered(failure.curl(&url.host, url.port, took), failure.words(), took),
    }
}

/// No process is reached at all.
fn refused(world: &mut World, from: &Origin, url: &Url, message: &Message, failure: Failure) -> HttpAnswer {
    let took = failure.patience(Span(0), false);
    world.happened(from.actor(), Physical::Unanswered(message.line().into(), failure.words().into()));
    unanswered(failure.curl(&url.host, url.port, took), failure.words(), took)
}

fn unresolved(world: &mut World, from: &Origin, host: &str, message: &Message) -> HttpAnswer {
    let error = CurlError { code: 6, text: format!("Could not resolve host: {host}") };
    world.happened(from.actor(), Physical::Unanswered(message.line().into(), error.text.as_str().into()));
    unanswered(error, "the host is not known", Span(0))
}

/// What is wrong with a URL, where something is.
pub fn check(url: &str) -> Result<(), CurlError> {
    Url::parse(url).map(|_| ())
}

/// With whom a URL is to be fetched, and how: `http://kubia-public:80`.
pub fn origin(url: &str) -> String {
    let scheme = |url: &Url| if url.tls { "https" } else { "http" };
    Url::parse(url).map_or_else(|_| url.to_owned(), |url| format!("{}://{}:{}", scheme(&url), url.host, url.port))
}

/// The host that a URL names.
pub fn host(url: &str) -> String {
    Url::parse(url).map_or_else(|_| url.to_owned(), |url| url.host)
}

/// The line of a request as the process reads it that gets it: `GET /`.
pub fn line(request: &HttpRequest) -> String {
    let path = Url::parse(&request.url).map_or_else(|_| request.url.clone(), |url| proxy::forwarded(&url.path).to_owned());
    format!("{} {path}", request.method)
}

/// The service or the pod that a URL from the keyboard names, by its name, its address, or through the API server's proxy.
pub fn aim(world: &World, url: &str) -> Option<(Kind, Key)> {
    let url = Url::parse(url).ok()?;
    if matches!(url.host.as_str(), "localhost" | "127.0.0.1") {
        return proxy::aim(&url.path);
    }
    if url.host.parse::<Ipv4Addr>().is_ok() {
        let service = world.list::<Service>().find(|service| *service.spec.cluster_ip == *url.host);
        let pod = || world.list::<Pod>().find(|pod| *pod.status.pod_ip == *url.host);
        let service = service.map(|service| (Kind::Service, service.metadata.key()));
        return service.or_else(|| pod().map(|pod| (Kind::Pod, pod.metadata.key())));
    }
    let name = url.host.trim_end_matches('.');
    let name = name.strip_suffix(&format!(".{}", dns::ZONE)).unwrap_or(name);
    let labels: Vec<&str> = name.strip_suffix(".svc").unwrap_or(name).split('.').collect();
    match labels[..] {
        [service] => Some((Kind::Service, Key::new("default", service))),
        [service, namespace] => Some((Kind::Service, Key::new(namespace, service))),
        [pod, _, namespace] => Some((Kind::Pod, Key::new(namespace, pod))),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
