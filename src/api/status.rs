//! Refusals: what the API server answers when it does not do what was asked.

use super::object::Kind;
use serde_json::{Map, Value, json};

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
    /// As one of the causes of a refusal: why, for machines and for people, and where. Upstream: metav1.StatusCause.
    fn cause(&self, refused: Reason) -> Value {
        const TYPES: [(&str, &str); 7] = [
            ("Required value", "FieldValueRequired"),
            ("Duplicate value", "FieldValueDuplicate"),
            ("Not found", "FieldValueNotFound"),
            ("Unsupported value", "FieldValueNotSupported"),
            ("Forbidden", "FieldValueForbidden"),
            ("Too long", "FieldValueTooLong"),
            ("Too many", "FieldValueTooMany"),
        ];
        let of_field = || TYPES.iter().find(|(begins, _)| self.detail.starts_with(begins)).map_or("FieldValueInvalid", |row| row.1);
        let reason = match refused {
            Reason::TooManyRequests => "DisruptionBudget",
            Reason::Forbidden => "NamespaceTerminating",
            _ => of_field(),
        };
        let mut cause = json!({"reason": reason, "message": self.detail});
        if !self.path.is_empty() {
            cause["field"] = self.path.as_str().into();
        }
        cause
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
    /// The wrong fields of an `Invalid`; of a refused eviction how its budget stands, without a path; of what a namespace
    /// on its way out takes in no more, that it is.
    pub fields: Vec<FieldError>,
    /// After how many seconds to ask again; 0 where that is not said.
    pub retry_after: u32,
}

impl Refusal {
    /// One that is about no object.
    pub fn plain(reason: Reason, message: impl Into<String>) -> Refusal {
        Refusal { reason, message: message.into(), about: None, fields: Vec::new(), retry_after: 0 }
    }
    fn new(reason: Reason, message: String, kind: Kind, name: &str) -> Refusal {
        Refusal { about: Some((kind, name.to_owned())), ..Refusal::plain(reason, message) }
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
        Refusal::plain(Reason::BadRequest, message)
    }
    /// The body of the answer: a metav1.Status, without what would be empty.
    pub fn to_value(&self) -> Value {
        let mut status = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": self.message,
            "reason": self.reason.text(), "code": self.reason.code()});
        let details = self.details();
        if !details.is_empty() {
            status["details"] = details.into();
        }
        status
    }
    /// Upstream: metav1.StatusDetails. Its kind is a resource, and that of an `Invalid` a kind.
    fn details(&self) -> Map<String, Value> {
        let mut details = Map::new();
        if let Some((kind, name)) = &self.about {
            let shown = if self.reason == Reason::Invalid { kind.name() } else { kind.info().plural };
            let fields = [("name", name.as_str()), ("group", kind.info().group), ("kind", shown)];
            details.extend(fields.into_iter().filter(|(_, text)| !text.is_empty()).map(|(field, text)| (field.to_owned(), text.into())));
        }
        if !self.fields.is_empty() {
            details.insert("causes".to_owned(), self.fields.iter().map(|field| field.cause(self.reason)).collect());
        }
        if self.retry_after > 0 {
            details.insert("retryAfterSeconds".to_owned(), self.retry_after.into());
        }
        details
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Upstream: NewInvalid, NewNotFound and NewTooManyRequests in apimachinery/pkg/api/errors; createTooManyRequestsError and
    /// checkAndDecrement of the eviction; the NamespaceLifecycle admission.
    #[test]
    fn a_refusal_is_told_as_a_status() {
        let details = |refusal: &Refusal| refusal.to_value()["details"].clone();
        let cause = |field: FieldError| details(&Refusal::invalid(Kind::StatefulSet, "kubia", vec![field]));
        let wrong = cause(FieldError::invalid("spec.replicas", -1, "must be greater than or equal to 0"));
        let words = "Invalid value: -1: must be greater than or equal to 0";
        let one = json!({"reason": "FieldValueInvalid", "message": words, "field": "spec.replicas"});
        assert_eq!(wrong, json!({"name": "kubia", "group": "apps", "kind": "StatefulSet", "causes": [one]}));
        for (field, reason) in [
            (FieldError::required("a", ""), "FieldValueRequired"),
            (FieldError::forbidden("a", "no"), "FieldValueForbidden"),
            (FieldError::unsupported("a", "b", &["c"]), "FieldValueNotSupported"),
            (FieldError::duplicate("a", "b"), "FieldValueDuplicate"),
        ] {
            assert_eq!(cause(field)["causes"][0]["reason"], reason);
        }
        let missing = Refusal::not_found(Kind::Pod, "x").to_value();
        assert_eq!((&missing["details"], &missing["code"]), (&json!({"name": "x", "kind": "pods"}), &json!(404)));
        assert!(Refusal::bad_request("what?").to_value().get("details").is_none());
        let told = FieldError { path: String::new(), detail: "The disruption budget b is still being processed by the server.".into() };
        let later = Refusal { fields: vec![told.clone()], retry_after: 10, ..Refusal::plain(Reason::TooManyRequests, "no") };
        let cause = json!({"reason": "DisruptionBudget", "message": told.detail});
        assert_eq!(details(&later), json!({"causes": [cause], "retryAfterSeconds": 10}));
    }
}
