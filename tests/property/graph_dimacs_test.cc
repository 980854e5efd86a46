// Maximum flows of published DIMACS problems, when they are present (GEO_DATA_DIR).
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <utility>

#include "geo/graph/residual_graph.h"
#include "geo/graph/search.h"
#include "tests/support/environment.h"
#include "tests/support/gzip.h"

namespace geo::graph {
namespace {

struct Problem {
  NodeIndex nodes = 0;
  NodeIndex source = kNoNode;
  NodeIndex target = kNoNode;
  std::map<std::pair<NodeIndex, NodeIndex>, Flow> arcs;  // parallel ones added up
};

Problem Parse(const std::string& text) {
  Problem problem;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string kind;
    words >> kind;
    if (kind == "p") {
      std::string max;
      words >> max >> problem.nodes;
    } else if (kind == "n") {
      NodeIndex node = 0;
      std::string which;
      words >> node >> which;
      (which == "s" ? problem.source : problem.target) = node - 1;
    } else if (kind == "a") {
      NodeIndex tail = 0;
      NodeIndex head = 0;
      Flow capacity = 0;
      words >> tail >> head >> capacity;
      if (tail != head) problem.arcs[{tail - 1, head - 1}] += capacity;
    }
  }
  return problem;
}

Flow Solve(const Problem& problem) {
  ResidualGraph graph;
  EXPECT_TRUE(graph.Grow(problem.nodes).ok());
  for (const auto& [ends, capacity] : problem.arcs) {
    const auto [tail, head] = ends;
    const auto back = problem.arcs.find({head, tail});
    if (back != problem.arcs.end() && head < tail) continue;
    const Arc reverse = back == problem.arcs.end() ? Arc() : PlainArc(back->second);
    EXPECT_TRUE(graph.Insert(tail, head, PlainArc(capacity), reverse).ok());
  }
  Search search;
  EXPECT_TRUE(search.Begin(graph, {.source = problem.source, .target = problem.target}).ok());
  EXPECT_EQ(search.Maximize(kMaxAmount), Outcome::kExhausted);
  return search.value();
}

TEST(GraphDimacs, EveryMaximumFlowIsOptimal) {
  const std::filesystem::path folder = tests::DataDir() / "dimacs";
  std::ifstream expected(folder / "expected.csv");
  if (!expected) GTEST_SKIP() << folder << " is absent";
  int solved = 0;
  std::string line;
  std::getline(expected, line);
  while (std::getline(expected, line)) {
    std::istringstream fields(line);
    std::string file, kind, nodes, arcs, status, optimum;
    for (std::string* field : {&file, &kind, &nodes, &arcs, &status, &optimum})
      std::getline(fields, *field, ',');
    if (kind != "max") continue;
    EXPECT_EQ(Solve(Parse(tests::Unzipped(folder / file))), std::stoll(optimum)) << file;
    ++solved;
  }
  EXPECT_GE(solved, 25);
}

}  // namespace
}  // namespace geo::graph
