//! `dig` and `nslookup`: questions to the cluster's DNS, printed as the tools print them.

use super::voice::{Failure, Voice};
use crate::api::Time;
use crate::sim::World;
use crate::sim::network::dns::{Data, Rcode, Record};
use crate::sim::network::{DnsAnswer, RecordType, ask as question, resolve_short};
use crate::sim::transit::Place;

const VERSION: &str = "9.18.30";
const SERVER: &str = "10.96.0.10";

/// What was asked, and what is to be shown of the answer.
struct Query {
    name: String,
    kind: RecordType,
    short: bool,
    search: bool,
    sections: [bool; 4],
}

const COMMENTS: usize = 0;
const QUESTION: usize = 1;
const ANSWER: usize = 2;
const OTHERS: usize = 3;

/// Asks from the keyboard, which sees the cluster's DNS.
pub fn run(world: &mut World, voice: &mut Voice, words: &[String]) -> Result<(), Failure> {
    ask(world, voice, words, &Place::Client)
}

/// Asks from somewhere.
pub fn ask(world: &mut World, voice: &mut Voice, words: &[String], from: &Place) -> Result<(), Failure> {
    let mut query = parse(words)?;
    if query.search && !query.name.ends_with('.') {
        query.name = resolve_short(world, &query.name, query.kind, "default").0;
    }
    let answer = question(world, from, &query.name, query.kind);
    if query.short {
        answer.answers.iter().for_each(|record| voice.say(record.data.to_string()));
        return Ok(());
    }
    print(world.now(), voice, words, &query, &answer);
    Ok(())
}

fn parse(words: &[String]) -> Result<Query, Failure> {
    let mut query = Query { name: ".".to_owned(), kind: RecordType::A, short: false, search: false, sections: [true; 4] };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "+short" => query.short = true,
            "+search" => query.search = true,
            "+noall" => query.sections = [false; 4],
            "+all" => query.sections = [true; 4],
            "+answer" => query.sections[ANSWER] = true,
            "+noanswer" => query.sections[ANSWER] = false,
            "+nocomments" | "+nostats" | "+nocmd" => query.sections[COMMENTS] = false,
            "+noquestion" => query.sections[QUESTION] = false,
            "+noadditional" | "+noauthority" => query.sections[OTHERS] = false,
            "-x" => {
                let address = words.next().map(String::as_str).unwrap_or_default();
                query.name = format!("{}.in-addr.arpa", address.split('.').rev().collect::<Vec<_>>().join("."));
                query.kind = RecordType::Ptr;
            }
            "-t" | "-q" | "IN" => {}
            option if option.starts_with(['+', '@']) => {}
            option if option.starts_with('-') => return Err(Failure { text: format!("Invalid option: {option}"), rc: 1 }),
            word => match RecordType::by_name(word).filter(|_| !word.contains('.')) {
                Some(kind) => query.kind = kind,
                None => query.name = word.to_owned(),
            },
        }
    }
    Ok(query)
}

fn print(now: Time, voice: &mut Voice, words: &[String], query: &Query, answer: &DnsAnswer) {
    let full = query.sections[COMMENTS];
    if full {
        header(now, voice, words, answer);
    }
    if query.sections[QUESTION] {
        let name = format!(";{}.", query.name.trim_end_matches('.'));
        voice.say(format!(";; QUESTION SECTION:\n{}\n", columns(&[(&name, 32), ("IN", 40), (query.kind.name(), 0)])));
    }
    let sections =
        [(ANSWER, "ANSWER", &answer.answers), (OTHERS, "AUTHORITY", &answer.authority), (OTHERS, "ADDITIONAL", &answer.additional)];
    for (_, title, records) in sections.iter().filter(|(i, _, records)| query.sections[*i] && !records.is_empty()) {
        if full {
            voice.say(format!(";; {title} SECTION:"));
        }
        records.iter().for_each(|r| voice.say(record(r)));
        if full {
            voice.say("");
        }
    }
    if full {
        let size = 12 + query.name.len() + 16 * (answer.answers.len() + answer.additional.len() + answer.authority.len());
        voice.say(format!(
            ";; Query time: 5 msec\n;; SERVER: {SERVER}#53({SERVER}) (UDP)\n;; WHEN: {}\n;; MSG SIZE  rcvd: {size}\n",
            when(now)
        ));
    }
}

fn header(now: Time, voice: &mut Voice, words: &[String], answer: &DnsAnswer) {
    let id = now.0.rem_euclid(65_521);
    let counts = format!(
        "QUERY: 1, ANSWER: {}, AUTHORITY: {}, ADDITIONAL: {}",
        answer.answers.len(),
        answer.authority.len(),
        answer.additional.len() + 1
    );
    voice.say(format!("\n; <<>> DiG {VERSION} <<>> {}\n;; global options: +cmd\n;; Got answer:", words.join(" ")));
    voice.say(format!(";; ->>HEADER<<- opcode: QUERY, status: {}, id: {id}", answer.rcode.text()));
    // Of names outside its zone the server only says that it failed.
    let authority = if answer.rcode == Rcode::ServFail { "" } else { " aa" };
    voice.say(format!(";; flags: qr{authority} rd; {counts}\n;; WARNING: recursion requested but not available\n"));
    voice.say(";; OPT PSEUDOSECTION:\n; EDNS: version: 0, flags:; udp: 1232");
}

/// `Thu Jan 01 09:00:00 UTC 2026`.
fn when(now: Time) -> String {
    let text = now.rfc1123z();
    let parts: Vec<&str> = text.split([' ', ',']).filter(|p| !p.is_empty()).collect();
    match parts.as_slice() {
        [weekday, day, month, year, clock, _] => format!("{weekday} {month} {day} {clock} UTC {year}"),
        _ => text,
    }
}

/// A record in dig's columns.
fn record(record: &Record) -> String {
    let ttl = record.ttl.to_string();
    columns(&[(&record.name, 24), (&ttl, 32), ("IN", 40), (record.data.record_type().name(), 48), (&record.data.to_string(), 0)])
}

/// Cells, each followed by tabs up to its column, or by one space where it is already past it.
fn columns(cells: &[(&str, usize)]) -> String {
    let mut line = String::new();
    let mut at = 0usize;
    for (i, (cell, column)) in cells.iter().enumerate() {
        line.push_str(cell);
        at += cell.len();
        if i + 1 == cells.len() {
            break;
        }
        if at >= *column {
            line.push(' ');
            at += 1;
        } else {
            line.push_str(&"\t".repeat(column / 8 - at / 8));
            at = *column;
        }
    }
    line
}

/// `nslookup NAME` as busybox prints it.
pub fn nslookup(world: &mut World, voice: &mut Voice, words: &[String], namespace: &str) -> Result<(), Failure> {
    let Some(name) = words.iter().find(|w| !w.starts_with('-')) else {
        return Err(Failure { text: "usage: nslookup NAME".to_owned(), rc: 1 });
    };
    let kind = words.iter().find_map(|w| RecordType::by_name(w.rsplit_once('=')?.1)).unwrap_or(RecordType::A);
    let (full, answer) = resolve_short(world, name, kind, namespace);
    voice.say(format!("Server:\t\t{SERVER}\nAddress:\t{SERVER}#53\n"));
    if answer.rcode != Rcode::NoError || answer.answers.is_empty() {
        voice.say(format!("** server can't find {name}: {}", answer.rcode.text()));
        voice.rc = 1;
        return Ok(());
    }
    for record in &answer.answers {
        match &record.data {
            Data::A(address) => voice.say(format!("Name:\t{}\nAddress: {address}", full.trim_end_matches('.'))),
            Data::Srv(..) => voice.say(format!("{}\tservice = {}", full.trim_end_matches('.'), record.data)),
            other => voice.say(format!("{}\t{other}", full.trim_end_matches('.'))),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::columns;

    #[test]
    fn columns_as_dig_sets_them() {
        let line = columns(&[("kubia.default.svc.cluster.local.", 24), ("30", 32), ("IN", 40), ("SRV", 48), ("0 50 80 x.", 0)]);
        assert_eq!(line, "kubia.default.svc.cluster.local. 30 IN\tSRV\t0 50 80 x.");
        assert_eq!(
            columns(&[("google.com.", 24), ("300", 32), ("IN", 40), ("A", 48), ("1.2.3.4", 0)]),
            "google.com.\t\t300\tIN\tA\t1.2.3.4"
        );
    }
}
