/* The Patchbay connector interface: everything that crosses between the host and a connector.
 *
 * A connector is one shared library with one exported function, patchbay_connector_query(), which
 * hands out a static table of functions. It does no I/O. The host begins a *flow* (connect,
 * refresh, revoke, invoke), then calls step(flow, event) -> action until the action is DONE or
 * FAIL, then release(flow). Events are what happened (answers, a timer, a person came back);
 * actions are what the connector wants next (requests, a wait, a redirect, an end).
 *
 * Thread tags, at every function
 *   [loader]  from one thread, while nothing else of this library runs
 *   [flow]    any host thread, but never two calls at once for the same flow
 *   [any]     any thread, at any time between create() and destroy()
 *
 * Rules for every function (numbered and explained in abi.md)
 *   - never block, never wait, never do I/O, never start a thread, never call back into a flow;
 *   - nothing unwinds across this boundary: no exception, no longjmp;
 *   - text is UTF-8, pointer and length, not NUL-terminated, never owned by the receiver;
 *     ptr may be null only when len is 0;
 *   - what comes in is valid during the call only: copy what is needed later;
 *   - what a flow hands out is valid until the next call for that flow;
 *   - time and randomness come from the event, from nowhere else: same events, same bytes out;
 *   - fields called reserved, and flag bits not defined here, are written as 0 and not read.
 *
 * Growth: patchbay_str and patchbay_pair are frozen. Every other struct starts with struct_size,
 * set by whoever owns the memory to the sizeof it was compiled with; fields are only appended, and
 * a reader reads a field only when PATCHBAY_HAS() says that the writer knew it. For that reason
 * these structs stand in arrays only as pointers. Numbers may gain values: every reader has an
 * answer for one it does not know. Each pointer + count pair may be null + 0.
 *
 * C99, C11, C++17, C++20; no dependency. */
#ifndef PATCHBAY_CONNECTOR_H
#define PATCHBAY_CONNECTOR_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define PATCHBAY_CALL __cdecl
#define PATCHBAY_EXPORT __declspec(dllexport)
#else
#define PATCHBAY_CALL
#define PATCHBAY_EXPORT __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Another major: the two sides refuse each other. Another minor of the same major: they work
 * together with what both know. 1.0 is frozen: what stands here keeps its place, its size, its
 * number and its meaning for as long as the major is 1 (abi.md, Growth). */
#define PATCHBAY_ABI_MAJOR 1u
#define PATCHBAY_ABI_MINOR 0u

/* True when the writer of *p knew `field`: PATCHBAY_HAS(patchbay_done, done, facts) */
#ifdef __cplusplus
#define PATCHBAY_HAS(type, p, field) \
  ((p)->struct_size >= offsetof(type, field) + sizeof(type::field))
#else
#define PATCHBAY_HAS(type, p, field) \
  ((p)->struct_size >= offsetof(type, field) + sizeof(((type*)0)->field))
#endif

/* ---- building blocks ----------------------------------------------------------------------- */

/* Borrowed UTF-8 text or bytes. Frozen. */
typedef struct patchbay_str {
  const char* ptr;
  uint64_t len;
} patchbay_str;

/* A named value. Frozen; arrays hold it by value. */
typedef struct patchbay_pair {
  patchbay_str name;
  patchbay_str value;
} patchbay_pair;

/* How a call between the two programs went. Says nothing about the provider or the user: those
 * failures are a FAIL action. Unknown values mean PATCHBAY_E_INTERNAL. */
typedef uint32_t patchbay_status;
#define PATCHBAY_OK 0u
#define PATCHBAY_E_INVALID 1u     /* arguments break a rule of this interface */
#define PATCHBAY_E_UNSUPPORTED 2u /* a known thing that this side does not do */
#define PATCHBAY_E_NO_MEMORY 3u
#define PATCHBAY_E_INTERNAL 4u /* a fault in the callee */

typedef struct patchbay_instance patchbay_instance; /* opaque, owned by the connector */
typedef struct patchbay_flow patchbay_flow;         /* opaque, owned by the connector */

/* A credential that the provider issued, under the name the manifest refers to ("v2").
 * In patchbay_input it belongs to the host, in actions to the flow. */
typedef struct patchbay_token {
  uint32_t struct_size;
  uint32_t flags;          /* PATCHBAY_TOKEN_* */
  patchbay_str name;       /* unique among the tokens of one account */
  patchbay_str value;      /* secret */
  patchbay_str type;       /* as the provider said it, such as "Bearer"; may be empty */
  int64_t expires_unix_ms; /* 0: the provider named no end */
  patchbay_str scopes;     /* the provider's scope names, separated by one space each */
} patchbay_token;
#define PATCHBAY_TOKEN_SCOPES_KNOWN (1u << 0) /* scopes is the whole list, even if it is empty */

/* ---- what a flow begins with --------------------------------------------------------------- */

/* Owned by the host, valid during the begin call only. Which members are filled:
 *   connect  method, environment, fields, setup, secrets, needed, redirect_uri
 *   refresh  as connect, plus tokens; secrets also hold what DONE had kept (patchbay_done)
 *   revoke   as refresh; tokens are exactly those to be revoked
 *   invoke   as refresh, plus action_id and arguments_json
 * Secret values travel in secrets, setup_secrets and tokens, nowhere else. */
typedef struct patchbay_input {
  uint32_t struct_size;
  uint32_t reserved;
  patchbay_str auth_method_id; /* from the manifest */
  patchbay_str environment_id; /* from the manifest; empty when it has none */
  const patchbay_pair* fields; /* by field id, in form order; as the person typed them */
  uint64_t field_count;
  const patchbay_pair* secrets; /* by field id, or by the name given in patchbay_done */
  uint64_t secret_count;
  const patchbay_pair* setup_fields; /* the operator's, by field id */
  uint64_t setup_field_count;
  const patchbay_pair* setup_secrets;
  uint64_t setup_secret_count;
  const patchbay_token* const* tokens;
  uint64_t token_count;
  /* Such as "employees:read": what the chosen actions need. */
  const patchbay_str* needed_permissions;
  uint64_t needed_permission_count;
  patchbay_str redirect_uri;   /* where a provider may send the person back; may be empty */
  patchbay_str action_id;      /* invoke */
  patchbay_str arguments_json; /* invoke: one JSON object, valid by the action's input schema */
} patchbay_input;

/* ---- events: host -> connector ------------------------------------------------------------- */

/* Why there is no complete answer. Unknown values mean PATCHBAY_NET_OTHER. */
#define PATCHBAY_NET_OK 0u
#define PATCHBAY_NET_DNS 1u
#define PATCHBAY_NET_CONNECT 2u
#define PATCHBAY_NET_TLS 3u             /* the handshake failed */
#define PATCHBAY_NET_TLS_CERTIFICATE 4u /* the server's certificate did not verify */
#define PATCHBAY_NET_TIMEOUT 5u
#define PATCHBAY_NET_RESET 6u          /* the connection ended before the answer did */
#define PATCHBAY_NET_TOO_LARGE 7u      /* the answer exceeded max_body_bytes or the host's limits */
#define PATCHBAY_NET_POLICY_REFUSED 8u /* the host does not allow this request */
#define PATCHBAY_NET_HTTP 9u           /* the answer was not HTTP */
#define PATCHBAY_NET_CANCELLED 10u     /* given up by the host, in a CANCEL event */
#define PATCHBAY_NET_OTHER 11u

/* What became of one request. With net_error != 0, http_status, headers and body hold what had
 * arrived by then, possibly nothing (http_status 0). */
typedef struct patchbay_reply {
  uint32_t struct_size;
  uint32_t flags; /* PATCHBAY_REPLY_* */
  uint32_t net_error;
  uint32_t http_status;
  const patchbay_pair* headers; /* names in lower case, in the order they came */
  uint64_t header_count;
  patchbay_str body; /* content codings already undone */
} patchbay_reply;
/* The provider certainly did not process the request: it failed before its first byte was sent.
 * Without this bit a request that failed may have been processed. */
#define PATCHBAY_REPLY_UNPROCESSED (1u << 0)

/* A connector answers an event kind that it does not know, or does not expect, with FAIL. */
#define PATCHBAY_EVENT_START 1u    /* the first event of every flow, and only the first */
#define PATCHBAY_EVENT_REPLIES 2u  /* answers REQUESTS: one reply a request, in request order */
#define PATCHBAY_EVENT_TIMER 3u    /* answers WAIT */
#define PATCHBAY_EVENT_REDIRECT 4u /* answers REDIRECT: the person came back */
#define PATCHBAY_EVENT_INPUT 5u    /* answers INPUT: the person filled in the further fields */
/* May come instead of any other event, except START. Answered with FAIL, kind CANCELLED, whose
 * tokens name everything minted so far. When requests were under way, replies holds what became of
 * them: the host does not drop the answer of a request flagged MINTS that it may have sent. */
#define PATCHBAY_EVENT_CANCEL 6u

/* Owned by the host, valid during step() only. */
typedef struct patchbay_event {
  uint32_t struct_size;
  uint32_t kind;      /* PATCHBAY_EVENT_* */
  int64_t unix_ms;    /* the only clock a connector may use */
  uint8_t random[32]; /* fresh for every event, fit for keys; the only randomness it may use */
  const patchbay_reply* const* replies; /* REPLIES, CANCEL */
  uint64_t reply_count;
  const patchbay_pair* query; /* REDIRECT: decoded parameters, in order; values are secret */
  uint64_t query_count;
  const patchbay_pair* fields; /* INPUT: by field id */
  uint64_t field_count;
  const patchbay_pair* secrets; /* INPUT: by field id */
  uint64_t secret_count;
} patchbay_event;

/* ---- actions: connector -> host ------------------------------------------------------------ */

/* One HTTP request. Scheme, host, port and method must fit the manifest, else the reply is
 * POLICY_REFUSED. The host adds host, content-length, user-agent and accept-encoding itself; it
 * adds no authorization, follows no redirect and keeps no cookie. */
typedef struct patchbay_request {
  uint32_t struct_size;
  uint32_t flags; /* PATCHBAY_REQUEST_* */
  patchbay_str method;
  patchbay_str url; /* absolute; holds no secret, with or without flags */
  const patchbay_pair* headers;
  uint64_t header_count;
  patchbay_str body;
  uint32_t timeout_ms;     /* from the first attempt to the last byte; 0: the host's own */
  uint32_t max_body_bytes; /* of the answer; 0: the host's own, which also caps any other value */
} patchbay_request;
/* Headers or body of the request or of its answer hold secrets: neither is logged nor recorded. */
#define PATCHBAY_REQUEST_SECRET (1u << 0)
/* May be sent twice: the host may repeat it when a reused connection broke. */
#define PATCHBAY_REQUEST_IDEMPOTENT (1u << 1)
/* The answer may create a credential: never dropped unread once sent (see EVENT_CANCEL). */
#define PATCHBAY_REQUEST_MINTS (1u << 2)
/* Uses up the credential it presents (a rotating refresh token, an authorization code): the host
 * records the intent first, uses a fresh connection, and never sends it twice. */
#define PATCHBAY_REQUEST_CONSUMES (1u << 3)

/* A text for a person: a message id from the manifest's texts with the values it names. */
typedef struct patchbay_message {
  uint32_t struct_size;
  uint32_t reserved;
  patchbay_str id;           /* such as "error.wrong_secret" */
  const patchbay_pair* args; /* by placeholder name; hold no secret */
  uint64_t arg_count;
  /* English, complete, no placeholders: what people read when the manifest has no text of the id.
   * May be empty when it has. */
  patchbay_str fallback;
  patchbay_str field_id; /* the form field it stands at; empty: none */
} patchbay_message;

/* The flow succeeded. */
typedef struct patchbay_done {
  uint32_t struct_size;
  uint32_t reserved;
  /* connect, refresh: replace the account's tokens of the same names; others stay. */
  const patchbay_token* const* tokens;
  uint64_t token_count;
  /* To be sealed by the host and handed back in patchbay_input.secrets. One of the same name,
   * a form field's included, is replaced; an empty value removes it; others stay. */
  const patchbay_pair* secrets;
  uint64_t secret_count;
  /* Permissions this flow has proved ("employees:read"), beside what token scopes tell. */
  const patchbay_str* granted_permissions;
  uint64_t granted_permission_count;
  /* To show beside the account, by the manifest's fact ids; where its hosts name one, also where
   * the account's requests go from now on (ABI-064). Hold no secret. */
  const patchbay_pair* facts;
  uint64_t fact_count;
  patchbay_str result_json; /* invoke */
} patchbay_done;

/* Who must act, and how. Unknown values mean PATCHBAY_FAIL_INTERNAL. */
#define PATCHBAY_FAIL_CREDENTIALS 1u   /* the person: what they entered was refused */
#define PATCHBAY_FAIL_PERMISSION 2u    /* the person, at the provider: permission_id is missing */
#define PATCHBAY_FAIL_REVOKED 3u       /* the person: what worked before was withdrawn; reconnect */
#define PATCHBAY_FAIL_RATE_LIMIT 4u    /* nobody: again after retry_after_ms */
#define PATCHBAY_FAIL_TRANSIENT 5u     /* nobody: the provider is away; again later */
#define PATCHBAY_FAIL_PROTOCOL 6u      /* the connector's author: the answer made no sense */
#define PATCHBAY_FAIL_CONFIGURATION 7u /* the operator: setup fields, hosts, certificates */
#define PATCHBAY_FAIL_CANCELLED 8u     /* nobody: answers CANCEL */
#define PATCHBAY_FAIL_INTERNAL 9u      /* the connector's author: a fault in the connector */

/* The flow failed. */
typedef struct patchbay_fail {
  uint32_t struct_size;
  uint32_t failure;                /* PATCHBAY_FAIL_* */
  const patchbay_message* message; /* never null */
  patchbay_str permission_id;      /* PERMISSION: such as "employees:read"; empty: not told */
  uint64_t retry_after_ms;         /* 0: the host decides */
  patchbay_str provider_excerpt;   /* for the operator: what the provider said; holds no secret */
  const patchbay_token* const* tokens; /* minted by this flow so far: the host revokes them */
  uint64_t token_count;
} patchbay_fail;

#define PATCHBAY_ACTION_REQUESTS 1u
#define PATCHBAY_ACTION_WAIT 2u
#define PATCHBAY_ACTION_REDIRECT 3u
#define PATCHBAY_ACTION_INPUT 4u
#define PATCHBAY_ACTION_DONE 5u
#define PATCHBAY_ACTION_FAIL 6u

/* Filled by step(). The host sets struct_size and zeroes the rest; the connector writes no further
 * than struct_size, and leaves what its kind does not use. All that it points at is owned by the
 * flow and valid until the next call for that flow. An unknown kind fails the flow. */
typedef struct patchbay_action {
  uint32_t struct_size;
  uint32_t kind;                           /* PATCHBAY_ACTION_* */
  const patchbay_request* const* requests; /* REQUESTS: 1 to PATCHBAY_MAX_BATCH, sent together */
  uint64_t request_count;
  uint64_t wait_ms; /* WAIT */
  /* REDIRECT: where to send the person, and the `state` parameter by which the host recognises
   * their return: 16 bytes or more, not to be guessed. The connector still compares it itself. */
  patchbay_str redirect_url;
  patchbay_str redirect_state;
  const patchbay_str* ask_field_ids; /* INPUT: fields of the auth method to be asked for */
  uint64_t ask_field_count;
  const patchbay_message* ask_reason; /* INPUT: may be null */
  const patchbay_done* done;          /* DONE: never null */
  const patchbay_fail* fail;          /* FAIL: never null */
  /* DONE, FAIL: what the person should know besides, such as "blanks were trimmed". */
  const patchbay_message* const* notices;
  uint64_t notice_count;
} patchbay_action;
#define PATCHBAY_MAX_BATCH 8u

/* ---- the two tables ------------------------------------------------------------------------ */

#define PATCHBAY_LOG_DEBUG 1u
#define PATCHBAY_LOG_INFO 2u
#define PATCHBAY_LOG_WARN 3u
#define PATCHBAY_LOG_ERROR 4u

/* What the host offers. Owned by the host, outlives the instance it was given to. */
typedef struct patchbay_host {
  uint32_t struct_size;
  uint32_t abi_minor; /* of the host */
  void* ctx;          /* handed back in every call */
  /* [any] One line for the operator, bounded and rate-limited by the host. Holds no secret. */
  void(PATCHBAY_CALL* log)(void* ctx, uint32_t level, patchbay_str message);
  /* [any] An optional feature by id and revision, such as "patchbay.http-stream/1": a static
   * struct that the feature's documentation describes, or null. */
  const void*(PATCHBAY_CALL* get_extension)(void* ctx, patchbay_str id);
} patchbay_host;

/* What the connector offers. Static storage, never changes. All functions except invoke are set. */
typedef struct patchbay_connector {
  uint32_t struct_size;
  uint32_t abi_minor;    /* of the connector */
  patchbay_str manifest; /* JSON, byte-equal to the one embedded in the library (abi.md) */

  /* [loader] Makes an instance; several may live at once, sharing nothing. `host` outlives it.
   * On failure *out is null. May be called again after a failure. */
  patchbay_status(PATCHBAY_CALL* create)(const patchbay_host* host, patchbay_instance** out);
  /* [loader] Ends it. Every flow of it was released before. Cannot fail. */
  void(PATCHBAY_CALL* destroy)(patchbay_instance* instance);

  /* [any] Begin a flow. `input` is valid during the call. On success *out is a flow that belongs to
   * the host until release(); the first event it gets is START. On failure *out is null: only for
   * input that breaks this interface, an unknown auth method (E_UNSUPPORTED), or lack of memory.
   * What is wrong with a person's values is told by FAIL, not here. */
  patchbay_status(PATCHBAY_CALL* connect)(patchbay_instance* instance, const patchbay_input* input,
                                          patchbay_flow** out);
  patchbay_status(PATCHBAY_CALL* refresh)(patchbay_instance* instance, const patchbay_input* input,
                                          patchbay_flow** out);
  patchbay_status(PATCHBAY_CALL* revoke)(patchbay_instance* instance, const patchbay_input* input,
                                         patchbay_flow** out);
  /* May be null: then the manifest marks no action `handler: connector`. */
  patchbay_status(PATCHBAY_CALL* invoke)(patchbay_instance* instance, const patchbay_input* input,
                                         patchbay_flow** out);

  /* [flow] Takes what happened, tells what to do. On OK *action is filled. Any other status ends
   * the flow as FAIL INTERNAL. After DONE or FAIL only release() follows. */
  patchbay_status(PATCHBAY_CALL* step)(patchbay_flow* flow, const patchbay_event* event,
                                       patchbay_action* action);
  /* [flow] Ends the flow, at any point, exactly once. Overwrites every secret it held.
   * Cannot fail. */
  void(PATCHBAY_CALL* release)(patchbay_flow* flow);

  /* [any] An optional feature of the connector by id and revision: a static struct, or null. */
  const void*(PATCHBAY_CALL* get_extension)(patchbay_instance* instance, patchbay_str id);
} patchbay_connector;

/* [loader] The one exported symbol; callable at any time after loading, before create().
 * Always writes the connector's own PATCHBAY_ABI_MAJOR to *connector_major (which may be null).
 * Returns null when it cannot serve host_major. host_minor is information only. */
PATCHBAY_EXPORT const patchbay_connector* PATCHBAY_CALL
patchbay_connector_query(uint32_t host_major, uint32_t host_minor, uint32_t* connector_major);
typedef const patchbay_connector*(PATCHBAY_CALL* patchbay_connector_query_fn)(
    uint32_t host_major, uint32_t host_minor, uint32_t* connector_major);
#define PATCHBAY_CONNECTOR_QUERY_SYMBOL "patchbay_connector_query"

/* ---- extensions ---------------------------------------------------------------------------- */

/* Connector side. One library without code of its own for a provider serves any manifest. */
#define PATCHBAY_EXT_MANIFEST_IN "patchbay.manifest-in/1"
typedef struct patchbay_manifest_in {
  uint32_t struct_size;
  uint32_t reserved;
  /* [loader] Once per instance, right after create(). `manifest_json` is valid during the call and
   * has passed the host's checks. E_UNSUPPORTED: it needs code that this library does not have. */
  patchbay_status(PATCHBAY_CALL* set_manifest)(patchbay_instance* instance,
                                               patchbay_str manifest_json);
} patchbay_manifest_in;

#ifdef __cplusplus
}
#endif
#endif
