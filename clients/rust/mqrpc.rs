// Request and reply over POSIX message queues: a worker and a host of the protocol MQ1 in one file.
//
// Rust 2021 on Linux, no crate. Copy it beside main.rs. The protocol: docs/protocol.md of posix-mqueue.
//
// A worker:
//
//     mod mqrpc;
//
//     fn main() -> Result<(), mqrpc::Error> {
//         mqrpc::stop_on_signals();
//         let mut worker = mqrpc::Worker::new("/jobs", Default::default())?;
//         worker.on("echo", |request, _| Ok(request.body.clone()));
//         worker.on("count", |request, replies| {
//             for number in 1..=request.text()?.parse::<u32>().unwrap_or(0) {
//                 replies.more(number.to_string().as_bytes())?;
//             }
//             Ok(Vec::new()) // an empty last reply is only the end of several
//         });
//         worker.run() // until SIGINT or SIGTERM
//     }
//
// A host:
//
//     mod mqrpc;
//
//     fn main() -> Result<(), mqrpc::Error> {
//         mqrpc::stop_on_signals();
//         let mut host = mqrpc::Host::new("/jobs", Default::default())?; // removes its queue when dropped
//         let options = mqrpc::Options { method: "echo", ..Default::default() };
//         match host.request(b"hello", &options) {
//             Ok(reply) => println!("{}", String::from_utf8_lossy(&reply)),
//             Err(mqrpc::Error::Stopped) => {} // SIGINT or SIGTERM
//             Err(error) => return Err(error),
//         }
//         Ok(())
//     }

#![allow(dead_code)] // a program is a worker or a host, seldom both

use std::collections::{HashMap, VecDeque};
use std::ffi::CString;
use std::fmt;
use std::io::{self, Read};
use std::os::raw::{c_char, c_int, c_long, c_short, c_uint, c_ulong};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const HEADER_LIMIT: usize = 1024;
const SAFE_INTEGER: u64 = (1 << 53) - 1;
const MOST_ATTEMPTS: u64 = 65_535;
const REPLY_MESSAGES: i64 = 4;
/// How long a worker waits for room in a reply queue.
const FULL_WAIT: Duration = Duration::from_secs(1);
/// The longest single wait: a signal just before a call does not interrupt it.
const SLICE: Duration = Duration::from_secs(1);

// Errors -----------------------------------------------------------------------------------------

/// Bytes that are no envelope, or what none can be made of. `reason` is one word for programs.
#[derive(Debug, Clone, PartialEq)]
pub struct EnvelopeError {
    pub reason: &'static str,
    pub text: String,
}

/// A request failed: returned by a handler, sent to the host, and returned there again.
#[derive(Debug, Clone, PartialEq)]
pub struct RpcError {
    pub code: String,
    pub message: String,
    pub data: Option<Json>,
}

impl RpcError {
    pub fn new(code: &str, message: &str) -> Self {
        RpcError { code: code.to_string(), message: message.to_string(), data: None }
    }
}

#[derive(Debug)]
pub enum Error {
    Envelope(EnvelopeError),
    Rpc(RpcError),
    Timeout(String),
    /// A signal that `stop_on_signals` waits for came in the midst of a request.
    Stopped,
    System { call: &'static str, queue: String, error: io::Error },
}

impl fmt::Display for EnvelopeError {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "no MQ1 envelope ({}): {}", self.reason, self.text)
    }
}

impl fmt::Display for RpcError {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{}: {}", self.code, self.message)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Error::Envelope(error) => error.fmt(out),
            Error::Rpc(error) => error.fmt(out),
            Error::Timeout(text) => out.write_str(text),
            Error::Stopped => out.write_str("stopped by a signal"),
            Error::System { call, queue, error } => {
                write!(out, "{call} of {queue}: {error}{}", remedy(error.raw_os_error()))
            }
        }
    }
}

impl std::error::Error for EnvelopeError {}
impl std::error::Error for RpcError {}
impl std::error::Error for Error {}

impl From<EnvelopeError> for Error {
    fn from(error: EnvelopeError) -> Self {
        Error::Envelope(error)
    }
}

impl From<EnvelopeError> for RpcError {
    fn from(error: EnvelopeError) -> Self {
        RpcError::new("ERR_MQ_HANDLER", &error.to_string())
    }
}

fn remedy(code: Option<i32>) -> &'static str {
    match code {
        Some(2) => ". There is no such queue",
        Some(13) => ". It belongs to another user, or has another mode",
        Some(22) => ". See /proc/sys/fs/mqueue/msg_max and msgsize_max",
        Some(24) => ". The queues of this user take more than `ulimit -q` allows: remove some",
        Some(28) => ". See /proc/sys/fs/mqueue/queues_max",
        Some(90) => ". The message is larger than the queue's messages may be",
        _ => "",
    }
}

fn bad(reason: &'static str, text: &str) -> EnvelopeError {
    EnvelopeError { reason, text: text.to_string() }
}

// JSON -------------------------------------------------------------------------------------------

/// A JSON value. Numbers keep the text that they were written with; members keep their order.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(String),
    String(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    pub fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The last of two members with one name counts.
    pub fn set(&mut self, name: &str, value: Json) {
        let Json::Object(members) = self else { return };
        match members.iter_mut().find(|(key, _)| key == name) {
            Some(member) => member.1 = value,
            None => members.push((name.to_string(), value)),
        }
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::String(text) => Some(text),
            _ => None,
        }
    }

    /// A whole number of digits only, up to `most`.
    pub fn as_integer(&self, most: u64) -> Option<u64> {
        match self {
            Json::Number(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.parse().ok().filter(|value| *value <= most)
            }
            _ => None,
        }
    }

    /// Strict: RFC 8259, no key `__proto__`, at most 64 deep.
    pub fn parse(text: &[u8]) -> Result<Json, EnvelopeError> {
        let text = std::str::from_utf8(text).map_err(|_| bad("unicode", "the header is no UTF-8"))?;
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(0)?;
        reader.blanks();
        if reader.at < text.len() {
            return Err(no_json());
        }
        Ok(value)
    }
}

impl fmt::Display for Json {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Json::Null => out.write_str("null"),
            Json::Bool(value) => write!(out, "{value}"),
            Json::Number(text) => out.write_str(text),
            Json::String(text) => write_string(out, text),
            Json::Array(items) => {
                out.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(out, "{}{item}", if index > 0 { "," } else { "" })?;
                }
                out.write_str("]")
            }
            Json::Object(members) => {
                out.write_str("{")?;
                for (index, (name, value)) in members.iter().enumerate() {
                    out.write_str(if index > 0 { "," } else { "" })?;
                    write_string(out, name)?;
                    write!(out, ":{value}")?;
                }
                out.write_str("}")
            }
        }
    }
}

fn write_string(out: &mut fmt::Formatter, text: &str) -> fmt::Result {
    out.write_str("\"")?;
    for character in text.chars() {
        match character {
            '"' => out.write_str("\\\""),
            '\\' => out.write_str("\\\\"),
            '\u{8}' => out.write_str("\\b"),
            '\u{c}' => out.write_str("\\f"),
            '\n' => out.write_str("\\n"),
            '\r' => out.write_str("\\r"),
            '\t' => out.write_str("\\t"),
            control if control < ' ' => write!(out, "\\u{:04x}", control as u32),
            other => write!(out, "{other}"),
        }?;
    }
    out.write_str("\"")
}

fn no_json() -> EnvelopeError {
    bad("json", "the header is no JSON object")
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    const DEEPEST: usize = 64;

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn need(&mut self, byte: u8) -> Result<(), EnvelopeError> {
        if self.take(byte) { Ok(()) } else { Err(no_json()) }
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &str, value: Json) -> Result<Json, EnvelopeError> {
        for byte in word.bytes() {
            self.need(byte)?;
        }
        Ok(value)
    }

    fn value(&mut self, depth: usize) -> Result<Json, EnvelopeError> {
        if depth > Self::DEEPEST {
            return Err(no_json());
        }
        self.blanks();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => Ok(Json::String(self.string()?)),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            _ => self.number(),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, EnvelopeError> {
        let mut object = Json::Object(Vec::new());
        self.need(b'{')?;
        self.blanks();
        if self.take(b'}') {
            return Ok(object);
        }
        loop {
            self.blanks();
            let name = self.string()?;
            if name == "__proto__" {
                return Err(bad("proto", "a key __proto__"));
            }
            self.blanks();
            self.need(b':')?;
            object.set(&name, self.value(depth + 1)?);
            self.blanks();
            if !self.take(b',') {
                break;
            }
        }
        self.need(b'}')?;
        Ok(object)
    }

    fn array(&mut self, depth: usize) -> Result<Json, EnvelopeError> {
        let mut items = Vec::new();
        self.need(b'[')?;
        self.blanks();
        if self.take(b']') {
            return Ok(Json::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.blanks();
            if !self.take(b',') {
                break;
            }
        }
        self.need(b']')?;
        Ok(Json::Array(items))
    }

    fn number(&mut self) -> Result<Json, EnvelopeError> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _sign = self.take(b'-') || self.take(b'+');
            self.digits()?;
        }
        Ok(Json::Number(self.text[start..self.at].to_string()))
    }

    fn digits(&mut self) -> Result<(), EnvelopeError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(no_json()) }
    }

    fn string(&mut self) -> Result<String, EnvelopeError> {
        let mut out = String::new();
        self.need(b'"')?;
        loop {
            let character = self.text[self.at..].chars().next().ok_or_else(no_json)?;
            self.at += character.len_utf8();
            match character {
                '"' => return Ok(out),
                '\\' => out.push(self.escape()?),
                control if control < ' ' => return Err(no_json()),
                other => out.push(other),
            }
        }
    }

    fn escape(&mut self) -> Result<char, EnvelopeError> {
        let letter = self.peek().ok_or_else(no_json)?;
        let plain = match letter {
            b'"' | b'\\' | b'/' => letter as char,
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.at += 1;
                return self.unit();
            }
            _ => return Err(no_json()),
        };
        self.at += 1;
        Ok(plain)
    }

    /// The character of one escape, or of the two that a surrogate pair takes.
    fn unit(&mut self) -> Result<char, EnvelopeError> {
        let half = || bad("unicode", "half of a surrogate pair");
        let first = self.hex()?;
        if !(0xd800..=0xdbff).contains(&first) {
            return char::from_u32(first).ok_or_else(half);
        }
        if !(self.take(b'\\') && self.take(b'u')) {
            return Err(half());
        }
        let second = self.hex()?;
        if !(0xdc00..=0xdfff).contains(&second) {
            return Err(half());
        }
        char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)).ok_or_else(half)
    }

    fn hex(&mut self) -> Result<u32, EnvelopeError> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| (byte as char).to_digit(16)).ok_or_else(no_json)?;
            unit = unit * 16 + digit;
            self.at += 1;
        }
        Ok(unit)
    }
}

// The envelope -----------------------------------------------------------------------------------

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    Request,
    Reply,
    Dead,
}

fn is_text(json: &Json, least: usize, most: usize) -> bool {
    let fits = |text: &str| text.len() >= least && text.len() <= most;
    json.as_str().is_some_and(fits)
}

fn is_plain(json: &Json, most: usize) -> bool {
    is_text(json, 1, most) && json.as_str().is_some_and(|text| !text.chars().any(char::is_control))
}

fn is_ascii(json: &Json, first: u8, most: usize) -> bool {
    is_text(json, 1, most) && json.as_str().is_some_and(|text| text.bytes().all(|byte| byte >= first && byte <= b'~'))
}

fn is_word(json: &Json) -> bool {
    is_ascii(json, b'!', 64)
}

fn is_queue(json: &Json) -> bool {
    let fits = |text: &str| {
        text.starts_with('/') && !text[1..].contains(['/', '\0']) && text != "/." && text != "/.."
    };
    is_text(json, 2, 256) && json.as_str().is_some_and(fits)
}

fn is_meta(json: &Json) -> bool {
    let Json::Object(members) = json else { return false };
    let fits = |(key, value): &(String, Json)| {
        is_plain(&Json::String(key.clone()), 64) && is_text(value, 0, usize::MAX)
    };
    members.len() <= 32 && members.iter().all(fits)
}

fn is_error(json: &Json) -> bool {
    json.get("code").is_some_and(is_word) && json.get("message").is_some_and(|text| is_text(text, 0, 512))
}

fn is_dead(json: &Json) -> bool {
    json.get("reason").is_some_and(is_word)
        && json.get("error").map_or(true, |text| is_text(text, 0, 512))
        && json.get("from").map_or(true, is_queue)
        && json.get("attempts").map_or(true, |value| value.as_integer(MOST_ATTEMPTS).is_some())
        && json.get("at").map_or(true, |value| value.as_integer(SAFE_INTEGER).is_some())
}

type Rule = (&'static str, fn(&Json) -> bool);

/// In the order in which they are checked and written.
const REQUEST: &[Rule] = &[
    ("id", is_word),
    ("replyTo", is_queue),
    ("method", |json| is_plain(json, 128)),
    ("deadline", |json| json.as_integer(SAFE_INTEGER).is_some()),
    ("attempt", |json| json.as_integer(MOST_ATTEMPTS).is_some()),
    ("contentType", |json| is_ascii(json, b' ', 128)),
    ("traceparent", |json| is_ascii(json, b' ', 128)),
    ("tracestate", |json| is_ascii(json, b' ', 512)),
    ("meta", is_meta),
];
const REPLY: &[Rule] = &[
    ("id", is_word),
    ("more", |json| matches!(json, Json::Bool(_))),
    ("attempt", |json| json.as_integer(MOST_ATTEMPTS).is_some()),
    ("error", is_error),
    ("by", |json| is_plain(json, 64)),
    ("contentType", |json| is_ascii(json, b' ', 128)),
];
const DEAD: &[Rule] = &[("dead", is_dead)];

fn rules(kind: Kind) -> &'static [Rule] {
    match kind {
        Kind::Request => REQUEST,
        Kind::Reply => REPLY,
        Kind::Dead => DEAD,
    }
}

fn check(kind: Kind, header: &Json) -> Result<(), EnvelopeError> {
    let refuse = |member| Err(bad(member, "it is wrong, or missing"));
    let needed = match kind {
        Kind::Dead => Some("dead"),
        Kind::Reply => Some("id"),
        Kind::Request => header.get("replyTo").map(|_| "id"),
    };
    if let Some(member) = needed.filter(|member| header.get(member).is_none()) {
        return refuse(member);
    }
    for (name, fits) in rules(kind) {
        if header.get(name).is_some_and(|value| !fits(value)) {
            return refuse(name);
        }
    }
    let more = header.get("more") == Some(&Json::Bool(true));
    if kind == Kind::Reply && more && header.get("error").is_some() {
        return refuse("more");
    }
    Ok(())
}

fn pick(from: &Json, names: &[&str]) -> Json {
    let found = names.iter().filter_map(|name| Some((name.to_string(), from.get(name)?.clone())));
    Json::Object(found.collect())
}

/// The members that the protocol knows, in its order, without those that say what their absence means.
fn known(kind: Kind, header: &Json) -> Json {
    if kind == Kind::Dead {
        let dead = header.get("dead").unwrap_or(&Json::Null);
        return pick(dead, &["reason", "error", "from", "attempts", "at"]);
    }
    let mut known = Json::Object(Vec::new());
    for (name, _) in rules(kind) {
        match (*name, header.get(name)) {
            (_, None) | ("more", Some(Json::Bool(false))) => {}
            ("attempt", Some(value)) if value.as_integer(0).is_some() => {}
            ("error", Some(value)) => known.set(name, pick(value, &["code", "message", "data"])),
            (_, Some(value)) => known.set(name, value.clone()),
        }
    }
    known
}

/// The header (of a dead letter: what is in its member `dead`) and the body, whatever the bytes are.
pub fn decode(kind: Kind, data: &[u8]) -> Result<(Json, &[u8]), EnvelopeError> {
    if !data.starts_with(b"MQ1 ") {
        let digits = data.iter().skip(2).take(4).take_while(|byte| byte.is_ascii_digit()).count();
        let version = data.starts_with(b"MQ") && digits > 0 && data.get(2 + digits) == Some(&b' ');
        return Err(bad(if version { "version" } else { "magic" }, "it does not begin with 'MQ1 '"));
    }
    let end = data.iter().take(HEADER_LIMIT + 1).position(|byte| *byte == b'\n');
    let end = end.ok_or_else(|| bad("line", "the header does not end within 1,024 bytes"))?;
    let mut body = &data[end + 1..];
    if kind != Kind::Dead {
        body = body.strip_suffix(b"\n").ok_or_else(|| bad("end", "the last byte is no line feed"))?;
    }
    let header = Json::parse(&data[4..end])?;
    if !matches!(header, Json::Object(_)) {
        return Err(no_json());
    }
    if kind != Kind::Dead && header.get("dead").is_some() {
        return Err(bad("kind", "it is a dead letter: take off its first line"));
    }
    check(kind, &header)?;
    Ok((known(kind, &header), body))
}

/// An error for a header that nobody would take.
pub fn encode(kind: Kind, header: &Json, body: &[u8]) -> Result<Vec<u8>, EnvelopeError> {
    let whole = match kind {
        Kind::Dead => Json::Object(vec![("dead".to_string(), header.clone())]),
        _ => header.clone(),
    };
    check(kind, &whole)?;
    let members = match kind {
        Kind::Dead => Json::Object(vec![("dead".to_string(), known(kind, &whole))]),
        _ => known(kind, &whole),
    };
    let mut bytes = format!("MQ1 {members}").into_bytes();
    if bytes.len() > HEADER_LIMIT {
        let text = format!("{} bytes, 1,024 is the most: put what is large into the body", bytes.len());
        return Err(bad("line", &text));
    }
    bytes.push(b'\n');
    bytes.extend_from_slice(body);
    if kind != Kind::Dead {
        bytes.push(b'\n');
    }
    Ok(bytes)
}

// The queues -------------------------------------------------------------------------------------

const READ: c_int = 0;
const WRITE: c_int = 1;
const CREATE: c_int = 0o100;
const EXCLUSIVE: c_int = 0o200;
const NO_WAIT: c_int = 0o4000;
const CLOSE_ON_EXEC: c_int = 0o2_000_000;

#[repr(C)]
#[derive(Default)]
struct QueueAttributes {
    flags: c_long,
    maxmsg: c_long,
    msgsize: c_long,
    curmsgs: c_long,
    reserved: [c_long; 4],
}

#[repr(C)]
struct TimeSpec {
    seconds: c_long,
    nanoseconds: c_long,
}

#[repr(C)]
struct PollFd {
    fd: c_int,
    events: c_short,
    returned: c_short,
}

#[link(name = "rt")]
extern "C" {
    fn mq_open(name: *const c_char, flags: c_int, ...) -> c_int;
    fn mq_close(queue: c_int) -> c_int;
    fn mq_unlink(name: *const c_char) -> c_int;
    fn mq_getattr(queue: c_int, attributes: *mut QueueAttributes) -> c_int;
    fn mq_timedsend(queue: c_int, data: *const u8, size: usize, priority: c_uint, until: *const TimeSpec) -> c_int;
    fn mq_timedreceive(queue: c_int, data: *mut u8, size: usize, priority: *mut c_uint, until: *const TimeSpec) -> isize;
    fn clock_gettime(clock: c_int, time: *mut TimeSpec) -> c_int;
    fn poll(fds: *mut PollFd, count: c_ulong, milliseconds: c_int) -> c_int;
    fn signal(number: c_int, handler: extern "C" fn(c_int)) -> usize;
    fn siginterrupt(number: c_int, flag: c_int) -> c_int;
}

static STOPPING: AtomicBool = AtomicBool::new(false);

extern "C" fn stop(_: c_int) {
    STOPPING.store(true, Ordering::SeqCst);
}

/// SIGINT and SIGTERM end `Worker::run` after the request in hand, and a host's request by `Stopped`.
pub fn stop_on_signals() {
    for number in [2, 15] {
        // SAFETY: the handler only stores an atomic, which is allowed in a signal handler.
        unsafe {
            signal(number, stop);
            siginterrupt(number, 1);
        }
    }
}

fn milliseconds(clock: c_int) -> u64 {
    let mut time = TimeSpec { seconds: 0, nanoseconds: 0 };
    // SAFETY: `time` lives through the call.
    unsafe { clock_gettime(clock, &mut time) };
    time.seconds as u64 * 1000 + time.nanoseconds as u64 / 1_000_000
}

fn wall_clock() -> u64 {
    milliseconds(0)
}

/// The clock of deadlines: CLOCK_MONOTONIC in milliseconds.
pub fn now() -> u64 {
    milliseconds(1)
}

/// The absolute time that the calls want; a past one means not to wait.
fn after(wait: Duration) -> TimeSpec {
    if wait.is_zero() {
        return TimeSpec { seconds: 0, nanoseconds: 0 };
    }
    let at = wall_clock() + wait.as_millis() as u64;
    TimeSpec { seconds: (at / 1000) as c_long, nanoseconds: (at % 1000 * 1_000_000) as c_long }
}

/// Of a queue that is not there yet.
#[derive(Debug, Clone, Copy)]
pub struct Attributes {
    pub messages: i64,
    pub size: i64,
    pub mode: u32,
}

impl Default for Attributes {
    fn default() -> Self {
        Attributes { messages: 10, size: 2048, mode: 0o600 }
    }
}

/// One message queue.
struct Queue {
    name: String,
    fd: c_int,
    size: usize,
}

impl Queue {
    fn open(name: &str, flags: c_int, attributes: Attributes) -> Result<Queue, Error> {
        let mut queue = Queue { name: name.to_string(), fd: -1, size: 0 };
        let path = CString::new(name).map_err(|_| bad("replyTo", "a name with a NUL"))?;
        let mut wanted = QueueAttributes {
            maxmsg: attributes.messages as c_long,
            msgsize: attributes.size as c_long,
            ..Default::default()
        };
        // SAFETY: both pointers live through the calls.
        unsafe {
            queue.fd = mq_open(path.as_ptr(), flags | CLOSE_ON_EXEC, attributes.mode as c_uint, &mut wanted);
            if queue.fd < 0 {
                return Err(queue.failed("mq_open"));
            }
            mq_getattr(queue.fd, &mut wanted);
        }
        queue.size = wanted.msgsize as usize;
        Ok(queue)
    }

    fn failed(&self, call: &'static str) -> Error {
        Error::System { call, queue: self.name.clone(), error: io::Error::last_os_error() }
    }

    /// False where the queue was full for so long.
    fn send(&self, data: &[u8], priority: u32, wait: Duration) -> Result<bool, Error> {
        let until = after(wait);
        loop {
            // SAFETY: the pointers live through the call, and the length is that of the slice.
            if unsafe { mq_timedsend(self.fd, data.as_ptr(), data.len(), priority, &until) } == 0 {
                return Ok(true);
            }
            match io::Error::last_os_error().kind() {
                io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => return Ok(false),
                io::ErrorKind::Interrupted => {}
                _ => return Err(self.failed("mq_timedsend")),
            }
        }
    }

    /// None where nothing came within that time, or a signal did.
    fn receive(&self, wait: Duration) -> Result<Option<(Vec<u8>, u32)>, Error> {
        let until = after(wait);
        let mut data = vec![0; self.size];
        let mut priority = 0;
        // SAFETY: the pointers live through the call, and the buffer is as large as any message.
        let length = unsafe { mq_timedreceive(self.fd, data.as_mut_ptr(), self.size, &mut priority, &until) };
        if length >= 0 {
            data.truncate(length as usize);
            return Ok(Some((data, priority)));
        }
        match io::Error::last_os_error().kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted => Ok(None),
            _ => Err(self.failed("mq_timedreceive")),
        }
    }

    fn unlink(&self) {
        if let Ok(path) = CString::new(self.name.as_str()) {
            // SAFETY: the name lives through the call.
            unsafe { mq_unlink(path.as_ptr()) };
        }
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        if self.fd >= 0 {
            // SAFETY: nobody else closes it.
            unsafe { mq_close(self.fd) };
        }
    }
}

// The worker -------------------------------------------------------------------------------------

pub struct Request {
    pub body: Vec<u8>,
    pub method: Option<String>,
    pub attempt: u64,
    pub deadline: Option<u64>,
    pub priority: u32,
    /// With meta, contentType, traceparent.
    pub header: Json,
}

impl Request {
    fn new(header: Json, body: Vec<u8>, priority: u32) -> Request {
        let integer = |name| header.get(name).and_then(|value| value.as_integer(SAFE_INTEGER));
        let method = header.get("method").and_then(Json::as_str).map(str::to_string);
        let (attempt, deadline) = (integer("attempt").unwrap_or(0), integer("deadline"));
        Request { body, method, attempt, deadline, priority, header }
    }

    /// The body as UTF-8.
    pub fn text(&self) -> Result<&str, RpcError> {
        std::str::from_utf8(&self.body).map_err(|_| RpcError::new("EINVAL", "the body is no UTF-8"))
    }

    pub fn meta(&self, key: &str) -> Option<&str> {
        self.header.get("meta")?.get(key)?.as_str()
    }
}

#[derive(Debug, Default, Clone)]
pub struct Counts {
    pub done: u32,
    /// An error reply.
    pub failed: u32,
    pub expired: u32,
    pub invalid: u32,
    /// Nobody took the reply.
    pub gone: u32,
    /// A dead letter that had no place.
    pub lost: u32,
}

/// The way back to who asked. Whoever is gone, or takes no replies, is counted and left.
pub struct Replies {
    id: String,
    to: Option<String>,
    attempt: Option<Json>,
    priority: u32,
    by: String,
    queue: Option<Queue>,
    gone: bool,
}

impl Replies {
    fn new(request: &Request, by: &str) -> Replies {
        let text = |name| request.header.get(name).and_then(Json::as_str).map(str::to_string);
        Replies {
            id: text("id").unwrap_or_default(),
            to: text("replyTo"),
            attempt: request.header.get("attempt").cloned(),
            priority: request.priority,
            by: by.to_string(),
            queue: None,
            gone: false,
        }
    }

    /// One of several; what the handler returns is the last.
    pub fn more(&mut self, body: &[u8]) -> Result<(), RpcError> {
        self.send(body, Some(("more", Json::Bool(true))))
    }

    fn send(&mut self, body: &[u8], member: Option<(&str, Json)>) -> Result<(), RpcError> {
        if self.to.is_none() || self.gone {
            return Ok(());
        }
        let mut header = Json::Object(vec![("id".to_string(), Json::String(self.id.clone()))]);
        if let Some((name, value)) = member {
            header.set(name, value);
        }
        if let Some(attempt) = &self.attempt {
            header.set("attempt", attempt.clone());
        }
        if !self.by.is_empty() {
            header.set("by", Json::String(self.by.clone()));
        }
        let data = encode(Kind::Reply, &header, body)?;
        match self.deliver(&data) {
            Ok(true) => {}
            Err(Error::Rpc(error)) => return Err(error),
            Ok(false) | Err(_) => self.gone = true,
        }
        Ok(())
    }

    fn deliver(&mut self, data: &[u8]) -> Result<bool, Error> {
        if self.queue.is_none() {
            // Without CREATE: where the host is gone, nobody would ever read the queue.
            let to = self.to.as_deref().unwrap_or_default();
            self.queue = Some(Queue::open(to, WRITE, Attributes::default())?);
        }
        let Some(queue) = &self.queue else { return Ok(false) };
        if data.len() > queue.size {
            return Err(Error::Rpc(RpcError::new("EMSGSIZE", "the reply is larger than the host's queue takes")));
        }
        queue.send(data, self.priority, FULL_WAIT)
    }
}

type Handler = Box<dyn FnMut(&Request, &mut Replies) -> Result<Vec<u8>, RpcError>>;

/// Takes requests from a queue and answers them with its handlers.
pub struct Worker {
    requests: Queue,
    handlers: HashMap<String, Handler>,
    pub counts: Counts,
    /// Where what is no valid request goes.
    pub dead_letter: Option<String>,
    /// What the replies say about who sent them.
    pub by: String,
}

impl Worker {
    pub fn new(requests: &str, attributes: Attributes) -> Result<Worker, Error> {
        let requests = Queue::open(requests, READ | CREATE, attributes)?;
        let (handlers, counts) = (HashMap::new(), Counts::default());
        Ok(Worker { requests, handlers, counts, dead_letter: None, by: String::new() })
    }

    /// The handler of a method; of "", of all that have no other. Its error is an error reply.
    pub fn on<F>(&mut self, method: &str, handler: F)
    where
        F: FnMut(&Request, &mut Replies) -> Result<Vec<u8>, RpcError> + 'static,
    {
        self.handlers.insert(method.to_string(), Box::new(handler));
    }

    /// Until SIGINT or SIGTERM, after `stop_on_signals`.
    pub fn run(&mut self) -> Result<(), Error> {
        while !STOPPING.load(Ordering::SeqCst) {
            if let Some((data, priority)) = self.requests.receive(SLICE)? {
                self.work(&data, priority);
            }
        }
        Ok(())
    }

    fn work(&mut self, data: &[u8], priority: u32) {
        let request = match self.check(data, priority) {
            Ok(request) => request,
            Err(error) => {
                self.counts.invalid += 1;
                return self.bury(data, priority, &error);
            }
        };
        if request.deadline.is_some_and(|deadline| deadline < now()) {
            self.counts.expired += 1;
            return;
        }
        let mut replies = Replies::new(&request, &self.by);
        match self.answer(&request, &mut replies) {
            Ok(()) => self.counts.done += 1,
            Err(error) => {
                self.counts.failed += 1;
                tell(&mut replies, error);
            }
        }
        self.counts.gone += u32::from(replies.gone);
    }

    fn check(&self, data: &[u8], priority: u32) -> Result<Request, EnvelopeError> {
        let (header, body) = decode(Kind::Request, data)?;
        let to = header.get("replyTo").and_then(Json::as_str);
        if to.is_some() && (to == Some(&self.requests.name) || to == self.dead_letter.as_deref()) {
            return Err(bad("replyTo", "a queue that is for something else"));
        }
        let body = body.to_vec();
        Ok(Request::new(header, body, priority))
    }

    fn answer(&mut self, request: &Request, replies: &mut Replies) -> Result<(), RpcError> {
        let method = request.method.as_deref().unwrap_or("");
        let known = if self.handlers.contains_key(method) { method } else { "" };
        let handler = self.handlers.get_mut(known);
        let handler = handler.ok_or_else(|| RpcError::new("ERR_MQ_METHOD", "this worker has no such method"))?;
        let result = catch_unwind(AssertUnwindSafe(|| handler(request, replies)));
        let body = result.unwrap_or_else(|_| Err(RpcError::new("ERR_MQ_HANDLER", "the handler panicked")))?;
        replies.send(&body, None)
    }

    fn bury(&mut self, data: &[u8], priority: u32, why: &EnvelopeError) {
        let Some(name) = &self.dead_letter else { return };
        let header = Json::Object(vec![
            ("reason".to_string(), Json::String("envelope".to_string())),
            ("error".to_string(), Json::String(why.to_string())),
            ("from".to_string(), Json::String(self.requests.name.clone())),
            ("at".to_string(), Json::Number(wall_clock().to_string())),
        ]);
        let Ok(letter) = encode(Kind::Dead, &header, data) else { return };
        let send = |size: usize| {
            let attributes = Attributes { size: size as i64, ..Default::default() };
            let queue = Queue::open(name, WRITE | CREATE, attributes)?;
            queue.send(&letter, priority, FULL_WAIT)
        };
        // Where msgsize_max allows no more, one that is as large as the requests.
        let sent = send(self.requests.size + HEADER_LIMIT).or_else(|_| send(self.requests.size));
        self.counts.lost += u32::from(!sent.unwrap_or(false));
    }
}

fn tell(replies: &mut Replies, error: RpcError) {
    let mut told = Json::Object(vec![
        ("code".to_string(), Json::String(error.code)),
        ("message".to_string(), Json::String(short(&error.message))),
    ]);
    if let Some(data) = error.data {
        told.set("data", data);
    }
    if replies.send(b"", Some(("error", told))).is_ok() {
        return;
    }
    let plain = Json::Object(vec![
        ("code".to_string(), Json::String("ERR_MQ_HANDLER".to_string())),
        ("message".to_string(), Json::String("the error cannot be told".to_string())),
    ]);
    // Where even this does not fit, the host's timeout tells.
    let _ = replies.send(b"", Some(("error", plain)));
}

/// At most 512 bytes of whole characters.
fn short(text: &str) -> String {
    if text.len() <= 512 {
        return text.to_string();
    }
    let end = (0..=509).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}...", &text[..end])
}

// The host ---------------------------------------------------------------------------------------

pub struct Options<'a> {
    pub method: &'a str,
    pub timeout: Duration,
    pub priority: u32,
    pub content_type: &'a str,
    pub meta: &'a [(&'a str, &'a str)],
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options { method: "", timeout: Duration::from_secs(30), priority: 0, content_type: "", meta: &[] }
    }
}

impl Options<'_> {
    fn header(&self) -> Json {
        let mut header = Json::Object(Vec::new());
        if !self.method.is_empty() {
            header.set("method", Json::String(self.method.to_string()));
        }
        if !self.content_type.is_empty() {
            header.set("contentType", Json::String(self.content_type.to_string()));
        }
        if !self.meta.is_empty() {
            let pairs = self.meta.iter().map(|(key, value)| (key.to_string(), Json::String(value.to_string())));
            header.set("meta", Json::Object(pairs.collect()));
        }
        header
    }

    fn until(&self) -> u64 {
        now() + self.timeout.as_millis() as u64
    }
}

/// Sends requests to a queue, one at a time, and gets their replies in a queue of its own.
pub struct Host {
    requests: Queue,
    replies: Queue,
    prefix: String,
    count: u64,
    waiting_for: String,
    early: VecDeque<(Json, Vec<u8>)>,
    /// Replies that nobody waited for any more.
    pub late: u32,
}

impl Host {
    pub fn new(requests: &str, attributes: Attributes) -> Result<Host, Error> {
        let requests = Queue::open(requests, WRITE | CREATE | NO_WAIT, attributes)?;
        let word = random_word().map_err(|error| Error::System {
            call: "read",
            queue: "/dev/urandom".to_string(),
            error,
        })?;
        let own = Attributes { messages: REPLY_MESSAGES, size: requests.size as i64, mode: 0o600 };
        let replies = Queue::open(&format!("/mq-reply-{word}"), READ | CREATE | EXCLUSIVE | NO_WAIT, own)?;
        let prefix = word[..4].to_string();
        Ok(Host { requests, replies, prefix, count: 0, waiting_for: String::new(), early: VecDeque::new(), late: 0 })
    }

    /// The reply's body; of several, the last one.
    pub fn request(&mut self, body: &[u8], options: &Options) -> Result<Vec<u8>, Error> {
        let mut last = Vec::new();
        self.call(body, options, |_, reply| last = reply)?;
        Ok(last)
    }

    /// Calls `each` with all replies, as they come. An empty last one is only their end.
    pub fn request_many<F: FnMut(Vec<u8>)>(&mut self, body: &[u8], options: &Options, mut each: F) -> Result<(), Error> {
        self.call(body, options, |more, reply| {
            if more || !reply.is_empty() {
                each(reply);
            }
        })
    }

    /// Sends what nobody answers.
    pub fn notify(&mut self, body: &[u8], options: &Options) -> Result<(), Error> {
        let data = encode(Kind::Request, &options.header(), body)?;
        self.send(&data, options.priority, options.until())
    }

    fn call<F: FnMut(bool, Vec<u8>)>(&mut self, body: &[u8], options: &Options, each: F) -> Result<(), Error> {
        let until = options.until();
        self.count += 1;
        let id = format!("{}.{}", self.prefix, self.count);
        let mut header = options.header();
        header.set("id", Json::String(id.clone()));
        header.set("replyTo", Json::String(self.replies.name.clone()));
        header.set("deadline", Json::Number(until.to_string()));
        let data = encode(Kind::Request, &header, body)?;
        // Known before it is sent: the reply may be here before the next line runs.
        self.waiting_for = id;
        let result = self.send(&data, options.priority, until).and_then(|()| self.collect(until, each));
        self.waiting_for.clear();
        self.early.clear();
        result
    }

    fn collect<F: FnMut(bool, Vec<u8>)>(&mut self, until: u64, mut each: F) -> Result<(), Error> {
        loop {
            let (header, body) = self.next(until)?;
            if let Some(error) = header.get("error") {
                let text = |name| error.get(name).and_then(Json::as_str).unwrap_or_default().to_string();
                let (code, message, data) = (text("code"), text("message"), error.get("data").cloned());
                return Err(Error::Rpc(RpcError { code, message, data }));
            }
            let more = header.get("more").is_some();
            each(more, body);
            if !more {
                return Ok(());
            }
        }
    }

    /// Replies are read all the while, or a worker could wait for us as we wait for it.
    fn send(&mut self, data: &[u8], priority: u32, until: u64) -> Result<(), Error> {
        while !self.requests.send(data, priority, Duration::ZERO)? {
            self.wait(until, true)?;
            while let Some(reply) = self.take()? {
                self.early.push_back(reply);
            }
        }
        Ok(())
    }

    fn next(&mut self, until: u64) -> Result<(Json, Vec<u8>), Error> {
        if let Some(reply) = self.early.pop_front() {
            return Ok(reply);
        }
        loop {
            if let Some(reply) = self.take()? {
                return Ok(reply);
            }
            self.wait(until, false)?;
        }
    }

    /// The next reply to the request that is under way; others are late.
    fn take(&mut self) -> Result<Option<(Json, Vec<u8>)>, Error> {
        while let Some((data, _)) = self.replies.receive(Duration::ZERO)? {
            match decode(Kind::Reply, &data) {
                Ok((header, body)) if header.get("id").and_then(Json::as_str) == Some(&self.waiting_for) => {
                    let body = body.to_vec();
                    return Ok(Some((header, body)));
                }
                _ => self.late += 1,
            }
        }
        Ok(None)
    }

    fn wait(&self, until: u64, sending: bool) -> Result<(), Error> {
        if STOPPING.load(Ordering::SeqCst) {
            return Err(Error::Stopped);
        }
        let left = until.saturating_sub(now());
        if left == 0 {
            let name = &self.requests.name;
            return Err(Error::Timeout(match sending {
                true => format!("queue {name} had no room in time: is a worker running?"),
                false => format!("no reply through {name} in time"),
            }));
        }
        let mut both = [
            PollFd { fd: self.replies.fd, events: 1, returned: 0 },
            PollFd { fd: self.requests.fd, events: 4, returned: 0 },
        ];
        let slice = left.min(SLICE.as_millis() as u64) as c_int;
        // SAFETY: the array lives through the call, and has as many entries.
        unsafe { poll(both.as_mut_ptr(), if sending { 2 } else { 1 }, slice) };
        Ok(())
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.replies.unlink();
    }
}

fn random_word() -> io::Result<String> {
    let mut bytes = [0; 8];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
