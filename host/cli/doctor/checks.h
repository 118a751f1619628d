#pragma once
// The single examinations of `patchbay doctor`. None of them changes anything; each blocks, for
// seconds at most unless it says so.
#include <cstdint>
#include <string>

#include "cli/doctor/finding.h"
#include "cli/hub.h"
#include "net/tls_files.h"
#include "store/backlog.h"
#include "store/database.h"
#include "store/store_location.h"
#include "vault/key_encryption_key.h"

namespace patchbay::doctor {

// The data folder: there, private, on a disk with room.
bool check_folder(const std::string& data, const Tell& tell);
// Every key. Null when one can't be had.
std::shared_ptr<vault::KeyChain> check_keys(const cli::HubOptions& options, const Tell& tell);
// Certificate and key, when the hub has any: private, belonging together, valid for a while.
void check_tls(const net::TlsFiles& files, std::int64_t now_ms, const Tell& tell);
// patchbay-worker, which connectors run in.
void check_worker(const std::string& program, const Tell& tell);

// Reached, of this program's schema, opened by the keys (`keys` may be null). Null when it can't be
// worked with; reads all of a file: a minute for ten gigabytes.
std::unique_ptr<store::Database> check_database(const store::StoreLocation& location,
                                                const vault::KeyChain* keys, const Tell& tell);
void check_backlog(const store::Backlog& backlog, std::int64_t now_ms, const Tell& tell);
// `folder` of the audit log. Reads all of it.
void check_audit(const std::string& folder, store::Database& database, const Tell& tell);

// Of a hub whose connectors were started.
void check_connectors(cli::Hub& hub, const store::Backlog& backlog, const Tell& tell);
// Every host of every connector that is ready: name, connection, certificate.
void check_reach(cli::Hub& hub, const Tell& tell);

}  // namespace patchbay::doctor
