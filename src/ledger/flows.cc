#include "geo/ledger/flows.h"

#include <algorithm>
#include <utility>

namespace geo {

std::vector<Flow> FlowsOf(const std::vector<Route>& routes) {
  std::vector<Flow> flows;
  std::size_t participants = 0;
  for (const Route& route : routes) participants += route.participants.size();
  flows.reserve(participants);
  for (const Route& route : routes) {
    for (std::size_t i = 0; i + 1 < route.participants.size(); ++i) {
      flows.push_back({route.participants[i], route.participants[i + 1], route.amount});
    }
  }
  if (routes.size() == 1) return flows;
  std::stable_sort(flows.begin(), flows.end(), [](const Flow& x, const Flow& y) {
    return std::pair(x.from, x.to) < std::pair(y.from, y.to);
  });
  std::vector<Flow> combined;
  for (const Flow& flow : flows) {
    const bool same =
        !combined.empty() && combined.back().from == flow.from && combined.back().to == flow.to;
    if (same) {
      combined.back().amount += flow.amount;  // at most the sum of the routes
    } else {
      combined.push_back(flow);
    }
  }
  return combined;
}

}  // namespace geo
