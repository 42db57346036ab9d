// Usage: worker requests dead-letter

#[path = "../../../clients/rust/mqrpc.rs"]
mod mqrpc;

use mqrpc::{Error, RpcError, Worker};

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().collect();
    mqrpc::stop_on_signals();
    let mut worker = Worker::new(&arguments[1], Default::default())?;
    worker.dead_letter = Some(arguments[2].clone());
    worker.by = "rust".to_string();
    worker.on("reverse", |request, _| Ok(request.body.iter().rev().copied().collect()));
    worker.on("count", |request, replies| {
        for number in 1..=request.text()?.parse::<u32>().unwrap_or(0) {
            replies.more(number.to_string().as_bytes())?;
        }
        Ok(Vec::new())
    });
    worker.on("meta", |request, _| {
        let value = |key| request.meta(key).unwrap_or("");
        Ok(format!("{} {}", value("a"), value("b")).into_bytes())
    });
    worker.on("fail", |_, _| Err(RpcError::new("E_OWN", "as was asked for")));
    worker.on("large", |request, _| Ok(vec![b'x'; request.text()?.parse().unwrap_or(0)]));
    worker.on("slow", |_, _| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        Ok(b"late".to_vec())
    });
    println!("ready");
    worker.run()?;
    let counts = &worker.counts;
    println!(
        "done={} failed={} expired={} invalid={} gone={}",
        counts.done, counts.failed, counts.expired, counts.invalid, counts.gone
    );
    Ok(())
}
