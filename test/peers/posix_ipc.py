"""A stand-in for posix_ipc where that is not installed: those of its calls that docs/migrating.md makes."""

import ctypes
import errno
import os
import time

from queues import Attributes, libc

O_CREAT = os.O_CREAT


class Error(Exception):
    pass


class BusyError(Error):
    pass


class Time(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


class MessageQueue:
    def __init__(self, name, flags=0, mode=0o600, max_messages=10, max_message_size=8192):
        attributes = Attributes(maxmsg=max_messages, msgsize=max_message_size)
        self.name = name
        self.max_message_size = max_message_size
        self.mqd = self._check(
            libc.mq_open(name.encode(), os.O_RDWR | flags, mode, ctypes.byref(attributes))
        )

    def receive(self, timeout=None):
        buffer = ctypes.create_string_buffer(self.max_message_size)
        priority = ctypes.c_uint()
        parameters = [self.mqd, buffer, len(buffer), ctypes.byref(priority)]
        if timeout is None:
            size = libc.mq_receive(*parameters)
        else:
            seconds, nanoseconds = divmod(time.time_ns() + int(timeout * 1e9), 10**9)
            until = Time(seconds, nanoseconds)
            size = libc.mq_timedreceive(*parameters, ctypes.byref(until))
        return buffer.raw[: self._check(size)], priority.value

    def close(self):
        self._check(libc.mq_close(self.mqd))

    def unlink(self):
        self._check(libc.mq_unlink(self.name.encode()))

    @staticmethod
    def _check(result):
        if result >= 0:
            return result
        code = ctypes.get_errno()
        if code == errno.ETIMEDOUT:
            raise BusyError("Queue is empty")
        raise Error(os.strerror(code))
