//! Flags as Go's pflag reads them, with its complaints.

use super::voice::Failure;

/// What a flag takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Nothing; `--flag=false` turns it off.
    Nothing,
    /// A value.
    Value,
    /// A value after `=`, and this one without it.
    Perhaps(&'static str),
}

/// A flag of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag {
    /// Its name without dashes.
    pub long: &'static str,
    /// Its letter; `-` for none.
    pub short: char,
    /// What it takes.
    pub takes: Takes,
}

impl Flag {
    /// As complaints name it: `--tail`, or `-f, --follow`.
    fn name(&self) -> String {
        if self.short == '-' { format!("--{}", self.long) } else { format!("-{}, --{}", self.short, self.long) }
    }
}

/// A flag that takes a value.
pub const fn value(long: &'static str, short: char) -> Flag {
    Flag { long, short, takes: Takes::Value }
}

/// A flag that takes nothing.
pub const fn switch(long: &'static str, short: char) -> Flag {
    Flag { long, short, takes: Takes::Nothing }
}

/// A flag that may take a value.
pub const fn perhaps(long: &'static str, short: char, alone: &'static str) -> Flag {
    Flag { long, short, takes: Takes::Perhaps(alone) }
}

/// Words and flags of a command line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Args {
    /// Words that are no flags, those after `--` left out.
    pub words: Vec<String>,
    /// Words after `--`; `None` where there is none.
    pub rest: Option<Vec<String>>,
    given: Vec<(Flag, String)>,
    command: String,
}

impl Args {
    /// The last value given to a flag.
    pub fn get(&self, flag: &str) -> Option<&str> {
        self.given.iter().rev().find(|(given, _)| given.long == flag).map(|(_, value)| value.as_str())
    }
    /// All values given to a flag.
    pub fn all<'a>(&'a self, flag: &'a str) -> impl Iterator<Item = &'a str> {
        self.given.iter().filter(move |(given, _)| given.long == flag).map(|(_, value)| value.as_str())
    }
    /// True where a switch is on.
    pub fn on(&self, flag: &str) -> bool {
        self.get(flag) == Some("true")
    }
    /// The value of a flag as a number, or its complaint.
    pub fn number(&self, flag: &str) -> Result<Option<i64>, Failure> {
        let Some(text) = self.get(flag) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| self.invalid(flag, text, &format!("strconv.ParseInt: parsing {text:?}: invalid syntax")))
    }
    /// pflag's complaint about a flag's value.
    pub fn invalid(&self, flag: &str, text: &str, why: &str) -> Failure {
        let known = self.given.iter().find(|(given, _)| given.long == flag);
        let name = known.map_or_else(|| format!("--{flag}"), |(flag, _)| flag.name());
        complaint(&format!("invalid argument {text:?} for {name:?} flag: {why}"), &self.command)
    }
    /// The same of a `--timeout` or another duration.
    pub fn no_duration(&self, flag: &str, text: &str) -> Failure {
        // Upstream: Go's time.ParseDuration.
        let unsigned = text.trim_start_matches(['+', '-']);
        let unit = unsigned.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let unit = unit.split(|c: char| c.is_ascii_digit() || c == '.').next().unwrap_or_default();
        let why = match unit {
            _ if !unsigned.starts_with(|c: char| c.is_ascii_digit()) => format!("time: invalid duration {text:?}"),
            "" => format!("time: missing unit in duration {text:?}"),
            "ns" | "us" | "ms" | "s" | "m" | "h" => format!("time: invalid duration {text:?}"),
            other => format!("time: unknown unit {other:?} in duration {text:?}"),
        };
        self.invalid(flag, text, &why)
    }
    /// pflag's complaint about a flag that this part of a command has not.
    pub fn unknown(&self, flag: &str) -> Failure {
        complaint(&format!("unknown flag: --{flag}"), &self.command)
    }
    /// A complaint about how a command was typed. Upstream: cmdutil.UsageErrorf.
    pub fn wrong_usage(&self, complaint: &str) -> Failure {
        Failure::error(format!("{complaint}\nSee '{} -h' for help and examples", self.command))
    }
}

/// Reads words by the flags that a command knows; `command` is named in complaints, such as `kubectl get`.
pub fn parse(words: &[String], known: &[&[Flag]], command: &str) -> Result<Args, Failure> {
    let args = Args { command: command.to_owned(), ..Args::default() };
    let mut reader = Reader { known, args, words, at: 0 };
    reader.read().map_err(|words| complaint(&words, command))?;
    Ok(reader.args)
}

fn complaint(words: &str, command: &str) -> Failure {
    Failure::error(format!("{words}\nSee '{command} --help' for usage."))
}

struct Reader<'a> {
    known: &'a [&'a [Flag]],
    args: Args,
    words: &'a [String],
    at: usize,
}

impl Reader<'_> {
    fn read(&mut self) -> Result<(), String> {
        while let Some(word) = self.next() {
            if word == "--" {
                self.args.rest = Some(self.words[self.at..].to_vec());
                return Ok(());
            }
            match (word.strip_prefix("--"), word.strip_prefix('-')) {
                (Some(long), _) => self.long(long)?,
                (None, Some(letters)) if !letters.is_empty() => self.letters(letters)?,
                _ => self.args.words.push(word),
            }
        }
        Ok(())
    }

    fn next(&mut self) -> Option<String> {
        self.at += 1;
        self.words.get(self.at - 1).cloned()
    }

    fn find(&self, fits: impl Fn(&Flag) -> bool) -> Option<Flag> {
        self.known.iter().flat_map(|group| group.iter()).find(|flag| fits(flag)).copied()
    }

    fn long(&mut self, text: &str) -> Result<(), String> {
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value.to_owned())));
        let flag = self.find(|flag| flag.long == name).ok_or_else(|| format!("unknown flag: --{name}"))?;
        self.give(flag, value, || format!("flag needs an argument: --{name}"))
    }

    fn letters(&mut self, letters: &str) -> Result<(), String> {
        let mut rest = letters;
        while let Some(letter) = rest.chars().next() {
            let complaint = || format!("unknown shorthand flag: {letter:?} in -{letters}");
            let flag = self.find(|flag| flag.short == letter && letter != '-').ok_or_else(complaint)?;
            rest = &rest[letter.len_utf8()..];
            let value = match (flag.takes, rest.strip_prefix('=')) {
                (_, Some(value)) => Some(value.to_owned()),
                (Takes::Value, None) if !rest.is_empty() => Some(rest.to_owned()),
                _ => None,
            };
            let last = value.is_some();
            self.give(flag, value, || format!("flag needs an argument: {letter:?} in -{letters}"))?;
            if last {
                break;
            }
        }
        Ok(())
    }

    fn give(&mut self, flag: Flag, value: Option<String>, missing: impl Fn() -> String) -> Result<(), String> {
        let value = match (value, flag.takes) {
            (Some(value), Takes::Nothing) => truth(flag, &value)?,
            (Some(value), _) => value,
            (None, Takes::Nothing) => "true".to_owned(),
            (None, Takes::Perhaps(alone)) => alone.to_owned(),
            (None, Takes::Value) => self.next().ok_or_else(missing)?,
        };
        self.args.given.push((flag, value));
        Ok(())
    }
}

fn truth(flag: Flag, value: &str) -> Result<String, String> {
    match value {
        "true" | "1" | "t" | "T" | "TRUE" | "True" => Ok("true".to_owned()),
        "false" | "0" | "f" | "F" | "FALSE" | "False" => Ok("false".to_owned()),
        _ => Err(format!("invalid argument {value:?} for {:?} flag: strconv.ParseBool: parsing {value:?}: invalid syntax", flag.name())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&[Flag]] =
        &[&[value("namespace", 'n'), switch("stdin", 'i'), switch("tty", 't'), perhaps("cascade", '-', "background")]];

    fn read(line: &str) -> Result<Args, Failure> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&words, KNOWN, "kubectl get")
    }

    #[test]
    fn forms_of_flags() {
        for line in ["a -n x -it b", "a --namespace x --stdin --tty b", "a -nx -i -t=true b", "a -it --namespace=x b"] {
            let args = read(line).unwrap();
            assert_eq!((args.get("namespace"), args.on("stdin"), args.on("tty")), (Some("x"), true, true), "{line}");
            assert_eq!(args.words, ["a", "b"], "{line}");
        }
        let args = read("--cascade a -- -n b").unwrap();
        assert_eq!((args.get("cascade"), args.words.len()), (Some("background"), 1));
        assert_eq!(args.rest, Some(vec!["-n".to_owned(), "b".to_owned()]));
    }

    #[test]
    fn complaints_are_pflags() {
        let wrong = |line| read(line).unwrap_err().text;
        assert_eq!(wrong("--for=x"), "error: unknown flag: --for\nSee 'kubectl get --help' for usage.");
        assert!(wrong("-x").contains("unknown shorthand flag: 'x' in -x"));
        assert!(wrong("-n").contains("flag needs an argument: 'n' in -n"));
    }
}
