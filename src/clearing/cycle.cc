// One cycle, and the cycles of a circulation that was written.

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "geo/clearing/clearing.h"
#include "geo/graph/cycles.h"
#include "src/base/status_macros.h"
#include "src/clearing/legal.h"

namespace geo {

StatusOr<ClearingPlan> PlanCycle(const Ledger& ledger, EquivalentIndex equivalent,
                                 std::span<const ParticipantIndex> cycle) {
  GEO_RETURN_IF_ERROR(CheckScope(ledger, {equivalent, {}, 1}));
  std::vector<ParticipantIndex> sorted(cycle.begin(), cycle.end());
  std::sort(sorted.begin(), sorted.end());
  if (sorted.size() < kShortestCycle || sorted.back() >= ledger.participant_count() ||
      std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "a cycle is three or more different participants");
  }
  ClearingPlan plan;
  Amount amount = kMaxAmount;
  std::vector<PairIndex> pairs;
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    const ParticipantIndex creditor = cycle[(i + 1) % cycle.size()];
    const auto index = ledger.FindPair(equivalent, cycle[i], creditor);
    if (!index.has_value()) return plan;
    const Pair& pair = ledger.pair(*index);
    if (pair.owed(pair.DirectionFrom(cycle[i])) <= 0 || LegalDebt(ledger, pair) == 0) return plan;
    amount = std::min(amount, LegalDebt(ledger, pair));
    pairs.push_back(*index);
  }
  std::vector<Effect> effects;
  for (const PairIndex index : pairs) {
    const Pair& pair = ledger.pair(index);
    const Direction owing = OwingDirection(pair);
    effects.emplace_back(ChangeOfDebt(pair, owing, pair.owed(owing) - amount));
  }
  GEO_RETURN_IF_ERROR(VerifyClearing(ledger, effects, false));
  plan.cleared = AmountSum{amount} * cycle.size();
  plan.cycles.push_back({{cycle.begin(), cycle.end()}, amount});
  plan.records.push_back(std::move(effects));
  return plan;
}

StatusOr<std::vector<ClearedCycle>> CyclesOfClearing(std::span<const Effect> effects) {
  std::unordered_map<ParticipantIndex, graph::NodeIndex> nodes;
  std::vector<ParticipantIndex> participants;
  const auto node = [&](ParticipantIndex participant) {
    const auto [found, is_new] =
        nodes.try_emplace(participant, static_cast<graph::NodeIndex>(participants.size()));
    if (is_new) participants.push_back(participant);
    return found->second;
  };
  std::vector<graph::CirculationEdge> edges;
  std::vector<Amount> removed;
  for (const Effect& effect : effects) {
    const auto* debt = std::get_if<DebtEffect>(&effect);
    if (debt == nullptr) continue;
    const AmountSum fall = AmountSum{debt->before} - debt->after;
    if (fall == 0 || fall > kMaxAmount || fall < -AmountSum{kMaxAmount}) {
      return MakeError(ErrorCode::kInvalidArgument, "a debt that no clearing changes so");
    }
    // Value that went round: along the debt as far as it fell, against it as far as it grew.
    const graph::NodeIndex from = node(fall > 0 ? debt->from : debt->to);
    const graph::NodeIndex to = node(fall > 0 ? debt->to : debt->from);
    const auto amount = static_cast<Amount>(fall > 0 ? fall : -fall);
    edges.push_back({from, to, amount, amount});
    removed.push_back(amount);
  }
  GEO_ASSIGN_OR_RETURN(const std::vector<graph::Cycle> cycles,
                       graph::DecomposeCirculation(
                           static_cast<graph::NodeIndex>(participants.size()), edges, removed));
  std::vector<ClearedCycle> cleared;
  for (const graph::Cycle& cycle : cycles) {
    ClearedCycle& one = cleared.emplace_back();
    one.amount = cycle.amount;
    for (const graph::NodeIndex at : cycle.nodes) one.participants.push_back(participants[at]);
  }
  return cleared;
}

}  // namespace geo
