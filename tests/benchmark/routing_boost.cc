#include "tests/benchmark/routing_boost.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/boykov_kolmogorov_max_flow.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/filtered_graph.hpp>
#include <boost/graph/push_relabel_max_flow.hpp>
#include <boost/property_map/property_map.hpp>
#include <utility>

namespace geo::bench {
namespace {

using graph::Flow;
using Rows =
    boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                       boost::no_property, std::uint32_t, std::uint32_t>;
using ArcDescriptor = boost::graph_traits<Rows>::edge_descriptor;

struct ArcWithReverse {
  std::uint32_t tail = 0;
  std::uint32_t head = 0;
  Flow capacity = 0;
  std::size_t reverse = 0;  // its place in the list
};

Flow Existing(Flow capacity) { return capacity == graph::kAbsent ? 0 : capacity; }

// Graph, capacities and reverse arcs, in order of the rows.
struct FlowNetwork {
  FlowNetwork(std::uint32_t nodes, const std::vector<ArcWithReverse>& arcs) {
    std::vector<std::uint32_t> order(arcs.size());
    for (std::size_t i = 0; i < arcs.size(); ++i) order[i] = static_cast<std::uint32_t>(i);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::uint32_t x, std::uint32_t y) { return arcs[x].tail < arcs[y].tail; });
    std::vector<std::pair<std::uint32_t, std::uint32_t>> ends;
    std::vector<std::uint32_t> place(arcs.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      place[order[i]] = static_cast<std::uint32_t>(i);
      ends.emplace_back(arcs[order[i]].tail, arcs[order[i]].head);
      capacity.push_back(arcs[order[i]].capacity);
    }
    graph = Rows(boost::edges_are_sorted, ends.begin(), ends.end(), nodes);
    reverse.resize(arcs.size());
    for (std::size_t i = 0; i < arcs.size(); ++i) {
      const std::size_t back = arcs[i].reverse;
      reverse[place[i]] = ArcDescriptor(arcs[back].tail, place[back]);
    }
    residual.resize(arcs.size());
  }

  template <typename Value>
  auto OfArcs(std::vector<Value>& values) {
    return boost::make_iterator_property_map(values.begin(), boost::get(boost::edge_index, graph));
  }

  Rows graph;
  std::vector<Flow> capacity;
  std::vector<Flow> residual;
  std::vector<ArcDescriptor> reverse;
};

std::vector<ArcWithReverse> OppositeArcs(const std::vector<CapacityPair>& pairs) {
  std::vector<ArcWithReverse> arcs;
  for (const CapacityPair& pair : pairs) {
    const std::size_t i = arcs.size();
    arcs.push_back({pair.u, pair.v, Existing(pair.uv), i + 1});
    arcs.push_back({pair.v, pair.u, Existing(pair.vu), i});
  }
  return arcs;
}

std::vector<ArcWithReverse> ArcsWithTheirOwnReverse(const std::vector<CapacityPair>& pairs) {
  std::vector<ArcWithReverse> arcs;
  const auto add = [&](std::uint32_t tail, std::uint32_t head, Flow capacity) {
    if (capacity <= 0) return;
    const std::size_t i = arcs.size();
    arcs.push_back({tail, head, capacity, i + 1});
    arcs.push_back({head, tail, 0, i});
  };
  for (const CapacityPair& pair : pairs) {
    add(pair.u, pair.v, pair.uv);
    add(pair.v, pair.u, pair.vu);
  }
  return arcs;
}

struct TargetSeen {};

// Counts hops and leaves at the target.
class HopCounter : public boost::default_bfs_visitor {
 public:
  HopCounter(std::vector<std::uint32_t>* hops, std::uint32_t target)
      : hops_(hops), target_(target) {}

  template <typename Edge, typename Graph>
  void tree_edge(const Edge& edge, const Graph& graph) {
    const auto head = boost::target(edge, graph);
    (*hops_)[head] = (*hops_)[boost::source(edge, graph)] + 1;
    if (head == target_) throw TargetSeen();
  }

 private:
  std::vector<std::uint32_t>* hops_;
  std::uint32_t target_;
};

// Keeps the arcs that carry the threshold.
template <typename Capacities>
struct Carries {
  Capacities capacities;
  Flow threshold = 0;
  template <typename Arc>
  bool operator()(const Arc& arc) const {
    return boost::get(capacities, arc) >= threshold;
  }
};

// Breadth-first search as far as the target; `colours` and `hops` are workspace.
template <typename Graph, typename Capacities, typename Colours>
std::uint32_t CountHops(const Graph& graph, Capacities capacities, std::uint32_t source,
                        std::uint32_t target, Flow threshold, Colours colours,
                        std::vector<std::uint32_t>* hops) {
  const boost::filtered_graph<Graph, Carries<Capacities>> filtered(
      graph, Carries<Capacities>{capacities, threshold});
  (*hops)[source] = 0;
  boost::queue<std::size_t> queue;
  try {
    boost::breadth_first_visit(filtered, source, queue, HopCounter(hops, target), colours);
  } catch (const TargetSeen&) {
    return (*hops)[target];
  }
  return 0;
}

using ListTraits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::directedS>;
using ListArcProperties = boost::property<
    boost::edge_capacity_t, Flow,
    boost::property<boost::edge_residual_capacity_t, Flow,
                    boost::property<boost::edge_reverse_t, ListTraits::edge_descriptor>>>;
using ListNodeProperties = boost::property<
    boost::vertex_color_t, boost::default_color_type,
    boost::property<boost::vertex_distance_t, long,
                    boost::property<boost::vertex_predecessor_t, ListTraits::edge_descriptor>>>;
using Lists = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, ListNodeProperties,
                                    ListArcProperties>;

}  // namespace

struct BoostRows::State {
  State(std::uint32_t nodes, const std::vector<CapacityPair>& pairs)
      : network(nodes, OppositeArcs(pairs)),
        predecessors(nodes),
        colours(nodes),
        distances(nodes),
        hops(nodes) {}

  FlowNetwork network;
  std::vector<ArcDescriptor> predecessors;
  std::vector<boost::default_color_type> colours;
  std::vector<std::uint32_t> distances;
  std::vector<std::uint32_t> hops;
};

BoostRows::BoostRows(std::uint32_t nodes, const std::vector<CapacityPair>& pairs)
    : state_(std::make_unique<State>(nodes, pairs)) {}

BoostRows::~BoostRows() = default;

Flow BoostRows::BoykovKolmogorov(std::uint32_t source, std::uint32_t target) {
  FlowNetwork& network = state_->network;
  const auto index = boost::get(boost::vertex_index, network.graph);
  return boost::boykov_kolmogorov_max_flow(
      network.graph, network.OfArcs(network.capacity), network.OfArcs(network.residual),
      network.OfArcs(network.reverse),
      boost::make_iterator_property_map(state_->predecessors.begin(), index),
      boost::make_iterator_property_map(state_->colours.begin(), index),
      boost::make_iterator_property_map(state_->distances.begin(), index), index, source, target);
}

std::uint32_t BoostRows::Hops(std::uint32_t source, std::uint32_t target, Flow threshold) {
  FlowNetwork& network = state_->network;
  std::fill(state_->colours.begin(), state_->colours.end(), boost::white_color);
  return CountHops(network.graph, network.OfArcs(network.capacity), source, target, threshold,
                   boost::make_iterator_property_map(
                       state_->colours.begin(), boost::get(boost::vertex_index, network.graph)),
                   &state_->hops);
}

struct BoostLists::State {
  State(std::uint32_t nodes, const std::vector<CapacityPair>& pairs)
      : graph(nodes), colours(nodes), hops(nodes) {
    auto capacity = boost::get(boost::edge_capacity, graph);
    auto reverse = boost::get(boost::edge_reverse, graph);
    for (const CapacityPair& pair : pairs) {
      const auto there = boost::add_edge(pair.u, pair.v, graph).first;
      const auto back = boost::add_edge(pair.v, pair.u, graph).first;
      capacity[there] = Existing(pair.uv);
      capacity[back] = Existing(pair.vu);
      reverse[there] = back;
      reverse[back] = there;
    }
  }

  Lists graph;
  std::vector<boost::default_color_type> colours;
  std::vector<std::uint32_t> hops;
};

BoostLists::BoostLists(std::uint32_t nodes, const std::vector<CapacityPair>& pairs)
    : state_(std::make_unique<State>(nodes, pairs)) {}

BoostLists::~BoostLists() = default;

Flow BoostLists::BoykovKolmogorov(std::uint32_t source, std::uint32_t target) {
  return boost::boykov_kolmogorov_max_flow(state_->graph, source, target);
}

std::uint32_t BoostLists::Hops(std::uint32_t source, std::uint32_t target, Flow threshold) {
  std::fill(state_->colours.begin(), state_->colours.end(), boost::white_color);
  return CountHops(state_->graph, boost::get(boost::edge_capacity, std::as_const(state_->graph)),
                   source, target, threshold,
                   boost::make_iterator_property_map(
                       state_->colours.begin(), boost::get(boost::vertex_index, state_->graph)),
                   &state_->hops);
}

struct BoostPushRelabel::State {
  State(std::uint32_t nodes, const std::vector<CapacityPair>& pairs)
      : network(nodes, ArcsWithTheirOwnReverse(pairs)) {}
  FlowNetwork network;
};

BoostPushRelabel::BoostPushRelabel(std::uint32_t nodes, const std::vector<CapacityPair>& pairs)
    : state_(std::make_unique<State>(nodes, pairs)) {}

BoostPushRelabel::~BoostPushRelabel() = default;

Flow BoostPushRelabel::MaxFlow(std::uint32_t source, std::uint32_t target) {
  FlowNetwork& network = state_->network;
  return boost::push_relabel_max_flow(
      network.graph, source, target, network.OfArcs(network.capacity),
      network.OfArcs(network.residual), network.OfArcs(network.reverse),
      boost::get(boost::vertex_index, network.graph));
}

}  // namespace geo::bench
