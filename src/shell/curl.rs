//! `curl`, from the keyboard or from inside a pod.

use super::flags::{self, Args, Flag, switch, value};
use super::voice::{Failure, Voice};
use crate::api::{Name, age};
use crate::sim::World;
use crate::sim::network::http::{self, HttpAnswer, HttpRequest, http as send};
use crate::sim::network::{Keeps, Origin};

const FLAGS: &[&[Flag]] = &[&[
    switch("silent", 's'),
    switch("show-error", 'S'),
    switch("include", 'i'),
    switch("head", 'I'),
    switch("fail", 'f'),
    switch("location", 'L'),
    switch("insecure", 'k'),
    switch("verbose", 'v'),
    value("request", 'X'),
    value("data", 'd'),
    value("data-binary", '-'),
    value("data-raw", '-'),
    value("header", 'H'),
    value("max-time", 'm'),
    value("connect-timeout", '-'),
    value("output", 'o'),
    value("write-out", 'w'),
    value("retry", '-'),
]];

/// Asks from the keyboard.
pub fn run(world: &mut World, voice: &mut Voice, words: &[String]) -> Result<(), Failure> {
    ask(world, voice, words, Origin::Keyboard)
}

/// Asks from somewhere, one URL after the other; what is on the same host comes over the same connection.
pub fn ask(world: &mut World, voice: &mut Voice, words: &[String], from: Origin) -> Result<(), Failure> {
    let args = flags::parse(words, FLAGS, "curl").map_err(|f| complaint(&f.text))?;
    if args.words.is_empty() {
        return Err(Failure { text: "curl: (2) no URL specified\ncurl: try 'curl --help' for more information".to_owned(), rc: 2 });
    }
    let mut open: Option<(String, (Name, i32))> = None;
    for url in &args.words {
        let origin = http::origin(url);
        let again = open.take().filter(|(other, _)| *other == origin).map(|(_, connection)| connection);
        let request = HttpRequest { open: again, ..request(&args, url, from.clone()) };
        let answer = send(world, &request);
        if args.on("verbose") {
            attempt(voice, url, &request, &answer);
        }
        print(&args, voice, &answer);
        open = answer.open.map(|connection| (origin, connection));
    }
    Ok(())
}

/// pflag's complaint in curl's words.
fn complaint(text: &str) -> Failure {
    let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
    let option = first.rsplit([' ', ':']).next().unwrap_or_default();
    let words = if first.starts_with("flag needs") { "requires parameter" } else { "is unknown" };
    Failure { text: format!("curl: option {option}: {words}\ncurl: try 'curl --help' for more information"), rc: 2 }
}

fn request(args: &Args, url: &str, from: Origin) -> HttpRequest {
    let data: Vec<&str> = ["data", "data-binary", "data-raw"].into_iter().flat_map(|flag| args.all(flag)).collect();
    let implied = match (data.is_empty(), args.on("head")) {
        (false, _) => "POST",
        (true, true) => "HEAD",
        (true, false) => "GET",
    };
    let method = args.get("request").unwrap_or(implied).to_owned();
    HttpRequest { from, method, url: url.to_owned(), body: data.join("&"), keeps: Keeps::Nothing, open: None }
}

/// What curl tells of its attempt to connect. Upstream: Curl_verboseconnect, show_resolve_info.
fn attempt(voice: &mut Voice, url: &str, request: &HttpRequest, answer: &HttpAnswer) {
    if request.open.is_some() {
        voice.warn(format!("* Re-using existing connection with host {}", http::host(url)));
    }
    let Some((ip, port)) = &answer.tried else { return };
    let host = http::host(url);
    if host != **ip {
        voice.warn(format!("* Host {host}:{port} was resolved.\n* IPv6: (none)\n* IPv4: {ip}"));
    }
    voice.warn(format!("*   Trying {ip}:{port}..."));
    if answer.status > 0 {
        voice.warn(format!("* Connected to {host} ({ip}) port {port}"));
    }
}

fn print(args: &Args, voice: &mut Voice, answer: &HttpAnswer) {
    let quiet = args.on("silent") && !args.on("show-error");
    let mut fail = |code: i32, text: String| {
        voice.rc = code;
        if !quiet {
            voice.warn(format!("curl: ({code}) {text}"));
        }
    };
    let patience = args.get("max-time").and_then(|text| age::parse(&format!("{text}s")));
    if let Some(limit) = patience.filter(|limit| *limit < answer.took) {
        return fail(28, format!("Operation timed out after {} milliseconds with 0 bytes received", limit.0));
    }
    if let Some(error) = &answer.error {
        return fail(error.code, error.text.clone());
    }
    if args.on("fail") && answer.status >= 400 {
        return fail(22, format!("The requested URL returned error: {}", answer.status));
    }
    if args.on("include") || args.on("head") {
        let length = answer.body.len();
        voice.say(format!("HTTP/1.1 {} {}\nContent-Length: {length}\n", answer.status, phrase(answer.status)));
    }
    if !args.on("head") && args.get("output").is_none() {
        voice.out.push_str(&answer.body);
    }
    if let Some(format) = args.get("write-out") {
        voice.out.push_str(&format.replace("%{http_code}", &answer.status.to_string()).replace("\\n", "\n"));
    }
}

/// The words that go with an HTTP status code.
pub fn phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    }
}
