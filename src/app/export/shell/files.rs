//! The files that lines name: written into a folder of the script's own, whatever their paths were.

use super::line::{heredoc, literally};
use super::versions::of_today;
use crate::api::{File, Files};
use std::collections::BTreeMap;

/// Opens the folder in which the script goes on.
const OPENED: &str = "cd \"$(mktemp -d)\" || exit 1\n";

/// The script's folder, and what it holds by now.
#[derive(Default)]
pub struct Folder {
    holds: BTreeMap<String, File>,
}

impl Folder {
    /// Goes there, where anything was ever put into it.
    pub fn opened(&self) -> &'static str {
        if self.holds.is_empty() { "" } else { OPENED }
    }
    /// Puts those files there that it does not hold yet.
    pub fn with(&mut self, files: &Files) -> String {
        let new: Vec<(&String, &File)> = files.iter().filter(|(path, file)| self.holds.get(*path) != Some(*file)).collect();
        self.holds.extend(new.iter().map(|(path, file)| ((*path).clone(), (*file).clone())));
        new.into_iter().map(|(path, file)| put(&inside(path), file)).collect()
    }
}

fn put(path: &str, file: &File) -> String {
    match file {
        File::Text(text) if text.ends_with('\n') && !text.ends_with("\n\n") => format!("put {} {}", literally(path), heredoc(text)),
        File::Text(text) => format!("printf %s {} | put {}\n", literally(&of_today(text)), literally(path)),
        File::Folder(_) => format!("mkdir -p {}\n", literally(path)),
        // kubectl will say of it what it says of any file that is not there.
        File::Refused(_) => String::new(),
    }
}

/// A path below the script's folder, also where it led elsewhere.
pub fn inside(path: &str) -> String {
    let parts = path.split('/').filter(|part| !matches!(*part, "" | "."));
    let tame = parts.map(|part| match part {
        ".." => "up",
        "~" => "home",
        part => part,
    });
    tame.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_in_the_folder() {
        for (path, wanted) in
            [("a.yaml", "a.yaml"), ("./d//a.yaml", "d/a.yaml"), ("/etc/x", "etc/x"), ("../../x", "up/up/x"), ("~/x", "home/x")]
        {
            assert_eq!(inside(path), wanted);
        }
    }

    #[test]
    fn a_file_is_put_once_and_again_when_it_is_another() {
        let files = |text: &str| -> Files { [("d/a".to_owned(), File::Text(text.to_owned()))].into_iter().collect() };
        let mut folder = Folder::default();
        assert_eq!(folder.with(&files("x\n")), "put 'd/a' <<'PODYARD'\nx\nPODYARD\n");
        assert_eq!(folder.with(&files("x\n")), "");
        assert_eq!(folder.with(&files("no 'end'")), "printf %s 'no '\\''end'\\''' | put 'd/a'\n");
    }
}
