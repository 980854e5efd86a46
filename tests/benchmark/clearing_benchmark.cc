// Clearing: short cycles, the optimum with its proof, again after changes: geo against LEMON,
// Boost.
#include <cstdint>
#include <string>

#include "tests/benchmark/clearing_network.h"
#include "tests/benchmark/clearing_rows.h"
#include "tests/benchmark/support/row.h"

namespace geo::bench {
namespace {

DebtsName Named(const std::string& family, std::uint32_t debts) {
  const std::string size = debts >= 1'000'000 ? std::to_string(debts / 1'000'000) + "M"
                           : debts >= 1'000   ? std::to_string(debts / 1'000) + "k"
                                              : std::to_string(debts);
  return {family + " " + size, family, debts};
}

// Every family at one size: the optimum.
void AddFamilies(std::uint32_t debts) {
  for (const std::string_view family : tests::CirculationFamilies()) {
    Others others;
    others.cost_scaling = false;  // within components it is faster, or as fast
    AddOptimumRows(Named(std::string(family), debts), others);
  }
}

// One network: everything.
void AddAll(const DebtsName& name, const Others& others, std::uint32_t triggers) {
  AddOptimumRows(name, others);
  AddFurtherRows(name, others);
  AddCycleRows(name, triggers);
}

void AddRows(Size size) {
  if (size == Size::kSmoke) {
    AddFamilies(100);
    AddAll(Named("generated", 300), {.boost = true}, 50);
    return;
  }
  const DebtsName real{"debts-2016", "debts-2016"};
  if (IsPresent(real)) AddAll(real, {}, 100'000);
  AddAll(Named("power_law", 10'000), {.boost = true}, 100'000);
  AddAll(Named("communities", 100'000), {}, 100'000);
  if (size == Size::kQuick) return;
  AddFamilies(50'000);
  AddFamilies(500'000);
  const Others no_simplex{.cost_scaling = false, .network_simplex = false};
  for (const char* family : {"power_law", "communities", "generated"}) {
    AddAll(Named(family, 1'000'000), no_simplex, 200'000);
  }
}

const Suite suite(AddRows);

}  // namespace
}  // namespace geo::bench
