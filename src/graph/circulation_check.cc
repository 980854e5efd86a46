// The checker: deliberately apart from the engines.

#include <cstddef>
#include <string>
#include <vector>

#include "geo/graph/circulation.h"
#include "src/base/status_macros.h"
#include "src/graph/check_edges.h"

namespace geo::graph {
namespace {

Status Wrong(const std::string& what) { return MakeError(ErrorCode::kInvariantViolated, what); }

std::string EdgeText(std::size_t index, const CirculationEdge& edge) {
  return "edge " + std::to_string(index) + " (" + std::to_string(edge.tail) + " to " +
         std::to_string(edge.head) + ")";
}

struct Totals {
  AmountSum volume = 0;
  AmountSum moved = 0;  // Σ |removed|
  AmountSum bound = 0;
};

// Ranges, sums and the bound, in one pass.
Status AddUp(std::span<const CirculationEdge> edges, const Circulation& circulation,
             Totals* totals) {
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const CirculationEdge& edge = edges[i];
    const Flow removed = circulation.removed[i];
    const Flow growth = edge.capacity - edge.amount;
    if (removed > edge.amount || removed < -growth) {
      return Wrong(EdgeText(i, edge) + ": " + std::to_string(removed) +
                   " is more than can be removed from, or added to, " +
                   std::to_string(edge.amount));
    }
    totals->volume += removed;
    totals->moved += removed < 0 ? -removed : removed;
    const std::int64_t rise =
        std::int64_t{circulation.tiers[edge.head]} - circulation.tiers[edge.tail];
    if (rise < 1) {
      totals->bound += AmountSum{edge.amount} * (1 - rise);
    } else {
      totals->bound += AmountSum{growth} * (rise - 1);
    }
  }
  return OkStatus();
}

// `Sum` must hold the sum of everything moved.
template <typename Sum>
Status CheckBalances(NodeIndex nodes, std::span<const CirculationEdge> edges,
                     const Circulation& circulation) {
  std::vector<Sum> balance(nodes, 0);
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const Flow removed = circulation.removed[i];
    balance[edges[i].tail] -= removed;
    balance[edges[i].head] += removed;
  }
  for (NodeIndex node = 0; node < nodes; ++node) {
    if (balance[node] == 0) continue;
    return Wrong("node " + std::to_string(node) +
                 " would not keep its balance: what is removed on its way in and out differs");
  }
  return OkStatus();
}

}  // namespace

Status CheckEdges(NodeIndex nodes, std::span<const CirculationEdge> edges) {
  if (nodes > kMaxNodes || edges.size() > kMaxEdges) {
    return MakeError(ErrorCode::kTooLarge, std::to_string(nodes) + " nodes and " +
                                               std::to_string(edges.size()) +
                                               " edges; at most 2147483647 and 1073741823");
  }
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const CirculationEdge& edge = edges[i];
    if (edge.tail >= nodes || edge.head >= nodes || edge.tail == edge.head) {
      return MakeError(
          ErrorCode::kInvalidArgument,
          EdgeText(i, edge) + ": ends are two different nodes below " + std::to_string(nodes));
    }
    if (edge.amount < 0 || edge.capacity < edge.amount) {
      return MakeError(ErrorCode::kInvalidArgument,
                       EdgeText(i, edge) + ": amount " + std::to_string(edge.amount) +
                           " is not between 0 and the capacity " + std::to_string(edge.capacity));
    }
  }
  return OkStatus();
}

Status CheckCirculation(NodeIndex nodes, std::span<const CirculationEdge> edges,
                        const Circulation& circulation) {
  GEO_RETURN_IF_ERROR(CheckEdges(nodes, edges));
  if (circulation.removed.size() != edges.size() || circulation.tiers.size() != nodes) {
    return Wrong("there are " + std::to_string(circulation.removed.size()) + " amounts for " +
                 std::to_string(edges.size()) + " edges and " +
                 std::to_string(circulation.tiers.size()) + " tiers for " + std::to_string(nodes) +
                 " nodes");
  }
  Totals totals;
  GEO_RETURN_IF_ERROR(AddUp(edges, circulation, &totals));
  if (totals.volume != circulation.volume) return Wrong("the volume is not the sum of the amounts");
  if (totals.bound != circulation.upper_bound) {
    return Wrong("the tiers do not prove the upper bound");
  }
  if (totals.volume < 0 || totals.volume > totals.bound) {
    return Wrong("the volume is not between nothing and the upper bound");
  }
  // Where everything moved fits 64 bits, no balance can wrap.
  if (totals.moved <= kMaxAmount) return CheckBalances<Flow>(nodes, edges, circulation);
  return CheckBalances<AmountSum>(nodes, edges, circulation);
}

}  // namespace geo::graph
