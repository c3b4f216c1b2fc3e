//! `kubectl exec`.

use super::attachable;
use super::{Answer, Call};
use crate::api::Pod;
use crate::shell::flags::{Flag, switch, value};
use crate::shell::inside::{self, Inside};
use crate::shell::voice::Failure;

/// Flags of its own.
pub const FLAGS: &[Flag] = &[value("container", 'c'), switch("stdin", 'i'), switch("tty", 't'), switch("quiet", 'q')];

/// Runs a command in a pod.
pub fn run(call: &mut Call) -> Answer {
    let word = call.args.words.first().ok_or_else(|| Failure::error("pod, type/name or --filename must be specified"))?.clone();
    let command = match (&call.args.rest, call.args.words.len()) {
        (Some(rest), _) => rest.clone(),
        (None, 2..) => {
            let why = "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead";
            return Err(call.args.wrong_usage(why));
        }
        (None, _) => Vec::new(),
    };
    if command.is_empty() {
        return Err(Failure::error("you must specify at least one command for the container"));
    }
    let name = word.rsplit('/').next().unwrap_or(&word);
    let missing = || crate::api::Refusal::not_found(crate::api::Kind::Pod, name);
    let pod = attachable::pod(call, &word)?.ok_or_else(missing)?;
    let here = reach(call, &pod)?;
    if !inside::run(call.world, &here, call.voice, &command) {
        let program = &command[0];
        return Err(Failure {
            text: format!(
                "OCI runtime exec failed: exec failed: unable to start container process: exec: {program:?}: executable file not found in \
                 $PATH: unknown\ncommand terminated with exit code 127"
            ),
            rc: 127,
        });
    }
    if call.voice.rc != 0 {
        let code = call.voice.rc;
        call.voice.warn(format!("command terminated with exit code {code}"));
    }
    Ok(None)
}

fn reach(call: &mut Call, pod: &Pod) -> Result<Inside, Failure> {
    let name = &pod.metadata.name;
    if pod.status.phase.is_terminal() {
        let text = format!("cannot exec into a container in a completed pod; current phase is {}", pod.status.phase.text());
        return Err(Failure::error(text));
    }
    if !pod.is_scheduled() {
        return Err(Failure::plain(format!("Error from server (BadRequest): pod {name} does not have a host assigned")));
    }
    let container = match call.args.get("container") {
        Some(name) => name.to_owned(),
        None => attachable::default_container(call, pod),
    };
    if !attachable::containers(pod).any(|c| *c.name == *container) {
        return Err(Failure::plain(format!("Error from server (BadRequest): container {container} is not valid for pod {name}")));
    }
    if call.world.machine(&pod.spec.node_name).is_none_or(|m| !m.is_linked()) {
        let text = format!("error dialing backend: dial tcp {}:10250: connect: no route to host", pod.status.host_ip);
        return Err(Failure::plain(format!("Error from server: {text}")));
    }
    Inside::of(call.world, pod, &container).ok_or_else(|| {
        Failure::error(format!("Internal error occurred: unable to upgrade connection: container not found (\"{container}\")"))
    })
}
