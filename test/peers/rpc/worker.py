"""Usage: worker.py requests dead-letter"""

import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../../clients/python"))
import mqrpc

worker = mqrpc.Worker(sys.argv[1], dead_letter=sys.argv[2], by="python")


@worker.on("reverse")
def reverse(request):
    return request.body[::-1]


@worker.on("count")
def count(request):
    for number in range(1, int(request.body) + 1):
        yield str(number)


@worker.on("meta")
def meta(request):
    return f"{request.meta['a']} {request.meta['b']}"


@worker.on("fail")
def fail(request):
    raise mqrpc.RpcError("E_OWN", "as was asked for")


@worker.on("large")
def large(request):
    return b"x" * int(request.body)


@worker.on("slow")
def slow(request):
    time.sleep(0.05)
    return b"late"


print("ready", flush=True)
worker.run()
print(" ".join(f"{name}={worker.counts[name]}" for name in ("done", "failed", "expired", "invalid", "gone")))
