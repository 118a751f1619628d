#pragma once
// What a provider said when it refused a request, fit to be shown and logged: bounded, with the
// secrets of the request taken out. Pure functions.
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/without_secrets.h"
#include "manifest/manifest.h"
#include "net/http_client.h"

namespace patchbay::actions {

struct ProviderAnswer {
  static constexpr std::size_t kMaxText = 2048;

  unsigned status = 0;
  unsigned told = 0;     // in its place, where the body says otherwise: see told_status()
  std::string url;       // without its query, which may hold personal data
  std::string text;      // the body; empty when it is not text
  bool is_json = false;  // `text` is a whole JSON object
  std::string summary;   // the sentence meant for people, from the usual places; may be empty
  std::string trace_id;  // what the provider's support asks for; may be empty
  std::vector<std::pair<std::string, std::string>> headers;  // a fixed few

  [[nodiscard]] unsigned meaning() const { return told != 0 ? told : status; }
};

// without_secrets() for a JSON document, in keys and texts whatever their escapes: a secret may
// hold what JSON writes otherwise. Only then is it written anew; what is no JSON is treated as
// text.
std::string json_without_secrets(std::string_view document,
                                 std::span<const std::string_view> secrets);

// The status that says what the answer says: its own, unless its body holds one of the manifest's
// failure codes; of 2xx, unless it holds any code. What is 5xx stays that.
unsigned told_status(const manifest::Manifest& manifest, const net::ClientReply& reply);

ProviderAnswer read_provider_answer(const net::ClientReply& reply, std::string_view url,
                                    std::span<const std::string_view> secrets);

}  // namespace patchbay::actions
