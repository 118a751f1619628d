#pragma once
// Request heads and the status they must be answered with (0: accepted), shared by the guard's own
// test and by the test that sends them to a running server.
#include <string>
#include <vector>

namespace patchbay::net {

struct FramingCase {
  const char* name;
  std::string head;
  unsigned status;
};

inline std::vector<FramingCase> framing_cases() {
  const auto with = [](const std::string& fields, const std::string& line = "POST / HTTP/1.1") {
    return line + "\r\nHost: localhost\r\n" + fields + "\r\n";
  };
  const auto line = [](const std::string& first) { return first + "\r\nHost: localhost\r\n\r\n"; };
  const std::string nul(1, '\0');
  return {
      {"plain GET", line("GET / HTTP/1.1"), 0},
      {"HTTP/1.0 with Host", line("GET / HTTP/1.0"), 0},
      {"query", line("GET /a/b?c=%20d&e|f HTTP/1.1"), 0},
      {"absolute form, same host", line("GET http://localhost/x HTTP/1.1"), 0},
      {"absolute form, same host in capitals", line("GET HTTP://LOCALHOST/x HTTP/1.1"), 0},
      {"length zero", with("Content-Length: 0\r\n"), 0},
      {"chunked", with("Transfer-Encoding: chunked\r\n"), 0},
      {"chunked in capitals", with("Transfer-Encoding: CHUNKED\r\n"), 0},
      {"value without space", with("X:1\r\n"), 0},
      {"empty value", with("X:\r\n"), 0},
      {"obs-text in a value", with("X: \xc3\xa4\r\n"), 0},
      {"expectation we meet", with("Content-Length: 0\r\nExpect: 100-continue\r\n"), 0},

      {"Host missing", "GET / HTTP/1.1\r\n\r\n", 400},
      {"Host missing in 1.0", "GET / HTTP/1.0\r\n\r\n", 400},
      {"Host twice", "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400},
      {"Host twice, differing", "GET / HTTP/1.1\r\nHost: localhost\r\nhOST: b\r\n\r\n", 400},
      {"Host empty", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
      {"Host list", "GET / HTTP/1.1\r\nHost: localhost, b\r\n\r\n", 400},
      {"Host with user", "GET / HTTP/1.1\r\nHost: x@localhost\r\n\r\n", 400},
      {"Host with path", "GET / HTTP/1.1\r\nHost: localhost/x\r\n\r\n", 400},
      {"Host with bad port", "GET / HTTP/1.1\r\nHost: localhost:99999\r\n\r\n", 400},
      {"Host with blank inside", "GET / HTTP/1.1\r\nHost: local host\r\n\r\n", 400},

      {"length list", with("Content-Length: 4, 4\r\n"), 400},
      {"length twice, equal", with("Content-Length: 4\r\nContent-Length: 4\r\n"), 400},
      {"length twice, differing", with("Content-Length: 4\r\nContent-Length: 5\r\n"), 400},
      {"length signed", with("Content-Length: +4\r\n"), 400},
      {"length negative", with("Content-Length: -1\r\n"), 400},
      {"length hexadecimal", with("Content-Length: 0x4\r\n"), 400},
      {"length empty", with("Content-Length:\r\n"), 400},
      {"length with blank", with("Content-Length: 4 4\r\n"), 400},
      {"length with fraction", with("Content-Length: 4.0\r\n"), 400},
      {"length overflowing", with("Content-Length: 99999999999999999999\r\n"), 400},

      {"length beside chunked", with("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"), 400},
      {"chunked beside length", with("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n"), 400},
      {"identity beside length", with("Content-Length: 4\r\nTransfer-Encoding: identity\r\n"), 400},
      {"chunked not last", with("Transfer-Encoding: chunked, gzip\r\n"), 400},
      {"chunked twice in one", with("Transfer-Encoding: chunked, chunked\r\n"), 400},
      {"chunked twice in two", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
       400},
      {"coding empty", with("Transfer-Encoding:\r\n"), 400},
      {"coding in HTTP/1.0", with("Transfer-Encoding: chunked\r\n", "POST / HTTP/1.0"), 400},
      {"coding split over two fields",
       with("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"), 400},
      {"gzip then chunked", with("Transfer-Encoding: gzip, chunked\r\n"), 501},
      {"unknown coding", with("Transfer-Encoding: xchunked\r\n"), 501},
      {"identity", with("Transfer-Encoding: identity\r\n"), 501},
      {"chunked with parameter", with("Transfer-Encoding: chunked;q=1\r\n"), 501},
      {"quoted chunked", with("Transfer-Encoding: \"chunked\"\r\n"), 501},
      {"vertical tab before chunked",
       with("Transfer-Encoding: \x0b"
            "chunked\r\n"),
       400},
      {"compressed body", with("Content-Encoding: gzip\r\nContent-Length: 0\r\n"), 415},
      {"unknown expectation", with("Expect: 200-ok\r\n"), 417},

      {"TRACE", line("TRACE / HTTP/1.1"), 501},
      {"CONNECT", line("CONNECT localhost:443 HTTP/1.1"), 501},
      {"unknown method", line("BREW / HTTP/1.1"), 501},
      {"method in small letters", line("get / HTTP/1.1"), 501},
      {"malformed method", line("GE(T / HTTP/1.1"), 400},
      {"version 2", "PRI * HTTP/2.0\r\n\r\n", 505},
      {"version 1.2", line("GET / HTTP/1.2"), 505},
      {"version without digits", line("GET / HTTP/x.y"), 400},
      {"version in small letters", line("GET / http/1.1"), 400},
      {"no version", line("GET /"), 400},
      {"two blanks", line("GET  / HTTP/1.1"), 400},
      {"blank at the end", line("GET / HTTP/1.1 "), 400},
      {"tab in the request line", line("GET\t/ HTTP/1.1"), 400},
      {"blank in the target", line("GET /a b HTTP/1.1"), 400},
      {"fragment in the target", line("GET /a#b HTTP/1.1"), 400},
      {"backslash in the target", line("GET /a\\b HTTP/1.1"), 400},
      {"non-ASCII target", line("GET /\xc3\xa4 HTTP/1.1"), 400},
      {"asterisk", line("OPTIONS * HTTP/1.1"), 400},
      {"relative target", line("GET a HTTP/1.1"), 400},
      {"absolute form, another host", line("GET http://evil.example/ HTTP/1.1"), 400},
      {"absolute form, another port", line("GET http://localhost:1/ HTTP/1.1"), 400},
      {"absolute form with user", line("GET http://a@localhost/ HTTP/1.1"), 400},
      {"absolute form without host", line("GET http:///x HTTP/1.1"), 400},
      {"another scheme", line("GET ftp://localhost/ HTTP/1.1"), 400},

      {"folded field", with("X: a\r\n b\r\n"), 400},
      {"folded with tab", with("X: a\r\n\tb\r\n"), 400},
      {"fold before the first field", "GET / HTTP/1.1\r\n Host: localhost\r\n\r\n", 400},
      {"blank before the colon", with("X : a\r\n"), 400},
      {"tab before the colon", with("Content-Length\t: 4\r\n"), 400},
      {"field without a name", with(": a\r\n"), 400},
      {"field without a colon", with("X\r\n"), 400},
      {"blank in the name", with("X Y: a\r\n"), 400},
      {"non-ASCII name", with("X\xc3\xa4: a\r\n"), 400},
      {"NUL in a value", with("X: a" + nul + "b\r\n"), 400},
      {"NUL in a name", with("X" + nul + ": a\r\n"), 400},
      {"escape in a value", with("X: \x1b[0m\r\n"), 400},
      {"DEL in a value", with("X: \x7f\r\n"), 400},
      {"bare CR in a value", with("X: a\rb\r\n"), 400},
      {"bare CR before CRLF", with("X: a\r\r\n"), 400},
      {"bare LF in a value", with("X: a\nY: b\r\n"), 400},
      {"bare LF after the request line", "GET / HTTP/1.1\nHost: localhost\r\n\r\n", 400},
      {"Authorization twice", with("Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"), 400},
      {"Origin twice", with("Origin: http://a\r\nOrigin: http://b\r\n"), 400},
  };
}

}  // namespace patchbay::net
