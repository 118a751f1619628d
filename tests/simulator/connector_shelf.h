#pragma once
// The connectors of a simulation: the real Personio connector, and Rota's: with and without
// forgiveness, and with a person who signs in. Their libraries run in this process; each hub life
// has instances of its own, which end with it.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connector/registry.h"
#include "token_book.h"

namespace patchbay::simulator {

std::string_view connector_of(GrantKind kind);

class ConnectorShelf {
 public:
  // Reads the libraries' manifests. Throws when one is not there.
  ConnectorShelf();

  // Freshly loaded, for one life.
  [[nodiscard]] std::unique_ptr<connector::Connectors> take() const;

 private:
  struct Library {
    std::string id;
    std::string path;
    std::shared_ptr<const manifest::Manifest> manifest;
  };
  std::vector<Library> libraries_;
};

}  // namespace patchbay::simulator
