#pragma once
// A list from its first page to its last as one body: application/x-ndjson, in constant memory.
// Each line is an object with one member that says what it is:
//
//   {"record": {...}}
//   {"page": {"next": "..."}}   all before it has been delivered; `next` reads on from here
//   {"end": {"complete": true, "records": 731}}
//   {"end": {"complete": false, "records": 500, "next": "...", "error": {...}}}
//
// A body without an `end` was cut off. Each page is a call of its own: allowed, recorded and logged
// like one, asked for when the page before has been written. Where the provider's rate limit is in
// the way, the stream waits.
//
// Used on one loop. What it was built from, the request included, outlives it.
#include <optional>
#include <string>

#include "api/call_action.h"
#include "pacing/pace.h"

namespace patchbay::api {

class RecordStream {
 public:
  // `action` only reads and has a list for its result. `pace` null: it does not wait.
  RecordStream(CallDoor door, actions::ActionRunner& runner, pacing::Pace* pace,
               const net::Request& request, actions::ActionCall call);

  // Fetches the first page; its failure is the answer to the request. Before anything else, once.
  Task<std::optional<ApiError>> begin();
  // The lines of a page; none after the last.
  Task<std::optional<std::string>> next();

 private:
  Task<ActionOutcome> fetch();
  Task<ActionOutcome> fetch_once();
  std::string lines_of(const actions::ActionReply& page);
  std::string failed(const ApiError& error);

  const CallDoor door_;
  actions::ActionRunner& runner_;
  pacing::Pace* const pace_;
  const net::Request& request_;
  actions::ActionCall call_;  // of the next page
  std::optional<actions::ActionReply> page_;
  std::int64_t records_ = 0;
  bool ended_ = false;
};

// Whether the request prefers such a body.
bool wants_record_stream(const net::Request& request);

}  // namespace patchbay::api
