#include "tests/support/circulation_problems.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/successive_shortest_path_nonnegative_weights.hpp>
#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <utility>

#include "geo/graph/components.h"
#include "tests/support/program.h"

namespace geo::tests {
namespace {

using graph::CirculationEdge;
using graph::Flow;
using graph::NodeIndex;

class Maker {
 public:
  Maker(std::uint32_t edges, std::uint64_t seed, AmountKind amounts)
      : wanted_(edges), random_(seed), amounts_(amounts) {}

  std::uint32_t wanted() const { return wanted_; }
  std::uint32_t Below(std::uint64_t bound) { return static_cast<std::uint32_t>(random_() % bound); }
  bool OneIn(std::uint32_t n) { return Below(n) == 0; }

  Flow Amount() {
    const AmountKind kind =
        amounts_ == AmountKind::kMixed ? static_cast<AmountKind>(Below(4)) : amounts_;
    switch (kind) {
      case AmountKind::kOne:
        return 1;
      case AmountKind::kSmall:
        return 1 + static_cast<Flow>(Below(9));
      case AmountKind::kHuge:
        return kMaxAmount / 8 / wanted_ - static_cast<Flow>(Below(1000));
      default: {
        // Spread over four orders of magnitude, without floating point.
        const Flow scale = Flow{1} << Below(14);
        return scale + static_cast<Flow>(Below(static_cast<std::uint64_t>(scale)));
      }
    }
  }

  void Edge(NodeIndex tail, NodeIndex head) {
    if (tail == head) return;
    const Flow amount = Amount();
    problem.edges.push_back({tail, head, amount, amount});
  }
  void EitherWay(NodeIndex a, NodeIndex b) { OneIn(2) ? Edge(a, b) : Edge(b, a); }

  CirculationProblem problem;

 private:
  std::uint32_t wanted_;
  std::mt19937_64 random_;
  AmountKind amounts_;
};

void PowerLaw(Maker& make) {
  make.problem.nodes = std::max(2U, make.wanted() / 5);
  std::vector<NodeIndex> ends;
  for (NodeIndex node = 1; node < make.problem.nodes; ++node) {
    for (int i = 0; i < 5; ++i) {
      const bool anybody = ends.empty() || make.OneIn(4);
      const NodeIndex other = anybody ? make.Below(node) : ends[make.Below(ends.size())];
      ends.push_back(node);
      ends.push_back(other);
      make.EitherWay(node, other);
    }
  }
}

void Communities(Maker& make) {
  const NodeIndex nodes = make.problem.nodes = std::max(2U, make.wanted() / 5);
  for (std::uint32_t i = 0; i < make.wanted(); ++i) {
    const NodeIndex a = make.Below(nodes);
    const NodeIndex near = std::min(nodes - 1, a / 50 * 50 + make.Below(50));
    make.Edge(a, make.OneIn(5) ? make.Below(nodes) : near);
  }
}

void Uniform(Maker& make) {
  const NodeIndex nodes = make.problem.nodes = std::max(2U, make.wanted() / 4);
  for (std::uint32_t i = 0; i < make.wanted(); ++i) {
    make.Edge(make.Below(nodes), make.Below(nodes));
  }
}

void Ring(Maker& make) {
  const NodeIndex nodes = make.problem.nodes = std::max(6U, make.wanted() / 5);
  for (NodeIndex node = 0; node < nodes; ++node) {
    for (NodeIndex i = 1; i <= 5; ++i) make.EitherWay(node, (node + i) % nodes);
  }
}

void RingBothWays(Maker& make) {
  const NodeIndex nodes = make.problem.nodes = std::max(3U, make.wanted() / 2);
  for (NodeIndex node = 0; node < nodes; ++node) {
    make.Edge(node, (node + 1) % nodes);
    make.Edge((node + 1) % nodes, node);
  }
}

void Torus(Maker& make, bool both_ways) {
  const double per_node = both_ways ? 4 : 2;
  const auto side = static_cast<NodeIndex>(std::max(2.0, std::sqrt(make.wanted() / per_node)));
  make.problem.nodes = side * side;
  for (NodeIndex y = 0; y < side; ++y) {
    for (NodeIndex x = 0; x < side; ++x) {
      const NodeIndex here = y * side + x;
      for (const NodeIndex there : {y * side + (x + 1) % side, (y + 1) % side * side + x}) {
        if (both_ways) {
          make.Edge(here, there);
          make.Edge(there, here);
        } else {
          make.EitherWay(here, there);
        }
      }
    }
  }
}

void SmallWorld(Maker& make) {
  const NodeIndex nodes = make.problem.nodes = std::max(6U, make.wanted() / 5);
  for (NodeIndex node = 0; node < nodes; ++node) {
    for (NodeIndex i = 1; i <= 5; ++i) {
      make.EitherWay(node, make.OneIn(50) ? make.Below(nodes) : (node + i) % nodes);
    }
  }
}

void Chains(Maker& make) {
  const NodeIndex nodes = make.problem.nodes = std::max(3U, make.wanted() / 10 * 9);
  for (NodeIndex node = 0; node < nodes; ++node) make.Edge(node, (node + 1) % nodes);
  while (make.problem.edges.size() < make.wanted()) make.Edge(make.Below(nodes), make.Below(nodes));
}

void Star(Maker& make) {
  make.problem.nodes = std::max(3U, make.wanted() / 2);
  for (NodeIndex node = 1; node < make.problem.nodes; ++node) {
    make.Edge(0, node);
    make.Edge(node, 0);
  }
}

void Stars(Maker& make) {
  const NodeIndex nodes = make.problem.nodes = std::max(6U, make.wanted() / 2);
  const NodeIndex hubs = std::max(2U, nodes / 100);
  for (NodeIndex node = hubs; node < nodes; ++node) {
    make.Edge(make.Below(hubs), node);
    make.Edge(node, make.Below(hubs));
  }
}

void SupplyChain(Maker& make) {
  constexpr NodeIndex kLayers = 10;
  const NodeIndex width = std::max(1U, make.wanted() / 50);
  make.problem.nodes = width * kLayers;
  for (std::uint32_t i = 0; i < make.wanted(); ++i) {
    const NodeIndex layer = make.Below(kLayers);
    const NodeIndex next = make.OneIn(10) ? make.Below(kLayers) : (layer + 1) % kLayers;
    make.Edge(layer * width + make.Below(width), next * width + make.Below(width));
  }
}

void Dense(Maker& make) {
  make.problem.nodes = static_cast<NodeIndex>(std::max(3.0, std::sqrt(2.0 * make.wanted())));
  for (NodeIndex a = 0; a < make.problem.nodes; ++a) {
    for (NodeIndex b = 0; b < a; ++b) make.EitherWay(a, b);
  }
}

const std::map<std::string_view, std::function<void(Maker&)>>& Families() {
  static const auto* families = new std::map<std::string_view, std::function<void(Maker&)>>{
      {"power_law", PowerLaw},
      {"communities", Communities},
      {"uniform", Uniform},
      {"ring", Ring},
      {"ring_both_ways", RingBothWays},
      {"torus", [](Maker& make) { Torus(make, false); }},
      {"torus_both_ways", [](Maker& make) { Torus(make, true); }},
      {"small_world", SmallWorld},
      {"chains", Chains},
      {"star", Star},
      {"stars", Stars},
      {"supply_chain", SupplyChain},
      {"dense", Dense},
  };
  return *families;
}

}  // namespace

const std::vector<std::string_view>& CirculationFamilies() {
  static const auto* names = [] {
    auto* list = new std::vector<std::string_view>;
    for (const auto& family : Families()) list->push_back(family.first);
    return list;
  }();
  return *names;
}

CirculationProblem MakeCirculationProblem(std::string_view family, std::uint32_t edges,
                                          std::uint64_t seed, AmountKind amounts) {
  Maker make(edges, seed, amounts);
  Families().at(family)(make);
  make.problem.family = family;
  return std::move(make.problem);
}

void AllowGrowth(CirculationProblem* problem, std::uint64_t seed, std::uint32_t one_in) {
  std::mt19937_64 random(seed);
  const std::size_t count = problem->edges.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (random() % one_in != 0) continue;
    CirculationEdge& edge = problem->edges[i];
    edge.capacity += 1 + edge.amount / (1 + static_cast<Flow>(random() % 4));
    // A line on which nothing is owed yet.
    if (random() % 2 == 0) problem->edges.push_back({edge.head, edge.tail, 0, 1 + edge.amount / 2});
  }
}

void Stretch(CirculationProblem* problem, std::uint64_t seed, std::uint32_t longest) {
  std::mt19937_64 random(seed);
  std::vector<CirculationEdge> edges;
  for (const CirculationEdge& edge : problem->edges) {
    NodeIndex node = edge.tail;
    for (auto left = static_cast<std::uint32_t>(random() % longest) + 1; left > 0; --left) {
      const NodeIndex next = left == 1 ? edge.head : problem->nodes++;
      const Flow growth = edge.capacity - edge.amount;
      const Flow amount = edge.amount + static_cast<Flow>(random() % 3);
      const Flow more = growth == 0 ? 0 : growth + static_cast<Flow>(random() % 3);
      edges.push_back({node, next, amount, amount + more});
      node = next;
    }
  }
  for (std::size_t i = edges.size(); i > 1; --i) std::swap(edges[i - 1], edges[random() % i]);
  problem->edges = std::move(edges);
}

CirculationProblem InsideComponents(const CirculationProblem& problem) {
  const graph::Components components = graph::StronglyConnected(problem.nodes, problem.edges);
  CirculationProblem inside;
  inside.family = problem.family;
  std::vector<NodeIndex> number(problem.nodes, graph::kNoNode);
  const auto number_of = [&](NodeIndex node) {
    if (number[node] == graph::kNoNode) number[node] = inside.nodes++;
    return number[node];
  };
  for (const CirculationEdge& edge : problem.edges) {
    if (components.of[edge.tail] != components.of[edge.head]) continue;
    const NodeIndex tail = number_of(edge.tail);
    inside.edges.push_back({tail, number_of(edge.head), edge.amount, edge.capacity});
  }
  return inside;
}

std::int64_t LeastRemainderByBoost(const CirculationProblem& problem) {
  using Traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::directedS>;
  // Weights are small whole numbers; as integers, Boost's distances of nodes out of reach overflow.
  using Weighted = boost::property<boost::edge_weight_t, double>;
  using Reverse = boost::property<boost::edge_reverse_t, Traits::edge_descriptor, Weighted>;
  using Residual = boost::property<boost::edge_residual_capacity_t, std::int64_t, Reverse>;
  using EdgeProperty = boost::property<boost::edge_capacity_t, std::int64_t, Residual>;
  using Network = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS,
                                        boost::no_property, EdgeProperty>;
  Network network(problem.nodes + 2);
  auto capacity = boost::get(boost::edge_capacity, network);
  auto weight = boost::get(boost::edge_weight, network);
  auto reverse = boost::get(boost::edge_reverse, network);
  const auto add = [&](NodeIndex tail, NodeIndex head, std::int64_t most, double cost) {
    const auto along = boost::add_edge(tail, head, network).first;
    const auto against = boost::add_edge(head, tail, network).first;
    capacity[along] = most;
    capacity[against] = 0;
    weight[along] = cost;
    weight[against] = -cost;
    reverse[along] = against;
    reverse[against] = along;
  };
  std::vector<std::int64_t> surplus(problem.nodes, 0);
  for (const CirculationEdge& edge : problem.edges) {
    add(edge.tail, edge.head, edge.capacity, 1);
    surplus[edge.tail] += edge.amount;
    surplus[edge.head] -= edge.amount;
  }
  for (NodeIndex node = 0; node < problem.nodes; ++node) {
    if (surplus[node] > 0) add(problem.nodes, node, surplus[node], 0);
    if (surplus[node] < 0) add(node, problem.nodes + 1, -surplus[node], 0);
  }
  boost::successive_shortest_path_nonnegative_weights(network, problem.nodes, problem.nodes + 1);
  std::int64_t cost = 0;
  auto residual = boost::get(boost::edge_residual_capacity, network);
  for (const auto edge : boost::make_iterator_range(boost::edges(network))) {
    if (weight[edge] > 0) cost += capacity[edge] - residual[edge];
  }
  return cost;
}

void WriteProblems(const std::vector<CirculationProblem>& problems,
                   const std::filesystem::path& path) {
  std::ofstream file(path, std::ios::binary);
  for (const CirculationProblem& problem : problems) {
    const std::uint32_t counts[2] = {problem.nodes,
                                     static_cast<std::uint32_t>(problem.edges.size())};
    file.write(reinterpret_cast<const char*>(counts), sizeof(counts));
    file.write(reinterpret_cast<const char*>(problem.edges.data()),
               static_cast<std::streamsize>(problem.edges.size() * sizeof(CirculationEdge)));
  }
}

std::optional<std::vector<std::string>> RunLemon(const std::vector<std::string>& arguments) {
#ifdef GEO_LEMON_PROGRAM
  std::vector<std::string> command = {GEO_LEMON_PROGRAM};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const ProgramRun run = RunProgram(command);
  std::istringstream text(run.output);
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  if (run.status != 0) lines.push_back("the program failed: " + run.errors);
  return lines;
#else
  (void)arguments;
  return std::nullopt;
#endif
}

}  // namespace geo::tests
