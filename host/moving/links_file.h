#pragma once
// Connect links for people, as CSV: whoever has one may connect that account, so the file is for
// nobody else to read (mode 0600). Each line is on its way to the disk before the next link is
// made.
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace patchbay::moving {

// As a cell, quoted where that is needed. What a spreadsheet would take for a formula gets an
// apostrophe in front.
std::string csv_cell(std::string_view text);

class LinksFile {
 public:
  // kConflict: it is there already.
  static Result<LinksFile> create(const std::string& path);
  Result<> add(const std::vector<std::string_view>& cells);

 private:
  LinksFile(Fd file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}
  Fd file_;
  std::string path_;
};

}  // namespace patchbay::moving
