"""Usage: worker.py [requests [responses]]"""

import os

import queues

queues.stop_on_signals()
incoming = queues.open_queue(queues.argument(1, "/mq_queue_host"), os.O_RDONLY)
outgoing = queues.open_queue(queues.argument(2, "/mq_queue_worker"), os.O_WRONLY)
while True:
    queues.send(outgoing, queues.receive(incoming) + " processed")
