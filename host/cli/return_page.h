#pragma once
// Where a provider sends somebody back to who links from a terminal: an address of this machine,
// open for as long as the link takes (RFC 8252, section 7.3).
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "connector/flow_types.h"
#include "net/http_server.h"

namespace patchbay::cli {

class ReturnPage {
 public:
  // Listens on a free port of 127.0.0.1. The pool outlives it, and is driven by its block_on.
  static Result<std::unique_ptr<ReturnPage>> open(net::LoopPool& loops);
  ~ReturnPage();
  ReturnPage(const ReturnPage&) = delete;
  ReturnPage& operator=(const ReturnPage&) = delete;

  // "http://127.0.0.1:PORT/connect/return"
  [[nodiscard]] std::string address() const;

  // What the provider sent along with the person who comes back with this `state`; others are
  // turned away. kTimeout: nobody came.
  net::Task<Result<std::vector<connector::NamedSecret>>> somebody(std::string state,
                                                                  std::chrono::milliseconds limit);

 private:
  struct Visit;
  explicit ReturnPage(net::LoopPool& loops);
  net::LoopPool& loops_;
  std::shared_ptr<Visit> visit_;
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace patchbay::cli
