// Usage: host requests

#[path = "../../../clients/rust/mqrpc.rs"]
mod mqrpc;

use mqrpc::{Error, Host, Options};
use std::time::Duration;

fn method(name: &str) -> Options<'_> {
    Options {
        method: name,
        timeout: Duration::from_secs(20),
        meta: &[("a", "1"), ("b", "é\"")],
        ..Default::default()
    }
}

fn run() -> Result<(), Error> {
    let mut host = Host::new(&std::env::args().nth(1).expect("a queue"), Default::default())?;
    for (name, body) in [("reverse", "abc"), ("reverse", ""), ("reverse", "\n\n1"), ("meta", ""), ("count", "9")] {
        let reply = host.request(body.as_bytes(), &method(name))?;
        println!("{name}: {}", String::from_utf8_lossy(&reply).replace('\n', "|"));
    }
    for (label, body) in [("count", "20"), ("none", "0")] {
        let mut line = format!("{label}:");
        host.request_many(body.as_bytes(), &method("count"), |reply| {
            line = format!("{line} {}", String::from_utf8_lossy(&reply));
        })?;
        println!("{line}");
    }
    for (name, body) in [("fail", ""), ("missing", ""), ("large", "500")] {
        if let Err(Error::Rpc(error)) = host.request(body.as_bytes(), &method(name)) {
            println!("{name}: {}", error.code);
        }
    }
    host.notify(b"", &method("reverse"))?;
    let soon = Options { timeout: Duration::from_millis(10), ..method("slow") };
    if let Err(Error::Timeout(_)) = host.request(b"", &soon) {
        println!("slow: timeout");
    }
    let reply = host.request(b"done", &method("reverse"))?;
    println!("reverse: {}", String::from_utf8_lossy(&reply));
    println!("late: {}", host.late);
    Ok(())
}

fn main() -> Result<(), Error> {
    mqrpc::stop_on_signals();
    match run() {
        Err(Error::Stopped) => Ok(()),
        result => result,
    }
}
