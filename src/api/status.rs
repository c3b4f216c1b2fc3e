//! Refusals: what the API server answers when it does not do what was asked.

use super::object::Kind;
use serde_json::{Value, json};

/// Why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No such object.
    NotFound,
    /// The name is taken.
    AlreadyExists,
    /// Somebody was faster, or a precondition does not hold.
    Conflict,
    /// A field is wrong.
    Invalid,
    /// Not allowed.
    Forbidden,
    /// Not understood.
    BadRequest,
    /// Not now.
    TooManyRequests,
    /// Not offered for this kind.
    MethodNotAllowed,
    /// The server's own mistake.
    InternalError,
    /// Nobody there to answer.
    ServiceUnavailable,
}

impl Reason {
    /// HTTP status code.
    pub fn code(self) -> u16 {
        match self {
            Reason::BadRequest => 400,
            Reason::Forbidden => 403,
            Reason::NotFound => 404,
            Reason::MethodNotAllowed => 405,
            Reason::AlreadyExists | Reason::Conflict => 409,
            Reason::Invalid => 422,
            Reason::TooManyRequests => 429,
            Reason::InternalError => 500,
            Reason::ServiceUnavailable => 503,
        }
    }
    /// The reason's name.
    pub fn text(self) -> &'static str {
        match self {
            Reason::NotFound => "NotFound",
            Reason::AlreadyExists => "AlreadyExists",
            Reason::Conflict => "Conflict",
            Reason::Invalid => "Invalid",
            Reason::Forbidden => "Forbidden",
            Reason::BadRequest => "BadRequest",
            Reason::TooManyRequests => "TooManyRequests",
            Reason::MethodNotAllowed => "MethodNotAllowed",
            Reason::InternalError => "InternalError",
            Reason::ServiceUnavailable => "ServiceUnavailable",
        }
    }
}

/// One wrong field: where, and the whole of what is said about it after the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Such as `spec.template.spec.containers[0].name`.
    pub path: String,
    /// Such as `Required value`, or `Invalid value: -1: must be greater than or equal to 0`.
    pub detail: String,
}

impl FieldError {
    /// `path: Required value[: detail]`.
    pub fn required(path: impl Into<String>, detail: &str) -> FieldError {
        let colon = if detail.is_empty() { "" } else { ": " };
        FieldError { path: path.into(), detail: format!("Required value{colon}{detail}") }
    }
    /// `path: Invalid value: value: detail`; strings are quoted, others printed as JSON.
    pub fn invalid(path: impl Into<String>, value: impl Into<Value>, detail: &str) -> FieldError {
        FieldError { path: path.into(), detail: format!("Invalid value: {}: {detail}", value.into()) }
    }
    /// The same with a value that is written already, as the server's own types print themselves.
    pub fn raw(path: impl Into<String>, value: &str, detail: &str) -> FieldError {
        FieldError { path: path.into(), detail: format!("Invalid value: {value}: {detail}") }
    }
    /// `path: Forbidden: detail`.
    pub fn forbidden(path: impl Into<String>, detail: &str) -> FieldError {
        FieldError { path: path.into(), detail: format!("Forbidden: {detail}") }
    }
    /// `path: Unsupported value: "x": supported values: "a", "b"`.
    pub fn unsupported(path: impl Into<String>, value: &str, supported: &[&str]) -> FieldError {
        let list: Vec<String> = supported.iter().map(|s| format!("{s:?}")).collect();
        FieldError { path: path.into(), detail: format!("Unsupported value: {value:?}: supported values: {}", list.join(", ")) }
    }
    /// `path: Duplicate value: "x"`.
    pub fn duplicate(path: impl Into<String>, value: &str) -> FieldError {
        FieldError { path: path.into(), detail: format!("Duplicate value: {value:?}") }
    }
    /// `path: detail`.
    pub fn text(&self) -> String {
        format!("{}: {}", self.path, self.detail)
    }
}

/// metav1.Status of a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why, for machines.
    pub reason: Reason,
    /// Why, for people; the API server's exact text.
    pub message: String,
    /// The kind and name it is about, where it is about one.
    pub about: Option<(Kind, String)>,
    /// The wrong fields of an `Invalid`; of a refused eviction how its budget stands, without a path.
    pub fields: Vec<FieldError>,
}

impl Refusal {
    fn new(reason: Reason, message: String, kind: Kind, name: &str) -> Refusal {
        Refusal { reason, message, about: Some((kind, name.to_owned())), fields: Vec::new() }
    }
    /// `pods "x" not found`.
    pub fn not_found(kind: Kind, name: &str) -> Refusal {
        Refusal::new(Reason::NotFound, format!("{} {name:?} not found", kind.resource()), kind, name)
    }
    /// `pods "x" already exists`.
    pub fn already_exists(kind: Kind, name: &str) -> Refusal {
        Refusal::new(Reason::AlreadyExists, format!("{} {name:?} already exists", kind.resource()), kind, name)
    }
    /// `Operation cannot be fulfilled on pods "x": why`.
    pub fn conflict(kind: Kind, name: &str, why: &str) -> Refusal {
        let message = format!("Operation cannot be fulfilled on {} {name:?}: {why}", kind.resource());
        Refusal::new(Reason::Conflict, message, kind, name)
    }
    /// `StatefulSet.apps "kubia" is invalid: …`, with one error or several in brackets, each once.
    pub fn invalid(kind: Kind, name: &str, mut fields: Vec<FieldError>) -> Refusal {
        let mut seen = Vec::new();
        fields.retain(|field| {
            let new = !seen.contains(field);
            seen.extend(new.then(|| field.clone()));
            new
        });
        let texts: Vec<String> = fields.iter().map(FieldError::text).collect();
        let list = if texts.len() == 1 { texts[0].clone() } else { format!("[{}]", texts.join(", ")) };
        let group = kind.info().group;
        let qualified = if group.is_empty() { kind.name().to_owned() } else { format!("{}.{group}", kind.name()) };
        let message = format!("{qualified} {name:?} is invalid: {list}");
        Refusal { fields, ..Refusal::new(Reason::Invalid, message, kind, name) }
    }
    /// `pods "x" is forbidden: why`.
    pub fn forbidden(kind: Kind, name: &str, why: &str) -> Refusal {
        Refusal::new(Reason::Forbidden, format!("{} {name:?} is forbidden: {why}", kind.resource()), kind, name)
    }
    /// Free text with code 400.
    pub fn bad_request(message: impl Into<String>) -> Refusal {
        Refusal { reason: Reason::BadRequest, message: message.into(), about: None, fields: Vec::new() }
    }
    /// The body of the answer.
    pub fn to_value(&self) -> Value {
        let details = self.about.as_ref().map(|(kind, name)| {
            let shown = if self.reason == Reason::Invalid { kind.name() } else { kind.info().plural };
            json!({"name": name, "group": kind.info().group, "kind": shown})
        });
        json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": self.message,
            "reason": self.reason.text(), "details": details, "code": self.reason.code()})
    }
}
