// The objective of fewest hops (spec 01 §5.4): where some of the amount can go by shorter routes
// than those found first, it does.

#include <algorithm>
#include <utility>

#include "src/routing/fair_share.h"
#include "src/routing/plan_search.h"

namespace geo {
namespace {

AmountSum HopUnits(const std::vector<graph::Path>& routes) {
  AmountSum sum = 0;
  for (const graph::Path& route : routes) sum += AmountSum{route.amount} * route.hops();
  return sum;
}

}  // namespace

// Without the limit this would double the work for most payments in large networks.
void PlanSearch::Shorten(Amount amount, const RouteLimits& limits) {
  const bool is_direct = routes_.size() == 1 && routes_[0].hops() == 1;
  if (limits.paths == 1 || is_direct || work() > kMaxShortenedArcs) return;
  Paths best = std::move(routes_);
  for (const Width width : {Width::kAny, Width::kFairShare}) {
    if (!ShortestFirst(amount, limits, width, HopUnits(best))) continue;
    Finish(amount);
    best = std::move(routes_);
  }
  routes_ = std::move(best);
}

// Routes for `amount`, each a shortest one at its time, that come to fewer than `most` hops times
// units: whether there are such.
bool PlanSearch::ShortestFirst(Amount amount, const RouteLimits& limits, Width width,
                               AmountSum most) {
  ClearFlow();
  routes_.clear();
  AmountSum units = 0;
  std::uint32_t slots = std::min(limits.paths, kUsualSplit);
  for (Amount left = amount; left > 0; --slots) {
    if (slots == 0) return false;
    // Those that follow are no shorter, so that with a longer one it would come to `most`.
    const AmountSum longest = (most - 1 - units) / left;
    RouteLimits shorter = limits;
    shorter.hops = static_cast<std::uint32_t>(std::min<AmountSum>(limits.hops, longest));
    const bool any = width == Width::kAny && slots > 1;
    const Amount threshold = any ? 1 : FairShare(left, slots);
    graph::Path path;
    if (shorter.hops == 0 || FindRoute(threshold, shorter, &path) != Outcome::kFound) return false;
    path.amount = std::min(path.amount, left);
    left -= path.amount;
    units += AmountSum{path.amount} * path.hops();
    if (left > 0) search_.Push(path, path.amount);
    routes_.push_back(std::move(path));
  }
  return true;
}

}  // namespace geo
