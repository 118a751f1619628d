#include "net/http_parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

namespace patchbay::net {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

constexpr std::uint32_t kMaxHead = 64U << 10U;
// Chunk lines and trailers may take so much on top of the body.
constexpr std::size_t kMaxUnread = 16U << 10U;

std::string_view plain(string_view text) {
  return {text.data(), text.size()};
}

// What requests and responses share.
template <bool is_request>
class Message : public http::basic_parser<is_request> {
 public:
  Message(Headers& headers, SecretString& body, std::size_t max_body)
      : headers_(headers), body_(body), max_body_(max_body) {
    this->header_limit(kMaxHead);
    this->body_limit(boost::none);  // set once a length that is told beforehand was compared
    this->eager(false);
  }

  void allow(std::size_t max_body) {
    max_body_ = max_body;
    this->body_limit(max_body);
  }

  [[nodiscard]] std::optional<std::uint64_t> length() const {
    const auto told = this->content_length();
    return told ? std::optional<std::uint64_t>(*told) : std::nullopt;
  }

  ParseState feed(std::string_view data, std::size_t& used) {
    if (this->is_done()) return ParseState::kDone;
    while (true) {
      if (tells_too_much()) return ParseState::kTooLarge;
      const std::string_view rest = data.substr(used);
      // Beast asserts that a last chunk it has begun to see is given at least whole again.
      if (in_chunk_line_ && rest.size() < 5) return ParseState::kNeedMore;
      if (rest.empty()) return ParseState::kNeedMore;
      const bool had_head = this->is_header_done();
      error_code error;
      const std::size_t taken =
          this->put(boost::asio::const_buffer(rest.data(), rest.size()), error);
      used += taken;
      if (had_head) wire_ += taken;
      if (error == http::error::need_more) {
        return rest.size() - taken > std::max<std::size_t>(kMaxHead, kMaxUnread)
                   ? ParseState::kBad
                   : ParseState::kNeedMore;
      }
      if (error == http::error::body_limit) return ParseState::kTooLarge;
      if (error) return ParseState::kBad;
      if (wire_ > 2 * max_body_ + kMaxUnread) return ParseState::kTooLarge;
      if (!had_head && this->is_header_done() && !this->is_done()) {
        in_chunk_line_ = this->chunked();
        return tells_too_much() ? ParseState::kTooLarge : ParseState::kHead;
      }
      if (this->is_done()) return ParseState::kDone;
    }
  }

 protected:
  void on_field_impl(http::field name, string_view name_text, string_view value,
                     error_code& error) override {
    if (this->is_header_done()) return;  // a trailer: read and dropped
    if (name == http::field::transfer_encoding && !iequals(plain(value), "chunked")) {
      error = http::error::bad_transfer_encoding;
    } else if (name == http::field::content_length &&
               plain(value).find(',') != std::string_view::npos) {
      error = http::error::bad_content_length;
    } else if (!headers_.add(plain(name_text), plain(value))) {
      error = http::error::bad_field;
    }
  }
  void on_header_impl(error_code& /*error*/) override { this->body_limit(max_body_); }
  void on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/,
                         error_code& /*error*/) override {}
  std::size_t on_body_impl(string_view bytes, error_code& /*error*/) override {
    body_.append(plain(bytes));
    return bytes.size();
  }
  void on_chunk_header_impl(std::uint64_t /*size*/, string_view /*extensions*/,
                            error_code& /*error*/) override {
    in_chunk_line_ = false;
  }
  std::size_t on_chunk_body_impl(std::uint64_t remain, string_view bytes,
                                 error_code& /*error*/) override {
    body_.append(plain(bytes));
    in_chunk_line_ = remain == bytes.size();
    return bytes.size();
  }
  void on_finish_impl(error_code& /*error*/) override {}

 private:
  [[nodiscard]] bool tells_too_much() const {
    if (!this->is_header_done() || this->is_done()) return false;
    const auto told = length();
    return told && *told > max_body_;
  }

  Headers& headers_;
  SecretString& body_;
  std::size_t max_body_;
  std::size_t wire_ = 0;
  bool in_chunk_line_ = false;
};

}  // namespace

struct RequestParser::Impl final : Message<true> {
  struct Into {
    RequestHead& head;
    Headers& headers;
    SecretString& body;
    std::size_t max_body;
  };
  explicit Impl(const Into& where)
      : Message(where.headers, where.body, where.max_body), into(where) {}
  void on_request_impl(http::verb /*verb*/, string_view method, string_view target, int version,
                       error_code& /*error*/) override {
    into.head.method = plain(method);
    into.head.target = plain(target);
    into.head.http_1_0 = version == 10;
  }
  void on_response_impl(int /*status*/, string_view /*reason*/, int /*version*/,
                        error_code& /*error*/) override {}
  const Into into;
};

RequestParser::RequestParser(RequestHead& head, Headers& headers, SecretString& body,
                             std::size_t max_body)
    : impl_(std::make_unique<Impl>(Impl::Into{head, headers, body, max_body})) {}
RequestParser::~RequestParser() = default;

// Beast's parser is for one message: another one is built in its memory.
void RequestParser::restart() {
  const Impl::Into into = impl_->into;
  std::destroy_at(impl_.get());
  std::construct_at(impl_.get(), into);
}

ParseState RequestParser::put(std::string_view data, std::size_t& used) {
  return impl_->feed(data, used);
}
std::optional<std::uint64_t> RequestParser::length() const {
  return impl_->length();
}
void RequestParser::allow(std::size_t max_body) {
  impl_->allow(max_body);
}
bool RequestParser::keep_alive() const {
  return impl_->keep_alive();
}

struct ResponseParser::Impl final : Message<false> {
  Impl(Headers& headers, SecretString& body, std::size_t max_body, bool no_body)
      : Message(headers, body, max_body) {
    skip(no_body);
  }
  void on_request_impl(http::verb /*verb*/, string_view /*method*/, string_view /*target*/,
                       int /*version*/, error_code& /*error*/) override {}
  void on_response_impl(int code, string_view /*reason*/, int /*version*/,
                        error_code& error) override {
    status = static_cast<unsigned>(code);
    if (code < 100 || code > 599) error = http::error::bad_status;
  }
  unsigned status = 0;
};

ResponseParser::ResponseParser(Headers& headers, SecretString& body, std::size_t max_body,
                               bool no_body)
    : impl_(std::make_unique<Impl>(headers, body, max_body, no_body)) {}
ResponseParser::~ResponseParser() = default;

ParseState ResponseParser::put(std::string_view data, std::size_t& used) {
  return impl_->feed(data, used);
}

ParseState ResponseParser::put_end() {
  if (!impl_->got_some()) return ParseState::kBad;
  error_code error;
  impl_->put_eof(error);
  return error ? ParseState::kBad : ParseState::kDone;
}

unsigned ResponseParser::status() const {
  return impl_->status;
}
std::optional<std::uint64_t> ResponseParser::length() const {
  return impl_->length();
}
void ResponseParser::allow(std::size_t max_body) {
  impl_->allow(max_body);
}
bool ResponseParser::keep_alive() const {
  return impl_->keep_alive();
}
bool ResponseParser::got_some() const {
  return impl_->got_some();
}
bool ResponseParser::ends_with_connection() const {
  return impl_->is_header_done() && impl_->need_eof();
}

}  // namespace patchbay::net
