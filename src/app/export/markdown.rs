//! A transcript in Markdown: what is said, typed, printed, asked and answered, and when.

use crate::scenario::Scenario;
use crate::scenario::player::Beat;
use crate::scenario::question::{Asking, Verdict};
use crate::scenario::rehearse::{Audience, News, opening, rehearse};
use crate::scenario::script::Command;
use crate::scene::clock::clock;
use crate::shell::Output;
use crate::sim::World;
use std::sync::Arc;

/// The transcript of a scenario that is played to its end.
pub fn markdown(scenario: &Arc<Scenario>) -> anyhow::Result<String> {
    let world = opening(scenario, scenario.options.clone()).map_err(anyhow::Error::msg)?;
    let mut text = format!("# {}\n\n{}\n\n", scenario.title.trim_end(), scenario.summary.trim_end());
    if !scenario.teaches.is_empty() {
        let list: String = scenario.teaches.iter().map(|words| format!("- {}\n", words.trim_end())).collect();
        text.push_str(&format!("Afterwards you know:\n\n{list}\n"));
    }
    let mut writer = Writer { text, asked: None };
    rehearse(scenario, world, &mut writer);
    Ok(writer.text)
}

struct Writer {
    text: String,
    asked: Option<Asking>,
}

impl Audience for Writer {
    fn watch(&mut self, _world: &World) {}
    fn hear(&mut self, world: &World, news: News) {
        let told = match news {
            News::Printed(command, output) => typed(world, &command, &output),
            News::Beat(Beat::Say(words, _)) => format!("{}\n\n", words.trim_end()),
            News::Beat(Beat::Ask(asking)) => {
                let told = asked(&asking);
                self.asked = Some(asking);
                told
            }
            News::Beat(Beat::Answered(verdict)) => self.answered(&verdict),
            News::Beat(Beat::Goal(goal)) => format!("**{}** (par: {})\n\n", goal.words.trim_end(), goal.par),
            News::Beat(Beat::Reached(words)) => format!("Reached: {}\n\n", words.trim_end()),
            News::Beat(Beat::Failed(line, why)) => format!("**Failed at line {line}:** {why}\n\n"),
            News::Beat(Beat::Debrief(words)) => format!("---\n\n{}\n", words.trim_end()),
            News::Beat(Beat::Passed(_) | Beat::Typed(_) | Beat::Waiting(_) | Beat::End) => String::new(),
        };
        self.text.push_str(&told);
    }
}

impl Writer {
    fn answered(&self, verdict: &Verdict) -> String {
        let chosen = match &verdict.right {
            crate::scenario::Reply::Choice(choice) => self.asked.as_ref().and_then(|asking| asking.choices.get(*choice)).cloned(),
            other => Some(other.to_string()),
        };
        format!("<details><summary>What happens</summary>\n\n{}\n\n</details>\n\n", chosen.unwrap_or_default().trim_end())
    }
}

fn asked(asking: &Asking) -> String {
    let list: String = asking.choices.iter().enumerate().map(|(i, choice)| format!("{}. {choice}\n", i + 1)).collect();
    let gap = if list.is_empty() { "" } else { "\n" };
    format!("**{}**\n\n{list}{gap}", asking.words.trim_end())
}

fn typed(world: &World, command: &Command, output: &Output) -> String {
    let mark = command.shown.split("<<").nth(1).map(|mark| mark.split_whitespace().next().unwrap_or_default());
    let mark = mark.unwrap_or_default().trim_matches(['-', '\'', '"', '\\']).to_owned();
    let heredoc = command.stdin.as_ref().map(|text| format!("{text}{mark}\n")).unwrap_or_default();
    let printed = format!("{}{}", output.out, output.err);
    let time = clock(world.now() - world.options().epoch);
    format!("At {time}:\n\n````console\n$ {}\n{heredoc}{printed}````\n\n", command.shown)
}
