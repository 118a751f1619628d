// The TLS stream at both ends of a loopback connection whose buffers are small, so that reads and
// writes have to wait in the midst of records.
#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <string>

#include "net/stream.h"
#include "net_test_certificates.h"

namespace patchbay::net {
namespace {

using asio::ip::tcp;

std::string pattern(std::size_t size, unsigned seed) {
  std::string text(size, '\0');
  for (char& c : text) {
    seed = seed * 1664525U + 1013904223U;
    c = static_cast<char>(seed >> 24U);
  }
  return text;
}

Task<> send_all(Stream& stream, std::string_view data, bool& sent) {
  while (!data.empty()) {
    const auto [error, count] = co_await stream.write_some(data);
    if (error) co_return;
    data.remove_prefix(count);
  }
  sent = true;
}

Task<> receive(Stream& stream, std::size_t size, std::string& into, ErrorCondition& end) {
  std::string buffer(5'000, '\0');
  while (into.size() < size) {
    const auto [error, count] = co_await stream.read_some(buffer.data(), buffer.size());
    end = error;
    if (error) co_return;
    into.append(buffer, 0, count);
  }
}

class TlsStreamTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto files = ca_.issue("DNS:api.example.com");
    auto server = TlsContext::for_server(files.certificate, files.key);
    auto client = TlsContext::for_client(ca_.file());
    ASSERT_TRUE(server && client);
    tcp::acceptor acceptor(loop_, {asio::ip::address_v4::loopback(), 0});
    acceptor.set_option(asio::socket_base::receive_buffer_size(4'096));
    tcp::socket near(loop_);
    near.open(tcp::v4());
    near.set_option(asio::socket_base::send_buffer_size(4'096));
    near.set_option(asio::socket_base::receive_buffer_size(4'096));
    near.connect(acceptor.local_endpoint());
    tcp::socket far = acceptor.accept();
    far.set_option(asio::socket_base::send_buffer_size(4'096));
    client_ = make_client_tls_stream(std::move(near), **client, "api.example.com", false);
    server_ = make_server_tls_stream(std::move(far), **server);
    // The contexts may go: each stream holds what it needs of its own.
    spawn(shake_hands(*client_));
    spawn(shake_hands(*server_));
    run();
    ASSERT_EQ(shaken_, 2);
  }

  Task<> shake_hands(Stream& stream) {
    const auto [error] = co_await stream.handshake();
    if (!error) ++shaken_;
  }
  void spawn(Task<> work) { asio::co_spawn(loop_, std::move(work), asio::detached); }
  void run() {
    loop_.restart();
    loop_.run_for(std::chrono::seconds(30));
  }

  TestCa ca_;
  asio::io_context loop_;
  std::unique_ptr<Stream> client_;
  std::unique_ptr<Stream> server_;
  int shaken_ = 0;
};

TEST_F(TlsStreamTest, CarriesMuchBothWaysAtATime) {
  const std::string there = pattern(3'000'000, 1);
  const std::string back = pattern(3'000'000, 2);
  std::string at_server;
  std::string at_client;
  ErrorCondition end;
  bool sent = false;
  bool sent_back = false;
  spawn(send_all(*client_, there, sent));
  spawn(send_all(*server_, back, sent_back));
  spawn(receive(*server_, there.size(), at_server, end));
  spawn(receive(*client_, back.size(), at_client, end));
  run();
  EXPECT_TRUE(sent && sent_back);
  EXPECT_TRUE(at_server == there);
  EXPECT_TRUE(at_client == back);
}

TEST_F(TlsStreamTest, GoesOnWhereWritingAtOnceStopped) {
  const std::string data = pattern(2'000'000, 3);
  const std::size_t gone = server_->write_at_once(data);
  EXPECT_LT(gone, data.size());
  // Whoever passes it on may have it elsewhere by then.
  const std::string rest = data.substr(gone);
  std::string received;
  ErrorCondition end;
  bool sent = false;
  spawn(send_all(*server_, rest, sent));
  spawn(receive(*client_, data.size(), received, end));
  run();
  EXPECT_TRUE(sent);
  EXPECT_TRUE(received == data);
}

TEST_F(TlsStreamTest, TellsACleanEndFromACutOne) {
  for (const bool clean : {true, false}) {
    if (!clean) SetUp();
    std::string received;
    ErrorCondition end;
    spawn(receive(*client_, 1, received, end));
    if (clean)
      spawn(server_->finish_writing());
    else
      server_->close();
    run();
    EXPECT_TRUE(end);
    EXPECT_EQ(is_clean_end(end), clean) << end.message();
    shaken_ = 0;
  }
}

TEST_F(TlsStreamTest, EndsWhoWaitsWhenItIsClosed) {
  std::string received;
  ErrorCondition end;
  bool readable = false;
  spawn([](Stream& stream, bool& readable) -> Task<> {
    co_await stream.until_readable();
    readable = true;
  }(*server_, readable));
  spawn(receive(*client_, 1, received, end));
  loop_.restart();
  loop_.poll();
  EXPECT_FALSE(readable);
  client_->close();
  server_->close();
  run();
  EXPECT_TRUE(readable);
  EXPECT_TRUE(end);
  EXPECT_FALSE(is_clean_end(end));
  // And nothing more is asked of a descriptor that is somebody else's by now.
  EXPECT_EQ(client_->write_at_once("text"), 0U);
}

TEST_F(TlsStreamTest, IsReadableOnceSomethingCame) {
  std::string received;
  ErrorCondition end;
  spawn([](Stream& stream, std::string& received, ErrorCondition& end) -> Task<> {
    co_await stream.until_readable();
    co_await receive(stream, 2, received, end);
  }(*client_, received, end));
  loop_.restart();
  loop_.poll();
  EXPECT_EQ(server_->write_at_once("hi"), 2U);
  run();
  EXPECT_EQ(received, "hi");
}

}  // namespace
}  // namespace patchbay::net
