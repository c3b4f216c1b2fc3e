//! `traffic`: a request sent again and again, and where it lands.

use super::flags::{self, Args, Flag, switch, value};
use super::voice::{Failure, Voice};
use crate::api::{Pod, Span, age, table};
use crate::sim::network::traffic::{Flow, Traffic, Who};
use crate::sim::network::{HttpRequest, Keeps, Responder};
use crate::sim::{Act, World};

const FLAGS: &[&[Flag]] = &[&[value("every", '-'), value("data", 'd'), value("dns-cache", '-'), switch("stop", '-')]];

/// From one request to the next where nothing is said.
const EVERY: Span = Span::secs(1);

/// `traffic URL --every 500ms --dns-cache ttl`, `traffic`, `traffic --stop`.
pub fn run(world: &mut World, voice: &mut Voice, words: &[String]) -> Result<(), Failure> {
    let args = flags::parse(words, FLAGS, "traffic")?;
    let asks = ["every", "data", "dns-cache"].iter().any(|flag| args.get(flag).is_some());
    match (args.words.as_slice(), args.on("stop"), asks) {
        ([url], false, _) => begin(world, voice, url, &args),
        ([], true, false) => stop(world, voice),
        ([], false, false) => {
            let none = || Failure::plain("traffic: there is none; traffic URL begins some");
            world.traffic().map(|traffic| tell(world, voice, traffic)).ok_or_else(none)
        }
        _ => Err(Failure {
            text: "usage: traffic URL [--every 1s] [-d DATA] [--dns-cache ttl|forever] | traffic [--stop]".to_owned(),
            rc: 2,
        }),
    }
}

fn begin(world: &mut World, voice: &mut Voice, url: &str, args: &Args) -> Result<(), Failure> {
    let every = match args.get("every") {
        Some(text) => age::parse(text).ok_or_else(|| wrong(&format!("invalid duration {text:?}: write 500ms, 1s or 1m")))?,
        None => EVERY,
    };
    let keeps = match args.get("dns-cache") {
        Some(text) => Keeps::by_name(text).ok_or_else(|| wrong(&format!("invalid dns-cache {text:?}: write off, ttl or forever")))?,
        None => Keeps::Nothing,
    };
    let data: Vec<&str> = args.all("data").collect();
    let request = if data.is_empty() { HttpRequest::get(url) } else { HttpRequest::post(url, data.join("&")) };
    let flow = Flow { request: HttpRequest { keeps, ..request }, every };
    world.apply(Act::Traffic(Some(flow))).map_err(|refusal| wrong(&refusal.message))?;
    let often = age::go_duration(every);
    voice.say(format!("a request every {often} from now on; `traffic` tells where they land, `traffic --stop` ends it"));
    Ok(())
}

fn wrong(text: &str) -> Failure {
    Failure { text: format!("traffic: {text}"), rc: 2 }
}

fn stop(world: &mut World, voice: &mut Voice) -> Result<(), Failure> {
    let traffic = world.traffic().cloned();
    world.apply(Act::Traffic(None)).map_err(|refusal| Failure::plain(format!("traffic: {}", refusal.message)))?;
    traffic.iter().for_each(|traffic| tell(world, voice, traffic));
    Ok(())
}

/// `GET http://kubia-public/ every 1s, dns-cache ttl`.
fn head(flow: &Flow) -> String {
    let HttpRequest { method, url, keeps, .. } = &flow.request;
    let cache = if *keeps == Keeps::Nothing { String::new() } else { format!(", dns-cache {}", keeps.name()) };
    format!("{method} {url} every {}{cache}", age::go_duration(flow.every))
}

fn tell(world: &World, voice: &mut Voice, traffic: &Traffic) {
    voice.say(format!("{}, for {}", head(traffic.flow()), age::age(world.now() - traffic.since())));
    let rows: Vec<Vec<String>> = traffic
        .tally()
        .into_iter()
        .map(|count| {
            let who = match &count.who {
                Who::Process(by) => process(world, by),
                Who::Nobody(why) => format!("nobody: {why}"),
            };
            vec![who, count.times.to_string(), age::age(world.now() - count.last)]
        })
        .collect();
    if rows.is_empty() {
        voice.say("nothing has landed yet");
    } else {
        voice.out.push_str(&table::write(&["WHO", "ANSWERS", "LAST"], &rows, true));
    }
}

/// The pod and the node that answered, and what has become of that process where namesakes must be told apart.
fn process(world: &World, by: &Responder) -> String {
    let place = if &*by.pod.namespace == "default" { String::new() } else { format!("{}/", by.pod.namespace) };
    let lives = world.machine(&by.node).and_then(|machine| machine.processes.get(&by.uid)).is_some_and(|process| process.is_alive());
    let on_record = world.get::<Pod>(&by.pod).is_some_and(|pod| pod.metadata.uid == by.uid);
    let fate = match (lives, on_record) {
        (false, _) => ", ended",
        (true, false) => ", erased on record",
        (true, true) => "",
    };
    format!("{place}{} on {}{fate}", by.pod.name, by.node)
}

#[cfg(test)]
mod tests {
    use crate::shell::{finish, run};
    use crate::sim::{Options, World};

    fn said(world: &mut World, line: &str, stdin: Option<&str>) -> String {
        let turn = run(world, line, stdin);
        let output = finish(world, turn);
        output.out + &output.err
    }

    /// A set of two and its service, at rest.
    fn served() -> World {
        let manifests = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: kubia}\nspec:\n  serviceName: kubia\n  replicas: 2\n  \
            selector: {matchLabels: {app: kubia}}\n  template:\n    metadata: {labels: {app: kubia}}\n    spec: {containers: [{name: \
            main, image: luksa/kubia, ports: [{containerPort: 8080}]}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n\
            spec: {selector: {app: kubia}, ports: [{port: 80, targetPort: 8080}]}\n";
        let mut world = World::new(Options::default());
        said(&mut world, "kubectl apply -f -", Some(manifests));
        said(&mut world, "settle", None);
        world
    }

    #[test]
    fn a_tally_tells_who_answered() {
        let mut world = served();
        let mut say = |line: &str| said(&mut world, line, None);
        assert_eq!(
            say("traffic http://web/ --every 500ms"),
            "a request every 500ms from now on; `traffic` tells where they land, `traffic --stop` ends it\n"
        );
        assert_eq!(say("traffic"), "GET http://web/ every 500ms, for 0s\nnothing has landed yet\n");
        say("wait 9900ms");
        let told = say("traffic");
        let lines: Vec<Vec<&str>> = told.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[1], ["WHO", "ANSWERS", "LAST"]);
        assert_eq!((lines[2][..2].join(" "), lines[3][..2].join(" ")), ("kubia-0 on".to_owned(), "kubia-1 on".to_owned()));
        let answers: i32 = lines[2..].iter().map(|words| words[3].parse::<i32>().unwrap()).sum();
        assert_eq!(answers, 20);
        assert_eq!(say("traffic --stop"), told);
        assert_eq!(say("traffic"), "traffic: there is none; traffic URL begins some\n");
    }

    #[test]
    fn namesakes_and_failures_have_rows_of_their_own() {
        let mut world = served();
        let mut say = |line: &str| said(&mut world, line, None);
        let place = say("kubectl get pod kubia-1 -o jsonpath={.spec.nodeName}");
        say("traffic http://web/");
        say("wait 20s");
        say(&format!("disconnect {place}"));
        say("wait 60s");
        say("kubectl delete pod kubia-1 --force --grace-period=0");
        say("wait 30s");
        let told = say("traffic");
        let rows: Vec<&str> = told.lines().skip(2).collect();
        assert!(rows.len() == 3 && rows[0].starts_with("kubia-0 on "), "{told}");
        assert!(rows.iter().any(|row| row.starts_with(&format!("kubia-1 on {place}, erased on record "))), "{told}");
        say("traffic http://nowhere/ -d hello");
        say("wait 1500ms");
        assert_eq!(
            say("traffic --stop"),
            "POST http://nowhere/ every 1s, for 1s\nWHO                             ANSWERS   LAST\n\
            nobody: the host is not known   2         0s\n"
        );
    }

    #[test]
    fn what_is_typed_wrongly_is_told() {
        let mut world = World::new(Options::default());
        let mut say = |line: &str| said(&mut world, line, None);
        let usage = "usage: traffic URL [--every 1s] [-d DATA] [--dns-cache ttl|forever] | traffic [--stop]\n";
        for line in ["traffic --every 1s", "traffic a b", "traffic --stop a", "traffic --stop -d x", "traffic --dns-cache ttl"] {
            assert_eq!(say(line), usage, "{line}");
        }
        assert_eq!(say("traffic --stop"), "traffic: there is no traffic to stop\n");
        assert_eq!(say("traffic ftp://web/"), "traffic: Protocol \"ftp\" not supported\n");
        assert_eq!(say("traffic web --every 99ms"), "traffic: every 99ms is too often: 100ms is the least\n");
        assert_eq!(say("traffic web --every soon"), "traffic: invalid duration \"soon\": write 500ms, 1s or 1m\n");
        assert_eq!(say("traffic web --dns-cache long"), "traffic: invalid dns-cache \"long\": write off, ttl or forever\n");
        assert_eq!(say("traffic --fast web"), "error: unknown flag: --fast\nSee 'traffic --help' for usage.\n");
        assert!(world.traffic().is_none());
    }
}
