//! What is given with a typed line besides its words: its standard input, and the files that it names as they were when
//! it was typed. Kept with the line, so that whoever plays it again reads the same texts.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Standard input and files of a line. A clone costs a pointer and the standard input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Its here document; `None` where there is none.
    pub stdin: Option<String>,
    /// The files that it names.
    pub files: Files,
}

/// Files by the path under which a line names them. A path that is not there does not exist.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Files(Arc<BTreeMap<String, File>>);

/// What was found at a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum File {
    /// A file's text.
    Text(String),
    /// Paths of the files in a folder, or that fit a pattern, each of which is a file of its own.
    Folder(Vec<String>),
    /// Why it was not read, in the words in which kubectl would complain.
    Refused(String),
}

impl Files {
    /// What is at a path; `None` where nothing is.
    pub fn get(&self, path: &str) -> Option<&File> {
        self.0.get(path)
    }
    /// True where no line named a file.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// The paths and what is there, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &File)> {
        self.0.iter()
    }
    /// These, and the others where there are none of these.
    pub fn over(&self, others: Files) -> Files {
        if self.is_empty() {
            return others;
        }
        others.iter().chain(self.iter()).map(|(path, file)| (path.clone(), file.clone())).collect()
    }
    /// Those at a path: it, and the files of it where it is a folder.
    pub fn at<'f>(&'f self, path: &str) -> impl Iterator<Item = (String, File)> + use<'f> {
        let inside = match self.get(path) {
            Some(File::Folder(inside)) => inside.clone(),
            _ => Vec::new(),
        };
        let paths = std::iter::once(path.to_owned()).chain(inside);
        paths.filter_map(|path| self.get(&path).cloned().map(|file| (path, file)))
    }
    /// The text at a path. Otherwise why there is none, in Go's words for a failed open.
    pub fn text(&self, path: &str) -> Result<&str, String> {
        match self.get(path) {
            Some(File::Text(text)) => Ok(text),
            Some(File::Folder(_)) => Err(format!("read {path}: is a directory")),
            Some(File::Refused(why)) => Err(why.clone()),
            None => Err(format!("open {path}: no such file or directory")),
        }
    }
}

impl FromIterator<(String, File)> for Files {
    fn from_iter<I: IntoIterator<Item = (String, File)>>(files: I) -> Files {
        Files(Arc::new(files.into_iter().collect()))
    }
}

impl From<Option<&str>> for Given {
    fn from(stdin: Option<&str>) -> Given {
        Given { stdin: stdin.map(str::to_owned), files: Files::default() }
    }
}

impl From<&Given> for Given {
    fn from(given: &Given) -> Given {
        given.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_written_down_and_read_again() {
        let files: Files =
            [("a".to_owned(), File::Text("x: 1".into())), ("d".to_owned(), File::Folder(vec!["d/a".into()]))].into_iter().collect();
        let text = serde_json::to_string(&files).unwrap();
        assert_eq!(text, r#"{"a":{"text":"x: 1"},"d":{"folder":["d/a"]}}"#);
        assert_eq!(serde_json::from_str::<Files>(&text).unwrap(), files);
        let own: Files = [("a".to_owned(), File::Text("y: 2".into()))].into_iter().collect();
        assert_eq!(own.over(files.clone()).text("a"), Ok("y: 2"), "the first wins");
        assert_eq!(own.over(files.clone()).get("d"), files.get("d"));
        assert_eq!(files.at("d").map(|row| row.0).collect::<Vec<_>>(), ["d"], "what is listed and not there is left out");
        assert_eq!(files.text("d").unwrap_err(), "read d: is a directory");
        assert_eq!(files.text("b").unwrap_err(), "open b: no such file or directory");
    }
}
