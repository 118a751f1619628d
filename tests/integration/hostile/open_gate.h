#pragma once
// A gate that lets everything in, or only what has one SHA-256.
#include <string>
#include <utility>

#include "connector/trust/gate.h"

namespace patchbay::integration {

class OpenGate final : public connector::Gate {
 public:
  explicit OpenGate(std::string only = {}) : only_(std::move(only)) {}

  net::Task<Result<connector::Review>> review(const connector::ConnectorFile& file) override {
    connector::Review review;
    review.approved = only_.empty() || file.sha256 == only_;
    co_return review;
  }
  net::Task<Result<bool>> is_approved(std::string sha256) override {
    co_return only_.empty() || sha256 == only_;
  }
  net::Task<Result<>> approve(const connector::ConnectorFile&, std::string) override {
    co_return Result<>();
  }
  net::Task<Result<>> withdraw(const connector::ConnectorFile&, std::string) override {
    co_return Result<>();
  }
  net::Task<Result<std::int64_t>> sequence() override { co_return 0; }

 private:
  std::string only_;
};

}  // namespace patchbay::integration
