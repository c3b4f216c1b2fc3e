//! `kubectl edit`: there is no editor behind a line of text, so what an editor saved comes as its here document.

use super::{Answer, Call, delete, target};
use crate::shell::draft::{self, Saved};
use crate::shell::voice::Failure;

const NO_EDITOR: &str = "there is no editor here: press e on the object in podyard's screen, give the edited manifest as a here document, or \
                         use kubectl patch, scale, set image";

/// Replaces an object by what was saved.
pub fn run(call: &mut Call) -> Answer {
    let words = target::words(call)?;
    if words.is_empty() {
        return Err(Failure::error(delete::NOTHING_ASKED));
    }
    let objects = target::objects(call, &words)?;
    let [object] = objects.as_slice() else {
        return if objects.is_empty() { Ok(None) } else { Err(Failure::error("podyard edits one object at a time")) };
    };
    let Some(text) = call.given.stdin.as_deref() else { return Err(Failure::error(NO_EDITOR)) };
    match call.act(|world| draft::save(world, object, text)) {
        Saved::Edited(written) => {
            call.done(&written.object, "edited");
            call.voice.warnings(written.warnings);
            Ok(None)
        }
        Saved::Cancelled(why) => {
            call.voice.warn(why);
            Ok(None)
        }
        Saved::Reopened(text, error) => {
            let reasons = text.lines().filter(|line| line.starts_with("# * "));
            let reasons: String = reasons.map(|line| format!("\n{}", line.trim_start_matches("# "))).collect();
            Err(Failure::plain(format!("{error}{reasons}\nEdit cancelled, no valid changes were saved.")))
        }
    }
}
