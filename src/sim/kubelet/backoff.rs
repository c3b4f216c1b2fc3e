//! How long a kubelet waits before it tries again what has failed.

use crate::api::pod::Terminated;
use crate::api::{Span, Time};

/// First and longest pause before a crashed container is started, or a failed pull repeated, again.
const PAUSES: (Span, Span) = (Span::secs(10), Span::secs(300));

/// A container that has run for so long before it crashed begins anew with the first pause: twice the longest.
const FORGIVEN: Span = Span(2 * PAUSES.1.0);

/// The pause after so many failures before this one: 10, 20, 40 … 300 s.
pub fn pause(failures: u32) -> Span {
    Span((PAUSES.0.0 << failures.min(10)).min(PAUSES.1.0))
}

/// True where what has ended had run well for long enough.
pub fn is_forgiven(ended: &Terminated) -> bool {
    // What never started says that it did so in 1970.
    let started = ended.started_at.filter(|at| *at > Time::default());
    started.zip(ended.finished_at).is_some_and(|(from, until)| until - from >= FORGIVEN)
}

/// `10s`, `1m20s`, `5m0s`.
pub fn go_duration(span: Span) -> String {
    let secs = span.as_secs();
    if secs < 60 { format!("{secs}s") } else { format!("{}m{}s", secs / 60, secs % 60) }
}
