//! Checks: a command and what it must print, or an invariant and how it must stand.

use crate::api::{Files, Given};
use crate::shell;
use crate::sim::World;
use crate::sim::invariants::RULES;
use schemars::JsonSchema;
use serde::Deserialize;

/// A command and what it must print, or an invariant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Check {
    /// The line that is run in a copy of the world.
    pub run: Option<String>,
    /// The exit code it must have; 0 where nothing is said.
    pub exits: Option<i32>,
    /// All it must print, but for space at the end.
    pub prints: Option<String>,
    /// The files that the line names.
    #[serde(skip)]
    pub files: Files,
    /// What must stand in what it prints.
    pub contains: Option<String>,
    /// What must not.
    pub lacks: Option<String>,
    /// A whole line of what it prints must fit this; `*` stands for anything.
    pub matches: Option<String>,
    /// An invariant by the name on its lamp.
    pub rule: Option<String>,
    /// Whether it must hold; true where nothing is said.
    pub holds: Option<bool>,
}

impl Check {
    /// Looks whether it holds at this very moment; what was expected and what was found where it does not. The world stays as
    /// it is: no client takes its time, and a line that waits by its own words waits in a copy.
    pub fn look(&self, world: &World) -> Result<(), String> {
        if let Some(name) = &self.rule {
            return self.look_at_rule(name, world);
        }
        let Some(line) = &self.run else { return Ok(()) };
        let mut copy = world.clone();
        let given = Given { stdin: None, files: self.files.clone() };
        let turn = shell::run(&mut copy, line, given);
        let output = shell::finish(&mut copy, turn);
        let printed = format!("{}{}", output.out, output.err);
        let wanted = self.exits.unwrap_or(0);
        if output.rc != wanted {
            return Err(format!("{line}\nexpected exit code {wanted}, found {}:\n{}", output.rc, printed.trim_end()));
        }
        self.fits(&printed).map_err(|why| format!("{line}\n{why}"))
    }

    /// Looks whether a printed text is as it must be.
    pub fn fits(&self, printed: &str) -> Result<(), String> {
        let found = printed.trim_end();
        let (word, wanted) = match () {
            () if self.prints.as_ref().is_some_and(|text| text.trim_end() != found) => ("to print", &self.prints),
            () if self.contains.as_ref().is_some_and(|text| !found.contains(text.trim_end())) => ("to contain", &self.contains),
            () if self.lacks.as_ref().is_some_and(|text| found.contains(text.trim_end())) => ("not to contain", &self.lacks),
            () if self.matches.as_ref().is_some_and(|text| !found.lines().any(|line| glob(text.trim_end(), line))) => {
                ("a line like", &self.matches)
            }
            () => return Ok(()),
        };
        Err(format!("expected {word}:\n{}\nfound:\n{found}", wanted.as_deref().unwrap_or_default().trim_end()))
    }

    fn look_at_rule(&self, name: &str, world: &World) -> Result<(), String> {
        let Some((rule, _, words)) = RULES.iter().find(|row| row.1 == name) else { return Err(format!("there is no rule {name:?}")) };
        let wanted = self.holds.unwrap_or(true);
        match world.rules().broken(*rule) {
            Some(why) if wanted => Err(format!("expected that {words}\nfound: {why}")),
            None if !wanted => Err(format!("expected that the rule {name:?} is broken\nfound that it holds")),
            Some(_) | None => Ok(()),
        }
    }

    /// True where it says nothing that could be looked at.
    pub fn is_empty(&self) -> bool {
        *self == Check::default()
    }
    /// What it must print, as far as that fits on a line.
    fn wanted(&self) -> String {
        let rows = [("prints", &self.prints), ("contains", &self.contains), ("lacks", &self.lacks), ("has a line like", &self.matches)];
        let said = rows.iter().filter_map(|(word, text)| Some((word, text.as_ref()?.trim_end().lines().next()?)));
        said.map(|(word, text)| format!(" {word} {text:?}")).collect()
    }
    /// In a few words, for whoever waits for it.
    pub fn words(&self) -> String {
        match (&self.rule, &self.run) {
            (Some(rule), _) => format!("the rule {rule:?} {}", if self.holds == Some(false) { "is broken" } else { "holds" }),
            (None, Some(line)) => format!("{line}{}{}", self.exits.map(|code| format!(" exits {code}")).unwrap_or_default(), self.wanted()),
            (None, None) => String::new(),
        }
    }
}

/// True where a text fits a pattern in which `*` stands for anything.
pub fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, text, fits) in [
            ("kubia-0   1/1*", "kubia-0   1/1   Running", true),
            ("*node-?", "x node-?", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("abc", "abcd", false),
            ("a*a", "a", false),
            ("*", "", true),
        ] {
            assert_eq!(glob(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn what_is_printed_is_compared_without_the_last_newline() {
        let check = Check { prints: Some("a\nb\n".into()), lacks: Some("c".into()), ..Check::default() };
        assert_eq!(check.fits("a\nb"), Ok(()));
        assert_eq!(check.fits("a").unwrap_err(), "expected to print:\na\nb\nfound:\na");
    }

    #[test]
    fn a_look_takes_no_time() {
        let mut world = World::new(crate::sim::Options::default());
        shell::run(&mut world, "kubectl run one --image=nginx", Given::default());
        let phase = |wanted: &str| Check {
            run: Some("kubectl get pod one -o jsonpath={.status.phase}:{.spec.nodeName}".into()),
            prints: Some(wanted.into()),
            ..Check::default()
        };
        assert_eq!(phase("Pending:").look(&world), Ok(()), "no scheduler came in between");
    }

    #[test]
    fn rules_are_looked_at_by_the_name_on_their_lamp() {
        let world = World::new(crate::sim::Options::default());
        let holds = Check { rule: Some(RULES[0].1.into()), ..Check::default() };
        assert_eq!(holds.look(&world), Ok(()));
        assert_eq!(holds.words(), format!("the rule {:?} holds", RULES[0].1));
        let broken = Check { holds: Some(false), ..holds };
        assert!(broken.look(&world).is_err());
        assert_eq!(broken.words(), format!("the rule {:?} is broken", RULES[0].1));
    }
}
