//! `kubectl create` and `kubectl replace`.

use super::apply::with_annotation;
use super::manifest::{self, Manifest};
use super::{Answer, Call, delete, generate, raw};
use crate::api::{Object, Refusal};
use crate::shell::flags::{Flag, switch};
use crate::shell::requests::{self, Written};
use crate::shell::voice::Failure;
use crate::sim::DeleteOptions;

/// Flags of its own.
pub const FLAGS: &[Flag] = &[switch("save-config", '-'), switch("edit", '-')];

/// Creates what a file says, or what the words say.
pub fn run(call: &mut Call) -> Answer {
    if let Some(path) = call.args.get("raw").map(str::to_owned) {
        return raw::post(call, &path);
    }
    if call.args.get("filename").is_none() {
        return generate::run(call);
    }
    let (good, bad) = manifest::read(call)?;
    if good.is_empty() && bad.is_empty() {
        return Err(Failure::error("no objects passed to create"));
    }
    let mut warnings = Vec::new();
    for m in &good {
        let value = if call.args.on("save-config") { with_annotation(&m.value) } else { m.value.clone() };
        match call.act(|world| requests::create(world, m.kind, value)) {
            Ok(written) => {
                warnings.extend(m.notices.clone().into_iter().chain(written.warnings));
                call.done(&written.object, "created");
            }
            Err(refusal) => call.voice.fail(Failure::at_file(&refusal, "creating", &m.file)),
        }
    }
    call.voice.warnings(warnings);
    bad.into_iter().for_each(|failure| call.voice.fail(failure));
    Ok(None)
}

/// `kubectl replace -f`; by `--force` what is there is deleted and made again.
pub fn replace(call: &mut Call) -> Answer {
    if let Some(path) = call.args.get("raw").map(str::to_owned) {
        return raw::put(call, &path);
    }
    let (good, bad) = manifest::read(call)?;
    for m in &good {
        let before = call.world.object(m.kind, &m.key()).cloned();
        match (&before, call.args.on("force")) {
            (_, true) => anew(call, m, before.as_ref()),
            (Some(before), false) => {
                let put = call.act(|world| requests::replace(world, before, m.value.clone()));
                told(call, m, put, "replaced");
            }
            (None, false) => told(call, m, Err(Refusal::not_found(m.kind, m.name())), "replaced"),
        }
    }
    bad.into_iter().for_each(|failure| call.voice.fail(failure));
    Ok(None)
}

fn told(call: &mut Call, m: &Manifest, result: Result<Written, Refusal>, what: &str) {
    match result {
        Ok(written) => {
            call.done(&written.object, what);
            call.voice.warnings(written.warnings);
        }
        Err(refusal) => call.voice.fail(Failure::at_file(&refusal, "replacing", &m.file)),
    }
}

/// Deletes without grace and creates again; an object that finalizers hold back is not replaced.
fn anew(call: &mut Call, m: &Manifest, before: Option<&Object>) {
    if let Some(before) = before {
        let options = DeleteOptions { grace: Some(0), ..DeleteOptions::default() };
        match call.act(|world| requests::delete(world, m.kind, &m.key(), options)) {
            Ok(_) => delete::say(call, before, false),
            Err(refusal) => call.voice.fail(Failure::from(refusal)),
        }
    }
    let made = call.act(|world| requests::create(world, m.kind, m.value.clone()));
    told(call, m, made, "replaced");
}
