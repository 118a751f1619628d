//! A connector in Rust, without crates: the same API key as key.c, against the C header's layout.
//! Passes `patchbay check`. The structs hold what revision 1.0 of the interface says; what this
//! connector leaves alone stands there as padding with a name.
#![crate_type = "cdylib"]
#![allow(non_camel_case_types, dead_code)]

use std::os::raw::c_void;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr::null;

const MAJOR: u32 = 1;
const MINOR: u32 = 1;
const OK: u32 = 0;
const E_INVALID: u32 = 1;
const E_INTERNAL: u32 = 4;

const EVENT_START: u32 = 1;
const EVENT_REPLIES: u32 = 2;
const EVENT_CANCEL: u32 = 6;

const ACTION_REQUESTS: u32 = 1;
const ACTION_DONE: u32 = 5;
const ACTION_FAIL: u32 = 6;

const FAIL_CREDENTIALS: u32 = 1;
const FAIL_RATE_LIMIT: u32 = 4;
const FAIL_TRANSIENT: u32 = 5;
const FAIL_PROTOCOL: u32 = 6;
const FAIL_CANCELLED: u32 = 8;
const FAIL_INTERNAL: u32 = 9;

const REQUEST_SECRET: u32 = 1;
const REQUEST_IDEMPOTENT: u32 = 2;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Str {
    ptr: *const u8,
    len: u64,
}

impl Str {
    const EMPTY: Str = Str { ptr: null(), len: 0 };
    fn of(text: &[u8]) -> Str {
        Str { ptr: text.as_ptr(), len: text.len() as u64 }
    }
    unsafe fn bytes(&self) -> &[u8] {
        if self.len == 0 { &[] } else { std::slice::from_raw_parts(self.ptr, self.len as usize) }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Pair {
    name: Str,
    value: Str,
}

#[repr(C)]
pub struct Token {
    struct_size: u32,
    flags: u32,
    name: Str,
    value: Str,
    kind: Str,
    expires_unix_ms: i64,
    scopes: Str,
}

#[repr(C)]
pub struct Input {
    struct_size: u32,
    reserved: u32,
    auth_method_id: Str,
    environment_id: Str,
    fields: *const Pair,
    field_count: u64,
    secrets: *const Pair,
    secret_count: u64,
}

#[repr(C)]
pub struct Reply {
    struct_size: u32,
    flags: u32,
    net_error: u32,
    http_status: u32,
    headers: *const Pair,
    header_count: u64,
    body: Str,
}

#[repr(C)]
pub struct Event {
    struct_size: u32,
    kind: u32,
    unix_ms: i64,
    random: [u8; 32],
    replies: *const *const Reply,
    reply_count: u64,
}

#[repr(C)]
pub struct Request {
    struct_size: u32,
    flags: u32,
    method: Str,
    url: Str,
    headers: *const Pair,
    header_count: u64,
    body: Str,
    timeout_ms: u32,
    max_body_bytes: u32,
}

#[repr(C)]
pub struct Message {
    struct_size: u32,
    reserved: u32,
    id: Str,
    args: *const Pair,
    arg_count: u64,
    fallback: Str,
    field_id: Str,
}

#[repr(C)]
pub struct Done {
    struct_size: u32,
    reserved: u32,
    tokens: *const *const Token,
    token_count: u64,
    secrets: *const Pair,
    secret_count: u64,
    granted_permissions: *const Str,
    granted_permission_count: u64,
    facts: *const Pair,
    fact_count: u64,
    result_json: Str,
}

#[repr(C)]
pub struct Fail {
    struct_size: u32,
    failure: u32,
    message: *const Message,
    permission_id: Str,
    retry_after_ms: u64,
    provider_excerpt: Str,
    tokens: *const *const Token,
    token_count: u64,
}

#[repr(C)]
pub struct Action {
    struct_size: u32,
    kind: u32,
    requests: *const *const Request,
    request_count: u64,
    wait_ms: u64,
    redirect_url: Str,
    redirect_state: Str,
    ask_field_ids: *const Str,
    ask_field_count: u64,
    ask_reason: *const Message,
    done: *const Done,
    fail: *const Fail,
    notices: *const *const Message,
    notice_count: u64,
}

pub struct Instance;

/// Boxed, so that what an action points at stays where it is until the next call.
pub struct Flow {
    revokes: bool,
    asked: bool,
    key: Vec<u8>,
    header: Pair,
    request: Request,
    requests: [*const Request; 1],
    message: Message,
    token: Token,
    tokens: [*const Token; 1],
    done: Done,
    fail: Fail,
}

impl Drop for Flow {
    fn drop(&mut self) {
        for byte in self.key.iter_mut() {
            unsafe { std::ptr::write_volatile(byte, 0) };
        }
    }
}

fn size_of<T>() -> u32 {
    std::mem::size_of::<T>() as u32
}

impl Flow {
    unsafe fn begin(input: &Input, revokes: bool) -> Box<Flow> {
        let secrets = std::slice::from_raw_parts(
            if input.secret_count == 0 { std::ptr::NonNull::dangling().as_ptr() } else { input.secrets as *mut Pair },
            input.secret_count as usize,
        );
        // With its final size at once: a vector that grows leaves copies behind.
        let key = secrets
            .iter()
            .find(|secret| secret.name.bytes() == b"client_secret")
            .map(|secret| secret.value.bytes().to_vec())
            .unwrap_or_default();
        let mut flow: Box<Flow> = Box::new(std::mem::zeroed::<FlowZeros>().into_flow(key));
        flow.revokes = revokes;
        flow
    }

    fn fail(&mut self, action: &mut Action, failure: u32, id: &'static str, fallback: &'static str) {
        self.message.struct_size = size_of::<Message>();
        self.message.id = Str::of(id.as_bytes());
        self.message.fallback = Str::of(fallback.as_bytes());
        self.fail.struct_size = size_of::<Fail>();
        self.fail.failure = failure;
        self.fail.message = &self.message;
        action.kind = ACTION_FAIL;
        action.fail = &self.fail;
    }

    fn done(&mut self, action: &mut Action) {
        self.done.struct_size = size_of::<Done>();
        if !self.revokes {
            self.token.struct_size = size_of::<Token>();
            self.token.name = Str::of(b"main");
            self.token.value = Str::of(&self.key);
            self.tokens[0] = &self.token;
            self.done.tokens = self.tokens.as_ptr();
            self.done.token_count = 1;
        }
        action.kind = ACTION_DONE;
        action.done = &self.done;
    }

    fn ask(&mut self, action: &mut Action) {
        if self.key.is_empty() {
            return self.fail(action, FAIL_CREDENTIALS, "error.value_missing", "Enter the key.");
        }
        self.header = Pair { name: Str::of(b"x-api-key"), value: Str::of(&self.key) };
        self.request.struct_size = size_of::<Request>();
        self.request.flags = REQUEST_SECRET | REQUEST_IDEMPOTENT;
        self.request.method = Str::of(b"GET");
        self.request.url = Str::of(b"https://api.personio.de/me");
        self.request.headers = &self.header;
        self.request.header_count = 1;
        self.requests[0] = &self.request;
        self.asked = true;
        action.kind = ACTION_REQUESTS;
        action.requests = self.requests.as_ptr();
        action.request_count = 1;
    }

    fn answered(&mut self, reply: &Reply, action: &mut Action) {
        match (reply.net_error, reply.http_status) {
            (0, 200) => self.done(action),
            (0, 401) | (0, 403) => {
                self.fail(action, FAIL_CREDENTIALS, "error.oauth_invalid_client", "The provider does not accept this key.")
            }
            (0, 429) => self.fail(action, FAIL_RATE_LIMIT, "error.rate_limited", "The provider asks for a pause."),
            (0, status) if status < 500 => {
                self.fail(action, FAIL_PROTOCOL, "error.unexpected_status", "The provider's answer makes no sense.")
            }
            _ => self.fail(action, FAIL_TRANSIENT, "error.unreachable", "The provider can't be reached."),
        }
    }

    unsafe fn step(&mut self, event: &Event, action: &mut Action) {
        match event.kind {
            EVENT_CANCEL => self.fail(action, FAIL_CANCELLED, "error.cancelled", "It was cancelled."),
            EVENT_START if !self.asked && self.revokes => self.done(action),
            EVENT_START if !self.asked => self.ask(action),
            EVENT_REPLIES if self.asked && event.reply_count == 1 => self.answered(&**event.replies, action),
            _ => self.fail(action, FAIL_INTERNAL, "error.internal", "The connector met something unexpected."),
        }
    }
}

/// Everything of a flow but the key, which can't be all zeros.
#[repr(C)]
struct FlowZeros {
    header: Pair,
    request: Request,
    requests: [*const Request; 1],
    message: Message,
    token: Token,
    tokens: [*const Token; 1],
    done: Done,
    fail: Fail,
}

impl FlowZeros {
    fn into_flow(self, key: Vec<u8>) -> Flow {
        Flow {
            revokes: false,
            asked: false,
            key,
            header: self.header,
            request: self.request,
            requests: self.requests,
            message: self.message,
            token: self.token,
            tokens: self.tokens,
            done: self.done,
            fail: self.fail,
        }
    }
}

/// Nothing may unwind across the border (ABI-033).
fn guarded(call: impl FnOnce() -> u32) -> u32 {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or(E_INTERNAL)
}

unsafe extern "C" fn create(_host: *const c_void, out: *mut *mut Instance) -> u32 {
    *out = Box::into_raw(Box::new(Instance));
    OK
}

unsafe extern "C" fn destroy(instance: *mut Instance) {
    drop(Box::from_raw(instance));
}

unsafe extern "C" fn connect(_: *mut Instance, input: *const Input, out: *mut *mut Flow) -> u32 {
    begin(input, false, out)
}

unsafe extern "C" fn revoke(_: *mut Instance, input: *const Input, out: *mut *mut Flow) -> u32 {
    begin(input, true, out)
}

unsafe fn begin(input: *const Input, revokes: bool, out: *mut *mut Flow) -> u32 {
    *out = std::ptr::null_mut();
    if (*input).struct_size < size_of::<Input>() {
        return E_INVALID;
    }
    guarded(|| {
        *out = Box::into_raw(Flow::begin(&*input, revokes));
        OK
    })
}

unsafe extern "C" fn step(flow: *mut Flow, event: *const Event, action: *mut Action) -> u32 {
    guarded(|| {
        (*flow).step(&*event, &mut *action);
        OK
    })
}

unsafe extern "C" fn release(flow: *mut Flow) {
    drop(Box::from_raw(flow));
}

unsafe extern "C" fn extension(_: *mut Instance, _: Str) -> *const c_void {
    null()
}

type Begin = unsafe extern "C" fn(*mut Instance, *const Input, *mut *mut Flow) -> u32;

#[repr(C)]
pub struct Table {
    struct_size: u32,
    abi_minor: u32,
    manifest: Str,
    create: unsafe extern "C" fn(*const c_void, *mut *mut Instance) -> u32,
    destroy: unsafe extern "C" fn(*mut Instance),
    connect: Begin,
    refresh: Begin,
    revoke: Begin,
    invoke: Option<Begin>,
    step: unsafe extern "C" fn(*mut Flow, *const Event, *mut Action) -> u32,
    release: unsafe extern "C" fn(*mut Flow),
    get_extension: unsafe extern "C" fn(*mut Instance, Str) -> *const c_void,
}
unsafe impl Sync for Table {}

/// Made by embed_manifest.py: found by the host in the file's bytes.
static BLOB: &[u8; include_bytes!(env!("MANIFEST_BLOB")).len()] = include_bytes!(env!("MANIFEST_BLOB"));
const BLOB_HEADER: usize = 72;

static TABLE: Table = Table {
    struct_size: std::mem::size_of::<Table>() as u32,
    abi_minor: MINOR,
    manifest: Str { ptr: unsafe { (BLOB as *const u8).add(BLOB_HEADER) }, len: (BLOB.len() - BLOB_HEADER) as u64 },
    create,
    destroy,
    connect,
    refresh: connect,
    revoke,
    invoke: None,
    step,
    release,
    get_extension: extension,
};

#[no_mangle]
pub unsafe extern "C" fn patchbay_connector_query(host_major: u32, _host_minor: u32, connector_major: *mut u32) -> *const Table {
    if !connector_major.is_null() {
        *connector_major = MAJOR;
    }
    if host_major == MAJOR { &TABLE } else { null() }
}
