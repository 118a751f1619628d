// What the SDK costs for a whole connect flow in this process: begin, two steps over the C
// interface, release; time and allocations. The anchor is the same flow in C99 (languages/key.c),
// which has no SDK between itself and the interface. Interleaved repetitions; nothing is asserted.
#include <benchmark/benchmark.h>

#include "allocation_count.h"
#include "bare_exchange.h"
#include "only.h"
#include "sample_flows.h"

namespace {

using namespace patchbay::tests;

void play(benchmark::State& state, const patchbay_connector* table) {
  BareExchange exchange(table);
  const auto before = allocations.load();
  for (auto _ : state) exchange.run();
  state.counters["allocations"] = benchmark::Counter(
      static_cast<double>(allocations.load() - before), benchmark::Counter::kAvgIterations);
}

void flow_in_c(benchmark::State& state) {
  play(state, patchbay_connector_query(PATCHBAY_ABI_MAJOR, PATCHBAY_ABI_MINOR, nullptr));
}
void flow_as_coroutine(benchmark::State& state) {
  play(state, OnlyDriver<KeyCoroutine>::table());
}
void flow_by_client_credentials(benchmark::State& state) {
  play(state, OnlyDriver<ClientCredentials>::table());
}

BENCHMARK(flow_in_c);
BENCHMARK(flow_as_coroutine);
BENCHMARK(flow_by_client_credentials);

}  // namespace

BENCHMARK_MAIN();
