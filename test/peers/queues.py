"""What the Python host and worker share: the C library's queue functions over ctypes."""

import ctypes
import os
import signal
import sys

MESSAGES = 1
SIZE = 512
MODE = 0o600


class Attributes(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_long) for name in ("flags", "maxmsg", "msgsize", "curmsgs", *("r" + str(i) for i in range(4)))
    ]


try:
    libc = ctypes.CDLL("librt.so.1", use_errno=True)
    libc.mq_open
except (OSError, AttributeError):
    libc = ctypes.CDLL(None, use_errno=True)

libc.mq_send.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint]
libc.mq_receive.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_void_p]
libc.mq_receive.restype = ctypes.c_ssize_t


def check(result, call):
    if result < 0:
        error = ctypes.get_errno()
        sys.exit(f"{call}: {os.strerror(error)}")
    return result


def stop_on_signals():
    # The blocking call ends with EINTR, and then this handler runs.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))


def open_queue(name, access):
    attributes = Attributes(maxmsg=MESSAGES, msgsize=SIZE)
    queue = libc.mq_open(name.encode(), access | os.O_CREAT, MODE, ctypes.byref(attributes))
    return check(queue, "mq_open")


def send(queue, text):
    print(f"Sending message '{text}'", flush=True)
    data = text.encode()
    check(libc.mq_send(queue, data, len(data), 0), "mq_send")


def receive(queue):
    buffer = ctypes.create_string_buffer(SIZE)
    size = check(libc.mq_receive(queue, buffer, SIZE, None), "mq_receive")
    text = buffer.raw[:size].decode()
    print(f"Received message '{text}'", flush=True)
    return text


def unlink(name):
    check(libc.mq_unlink(name.encode()), "mq_unlink")


def argument(index, standard):
    return sys.argv[index] if len(sys.argv) > index else standard
