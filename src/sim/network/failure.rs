//! Why no answer came, in the words of those who asked: the API server, curl, and the Node.js apps.

use crate::api::Span;

/// Why a request reached nobody who would answer it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The machine is there and nobody listens on that port.
    Refused,
    /// Nothing comes back: no power, a cut cable, or an address that nobody has.
    Silence,
    /// TLS was spoken to somebody who speaks plain HTTP.
    NotTls,
}

/// How long the API server waits for a connection.
const DIAL_TIMEOUT: Span = Span::secs(30);
/// How long everybody else does: six repeated SYNs.
const SYN_TIMEOUT: Span = Span::secs(127);

impl Failure {
    /// In a few words.
    pub fn words(self) -> &'static str {
        match self {
            Failure::Refused => "connection refused",
            Failure::Silence => "timed out",
            Failure::NotTls => "not a TLS server",
        }
    }
    /// As Go's net package says it.
    pub fn go(self, address: &str) -> String {
        match self {
            Failure::Refused => format!("dial tcp {address}: connect: connection refused"),
            Failure::Silence => format!("dial tcp {address}: i/o timeout"),
            Failure::NotTls => "tls: first record does not look like a TLS handshake".to_owned(),
        }
    }
    /// As an `Error` of Node.js says it.
    pub fn node(self, address: &str) -> String {
        match self {
            Failure::Refused => format!("connect ECONNREFUSED {address}"),
            Failure::Silence => format!("connect ETIMEDOUT {address}"),
            Failure::NotTls => "write EPROTO wrong version number".to_owned(),
        }
    }
    /// curl's exit code and its text after `curl: (code) `; `took` is how long it tried.
    pub fn curl(self, host: &str, port: i32, took: Span) -> CurlError {
        let (code, text) = match self {
            Failure::Refused => (7, format!("Failed to connect to {host} port {port} after {} ms: Could not connect to server", took.0)),
            Failure::Silence => (28, format!("Failed to connect to {host} port {port} after {} ms: Could not connect to server", took.0)),
            Failure::NotTls => (35, "TLS connect error: error:0A00010B:SSL routines::wrong version number".to_owned()),
        };
        CurlError { code, text }
    }
    /// How long it takes to know, where a round trip takes that long; the API server has less patience.
    pub fn patience(self, round_trip: Span, api_server: bool) -> Span {
        match (self, api_server) {
            (Failure::Silence, true) => DIAL_TIMEOUT,
            (Failure::Silence, false) => SYN_TIMEOUT,
            (Failure::Refused | Failure::NotTls, _) => round_trip,
        }
    }
}

/// Why curl has nothing to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurlError {
    /// Its exit code.
    pub code: i32,
    /// What it says after `curl: (code) `.
    pub text: String,
}
