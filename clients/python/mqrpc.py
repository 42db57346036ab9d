"""Request and reply over POSIX message queues: a worker and a host of the protocol MQ1 in one file.

Python 3.8 or later on Linux, nothing else. Copy it. The protocol: docs/protocol.md of posix-mqueue.

A worker:

    import mqrpc

    worker = mqrpc.Worker("/jobs")

    @worker.on("upper")
    def upper(request):
        return request.body.upper()

    @worker.on("count")              # a generator: several replies
    def count(request):
        for number in range(int(request.body)):
            yield str(number)

    worker.run()                     # until SIGINT or SIGTERM

A host:

    import mqrpc

    mqrpc.end_on_signals()           # SIGINT and SIGTERM leave the with, which removes the host's queue
    with mqrpc.Host("/jobs") as host:
        print(host.request("hello", method="upper", timeout=5))
        for reply in host.request_many("3", method="count"):
            print(reply)
"""

import collections
import ctypes
import errno
import json
import os
import re
import secrets
import select
import signal
import time
import types

HEADER_LIMIT = 1024
SAFE_INTEGER = 2**53 - 1
FIRST_MESSAGES = 10  # of a request queue that is not there yet
FIRST_SIZE = 2048
REPLY_MESSAGES = 4
FULL_WAIT = 1.0  # seconds that a worker waits for room in a reply queue


# The envelope -------------------------------------------------------------------------------------


class EnvelopeError(ValueError):
    """Bytes that are no envelope, or what none can be made of. `reason` is one word for programs."""

    def __init__(self, reason, text):
        super().__init__(f"no MQ1 envelope ({reason}): {text}")
        self.reason = reason


def _text(pattern, most):
    expression = re.compile(pattern, re.DOTALL)

    def check(value):
        if not isinstance(value, str) or not expression.fullmatch(value):
            return False
        return len(value.encode("utf-8", "surrogatepass")) <= most

    return check


_CONTROL = r"\x00-\x1f\x7f-\x9f\ud800-\udfff"
_word = _text(r"[!-~]+", 64)
_words = _text(f"[^{_CONTROL}]+", 64)
_prose = _text(r"[^\ud800-\udfff]*", 512)
_any_text = _text(r"[^\ud800-\udfff]*", 2**31)


def _integer(most):
    # True and False are integers to Python.
    return lambda value: type(value) is int and 0 <= value <= most


def _queue(value):
    if not isinstance(value, str) or not re.fullmatch(r"/[^/\x00\ud800-\udfff]+", value):
        return False
    return value not in ("/.", "/..") and len(value.encode()) <= 256


def _meta(value):
    return isinstance(value, dict) and len(value) <= 32 and all(_words(k) and _any_text(v) for k, v in value.items())


def _error(value):
    return isinstance(value, dict) and _word(value.get("code")) and _prose(value.get("message"))


def _dead(value):
    checks = {"error": _prose, "from": _queue, "attempts": _integer(65535), "at": _integer(SAFE_INTEGER)}
    return isinstance(value, dict) and _word(value.get("reason")) and _all_fit(value, checks) is None


def _all_fit(members, checks):
    """The first member that is wrong, or None."""
    return next((name for name, fits in checks.items() if name in members and not fits(members[name])), None)


_REQUEST = {
    "id": _word,
    "replyTo": _queue,
    "method": _text(f"[^{_CONTROL}]+", 128),
    "deadline": _integer(SAFE_INTEGER),
    "attempt": _integer(65535),
    "contentType": _text(r"[ -~]+", 128),
    "traceparent": _text(r"[ -~]+", 128),
    "tracestate": _text(r"[ -~]+", 512),
    "meta": _meta,
}
_REPLY = {
    "id": _word,
    "more": lambda value: isinstance(value, bool),
    "attempt": _integer(65535),
    "error": _error,
    "by": _words,
    "contentType": _text(r"[ -~]+", 128),
}
_DEAD = {"dead": _dead}
_DEAD_LETTER = ("reason", "error", "from", "attempts", "at")
_MEMBERS = {"request": _REQUEST, "reply": _REPLY, "dead": _DEAD}


def _check(kind, members):
    def refuse(member, text="it is wrong, or missing"):
        raise EnvelopeError(member, f"'{member}': {text}")

    if kind == "request" and "replyTo" in members and "id" not in members:
        refuse("id", "a request that wants a reply needs one")
    for required in {"reply": ["id"], "dead": ["dead"]}.get(kind, []):
        if required not in members:
            refuse(required)
    wrong = _all_fit(members, _MEMBERS[kind])
    if wrong is not None:
        refuse(wrong)
    if kind == "reply" and members.get("more") and "error" in members:
        refuse("more", "an error is the last reply")


def _object(pairs):
    if any(key == "__proto__" for key, _ in pairs):
        raise EnvelopeError("proto", "a key __proto__")
    return dict(pairs)


def _no_constant(name):
    raise ValueError(f"{name} is no JSON")


def _parse_header(line):
    try:
        text = line.decode("utf-8")
        members = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
        if "\\u" in text:  # only an escape can bring half of a surrogate pair
            json.dumps(members, ensure_ascii=False).encode("utf-8")
    except EnvelopeError:
        raise
    except UnicodeError:
        raise EnvelopeError("unicode", "the header is no UTF-8") from None
    except (ValueError, RecursionError):
        raise EnvelopeError("json", "the header is no JSON object") from None
    if not isinstance(members, dict):
        raise EnvelopeError("json", "the header is no JSON object")
    return members


def decode(kind, data):
    """(header, body) of a "request", a "reply" or a "dead" letter; of that one, the original.

    Raises EnvelopeError, whatever the bytes are."""
    if data[:4] != b"MQ1 ":
        other = re.match(rb"MQ[0-9]{1,4} ", data)
        raise EnvelopeError("version" if other else "magic", "it does not begin with 'MQ1 '")
    end = data.find(b"\n", 0, HEADER_LIMIT + 1)
    if end < 0:
        raise EnvelopeError("line", f"the header does not end within {HEADER_LIMIT} bytes")
    body = data[end + 1 :]
    if kind != "dead":
        if body[-1:] != b"\n":
            raise EnvelopeError("end", "the last byte is no line feed")
        body = body[:-1]
    members = _parse_header(data[4:end])
    if kind == "dead":
        _check(kind, members)
        return {name: members["dead"][name] for name in _DEAD_LETTER if name in members["dead"]}, body
    if "dead" in members:
        raise EnvelopeError("kind", "it is a dead letter: take off its first line")
    _check(kind, members)
    header = {name: members[name] for name in _MEMBERS[kind] if name in members}
    if "error" in header:
        header["error"] = {k: v for k, v in header["error"].items() if k in ("code", "message", "data")}
    # Absent means the same.
    if header.get("attempt") == 0:
        del header["attempt"]
    if header.get("more") is False:
        del header["more"]
    return header, body


def encode(kind, header, body):
    """The bytes of a message. Raises EnvelopeError for a header that nobody would take."""
    known = _DEAD_LETTER if kind == "dead" else _MEMBERS[kind]
    members = {name: header[name] for name in known if name in header}
    members = {"dead": members} if kind == "dead" else members
    _check(kind, members)
    try:
        text = json.dumps(members, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        line = b"MQ1 " + text.encode("utf-8")
    except (TypeError, ValueError):
        raise EnvelopeError("error", "its data must be something that JSON can carry") from None
    if len(line) > HEADER_LIMIT:
        raise EnvelopeError("line", f"{len(line)} bytes, {HEADER_LIMIT} is the most: put what is large into the body")
    return line + b"\n" + body + (b"" if kind == "dead" else b"\n")


# The queues ---------------------------------------------------------------------------------------


class _Attributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_long) for name in ("flags", "maxmsg", "msgsize", "curmsgs")]
    _fields_ += [("reserved", ctypes.c_long * 4)]


class _Time(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


def _library():
    for name in ("librt.so.1", None):  # before glibc 2.34, and since
        try:
            library = ctypes.CDLL(name, use_errno=True)
            library.mq_open
            return library
        except (OSError, AttributeError):
            pass
    raise OSError("the C library has no message queues")


_libc = _library()
_libc.mq_timedsend.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.POINTER(_Time)]
_libc.mq_timedreceive.argtypes = [
    ctypes.c_int,
    ctypes.c_char_p,
    ctypes.c_size_t,
    ctypes.POINTER(ctypes.c_uint),
    ctypes.POINTER(_Time),
]
_libc.mq_timedreceive.restype = ctypes.c_ssize_t

_REMEDIES = {
    errno.EACCES: "it belongs to another user, or has another mode",
    errno.EINVAL: "see /proc/sys/fs/mqueue/msg_max and msgsize_max",
    errno.EMFILE: "the queues of this user take more than `ulimit -q` allows: remove some",
    errno.EMSGSIZE: "the message is larger than the queue's messages may be",
    errno.ENOENT: "there is no such queue",
    errno.ENOSPC: "see /proc/sys/fs/mqueue/queues_max",
}


class Queue:
    """One message queue. Calls are repeated after a signal, once its handler has run."""

    def __init__(self, name, flags, maxmsg=FIRST_MESSAGES, msgsize=FIRST_SIZE, mode=0o600):
        self.name = name
        wanted = _Attributes(maxmsg=maxmsg, msgsize=msgsize)
        path = name.encode()
        self.fd = _libc.mq_open(path, flags | os.O_CLOEXEC, ctypes.c_uint(mode), ctypes.byref(wanted))
        if self.fd < 0:
            self._fail("mq_open")
        actual = _Attributes()
        _libc.mq_getattr(self.fd, ctypes.byref(actual))
        self.msgsize = actual.msgsize
        self._buffer = ctypes.create_string_buffer(self.msgsize)

    def _fail(self, call):
        code = ctypes.get_errno()
        remedy = _REMEDIES.get(code, "")
        raise OSError(code, f"{call}: {os.strerror(code)}{': ' if remedy else ''}{remedy}", self.name)

    def send(self, data, priority=0, wait=0.0):
        """True, or False where the queue was full for so many seconds."""
        until = time.monotonic() + wait
        while True:
            left = max(0.0, until - time.monotonic())
            if _libc.mq_timedsend(self.fd, data, len(data), priority, _after(left)) == 0:
                return True
            if ctypes.get_errno() in (errno.EAGAIN, errno.ETIMEDOUT):
                if left == 0.0:
                    return False
            elif ctypes.get_errno() != errno.EINTR:
                self._fail("mq_timedsend")

    def receive(self, wait=0.0):
        """(bytes, priority), or None where nothing came within so many seconds, or a signal did."""
        priority = ctypes.c_uint()
        size = _libc.mq_timedreceive(
            self.fd, self._buffer, self.msgsize, ctypes.byref(priority), _after(wait)
        )
        if size >= 0:
            return ctypes.string_at(self._buffer, size), priority.value
        if ctypes.get_errno() not in (errno.EAGAIN, errno.ETIMEDOUT, errno.EINTR):
            self._fail("mq_timedreceive")
        return None

    def close(self):
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def unlink(self):
        _libc.mq_unlink(self.name.encode())


def _after(seconds):
    """The absolute time that the calls want; a past one means not to wait."""
    if seconds <= 0:
        return ctypes.byref(_Time(0, 0))
    at = time.time() + seconds
    return ctypes.byref(_Time(int(at), int(at % 1 * 1e9)))


def _now():
    """The clock of deadlines: CLOCK_MONOTONIC in milliseconds."""
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1_000_000


def _bytes(value):
    if value is None:
        return b""
    return value.encode() if isinstance(value, str) else bytes(value)


# The worker ---------------------------------------------------------------------------------------


class RpcError(Exception):
    """A request failed: raised by a handler, sent to the host, and raised there again."""

    def __init__(self, code, message, data=None):
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.data = code, message, data


Request = collections.namedtuple("Request", "body method attempt deadline meta content_type header priority")


class Worker:
    """Takes requests from a queue and answers them with its handlers."""

    def __init__(self, requests, dead_letter=None, by=None, **attributes):
        self._requests = Queue(requests, os.O_RDONLY | os.O_CREAT, **attributes)
        self._dead_letter = dead_letter
        self._by = by
        self._handlers = {}
        self._stopping = False
        # done, failed (an error reply), expired, invalid, gone (nobody took the reply)
        self.counts = collections.Counter()

    def on(self, method=None):
        """Decorates the handler of a method; without a name, of all that have no other."""
        return lambda handler: self._handlers.setdefault(method, handler)

    def stop(self, *_):
        """Ends run() after the request in hand. May be called by a signal handler."""
        self._stopping = True

    def run(self, signals=True):
        """Until stop(), SIGINT or SIGTERM."""
        before = {}
        if signals:
            before = {number: signal.signal(number, self.stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            while not self._stopping:
                # Never longer than a second: a signal just before the call does not interrupt it.
                taken = self._requests.receive(wait=1.0)
                if taken is not None:
                    self._work(*taken)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            self._requests.close()

    def _work(self, data, priority):
        try:
            header, body = decode("request", data)
            if header.get("replyTo") in (self._requests.name, self._dead_letter):
                raise EnvelopeError("replyTo", "a queue that is for something else")
        except EnvelopeError as error:
            self.counts["invalid"] += 1
            self._bury(data, priority, error)
            return
        if header.get("deadline", SAFE_INTEGER) < _now():
            self.counts["expired"] += 1
            return
        replies = _Replies(header, priority, self._by, self.counts)
        try:
            self._answer(header, body, priority, replies)
        finally:
            replies.close()

    def _answer(self, header, body, priority, replies):
        known = (header.get(n) for n in ("method", "deadline", "meta", "contentType"))
        method, deadline, meta, content_type = known
        request = Request(body, method, header.get("attempt", 0), deadline, meta or {}, content_type, header, priority)
        handler = self._handlers.get(method, self._handlers.get(None))
        try:
            if handler is None:
                raise RpcError("ERR_MQ_METHOD", "this worker has no such method")
            result = handler(request)
            if isinstance(result, types.GeneratorType):
                for value in result:
                    replies.send(_bytes(value), more=True)
                result = b""
            replies.send(_bytes(result))
            self.counts["done"] += 1
        except RpcError as error:
            self._tell(replies, error)
        except Exception as error:  # whatever a handler raises is an answer, and not the worker's end
            name = errno.errorcode.get(getattr(error, "errno", None), "ERR_MQ_HANDLER")
            self._tell(replies, RpcError(name, str(error) or type(error).__name__))

    def _tell(self, replies, error):
        self.counts["failed"] += 1
        told = {"code": error.code, "message": _short(error.message)}
        if error.data is not None:
            told["data"] = error.data
        try:
            replies.send(b"", error=told)
        except (EnvelopeError, RpcError):
            replies.send(b"", error={"code": "ERR_MQ_HANDLER", "message": "the error cannot be told"})

    def _bury(self, data, priority, error):
        if self._dead_letter is None:
            return
        header = {"reason": "envelope", "error": str(error), "from": self._requests.name}
        header["at"] = int(time.time() * 1000)
        size = self._requests.msgsize + HEADER_LIMIT
        try:
            queue = Queue(self._dead_letter, os.O_WRONLY | os.O_CREAT, msgsize=size)
        except OSError:  # msgsize_max allows no more
            queue = Queue(self._dead_letter, os.O_WRONLY | os.O_CREAT, msgsize=self._requests.msgsize)
        try:
            if not queue.send(encode("dead", header, data), priority, FULL_WAIT):
                self.counts["lost"] += 1
        except OSError:
            self.counts["lost"] += 1
        finally:
            queue.close()


class _Replies:
    """The way back to who asked. Whoever is gone, or takes no replies, is counted and left."""

    def __init__(self, header, priority, by, counts):
        self._id, self._to, self._attempt = header.get("id"), header.get("replyTo"), header.get("attempt", 0)
        self._priority, self._by, self._counts = priority, by, counts
        self._queue = None
        self._given_up = self._to is None

    def send(self, body, more=False, error=None):
        if self._given_up:
            return
        header = {"id": self._id}
        if more:
            header["more"] = True
        if self._attempt > 0:
            header["attempt"] = self._attempt
        if error is not None:
            header["error"] = error
        if self._by is not None:
            header["by"] = self._by
        data = encode("reply", header, body)
        try:
            if self._queue is None:
                # Without O_CREAT: where the host is gone, nobody would ever read the queue.
                self._queue = Queue(self._to, os.O_WRONLY)
            if len(data) > self._queue.msgsize:
                raise RpcError("EMSGSIZE", "the reply is larger than the host's queue takes")
            if self._queue.send(data, self._priority, FULL_WAIT):
                return
        except OSError:
            pass
        self._given_up = True
        self._counts["gone"] += 1

    def close(self):
        if self._queue is not None:
            self._queue.close()


def _short(text):
    data = text.encode("utf-8", "replace")
    return data.decode() if len(data) <= 512 else data[:509].decode("utf-8", "ignore") + "..."


# The host -----------------------------------------------------------------------------------------


class Host:
    """Sends requests to a queue, and gets their replies in a queue of its own."""

    def __init__(self, requests, reply_messages=REPLY_MESSAGES, **attributes):
        self._requests = Queue(requests, os.O_WRONLY | os.O_CREAT | os.O_NONBLOCK, **attributes)
        word = secrets.token_hex(8)
        flags = os.O_RDONLY | os.O_CREAT | os.O_EXCL | os.O_NONBLOCK
        try:
            self._replies = Queue(f"/mq-reply-{word}", flags, reply_messages, self._requests.msgsize)
        except OSError:
            self._requests.close()
            raise
        self._prefix, self._count = word[:4], 0
        self._waiting = {}  # replies of the requests that are under way, by id
        self.late = 0  # replies that nobody waits for any more

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Removes the reply queue."""
        if self._replies.fd >= 0:
            self._replies.unlink()
            self._replies.close()
            self._requests.close()

    def request(self, body=b"", timeout=30.0, **options):
        """The reply's body. Of several, the last one.

        Raises RpcError where the worker tells of a failure, TimeoutError after so many seconds.
        Options: method, meta, content_type, priority."""
        last = b""
        for _, last in self._call(_bytes(body), timeout, **options):
            pass
        return last

    def request_many(self, body=b"", timeout=30.0, **options):
        """Yields the bodies of all replies. An empty last one is only their end."""
        for more, reply in self._call(_bytes(body), timeout, **options):
            if more or reply:
                yield reply

    def notify(self, body=b"", timeout=30.0, **options):
        """Sends what nobody answers."""
        until = time.monotonic() + timeout
        self._send(encode("request", _header(options), _bytes(body)), options.get("priority", 0), until)

    def _call(self, body, timeout, **options):
        self._count += 1
        number = f"{self._prefix}.{self._count}"
        until = time.monotonic() + timeout
        header = {"id": number, "replyTo": self._replies.name, **_header(options)}
        header["deadline"] = _now() + int(timeout * 1000)
        data = encode("request", header, body)
        # Known before it is sent: the reply may be here before the next line runs.
        mine = self._waiting[number] = collections.deque()
        try:
            self._send(data, options.get("priority", 0), until)
            while True:
                while not mine:
                    self._wait(until, sending=False)
                reply, rest = mine.popleft()
                if "error" in reply:
                    error = reply["error"]
                    raise RpcError(error["code"], error["message"], error.get("data"))
                yield reply.get("more", False), rest
                if not reply.get("more", False):
                    return
        finally:
            del self._waiting[number]

    def _send(self, data, priority, until):
        while not self._requests.send(data, priority):
            # Replies are read all the while, or a worker could wait for us as we wait for it.
            self._wait(until, sending=True)

    def _wait(self, until, sending):
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError(
                f"queue {self._requests.name} had no room in time: is a worker running?"
                if sending
                else f"no reply through {self._requests.name} in time"
            )
        poll = select.poll()
        poll.register(self._replies.fd, select.POLLIN)
        if sending:
            poll.register(self._requests.fd, select.POLLOUT)
        poll.poll(left * 1000 + 1)
        self._read()

    def _read(self):
        while True:
            taken = self._replies.receive()
            if taken is None:
                return
            try:
                header, body = decode("reply", taken[0])
                self._waiting[header["id"]].append((header, body))
            except (EnvelopeError, KeyError):
                self.late += 1


def _header(options):
    names = {"method": "method", "meta": "meta", "content_type": "contentType", "priority": None}
    unknown = set(options) - set(names)
    if unknown:
        raise TypeError(f"unknown option {unknown.pop()!r}: there are timeout, {', '.join(names)}")
    return {names[key]: value for key, value in options.items() if names[key] and value is not None}


def end_on_signals():
    """SIGTERM ends a host as SIGINT does: by an exception, so that `with` removes its queue."""

    def end(*_):
        raise SystemExit(0)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
