#include "store/postgres_errors.h"

#include <algorithm>

namespace patchbay::store {
namespace {

constexpr std::size_t kMaxQuoted = 300;

Error storage(std::string message) {
  return make_error(ErrorCode::kStorage, std::move(message));
}

std::string_view field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? std::string_view() : std::string_view(text);
}

// "accounts.accounts_pkey": names of the schema, which hold nobody's data.
std::string what_refused(const PGresult* result) {
  const auto constraint = field(result, PG_DIAG_CONSTRAINT_NAME);
  const auto name = constraint.empty() ? field(result, PG_DIAG_COLUMN_NAME) : constraint;
  return std::string(field(result, PG_DIAG_TABLE_NAME)) + "." + std::string(name);
}

Error from_constraint(const PGresult* result, std::string_view state) {
  constexpr std::string_view kUniqueViolation = "23505";
  if (state == kUniqueViolation)
    return make_error(ErrorCode::kConflict, "That exists already (" + what_refused(result) + ").");
  return make_error(
      ErrorCode::kInvalidArgument,
      "The change does not fit the rest of the database (" + what_refused(result) + ").");
}

// Class 22, "data exception"; the server's own words quote the value.
Error from_value(std::string_view state) {
  if (state == "22021" || state == "22P05")  // not in the encoding
    return make_error(ErrorCode::kInvalidArgument,
                      "A text holds a zero byte or is not UTF-8, and can't be stored.");
  return make_error(ErrorCode::kInternal,
                    "The database refused a value (" + std::string(state) + ").");
}

Error from_resources(std::string_view state, const std::string& where) {
  if (state == "53100")
    return storage("There is no space left on the disk of the " + where +
                   ". Free some disk space there and try again; nothing was changed.");
  if (state == "53300")
    return storage("The " + where +
                   " has no connection left. Raise max_connections there, or end programs that "
                   "hold too many.");
  return storage("The " + where + " has not enough memory. Nothing was changed.");
}

// Classes 55 and 57: somebody holds a lock, or somebody intervened.
Error from_intervention(std::string_view state, const std::string& where) {
  if (state == "55P03")
    return storage("The " + where +
                   " is locked by another process for too long. Is another hub migrating, or a "
                   "database tool at work? Nothing was changed; try again.");
  if (state == "57014")
    return storage("A statement took the " + where +
                   " too long and was stopped. Look at its load; nothing was changed.");
  return storage("The " + where +
                 " is starting, stopping, or has ended the hub's connection. "
                 "Nothing was changed; the hub connects again by itself.");
}

// On one line, without the password and not too long.
std::string told(std::string text, std::string_view password) {
  if (!password.empty()) {
    for (auto at = text.find(password); at != std::string::npos; at = text.find(password, at))
      text.replace(at, password.size(), "");
  }
  std::ranges::replace_if(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  if (text.size() > kMaxQuoted) text.resize(kMaxQuoted);
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

}  // namespace

std::string_view sqlstate_of(const PGresult* result) {
  return field(result, PG_DIAG_SQLSTATE);
}

bool is_lost_race(std::string_view sqlstate) {
  return sqlstate == "40001" || sqlstate == "40P01";
}

Error postgres_error(const PGresult* result, const std::string& where) {
  const auto state = sqlstate_of(result);
  const auto group = state.substr(0, 2);
  if (group == "23") return from_constraint(result, state);
  if (group == "22") return from_value(state);
  if (group == "40")
    return storage(
        "Other instances changed the same things at the same time, again and again. "
        "Nothing was changed; try again.");
  if (group == "53") return from_resources(state, where);
  if (group == "54")
    return make_error(ErrorCode::kTooLarge, "A value is too large for the database.");
  if (group == "55" || group == "57") return from_intervention(state, where);
  if (state == "25006")
    return storage("The " + where +
                   " is read-only for the hub. Name the primary server, and look at "
                   "default_transaction_read_only; nothing was changed.");
  if (state == "42501")
    return storage("The " + where +
                   " does not allow this to the hub's user. Make that user the owner of the "
                   "database or of the hub's schema.");
  if (state == "42P01" || state == "3F000")
    return storage("The " + where + " lacks a part (" +
                   told(std::string(field(result, PG_DIAG_MESSAGE_PRIMARY)), {}) +
                   "). Was it restored in part, or changed by hand? Stop the hub and restore the "
                   "last backup; nothing was changed.");
  if (group == "58" || group == "XX")
    return storage("The " + where +
                   " reports damage or a failing disk. Look at its log; nothing was changed.");
  return make_error(ErrorCode::kInternal,
                    "The database refused a statement: " +
                        told(std::string(field(result, PG_DIAG_MESSAGE_PRIMARY)), {}) + " (" +
                        std::string(state) + ")");
}

Error connection_lost(const std::string& where) {
  return storage("The connection to the " + where +
                 " was lost. Nothing was changed; the hub connects again by itself.");
}

Error cannot_connect(PGconn* connection, const std::string& where) {
  const char* password = connection != nullptr ? PQpass(connection) : nullptr;
  const std::string why = connection != nullptr
                              ? told(PQerrorMessage(connection), password ? password : "")
                              : "out of memory";
  return storage(
      "The " + where + " can't be reached: " + why +
      ". Check that it runs, and the address, user and password that the hub was given.");
}

}  // namespace patchbay::store
