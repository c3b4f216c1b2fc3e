//! Requests and responses as a process sees them.

use super::files::FileError;
use crate::sim::change::ChangeId;

/// A request.
#[derive(Clone, Copy, Debug)]
pub struct Message<'m> {
    /// `GET`, `POST`, …
    pub method: &'m str,
    /// From the first slash on.
    pub path: &'m str,
    /// What is posted.
    pub body: &'m str,
}

impl Message<'_> {
    /// True where something is sent to be stored.
    pub fn is_post(&self) -> bool {
        self.method == "POST"
    }
    /// `GET /data`.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// A response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// HTTP status code.
    pub status: u16,
    /// Its body.
    pub body: String,
    /// What was written before it was given.
    pub because: Option<ChangeId>,
}

impl Response {
    /// Code 200.
    pub fn ok(body: String) -> Response {
        Response { status: 200, body, because: None }
    }
    /// Code 500: the disk does not do what it should.
    pub fn failed(error: FileError) -> Response {
        Response { status: 500, body: format!("{}\n", error.words()), because: None }
    }
}
