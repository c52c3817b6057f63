//! gearexe-wire 1 over standard input and output (chapter 31): a line in, a line out.

mod commitments;
mod form;
mod hashes;
mod merkle;
mod scale;
mod stored;

use form::Refusal;
use serde_json::{json, Value as Json};
use std::io::{self, BufRead, Write};

type Apply = fn(&str, &Json) -> Option<form::Result<Json>>;

fn main() -> io::Result<()> {
    let mut output = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        if !line.trim().is_empty() {
            writeln!(output, "{}", answer_line(&line))?;
            output.flush()?;
        }
    }
    Ok(())
}

fn answer_line(line: &str) -> Json {
    let (id, mut answer) = match serde_json::from_str::<Json>(line) {
        Ok(request) => (request["id"].clone(), answer(&request)),
        Err(error) => (Json::Null, failure(format!("request: {error}"))),
    };
    answer["id"] = id;
    answer
}

/// The answer without its id.
fn answer(request: &Json) -> Json {
    let params = &request["params"];
    match request["method"].as_str() {
        Some("hello") => json!({"accepted": {"outputs": {
            "protocol": "gearexe-wire/1",
            "name": "gearexe-wire-client (Rust)",
            "version": env!("CARGO_PKG_VERSION"),
            "methods": ["hello", "apply", "batch"],
        }}}),
        Some("apply") => apply(params),
        Some("batch") => match params["requests"].as_array() {
            Some(requests) => {
                json!({"accepted": {"outputs": requests.iter().map(answer).collect::<Vec<_>>()}})
            }
            None => failure("request: 'requests' is a list"),
        },
        Some(method) => json!({"unsupported": {"what": method}}),
        None => failure("request: 'method' is a string"),
    }
}

fn apply(params: &Json) -> Json {
    let (operation, input) = (params["operation"].as_str().unwrap_or(""), &params["input"]);
    let whole = stored::apply(operation, input);
    let answers: [Apply; 3] = [hashes::apply, commitments::apply, merkle::apply];
    let one =
        |apply: &Apply| Some(apply(operation, input)?.map(|result| json!({"result": result})));
    match whole.or_else(|| answers.iter().find_map(one)) {
        Some(Ok(outputs)) => json!({"accepted": {"outputs": outputs}}),
        Some(Err(Refusal::Rejected { reason, phase })) => {
            json!({"rejected": {"reason": reason, "phase": phase, "details": {}}})
        }
        Some(Err(Refusal::Malformed(message))) => failure(format!("request: {message}")),
        None => json!({"unsupported": {"what": operation}}),
    }
}

fn failure(message: impl Into<String>) -> Json {
    json!({"failure": {"message": message.into()}})
}
