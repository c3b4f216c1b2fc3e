//! The fields of a scenario's file as they are written, each with what it means: the reader and the JSON schema are made
//! from these types.

use super::check::Check;
use crate::api::{File, Files};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_yaml::Spanned;
use std::collections::BTreeMap;

/// A story that is told, asked about, played and checked.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "podyard scenario")]
pub(super) struct Document {
    /// A few words.
    #[schemars(with = "String")]
    pub title: Spanned<String>,
    /// What happens, in a sentence or two.
    pub summary: String,
    /// Where it stands in the catalogue.
    #[serde(default)]
    pub group: Option<Group>,
    /// What one wants to find out or to reach, in a sentence.
    #[serde(default)]
    pub goal: Option<String>,
    /// What one knows afterwards, one sentence each.
    #[serde(default)]
    pub teaches: Vec<String>,
    /// With what its world begins.
    #[serde(default)]
    #[schemars(with = "Option<WorldPart>")]
    pub world: Option<Spanned<WorldPart>>,
    /// Text for `kubectl apply -f -`, applied and settled before the first step.
    #[serde(default)]
    pub manifests: String,
    /// Files that lines name with `-f`, by their paths; they come before those beside the scenario.
    #[serde(default)]
    pub files: BTreeMap<String, Written>,
    /// The steps; each does one thing.
    #[schemars(with = "Vec<StepPart>")]
    pub steps: Vec<Spanned<StepPart>>,
    /// At the end: what happened, how to think of it, the commands.
    pub debrief: String,
    /// The right picture, in one sentence.
    #[serde(default)]
    pub picture: Option<String>,
    /// The commands to remember, one each, with what they do.
    #[serde(default)]
    pub commands: Vec<String>,
    /// Where the book and today differ.
    #[serde(default)]
    pub today: Option<String>,
}

/// Where a scenario stands in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// Who a pod is: its name, its order, its place in a set.
    Identity,
    /// Claims, volumes and what is written on them.
    Storage,
    /// Nodes that are cut off, lose power, are drained or deleted.
    NodeLoss,
    /// Templates that change and roll out.
    Updates,
    /// Services, names and who answers whom.
    Network,
    /// Something is broken and somebody is on call.
    IncidentNights,
}

/// The groups in the order of the catalogue, and their headings.
pub const GROUPS: [(Group, &str); 6] = [
    (Group::Identity, "identity"),
    (Group::Storage, "storage"),
    (Group::NodeLoss, "node loss"),
    (Group::Updates, "updates"),
    (Group::Network, "network"),
    (Group::IncidentNights, "incident nights"),
];

/// With what a world begins.
#[derive(Deserialize, JsonSchema, Default, Clone)]
#[serde(deny_unknown_fields)]
pub(super) struct WorldPart {
    /// How many nodes; 3 where nothing is said.
    #[serde(default)]
    pub nodes: Option<u32>,
    /// The seed of all chance; 1 where nothing is said.
    #[serde(default)]
    pub seed: Option<u64>,
    /// Latencies by name, such as `image-pull: 10s`.
    #[serde(default)]
    pub latencies: BTreeMap<String, String>,
}

/// A step. It does one thing: exactly one of say, do, until, ask, goal, expect.
#[derive(Deserialize, JsonSchema, Default, Clone)]
#[serde(deny_unknown_fields)]
pub(super) struct StepPart {
    /// A caption.
    pub say: Option<String>,
    /// What a caption, a question or a goal points at: kind/name, such as pod/kubia-0.
    pub at: Option<String>,
    /// Types command lines, one a line; heredocs work; a refused line fails the scenario.
    #[serde(rename = "do")]
    pub lines: Option<String>,
    /// Types them at this moment of virtual time, counted from the beginning, and not a millisecond later: of a recording.
    pub moment: Option<String>,
    /// Files that these lines name with `-f`, by their paths; they come before those of the scenario.
    pub files: Option<BTreeMap<String, Written>>,
    /// Lets time pass until the check holds.
    pub until: Option<Check>,
    /// The deadline of `until` or `goal` in virtual time: 500ms, 30s, 2m.
    pub within: Option<String>,
    /// Stops for a prediction.
    pub ask: Option<String>,
    /// What one can choose from.
    pub choices: Option<Vec<Choice>>,
    /// What kind of answer is wanted where there are no choices.
    pub answers: Option<Answers>,
    /// Names to choose from, where a name or an order is wanted.
    pub among: Option<Vec<String>>,
    /// A number may be off by so much and is still right.
    pub near: Option<i64>,
    /// Lines played in a copy of the world; what the last one prints decides which answer is right.
    pub ahead: Option<String>,
    /// The right answer where it cannot be computed: the number of a choice from 1, a number, a name, or names in order.
    pub answer: Option<Given>,
    /// How much of what was played ahead is shown afterwards: its last seconds, 20s where nothing is said.
    pub watch: Option<String>,
    /// Hints, the weakest first; a goal has three.
    pub hints: Option<Vec<String>>,
    /// Something to be reached with one's own commands; any way that leads there counts.
    pub goal: Option<String>,
    /// Checks that all hold once the goal is reached.
    pub reached: Option<Vec<Check>>,
    /// Lines that reach the goal: `podyard test` plays them.
    pub solution: Option<String>,
    /// How many commands are enough; as many as the solution has where nothing is said.
    pub par: Option<usize>,
    /// Fails the scenario where the check does not hold.
    pub expect: Option<Check>,
    /// A chapter begins here: a name that `--from` understands.
    pub chapter: Option<String>,
    /// A note that only the speaker sees.
    pub note: Option<String>,
}

/// A file that lines name, as it is written into a scenario.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Written {
    /// Its text.
    Text(String),
    /// A folder: the paths of the files in it, each of which is a file of its own.
    Folder(Vec<String>),
    /// It cannot be read.
    Refused(Refused),
}

/// A file that cannot be read.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Refused {
    /// Why, in the words in which kubectl complains.
    pub refused: String,
}

/// The files as lines are given them.
pub(super) fn files(written: &BTreeMap<String, Written>) -> Files {
    let file = |written: &Written| match written.clone() {
        Written::Text(text) => File::Text(text),
        Written::Folder(inside) => File::Folder(inside),
        Written::Refused(Refused { refused }) => File::Refused(refused),
    };
    written.iter().map(|(path, written)| (path.clone(), file(written))).collect()
}

/// What kind of answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Answers {
    /// A whole number: what the last line of `ahead` prints.
    Number,
    /// The name of an object, such as kubia-0: what the last line of `ahead` prints, a kind before it left out.
    Name,
    /// Names in their order: the words that the last line of `ahead` prints.
    Order,
}

/// A right answer that the author gives.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Given {
    /// The number of a choice from 1, or a number.
    Number(i64),
    /// A name.
    Name(String),
    /// Names in order.
    Order(Vec<String>),
}

/// A possible answer.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The answer.
    pub text: String,
    /// It is right where this fits what the lines played ahead print; without it, where no other is.
    #[serde(default)]
    pub when: Option<Check>,
}

/// The JSON schema of a scenario's file, as text that ends with a newline.
pub fn schema() -> String {
    let schema = schemars::schema_for!(Document);
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}
