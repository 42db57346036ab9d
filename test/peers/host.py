"""Usage: host.py [requests [responses [tasks]]]"""

import os

import queues

requests = queues.argument(1, "/mq_queue_host")
responses = queues.argument(2, "/mq_queue_worker")
outgoing = queues.open_queue(requests, os.O_WRONLY)
incoming = queues.open_queue(responses, os.O_RDONLY)
for task in range(1, int(queues.argument(3, "1")) + 1):
    queues.send(outgoing, f"task-{task}")
    queues.receive(incoming)
queues.unlink(requests)
queues.unlink(responses)
