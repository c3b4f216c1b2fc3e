//! `kubectl get -w`: the table, then a row for each change.

use super::print::{self, Style};
use super::target::Wanted;
use super::{Call, get};
use crate::api::object::{Kind, Object};
use crate::api::table::Widths;
use crate::shell::voice::{Failure, Voice};
use crate::sim::World;
use crate::sim::change::{ChangeId, What};

/// A watch under way.
#[derive(Clone, Debug)]
pub struct Watch {
    wanted: Wanted,
    style: Style,
    /// Where it is no table: each object as it comes.
    format: Option<String>,
    next: ChangeId,
    widths: Widths,
    headers_due: bool,
    listed: bool,
}

impl Watch {
    /// A watch from now on.
    pub fn new(call: &Call, wanted: Wanted, style: Style) -> Result<Watch, Failure> {
        if wanted.kinds.len() > 1 {
            return Err(Failure::error("you may only specify a single resource type"));
        }
        let format = call.args.get("output").filter(|format| !get::is_table(Some(format)));
        let format = format.map(|format| print::from_file(format, &call.given.files)).transpose()?;
        if let Some(format) = &format {
            print::formatted(format, &[], false, false)?;
        }
        Ok(Watch {
            wanted,
            style,
            format,
            next: call.world.changes().next(),
            widths: Widths::default(),
            headers_due: !call.args.on("no-headers"),
            listed: call.args.on("watch-only"),
        })
    }

    fn kind(&self) -> Kind {
        self.wanted.kinds[0]
    }

    /// Prints what has happened since; ends only where an object asked for by name does not exist.
    pub fn poll(&mut self, world: &World, voice: &mut Voice) -> bool {
        if !self.listed {
            self.listed = true;
            let found = self.wanted.find(world);
            self.print(world, voice, &found.objects, "ADDED");
            let missing = !found.missing.is_empty();
            found.missing.into_iter().for_each(|refusal| voice.fail(refusal));
            if missing {
                return true;
            }
            if self.wanted.names.as_ref().is_some_and(|names| names.len() > 1) {
                voice.fail(Failure::error("you may only watch a single resource or type of resource at a time"));
                return true;
            }
        }
        let news: Vec<(Object, &str)> = world.changes().since(self.next).filter_map(|change| self.news(&change.what)).collect();
        self.next = world.changes().next();
        for (object, event) in news {
            self.print(world, voice, &[object], event);
        }
        false
    }

    /// The object and the kind of event, as the watch's selector sees it.
    fn news(&self, what: &What) -> Option<(Object, &'static str)> {
        let What::Written { before, after } = what else { return None };
        let seen = |object: &Option<Object>| object.clone().filter(|o| o.kind() == self.kind() && self.wanted.includes(o));
        match (seen(before), seen(after)) {
            (None, Some(after)) => Some((after, "ADDED")),
            (Some(_), Some(after)) => Some((after, "MODIFIED")),
            (Some(before), None) => Some((after.clone().unwrap_or(before), "DELETED")),
            (None, None) => None,
        }
    }

    fn print(&mut self, world: &World, voice: &mut Voice, objects: &[Object], event: &str) {
        if objects.is_empty() {
            return;
        }
        if let Some(format) = &self.format {
            objects.iter().for_each(|object| each(voice, format, object, std::mem::take(&mut self.headers_due)));
            return;
        }
        let headers = if std::mem::take(&mut self.headers_due) { self.style.headers(self.kind()) } else { Vec::new() };
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        let rows: Vec<Vec<String>> = objects.iter().map(|o| self.style.row(o, world.now(), event)).collect();
        voice.out.push_str(&self.widths.write(&headers, &rows));
    }
}

/// One object of a watch; documents of YAML are told apart by a line.
fn each(voice: &mut Voice, format: &str, object: &Object, first: bool) {
    if format == "yaml" && !first {
        voice.say("---");
    }
    voice.out.push_str(&print::formatted(format, std::slice::from_ref(object), true, first).unwrap_or_default());
}
