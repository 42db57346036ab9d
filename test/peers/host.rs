// Usage: host [requests [responses [tasks]]]

mod queues;

fn main() {
    let requests = queues::argument(1, "/mq_queue_host");
    let responses = queues::argument(2, "/mq_queue_worker");
    let tasks: u32 = queues::argument(3, "1").parse().expect("a number of tasks");
    let outgoing = queues::open(&requests, queues::WRITE);
    let incoming = queues::open(&responses, queues::READ);
    for task in 1..=tasks {
        queues::send(outgoing, &format!("task-{task}"));
        queues::receive(incoming);
    }
    queues::unlink(&requests);
    queues::unlink(&responses);
}
