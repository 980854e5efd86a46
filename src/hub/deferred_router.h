// A router that reads changes when it is asked next, not when they happen: payments that bring
// their plan need no search, and a pair that many of them change is read once.
#ifndef GEO_SRC_HUB_DEFERRED_ROUTER_H_
#define GEO_SRC_HUB_DEFERRED_ROUTER_H_

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "geo/routing/router.h"

namespace geo {

// As the router inside, with one rule more: siblings, and TrustDistance, must not be asked before
// Sync, since they know of nothing that waits.
class DeferredRouter final : public Router {
 public:
  explicit DeferredRouter(std::unique_ptr<Router> router) : router_(std::move(router)) {}

  // Tells the router inside what waits, at once. When memory runs out in the middle it must not be
  // used any more.
  void Sync();

  void PairsChanged(std::span<const PairIndex> pairs) override;  // O(pairs)
  void ParticipantChanged(ParticipantIndex participant) override;
  void DayChanged(std::int64_t day) override;
  StatusOr<RouteAnswer> FindRoutes(const RouteRequest& request) override;
  StatusOr<CapacityAnswer> Capacity(const RouteRequest& request) override;
  StatusOr<TargetsPage> Targets(const TargetsRequest& request) override;
  StatusOr<std::optional<std::uint32_t>> TrustDistance(EquivalentIndex equivalent,
                                                       ParticipantIndex from, ParticipantIndex to,
                                                       std::uint32_t max_distance) const override;
  std::unique_ptr<Router> NewSibling() const override { return router_->NewSibling(); }

 private:
  std::unique_ptr<Router> router_;
  std::vector<PairIndex> changed_;  // in order of their first change, each once
  std::vector<bool> waits_;         // by pair
};

}  // namespace geo

#endif  // GEO_SRC_HUB_DEFERRED_ROUTER_H_
