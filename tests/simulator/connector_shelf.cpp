#include "connector_shelf.h"

#include <stdexcept>

#include "connector/connector_file.h"
#include "connector/in_process_runtime.h"

namespace patchbay::simulator {
namespace {

class Ready final : public connector::Connectors {
 public:
  void add(connector::ConnectorPtr connector) { connectors_.push_back(std::move(connector)); }
  [[nodiscard]] connector::ConnectorPtr find(std::string_view id) const override {
    for (const auto& connector : connectors_)
      if (connector->id == id) return connector;
    return nullptr;
  }
  [[nodiscard]] std::vector<connector::ConnectorPtr> list() const override { return connectors_; }

 private:
  std::vector<connector::ConnectorPtr> connectors_;
};

}  // namespace

std::string_view connector_of(GrantKind kind) {
  switch (kind) {
    case GrantKind::kCredentials:
      return "personio";
    case GrantKind::kRotating:
      return "rota";
    case GrantKind::kGrace:
      return "grace";
    case GrantKind::kSignedIn:
      return "porta";
  }
  return {};
}

ConnectorShelf::ConnectorShelf() {
  for (const std::string path :
       {PATCHBAY_PERSONIO, PATCHBAY_ROTA, PATCHBAY_GRACE, PATCHBAY_PORTA}) {
    auto file = connector::read_connector_file(path);
    if (!file) throw std::runtime_error(path + ": " + file.error().message);
    libraries_.push_back({file->manifest->id, path, file->manifest});
  }
}

std::unique_ptr<connector::Connectors> ConnectorShelf::take() const {
  auto ready = std::make_unique<Ready>();
  for (const auto& library : libraries_) {
    auto connector = std::make_shared<connector::Connector>();
    connector->id = library.id;
    connector->state = connector::ConnectorState::kReady;
    connector->manifest = library.manifest;
    connector->runtime = std::make_shared<connector::InProcessRuntime>(library.path, nullptr);
    ready->add(std::move(connector));
  }
  return ready;
}

}  // namespace patchbay::simulator
