//! Commands that a container may be given in place of its image's own: what they print, write and end with, and when.
//!
//! Of the shell only sequences, `&&`, `||`, endless loops and redirections to files are understood; of programs a few.
//! Everything happens on a timeline that begins with the container, so it need not be carried out to be known.

use crate::api::{Name, Span};

/// How long a command that does nothing much takes.
pub const BRIEF: Span = Span::millis(50);

/// What a command does over time.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Course {
    /// What it prints, and how long after its start.
    pub prints: Vec<(Span, String)>,
    /// Files that appear (true) or vanish (false), and how long after its start.
    pub files: Vec<(Span, String, bool)>,
    /// For endless loops: the first line that is printed again, when the first round begins, and how long a round takes.
    pub repeats: Option<(usize, Span, Span)>,
    /// After how long it ends and with which code; `None` where it goes on for ever.
    pub ends: Option<(Span, i32)>,
    /// True where it ends when it is asked to.
    pub heeds_signals: bool,
}

impl Course {
    /// Whether a file is there after so long; `None` where the command has not touched it by then.
    pub fn has_file(&self, path: &str, elapsed: Span) -> Option<bool> {
        self.files.iter().rfind(|(at, name, _)| *at <= elapsed && name == path).map(|(.., there)| *there)
    }
    /// Everything printed after so long, with the moments; of loops the latest rounds at most.
    pub fn printed(&self, elapsed: Span) -> Vec<(Span, String)> {
        let mut lines: Vec<(Span, String)> = self.prints.iter().filter(|(at, _)| *at <= elapsed).cloned().collect();
        let Some((first, from, period)) = self.repeats.filter(|(.., period)| *period > Span(0)) else { return lines };
        let body = &self.prints[first.min(self.prints.len())..];
        let rounds = (elapsed.0 - from.0) / period.0;
        for round in (rounds - ROUNDS_SHOWN).max(1)..=rounds {
            let later = body.iter().map(|(at, line)| (*at + Span(period.0 * round), line.clone()));
            lines.extend(later.filter(|(at, _)| *at <= elapsed));
        }
        lines
    }
}

/// Rounds of an endless loop of which a log tells.
const ROUNDS_SHOWN: i64 = 500;

/// A program: its name, and what it does to a course at a moment; the code it ends with.
type Program = fn(&mut Walk, &[String]) -> i32;

/// Programs that are understood.
const PROGRAMS: &[(&str, Program)] = &[
    ("true", |_, _| 0),
    (":", |_, _| 0),
    ("false", |_, _| 1),
    ("echo", |walk, words| walk.print(words.strip_prefix(&["-n".to_owned()][..]).unwrap_or(words).join(" "))),
    ("printf", |walk, words| walk.print(words.first().map(|w| w.trim_end_matches("\\n").to_owned()).unwrap_or_default())),
    ("sleep", Walk::sleep),
    ("touch", |walk, words| walk.file(words, true)),
    ("mkdir", |walk, words| walk.file(words, true)),
    ("rm", |walk, words| walk.file(words, false)),
    ("tail", |walk, words| if words.iter().any(|w| w.starts_with("-f")) { walk.hang() } else { 0 }),
    ("trap", |walk, words| walk.heed(words)),
    ("date", |_, _| 0),
    ("cat", |_, _| 0),
    ("ls", |_, _| 0),
    ("test", |_, _| 0),
    ("exit", Walk::exit),
];

/// True for programs that are understood.
pub fn knows(program: &str) -> bool {
    PROGRAMS.iter().any(|(name, _)| *name == program)
}

/// What a command does; `None` where it is empty or not understood.
pub fn command(words: &[Name]) -> Option<Course> {
    let words: Vec<String> = words.iter().map(|w| w.to_string()).collect();
    let program = words.first()?.rsplit('/').next().unwrap_or_default();
    let mut walk = Walk::default();
    match (program, words.get(1)) {
        ("sh" | "bash" | "ash", Some(flag)) if flag.starts_with('-') && flag.ends_with('c') => walk.script(words.get(2)?),
        ("sh" | "bash" | "ash", None) => {}
        (program, _) if knows(program) => walk.code = walk.one(&words),
        _ => return None,
    }
    Some(walk.finish())
}

/// A command on its way through its timeline.
#[derive(Default)]
struct Walk {
    now: Span,
    course: Course,
    code: i32,
    over: bool,
    hangs: bool,
}

impl Walk {
    fn finish(mut self) -> Course {
        if !self.hangs {
            self.course.ends = Some((self.now.max(BRIEF), self.code));
        }
        self.course
    }
    fn print(&mut self, line: String) -> i32 {
        self.course.prints.push((self.now, line));
        0
    }
    fn file(&mut self, words: &[String], there: bool) -> i32 {
        let paths = words.iter().filter(|w| !w.starts_with('-'));
        self.course.files.extend(paths.map(|path| (self.now, path.clone(), there)));
        0
    }
    fn sleep(&mut self, words: &[String]) -> i32 {
        let text = words.first().map(String::as_str).unwrap_or_default();
        let (number, unit) = text.split_at(text.trim_end_matches(|c: char| c.is_ascii_alphabetic()).len());
        let factor = [("m", 60), ("h", 3600), ("d", 86_400)].iter().find(|(name, _)| *name == unit).map_or(1, |(_, factor)| *factor);
        match number.parse::<i64>() {
            Ok(n) => self.now = self.now + Span::secs(n.saturating_mul(factor)),
            Err(_) => _ = self.hang(),
        }
        0
    }
    fn hang(&mut self) -> i32 {
        (self.hangs, self.over) = (true, true);
        0
    }
    /// An empty action ignores the signal, `-` leaves it to the kernel, which spares process 1: neither ends it.
    fn heed(&mut self, words: &[String]) -> i32 {
        if let [action, signals @ ..] = words
            && signals.iter().any(|s| matches!(s.as_str(), "TERM" | "SIGTERM" | "15"))
        {
            self.course.heeds_signals = !action.is_empty() && action != "-";
        }
        0
    }
    fn exit(&mut self, words: &[String]) -> i32 {
        self.over = true;
        words.first().and_then(|n| n.parse().ok()).unwrap_or(self.code)
    }
    fn script(&mut self, text: &str) {
        for (joint, part) in parts(text) {
            let skipped = match joint {
                Joint::Then => false,
                Joint::IfWell => self.code != 0,
                Joint::IfNot => self.code == 0,
            };
            if !self.over && !skipped {
                self.statement(&part);
            }
        }
    }
    fn statement(&mut self, text: &str) {
        let words = words(text);
        match words.first().map(String::as_str) {
            None => {}
            Some("while" | "until" | "for") => self.course.repeats = Some((self.course.prints.len(), self.now, Span(0))),
            Some("done") => self.repeat(),
            Some("do" | "then" | "else" | "{" | "(") => self.code = self.one(&words[1..]),
            Some("if" | "fi" | "}" | ")" | "set" | "export" | "cd") => {}
            Some(_) => self.code = self.one(&words),
        }
    }
    /// An endless loop has come round. Simplified: every loop is endless.
    fn repeat(&mut self) {
        if let Some((first, from, _)) = self.course.repeats {
            self.course.repeats = Some((first, from, Span(self.now.0 - from.0).max(Span::secs(1))));
            self.hang();
        }
    }
    fn one(&mut self, words: &[String]) -> i32 {
        let target = words.iter().position(|w| w == ">" || w == ">>");
        let (said, file) = match target {
            Some(at) => (&words[..at], words.get(at + 1)),
            None => (words, None),
        };
        let printed = self.course.prints.len();
        let known = said.first().and_then(|w| PROGRAMS.iter().find(|(name, _)| *name == w.rsplit('/').next().unwrap_or_default()));
        let code = known.map_or(0, |(_, run)| run(self, &said[1..]));
        if let Some(path) = file {
            self.course.prints.truncate(printed);
            self.course.files.push((self.now, path.clone(), true));
        }
        code
    }
}

/// How a statement hangs on the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Joint {
    Then,
    IfWell,
    IfNot,
}

/// The statements of a script.
fn parts(text: &str) -> Vec<(Joint, String)> {
    let mut parts = vec![(Joint::Then, String::new())];
    let (mut quote, mut rest) = (None, text);
    while let Some(c) = rest.chars().next() {
        let joint = [("&&", Joint::IfWell), ("||", Joint::IfNot), (";", Joint::Then), ("\n", Joint::Then)];
        let found = joint.iter().find(|(sign, _)| quote.is_none() && rest.starts_with(sign));
        if let Some((sign, joint)) = found {
            parts.push((*joint, String::new()));
            rest = &rest[sign.len()..];
            continue;
        }
        quote = match quote {
            Some(open) if open == c => None,
            None if c == '\'' || c == '"' => Some(c),
            other => other,
        };
        parts.iter_mut().next_back().into_iter().for_each(|(_, part)| part.push(c));
        rest = &rest[c.len_utf8()..];
    }
    parts
}

/// The words of a statement, without quotes.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut quote, mut open) = (Vec::new(), None, false);
    for c in text.chars() {
        match (quote, c) {
            (Some(q), c) if q == c => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                if !open {
                    words.push(String::new());
                    open = true;
                }
            }
            (None, c) if c.is_whitespace() => open = false,
            (_, c) => {
                if !open {
                    words.push(String::new());
                    open = true;
                }
                words.iter_mut().next_back().into_iter().for_each(|word| word.push(c));
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[&str]) -> Option<Course> {
        command(&words.iter().map(|w| Name::from(*w)).collect::<Vec<Name>>())
    }

    fn ends(words: &[&str]) -> Option<(i64, i32)> {
        of(words).unwrap().ends.map(|(span, code)| (span.as_secs(), code))
    }

    #[test]
    fn commands_end_when_and_as_they_say() {
        assert_eq!(ends(&["false"]), Some((0, 1)));
        assert_eq!(ends(&["sleep", "30"]), Some((30, 0)));
        assert_eq!(ends(&["/bin/sleep", "2m"]), Some((120, 0)));
        assert_eq!(ends(&["sleep", "infinity"]), None);
        assert_eq!(ends(&["sh", "-c", "exit 3"]), Some((0, 3)));
        assert_eq!(ends(&["sh", "-c", "echo a; sleep 5; exit 2; sleep 100"]), Some((5, 2)));
        assert_eq!(ends(&["sh", "-c", "false && sleep 100 || exit 4"]), Some((0, 4)));
        assert_eq!(ends(&["sh", "-c", "while true; do echo 'a; b'; sleep 5; done"]), None);
        assert_eq!(ends(&["tail", "-f", "/dev/null"]), None);
        assert_eq!(of(&["node", "app.js"]), None);
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn a_loop_prints_again_and_again() {
        let course = of(&["sh", "-c", "echo begin; while true; do echo \"a b\"; sleep 10; done"]).unwrap();
        let lines: Vec<(i64, String)> = course.printed(Span::secs(25)).into_iter().map(|(at, line)| (at.as_secs(), line)).collect();
        assert_eq!(lines, [(0, "begin".into()), (0, "a b".into()), (10, "a b".into()), (20, "a b".into())]);
    }

    #[test]
    fn files_come_and_go() {
        let course = of(&["sh", "-c", "touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600"]).unwrap();
        let at = |secs: i64| course.has_file("/tmp/healthy", Span::secs(secs));
        assert_eq!((at(1), at(31), course.has_file("/x", Span::secs(1))), (Some(true), Some(false), None));
        let course = of(&["sh", "-c", "echo x > /data/x; trap 'exit 0' TERM; sleep 99"]).unwrap();
        assert_eq!((course.has_file("/data/x", Span(0)), course.prints.len(), course.heeds_signals), (Some(true), 0, true));
    }

    #[test]
    fn only_a_trap_that_acts_on_term_heeds_it() {
        let heeds = |trap: &str| of(&["sh", "-c", &format!("{trap}; sleep 99")]).unwrap().heeds_signals;
        assert!(heeds("trap 'exit 0' INT TERM") && heeds("trap 'exit 0' 15; trap - INT"));
        assert!(!heeds("trap '' TERM") && !heeds("trap 'exit 0' TERM; trap - TERM") && !heeds("trap 'exit 0' EXIT"));
    }
}
