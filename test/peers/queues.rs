// What the Rust host and worker share: the C library's queue functions, declared by hand.

use std::ffi::CString;
use std::io::{Error, ErrorKind};
use std::os::raw::{c_char, c_int, c_long, c_uint};
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};

pub const READ: c_int = 0;
pub const WRITE: c_int = 1;
const CREATE: c_int = 0o100;
const MODE: c_uint = 0o600;
const MESSAGES: c_long = 1;
const SIZE: usize = 512;
const PRIORITY: c_uint = 1;
const SIGINT: c_int = 2;
const SIGTERM: c_int = 15;

#[repr(C)]
struct Attributes {
    flags: c_long,
    maxmsg: c_long,
    msgsize: c_long,
    curmsgs: c_long,
    reserved: [c_long; 4],
}

#[link(name = "rt")]
extern "C" {
    fn mq_open(name: *const c_char, flags: c_int, ...) -> c_int;
    fn mq_send(queue: c_int, data: *const u8, size: usize, priority: c_uint) -> c_int;
    fn mq_receive(queue: c_int, data: *mut u8, size: usize, priority: *mut c_uint) -> isize;
    fn mq_unlink(name: *const c_char) -> c_int;
    fn signal(number: c_int, handler: extern "C" fn(c_int)) -> usize;
    fn siginterrupt(number: c_int, flag: c_int) -> c_int;
}

static STOPPING: AtomicBool = AtomicBool::new(false);

extern "C" fn stop(_: c_int) {
    STOPPING.store(true, Ordering::SeqCst);
}

#[allow(dead_code)] // a host has no use for it
pub fn stop_on_signals() {
    for number in [SIGINT, SIGTERM] {
        unsafe {
            signal(number, stop);
            siginterrupt(number, 1);
        }
    }
}

fn fail(call: &str) -> ! {
    let error = Error::last_os_error();
    if error.kind() == ErrorKind::Interrupted && STOPPING.load(Ordering::SeqCst) {
        exit(0);
    }
    eprintln!("{call}: {error}");
    exit(1);
}

fn c_name(name: &str) -> CString {
    CString::new(name).expect("a name without a NUL byte")
}

pub fn open(name: &str, access: c_int) -> c_int {
    let mut attributes =
        Attributes { flags: 0, maxmsg: MESSAGES, msgsize: SIZE as c_long, curmsgs: 0, reserved: [0; 4] };
    let queue = unsafe { mq_open(c_name(name).as_ptr(), access | CREATE, MODE, &mut attributes) };
    if queue < 0 {
        fail("mq_open");
    }
    queue
}

pub fn send(queue: c_int, text: &str) {
    println!("Sending message '{text}'");
    if unsafe { mq_send(queue, text.as_ptr(), text.len(), PRIORITY) } != 0 {
        fail("mq_send");
    }
}

pub fn receive(queue: c_int) -> String {
    let mut buffer = [0u8; SIZE];
    let size = unsafe { mq_receive(queue, buffer.as_mut_ptr(), SIZE, std::ptr::null_mut()) };
    if size < 0 {
        fail("mq_receive");
    }
    let text = String::from_utf8_lossy(&buffer[..size as usize]).into_owned();
    println!("Received message '{text}'");
    text
}

#[allow(dead_code)] // a worker has no use for it
pub fn unlink(name: &str) {
    if unsafe { mq_unlink(c_name(name).as_ptr()) } != 0 {
        fail("mq_unlink");
    }
}

pub fn argument(index: usize, standard: &str) -> String {
    std::env::args().nth(index).unwrap_or_else(|| standard.to_string())
}
