// Usage: worker [requests [responses]]

mod queues;

fn main() {
    queues::stop_on_signals();
    let incoming = queues::open(&queues::argument(1, "/mq_queue_host"), queues::READ);
    let outgoing = queues::open(&queues::argument(2, "/mq_queue_worker"), queues::WRITE);
    loop {
        let request = queues::receive(incoming);
        queues::send(outgoing, &format!("{request} processed"));
    }
}
