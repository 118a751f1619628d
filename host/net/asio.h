#pragma once
// The pieces of Boost.Asio that the host's public headers need, and no more: no sockets, no TLS.
// Task<T> is the host's coroutine type; most return Task<Result<T>>.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace patchbay::net {

namespace asio = boost::asio;

template <class T = void>
using Task = asio::awaitable<T>;

}  // namespace patchbay::net
