// Requests without a usable answer, as a table: what came, what the flow says.
#include "patchbay/sdk/failures.h"

#include <gtest/gtest.h>

#include "only.h"

namespace {

using namespace patchbay::sdk;
using namespace patchbay::testing;

class Probe : public Flow {
 public:
  using Flow::Flow;

 protected:
  void step(const Event& event, Action& action) override {
    if (event.kind() == EventKind::start) {
      action.get("https://api.toy.test/");
    } else if (!failed_in_transit(action, event.reply(), "api.toy.test")) {
      action.done();
    }
  }
};

TEST(Failures, SayWhatHappenedAndWhoMustAct) {
  struct Row {
    ReplySpec reply;
    std::uint32_t failure;  // 0: worth reading
    const char* id;
    std::uint64_t retry_after_ms = 0;
  };
  const Row rows[] = {
      {{.net_error = PATCHBAY_NET_DNS}, PATCHBAY_FAIL_TRANSIENT, "error.unreachable"},
      {{.net_error = PATCHBAY_NET_CONNECT}, PATCHBAY_FAIL_TRANSIENT, "error.unreachable"},
      {{.net_error = PATCHBAY_NET_TLS}, PATCHBAY_FAIL_TRANSIENT, "error.tls_failed"},
      {{.net_error = PATCHBAY_NET_TLS_CERTIFICATE},
       PATCHBAY_FAIL_CONFIGURATION,
       "error.tls_certificate"},
      {{.net_error = PATCHBAY_NET_TIMEOUT}, PATCHBAY_FAIL_TRANSIENT, "error.timeout"},
      {{.status = 200, .net_error = PATCHBAY_NET_RESET},
       PATCHBAY_FAIL_TRANSIENT,
       "error.connection_cut"},
      {{.status = 200, .net_error = PATCHBAY_NET_TOO_LARGE},
       PATCHBAY_FAIL_PROTOCOL,
       "error.answer_too_large"},
      {{.net_error = PATCHBAY_NET_POLICY_REFUSED},
       PATCHBAY_FAIL_CONFIGURATION,
       "error.request_not_allowed"},
      {{.net_error = PATCHBAY_NET_HTTP}, PATCHBAY_FAIL_PROTOCOL, "error.not_http"},
      {{.net_error = PATCHBAY_NET_OTHER}, PATCHBAY_FAIL_TRANSIENT, "error.network"},
      {{.net_error = 4711}, PATCHBAY_FAIL_TRANSIENT, "error.network"},
      {{.status = 429}, PATCHBAY_FAIL_RATE_LIMIT, "error.rate_limited", 60'000},
      {{.status = 429, .headers = {{"retry-after", "7"}}},
       PATCHBAY_FAIL_RATE_LIMIT,
       "error.rate_limited",
       7'000},
      {{.status = 429, .headers = {{"retry-after", "-7"}}},
       PATCHBAY_FAIL_RATE_LIMIT,
       "error.rate_limited",
       60'000},
      {{.status = 429, .headers = {{"retry-after", "soon"}}},
       PATCHBAY_FAIL_RATE_LIMIT,
       "error.rate_limited",
       60'000},
      {{.status = 429, .headers = {{"retry-after", "99999999999"}}},
       PATCHBAY_FAIL_RATE_LIMIT,
       "error.rate_limited",
       86'400'000},
      {{.status = 500}, PATCHBAY_FAIL_TRANSIENT, "error.provider_unavailable"},
      {{.status = 503, .headers = {{"Retry-After", "3"}}},
       PATCHBAY_FAIL_TRANSIENT,
       "error.provider_unavailable",
       3'000},
      {{.status = 200}, 0, ""},
      {{.status = 404}, 0, ""},
  };
  patchbay::tests::OnlyDriver<Probe> driver;
  for (const Row& row : rows) {
    FlowRun run = driver.connect({});
    run.start();
    const Seen seen = run.replies({row.reply});
    EXPECT_EQ(seen.failure, row.failure) << row.reply.status << ' ' << row.reply.net_error;
    EXPECT_EQ(seen.message.id, row.id);
    EXPECT_EQ(seen.retry_after_ms, row.retry_after_ms);
    if (row.failure != 0) {
      EXPECT_EQ(seen.message.arg("host"), "api.toy.test");
      EXPECT_NE(seen.message.fallback.find("api.toy.test"), std::string::npos);
    }
  }
}

}  // namespace
