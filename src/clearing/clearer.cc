#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "geo/clearing/clearing.h"
#include "geo/graph/cycles.h"
#include "geo/graph/residual_graph.h"
#include "src/base/sort_unique.h"
#include "src/base/status_macros.h"
#include "src/clearing/legal.h"

namespace geo {
namespace {

using graph::EdgeIndex;
using graph::NodeIndex;
using graph::Outcome;
using graph::ResidualGraph;

// The pair's legal debt as an edge, debtor→creditor. Nodes are members.
graph::NewEdge EdgeOfDebt(const Ledger& ledger, PairIndex index) {
  const Pair& pair = ledger.pair(index);
  const PairMembers members = ledger.MembersOf(index);
  const Direction owing = OwingDirection(pair);
  return {members.tail(owing), members.head(owing), graph::PlainArc(LegalDebt(ledger, pair)),
          graph::Arc()};
}

// All of `pairs`, which are of one equivalent and hold legal debts, at once.
Status InsertDebts(const Ledger& ledger, const std::vector<PairIndex>& pairs,
                   ResidualGraph& graph) {
  return graph.InsertAll(static_cast<EdgeIndex>(pairs.size()),
                         [&](EdgeIndex i) { return EdgeOfDebt(ledger, pairs[i]); });
}

StatusOr<ResidualGraph> GraphOf(const Ledger& ledger, EquivalentIndex equivalent,
                                const std::vector<PairIndex>& pairs) {
  ResidualGraph graph;
  GEO_RETURN_IF_ERROR(graph.Grow(static_cast<NodeIndex>(ledger.member_count(equivalent))));
  GEO_RETURN_IF_ERROR(InsertDebts(ledger, pairs, graph));
  return graph;
}

// Reads `pairs`, all of one equivalent, again.
Status SyncDebts(const Ledger& ledger, std::span<const PairIndex> pairs, ResidualGraph& graph) {
  const EquivalentIndex equivalent = ledger.pair(pairs.front()).equivalent;
  GEO_RETURN_IF_ERROR(graph.Grow(static_cast<NodeIndex>(ledger.member_count(equivalent))));
  std::vector<EdgeIndex> paid;
  std::vector<PairIndex> fresh;
  for (const PairIndex pair : pairs) {
    const graph::NewEdge now = EdgeOfDebt(ledger, pair);
    const bool owed = now.uv.direct != 0;
    const EdgeIndex edge = graph.Find(now.u, now.v);
    if (edge == graph::kNoEdge) {
      if (owed) fresh.push_back(pair);
    } else if (owed) {
      GEO_RETURN_IF_ERROR(graph.Change(edge, now.u, now.uv, now.vu));
    } else {
      paid.push_back(edge);
    }
  }
  SortUnique(paid);
  SortUnique(fresh);
  if (!paid.empty()) GEO_RETURN_IF_ERROR(graph.RemoveAll(paid));
  return fresh.empty() ? OkStatus() : InsertDebts(ledger, fresh, graph);
}

Status CheckLength(std::uint32_t length, std::uint32_t longest) {
  if (length >= kShortestCycle && length <= longest) return OkStatus();
  return MakeError(ErrorCode::kConstraintRange, "cycles of up to " + std::to_string(length) +
                                                    " participants; 3 to " +
                                                    std::to_string(longest) + " are possible");
}

std::vector<ParticipantIndex> ParticipantsOf(const Ledger& ledger, EquivalentIndex equivalent,
                                             const std::vector<NodeIndex>& nodes) {
  std::vector<ParticipantIndex> participants;
  participants.reserve(nodes.size());
  for (const NodeIndex node : nodes) participants.push_back(ledger.member(equivalent, node));
  return participants;
}

// Takes cycles off a graph, remembers what it did, and puts everything back at the end. Debts that
// are gone stay in the graph, of nothing: taking them out would cost as much as a hub has lines,
// and putting them back memory.
class Taking {
 public:
  Taking(const Ledger& ledger, EquivalentIndex equivalent, ResidualGraph& graph,
         graph::CycleSearch& search, ClearingPlan* plan)
      : ledger_(ledger), equivalent_(equivalent), graph_(graph), search_(search), plan_(*plan) {}
  ~Taking() {
    for (const auto& [ends, amount] : before_) {
      Change(graph_.Find(ends.first, ends.second), ends.first, amount);
    }
  }
  Taking(const Taking&) = delete;
  Taking& operator=(const Taking&) = delete;

  // All cycles through the debt debtor→creditor, shortest first; false when the work limit or
  // `max_cycles` ended it.
  StatusOr<bool> TakeThrough(NodeIndex debtor, NodeIndex creditor, graph::CycleQuery query,
                             std::uint64_t work_limit, std::size_t max_cycles) {
    graph::Cycle cycle;
    while (true) {
      query.work_limit = work_limit - std::min(work_limit, plan_.work);
      if (query.work_limit == 0) return false;
      const Outcome outcome = search_.FindShortest(graph_, debtor, creditor, query, &cycle);
      plan_.work += search_.work();
      if (outcome == Outcome::kWorkLimit) return false;
      if (outcome != Outcome::kFound) return true;
      if (plan_.cycles.size() == max_cycles) return false;
      Take(cycle);
    }
  }

  // One record with everything taken.
  Status Finish() {
    std::vector<Effect> effects;
    for (const auto& [ends, amount] : before_) {
      const Amount after = graph_.CapacityFor(graph_.Find(ends.first, ends.second), ends.first,
                                              graph::kNoNode, graph::kNoNode);
      const ParticipantIndex debtor = ledger_.member(equivalent_, ends.first);
      const ParticipantIndex creditor = ledger_.member(equivalent_, ends.second);
      const Pair& pair = ledger_.pair(*ledger_.FindPair(equivalent_, debtor, creditor));
      effects.emplace_back(ChangeOfDebt(pair, pair.DirectionFrom(debtor), after));
    }
    if (effects.empty()) return OkStatus();
    GEO_RETURN_IF_ERROR(VerifyClearing(ledger_, effects, false));
    plan_.records.push_back(std::move(effects));
    return OkStatus();
  }

 private:
  void Take(const graph::Cycle& cycle) {
    for (std::size_t i = 0; i < cycle.nodes.size(); ++i) {
      const NodeIndex from = cycle.nodes[i];
      const NodeIndex to = cycle.nodes[(i + 1) % cycle.nodes.size()];
      const Amount owed = graph_.CapacityFor(cycle.edges[i], from, graph::kNoNode, graph::kNoNode);
      before_.try_emplace({from, to}, owed);
      Change(cycle.edges[i], from, owed - cycle.amount);
    }
    plan_.cleared += AmountSum{cycle.amount} * cycle.length();
    plan_.cycles.push_back({ParticipantsOf(ledger_, equivalent_, cycle.nodes), cycle.amount});
  }

  // Asks for no memory, and cannot fail: the edge is there.
  void Change(EdgeIndex edge, NodeIndex debtor, Amount amount) {
    graph_.Change(edge, debtor, graph::PlainArc(amount), graph::Arc()).IgnoreError();
  }

  const Ledger& ledger_;
  EquivalentIndex equivalent_;
  ResidualGraph& graph_;
  graph::CycleSearch& search_;
  ClearingPlan& plan_;
  std::map<std::pair<NodeIndex, NodeIndex>, Amount> before_;
};

std::vector<NodeIndex> CreditorsOf(const ResidualGraph& graph, NodeIndex debtor) {
  std::vector<NodeIndex> creditors;
  for (std::uint32_t i = 0; i < graph.degree(debtor); ++i) {
    const EdgeIndex edge = graph.edge(debtor, i);
    if (graph.CapacityFor(edge, debtor, graph::kNoNode, graph::kNoNode) > 0) {
      creditors.push_back(graph.neighbor(debtor, i));
    }
  }
  return creditors;
}

}  // namespace

class Clearer::Impl {
 public:
  // Reads the debts of all equivalents, or of one, into graphs that are not there yet.
  Status ReadAll(const Ledger& ledger, EquivalentIndex only) {
    only_ = only;
    for (EquivalentIndex i = 0; i < ledger.equivalent_count(); ++i) {
      if (!Knows(i)) continue;
      std::vector<PairIndex> pairs;
      for (const PairIndex pair : ledger.PairsIn(i)) {
        if (LegalDebt(ledger, ledger.pair(pair)) != 0) pairs.push_back(pair);
      }
      GEO_ASSIGN_OR_RETURN(ResidualGraph graph, GraphOf(ledger, i, pairs));
      graphs_.push_back(std::move(graph));
    }
    return OkStatus();
  }

  // One run of pairs of the same equivalent after the other.
  Status PairsChanged(const Ledger& ledger, std::span<const PairIndex> pairs) {
    while (!pairs.empty()) {
      const EquivalentIndex equivalent = ledger.pair(pairs.front()).equivalent;
      const auto other = [&](PairIndex pair) { return ledger.pair(pair).equivalent != equivalent; };
      const auto run = std::find_if(pairs.begin(), pairs.end(), other) - pairs.begin();
      if (Knows(equivalent)) {
        const std::size_t place = PlaceOf(equivalent);
        if (graphs_.size() <= place) graphs_.resize(place + 1);
        GEO_RETURN_IF_ERROR(
            SyncDebts(ledger, pairs.first(static_cast<std::size_t>(run)), graphs_[place]));
      }
      pairs = pairs.subspan(static_cast<std::size_t>(run));
    }
    return OkStatus();
  }

  StatusOr<ClearingPlan> PlanTriggered(const Ledger& ledger, std::span<const PairIndex> changed,
                                       const TriggeredClearing& options) {
    GEO_RETURN_IF_ERROR(CheckLength(options.max_length, kLongestTriggeredCycle));
    GEO_RETURN_IF_ERROR(CheckLeast(options.min_amount));
    ClearingPlan plan;
    if (changed.empty()) return plan;
    for (const PairIndex pair : changed) {
      if (pair >= ledger.pair_count()) {
        return MakeError(ErrorCode::kInvalidArgument,
                         "pair " + std::to_string(pair) + " is not there");
      }
    }
    const EquivalentIndex equivalent = ledger.pair(changed.front()).equivalent;
    GEO_RETURN_IF_ERROR(CheckKnown(equivalent));
    const std::size_t place = PlaceOf(equivalent);
    if (graphs_.size() <= place) return plan;
    const graph::CycleQuery query{options.max_length, options.min_amount, 0};
    Taking taking(ledger, equivalent, graphs_[place], search_, &plan);
    for (const PairIndex index : changed) {
      const Pair& pair = ledger.pair(index);
      if (pair.equivalent != equivalent || LegalDebt(ledger, pair) == 0) continue;
      const PairMembers members = ledger.MembersOf(index);
      const Direction owing = OwingDirection(pair);
      GEO_ASSIGN_OR_RETURN(const bool all,
                           taking.TakeThrough(members.tail(owing), members.head(owing), query,
                                              options.work_limit, kNoCycleLimit));
      plan.complete = plan.complete && all;
    }
    GEO_RETURN_IF_ERROR(taking.Finish());
    return plan;
  }

  StatusOr<ClearingPlan> PlanCycles(const Ledger& ledger, const CycleClearing& request) {
    GEO_RETURN_IF_ERROR(Check(ledger, request));
    if (request.scope.within.has_value()) {
      GEO_ASSIGN_OR_RETURN(ResidualGraph graph, GraphWithin(ledger, request.scope));
      return PlanIn(graph, ledger, request);
    }
    const std::size_t place = PlaceOf(request.scope.equivalent);
    if (graphs_.size() <= place) return ClearingPlan();
    return PlanIn(graphs_[place], ledger, request);
  }

  StatusOr<CycleListing> ListCycles(const Ledger& ledger, const CycleClearing& request) const {
    GEO_RETURN_IF_ERROR(Check(ledger, request));
    const std::size_t place = PlaceOf(request.scope.equivalent);
    if (!request.scope.within.has_value() && graphs_.size() <= place) return CycleListing();
    ResidualGraph inside;
    const ResidualGraph* graph = &inside;
    if (request.scope.within.has_value()) {
      GEO_ASSIGN_OR_RETURN(inside, GraphWithin(ledger, request.scope));
    } else {
      graph = &graphs_[place];
    }
    const graph::CycleQuery query{request.max_length, request.scope.min_amount, request.work_limit};
    const graph::CycleList list = graph::ListCycles(*graph, query, request.max_cycles);
    CycleListing listing;
    listing.complete = list.complete;
    for (const graph::Cycle& cycle : list.cycles) {
      listing.cycles.push_back(
          {ParticipantsOf(ledger, request.scope.equivalent, cycle.nodes), cycle.amount});
      std::vector<ParticipantIndex>& cyclic = listing.cycles.back().participants;
      std::rotate(cyclic.begin(), std::min_element(cyclic.begin(), cyclic.end()), cyclic.end());
    }
    std::sort(listing.cycles.begin(), listing.cycles.end(),
              [](const ClearedCycle& x, const ClearedCycle& y) {
                return x.participants < y.participants;
              });
    return listing;
  }

 private:
  static constexpr std::size_t kNoCycleLimit = static_cast<std::size_t>(-1);

  bool Knows(EquivalentIndex equivalent) const { return only_ == kNoIndex || equivalent == only_; }
  // Where its graph is, or will be; it must be known.
  std::size_t PlaceOf(EquivalentIndex equivalent) const {
    return only_ == kNoIndex ? equivalent : 0;
  }
  Status CheckKnown(EquivalentIndex equivalent) const {
    if (Knows(equivalent)) return OkStatus();
    return MakeError(ErrorCode::kInvalidArgument, "equivalent " + std::to_string(equivalent) +
                                                      " is not the one that was read, " +
                                                      std::to_string(only_));
  }

  Status Check(const Ledger& ledger, const CycleClearing& request) const {
    if (request.max_cycles == 0) {
      return MakeError(ErrorCode::kConstraintRange, "no cycles at all: max_cycles is 1 or more");
    }
    GEO_RETURN_IF_ERROR(CheckLength(request.max_length, kLongestPeriodicCycle));
    GEO_RETURN_IF_ERROR(CheckScope(ledger, request.scope));
    return CheckKnown(request.scope.equivalent);
  }

  static StatusOr<ResidualGraph> GraphWithin(const Ledger& ledger, const ClearingScope& scope) {
    GEO_ASSIGN_OR_RETURN(const Within within, Within::Of(ledger, scope));
    std::vector<PairIndex> pairs;
    for (const PairIndex index : ledger.PairsIn(scope.equivalent)) {
      const Pair& pair = ledger.pair(index);
      if (within.Has(pair) && LegalDebt(ledger, pair) != 0) pairs.push_back(index);
    }
    return GraphOf(ledger, scope.equivalent, pairs);
  }

  // Short cycles first, through one debt after the other: taking cycles makes no new ones, so one
  // pass per length finds them all.
  StatusOr<ClearingPlan> PlanIn(ResidualGraph& graph, const Ledger& ledger,
                                const CycleClearing& request) {
    ClearingPlan plan;
    Taking taking(ledger, request.scope.equivalent, graph, search_, &plan);
    for (std::uint32_t length = kShortestCycle; length <= request.max_length && plan.complete;
         ++length) {
      const graph::CycleQuery query{length, request.scope.min_amount, 0};
      for (NodeIndex debtor = 0; debtor < graph.node_count() && plan.complete; ++debtor) {
        for (const NodeIndex creditor : CreditorsOf(graph, debtor)) {
          GEO_ASSIGN_OR_RETURN(
              plan.complete,
              taking.TakeThrough(debtor, creditor, query, request.work_limit, request.max_cycles));
          if (!plan.complete) break;
        }
      }
    }
    GEO_RETURN_IF_ERROR(taking.Finish());
    return plan;
  }

  std::vector<ResidualGraph> graphs_;  // by equivalent; at most one where only one was read
  graph::CycleSearch search_;
  EquivalentIndex only_ = kNoIndex;  // the only one that was read, if not all were
};

Clearer::Clearer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Clearer::~Clearer() = default;

StatusOr<std::unique_ptr<Clearer>> Clearer::Create(const Ledger& ledger, EquivalentIndex only) {
  std::unique_ptr<Clearer> clearer(new Clearer(std::make_unique<Impl>()));
  GEO_RETURN_IF_ERROR(clearer->impl_->ReadAll(ledger, only));
  return clearer;
}

Status Clearer::PairsChanged(const Ledger& ledger, std::span<const PairIndex> pairs) {
  return impl_->PairsChanged(ledger, pairs);
}

StatusOr<ClearingPlan> Clearer::PlanTriggered(const Ledger& ledger,
                                              std::span<const PairIndex> changed,
                                              const TriggeredClearing& options) {
  return impl_->PlanTriggered(ledger, changed, options);
}

StatusOr<ClearingPlan> Clearer::PlanCycles(const Ledger& ledger, const CycleClearing& request) {
  return impl_->PlanCycles(ledger, request);
}

StatusOr<CycleListing> Clearer::ListCycles(const Ledger& ledger,
                                           const CycleClearing& request) const {
  return impl_->ListCycles(ledger, request);
}

}  // namespace geo
