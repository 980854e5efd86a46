#include "tests/support/flow_oracle.h"

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

std::int64_t PushRelabelFlow(std::uint32_t nodes, const std::vector<CapacityArc>& arcs,
                             std::uint32_t source, std::uint32_t target) {
  Network network = Build(nodes, arcs);
  return boost::push_relabel_max_flow(network, source, target);
}

}  // namespace geo::tests
