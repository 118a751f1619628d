/* A connector in plain C99, with the header and nothing else: an API key that is proved by one
 * request. Passes `patchbay check`. */
#include <stdlib.h>
#include <string.h>

#include "patchbay/connector.h"

extern const unsigned char patchbay_manifest_blob[];
extern const unsigned int patchbay_manifest_header;
extern const unsigned int patchbay_manifest_length;

struct patchbay_instance {
  char nothing;
};

struct patchbay_flow {
  int revokes;
  char* key; /* secret */
  uint64_t key_size;
  /* What the last action points at. */
  patchbay_pair header;
  patchbay_request request;
  const patchbay_request* requests[1];
  patchbay_message message;
  patchbay_token token;
  const patchbay_token* tokens[1];
  patchbay_done done;
  patchbay_fail fail;
};

static patchbay_str text(const char* string) {
  patchbay_str made;
  made.ptr = string;
  made.len = strlen(string);
  return made;
}

static int is(patchbay_str name, const char* string) {
  return name.len == strlen(string) && memcmp(name.ptr, string, (size_t)name.len) == 0;
}

static void wipe(void* bytes, uint64_t size) {
  volatile unsigned char* byte = (volatile unsigned char*)bytes;
  while (size-- > 0) *byte++ = 0;
}

static patchbay_status create(const patchbay_host* host, patchbay_instance** out) {
  (void)host;
  *out = (patchbay_instance*)calloc(1, sizeof(patchbay_instance));
  return *out == NULL ? PATCHBAY_E_NO_MEMORY : PATCHBAY_OK;
}

static void destroy(patchbay_instance* instance) {
  free(instance);
}

static void release(patchbay_flow* flow) {
  if (flow->key != NULL) wipe(flow->key, flow->key_size);
  free(flow->key);
  free(flow);
}

static patchbay_status begin(const patchbay_input* input, int revokes, patchbay_flow** out) {
  uint64_t i;
  patchbay_flow* flow = (patchbay_flow*)calloc(1, sizeof(patchbay_flow));
  *out = NULL;
  if (flow == NULL) return PATCHBAY_E_NO_MEMORY;
  flow->revokes = revokes;
  for (i = 0; i < input->secret_count && flow->key == NULL; ++i) {
    const patchbay_pair* secret = &input->secrets[i];
    if (!is(secret->name, "client_secret")) continue;
    flow->key = (char*)malloc((size_t)secret->value.len + 1);
    if (flow->key == NULL) {
      release(flow);
      return PATCHBAY_E_NO_MEMORY;
    }
    memcpy(flow->key, secret->value.ptr, (size_t)secret->value.len);
    flow->key_size = secret->value.len;
  }
  *out = flow;
  return PATCHBAY_OK;
}

static patchbay_status connect(patchbay_instance* instance, const patchbay_input* input,
                               patchbay_flow** out) {
  (void)instance;
  return begin(input, 0, out);
}

static patchbay_status revoke(patchbay_instance* instance, const patchbay_input* input,
                              patchbay_flow** out) {
  (void)instance;
  return begin(input, 1, out);
}

static patchbay_status failed(patchbay_flow* flow, patchbay_action* action, uint32_t failure,
                              const char* text_id, const char* fallback) {
  flow->message.struct_size = sizeof flow->message;
  flow->message.id = text(text_id);
  flow->message.fallback = text(fallback);
  flow->fail.struct_size = sizeof flow->fail;
  flow->fail.failure = failure;
  flow->fail.message = &flow->message;
  action->kind = PATCHBAY_ACTION_FAIL;
  action->fail = &flow->fail;
  return PATCHBAY_OK;
}

static patchbay_status done(patchbay_flow* flow, patchbay_action* action) {
  flow->done.struct_size = sizeof flow->done;
  if (!flow->revokes) {
    flow->token.struct_size = sizeof flow->token;
    flow->token.name = text("main");
    flow->token.value.ptr = flow->key;
    flow->token.value.len = flow->key_size;
    flow->tokens[0] = &flow->token;
    flow->done.tokens = flow->tokens;
    flow->done.token_count = 1;
  }
  action->kind = PATCHBAY_ACTION_DONE;
  action->done = &flow->done;
  return PATCHBAY_OK;
}

static patchbay_status ask(patchbay_flow* flow, patchbay_action* action) {
  if (flow->key == NULL || flow->key_size == 0)
    return failed(flow, action, PATCHBAY_FAIL_CREDENTIALS, "error.value_missing", "Enter the key.");
  flow->header.name = text("x-api-key");
  flow->header.value.ptr = flow->key;
  flow->header.value.len = flow->key_size;
  flow->request.struct_size = sizeof flow->request;
  flow->request.flags = PATCHBAY_REQUEST_SECRET | PATCHBAY_REQUEST_IDEMPOTENT;
  flow->request.method = text("GET");
  flow->request.url = text("https://api.personio.de/me");
  flow->request.headers = &flow->header;
  flow->request.header_count = 1;
  flow->requests[0] = &flow->request;
  action->kind = PATCHBAY_ACTION_REQUESTS;
  action->requests = flow->requests;
  action->request_count = 1;
  return PATCHBAY_OK;
}

static patchbay_status answered(patchbay_flow* flow, const patchbay_reply* reply,
                                patchbay_action* action) {
  if (reply->net_error != PATCHBAY_NET_OK || reply->http_status >= 500)
    return failed(flow, action, PATCHBAY_FAIL_TRANSIENT, "error.unreachable",
                  "The provider can't be reached.");
  if (reply->http_status == 200) return done(flow, action);
  if (reply->http_status == 401 || reply->http_status == 403)
    return failed(flow, action, PATCHBAY_FAIL_CREDENTIALS, "error.oauth_invalid_client",
                  "The provider does not accept this key.");
  if (reply->http_status == 429)
    return failed(flow, action, PATCHBAY_FAIL_RATE_LIMIT, "error.rate_limited",
                  "The provider asks for a pause.");
  return failed(flow, action, PATCHBAY_FAIL_PROTOCOL, "error.unexpected_status",
                "The provider's answer makes no sense.");
}

static patchbay_status step(patchbay_flow* flow, const patchbay_event* event,
                            patchbay_action* action) {
  if (event->kind == PATCHBAY_EVENT_CANCEL)
    return failed(flow, action, PATCHBAY_FAIL_CANCELLED, "error.cancelled", "It was cancelled.");
  if (event->kind == PATCHBAY_EVENT_START && flow->request.struct_size == 0)
    return flow->revokes ? done(flow, action) : ask(flow, action);
  if (event->kind == PATCHBAY_EVENT_REPLIES && event->reply_count == 1 &&
      flow->request.struct_size != 0)
    return answered(flow, event->replies[0], action);
  return failed(flow, action, PATCHBAY_FAIL_INTERNAL, "error.internal",
                "The connector met something unexpected.");
}

static const void* extension(patchbay_instance* instance, patchbay_str id) {
  (void)instance;
  (void)id;
  return NULL;
}

PATCHBAY_EXPORT const patchbay_connector* PATCHBAY_CALL
patchbay_connector_query(uint32_t host_major, uint32_t host_minor, uint32_t* connector_major) {
  static patchbay_connector table;
  (void)host_minor;
  if (connector_major != NULL) *connector_major = PATCHBAY_ABI_MAJOR;
  if (host_major != PATCHBAY_ABI_MAJOR) return NULL;
  table.struct_size = sizeof table;
  table.abi_minor = PATCHBAY_ABI_MINOR;
  table.manifest.ptr = (const char*)patchbay_manifest_blob + patchbay_manifest_header;
  table.manifest.len = patchbay_manifest_length;
  table.create = create;
  table.destroy = destroy;
  table.connect = connect;
  table.refresh = connect;
  table.revoke = revoke;
  table.step = step;
  table.release = release;
  table.get_extension = extension;
  return &table;
}
