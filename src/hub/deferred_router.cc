#include "src/hub/deferred_router.h"

#include <algorithm>

namespace geo {

void DeferredRouter::Sync() {
  if (changed_.empty()) return;
  router_->PairsChanged(changed_);
  for (const PairIndex pair : changed_) waits_[pair] = false;
  changed_.clear();
}

void DeferredRouter::PairsChanged(std::span<const PairIndex> pairs) {
  for (const PairIndex pair : pairs) {
    if (pair >= waits_.size()) waits_.resize(std::max<std::size_t>(pair + 1, waits_.size() * 2));
    if (waits_[pair]) continue;
    changed_.push_back(pair);
    waits_[pair] = true;
  }
}

void DeferredRouter::ParticipantChanged(ParticipantIndex participant) {
  router_->ParticipantChanged(participant);
}

void DeferredRouter::DayChanged(std::int64_t day) { router_->DayChanged(day); }

StatusOr<RouteAnswer> DeferredRouter::FindRoutes(const RouteRequest& request) {
  Sync();
  return router_->FindRoutes(request);
}

StatusOr<CapacityAnswer> DeferredRouter::Capacity(const RouteRequest& request) {
  Sync();
  return router_->Capacity(request);
}

StatusOr<TargetsPage> DeferredRouter::Targets(const TargetsRequest& request) {
  Sync();
  return router_->Targets(request);
}

StatusOr<std::optional<std::uint32_t>> DeferredRouter::TrustDistance(
    EquivalentIndex equivalent, ParticipantIndex from, ParticipantIndex to,
    std::uint32_t max_distance) const {
  return router_->TrustDistance(equivalent, from, to, max_distance);
}

}  // namespace geo
