// HttpServer over real sockets: what it answers, refuses, and how long it waits.
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <stdexcept>

#include "net/http_server.h"
#include "net_framing_cases.h"
#include "net_test_certificates.h"
#include "net_test_sockets.h"

namespace patchbay::net {
namespace {

using namespace std::chrono_literals;

class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() {
    router_.add("GET", "/{rest...}", echo);
    router_.add("GET", "/", echo);
    router_.add("POST", "/", echo);
    router_.add("GET", "/throw", [](Request&) -> Task<Response> {
      throw std::runtime_error("the password is hunter2");
      co_return empty();
    });
    router_.add("GET", "/large", [](Request&) -> Task<Response> {
      co_return text(std::string(std::size_t{16} << 20U, 'x'));
    });
    router_.add("GET", "/page", [this](Request&) -> Task<Response> {
      ++pages_made_;
      co_return text(std::string(std::size_t{15} << 10U, 'x'));
    });
    router_.add("GET", "/parts", [this](Request&) -> Task<Response> {
      Response response = text("");
      response.parts = [this, n = 0]() mutable -> Task<std::optional<std::string>> {
        ++parts_made_;
        if (n == part_that_fails_) throw std::runtime_error("the password is hunter2");
        if (n == parts_) co_return std::nullopt;
        co_return std::string(part_size_, static_cast<char>('a' + n++ % 26));
      };
      co_return response;
    });
    router_.add("GET", "/slow", [this](Request&) -> Task<Response> {
      ++running_;
      asio::steady_timer timer(co_await asio::this_coro::executor, slow_);
      co_await timer.async_wait(asio::use_awaitable);
      co_return text("done");
    });
  }
  ~HttpServerTest() override {
    if (server_) loops_.block_on(server_->stop(0ms));
    loops_.stop();
  }

  static Task<Response> echo(Request& request) {
    Response response =
        text(request.method + " " + request.path + " " + std::string(request.body.reveal()));
    response.headers.add("X-Host", request.host);
    response.headers.add("X-Peer", request.peer_address);
    co_return response;
  }

  void start(ServerOptions options = {}) {
    auto server = HttpServer::start(loops_, std::move(options),
                                    [this](Request& request) { return router_.dispatch(request); });
    ASSERT_TRUE(server) << server.error().message;
    server_ = *std::move(server);
    loops_.start();
  }
  void start_with(const ServerLimits& limits) {
    ServerOptions options;
    options.limits = limits;
    start(std::move(options));
  }
  Channel connect() { return raw_client(server_->port()); }
  std::string ask(const std::string& bytes) {
    Channel channel = connect();
    channel.send(bytes);
    return channel.read_message();
  }
  // What is answered, and whether the server then closes.
  std::string ask_to_the_end(const std::string& bytes) {
    Channel channel = connect();
    channel.send(bytes);
    return channel.read_all();
  }
  void wait_for_connections(std::size_t count) {
    for (int i = 0; i < 1000 && server_->connections() != count; ++i) {
      std::this_thread::sleep_for(5ms);
    }
    EXPECT_EQ(server_->connections(), count);
  }

  LoopPool loops_{2};
  Router router_;
  std::atomic<int> running_ = 0;
  std::atomic<int> parts_made_ = 0;
  std::atomic<int> pages_made_ = 0;
  int parts_ = 3;
  int part_that_fails_ = -1;
  std::size_t part_size_ = 2;
  std::chrono::milliseconds slow_{50};
  std::unique_ptr<HttpServer> server_;
};

const std::string kGet = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
const std::string kPost = "POST / HTTP/1.1\r\nHost: localhost\r\n";

TEST_F(HttpServerTest, AnswersSeveralRequestsOnOneConnection) {
  start();
  Channel channel = connect();
  for (const char* path : {"/a", "/b%20c"}) {
    channel.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: LOCALHOST\r\n\r\n");
    const std::string answer = channel.read_message();
    EXPECT_EQ(status_of(answer), 200U);
    EXPECT_NE(answer.find("\r\nDate: "), std::string::npos);
    EXPECT_NE(answer.find("\r\nX-Request-Id: req_"), std::string::npos);
    EXPECT_NE(answer.find("\r\nX-Host: localhost\r\n"), std::string::npos);
    EXPECT_NE(answer.find("\r\nX-Peer: 127.0.0.1\r\n"), std::string::npos);
  }
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  start();
  Channel channel = connect();
  channel.send(kPost + "Content-Length: 3\r\n\r\none" + kGet + kPost +
               "Transfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n");
  EXPECT_TRUE(channel.read_message().ends_with("POST / one"));
  EXPECT_TRUE(channel.read_message().ends_with("GET / "));
  EXPECT_TRUE(channel.read_message().ends_with("POST / two"));
}

// Together more than the kernel takes at once.
TEST_F(HttpServerTest, AnswersArriveWholeWhenThePeerReadsThemLate) {
  constexpr int kAsked = 1'000;
  start();
  Channel channel = connect();
  std::string requests;
  for (int i = 0; i < kAsked; ++i) requests += "GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n";
  channel.send(requests);
  for (int seen = -1; seen != pages_made_;) {
    seen = pages_made_;
    std::this_thread::sleep_for(50ms);
  }
  EXPECT_LT(pages_made_, kAsked);
  const std::string page(std::size_t{15} << 10U, 'x');
  for (int i = 0; i < kAsked; ++i) ASSERT_TRUE(channel.read_message().ends_with("\r\n\r\n" + page));
}

TEST_F(HttpServerTest, DecidesEveryFramingCaseAsTheRfcAsksAndClosesAfterARefusal) {
  start();
  for (const FramingCase& c : framing_cases()) {
    Channel channel = connect();
    channel.send(c.head);
    if (c.status == 0 &&
        (c.name == std::string("chunked") || c.name == std::string("chunked in capitals"))) {
      channel.send("0\r\n\r\n");
    }
    if (c.status == 0) {
      EXPECT_EQ(status_of(channel.read_message()), 200U) << c.name;
    } else {
      EXPECT_EQ(status_of(channel.read_all()), c.status) << c.name;
    }
  }
}

TEST_F(HttpServerTest, ReadsChunkedBodiesAndRefusesBrokenOnes) {
  start();
  struct Case {
    const char* name;
    const char* body;
    unsigned status;
    const char* decoded;
  };
  const Case cases[] = {
      {"two chunks", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 200, "abcde"},
      {"extension", "3;a=b\r\nabc\r\n0\r\n\r\n", 200, "abc"},
      {"trailer is dropped", "3\r\nabc\r\n0\r\nX: y\r\n\r\n", 200, "abc"},
      {"capital hexadecimal", "A\r\n0123456789\r\n0\r\n\r\n", 200, "0123456789"},
      {"no size", "\r\nabc\r\n0\r\n\r\n", 400, ""},
      {"size is no number", "x\r\nabc\r\n0\r\n\r\n", 400, ""},
      {"size is negative", "-3\r\nabc\r\n0\r\n\r\n", 400, ""},
      {"size with prefix", "0x3\r\nabc\r\n0\r\n\r\n", 400, ""},
      {"size overflowing", "fffffffffffffffff\r\nabc\r\n0\r\n\r\n", 400, ""},
      {"size over the limit", "ffffffff\r\nabc", 413, ""},
      {"bare LF after the size", "3\nabc\r\n0\r\n\r\n", 400, ""},
      {"bare CR after the size", "3\rabc\r\n0\r\n\r\n", 400, ""},
      {"chunk longer than its size", "3\r\nabcd\r\n0\r\n\r\n", 400, ""},
      {"chunk without its end", "3\r\nabc0\r\n\r\n\r\n\r\n", 400, ""},
      {"length in the trailer", "3\r\nabc\r\n0\r\nContent-Length: 3\r\n\r\n", 400, ""},
      {"coding in the trailer", "3\r\nabc\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, ""},
  };
  for (const Case& c : cases) {
    const std::string bytes = kPost + "Transfer-Encoding: chunked\r\n\r\n" + c.body;
    for (const bool one_by_one : {false, true}) {
      Channel channel = connect();
      if (one_by_one) {
        for (const char byte : bytes) channel.send({&byte, 1});
      } else {
        channel.send(bytes);
      }
      const std::string answer = c.status == 200 ? channel.read_message() : channel.read_all();
      EXPECT_EQ(status_of(answer), c.status) << c.name << one_by_one;
      if (c.status == 200) EXPECT_TRUE(answer.ends_with(std::string(" ") + c.decoded)) << c.name;
    }
  }
}

TEST_F(HttpServerTest, TakesARequestThatComesByteByByte) {
  start();
  Channel channel = connect();
  for (const char byte : kPost + "Content-Length: 5\r\n\r\nhello") channel.send({&byte, 1});
  EXPECT_TRUE(channel.read_message().ends_with("POST / hello"));
}

TEST_F(HttpServerTest, RefusesBodiesOverTheLimitAndTheAnswerArrives) {
  start_with({.max_body_bytes = 1000});
  EXPECT_EQ(status_of(ask(kPost + "Content-Length: 1000\r\n\r\n" + std::string(1000, 'x'))), 200U);
  EXPECT_EQ(
      status_of(ask_to_the_end(kPost + "Content-Length: 1001\r\n\r\n" + std::string(1001, 'x'))),
      413U);
  EXPECT_EQ(status_of(ask_to_the_end(kPost + "Content-Length: 500000\r\n\r\n" +
                                     std::string(500'000, 'x'))),
            413U);
  EXPECT_EQ(status_of(ask_to_the_end(kPost + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n" +
                                     std::string(1001, 'x'))),
            413U);
  std::string crumbs = kPost + "Transfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 20'000; ++i) crumbs += "1;" + std::string(20, 'e') + "\r\nx\r\n";
  EXPECT_EQ(status_of(ask_to_the_end(crumbs)), 413U);
}

TEST_F(HttpServerTest, RefusesHeadsOverTheLimit) {
  start();
  EXPECT_EQ(status_of(ask_to_the_end("GET / HTTP/1.1\r\nHost: localhost\r\nX: " +
                                     std::string(20'000, 'x'))),
            431U);
}

TEST_F(HttpServerTest, RefusesTlsBytesOnAPlainPortAtOnce) {
  start();
  EXPECT_EQ(status_of(ask_to_the_end("\x16\x03\x01\x02")), 400U);
}

TEST_F(HttpServerTest, AnswersOnlyForItsOwnHostNames) {
  ServerOptions options;
  options.allowed_hosts = {"hub.example.com", "other.example.com:444", "[::1]"};
  start(std::move(options));
  const std::string port = std::to_string(server_->port());
  const auto status = [&](const std::string& host) {
    return status_of(ask("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n"));
  };
  EXPECT_EQ(status("hub.example.com"), 200U);
  EXPECT_EQ(status("HUB.example.com:" + port), 200U);
  EXPECT_EQ(status("other.example.com:444"), 200U);
  EXPECT_EQ(status("[::1]:" + port), 200U);
  EXPECT_EQ(status("other.example.com"), 421U);
  EXPECT_EQ(status("hub.example.com:1"), 421U);
  EXPECT_EQ(status("localhost"), 421U);
  EXPECT_EQ(status("evil.example"), 421U);
  EXPECT_EQ(status("127.0.0.1:" + port), 421U);
}

// Even numbers are answered at once, odd ones by the handler.
struct AtOnceTest : HttpServerTest {
  AtOnceTest() {
    router_.add(
        "GET", "/now/{number}",
        [this](Request& request) -> Task<Response> {
          co_return text("later " + seen_of(request) + std::string(padding_, '.'))
              .with("X-Later", "yes");
        },
        [this](Request& request, Response& answer) {
          answer.body = "now " + seen_of(request);
          if (request.header("X-Throw") == "yes") throw std::runtime_error("hunter2");
          answer.headers.set("X-Now", "yes");
          answer.secret = true;
          answer.body.append(padding_, '.');
          return (request.param("number").back() - '0') % 2 == 0;
        });
    ServerOptions options;
    options.at_once = [this](Request& request, Response& answer) {
      return router_.answer_at_once(request, answer);
    };
    start(std::move(options));
  }
  // All that a request may bring along.
  static std::string seen_of(const Request& request) {
    return request.method + " " + std::string(request.param("number")) + " [" +
           request.query.get_or("q", "") + "] [" + std::string(request.header("X-Mine")) + "] " +
           request.host + " " + std::to_string(request.path_params.size()) +
           std::to_string(request.query.size()) + std::to_string(request.headers.size());
  }
  static std::string get(const std::string& target, const std::string& headers = {}) {
    return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
  }
  std::size_t padding_ = 0;
};

TEST_F(AtOnceTest, AnswersArriveInOrderAndBringNothingOfTheRequestBefore) {
  Channel channel = connect();
  channel.send(get("/now/2?q=hunter2", "X-Mine: hunter2\r\n") + get("/now/4") + get("/now/5") +
               get("/now/6?q=b") + kGet + get("/now/8"));
  EXPECT_TRUE(channel.read_message().ends_with("now GET 2 [hunter2] [hunter2] localhost 112"));
  EXPECT_TRUE(channel.read_message().ends_with("now GET 4 [] [] localhost 101"));
  const auto later = channel.read_message();
  EXPECT_TRUE(later.ends_with("later GET 5 [] [] localhost 101")) << later;
  EXPECT_EQ(later.find("X-Now"), std::string::npos) << "what was written at once is dropped";
  EXPECT_TRUE(channel.read_message().ends_with("now GET 6 [b] [] localhost 111"));
  EXPECT_TRUE(channel.read_message().ends_with("GET / "));
  const auto last = channel.read_message();
  EXPECT_TRUE(last.ends_with("now GET 8 [] [] localhost 101")) << last;
  EXPECT_EQ(last.find("X-Later"), std::string::npos);
}

TEST_F(AtOnceTest, ConnectionsThatEndAreLeftToTheHandler) {
  const std::string answer = ask_to_the_end(get("/now/2", "Connection: close\r\n"));
  EXPECT_TRUE(answer.ends_with("later GET 2 [] [] localhost 102")) << answer;
  EXPECT_EQ(status_of(ask_to_the_end("GET /now/2 HTTP/1.0\r\nHost: localhost\r\n\r\n")), 200U);
}

TEST_F(AtOnceTest, AFailureIsLeftToTheHandler) {
  const std::string answer = ask(get("/now/2", "X-Throw: yes\r\n"));
  EXPECT_TRUE(answer.ends_with("later GET 2 [] [] localhost 102")) << answer;
}

TEST_F(AtOnceTest, RefusalsCloseTheConnectionBehindAnAnswer) {
  const std::string answers =
      ask_to_the_end(get("/now/2") + "GET /now/4 HTTP/1.1\r\nHost: other\r\n\r\n" + get("/now/6"));
  EXPECT_NE(answers.find("now GET 2"), std::string::npos);
  EXPECT_NE(answers.find("HTTP/1.1 421 "), std::string::npos);
  EXPECT_EQ(answers.find("now GET 6"), std::string::npos);
}

TEST_F(AtOnceTest, AnswersArriveWholeWhenThePeerReadsThemLate) {
  constexpr int kAsked = 2'000;
  padding_ = 16'000;
  Channel channel = connect();
  std::thread asking([&] {
    for (int i = 0; i < kAsked; ++i) channel.send(get("/now/2"));
  });
  std::this_thread::sleep_for(100ms);
  for (int i = 0; i < kAsked; ++i) {
    const auto answer = channel.read_message();
    EXPECT_TRUE(answer.ends_with(std::string(padding_, '.'))) << i;
  }
  asking.join();
}

TEST_F(HttpServerTest, SendsABodyInPartsAndKeepsTheConnection) {
  start();
  Channel channel = connect();
  channel.send("GET /parts HTTP/1.1\r\nHost: localhost\r\n\r\n");
  channel.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const auto all = channel.read_all();
  EXPECT_NE(all.find("\r\nTransfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_NE(all.find("\r\n\r\n2\r\naa\r\n2\r\nbb\r\n2\r\ncc\r\n0\r\n\r\nHTTP/1.1 200"),
            std::string::npos)
      << all;
  EXPECT_EQ(all.find("Content-Length: 0"), std::string::npos);
}

TEST_F(HttpServerTest, EndsABodyInPartsWithTheConnectionForHttp10) {
  start();
  const auto all = ask_to_the_end("GET /parts HTTP/1.0\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE(all.ends_with("\r\n\r\naabbcc")) << all;
  EXPECT_EQ(all.find("chunked"), std::string::npos);
}

TEST_F(HttpServerTest, BreaksABodyOffWhosePartsCantBeMade) {
  part_that_fails_ = 1;
  start();
  const auto all = ask_to_the_end("GET /parts HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE(all.ends_with("\r\n2\r\naa\r\n")) << all;
}

TEST_F(HttpServerTest, MakesNoMorePartsThanAreTakenAndNoneForWhoIsGone) {
  parts_ = 1'000'000;
  part_size_ = std::size_t{1} << 20U;
  ServerLimits limits;
  limits.write_grace = 200ms;
  limits.min_bytes_per_second = std::size_t{1} << 30U;
  start_with(limits);
  Channel channel = connect();
  channel.send("GET /parts HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE(channel.read_some());
  wait_for_connections(0);  // it reads no further, and is dropped
  const int made = parts_made_;
  EXPECT_LT(made, 50) << "what the kernel's buffers hold";
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(parts_made_, made);
}

TEST_F(HttpServerTest, TurnsExceptionsInto500WithoutDetail) {
  start();
  const std::string answer = ask("GET /throw HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(status_of(answer), 500U);
  EXPECT_EQ(answer.find("hunter2"), std::string::npos);
}

TEST_F(HttpServerTest, AsksTheOptionForTheErrorPageOfABodyThatIsTooLarge) {
  ServerOptions options;
  options.on_error = [](const Request& request, unsigned status) {
    return json("{\"path\":\"" + request.path + "\"}", status);
  };
  start(std::move(options));
  for (const std::string framing :
       {"Content-Length: 2000000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n1fffff\r\nabc"}) {
    const std::string answer = ask_to_the_end(kPost + framing);
    EXPECT_EQ(status_of(answer), 413U);
    EXPECT_NE(answer.find("{\"path\":\"/"), std::string::npos) << answer;
  }
}

class LargeBodyTest : public HttpServerTest {
 protected:
  void start_admitting(std::size_t max_bytes) {
    ServerOptions options;
    options.limits.max_body_bytes = 10;
    options.limits.body_grace = 300ms;
    options.admit_body = [this, max_bytes](const Request& head, std::optional<std::uint64_t> length)
        -> Task<std::variant<LargeBody, Response>> {
      asked_.push_back({head.path, length.value_or(0)});
      if (head.headers.has("X-Refuse")) co_return text("not you", 403);
      auto room = std::make_shared<int>(0);
      room_ = room;
      co_return LargeBody{max_bytes, min_rate_, std::move(room)};
    };
    start(std::move(options));
  }
  static std::string post(std::size_t length, const std::string& fields = "") {
    return kPost + fields + "Content-Length: " + std::to_string(length) + "\r\n\r\n";
  }

  std::vector<std::pair<std::string, std::uint64_t>> asked_;
  std::weak_ptr<int> room_;
  std::size_t min_rate_ = 0;
};

// Bodies that their handler reads.
class BodyInPartsTest : public HttpServerTest {
 protected:
  // `most`: so many parts are read.
  void start_reading(std::size_t most) {
    router_.add("POST", "/in_parts", [this, most](Request& request) -> Task<Response> {
      std::string all;
      for (std::size_t count = 0; request.body_parts && count < most; ++count) {
        const auto part = co_await request.body_parts();
        failed_ = !part;
        if (!part || !*part) break;
        all += **part;
      }
      const auto told = request.body_length;
      co_return text((told ? std::to_string(*told) : "chunked") + " " + all);
    });
    ServerOptions options;
    options.limits.max_body_bytes = 10;
    options.limits.body_grace = 300ms;
    options.admit_body =
        [](const Request&,
           std::optional<std::uint64_t>) -> Task<std::variant<LargeBody, Response>> {
      LargeBody admitted;
      admitted.max_bytes = 1'000'000;
      admitted.in_parts = true;
      co_return admitted;
    };
    options.admit_chunked = [](const Request& head) { return head.path == "/in_parts"; };
    start(std::move(options));
  }
  static constexpr const char* kHead = "POST /in_parts HTTP/1.1\r\nHost: localhost\r\n";

  std::atomic<bool> failed_ = false;
};

TEST_F(BodyInPartsTest, AreReadByTheHandlerAndTheNextRequestFollows) {
  start_reading(1'000'000);
  Channel channel = connect();
  const std::string body(100'000, 'x');
  for (int round = 0; round < 2; ++round) {
    channel.send(std::string(kHead) + "Content-Length: 100000\r\n\r\n" + body);
    EXPECT_TRUE(channel.read_message().ends_with("\r\n\r\n100000 " + body));
    channel.send(std::string(kHead) + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    EXPECT_TRUE(channel.read_message().ends_with("\r\n\r\nchunked abc"));
  }
}

TEST_F(BodyInPartsTest, EndTheConnectionWhenTheyAreNotReadToTheirEnd) {
  start_reading(0);
  Channel channel = connect();
  channel.send(std::string(kHead) + "Content-Length: 100000\r\n\r\nbegun");
  const auto all = channel.read_all();
  EXPECT_EQ(status_of(all), 200U);
  EXPECT_NE(all.find("Connection: close"), std::string::npos) << all;
}

TEST_F(BodyInPartsTest, AreAskedForWhereTheClientWaitsToBe) {
  start_reading(1'000'000);
  Channel channel = connect();
  channel.send(std::string(kHead) + "Expect: 100-continue\r\nContent-Length: 12\r\n\r\n");
  EXPECT_EQ(status_of(channel.read_message()), 100U);
  channel.send("abcdefghijkl");
  EXPECT_TRUE(channel.read_message().ends_with("12 abcdefghijkl"));
}

TEST_F(BodyInPartsTest, FailWhenTheyAreMalformedTooLongOrDoNotCome) {
  start_reading(1'000'000);
  for (const auto& [framing, body] :
       {std::pair<std::string, std::string>{"Transfer-Encoding: chunked", "zz\r\n"},
        {"Transfer-Encoding: chunked", "1E8480\r\n" + std::string(2'000'000, 'x')},
        {"Content-Length: 100000", "begun"}}) {
    failed_ = false;
    Channel channel = connect();
    channel.send(std::string(kHead).append(framing).append("\r\n\r\n").append(body));
    channel.read_all();
    // The connection ends before its handler knows.
    for (int i = 0; i < 500 && !failed_; ++i) std::this_thread::sleep_for(10ms);
    EXPECT_TRUE(failed_) << framing;
  }
}

TEST_F(HttpServerTest, TellsALengthThatIsKnownAndBreaksOffWhatHasAnother) {
  for (const std::uint64_t length : {2U, 3U, 4U})
    router_.add("GET", "/of" + std::to_string(length),
                [length](Request& request) -> Task<Response> {
                  Response response = text("");
                  response.length = length;
                  if (request.method != "HEAD")
                    response.parts = [left = 3]() mutable -> Task<std::optional<std::string>> {
                      if (left-- == 0) co_return std::nullopt;
                      co_return "x";
                    };
                  co_return response;
                });
  start();
  const auto answer_of = [&](const std::string& method, int length) {
    Channel channel = connect();
    channel.send(method + " /of" + std::to_string(length) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    if (length == 3) channel.finish_sending();
    return channel.read_all();
  };
  for (const int length : {2, 3, 4}) {
    const auto answer = answer_of("GET", length);
    EXPECT_NE(answer.find("Content-Length: " + std::to_string(length) + "\r\n"), std::string::npos)
        << answer;
    EXPECT_EQ(answer.find("Transfer-Encoding"), std::string::npos) << answer;
    EXPECT_TRUE(answer.ends_with(length == 2 ? "\r\n\r\nxx" : "\r\n\r\nxxx")) << answer;
  }
  const auto head = answer_of("HEAD", 3);
  EXPECT_NE(head.find("Content-Length: 3\r\n"), std::string::npos) << head;
  EXPECT_TRUE(head.ends_with("\r\n\r\n")) << head;
}

TEST_F(LargeBodyTest, IsReadWhenItIsAdmittedAndItsRoomGivenBack) {
  start_admitting(100'000);
  const std::string body(100'000, 'x');
  Channel channel = connect();
  for (int i = 0; i < 2; ++i) {
    channel.send(post(body.size()) + body);
    EXPECT_TRUE(channel.read_message().ends_with("POST / " + body));
  }
  channel.send(post(3) + "abc");
  EXPECT_TRUE(channel.read_message().ends_with("POST / abc")) << "the usual bound is in force";
  EXPECT_EQ(asked_.size(), 2U);
  EXPECT_EQ(asked_.at(0), (std::pair<std::string, std::uint64_t>{"/", 100'000}));
  EXPECT_TRUE(room_.expired());
}

TEST_F(LargeBodyTest, IsRefusedWithItsHeadAlone) {
  start_admitting(100'000);
  const std::string refused = ask_to_the_end(post(50'000, "X-Refuse: yes\r\n"));
  EXPECT_EQ(status_of(refused), 403U);
  EXPECT_TRUE(refused.ends_with("not you")) << refused;
  EXPECT_EQ(status_of(ask_to_the_end(post(100'001))), 413U) << "longer than what was admitted";
  EXPECT_EQ(status_of(ask_to_the_end(kPost + "Content-Length: 9999999999999999\r\n\r\n")), 413U);
}

TEST_F(LargeBodyTest, HasToTellItsLength) {
  start_admitting(100'000);
  EXPECT_EQ(status_of(ask_to_the_end(kPost + "Transfer-Encoding: chunked\r\n\r\n20\r\nabc")), 413U);
  EXPECT_TRUE(asked_.empty());
}

TEST_F(LargeBodyTest, IsWaitedForOnlyAtItsOwnRate) {
  min_rate_ = 1'000'000;
  start_admitting(100'000);
  Channel channel = connect();
  channel.send(post(100'000));
  int sent = 0;  // above the server's usual rate
  while (sent < 250 && channel.send(std::string(100, 'x'))) {
    ++sent;
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_LT(sent, 250);
  wait_for_connections(0);
  EXPECT_TRUE(room_.expired());
}

TEST_F(LargeBodyTest, IsContinuedOnlyOnceItIsAdmitted) {
  start_admitting(100'000);
  EXPECT_EQ(ask_to_the_end(post(50'000, "X-Refuse: yes\r\nExpect: 100-continue\r\n"))
                .find("100 Continue"),
            std::string::npos);
  Channel channel = connect();
  channel.send(post(20, "Expect: 100-continue\r\nConnection: close\r\n"));
  EXPECT_NE(channel.read_message().find("100 Continue"), std::string::npos);
  channel.send(std::string(20, 'x'));
  EXPECT_TRUE(channel.read_all().ends_with("POST / " + std::string(20, 'x')));
}

TEST_F(HttpServerTest, AsksTheOptionForTheErrorPage) {
  ServerOptions options;
  options.on_error = [](const Request&, unsigned status) { return json("{}", status); };
  start(std::move(options));
  EXPECT_TRUE(ask("GET /throw HTTP/1.1\r\nHost: localhost\r\n\r\n").ends_with("{}"));
}

TEST_F(HttpServerTest, AnswersHeadWithTheLengthButNoBody) {
  start();
  Channel channel = connect();
  channel.send("HEAD /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const std::string answer = channel.read_all();
  EXPECT_EQ(status_of(answer), 200U);
  EXPECT_NE(answer.find("\r\nContent-Length: 8\r\n"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(HttpServerTest, ClosesWhenAskedAndAfterHttp10) {
  start();
  EXPECT_NE(ask_to_the_end("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                .find("\r\nConnection: close\r\n"),
            std::string::npos);
  EXPECT_EQ(status_of(ask_to_the_end("GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")), 200U);
}

TEST_F(HttpServerTest, SendsContinueToThoseWhoWaitForIt) {
  start();
  Channel channel = connect();
  channel.send(kPost + "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(channel.read_message(), "HTTP/1.1 100 Continue\r\n\r\n");
  channel.send("ok");
  EXPECT_TRUE(channel.read_message().ends_with("POST / ok"));
}

TEST_F(HttpServerTest, TakesTheAbsoluteFormForAPath) {
  start();
  EXPECT_TRUE(
      ask("GET http://localhost/a?b=c HTTP/1.1\r\nHost: localhost\r\n\r\n").ends_with("GET /a "));
  EXPECT_TRUE(ask("GET http://localhost HTTP/1.1\r\nHost: localhost\r\n\r\n").ends_with("GET / "));
}

TEST_F(HttpServerTest, RefusesPathsThatMeanAnotherPath) {
  start();
  for (const char* path : {"/a/../b", "/%2e%2e/", "/a%2fb", "/%00", "/%ff", "/a?x=%zz"}) {
    EXPECT_EQ(status_of(ask_to_the_end("GET " + std::string(path) +
                                       " HTTP/1.1\r\nHost: localhost\r\n\r\n")),
              400U)
        << path;
  }
}

TEST_F(HttpServerTest, DropsASlowHeaderEvenWhenBytesKeepComing) {
  start_with({.header_time = 150ms});
  Channel channel = connect();
  const auto began = std::chrono::steady_clock::now();
  channel.send("GET / HTTP/1.1\r\nHost: localhost\r\n");
  while (channel.send("X: y\r\n") && std::chrono::steady_clock::now() - began < 5s) {
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_EQ(channel.read_all(), "");
  EXPECT_LT(std::chrono::steady_clock::now() - began, 2s);
}

// A TLS record that says it has 512 bytes of a ClientHello, and does not bring them.
TEST_F(HttpServerTest, DropsAHandshakeThatDoesNotGoOn) {
  TestCa ca;
  const auto files = ca.issue("DNS:localhost");
  ServerOptions options;
  options.tls.certificate = files.certificate;
  options.tls.key = files.key;
  options.limits.header_time = 150ms;
  start(std::move(options));
  Channel silent = connect();
  Channel slow = connect();
  slow.send(std::string("\x16\x03\x01\x02\x00", 5));
  wait_for_connections(2);
  const auto began = std::chrono::steady_clock::now();
  while (slow.send("x") && std::chrono::steady_clock::now() - began < 5s) {
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_EQ(silent.read_all(), "");
  EXPECT_LT(std::chrono::steady_clock::now() - began, 2s);
  wait_for_connections(0);
}

TEST_F(HttpServerTest, DropsABodySlowerThanTheMinimumRate) {
  start_with({.body_grace = 100ms, .min_bytes_per_second = 1000});
  Channel channel = connect();
  const auto began = std::chrono::steady_clock::now();
  channel.send(kPost + "Content-Length: 100000\r\n\r\n");
  while (channel.send("x") && std::chrono::steady_clock::now() - began < 5s) {
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - began, 2s);
  EXPECT_EQ(channel.read_all(), "");
}

TEST_F(HttpServerTest, DropsABodyThatStandsStillAfterAQuickStart) {
  start_with({.body_grace = 100ms, .min_bytes_per_second = 1000});
  Channel channel = connect();
  const auto began = std::chrono::steady_clock::now();
  channel.send(kPost + "Content-Length: 100000\r\n\r\n" + std::string(60'000, 'x'));
  EXPECT_EQ(channel.read_all(), "");
  EXPECT_LT(std::chrono::steady_clock::now() - began, 20s) << "the start bought it a minute";
}

TEST_F(HttpServerTest, LetsABodyAboveTheMinimumRateTakeItsTime) {
  start_with({.body_grace = 100ms, .min_bytes_per_second = 1000});
  Channel channel = connect();
  channel.send(kPost + "Content-Length: 2000\r\n\r\n");
  for (int i = 0; i < 20; ++i) {
    channel.send(std::string(100, 'x'));
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_EQ(status_of(channel.read_message()), 200U);
}

TEST_F(HttpServerTest, ClosesIdleConnections) {
  start_with({.idle_time = 100ms});
  Channel channel = connect();
  channel.send(kGet);
  EXPECT_EQ(status_of(channel.read_message()), 200U);
  EXPECT_EQ(channel.read_all(), "");
  wait_for_connections(0);
}

TEST_F(HttpServerTest, DropsAConnectionThatSaysNothing) {
  start_with({.header_time = 100ms, .idle_time = std::chrono::minutes(10)});
  Channel channel = connect();
  EXPECT_EQ(channel.read_all(), "");
  wait_for_connections(0);
}

// The kernel takes megabytes for it, at once.
TEST_F(HttpServerTest, DropsAPeerThatReadsNothingWhileOthersAreServed) {
  parts_ = 1'000'000;
  part_size_ = std::size_t{1} << 20U;
  start_with({.write_grace = 200ms});
  Channel stuck = connect();
  stuck.send("GET /parts HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_TRUE(stuck.read_some());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(status_of(ask(kGet)), 200U);
  wait_for_connections(0);
}

TEST_F(HttpServerTest, LetsAPeerAboveTheMinimumRateTakeItsTime) {
  parts_ = 10;
  part_size_ = std::size_t{1} << 20U;
  start_with({.write_grace = 200ms});
  Channel slow = connect();
  slow.send("GET /parts HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  for (int i = 0; i < 400 && slow.read_some(); ++i) std::this_thread::sleep_for(2ms);
  EXPECT_TRUE(slow.read_all().ends_with("\r\n0\r\n\r\n"));
}

TEST_F(HttpServerTest, DropsAPeerThatDoesNotReadItsAnswer) {
  start_with({.write_grace = 150ms, .min_bytes_per_second = 100'000'000});
  Channel channel = connect();
  channel.send("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
  wait_for_connections(1);
  wait_for_connections(0);
}

TEST_F(HttpServerTest, LimitsConnectionsInAllAndPerPeer) {
  start_with({.max_connections_per_peer = 2});
  Channel one = connect();
  Channel two = connect();
  one.send(kGet);
  two.send(kGet);
  EXPECT_EQ(status_of(one.read_message()), 200U);
  EXPECT_EQ(status_of(two.read_message()), 200U);
  EXPECT_EQ(ask_to_the_end(kGet), "");
  one.cut();
  wait_for_connections(1);
  EXPECT_EQ(status_of(ask(kGet)), 200U);
}

TEST_F(HttpServerTest, StopsAfterTheRunningRequestsAreAnswered) {
  slow_ = 200ms;
  start_with({.linger_time = 50ms});
  Channel idle = connect();
  idle.send(kGet);
  idle.read_message();
  Channel busy = connect();
  busy.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
  while (running_ == 0) std::this_thread::sleep_for(1ms);
  EXPECT_TRUE(loops_.block_on(server_->stop(5s)));
  const std::string answer = busy.read_all();
  EXPECT_TRUE(answer.ends_with("done"));
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  EXPECT_EQ(idle.read_all(), "");
  EXPECT_THROW(connect(), std::runtime_error);
}

TEST_F(HttpServerTest, CancelsWhatOutlastsTheDrain) {
  slow_ = 1h;
  start();
  Channel busy = connect();
  busy.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
  while (running_ == 0) std::this_thread::sleep_for(1ms);
  EXPECT_FALSE(loops_.block_on(server_->stop(50ms)));
  EXPECT_EQ(server_->connections(), 0U);
  EXPECT_EQ(busy.read_all(), "");
}

TEST_F(HttpServerTest, SharesThePortBetweenLoopsWhenAsked) {
  ServerOptions options;
  options.reuse_port = true;
  start(std::move(options));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(status_of(ask(kGet)), 200U);
}

TEST_F(HttpServerTest, SaysThatThePortIsTaken) {
  start();
  for (const bool reuse_port : {false, true}) {
    ServerOptions options;
    options.port = server_->port();
    options.reuse_port = reuse_port;
    const auto second = HttpServer::start(loops_, options, echo);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::kConfiguration);
    EXPECT_EQ(second.error().message,
              "Can't listen on 127.0.0.1:" + std::to_string(options.port) +
                  ": another program uses that port. Stop it, or choose another port.");
  }
}

TEST_F(HttpServerTest, SaysWhatIsWrongWithAddressAndCertificate) {
  ServerOptions options;
  options.address = "nowhere";
  EXPECT_NE(HttpServer::start(loops_, options, echo).error().message.find("not an IP address"),
            std::string::npos);
  options.address = "192.0.2.1";
  EXPECT_NE(HttpServer::start(loops_, options, echo).error().message.find("no such address"),
            std::string::npos);
  options.address = "127.0.0.1";
  options.tls.certificate = "/nonexistent.pem";
  const auto failed = HttpServer::start(loops_, options, echo);
  EXPECT_EQ(failed.error().code, ErrorCode::kConfiguration);
  EXPECT_NE(failed.error().message.find("/nonexistent.pem"), std::string::npos);
}

}  // namespace
}  // namespace patchbay::net
