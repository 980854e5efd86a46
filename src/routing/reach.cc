#include "src/routing/reach.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "src/base/no_memory.h"

namespace geo {
namespace {

bool Counts(const Ledger& ledger, LineIndex line) {
  return line != kNoIndex && ledger.line_status(line) == LineStatus::kActive &&
         ledger.line_limit(line) > 0;
}

// One end of the search for a chain of trust.
struct Wave {
  std::vector<ParticipantIndex> front;
  absl::flat_hash_set<ParticipantIndex> seen;
};

// Grows `wave` by one line, along trust or against it. True: it met `other`.
bool GrowTrust(const Ledger& ledger, EquivalentIndex equivalent, bool along, const Wave& other,
               Wave* wave) {
  std::vector<ParticipantIndex> next;
  for (const ParticipantIndex one : wave->front) {
    for (const PairIndex index : ledger.PairsOf(one)) {
      const Pair& pair = ledger.pair(index);
      if (pair.equivalent != equivalent) continue;
      const LineIndex mine = one == pair.a ? pair.line_ab : pair.line_ba;
      const LineIndex theirs = one == pair.a ? pair.line_ba : pair.line_ab;
      if (!Counts(ledger, along ? mine : theirs)) continue;
      const ParticipantIndex neighbor = one == pair.a ? pair.b : pair.a;
      if (ledger.participant(neighbor).status != ParticipantStatus::kActive) continue;
      if (other.seen.contains(neighbor)) return true;
      MakeRoom(wave->seen);
      if (wave->seen.insert(neighbor).second) next.push_back(neighbor);
    }
  }
  wave->front = std::move(next);
  return false;
}

// Per node the fewest hops, 0: it is not reached.
std::vector<std::uint32_t> HopsToPayees(const Network& network, graph::NodeIndex from,
                                        const RouteConstraints& constraints) {
  const graph::ResidualGraph& graph = network.graph();
  // Who may be passed, and who may be paid: to be avoided is to be no intermediary.
  std::vector<bool> carries(graph.node_count(), !constraints.within.has_value());
  std::vector<bool> takes_part(graph.node_count(), !constraints.within.has_value());
  if (constraints.within.has_value()) {
    for (const ParticipantIndex one : *constraints.within) {
      const graph::NodeIndex node = network.NodeOf(one);
      if (node < graph.node_count()) carries[node] = takes_part[node] = true;
    }
  }
  for (const ParticipantIndex one : constraints.avoid) {
    const graph::NodeIndex node = network.NodeOf(one);
    if (node < graph.node_count()) carries[node] = false;
  }
  carries[from] = false;  // never again
  std::vector<std::uint32_t> hops(graph.node_count());
  std::vector<graph::NodeIndex> front = {from};
  for (std::uint32_t depth = 1; depth <= constraints.max_hops && !front.empty(); ++depth) {
    std::vector<graph::NodeIndex> next;
    for (const graph::NodeIndex tail : front) {
      for (std::uint32_t i = 0; i < graph.degree(tail); ++i) {
        const graph::NodeIndex head = graph.neighbor(tail, i);
        if (head == from || (hops[head] != 0 && !carries[head])) continue;
        const graph::EdgeIndex edge = graph.edge(tail, i);
        if (hops[head] == 0 && takes_part[head] && graph.CapacityFor(edge, tail, from, head) > 0) {
          hops[head] = depth;
        }
        if (!carries[head] || graph.CapacityFor(edge, tail, from, graph::kNoNode) <= 0) continue;
        carries[head] = false;  // passed already
        next.push_back(head);
      }
    }
    front = std::move(next);
  }
  return hops;
}

}  // namespace

std::vector<Payee> PayeesFrom(const Network& network, ParticipantIndex from,
                              const RouteConstraints& constraints, ParticipantIndex first,
                              std::size_t most) {
  const std::vector<std::uint32_t> hops = HopsToPayees(network, network.NodeOf(from), constraints);
  std::vector<Payee> payees;
  for (graph::NodeIndex node = 0; node < hops.size(); ++node) {
    const ParticipantIndex participant = network.ParticipantAt(node);
    if (hops[node] != 0 && participant >= first) payees.push_back({participant, hops[node]});
  }
  const auto end = payees.begin() + static_cast<std::ptrdiff_t>(std::min(most, payees.size()));
  std::partial_sort(payees.begin(), end, payees.end(),
                    [](const Payee& x, const Payee& y) { return x.participant < y.participant; });
  payees.erase(end, payees.end());
  return payees;
}

std::optional<std::uint32_t> DistanceOfTrust(const Ledger& ledger, EquivalentIndex equivalent,
                                             ParticipantIndex from, ParticipantIndex to,
                                             std::uint32_t max_distance) {
  for (const ParticipantIndex end : {from, to}) {
    if (ledger.participant(end).status != ParticipantStatus::kActive) return std::nullopt;
  }
  if (from == to) return 0;
  Wave forward{{from}, {from}};
  Wave backward{{to}, {to}};
  for (std::uint32_t distance = 1; distance <= max_distance; ++distance) {
    const bool along = forward.front.size() <= backward.front.size();
    Wave& wave = along ? forward : backward;
    if (GrowTrust(ledger, equivalent, along, along ? backward : forward, &wave)) return distance;
    if (wave.front.empty()) return std::nullopt;
    if (distance == kUnlimited) break;
  }
  return std::nullopt;
}

}  // namespace geo
