#pragma once
// PostgreSQL's SQLSTATE codes (postgresql.org/docs/15/errcodes-appendix.html) as errors an operator
// can act on. `where` is StoreLocation::shown(). None quotes a value: the server's detail lines and
// its complaints about values are left out.
#include <libpq-fe.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace patchbay::store {

std::string_view sqlstate_of(const PGresult* result);  // "" when there is none

// Another transaction was faster, or both waited for each other.
bool is_lost_race(std::string_view sqlstate);

Error postgres_error(const PGresult* result, const std::string& where);

// The connection broke, or the server did not answer in time.
Error connection_lost(const std::string& where);

// Why no connection could be made, without the password.
Error cannot_connect(PGconn* connection, const std::string& where);

}  // namespace patchbay::store
