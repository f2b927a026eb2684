//! The common part of the peers in Rust: the traits that a peer implements, and the macro `peer!`, which makes the C
//! interface of them. Errors and panics become a message, which the thread's next call of `rust_error` returns.

use std::any::Any;
use std::cell::RefCell;
use std::ffi::{c_char, CStr, CString};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::time::{Duration, Instant};

pub type Outcome<T> = Result<T, String>;

pub struct Setup {
    pub name: String,
    pub directory: String,
    pub bytes: usize, // a multiple of 8
    pub readers: usize,
    pub spins: bool,
}

pub trait Sender: Sized {
    fn open(setup: &Setup) -> Outcome<Self>;
    fn begin(&mut self) -> Outcome<*mut u8>;
    fn send(&mut self) -> Outcome<()>;
}

pub trait Receiver: Sized {
    fn open(setup: &Setup) -> Outcome<Self>;
    /// Returns null if no frame arrived within the limit.
    fn receive(&mut self, limit: Duration) -> Outcome<*const u8>;
    fn release(&mut self) -> Outcome<()>;
}

pub fn failed<E: std::fmt::Display>(what: &str) -> impl Fn(E) -> String + '_ {
    move |error| format!("{what}: {error}")
}

/// Calls `ask` until it returns a value or the limit is over. Reads the clock only once per `ASKED_PER_LOOK` calls.
pub fn spin<T>(limit: Duration, mut ask: impl FnMut() -> Outcome<Option<T>>) -> Outcome<Option<T>> {
    const ASKED_PER_LOOK: u32 = 64;
    let mut end = None;
    loop {
        for _ in 0..ASKED_PER_LOOK {
            let found = ask()?;
            if found.is_some() {
                return Ok(found);
            }
        }
        let now = Instant::now();
        if now > *end.get_or_insert(now + limit) {
            return Ok(None);
        }
    }
}

/// Removes the shared memory that a library leaves behind when the last process of a batch ends.
pub fn remove_shared_memory(is_left: impl Fn(&str) -> bool) {
    let Ok(files) = std::fs::read_dir("/dev/shm") else {
        return;
    };
    for file in files.flatten() {
        if file.file_name().to_str().is_some_and(&is_left) {
            let _ = std::fs::remove_file(file.path()); // another process may have removed it
        }
    }
}

/// The same struct as in rust.hpp.
#[repr(C)]
pub struct CSetup {
    name: *const c_char,
    directory: *const c_char,
    bytes: u64,
    readers: u32,
    spins: bool,
}

impl CSetup {
    /// # Safety
    /// The strings end with a zero and outlive the call.
    pub unsafe fn read(&self) -> Setup {
        let text = |from| CStr::from_ptr(from).to_string_lossy().into_owned();
        Setup {
            name: text(self.name),
            directory: text(self.directory),
            bytes: self.bytes as usize,
            readers: self.readers as usize,
            spins: self.spins,
        }
    }
}

thread_local! {
    static ERROR: RefCell<CString> = RefCell::default();
}

pub fn error() -> *const c_char {
    ERROR.with_borrow(|error| error.as_ptr())
}

/// Returns None if the function failed or panicked.
pub fn guard<T>(work: impl FnOnce() -> Outcome<T>) -> Option<T> {
    let message = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => return Some(value),
        Ok(Err(message)) => message,
        Err(panic) => format!("panicked: {}", text_of(panic.as_ref())),
    };
    let message = CString::new(message.replace('\0', " ")).unwrap_or_default();
    ERROR.with_borrow_mut(|error| *error = message);
    None
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    let of_string = panic.downcast_ref::<String>().map(String::as_str);
    of_string
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without a word")
}

/// # Safety
/// `peer` comes from `Box::into_raw` and is not used after this.
pub unsafe fn close<T>(peer: *mut T) {
    guard(|| {
        drop(unsafe { Box::from_raw(peer) });
        Ok(())
    });
}

/// Defines the functions of rust.hpp for a sender and a receiver. All peers use the same names, in separate libraries.
#[macro_export]
macro_rules! peer {
    ($sender:ty, $receiver:ty, $version:expr) => {
        use std::ffi::{c_char, CString};
        use std::sync::OnceLock;
        use $crate::{close, error, guard, CSetup};

        #[no_mangle]
        extern "C" fn rust_error() -> *const c_char {
            error()
        }
        #[no_mangle]
        extern "C" fn rust_version() -> *const c_char {
            static VERSION: OnceLock<CString> = OnceLock::new();
            let version = VERSION.get_or_init(|| CString::new($version).unwrap_or_default());
            version.as_ptr()
        }

        #[no_mangle]
        unsafe extern "C" fn rust_sender_open(setup: &CSetup) -> *mut $sender {
            let opened = guard(|| <$sender as $crate::Sender>::open(&setup.read()));
            opened.map_or(std::ptr::null_mut(), |sender| Box::into_raw(Box::new(sender)))
        }
        #[no_mangle]
        extern "C" fn rust_sender_begin(sender: &mut $sender) -> *mut u8 {
            guard(|| $crate::Sender::begin(sender)).unwrap_or(std::ptr::null_mut())
        }
        #[no_mangle]
        extern "C" fn rust_sender_send(sender: &mut $sender) -> bool {
            guard(|| $crate::Sender::send(sender)).is_some()
        }
        #[no_mangle]
        unsafe extern "C" fn rust_sender_close(sender: *mut $sender) {
            close(sender)
        }

        #[no_mangle]
        unsafe extern "C" fn rust_receiver_open(setup: &CSetup) -> *mut $receiver {
            let opened = guard(|| <$receiver as $crate::Receiver>::open(&setup.read()));
            opened.map_or(std::ptr::null_mut(), |receiver| Box::into_raw(Box::new(receiver)))
        }
        #[no_mangle]
        extern "C" fn rust_receiver_receive(receiver: &mut $receiver, limit_ns: u64, frame: &mut *const u8) -> bool {
            let limit = std::time::Duration::from_nanos(limit_ns);
            guard(|| $crate::Receiver::receive(receiver, limit))
                .map(|received| *frame = received)
                .is_some()
        }
        #[no_mangle]
        extern "C" fn rust_receiver_release(receiver: &mut $receiver) -> bool {
            guard(|| $crate::Receiver::release(receiver)).is_some()
        }
        #[no_mangle]
        unsafe extern "C" fn rust_receiver_close(receiver: *mut $receiver) {
            close(receiver)
        }
    };
}
