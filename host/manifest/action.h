#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "manifest/permission.h"
#include "manifest/texts.h"

namespace patchbay::manifest {

class InputSchema;  // host/manifest/input_schema.h

// How a list of values is written into a query string or form.
enum class ArrayStyle {
  kRepeat,    // id=1&id=2
  kBrackets,  // id[]=1&id[]=2
  kComma,     // id=1,2
};

// One piece of a request and where it comes from: an input, or a constant.
struct Parameter {
  std::string name;   // query or form name, header name; for a JSON body a pointer ("/person/id")
  std::string input;  // top-level property of the input schema; empty: `constant` is used
  std::string constant;  // compact JSON for a JSON body, plain text elsewhere
  ArrayStyle style = ArrayStyle::kRepeat;
  bool file =
      false;  // multipart only: the input is an upload {filename, content_type, data (base64)}
};

enum class BodyKind { kNone, kJson, kForm, kMultipart };

struct Body {
  BodyKind kind = BodyKind::kNone;
  std::string whole_input;  // JSON only: this input is the entire body; `parameters` is empty then
  std::vector<Parameter> parameters;
};

enum class PaginationKind {
  kNone,
  kCursorLink,  // the answer holds the next page's URL at `next_path`
  kCursor,      // the answer holds a value at `next_path` that goes into `cursor_param`
  kOffset,      // `cursor_param` counts records from `first`
  kPage,        // `cursor_param` counts pages from `first`
};

// Every path here is a JSON pointer into the answer's body.
struct Pagination {
  PaginationKind kind = PaginationKind::kNone;
  std::string next_path;
  std::string link_path;  // kCursorLink: where links may lead; empty: the list's own path
  std::string cursor_param;
  std::string limit_param;  // empty: the page size can't be chosen
  std::uint32_t limit_default = 0;
  std::uint32_t limit_max = 0;
  std::uint32_t first = 0;
  std::string total_pages_path;    // page kind: stop there; empty: stop at a short page
  std::string total_records_path;  // offset kind, likewise
};

enum class ResultKind { kObject, kList, kNone, kBinary };

struct ResultRule {
  ResultKind kind = ResultKind::kObject;
  std::string path;          // JSON pointer to what the caller gets; empty: the whole body
  std::string success_path;  // must be `true` there, for providers that fail with status 200
};

enum class Handler { kHttp, kConnector };

// Something an application or agent can do with an account. Data, executed by the host, unless the
// handler is the connector.
struct Action {
  std::string id;  // unique across providers: starts with the manifest's id
  TextId label;
  TextId description;
  std::vector<std::string> tags;
  std::string input_schema;                  // compact JSON, the closed subset of input_schema.h
  std::shared_ptr<const InputSchema> input;  // the same, compiled; never null
  Handler handler = Handler::kHttp;

  // Empty for connector-handled actions, up to `token`.
  std::string method;  // GET, POST, PUT, PATCH, DELETE
  std::string host;    // one of the manifest's hosts, placeholders as there
  std::string path;    // "/v2/persons/{person_id}": each {input} is percent-encoded as one segment
  std::vector<Parameter> query;
  std::vector<Parameter> headers;
  Body body;
  Pagination pagination;
  ResultRule result;

  std::string token;  // which token authorises it (AuthMethod::find_authorization)
  std::vector<PermissionRef> permissions;  // all of them are needed
  bool read_only = false;
  bool destructive = false;
  bool idempotent = false;
};

}  // namespace patchbay::manifest
