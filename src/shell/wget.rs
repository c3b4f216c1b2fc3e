//! `wget` inside a pod, as BusyBox has it.

use super::flags::{self, Args, Flag, switch, value};
use super::inside::Inside;
use super::voice::{Failure, Voice};
use crate::api::age;
use crate::sim::World;
use crate::sim::network::{self, HttpAnswer, HttpRequest, Keeps, http};

const FLAGS: &[&[Flag]] = &[&[
    switch("quiet", 'q'),
    switch("spider", '-'),
    switch("server-response", 'S'),
    switch("continue", 'c'),
    switch("no-check-certificate", '-'),
    value("output-document", 'O'),
    value("timeout", 'T'),
    value("tries", 't'),
    value("post-data", '-'),
    value("header", '-'),
    value("user-agent", 'U'),
]];

/// Fetches one URL after the other; the first that fails ends it.
pub fn ask(world: &mut World, voice: &mut Voice, words: &[String], here: &Inside) -> Result<(), Failure> {
    let args = flags::parse(words, FLAGS, "wget").map_err(|failure| complaint(&failure.text))?;
    if args.words.is_empty() {
        return Err(failed("missing URL"));
    }
    for url in &args.words {
        let body = args.get("post-data").unwrap_or_default().to_owned();
        let method = if args.get("post-data").is_some() { "POST" } else { "GET" }.to_owned();
        let answer = http(world, &HttpRequest { from: here.origin(), method, url: url.clone(), body, keeps: Keeps::Nothing, open: None });
        judge(&args, url, &answer)?;
        keep(world, &args, voice, here, url, &answer.body)?;
    }
    Ok(())
}

fn failed(words: impl std::fmt::Display) -> Failure {
    Failure { text: format!("wget: {words}"), rc: 1 }
}

fn complaint(text: &str) -> Failure {
    failed(text.lines().next().unwrap_or_default().trim_start_matches("error: "))
}

/// The host of a URL, without its port.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', ':']).next().unwrap_or(rest)
}

/// What wget says of an answer that is none, or a refusal.
fn judge(args: &Args, url: &str, answer: &HttpAnswer) -> Result<(), Failure> {
    let patience = args.get("timeout").and_then(|text| age::parse(&format!("{text}s")));
    if patience.is_some_and(|limit| limit < answer.took) {
        return Err(failed("download timed out"));
    }
    let tried = answer.tried.as_ref().map_or(host(url), |(ip, _)| ip);
    let unreachable = |why: &str| failed(format!("can't connect to remote host ({tried}): {why}"));
    match answer.error.as_ref().map(|error| error.code) {
        None if answer.status >= 400 => {
            Err(failed(format!("server returned error: HTTP/1.1 {} {}", answer.status, super::curl::phrase(answer.status))))
        }
        None => Ok(()),
        Some(1) => Err(failed(format!("not an http or ftp url: {url}"))),
        Some(6) => Err(failed(format!("bad address '{}'", host(url)))),
        Some(7) => Err(unreachable("Connection refused")),
        Some(28) => Err(unreachable("Operation timed out")),
        Some(_) => Err(failed("error getting response")),
    }
}

/// Prints what came, or keeps it in a file.
fn keep(world: &mut World, args: &Args, voice: &mut Voice, here: &Inside, url: &str, body: &str) -> Result<(), Failure> {
    if args.on("spider") {
        return Ok(());
    }
    let last = url.split_once("://").map_or(url, |(_, rest)| rest).split_once('/').map_or("", |(_, path)| path);
    let named = last.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("index.html");
    match args.get("output-document").unwrap_or(named) {
        "-" => voice.out.push_str(body),
        file => {
            let path = if file.starts_with('/') { file.to_owned() } else { format!("/{file}") };
            network::write_file(world, &here.node, here.uid, &path, body)
                .map_err(|error| failed(format!("can't open '{file}': {}", error.words())))?;
            if !args.on("quiet") {
                voice.warn(format!("saving to '{file}'\n'{file}' saved"));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::shell;
    use crate::sim::{Options, World};

    /// BusyBox: networking/wget.c, libbb/xconnect.c.
    #[test]
    fn it_speaks_busyboxs_words() {
        let mut world = World::new(Options::default());
        let mut said = |line: &str| {
            let turn = shell::run(&mut world, line, None);
            let output = shell::finish(&mut world, turn);
            (output.out, output.err)
        };
        said("kubectl run p --image=luksa/kubia --port=8080");
        said("kubectl expose po p");
        said("wait 10s");
        assert!(said("kubectl exec p -- wget -qO- http://p:8080").0.starts_with("You've hit p"));
        let ended = "command terminated with exit code 1\n";
        assert_eq!(said("kubectl exec p -- wget -qO - http://nope/x").1, format!("wget: bad address 'nope'\n{ended}"));
        assert_eq!(said("kubectl exec p -- wget -T 2 http://10.9.9.9").1, format!("wget: download timed out\n{ended}"));
        let refused = format!("wget: can't connect to remote host (127.0.0.1): Connection refused\n{ended}");
        assert_eq!(said("kubectl exec p -- wget -qO- 127.0.0.1:81").1, refused);
        assert_eq!(said("kubectl exec p -- wget p:8080").1, "saving to 'index.html'\n'index.html' saved\n");
        assert!(said("kubectl exec p -- cat /index.html").0.starts_with("You've hit p"));
    }
}
