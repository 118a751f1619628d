// The one translation unit that holds Boost.JSON's code: the kit needs no Boost library file.
#include <boost/json/src.hpp>
