#include "connector/in_process_runtime.h"

#include "connector/flow_error.h"

namespace patchbay::connector {

Task<Result<std::string>> InProcessRuntime::start() {
  const std::scoped_lock lock(mutex_);
  if (library_) co_return manifest_;
  if (stopped_) co_return make_error(ErrorCode::kCancelled, "the connector was stopped");
  LoadedMessage loaded;
  library_ = Library::load(path_, given_, log_, loaded);
  if (!library_) co_return load_error(loaded);
  manifest_ = loaded.manifest;
  co_return manifest_;
}

Task<Result<FlowId>> InProcessRuntime::begin(Operation operation, FlowInput input) {
  PATCHBAY_CO_TRY(co_await start());
  const std::scoped_lock lock(mutex_);
  if (!library_) co_return make_error(ErrorCode::kCancelled, "the connector was stopped");
  const FlowId flow = next_flow_++;
  const auto status = library_->begin(flow, {operation, std::move(input)});
  if (status != 0) co_return status_error(status);
  co_return flow;
}

Task<Result<FlowAction>> InProcessRuntime::step(FlowId flow, FlowEvent event) {
  const std::scoped_lock lock(mutex_);
  if (!library_) co_return make_error(ErrorCode::kCancelled, "the connector was stopped");
  auto answer = library_->step(flow, event);
  if (answer.status != 0) co_return status_error(answer.status);
  co_return std::move(answer.action);
}

void InProcessRuntime::release(FlowId flow) {
  const std::scoped_lock lock(mutex_);
  if (library_) library_->release(flow);
}

void InProcessRuntime::stop() {
  const std::scoped_lock lock(mutex_);
  stopped_ = true;
  library_.reset();
}

}  // namespace patchbay::connector
