// Routes, exact flows, refusals: geo against Boost, LEMON and NetworkX.
#include <cstdint>
#include <string>
#include <vector>

#include "tests/benchmark/routing_network.h"
#include "tests/benchmark/routing_rows.h"
#include "tests/benchmark/support/row.h"

namespace geo::bench {
namespace {

NetworkName Generated(testing::NetworkShape shape, std::uint32_t participants, bool policies) {
  NetworkName name;
  const std::string size = participants >= 1'000'000
                               ? std::to_string(participants / 1'000'000) + "M"
                           : participants >= 1'000 ? std::to_string(participants / 1'000) + "k"
                                                   : std::to_string(participants);
  name.label = (shape == testing::NetworkShape::kHolmeKim ? "hk " : "comm ") + size;
  name.options = {.shape = shape, .participants = participants, .seed = 1};
  name.policies = policies;
  return name;
}

std::vector<std::uint32_t> SizesOf(Size size) {
  switch (size) {
    case Size::kSmoke:
      return {100};
    case Size::kQuick:
      return {1'000, 10'000};
    case Size::kFull:
      break;
  }
  return {1'000, 10'000, 100'000, 1'000'000};
}

void AddRows(Size size) {
  for (const std::uint32_t participants : SizesOf(size)) {
    for (const auto shape :
         {testing::NetworkShape::kHolmeKim, testing::NetworkShape::kCommunities}) {
      std::vector<NetworkName> names = {Generated(shape, participants, false)};
      const bool once = participants == 1'000'000 && shape != testing::NetworkShape::kHolmeKim;
      if (participants != 1'000 && !once) names.push_back(Generated(shape, participants, true));
      AddFlowRows(names, size);
      AddLongestRows(names);
      AddPaymentRows(names, size);
      AddGraphRows(names.front(), size);
    }
  }
  AddBankRows(size);
  if (size == Size::kSmoke) return;
  for (const char* folder : {"ripple-2016", "lightning-2020-10"}) {
    NetworkName name;
    name.label = folder;
    name.generated = false;
    if (!IsPresent(name)) continue;
    AddFlowRows({&name, 1}, size);
    AddLongestRows({&name, 1});
    AddPaymentRows({&name, 1}, size);
    AddGraphRows(name, size);
  }
}

const Suite suite(AddRows);

}  // namespace
}  // namespace geo::bench
