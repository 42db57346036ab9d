"""Usage: vectors.py vectors.json: runs the test vectors with the Python client."""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../../clients/python"))
import mqrpc

with open(sys.argv[1], encoding="utf-8") as file:
    vectors = json.load(file)
wrong = []
for vector in vectors["valid"]:
    data, body = bytes.fromhex(vector["bytes"]), bytes.fromhex(vector["body"])
    try:
        if mqrpc.decode(vector["kind"], data) != (vector["header"], body):
            wrong.append(f"decodes to something else: {vector['name']}")
        encoded = mqrpc.encode(vector["kind"], vector["header"], body)
        if (encoded == data) != vector["canonical"]:
            wrong.append(f"encodes to something else: {vector['name']}")
    except mqrpc.EnvelopeError as error:
        wrong.append(f"{vector['name']}: {error}")
for vector in vectors["invalid"]:
    try:
        mqrpc.decode(vector["kind"], bytes.fromhex(vector["bytes"]))
        wrong.append(f"is taken: {vector['name']}")
    except mqrpc.EnvelopeError as error:
        if error.reason != vector["reason"]:
            wrong.append(f"{error.reason} in place of {vector['reason']}: {vector['name']}")
print("\n".join(wrong + [f"{len(vectors['valid']) + len(vectors['invalid'])} vectors, {len(wrong)} wrong"]))
