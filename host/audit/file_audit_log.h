#pragma once
// The audit log as files: one for each event loop of this process, made when first needed
// (audit_folder.h says where and under which name); format in audit_chain.h. An event is handed to
// the kernel by append (write(2)); a thread of its own brings it to the disk within `sync_within`,
// or append does so itself when that is 0. Any thread may append; a loop uses its own file and
// meets no other.
//
// Each file is locked (flock) while it is open, so that others can tell that it may grow.
//
// A file that is no longer as this process left it (removed, renamed, written to by somebody else,
// or refused by the disk) is left behind, and the next event begins a new one. So the log goes on
// by itself as soon as it can be written again.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "audit/audit_chain.h"
#include "audit/audit_log.h"
#include "base/clock.h"
#include "net/loops.h"

namespace patchbay::audit {

struct FileAuditOptions {
  std::string folder;  // made with mode 0700 when it is not there
  std::chrono::milliseconds sync_within{50};
};

class FileAuditLog final : public AuditLog {
 public:
  // Loops and clock outlive it.
  FileAuditLog(net::LoopPool& loops, const Clock& clock, FileAuditOptions options);
  ~FileAuditLog() override;

  // kStorage when folder or file can't be written: nothing half-written stays. kTooLarge.
  // kCancelled after close().
  Result<> append(const AuditEvent& event) override;

  struct FileHead {
    std::string file_name;
    std::string instance;
    AuditHead head;
    bool closed = false;  // no line comes after these
  };
  // How far each file is on the disk, those left behind included; for keeping elsewhere, so that
  // cut-off ends show. What only the kernel has is not in it: a power cut is no tampering.
  [[nodiscard]] std::vector<FileHead> heads() const;

  // Ends the files that were begun before then, as close() does; the next event begins a new one.
  // Waits for the disk: not on a loop.
  void end_begun_before(std::int64_t unix_ms);
  // A file that has ended in order is named by heads() no more: what they are kept in has it so.
  void forget(const std::string& file_name);

  // Brings everything to the disk; nothing is appended any more. The heads as they stay.
  std::vector<FileHead> close();

 private:
  struct Shard;
  Shard& shard_here();
  Result<> append_to(Shard& shard, const AuditEvent& event);
  void sync(Shard& shard);
  void sync_loop();
  void end_syncing();

  net::LoopPool& loops_;
  const Clock& clock_;
  const FileAuditOptions options_;
  const std::int64_t started_ms_;
  std::vector<std::unique_ptr<Shard>> shards_;

  std::mutex mutex_;  // guards stopping_
  std::condition_variable wake_;
  std::atomic<bool> dirty_ = false;  // something was appended since the syncer began to look
  bool stopping_ = false;
  std::thread syncer_;
};

}  // namespace patchbay::audit
