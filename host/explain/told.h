#pragma once
// An explanation told in words: for pages and tickets in the reader's language, for programs as
// JSON. Pure; any thread.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "explain/explanation.h"

namespace patchbay::explain {

struct ToldStep {
  std::string id;
  std::string who;      // in words
  std::string text;     // a sentence
  std::int64_t at = 0;  // unix ms; 0: unknown
};

struct ToldMoment {
  std::int64_t at = 0;  // unix ms
  bool bad = false;
  std::string text;
  std::string detail;  // may be empty
};

struct Told {
  std::string provider;              // its name
  std::string headline;              // one sentence
  std::string cause;                 // likewise, or two
  std::string meanwhile;             // what applications get until it is settled
  std::vector<std::string> also;     // headlines of what else was found
  std::vector<std::string> missing;  // permissions, as the provider's page names them
  std::vector<ToldStep> steps;
  std::vector<ToldMoment> timeline;
};
Told tell(const Explanation& explanation, std::string_view language);

// Lines for a ticket or a terminal, times in UTC.
std::string as_text(const Explanation& explanation, std::string_view language);

// An object: codes and times, with English words beside them. Part of the HTTP API.
void write_json(json::Writer& out, const Explanation& explanation);

}  // namespace patchbay::explain
