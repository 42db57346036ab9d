"""One side of a benchmark in Python: the C library's blocking calls through ctypes.

peer.py ROLE THERE BACK SIZE WARMUP COUNT, as contenders/c/peer.c has them.
"""

import ctypes
import os
import sys
import time

librt = ctypes.CDLL("librt.so.1", use_errno=True)
librt.mq_open.argtypes = [ctypes.c_char_p, ctypes.c_int]
librt.mq_send.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint]
librt.mq_receive.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_void_p]
librt.mq_receive.restype = ctypes.c_ssize_t


def check(result):
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def open_queue(name, access):
    return check(librt.mq_open(name.encode(), access))


def main():
    role, there_name, back_name = sys.argv[1:4]
    size, warmup, count = map(int, sys.argv[4:7])
    message = b"x" * size
    buffer = ctypes.create_string_buffer(8192)

    def send(queue):
        check(librt.mq_send(queue, message, size, 0))

    def receive(queue):
        length = check(librt.mq_receive(queue, buffer, len(buffer), None))
        return buffer.raw[:length] if length > 256 else buffer[:length]

    start = 0.0
    if role == "send":
        there = open_queue(there_name, os.O_WRONLY)
        for _ in range(warmup + count):
            send(there)
    elif role == "echo":
        there = open_queue(there_name, os.O_RDONLY)
        back = open_queue(back_name, os.O_WRONLY)
        for _ in range(warmup + count):
            check(librt.mq_send(back, receive(there), size, 0))
    elif role == "receive":
        there = open_queue(there_name, os.O_RDONLY)
        for index in range(warmup + count):
            if index == warmup:
                start = time.monotonic()
            receive(there)
    else:
        there = open_queue(there_name, os.O_WRONLY)
        back = open_queue(back_name, os.O_RDONLY)
        for index in range(warmup + count):
            if index == warmup:
                start = time.monotonic()
            send(there)
            receive(back)
    if role in ("receive", "ping"):
        print('{"seconds": %.9f}' % (time.monotonic() - start))


main()
