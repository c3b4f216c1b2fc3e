//! `kubectl create` and `kubectl replace`.

use super::apply::with_annotation;
use super::manifest;
use super::{Answer, Call, generate};
use crate::shell::flags::{Flag, switch};
use crate::shell::requests;
use crate::shell::voice::Failure;

/// Flags of its own.
pub const FLAGS: &[Flag] = &[switch("save-config", '-'), switch("edit", '-')];

/// Creates what a file says, or what the words say.
pub fn run(call: &mut Call) -> Answer {
    if call.args.get("filename").is_none() {
        return generate::run(call);
    }
    let (good, bad) = manifest::read(call)?;
    let mut warnings = Vec::new();
    for m in &good {
        let value = if call.args.on("save-config") { with_annotation(&m.value) } else { m.value.clone() };
        match call.act(|world| requests::create(world, m.kind, value)) {
            Ok(written) => {
                warnings.extend(m.notice.clone().into_iter().chain(written.warnings));
                call.done(&written.object, "created");
            }
            Err(refusal) => call.voice.fail(Failure::at_file(&refusal, "creating", &m.file)),
        }
    }
    call.voice.warnings(warnings);
    bad.into_iter().for_each(|failure| call.voice.fail(failure));
    Ok(None)
}

/// `kubectl replace -f`.
pub fn replace(call: &mut Call) -> Answer {
    let (good, bad) = manifest::read(call)?;
    for m in &good {
        let before = call.world.object(m.kind, &m.key()).cloned();
        let result = match &before {
            Some(before) => call.act(|world| requests::replace(world, before, m.value.clone())),
            None => Err(crate::api::Refusal::not_found(m.kind, m.name())),
        };
        match result {
            Ok(written) => call.done(&written.object, "replaced"),
            Err(refusal) => call.voice.fail(Failure::at_file(&refusal, "replacing", &m.file)),
        }
    }
    bad.into_iter().for_each(|failure| call.voice.fail(failure));
    Ok(None)
}
