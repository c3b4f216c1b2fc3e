//! The one table of what keys do; keymap, help and hints are read from it.

/// Where a key stands in the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// How time runs.
    Time,
    /// What is done to the cluster.
    Act,
    /// What is looked at.
    Look,
    /// The program itself.
    Program,
}

impl Group {
    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Group::Time => "time",
            Group::Act => "acts",
            Group::Look => "looking",
            Group::Program => "the program",
        }
    }
}

impl Row {
    /// Its name in a settings file: `scale-up`.
    pub fn setting(&self) -> String {
        let mut name = String::new();
        for letter in self.name.chars() {
            if letter.is_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.push(letter.to_ascii_lowercase());
        }
        name
    }
}

/// When a key's hint is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Always.
    Always,
    /// While something is selected.
    Selected,
    /// In the help only.
    Help,
}

/// A row of the table.
#[derive(Debug)]
pub struct Row {
    /// What it does.
    pub action: Action,
    /// Its name in the table, `ScaleUp`.
    pub name: &'static str,
    /// Names of its keys, the shown one first.
    pub keys: &'static [&'static str],
    /// One word for the hints.
    pub word: &'static str,
    /// One sentence for the help.
    pub sentence: &'static str,
    /// Where it stands in the help.
    pub group: Group,
    /// When its hint is shown.
    pub when: When,
}

macro_rules! actions {
    ($($action:ident [$($key:literal),*] $word:literal $group:ident $when:ident $sentence:literal;)*) => {
        /// What a key can do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Action { $(#[doc = $sentence] $action),* }

        /// Every action with its keys, in the order of the hints.
        pub static ACTIONS: &[Row] = &[$(Row {
            action: Action::$action, name: stringify!($action), keys: &[$($key),*], word: $word, sentence: $sentence, group: Group::$group, when: When::$when,
        }),*];
    };
}

actions! {
    Play      ["space"]              "pause"    Time    Always   "Lets time run, or holds it.";
    Step      [".", "pagedown"]      "step"     Time    Always   "The next visible change; a scenario's next step.";
    Next      ["n"]                  "next"     Time    Always   "Skips to the next thing that matters, or waited for.";
    Back      [","]                  "back"     Time    Always   "Back to the change, or the step, before.";
    ScaleUp   ["+", "="]             "scale"    Act     Always   "One more replica for the selected set.";
    ScaleDown ["-"]                  ""         Act     Help     "One replica fewer.";
    Delete    ["x"]                  "delete"   Act     Always   "Deletes what is selected; of a set, a pod.";
    Force     ["X"]                  "force"    Act     Always   "Deletes on record now, whatever still runs.";
    Cable     ["c"]                  "cable"    Act     Always   "Pulls its node's cable, or plugs it in.";
    Power     ["p"]                  "power"    Act     Always   "Takes that node's power, or boots it.";
    Fail      ["f"]                  "fail"     Act     Always   "Breaks the pod's readiness, or mends it.";
    Twin      ["t"]                  "both"     Act     Always   "Every act is done to both sets, on or off.";
    Undo      ["u"]                  "undo"     Time    Always   "Takes back the last act and what followed.";
    Redo      ["U"]                  ""         Time    Help     "Brings it back.";
    Why       ["enter", "w"]         "why"      Look    Selected "Tells why it is so, and what would free it.";
    Menu      ["a"]                  "actions"  Look    Selected "The menu of what is selected; also the right button.";
    Describe  ["d"]                  "describe" Look    Selected "kubectl describe, of what is selected.";
    Logs      ["l"]                  "logs"     Look    Selected "kubectl logs, of the pod.";
    Yaml      ["y"]                  "yaml"     Look    Selected "kubectl get -o yaml, of what is selected.";
    Edit      ["e"]                  "edit"     Act     Selected "Edits its manifest: Tab completes, Ctrl-S applies.";
    Request   ["r"]                  "request"  Act     Selected "curl: sends a request to the pod or the service.";
    Traffic   ["T"]                  "traffic"  Act     Selected "Sends it a request a second, or no more.";
    Files     ["v"]                  "files"    Look    Selected "The files on the disk, and who wrote them.";
    Command   [":"]                  "command"  Program Always   "The command line; Tab completes.";
    Filter    ["/"]                  "filter"   Look    Help     "Dims all but what has these letters in it.";
    Help      ["?"]                  "help"     Program Always   "Shows all keys.";
    Slower    ["<"]                  "slower"   Time    Help     "Time runs slower.";
    Faster    [">"]                  "faster"   Time    Help     "Time runs faster.";
    Earlier   ["["]                  "earlier"  Time    Help     "Goes ten seconds back.";
    Later     ["]"]                  "later"    Time    Help     "Goes ten seconds on.";
    Live      ["end"]                "now"      Time    Help     "Returns to the present.";
    Bookmark  ["b", "m"]             "bookmark" Time    Help     "Keeps this moment; `branch NAME` names it.";
    Return    ["B"]                  ""         Time    Help     "Back to it, or `return NAME`; again: to where one was.";
    Compare   ["C"]                  "compare"  Time    Help     "What came of this history, beside the kept one.";
    NextSpot  ["tab"]                "select"   Look    Help     "Selects the next set or node.";
    PrevSpot  ["shift-tab"]          ""         Look    Help     "Selects the one before.";
    Left      ["left", "h"]          ""         Look    Help     "Moves the selection to the left.";
    Down      ["down", "j"]          ""         Look    Help     "Moves it down.";
    Up        ["up", "k"]            ""         Look    Help     "Moves it up.";
    Right     ["right", "L"]         ""         Look    Help     "Moves it to the right.";
    Half      ["z"]                  "half"     Look    Help     "The record alone, the machines alone, or both.";
    ScrollUp  ["pageup"]             ""         Look    Help     "Scrolls the pane back; pagedown on, while there is more.";
    Answer    ["1", "2", "3", "4", "5", "6", "7", "8", "9"] "answer" Time Help "Answers a question; else runs that line of why.";
    Hint      ["H"]                  ""         Time    Help     "A scenario's next hint.";
    Chapter   ["}"]                  ""         Time    Help     "A scenario's next chapter.";
    Unchapter ["{"]                  ""         Time    Help     "The chapter before.";
    Resume    ["R"]                  ""         Time    Help     "Back to where one left a scenario's script.";
    Blank     ["o", "O"]             "blank"    Program Help     "Blanks the screen and holds time, until any key.";
    Clear     ["esc"]                ""         Look    Help     "Stops what waits, closes what is open, drops the selection.";
    Scenarios ["s"]                  "scenarios" Program Help    "Chooses a scenario.";
    Stop      ["ctrl-c"]             ""         Program Help     "Interrupts what waits; else quits.";
    Quit      ["q"]                  "quit"     Program Help     "Leaves.";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::keys::Key;
    use std::collections::BTreeSet;

    #[test]
    fn every_key_exists_and_means_one_thing() {
        let keys: Vec<Key> = ACTIONS.iter().flat_map(|row| row.keys).map(|name| Key::named(name).unwrap()).collect();
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
        assert_eq!(ACTIONS[4].setting(), "scale-up");
    }
}
