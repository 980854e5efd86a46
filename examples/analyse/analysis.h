// What the shape of a network says: who hangs together, who stands in the middle.
#ifndef GEO_EXAMPLES_ANALYSE_ANALYSIS_H_
#define GEO_EXAMPLES_ANALYSE_ANALYSIS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "geo/base/amount.h"
#include "geo/graph/residual_graph.h"
#include "geo/journal/entity.h"
#include "geo/ledger/ledger.h"

namespace geo::analyse {

struct Components {
  std::size_t count = 0;
  std::size_t largest = 0;        // participants in it
  std::vector<std::uint32_t> of;  // by participant
};

struct Analysis {
  Components lines;     // who is connected by lines, used up or not, in any direction
  Components payments;  // who can pay each other something, both ways (strong components)
  std::vector<std::uint32_t> degree;  // neighbours, by participant
  // Of all shortest ways on which something can be paid between two others, the share that passes a
  // participant: Brandes, "A faster algorithm for betweenness centrality", 2001.
  std::vector<double> betweenness;
  std::size_t sources = 0;     // from so many participants; all, or a sample of them
  std::vector<AmountSum> net;  // what others owe a participant, less what he owes
  AmountSum total_debt = 0;
  std::size_t debts = 0;
};

// Analyses one equivalent; `graph` is its CapacityGraph. Betweenness is taken from `samples`
// participants spread evenly over the indices, from all when there are no more. O(samples · lines).
Analysis Analyse(const Ledger& ledger, EquivalentIndex equivalent,
                 const graph::ResidualGraph& graph, std::size_t samples);

// Participants by betweenness, then by degree, then by index; the first `count`.
std::vector<ParticipantIndex> MostCentral(const Analysis& analysis, std::size_t count);

}  // namespace geo::analyse

#endif  // GEO_EXAMPLES_ANALYSE_ANALYSIS_H_
