// The part of a network around and between two end points, small enough for minimum-cost flow.
#ifndef GEO_SRC_ROUTING_SURROUNDINGS_H_
#define GEO_SRC_ROUTING_SURROUNDINGS_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "src/routing/objective.h"

namespace geo {

class Surroundings {
 public:
  // Those who lie on a way of at most `max_hops` between the ends of `known`, routes and one at
  // least, as far as a bounded search from both ends sees, and all of `known`. `search` holds the
  // request and no flow, and must outlive this.
  Surroundings(const CostModel& model, const graph::ResidualGraph& graph, graph::Search& search,
               std::uint32_t max_hops, const std::vector<graph::Path>& known);

  // Minimum-cost flow of `amount` as routes: successive shortest paths, which may take back what
  // earlier ones did. What routes of at most `max_hops` cannot carry is left out; all of it when
  // the amount does not fit or takes too many paths.
  std::vector<graph::Path> RoutesByFlow(Amount amount, std::uint32_t max_hops);

  // The cheapest way of at most `max_hops` for its share of `amount`, again and again, taking
  // nothing back; at most `max_paths`. Empty when that fails.
  std::vector<graph::Path> RoutesOneByOne(Amount amount, std::uint32_t max_hops,
                                          std::uint32_t max_paths);

  // Takes all flow back.
  void Clear();

 private:
  // Side 0 is the arc u→v, side 1 the arc back. Net flow only: one of the two has any.
  struct Edge {
    std::uint32_t ends[2];
    graph::EdgeIndex edge;
    ArcCost costs[2];
    Amount flow = 0;  // from ends[0] to ends[1]
  };
  struct Way {
    std::uint32_t edge;
    int side;
  };
  // The cheapest way found from the source, and its last step.
  struct Label {
    std::int64_t cost;
    Way by;
  };

  using Distances = absl::flat_hash_map<graph::NodeIndex, std::uint32_t>;
  Distances Measure(graph::NodeIndex from, bool outwards, std::uint32_t max_hops);
  void ChooseNodes(const std::vector<graph::Path>& known, std::uint32_t max_hops);
  void ChooseEdges(const CostModel& model);
  void AddEdge(const CostModel& model, std::uint32_t u, std::uint32_t v, graph::EdgeIndex index);
  std::uint32_t LocalOf(graph::NodeIndex node) const;
  std::uint32_t Head(const Way& way) const { return edges_[way.edge].ends[1 - way.side]; }
  std::uint32_t Tail(const Way& way) const { return edges_[way.edge].ends[way.side]; }
  CostStep Next(const Way& way) const;
  bool CostOfMore(const Way& way, Amount amount, std::int64_t* cost) const;
  void Move(const Way& way, Amount amount);
  bool CheapestWays(std::vector<Label>* labels, std::uint64_t* looked_at);
  bool CheapestWithin(std::uint32_t max_hops, Amount amount, std::vector<Way>* ways);
  graph::Path ToPath(const std::vector<Way>& ways, Amount amount) const;
  std::vector<graph::FlowArc> FlowArcs() const;

  const graph::ResidualGraph& graph_;
  graph::Search& search_;
  graph::NodeIndex source_;
  graph::NodeIndex target_;
  std::vector<graph::NodeIndex> nodes_;  // ascending; local numbers are positions
  std::vector<Edge> edges_;
  std::vector<std::vector<Way>> ways_;  // by local node: its arcs
};

}  // namespace geo

#endif  // GEO_SRC_ROUTING_SURROUNDINGS_H_
