//! The same story for a real cluster: a shell script of kubectl commands and waits. What only hands can do there (cables,
//! power) it asks for.

use crate::api::Span;
use crate::scenario::question::{Answer, Form, Question};
use crate::scenario::script::Command;
use crate::scenario::{Check, Scenario, What};

/// The helpers at the head of every script.
const HEAD: &str = include_str!("../../../assets/story.sh");

/// The script.
pub fn shell(scenario: &Scenario) -> String {
    let mut text = HEAD.replace("{{title}}", &comment(&scenario.title)).replace("{{summary}}", &comment(&scenario.summary));
    if !scenario.manifests.trim().is_empty() {
        text.push_str(&format!("kubectl apply -f - <<'PODYARD'\n{}\nPODYARD\n", scenario.manifests.trim_end()));
    }
    for step in &scenario.steps {
        let chapter = step.chapter.as_ref().map(|chapter| format!("\n# {}\n", comment(chapter))).unwrap_or_default();
        text.push_str(&format!("{chapter}{}", written(&step.what)));
    }
    text.push_str(&format!("say {}\n", quoted(&scenario.debrief.text())));
    text
}

fn written(what: &What) -> String {
    match what {
        What::Say(words, _) => format!("say {}\n", quoted(words)),
        What::Do(lines, _) => lines.iter().map(typed).collect(),
        What::Until(check, within) => awaited(check, *within),
        What::Ask(question) => asked(question),
        What::Goal(goal) => {
            let wait: String = goal.checks.iter().map(|check| awaited(check, goal.within)).collect();
            format!("hands {}\n{wait}", quoted(&format!("{} Do it in another terminal.", goal.words)))
        }
        What::Expect(check) => looked(check, "expect"),
    }
}

/// Verbs of the playground that a real cluster has no command for, and what somebody has to do instead.
const HANDS: [(&str, &str); 6] = [
    ("disconnect", "cut the network of this node"),
    ("reconnect", "mend the network of this node"),
    ("crash", "take the power of this node"),
    ("boot", "start this node again"),
    ("fail", "make this pod's readiness probe fail, or its process exit"),
    ("heal", "make this pod healthy again"),
];

fn typed(command: &Command) -> String {
    let (verb, rest) = command.line.split_once(' ').unwrap_or((&command.line, ""));
    match verb {
        "kubectl" | "k" | "curl" => {
            let text = command.stdin.as_ref().map(|text| format!(" <<'PODYARD'\n{}\nPODYARD", text.trim_end())).unwrap_or_default();
            format!("run {}{text}\n", client(&command.line))
        }
        "dig" => format!("run {}\n", client(&command.line)),
        "wait" => format!("sleep {rest}\n"),
        "settle" => "sleep 10\n".to_owned(),
        _ => {
            let words = HANDS.iter().find(|row| row.0 == verb).map_or("do by hand", |row| row.1);
            format!("hands {}\n", quoted(&format!("{words}: {rest}")))
        }
    }
}

/// A line of a client as a real machine runs it: names are asked for from inside the cluster.
fn client(line: &str) -> String {
    match line.split_once(' ') {
        Some(("k", rest)) => format!("kubectl {rest}"),
        Some(("dig", rest)) => format!("kubectl run dig-$$ --rm -i --quiet --restart=Never --image=tutum/dnsutils -- dig {rest}"),
        _ => line.to_owned(),
    }
}

fn awaited(check: &Check, within: Span) -> String {
    looked(check, &format!("within {}", within.as_secs().max(1)))
}

/// What a check looks for, and the word of the script's helper for it.
fn sought(check: &Check) -> Vec<(&'static str, &str)> {
    let rows = [("prints", &check.prints), ("contains", &check.contains), ("lacks", &check.lacks), ("matches", &check.matches)];
    rows.into_iter().filter_map(|(word, text)| Some((word, text.as_ref()?.trim_end()))).collect()
}

fn looked(check: &Check, how: &str) -> String {
    let Some(line) = &check.run else {
        let rule = check.rule.as_deref().unwrap_or_default();
        return format!("# {}: {}\n", if check.holds == Some(false) { "broken by now" } else { "must hold" }, comment(rule));
    };
    let line = quoted(&client(line));
    let exit = check.exits.unwrap_or_default();
    let sought = sought(check);
    match sought.is_empty() {
        true => format!("{how} exits {exit} {line}\n"),
        false => sought.iter().map(|(word, text)| format!("{how} {word} {} {line}\n", quoted(text))).collect(),
    }
}

fn asked(question: &Question) -> String {
    let list: String = match &question.form {
        Form::Choices(choices) => {
            choices.iter().enumerate().map(|(i, choice)| format!("\n  {}. {}", i + 1, choice.text.trim_end())).collect()
        }
        Form::Number(_) | Form::Name(_) | Form::Order(_) => String::new(),
    };
    let given = match &question.answer {
        Answer::Given(reply) => format!("say {}\n", quoted(&format!("It is {reply}."))),
        Answer::Ahead(_) => String::new(),
    };
    format!("ask {}\n{given}", quoted(&format!("{}{list}", question.words.trim_end())))
}

/// A text as one word of the shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.trim_end().replace('\'', "'\\''"))
}

/// A text that fits behind a `#`.
fn comment(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
