//! Reading the files that lines name: the one place where a line meets the disk. What was read is handed over with the
//! line and kept with it; nothing below reads a file.

use crate::api::yaml::MAX_BYTES;
use crate::api::{File, Files, Given};
use crate::scenario::Scenario;
use crate::shell::{Folder, MANIFESTS, Named, named};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// How many files of a folder are read.
const MAX_FILES: usize = 1_000;

/// Where relative paths begin: the first folder in which there is something of that name.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    bases: Vec<PathBuf>,
}

impl Shelf {
    /// Paths begin where the program was started.
    pub fn here() -> Shelf {
        Shelf { bases: vec![PathBuf::new()] }
    }
    /// Paths begin in the folder of this file.
    pub fn beside(file: &Path) -> Shelf {
        Shelf { bases: file.parent().map(Path::to_owned).into_iter().collect() }
    }
    /// The same, and what is not found there is looked for on another.
    pub fn or(mut self, other: Shelf) -> Shelf {
        self.bases.extend(other.bases);
        self
    }
    /// What is given with a line: this standard input, and the files that it names.
    pub fn given(&self, line: &str, stdin: Option<&str>) -> Given {
        Given { stdin: stdin.map(str::to_owned), files: self.files(line) }
    }
    /// The files that a line names.
    pub fn files(&self, line: &str) -> Files {
        let mut found = Vec::new();
        named(line).iter().for_each(|named| self.find(named, &mut found));
        found.into_iter().collect()
    }
    /// Gives every line of a scenario its files.
    pub fn equip(&self, scenario: &mut Scenario) {
        scenario.equip(&|line| self.files(line));
    }

    fn find(&self, named: &Named, found: &mut Vec<(String, File)>) {
        let at = self.bases.iter().map(|base| base.join(expanded(&named.path)));
        let Some(place) = at.clone().find(|place| place.exists()) else {
            return at.for_each(|place| fitting(&named.path, &place, found));
        };
        if !place.is_dir() {
            found.push((named.path.clone(), read(&named.path, &place)));
            return;
        }
        let mut inside = Vec::new();
        match walk(&named.path, &place, named.folder, &mut inside) {
            Ok(()) => {
                found.push((named.path.clone(), File::Folder(inside.iter().map(|(path, _)| path.clone()).collect())));
                found.extend(inside.into_iter().map(|(path, place)| (path.clone(), read(&path, &place))));
            }
            Err(why) => found.push((named.path.clone(), File::Refused(why))),
        }
    }
}

/// The path with `~` as a shell would read it.
fn expanded(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

/// Files whose names fit a pattern such as `pods/*.yaml`, as kubectl itself looks for them.
fn fitting(pattern: &str, place: &Path, found: &mut Vec<(String, File)>) {
    let (parent, last) = pattern.rsplit_once('/').map_or(("", pattern), |(parent, last)| (parent, last));
    if !last.contains('*') {
        return;
    }
    let mut names: Vec<String> = place.parent().map(entries).and_then(Result::ok).unwrap_or_default();
    names.retain(|name| crate::scenario::check::glob(last, name));
    if names.is_empty() || found.iter().any(|(path, _)| path == pattern) {
        return;
    }
    let joined = |name: &String| if pattern.contains('/') { format!("{parent}/{name}") } else { name.clone() };
    found.push((pattern.to_owned(), File::Folder(names.iter().map(joined).collect())));
    found.extend(names.iter().map(|name| (joined(name), read(&joined(name), &place.with_file_name(name)))));
}

/// The names in a folder, sorted.
fn entries(folder: &Path) -> io::Result<Vec<String>> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let names = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names = names.collect::<io::Result<Vec<String>>>()?;
    names.sort();
    Ok(names)
}

/// The files of a folder that count, with the path under which each is known.
fn walk(path: &str, place: &Path, folder: Folder, found: &mut Vec<(String, PathBuf)>) -> Result<(), String> {
    for name in entries(place).map_err(|error| opening(path, &error))? {
        let inner = (format!("{}/{name}", path.trim_end_matches('/')), place.join(&name));
        let is_folder = fs::symlink_metadata(&inner.1).is_ok_and(|meta| meta.is_dir());
        match (folder, is_folder) {
            (Folder::Manifests { recursive: true }, true) => walk(&inner.0, &inner.1, folder, found)?,
            (Folder::Manifests { .. }, false) if MANIFESTS.iter().any(|end| name.ends_with(end)) => found.push(inner),
            (Folder::Entries, false) => found.push(inner),
            (Folder::Nothing | Folder::Entries | Folder::Manifests { .. }, _) => {}
        }
        if found.len() > MAX_FILES {
            return Err(format!("{path} holds more than {MAX_FILES} files: name those that are wanted"));
        }
    }
    Ok(())
}

fn read(path: &str, place: &Path) -> File {
    text(path, place).map_or_else(File::Refused, File::Text)
}

/// The text of a regular file that is not too large; otherwise why there is none.
fn text(path: &str, place: &Path) -> Result<String, String> {
    let meta = fs::metadata(place).map_err(|error| opening(path, &error))?;
    if !meta.is_file() {
        return Err(format!("{path} is not a regular file: podyard reads files and folders"));
    }
    let too_large = |bytes: u64| format!("{path} is too large: {bytes} bytes, at most {MAX_BYTES} are read; split it into several files");
    if meta.len() > MAX_BYTES as u64 {
        return Err(too_large(meta.len()));
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(place).map_err(|error| opening(path, &error))?;
    file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|error| format!("read {path}: {error}"))?;
    if bytes.len() > MAX_BYTES {
        return Err(too_large(bytes.len() as u64)); // it grew meanwhile
    }
    String::from_utf8(bytes).map_err(|error| foreign(path, &error))
}

fn foreign(path: &str, error: &std::string::FromUtf8Error) -> String {
    let at = error.utf8_error().valid_up_to();
    let (before, byte) = (&error.as_bytes()[..at], error.as_bytes()[at]); // there is a byte where it stops being valid
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    format!("{path} is not UTF-8 text: line {line} holds the byte {byte:#04x}; save it as UTF-8")
}

/// Go's words for a file that cannot be opened.
fn opening(path: &str, error: &io::Error) -> String {
    let why = match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    };
    format!("open {path}: {why}")
}

#[cfg(test)]
mod tests;
