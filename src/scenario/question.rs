//! Predictions: what can be answered, what is right, and how an answer is judged.

use super::fields::Choice;
use super::perform::perform;
use super::script::Command;
use crate::api::Span;
use crate::sim::World;
use std::fmt;

/// A prediction.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// What is asked.
    pub words: String,
    /// What it points at.
    pub at: Option<String>,
    /// What one can answer.
    pub form: Form,
    /// Which answer is right, and why.
    pub answer: Answer,
    /// Hints, the weakest first.
    pub hints: Vec<String>,
    /// How much of what was played ahead is shown afterwards.
    pub watch: Span,
}

/// What one can answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// One of these.
    Choices(Vec<Choice>),
    /// A number that may be off by so much.
    Number(i64),
    /// A name; one of these where there are any.
    Name(Vec<String>),
    /// Names in their order; these where there are any.
    Order(Vec<String>),
}

/// Where the right answer comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The author says.
    Given(Reply),
    /// Lines that are played in a copy of the world; what the last one prints decides.
    Ahead(Vec<Command>),
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A choice, from 0.
    Choice(usize),
    /// A number.
    Number(i64),
    /// A name.
    Name(String),
    /// Names in order.
    Order(Vec<String>),
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reply::Choice(choice) => write!(f, "{}", choice + 1),
            Reply::Number(number) => write!(f, "{number}"),
            Reply::Name(name) => write!(f, "{name}"),
            Reply::Order(names) => write!(f, "{}", names.join(" ")),
        }
    }
}

/// The right answer, and what the last line that was played ahead printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solved {
    /// The right answer.
    pub right: Reply,
    /// What was printed; blank where the author gives the answer.
    pub found: String,
}

/// An answer and the right one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What was answered.
    pub said: Reply,
    /// What is right.
    pub right: Reply,
    /// True where the one is as good as the other.
    pub fits: bool,
    /// What the last line that was played ahead printed.
    pub found: String,
}

/// A question as it is put: without the answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Asking {
    /// What is asked.
    pub words: String,
    /// What it points at.
    pub at: Option<String>,
    /// What can be chosen with a digit: whole answers, or the names of an order.
    pub choices: Vec<String>,
    /// What an answer is.
    pub wants: Wants,
    /// Hints, the weakest first.
    pub hints: Vec<String>,
    /// True where the answer can be shown: it was found by playing ahead.
    pub shows: bool,
}

/// What an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    /// One of the choices.
    Choice,
    /// A number that is written.
    Number,
    /// A name that is written or chosen.
    Name,
    /// Names that are chosen or written one after the other.
    Order,
}

impl Asking {
    /// True where a class can answer by a show of hands: an order and a number are called out, and written.
    pub fn by_hands(&self) -> bool {
        !self.choices.is_empty() && self.wants != Wants::Order
    }
}

impl Wants {
    /// The answer that a written text is; `None` where it is none.
    pub fn read(self, text: &str) -> Option<Reply> {
        let text = text.trim();
        match self {
            Wants::Choice => text.parse::<usize>().ok()?.checked_sub(1).map(Reply::Choice),
            Wants::Number => text.parse().ok().map(Reply::Number),
            Wants::Name => (!text.is_empty()).then(|| Reply::Name(bare(text).to_owned())),
            Wants::Order => (!text.is_empty()).then(|| Reply::Order(words(text))),
        }
    }
    /// The word for it in messages and in `--json`.
    pub fn word(self) -> &'static str {
        match self {
            Wants::Choice => "choice",
            Wants::Number => "number",
            Wants::Name => "name",
            Wants::Order => "order",
        }
    }
}

impl Question {
    /// The question as it is put. Where an order has no names of its own to choose from, the right ones are offered, sorted.
    pub fn asking(&self, solved: &Solved) -> Asking {
        let (wants, choices) = match &self.form {
            Form::Choices(choices) => (Wants::Choice, choices.iter().map(|choice| choice.text.clone()).collect()),
            Form::Number(_) => (Wants::Number, Vec::new()),
            Form::Name(among) => (Wants::Name, among.clone()),
            Form::Order(among) => (Wants::Order, offered(among, &solved.right)),
        };
        let shows = matches!(self.answer, Answer::Ahead(_));
        Asking { words: self.words.clone(), at: self.at.clone(), choices, wants, hints: self.hints.clone(), shows }
    }
    /// Judges an answer.
    pub fn judge(&self, said: Reply, solved: &Solved) -> Verdict {
        let fits = match (&self.form, &said, &solved.right) {
            (Form::Number(near), Reply::Number(said), Reply::Number(right)) => said.abs_diff(*right) <= near.unsigned_abs(),
            _ => said == solved.right,
        };
        Verdict { said, right: solved.right.clone(), fits, found: solved.found.clone() }
    }
    /// Finds the right answer by playing ahead in a copy of the world, where the author has not given it.
    pub fn solve(&self, world: &World) -> Result<Solved, String> {
        let lines = match &self.answer {
            Answer::Given(right) => return Ok(Solved { right: right.clone(), found: String::new() }),
            Answer::Ahead(lines) => lines,
        };
        let mut world = world.clone();
        let last = lines.iter().map(|line| perform(&mut world, line, &mut |_| ())).last().unwrap_or_default();
        let printed = format!("{}{}", last.out, last.err);
        let found = printed.trim_end().to_owned();
        // A choice may be right because a line is refused; no number, name or order is.
        let fine = last.rc == 0 || matches!(self.form, Form::Choices(_));
        let right = Some(&printed).filter(|_| fine).and_then(|printed| self.right(printed));
        let right = right.ok_or_else(|| format!("{} playing ahead:\n{found}", self.form.complaint()))?;
        Ok(Solved { right, found })
    }
    fn right(&self, printed: &str) -> Option<Reply> {
        match &self.form {
            Form::Choices(choices) => {
                let fits = |choice: &Choice| choice.when.as_ref().is_some_and(|when| when.fits(printed).is_ok());
                let otherwise = choices.iter().position(|choice| choice.when.is_none());
                choices.iter().position(fits).or(otherwise).map(Reply::Choice)
            }
            Form::Number(_) => Wants::Number.read(printed),
            Form::Name(_) => {
                Some(printed.trim()).filter(|text| !text.contains(char::is_whitespace)).and_then(|text| Wants::Name.read(text))
            }
            Form::Order(_) => Wants::Order.read(printed),
        }
    }
}

impl Form {
    fn complaint(&self) -> &'static str {
        match self {
            Form::Choices(_) => "no choice fits what was found by",
            Form::Number(_) => "no number, and nothing but a number, was found by",
            Form::Name(_) => "no name, and nothing but a name, was found by",
            Form::Order(_) => "no names were found by",
        }
    }
}

fn offered(among: &[String], right: &Reply) -> Vec<String> {
    let mut names = match right {
        Reply::Order(names) if among.is_empty() => names.clone(),
        _ => among.to_vec(),
    };
    if among.is_empty() {
        names.sort();
        names.dedup();
    }
    names
}

/// A name without the kind before it.
fn bare(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn words(text: &str) -> Vec<String> {
    text.split([' ', ',', '\n', '\t']).filter(|word| !word.is_empty()).map(|word| bare(word).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::script;
    use crate::sim::Options;

    fn question(form: Form, ahead: &str) -> Question {
        let answer = Answer::Ahead(script::parse(ahead).unwrap());
        Question { words: "which?".into(), at: None, form, answer, hints: Vec::new(), watch: Span::secs(20) }
    }

    fn check(form: Form, ahead: &str, right: Reply, said: &str, fits: bool) {
        let question = question(form, ahead);
        let solved = question.solve(&World::new(Options::default())).unwrap();
        assert_eq!(solved.right, right, "{ahead}");
        let said = question.asking(&solved).wants.read(said).unwrap();
        assert_eq!(question.judge(said, &solved).fits, fits, "{ahead}");
    }

    #[test]
    fn numbers_names_and_orders_are_computed_by_playing_ahead() {
        let count = "kubectl get nodes -o name | wc -l";
        check(Form::Number(0), count, Reply::Number(3), "3", true);
        check(Form::Number(1), count, Reply::Number(3), "4", true);
        check(Form::Number(0), count, Reply::Number(3), "4", false);
        let first = "kubectl get nodes -o jsonpath={.items[0].metadata.name}";
        check(Form::Name(Vec::new()), first, Reply::Name("node-1".into()), "node/node-1", true);
        let order = Reply::Order(vec!["node-1".into(), "node-2".into(), "node-3".into()]);
        check(Form::Order(Vec::new()), "kubectl get nodes -o name", order.clone(), "node-1, node-2 node-3", true);
        check(Form::Order(Vec::new()), "kubectl get nodes -o name", order, "node-2 node-1 node-3", false);
    }

    #[test]
    fn what_is_no_answer_is_told() {
        let error = question(Form::Number(0), "kubectl get nodes -o name").solve(&World::new(Options::default())).unwrap_err();
        assert!(error.starts_with("no number, and nothing but a number, was found by playing ahead:\nnode/node-1"), "{error}");
        let refused = question(Form::Order(Vec::new()), "kubectl get pod nobody").solve(&World::new(Options::default()));
        assert!(refused.unwrap_err().starts_with("no names were found by playing ahead:\nError from server (NotFound)"));
    }

    #[test]
    fn an_order_offers_its_names_sorted() {
        let question = question(Form::Order(Vec::new()), "kubectl get nodes -o name");
        let right = Reply::Order(vec!["b".into(), "a".into()]);
        assert_eq!(question.asking(&Solved { right, found: String::new() }).choices, ["a", "b"]);
    }
}
