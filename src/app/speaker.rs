//! The speaker's view: what only the speaker should see (notes, what comes next, the right answer) and a mirror of the
//! picture, told over a local socket to a second terminal.

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

#[cfg(unix)]
use std::os::unix::net::{UnixListener, UnixStream};

/// How long a slow listener may hold up the picture.
const PATIENCE: Duration = Duration::from_millis(50);
/// How often the speaker's clock moves on.
const SECOND: Duration = Duration::from_secs(1);
/// Most columns of the speaker's text.
const COLUMNS: u16 = 100;
/// Columns of the words before it.
const MARGIN: u16 = 8;

/// What the speaker is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slip {
    /// What is played.
    pub title: String,
    /// Which step of how many.
    pub place: String,
    /// The chapter; blank for none.
    pub chapter: String,
    /// What the caption says.
    pub said: String,
    /// The author's note for the speaker; blank for none.
    pub note: String,
    /// The right answer to what is asked; blank where nothing is.
    pub answer: String,
    /// What comes next.
    pub next: String,
    /// The picture that all see, in letters.
    pub mirror: String,
}

impl Slip {
    /// As text, under a clock that says how long it goes already. What does not fit is cut off below and at the right, where
    /// the mirror is.
    fn text(&self, passed: Duration, (columns, rows): (u16, u16)) -> String {
        let seconds = passed.as_secs();
        let width = COLUMNS.min(columns.saturating_sub(MARGIN)).max(MARGIN);
        let chapter = if self.chapter.is_empty() { String::new() } else { format!(" · {}", self.chapter) };
        let mut text = format!("{:02}:{:02}  {}{chapter} · {}\n\n", seconds / 60, seconds % 60, self.title, self.place);
        for (word, what) in [("note", &self.note), ("answer", &self.answer), ("next", &self.next), ("said", &self.said)] {
            let lines = crate::scene::canvas::wrap(&what.split_whitespace().collect::<Vec<_>>().join(" "), width);
            for (i, line) in lines.iter().enumerate().filter(|_| !what.is_empty()) {
                text.push_str(&format!("{:>6}  {line}\n", if i == 0 { word } else { "" }));
            }
        }
        let text = format!("{text}\n{}", self.mirror);
        let cut = |line: &str| line.chars().take(columns.into()).collect::<String>();
        text.lines().take(rows.into()).map(cut).collect::<Vec<_>>().join("\n")
    }
}

/// `$XDG_RUNTIME_DIR/podyard-speaker.sock`, else below `~/.local/state`: folders that nobody else can write to.
fn place() -> anyhow::Result<PathBuf> {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let state = || Some(named("HOME")?.join(".local/state/podyard"));
    let folder = named("XDG_RUNTIME_DIR").or_else(state).context("neither XDG_RUNTIME_DIR nor HOME is set; use --socket FILE")?;
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    Ok(folder.join("podyard-speaker.sock"))
}

/// Where the speaker's views come to listen.
#[cfg(unix)]
pub struct Desk {
    path: PathBuf,
    listener: UnixListener,
    listeners: Vec<UnixStream>,
    told: Option<Slip>,
}

#[cfg(unix)]
impl Desk {
    /// Opens the socket; one that a dead program left behind is taken over, a living one is not.
    pub fn open(path: Option<&Path>) -> anyhow::Result<Desk> {
        let path = path.map_or_else(place, |path| Ok(path.to_owned()))?;
        if UnixStream::connect(&path).is_ok() {
            bail!("{} is in use by another podyard; use --socket FILE", path.display());
        }
        let is_socket = |meta: std::fs::Metadata| std::os::unix::fs::FileTypeExt::is_socket(&meta.file_type());
        if std::fs::symlink_metadata(&path).is_ok_and(is_socket) {
            std::fs::remove_file(&path).with_context(|| format!("{} cannot be taken over", path.display()))?;
        }
        let listener = UnixListener::bind(&path).with_context(|| format!("{} cannot be opened", path.display()))?;
        listener.set_nonblocking(true)?;
        Ok(Desk { path, listener, listeners: Vec::new(), told: None })
    }
    /// Tells all listeners what is new; whoever is gone or does not listen is left out from then on.
    pub fn tell(&mut self, slip: &Slip) {
        let mut line = serde_json::to_string(slip).unwrap_or_default();
        line.push('\n');
        let hears = |stream: &mut UnixStream| stream.write_all(line.as_bytes()).is_ok();
        while let Ok((mut stream, _)) = self.listener.accept() {
            let ready = stream.set_nonblocking(false).and_then(|()| stream.set_write_timeout(Some(PATIENCE))).is_ok();
            if ready && self.told.as_ref().is_some_and(|told| told == slip) && !hears(&mut stream) {
                continue;
            }
            self.listeners.push(stream);
        }
        if self.told.as_ref() != Some(slip) {
            self.listeners.retain_mut(hears);
            self.told = Some(slip.clone());
        }
    }
}

#[cfg(unix)]
impl Drop for Desk {
    fn drop(&mut self) {
        // What is left behind is taken over the next time.
        drop(std::fs::remove_file(&self.path));
    }
}

/// What fits where it is shown: the terminal's size, or anything.
#[cfg(unix)]
fn room() -> (u16, u16) {
    let is_shown = std::io::IsTerminal::is_terminal(&std::io::stdout());
    is_shown.then(|| crossterm::terminal::size().ok()).flatten().unwrap_or((u16::MAX, u16::MAX))
}

/// Shows what a desk tells until it is closed.
#[cfg(unix)]
pub fn listen(path: Option<&Path>, out: &mut dyn Write) -> anyhow::Result<bool> {
    let path = path.map_or_else(place, |path| Ok(path.to_owned()))?;
    let stream = UnixStream::connect(&path)
        .with_context(|| format!("nobody speaks at {}; begin with `podyard play NAME --speaker`", path.display()))?;
    stream.set_read_timeout(Some(SECOND))?;
    let (began, mut slip, mut line) = (Instant::now(), Slip::default(), Vec::new());
    let mut reader = BufReader::new(stream);
    loop {
        match reader.read_until(b'\n', &mut line) {
            Ok(0) => return Ok(true),
            Ok(_) if line.ends_with(b"\n") => {
                slip = serde_json::from_slice(&line).context("what was told cannot be read")?;
                line.clear();
            }
            Ok(_) => continue,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(error) => return Err(error.into()),
        }
        let text = slip.text(began.elapsed(), room()).replace('\n', "\x1b[K\r\n");
        write!(out, "\x1b[H{text}\x1b[J")?;
        out.flush()?;
    }
}

/// Local sockets are Unix'.
#[cfg(not(unix))]
pub struct Desk;

#[cfg(not(unix))]
impl Desk {
    /// There are none here.
    pub fn open(_path: Option<&Path>) -> anyhow::Result<Desk> {
        bail!("a speaker's view needs Unix sockets")
    }
    /// Nobody listens.
    pub fn tell(&mut self, _slip: &Slip) {}
}

/// There is nobody to listen to here.
#[cfg(not(unix))]
pub fn listen(_path: Option<&Path>, _out: &mut dyn Write) -> anyhow::Result<bool> {
    bail!("a speaker's view needs Unix sockets")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_late_hears_what_is_so_and_then_what_is_new() {
        let path = std::env::temp_dir().join(format!("podyard-speaker-{}.sock", std::process::id()));
        let mut desk = Desk::open(Some(&path)).unwrap();
        assert!(Desk::open(Some(&path)).is_err(), "one speaks at a time");
        let mut slip = Slip { title: "T".into(), note: "slowly".into(), ..Slip::default() };
        desk.tell(&slip);
        let listener = std::thread::spawn({
            let path = path.clone();
            move || {
                let mut text = Vec::new();
                listen(Some(&path), &mut text).map(|_| String::from_utf8(text).unwrap())
            }
        });
        while desk.listeners.is_empty() {
            desk.tell(&slip);
            std::thread::yield_now();
        }
        slip.answer = "2. No".into();
        desk.tell(&slip);
        drop(desk);
        let text = listener.join().unwrap().unwrap();
        assert!(text.contains("note  slowly") && text.contains("answer  2. No"), "{text}");
        assert!(listen(Some(&path), &mut Vec::new()).unwrap_err().to_string().starts_with("nobody speaks at "));
    }

    #[test]
    fn a_slip_is_a_page_of_text() {
        let slip =
            Slip { title: "T".into(), place: "step 2 of 9".into(), said: "long ".repeat(40), next: "asks: who?".into(), ..Slip::default() };
        let all = (u16::MAX, u16::MAX);
        let text = slip.text(Duration::from_secs(65), all);
        assert!(text.starts_with("01:05  T · step 2 of 9\n\n  next  asks: who?\n  said  long"), "{text}");
        assert!(text.lines().all(|line| line.len() <= usize::from(COLUMNS) + 8));
        let slip = Slip { mirror: format!("{}\n", "═".repeat(120)).repeat(36), answer: "3".into(), ..slip };
        let text = slip.text(Duration::from_secs(65), (60, 20));
        assert!(text.lines().count() == 20 && text.lines().all(|line| line.chars().count() <= 60), "{text}");
        assert!(text.contains("answer  3\n  next  asks: who?\n"), "{text}");
    }
}
