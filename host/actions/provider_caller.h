#pragma once
// Sends one request for an account: authorised by the manifest's rule, at the provider's pace
// (pacing/pace.h), and once more with a fresh token after a 401. What failed is sent again where
// retries.h says so. What has a body in parts is sent once: nobody has it for another try. It
// leaves only under the instance's serving lease (instances/instance.h), and not when access was
// changed since it was checked. Used on the account's loop; everything it was built from, and what
// a call is given, outlives the call.
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

#include "actions/account_access.h"
#include "actions/authorizer.h"
#include "actions/call_trace.h"
#include "actions/token_source.h"

namespace patchbay::actions {

struct CallLimits {
  std::chrono::milliseconds request_time{30'000};
  std::size_t max_answer_bytes = std::size_t{8} << 20U;
  std::size_t max_file_bytes = std::size_t{32} << 20U;       // of an answer that is a file
  std::uint64_t max_stream_bytes = std::uint64_t{5} << 30U;  // of a body that is passed on in parts
  // What a file may take on top of request_time.
  std::size_t min_bytes_per_second = std::size_t{256} << 10U;

  [[nodiscard]] std::chrono::milliseconds time_for(std::size_t bytes) const {
    return std::chrono::milliseconds(bytes * 1'000 / min_bytes_per_second);
  }
};

// Any status.
struct ProviderReply {
  net::ClientReply reply;
  unsigned told = 0;  // the status that says what the reply says (provider_answer.h)
  std::string url;    // the address asked, without the credential
  Credential used;    // to be taken out of what is shown
};

class ProviderCaller {
 public:
  using Outcome = boost::system::result<ProviderReply, ActionError>;
  // Makes the request anew for each try; without its authorisation.
  using Build = std::function<Result<net::ClientRequest>()>;

  ProviderCaller(const accounts::Services& services, TokenSource& tokens, CallLimits limits)
      : services_(services), tokens_(tokens), limits_(limits) {}

  // `auth` null: the request needs none. `read_only`: nothing is lost when nobody knows whether it
  // was carried out. `trace` null: nobody wants to know what was sent.
  Task<Outcome> call(const UsableAccount& account, const manifest::RequestAuth* auth,
                     bool read_only, Build build, CallTrace* trace = nullptr);

 private:
  struct Call;
  using Sent = boost::system::result<net::ClientReply, ActionError>;
  Task<Result<SecretString>> value_of(Call& call, const manifest::ValueSource& source);
  static bool is_secret(const Call& call, const manifest::ValueSource& source);
  Task<Result<Credential>> credential(Call& call);
  // One try; the reply may be none.
  Task<Sent> send(Call& call);
  Task<Sent> send_with_retries(Call& call);
  static ActionError failure(const Call& call, const net::ClientReply& reply);

  const accounts::Services& services_;
  TokenSource& tokens_;
  const CallLimits limits_;
};

}  // namespace patchbay::actions
