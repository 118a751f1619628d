#include "store/postgres_values.h"

#include <bit>
#include <cstdint>

namespace patchbay::store {
namespace {

constexpr std::size_t kMaxValueBytes = 16 << 20;
constexpr int kText = 0;
constexpr int kBinary = 1;

// Type ids, fixed for all time (PostgreSQL's src/include/catalog/pg_type.dat).
enum TypeId : Oid {
  kBool = 16,
  kBytea = 17,
  kName = 19,
  kInt8 = 20,
  kInt2 = 21,
  kInt4 = 23,
  kTextType = 25,
  kUnknown = 705,
  kVarchar = 1043,
};

// Two's complement, most significant byte first, 1 to 8 bytes.
std::int64_t big_endian(const unsigned char* bytes, int length) {
  std::uint64_t out = (bytes[0] & 0x80U) != 0 ? ~std::uint64_t{0} : 0;
  for (int i = 0; i < length; ++i) out = out << 8U | bytes[i];
  return std::bit_cast<std::int64_t>(out);
}

Result<Row::Value> read_value(const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column) != 0) return std::monostate{};
  const char* bytes = PQgetvalue(result, row, column);
  const int length = PQgetlength(result, row, column);
  switch (PQftype(result, column)) {
    case kBool:
      return std::int64_t{bytes[0] != 0};
    case kInt2:
    case kInt4:
    case kInt8:
      return big_endian(reinterpret_cast<const unsigned char*>(bytes), length);
    case kBytea:
    case kName:
    case kTextType:
    case kUnknown:
    case kVarchar:
      return std::string(bytes, static_cast<std::size_t>(length));
    default:
      return make_error(ErrorCode::kInternal,
                        "A statement returned a column of an unexpected type.");
  }
}

}  // namespace

void PostgresParams::add(const char* value, std::size_t length, int format) {
  values_.push_back(value);
  lengths_.push_back(static_cast<int>(length));
  formats_.push_back(format);
}

Result<PostgresParams> PostgresParams::make(std::span<const Param> params) {
  PostgresParams out;
  for (const auto& param : params) {
    if (std::holds_alternative<std::monostate>(param.value())) {
      out.add(nullptr, 0, kText);
    } else if (const auto* number = std::get_if<std::int64_t>(&param.value())) {
      const auto& text = out.numbers_.emplace_back(std::to_string(*number));
      out.add(text.c_str(), text.size(), kText);
    } else {
      const auto* blob = std::get_if<BlobView>(&param.value());
      const auto bytes = blob != nullptr ? blob->bytes : std::get<std::string_view>(param.value());
      if (bytes.size() > kMaxValueBytes)
        return make_error(ErrorCode::kTooLarge, "A value is too large for the database.");
      // A null pointer would be NULL.
      out.add(bytes.empty() ? "" : bytes.data(), bytes.size(), kBinary);
    }
  }
  return out;
}

Result<Rows> read_rows(const PGresult* result) {
  Rows rows;
  const int columns = PQnfields(result);
  const int count = PQntuples(result);
  rows.reserve(static_cast<std::size_t>(count));
  for (int row = 0; row < count; ++row) {
    std::vector<Row::Value> values;
    values.reserve(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column) {
      PATCHBAY_TRY_ASSIGN(auto value, read_value(result, row, column));
      values.push_back(std::move(value));
    }
    rows.emplace_back(std::move(values));
  }
  return rows;
}

}  // namespace patchbay::store
