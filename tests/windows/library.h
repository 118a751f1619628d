#pragma once
// A connector library on Windows: its manifest is found in the file's bytes, and only then is it
// loaded, never to be unloaded. One thread.
#include <boost/dll/shared_library.hpp>
#include <string>

#include "patchbay/connector.h"

namespace patchbay::windows {

class Library {
 public:
  // Throws std::runtime_error, before any of its code runs, for a file without a whole manifest;
  // and for a library that the loader refuses or that has no table for this host.
  explicit Library(const std::string& path);

  const patchbay_connector* table() const { return table_; }

 private:
  boost::dll::shared_library handle_;
  const patchbay_connector* table_ = nullptr;
};

}  // namespace patchbay::windows
