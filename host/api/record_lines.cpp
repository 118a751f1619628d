#include "api/record_lines.h"

namespace patchbay::api {
namespace {

void begin_end(json::Writer& out, std::int64_t records, bool complete) {
  out.begin_object().key("end").begin_object();
  out.member("complete", complete).member("records", records);
}

}  // namespace

void append_records(std::string& lines, const json::Value& records) {
  for (std::size_t i = 0; i < records.size(); ++i)
    lines.append("{\"record\":").append(records.at(i).dump()).append("}\n");
}

std::string page_line(std::string_view next) {
  json::Writer out;
  out.begin_object().key("page").begin_object().member("next", next);
  return out.end_object().end_object().take() + "\n";
}

std::string end_line(std::int64_t records) {
  json::Writer out;
  begin_end(out, records, true);
  return out.end_object().end_object().take() + "\n";
}

std::string broken_line(std::int64_t records, std::string_view next, std::string_view error) {
  json::Writer out;
  begin_end(out, records, false);
  out.member("next", next).key("error").raw(error);
  return out.end_object().end_object().take() + "\n";
}

}  // namespace patchbay::api
