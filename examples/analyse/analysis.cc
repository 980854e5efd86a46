#include "analyse/analysis.h"

#include <algorithm>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/strong_components.hpp>
#include <boost/pending/disjoint_sets.hpp>
#include <numeric>
#include <tuple>

#include "geo/adapters/boost_graph.h"
#include "shared/progress.h"

namespace geo::analyse {
namespace {

using adapters::CapacityView;
using adapters::ViewArc;
using graph::NodeIndex;

// Counts members once every participant has his component.
void Count(Components& components) {
  std::vector<std::size_t> members(components.of.size());
  for (const std::uint32_t component : components.of) ++members[component];
  components.count = static_cast<std::size_t>(
      std::count_if(members.begin(), members.end(), [](std::size_t size) { return size > 0; }));
  components.largest = members.empty() ? 0 : *std::max_element(members.begin(), members.end());
}

Components ByLines(const graph::ResidualGraph& graph) {
  const CapacityView view(graph, {.least = graph::kAbsent});
  std::vector<std::uint32_t> rank(num_vertices(view));
  std::vector<NodeIndex> parent(num_vertices(view));
  const auto index = get(boost::vertex_index, view);
  boost::disjoint_sets sets(boost::make_iterator_property_map(rank.begin(), index),
                            boost::make_iterator_property_map(parent.begin(), index));
  for (NodeIndex node = 0; node < parent.size(); ++node) sets.make_set(node);
  const auto [begin, end] = edges(view);
  for (auto arc = begin; arc != end; ++arc) sets.union_set((*arc).tail, (*arc).head);
  Components components;
  for (NodeIndex node = 0; node < parent.size(); ++node) {
    components.of.push_back(sets.find_set(node));
  }
  Count(components);
  return components;
}

Components ByPayments(const CapacityView& view) {
  Components components;
  components.of.resize(num_vertices(view));
  boost::strong_components(view, boost::make_iterator_property_map(components.of.begin(),
                                                                   get(boost::vertex_index, view)));
  Count(components);
  return components;
}

// Brandes' algorithm from one source at a time; Boost's own knows no sampling.
class Betweenness {
 public:
  explicit Betweenness(const CapacityView& view)
      : view_(view),
        shares_(num_vertices(view)),
        hops_(num_vertices(view)),
        ways_(num_vertices(view)),
        dependency_(num_vertices(view)),
        colours_(num_vertices(view)) {}

  void AddSource(NodeIndex source) {
    std::fill(hops_.begin(), hops_.end(), 0);
    std::fill(ways_.begin(), ways_.end(), 0.0);
    std::fill(dependency_.begin(), dependency_.end(), 0.0);
    std::fill(colours_.begin(), colours_.end(), boost::white_color);
    order_.clear();
    ways_[source] = 1;
    boost::queue<NodeIndex> queue;
    boost::breadth_first_visit(
        view_, source, queue, Visitor(this),
        boost::make_iterator_property_map(colours_.begin(), get(boost::vertex_index, view_)));
    for (auto node = order_.rbegin(); node != order_.rend(); ++node) {
      const auto [begin, end] = out_edges(*node, view_);
      for (auto arc = begin; arc != end; ++arc) {
        const NodeIndex head = (*arc).head;
        if (hops_[head] != hops_[*node] + 1) continue;
        dependency_[*node] += ways_[*node] / ways_[head] * (1 + dependency_[head]);
      }
      if (*node != source) shares_[*node] += dependency_[*node];
    }
  }

  const std::vector<double>& shares() const { return shares_; }

 private:
  class Visitor : public boost::default_bfs_visitor {
   public:
    explicit Visitor(Betweenness* owner) : owner_(owner) {}
    void discover_vertex(NodeIndex node, const CapacityView&) const {
      owner_->order_.push_back(node);
    }
    void tree_edge(const ViewArc& arc, const CapacityView&) const {
      owner_->hops_[arc.head] = owner_->hops_[arc.tail] + 1;
    }
    // Every arc of a visited node is examined before the next node is.
    void examine_edge(const ViewArc& arc, const CapacityView&) const {
      const bool first = owner_->ways_[arc.head] == 0;
      if (first || owner_->hops_[arc.head] == owner_->hops_[arc.tail] + 1) {
        owner_->ways_[arc.head] += owner_->ways_[arc.tail];
      }
    }

   private:
    Betweenness* owner_;
  };

  const CapacityView& view_;
  std::vector<double> shares_;
  std::vector<std::uint32_t> hops_;
  std::vector<double> ways_;
  std::vector<double> dependency_;
  std::vector<boost::default_color_type> colours_;
  std::vector<NodeIndex> order_;  // as reached
};

std::vector<double> SampledBetweenness(const CapacityView& view, std::size_t sources) {
  const std::size_t nodes = num_vertices(view);
  Betweenness betweenness(view);
  examples::Progress progress("betweenness", sources);
  for (std::size_t i = 0; i < sources; ++i) {
    betweenness.AddSource(static_cast<NodeIndex>(i * nodes / sources));
    progress.Show(i + 1);
  }
  std::vector<double> shares = betweenness.shares();
  // Of all pairs of others, or of the part that the sources stand for.
  const auto count = static_cast<double>(nodes);
  const double pairs = static_cast<double>(sources) / count * (count - 1) * (count - 2);
  if (pairs <= 0) return shares;
  for (double& share : shares) share /= pairs;
  return shares;
}

}  // namespace

Analysis Analyse(const Ledger& ledger, EquivalentIndex equivalent,
                 const graph::ResidualGraph& graph, std::size_t samples) {
  Analysis analysis;
  const CapacityView view(graph);
  analysis.lines = ByLines(graph);
  analysis.payments = ByPayments(view);
  const NodeIndex nodes = graph.node_count();
  analysis.sources = std::min<std::size_t>(samples, nodes);
  analysis.betweenness = SampledBetweenness(view, analysis.sources);
  analysis.net.resize(nodes);
  for (NodeIndex node = 0; node < nodes; ++node) analysis.degree.push_back(graph.degree(node));
  for (const PairIndex index : ledger.PairsIn(equivalent)) {
    const Pair& pair = ledger.pair(index);
    if (pair.balance == 0) continue;
    analysis.net[pair.a] -= pair.balance;
    analysis.net[pair.b] += pair.balance;
    analysis.total_debt += pair.balance > 0 ? pair.balance : -pair.balance;
    ++analysis.debts;
  }
  return analysis;
}

std::vector<ParticipantIndex> MostCentral(const Analysis& analysis, std::size_t count) {
  std::vector<ParticipantIndex> order(analysis.degree.size());
  std::iota(order.begin(), order.end(), 0);
  const std::size_t kept = std::min(count, order.size());
  const auto key = [&](ParticipantIndex i) {
    return std::tuple(-analysis.betweenness[i], -static_cast<std::int64_t>(analysis.degree[i]), i);
  };
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
                    [&](ParticipantIndex x, ParticipantIndex y) { return key(x) < key(y); });
  order.resize(kept);
  return order;
}

}  // namespace geo::analyse
