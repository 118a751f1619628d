// What a provider can do wrong on the wire: each has an error of its own, leaves nothing behind,
// and the hub goes on.
#include <arpa/inet.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "hub_fixture.h"
#include "net/http_client.h"
#include "stderr_capture.h"

namespace patchbay::integration {
namespace {

struct Case {
  const char* name;
  Fault fault;
  const char* message_id;
  ErrorCode code;
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.name;
}

// The provider did its work and the answer was lost: nobody but the provider knows the token.
bool token_is_unknown(const Case& one) {
  return one.fault.kind == FaultKind::cut_in_answer || one.fault.kind == FaultKind::half_close;
}

const std::vector<Case> kCases{
    {"Is500",
     {.kind = FaultKind::status, .status = 500},
     "error.provider_unavailable",
     ErrorCode::kUnavailable},
    {"RateLimits",
     {.kind = FaultKind::status, .status = 429},
     "error.rate_limited",
     ErrorCode::kRateLimited},
    {"CutsBeforeItsAnswer",
     {.kind = FaultKind::cut_before_answer},
     "error.connection_cut",
     ErrorCode::kUnavailable},
    {"CutsWithinItsAnswer",
     {.kind = FaultKind::cut_in_answer},
     "error.connection_cut",
     ErrorCode::kUnavailable},
    {"ClosesHalfOfTheConnection",
     {.kind = FaultKind::half_close},
     "error.connection_cut",
     ErrorCode::kUnavailable},
    {"AnswersHtml", {.kind = FaultKind::html}, "error.not_json", ErrorCode::kProtocol},
    {"AnswersTenMegabytes",
     {.kind = FaultKind::big_body},
     "error.answer_too_large",
     ErrorCode::kProtocol},
    {"AnswersInvalidJson",
     {.kind = FaultKind::invalid_json},
     "error.not_json",
     ErrorCode::kProtocol},
    {"AnswersNothing", {.kind = FaultKind::empty_body}, "error.not_json", ErrorCode::kProtocol},
    {"AnswersWhatIsNotHttp", {.kind = FaultKind::garbage}, "error.not_http", ErrorCode::kProtocol},
};

class ProviderFault : public HubTest, public testing::WithParamInterface<Case> {
 protected:
  ProviderFault() { open_hub(); }

  accounts::LinkOutcome link_with_fault(const char* route) {
    Fault fault = GetParam().fault;
    fault.route = route;
    fault.times = 0;
    personio.kit().inject(fault);
    return link(personio.default_integration());
  }
  void expect_told_undone_and_alive(const accounts::LinkOutcome& outcome,
                                    std::size_t tokens_left = 0) {
    EXPECT_FALSE(outcome.account);
    EXPECT_EQ(outcome.message.id, GetParam().message_id);
    EXPECT_EQ(outcome.error.code, GetParam().code);
    EXPECT_FALSE(outcome.error.message.empty());
    EXPECT_TRUE(revocations_done());
    EXPECT_EQ(personio.valid_tokens(), tokens_left);
    expect_nothing_stored();
    personio.kit().clear_faults();
    EXPECT_TRUE(link(personio.default_integration()).account) << "the hub does not go on";
  }
};

TEST_P(ProviderFault, AtTheTokenFailsTheConnectByNameAndTheHubGoesOn) {
  expect_told_undone_and_alive(link_with_fault(kTokenRoute), token_is_unknown(GetParam()) ? 1 : 0);
}

TEST_P(ProviderFault, AfterTheTokenFailsTheConnectByNameAndTheTokenIsRevoked) {
  expect_told_undone_and_alive(link_with_fault(kPersonsRoute));
  EXPECT_GE(calls(kRevokeRoute), 1U);
}

TEST_P(ProviderFault, AtTheOlderApiAloneIsANoticeAndNoFailure) {
  const auto outcome = link_with_fault(kTokenV1Route);
  ASSERT_TRUE(outcome.account) << outcome.error.message;
  ASSERT_EQ(outcome.notices.size(), 1U);
  EXPECT_EQ(outcome.notices[0].id, "notice.v1_unavailable");
}

TEST_P(ProviderFault, AtARefreshPassesAndTheTokenThatIsValidGoesOnBeingServed) {
  const auto account_id = linked().id;
  const auto before = token_value(account_id);
  Fault fault = GetParam().fault;
  fault.route = kTokenRoute;
  fault.times = 0;
  personio.kit().inject(fault);
  const auto refreshed = refresh(account_id);
  ASSERT_FALSE(refreshed);
  EXPECT_EQ(refreshed.error().code, GetParam().code);
  EXPECT_EQ(account(account_id).status, store::AccountStatus::kActive);
  EXPECT_EQ(token_value(account_id), before);
  EXPECT_EQ(rows_in("flows"), 0);
  personio.kit().clear_faults();
  EXPECT_TRUE(refresh(account_id));
  EXPECT_NE(token_value(account_id), before);
}

INSTANTIATE_TEST_SUITE_P(When, ProviderFault, testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string(info.param.name); });

class ProviderAway : public HubTest {
 protected:
  ProviderAway() { open_hub(); }
};

TEST_F(ProviderAway, AProviderThatIsDownIsUnreachableAndLinksOnceItIsBack) {
  personio.stop();
  const auto outcome = link(personio.default_integration());
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.error.code, ErrorCode::kUnavailable);
  EXPECT_EQ(outcome.message.id, "error.unreachable");
  expect_nothing_stored();
  personio.start();
  EXPECT_TRUE(link(personio.default_integration()).account);
}

TEST_F(ProviderAway, ASlowProviderIsWaitedFor) {
  personio.kit().inject({.kind = FaultKind::delay, .route = "*", .times = 3, .delay = 300ms});
  EXPECT_TRUE(link(personio.default_integration()).account);
}

TEST_F(ProviderAway, AProviderThatTricklesItsAnswerDoesNotHoldUpOtherAccounts) {
  personio.kit().inject({.kind = FaultKind::trickle, .route = kTokenRoute, .delay = 1s});
  auto slow = start(
      hub->accounts().link(link_request(personio.default_integration(), session_request("slow"))));
  ASSERT_TRUE(called(kTokenRoute));
  EXPECT_TRUE(link(personio.default_integration(), "quick").account);
  EXPECT_NE(slow.wait_for(0s), std::future_status::ready) << "the slow one was not slow";
  personio.kit().end_delays();
  EXPECT_TRUE(slow.get().account);
}

struct Certificate {
  const char* name;
  sandbox::CertificateMode mode;
  const char* why;  // in the hub's log
};

void PrintTo(const Certificate& one, std::ostream* out) {
  *out << one.name;
}

class WrongCertificate : public HubTest, public testing::WithParamInterface<Certificate> {};

TEST_P(WrongCertificate, IsToldAsOneThatDoesNotVerifyBeforeAnySecretIsSent) {
  open_hub();
  personio.kit().set_certificate_mode(GetParam().mode);
  StderrCapture log;
  const auto outcome = link(personio.default_integration());
  const auto logged = log.stop();
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.message.id, "error.tls_certificate");
  EXPECT_EQ(outcome.error.code, ErrorCode::kConfiguration);
  EXPECT_NE(logged.find(GetParam().why), std::string::npos) << logged;
  EXPECT_EQ(personio.kit().calls().total(), 0U) << "a request was sent";
  expect_nothing_stored();
  personio.kit().set_certificate_mode(sandbox::CertificateMode::valid);
  EXPECT_TRUE(link(personio.default_integration()).account);
}

TEST_P(WrongCertificate, AtARefreshLosesNoAccountAndNoToken) {
  open_hub();
  const auto id = linked().id;
  const auto held = token_value(id);
  personio.kit().set_certificate_mode(GetParam().mode);
  for (const auto& client : hub->services().http)
    dynamic_cast<net::HttpClient&>(*client).close_idle();
  const auto refreshed = refresh(id);
  ASSERT_FALSE(refreshed);
  EXPECT_EQ(refreshed.error().code, ErrorCode::kConfiguration);
  EXPECT_EQ(account(id).status, store::AccountStatus::kActive);
  EXPECT_EQ(token_value(id), held);
  personio.kit().set_certificate_mode(sandbox::CertificateMode::valid);
  EXPECT_TRUE(refresh(id));
}

INSTANTIATE_TEST_SUITE_P(
    When, WrongCertificate,
    testing::Values(
        Certificate{"OfAnUnknownAuthority", sandbox::CertificateMode::wrong_ca, "issuer"},
        Certificate{"OfAnotherHost", sandbox::CertificateMode::wrong_host, "ostname mismatch"},
        Certificate{"Expired", sandbox::CertificateMode::expired, "expired"}),
    [](const auto& info) { return std::string(info.param.name); });

// Answers every connection with something that is no TLS.
class NoTls {
 public:
  NoTls() : thread_([this] { serve(); }) {}
  ~NoTls() {
    ::shutdown(socket_.get(), SHUT_RDWR);
    thread_.join();
  }
  [[nodiscard]] std::uint16_t port() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
  }

 private:
  static Fd listening() {
    Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(socket.get(), 8) != 0)
      throw std::runtime_error("can't listen");
    return socket;
  }
  void serve() const {
    for (;;) {
      const Fd peer(::accept(socket_.get(), nullptr, nullptr));
      if (!peer.valid()) return;
      const std::string_view answer = "HTTP/1.1 400 Bad Request\r\n\r\n";
      (void)::send(peer.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    }
  }
  Fd socket_ = listening();
  std::thread thread_;
};

TEST_F(ProviderAway, AnotherFaultOfTlsIsNotBlamedOnTheCertificate) {
  close_hub();
  const NoTls other;
  auto changed = options();
  changed.egress.overrides[0].port = other.port();
  auto opened = cli::Hub::open(changed);
  ASSERT_TRUE(opened) << opened.error().message;
  hub = std::move(*opened);
  hub->loops().start();
  ASSERT_TRUE(hub->start_connectors());
  const auto outcome = link(personio.default_integration());
  EXPECT_FALSE(outcome.account);
  EXPECT_EQ(outcome.message.id, "error.tls_failed");
  EXPECT_EQ(outcome.error.code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace patchbay::integration
