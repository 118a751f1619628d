#include "shared_disk.h"

#include <stdexcept>
#include <utility>

#include "store/migrations.h"
#include "store/sqlite_database.h"

namespace patchbay::simulator {
namespace {

Error full() {
  return make_error(ErrorCode::kStorage, "The simulated disk is full. Nothing was changed.");
}

Error unknown() {
  return make_error(ErrorCode::kOutcomeUnknown,
                    "The simulated database went away during the commit.");
}

bool is_change(std::string_view sql) {
  return (sql.starts_with("INSERT") || sql.starts_with("UPDATE") || sql.starts_with("DELETE")) &&
         sql.find(" instances") == std::string_view::npos;
}

std::unique_ptr<store::Database> open_migrated() {
  auto opened = store::open_sqlite({.path = ":memory:"});
  if (!opened) throw std::runtime_error(opened.error().message);
  if (const auto done = store::migrate(**opened); !done)
    throw std::runtime_error(done.error().message);
  return *std::move(opened);
}

}  // namespace

class SharedDisk::Connection final : public store::Database {
 public:
  Connection(SharedDisk& disk, Life life) : disk_(disk), real_(*disk.database_), life_(life) {}

  using Database::execute;
  using Database::query;
  Result<store::Rows> query(std::string_view sql, std::span<const store::Param> params) override {
    auto rows = real_.query(sql, params);
    if (rows && !rows->empty() && is_change(sql)) changed_ = true;
    return rows;
  }
  Result<std::int64_t> execute(std::string_view sql,
                               std::span<const store::Param> params) override {
    auto count = real_.execute(sql, params);
    if (count && *count > 0 && is_change(sql)) changed_ = true;
    return count;
  }

  Result<void> begin(store::Access access) override {
    if (access == store::Access::kWrite && disk_.before_write_) disk_.before_write_(life_);
    fault_ = disk_.draw_fault(life_, access);
    if (fault_ == Fault::kBegin) return full();
    changed_ = false;
    return real_.begin(access);
  }

  Result<void> commit() override {
    if (fault_ == Fault::kCommit) return full();
    if (fault_ == Fault::kUnknownUndone) return unknown();
    PATCHBAY_TRY(real_.commit());
    if (changed_) ++disk_.changes_;
    if (fault_ == Fault::kUnknownDone) return unknown();
    return {};
  }

  void rollback() override { real_.rollback(); }
  [[nodiscard]] bool in_transaction() const override { return real_.in_transaction(); }
  [[nodiscard]] bool may_rerun() const override { return real_.may_rerun(); }
  Result<bool> has_table(std::string_view name) override { return real_.has_table(name); }
  [[nodiscard]] const store::Dialect& dialect() const override { return real_.dialect(); }

 private:
  SharedDisk& disk_;
  store::Database& real_;
  Life life_;
  Fault fault_ = Fault::kNone;
  bool changed_ = false;
};

SharedDisk::SharedDisk(World& world) : world_(world), database_(open_migrated()) {}

std::unique_ptr<store::Database> SharedDisk::connect(Life life) {
  return std::make_unique<Connection>(*this, life);
}

bool SharedDisk::failed_since(Life life, std::int64_t unix_ms) const {
  const auto found = last_failure_.find(life);
  return found != last_failure_.end() && found->second >= unix_ms;
}

SharedDisk::Fault SharedDisk::draw_fault(Life life, store::Access access) {
  auto fault = Fault::kNone;
  if (access == store::Access::kWrite) fault = std::exchange(next_[life], Fault::kNone);
  if (fault == Fault::kNone && trouble_ != 0 && world_.dice.chance(trouble_))
    fault = access == store::Access::kRead
                ? Fault::kBegin
                : world_.dice.one_of(
                      {Fault::kBegin, Fault::kCommit, Fault::kUnknownUndone, Fault::kUnknownDone});
  if (fault == Fault::kNone) return fault;
  last_failure_[life] = world_.now();
  world_.note("life " + std::to_string(life) + ": the database fails, kind " +
              std::to_string(static_cast<int>(fault)));
  return fault;
}

}  // namespace patchbay::simulator
