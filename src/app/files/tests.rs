use super::*;

/// A folder of its own, removed at the end.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Place {
        let path = std::env::temp_dir().join(format!("podyard-files-{name}-{}", std::process::id()));
        fs::create_dir_all(path.join("d/sub")).unwrap();
        Place(path)
    }
    fn put(&self, name: &str, bytes: &[u8]) -> &Place {
        fs::write(self.0.join(name), bytes).unwrap();
        self
    }
    fn files(&self, line: &str) -> Files {
        Shelf { bases: vec![self.0.clone()] }.files(line)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn folder(files: &Files, path: &str) -> Vec<String> {
    match files.get(path) {
        Some(File::Folder(inside)) => inside.clone(),
        other => panic!("{path}: {other:?}"),
    }
}

#[test]
fn folders_are_walked_as_kubectl_walks_them() {
    let place = Place::new("walk");
    place.put("d/b.json", b"{}").put("d/a.yaml", b"a: 1").put("d/notes.txt", b"x").put("d/sub/c.yml", b"c: 1");
    let flat = place.files("kubectl apply -f d");
    assert_eq!(folder(&flat, "d"), ["d/a.yaml", "d/b.json"]);
    assert_eq!(flat.text("d/a.yaml"), Ok("a: 1"));
    assert_eq!(folder(&place.files("kubectl apply -R -f d/"), "d/"), ["d/a.yaml", "d/b.json", "d/sub/c.yml"]);
    assert_eq!(folder(&place.files("kubectl create cm c --from-file=d"), "d"), ["d/a.yaml", "d/b.json", "d/notes.txt"]);
    assert_eq!(folder(&place.files("kubectl apply -f 'd/*.yaml'"), "d/*.yaml"), ["d/a.yaml"]);
    assert!(place.files("kubectl apply -f 'd/*.yml' -f nope.yaml").is_empty());
}

#[test]
fn what_cannot_be_read_says_why() {
    let place = Place::new("wrong");
    place.put("latin.yaml", b"a: 1\nb: caf\xe9\n").put("huge.yaml", &vec![b'a'; MAX_BYTES + 1]);
    let files = place.files("kubectl apply -f latin.yaml,huge.yaml,d -f missing.yaml");
    assert_eq!(files.text("latin.yaml").unwrap_err(), "latin.yaml is not UTF-8 text: line 2 holds the byte 0xe9; save it as UTF-8");
    let limit = format!("huge.yaml is too large: {} bytes, at most {MAX_BYTES} are read; split it into several files", MAX_BYTES + 1);
    assert_eq!(files.text("huge.yaml").unwrap_err(), limit);
    assert_eq!(folder(&files, "d"), Vec::<String>::new());
    assert_eq!(files.get("missing.yaml"), None);
}

#[test]
fn the_first_folder_that_has_it_wins() {
    let (one, two) = (Place::new("one"), Place::new("two"));
    one.put("a.yaml", b"one");
    two.put("a.yaml", b"two").put("b.yaml", b"two");
    let shelf = Shelf { bases: vec![one.0.clone()] }.or(Shelf::beside(&two.0.join("scenario.yaml")));
    let files = shelf.files("kubectl apply -f a.yaml -f b.yaml");
    assert_eq!((files.text("a.yaml"), files.text("b.yaml")), (Ok("one"), Ok("two")));
}
