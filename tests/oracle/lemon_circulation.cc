// Smallest remaining debt of problems in a file, by LEMON: an oracle and a yardstick.
//
//   lemon_circulation solve FILE   per problem: optimum of NetworkSimplex
//   lemon_circulation time FILE [cost_scaling|network_simplex]
//                                  per problem: solver, CPU seconds of its run, optimum
//
// A program of its own, because LEMON 1.3 is C++17 at most. FILE is what tests/support/
// circulation_problems.h writes: per problem u32 nodes, u32 edges, then per edge u32 tail, u32
// head, i64 amount, i64 capacity. CostScaling serves for measuring only: on some small problems,
// rings of opposite edges among them, LEMON 1.3.1's does not come to an end. The problem: a flow of
// 0…capacity on every edge that has the same net outflow as `amount` at every node and the smallest
// sum.
#include <lemon/cost_scaling.h>
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

namespace {

using Graph = lemon::SmartDigraph;
__extension__ using Sum = __int128;

struct Edge {
  std::uint32_t tail, head;
  std::int64_t amount, capacity;
};

struct Problem {
  std::uint32_t nodes = 0;
  std::vector<Edge> edges;
};

bool Read(std::ifstream& file, Problem* problem) {
  std::uint32_t counts[2];
  if (!file.read(reinterpret_cast<char*>(counts), sizeof(counts))) return false;
  problem->nodes = counts[0];
  problem->edges.resize(counts[1]);
  const auto bytes = static_cast<std::streamsize>(counts[1] * sizeof(Edge));
  return static_cast<bool>(file.read(reinterpret_cast<char*>(problem->edges.data()), bytes));
}

double CpuSeconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Model {
  explicit Model(const Problem& problem) : capacity(graph), cost(graph), supply(graph, 0) {
    graph.reserveNode(static_cast<int>(problem.nodes));
    graph.reserveArc(static_cast<int>(problem.edges.size()));
    for (std::uint32_t i = 0; i < problem.nodes; ++i) graph.addNode();
    for (const Edge& edge : problem.edges) {
      const auto tail = Graph::nodeFromId(static_cast<int>(edge.tail));
      const auto head = Graph::nodeFromId(static_cast<int>(edge.head));
      const auto arc = graph.addArc(tail, head);
      capacity[arc] = edge.capacity;
      cost[arc] = 1;
      supply[tail] += edge.amount;
      supply[head] -= edge.amount;
    }
  }
  Graph graph;
  Graph::ArcMap<std::int64_t> capacity;
  Graph::ArcMap<std::int64_t> cost;
  Graph::NodeMap<std::int64_t> supply;
};

std::string Text(Sum sum) {
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(sum % 10)));
    sum /= 10;
  } while (sum > 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

template <typename Solver>
std::string Solve(const Model& model, double* seconds) {
  Solver solver(model.graph);
  solver.upperMap(model.capacity).costMap(model.cost).supplyMap(model.supply);
  const double start = CpuSeconds();
  const auto outcome = solver.run();
  *seconds = CpuSeconds() - start;
  if (outcome != Solver::OPTIMAL) return "infeasible";
  return Text(solver.template totalCost<Sum>());
}

using Simplex = lemon::NetworkSimplex<Graph, std::int64_t, std::int64_t>;
using Scaling = lemon::CostScaling<Graph, std::int64_t, std::int64_t>;

void Time(const Model& model, const std::string& which) {
  double seconds = 0;
  if (which.empty() || which == "cost_scaling") {
    const std::string optimum = Solve<Scaling>(model, &seconds);
    std::printf("cost_scaling %.6f %s\n", seconds, optimum.c_str());
  }
  if (which.empty() || which == "network_simplex") {
    const std::string optimum = Solve<Simplex>(model, &seconds);
    std::printf("network_simplex %.6f %s\n", seconds, optimum.c_str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3 || (std::strcmp(argv[1], "solve") != 0 && std::strcmp(argv[1], "time") != 0)) {
    std::fprintf(stderr, "usage: lemon_circulation solve|time FILE [SOLVER]\n");
    return 2;
  }
  std::ifstream file(argv[2], std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "cannot read %s\n", argv[2]);
    return 1;
  }
  for (Problem problem; Read(file, &problem);) {
    if (problem.edges.empty()) {  // LEMON's solvers expect some
      std::printf("0\n");
      continue;
    }
    const Model model(problem);
    if (std::strcmp(argv[1], "time") == 0) {
      Time(model, argc > 3 ? argv[3] : "");
    } else {
      double ignored = 0;
      std::printf("%s\n", Solve<Simplex>(model, &ignored).c_str());
    }
  }
  return 0;
}
