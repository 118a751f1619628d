#pragma once
// A database that counts the statements it is given: what a request costs, without a clock.
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "store/database.h"

namespace patchbay::store {

// Passes everything on. `statements` outlives it.
class CountingDatabase final : public Database {
 public:
  CountingDatabase(std::unique_ptr<Database> real, std::size_t& statements)
      : real_(std::move(real)), statements_(statements) {}

  Result<Rows> query(std::string_view sql, std::span<const Param> params) override {
    ++statements_;
    return real_->query(sql, params);
  }
  Result<std::int64_t> execute(std::string_view sql, std::span<const Param> params) override {
    ++statements_;
    return real_->execute(sql, params);
  }
  Result<void> begin(Access access) override {
    ++statements_;
    return real_->begin(access);
  }
  Result<void> commit() override { return real_->commit(); }
  void rollback() override { real_->rollback(); }
  [[nodiscard]] bool in_transaction() const override { return real_->in_transaction(); }
  Result<bool> has_table(std::string_view name) override { return real_->has_table(name); }
  [[nodiscard]] const Dialect& dialect() const override { return real_->dialect(); }

 private:
  std::unique_ptr<Database> real_;
  std::size_t& statements_;
};

}  // namespace patchbay::store
