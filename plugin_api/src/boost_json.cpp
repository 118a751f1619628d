// The one source of Boost.JSON, compiled once for all connectors of a build and linked into each.
#include <boost/json/src.hpp>
