#include "tests/support/flow_oracle.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/boykov_kolmogorov_max_flow.hpp>
#include <boost/graph/push_relabel_max_flow.hpp>

namespace geo::tests {
namespace {

using Traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::directedS>;
using VertexProperties = boost::property<
    boost::vertex_index_t, long,
    boost::property<
        boost::vertex_color_t, boost::default_color_type,
        boost::property<boost::vertex_distance_t, long,
                        boost::property<boost::vertex_predecessor_t, Traits::edge_descriptor>>>>;
using EdgeProperties = boost::property<
    boost::edge_capacity_t, std::int64_t,
    boost::property<boost::edge_residual_capacity_t, std::int64_t,
                    boost::property<boost::edge_reverse_t, Traits::edge_descriptor>>>;
using Network = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, VertexProperties,
                                      EdgeProperties>;

Network Build(std::uint32_t nodes, const std::vector<CapacityArc>& arcs) {
  Network network(nodes);
  auto capacity = boost::get(boost::edge_capacity, network);
  auto reverse = boost::get(boost::edge_reverse, network);
  for (const CapacityArc& arc : arcs) {
    const auto forward = boost::add_edge(arc.tail, arc.head, network).first;
    const auto backward = boost::add_edge(arc.head, arc.tail, network).first;
    capacity[forward] = arc.capacity;
    capacity[backward] = 0;
    reverse[forward] = backward;
    reverse[backward] = forward;
  }
  return network;
}

}  // namespace

std::int64_t BoykovKolmogorovFlow(std::uint32_t nodes, const std::vector<CapacityArc>& arcs,
                                  std::uint32_t source, std::uint32_t target) {
  Network network = Build(nodes, arcs);
  return boost::boykov_kolmogorov_max_flow(network, source, target);
}

std::int64_t AugmentingPathFlow(std::uint32_t nodes, const std::vector<CapacityArc>& arcs,
                                std::uint32_t source, std::uint32_t target) {
  std::vector<std::vector<__int128>> left(nodes, std::vector<__int128>(nodes, 0));
  for (const CapacityArc& arc : arcs) left[arc.tail][arc.head] += arc.capacity;
  __int128 flow = 0;
  while (true) {
    std::vector<std::uint32_t> before(nodes, nodes);
    std::vector<std::uint32_t> queue = {source};
    for (std::size_t next = 0; next < queue.size(); ++next) {
      for (std::uint32_t node = 0; node < nodes; ++node) {
        if (node == source || before[node] != nodes || left[queue[next]][node] <= 0) continue;
        before[node] = queue[next];
        queue.push_back(node);
      }
    }
    if (before[target] == nodes) return static_cast<std::int64_t>(flow);
    __int128 room = left[before[target]][target];
    for (std::uint32_t v = target; v != source; v = before[v]) {
      room = std::min(room, left[before[v]][v]);
    }
    for (std::uint32_t v = target; v != source; v = before[v]) {
      left[before[v]][v] -= room;
      left[v][before[v]] += room;
    }
    flow += room;
  }
}

std::int64_t PushRelabelFlow(std::uint32_t nodes, const std::vector<CapacityArc>& arcs,
                             std::uint32_t source, std::uint32_t target) {
  Network network = Build(nodes, arcs);
  return boost::push_relabel_max_flow(network, source, target);
}

}  // namespace geo::tests
