"""Usage: host.py requests"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../../clients/python"))
import mqrpc

mqrpc.end_on_signals()
with mqrpc.Host(sys.argv[1]) as host:
    for method, body in (("reverse", "abc"), ("reverse", ""), ("reverse", "\n\n1"), ("meta", ""), ("count", "9")):
        reply = host.request(body, method=method, timeout=20, meta={"a": "1", "b": 'é"'})
        print(f"{method}: {reply.decode()!s}".replace("\n", "|"))
    print("count:", *(reply.decode() for reply in host.request_many("20", method="count", timeout=20)))
    print("none:", *(reply.decode() for reply in host.request_many("0", method="count", timeout=20)))
    for method, body in (("fail", ""), ("missing", ""), ("large", "500")):
        try:
            host.request(body, method=method, timeout=20)
        except mqrpc.RpcError as error:
            print(f"{method}: {error.code}")
    host.notify("", method="reverse")
    try:
        host.request("", method="slow", timeout=0.01)
    except TimeoutError:
        print("slow: timeout")
    print("reverse:", host.request("done", method="reverse", timeout=20).decode())
    print("late:", host.late)
