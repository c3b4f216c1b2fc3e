//! Each kind of file is what it says, and the same on each run.

use super::*;
use crate::scenario::catalogue::CATALOGUE;
use crate::ui::palette::DARK;
use serde_json::Value;

/// A story of a question, a wait and a goal.
const STORY: &str = "title: A & B <short>\nsummary: S\ndebrief: What happened.\nsteps:\n\
- say: One pod comes.\n  chapter: first\n\
- do: kubectl run one --image=nginx\n\
- ask: How many pods are there in 20 s?\n  answers: number\n  ahead: |\n    wait 20s\n    kubectl get pods -o name | wc -l\n\
- until: {run: 'kubectl get po one -o jsonpath={.status.phase}', prints: Running}\n  within: 1m\n\
- do: disconnect node-2\n  chapter: second\n\
- goal: No pod is left.\n  hints: [a, b, c]\n  reached: [{run: kubectl get pods -o name, prints: ''}]\n  solution: kubectl delete po one\n\
- expect: {rule: no write lost}\n";

const HOW: Screening = Screening { size: (80, 24), palette: &DARK };

fn story() -> std::path::PathBuf {
    let name = format!("podyard-export-{}-{:?}.yaml", std::process::id(), std::thread::current().id());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, STORY).unwrap();
    path
}

fn made(ending: &str) -> Vec<u8> {
    let path = story();
    let make = ENDINGS.iter().find(|row| row.0 == ending).unwrap().2;
    let (one, two) = (make(path.to_str().unwrap(), HOW).unwrap(), make(path.to_str().unwrap(), HOW).unwrap());
    std::fs::remove_file(path).unwrap();
    assert!(one == two, "{ending} is the same on each run");
    one
}

fn text(ending: &str) -> String {
    String::from_utf8(made(ending)).unwrap()
}

#[test]
fn a_cast_is_asciicast_version_2() {
    let text = text("cast");
    let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&rows[0]["version"], &rows[0]["width"], &rows[0]["height"]), (&2.into(), &80.into(), &24.into()));
    let times: Vec<f64> = rows[1..].iter().map(|row| row[0].as_f64().unwrap()).collect();
    assert!(times.is_sorted() && times.len() > 10);
    let kinds: Vec<&str> = rows[1..].iter().map(|row| row[1].as_str().unwrap()).collect();
    assert!(kinds.iter().all(|kind| ["o", "m"].contains(kind)) && kinds.contains(&"m"));
    assert!(
        rows[1..].iter().any(|row| row[2] == "second · 5: disconnect node-2"),
        "{:?}",
        rows.iter().filter(|row| row[1] == "m").collect::<Vec<_>>()
    );
}

#[test]
fn the_screen_of_a_cast_ends_as_the_film_does() {
    let path = story();
    let film = film(path.to_str().unwrap(), HOW).unwrap();
    std::fs::remove_file(path).unwrap();
    let (rows, columns) = (24.try_into().unwrap(), 80.try_into().unwrap());
    let mut screen = vt100::Parser::new(rows, columns, 0);
    for line in cast::cast(&film, &HOW.theme()).lines().skip(1) {
        let event: Value = serde_json::from_str(line).unwrap();
        if event[1] == "o" {
            screen.process(event[2].as_str().unwrap().as_bytes());
        }
    }
    let shown: String = screen.screen().rows(0, 80).map(|row| row.trim_end().to_owned() + "\n").collect();
    assert_eq!(shown, film.shots.last().unwrap().canvas.glyphs());
}

#[test]
fn an_svg_and_a_page_hold_every_picture_and_fetch_nothing() {
    for ending in ["svg", "html"] {
        let text = text(ending);
        assert!(text.contains("A &amp; B &lt;short&gt;"), "{ending}");
        let outside = text.replace("http://www.w3.org/", "");
        assert!(!outside.contains("http://") && !outside.contains("https://"), "{ending}");
    }
    let page = text("html");
    let data = page.split("id=\"film\">").nth(1).unwrap().split("</script>").next().unwrap();
    let film: Value = serde_json::from_str(data).unwrap();
    let rows = film["rows"].as_array().unwrap().len() as u64;
    let cells = film["shots"].as_array().unwrap().iter().flat_map(|shot| shot[1].as_array().unwrap().iter().skip(1).step_by(2));
    assert!(cells.map(|cell| cell.as_u64().unwrap()).all(|row| row < rows));
}

#[test]
fn a_gif_decodes_to_as_many_pictures_as_it_was_given() {
    let bytes = made("gif");
    let mut decoder = ::gif::DecodeOptions::new().read_info(bytes.as_slice()).unwrap();
    let mut pictures = 0;
    while decoder.read_next_frame().unwrap().is_some() {
        pictures += 1;
    }
    assert!(pictures > 10, "{pictures}");
    assert_eq!((decoder.width(), decoder.height()), (640, 384));
}

#[test]
fn a_transcript_and_a_script_tell_the_story() {
    let told = text("md");
    for part in
        ["# A & B", "$ kubectl run one --image=nginx\npod/one created", "**How many pods", "\n1\n\n</details>", "Reached: No pod is left."]
    {
        assert!(told.contains(part), "{part}:\n{told}");
    }
    let script = text("sh");
    for part in [
        "run kubectl run one --image=nginx\n",
        "within 60 prints 'Running' 'kubectl get po one -o '\\''jsonpath={.status.phase}'\\'''\n",
        "# It calls nodes by name, node-2: put yours there, those on which its pods run.\nset -u\n",
        "# by now the rule \"no write lost\" holds\n",
        "hands 'cut the network of this node: node-2'",
    ] {
        assert!(script.contains(part), "{part}:\n{script}");
    }
}

/// A recording: files of several paths, a line that is interrupted, a pipe, and what a real machine does otherwise.
const TAKEN: &str = "title: T\nsummary: S\ndebrief: D\nfiles: {d/a.yaml: \"kind: A\\n\", /etc/b.yaml: 'kind: B'}\nsteps:\n\
- do: kubectl apply -f d/a.yaml -f /etc/b.yaml\n  moment: 1500ms\n\
- do: kubectl get pods -w\n  moment: 4s\n- say: What was that?\n- do: ^C\n  moment: 9s\n\
- do: |\n    kubectl get pods -o jsonpath={.items[?(@.a)].b} | wc -l\n    wait 1m30s\n    curl http://kubia\n    files pvc/data\n    kubectl drain node-1\n\
- until: {run: files pvc/data, contains: x}\n  within: 5s\n\
- expect: {run: kubectl apply -f d/a.yaml, contains: unchanged}\n";

#[test]
fn a_script_has_the_files_the_moments_and_the_quotes_that_a_real_machine_needs() {
    let scenario = crate::scenario::document::read(TAKEN).unwrap();
    let script = shell::shell(&scenario);
    let body = script.split("cd \"$(mktemp -d)\" || exit 1\n").nth(1).unwrap_or_else(|| panic!("{script}"));
    let told = body.split("see it for yourself").next().unwrap();
    let wanted = "printf %s 'kind: B' | put 'etc/b.yaml'\nput 'd/a.yaml' <<'PODYARD'\nkind: A\nPODYARD\n\
        at 2\nrun kubectl apply -f d/a.yaml -f etc/b.yaml\n\
        at 4\nrun timeout 5 kubectl get pods -w\nsay 'What was that?'\n\
        run kubectl get pods -o 'jsonpath={.items[?(@.a)].b}' | wc -l\nsleep 90\n\
        run kubectl run curl-$$ --rm -i --quiet --restart=Never --image=curlimages/curl -- curl http://kubia\n\
        hands 'look into the volume of this: pvc/data'\nrun kubectl drain node-1 --ignore-daemonsets\n\
        hands 'wait until you ";
    assert_eq!(told, wanted);
    assert!(body.contains("expect contains 'unchanged' 'kubectl apply -f d/a.yaml'"), "{body}");
    assert!(fed("sh", &["-n"], &script) && fed("bash", &["-n"], &script), "{script}");
}

#[test]
fn a_script_writes_its_files_where_it_runs() {
    let head = text("sh").split("kubectl apply").next().unwrap().split("\nsay '").next().unwrap().to_owned();
    let lines =
        "cd \"$(mktemp -d)\" || exit 1\nput 'd/a' <<'PODYARD'\nb\nPODYARD\nprintf %s 'c' | put 'd/e'\nholds prints 'b\nc' 'cat d/a d/e'\n";
    assert!(fed("sh", &[], &format!("{head}\n{lines}")));
}

/// Has a shell read a script from its standard input: whether it is content.
fn fed(shell: &str, arguments: &[&str], script: &str) -> bool {
    let mut child = std::process::Command::new(shell).args(arguments).stdin(std::process::Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), script.as_bytes()).unwrap();
    child.wait().unwrap().success()
}

/// Stories of three groups, with questions, goals, heredocs and hands.
const THREE: [&str; 3] = ["cattle-and-pets", "ways-out", "the-page-at-three"];

#[test]
fn any_shell_reads_the_scripts() {
    for (name, _) in CATALOGUE {
        let script = shell::shell(&library::find(name).unwrap());
        assert!(!script.contains("apiVersion: apps/v1beta1") && !script.contains("'files "), "{name}: a real cluster has neither");
        assert!(fed("sh", &["-n"], &script) && fed("bash", &["-n"], &script), "{name}");
    }
}

#[test]
fn the_words_of_scripts_look_as_checks_do() {
    let head = text("sh").split("kubectl apply").next().unwrap().split("\nsay '").next().unwrap().to_owned();
    for (line, holds) in [
        ("exits 3 'exit 3'", true),
        ("exits 0 'exit 3'", false),
        ("prints 'a b' 'echo a b'", true),
        ("contains 'b*' 'echo abc'", false),
        ("contains 'b' 'echo abc'", true),
        ("lacks 'b' 'echo abc'", false),
        ("lacks 'd' 'echo abc'", true),
        ("matches 'x*z' 'echo a; echo xyz'", true),
        ("matches 'y*' 'echo xyz'", false),
    ] {
        for shell in ["sh", "bash"] {
            assert_eq!(fed(shell, &[], &format!("{head}\nholds {line}\n")), holds, "{shell}: {line}");
        }
    }
}

/// Whether every element of an XML text is closed in its turn and every `&` begins an entity.
fn is_well_formed(text: &str) -> bool {
    let entities = ["amp;", "lt;", "gt;", "quot;", "apos;", "#"];
    let mut open = Vec::new();
    for tag in text.split('<').skip(1) {
        let Some((tag, _)) = tag.split_once('>') else { return false };
        let name = |tag: &str| tag.split([' ', '\n', '/']).next().unwrap_or_default().to_owned();
        match tag.strip_prefix('/') {
            Some(end) if open.pop().as_deref() != Some(end) => return false,
            None if !tag.ends_with('/') => open.push(name(tag)),
            Some(_) | None => {}
        }
    }
    open.is_empty() && text.split('&').skip(1).all(|rest| entities.iter().any(|entity| rest.starts_with(entity)))
}

#[test]
fn films_of_three_stories_are_well_formed_and_small() {
    for name in THREE {
        let film = film(name, Screening { size: (120, 36), ..HOW }).unwrap();
        let (svg, cast) = (svg::svg(&film, &HOW.theme()), cast::cast(&film, &HOW.theme()));
        assert!(is_well_formed(&svg), "{name}");
        let (header, events) = cast.split_once('\n').unwrap();
        let header: Value = serde_json::from_str(header).unwrap();
        assert!(header["version"] == 2 && header["width"] == 120 && header["height"] == 36, "{header}");
        for event in events.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
            assert!(event.as_array().is_some_and(|event| event.len() == 3) && event[2].is_string(), "{event}");
        }
        let page = html::html(&film, &HOW.theme());
        for (kind, text) in [("svg", svg), ("cast", cast), ("html", page)] {
            assert!(text.len() < 3_000_000, "{name}.{kind}: {} bytes", text.len());
        }
    }
}

#[test]
fn other_endings_are_refused_and_sizes_have_limits() {
    let error = export("x", Path::new("a.mp4"), HOW, &mut Vec::new()).unwrap_err().to_string();
    assert!(error.starts_with("a.mp4 has none of these endings:\n  .cast: "), "{error}");
    assert_eq!(size("120x36"), Ok((120, 36)));
    for wrong in ["120", "x", "20x20", "9999x36", "-1x4"] {
        assert!(size(wrong).is_err(), "{wrong}");
    }
}
