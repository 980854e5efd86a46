#include "tests/benchmark/clearing_network.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <sstream>
#include <unordered_map>
#include <utility>
#include <vector>

#include "geo/testing/network_generator.h"
#include "tests/benchmark/support/row.h"
#include "tests/support/environment.h"
#include "tests/support/gzip.h"

namespace geo::bench {
namespace {

using graph::CirculationEdge;
using graph::NodeIndex;

constexpr int kDataPrecision = 6;

std::filesystem::path DataFile() {
  return tests::DataDir() / "obligations-ripple" / "debts-2016.csv.gz";
}

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "clearing benchmark: %s\n", what);
  std::exit(1);
}

tests::CirculationProblem ReadDebts() {
  tests::CirculationProblem problem;
  std::unordered_map<std::string, NodeIndex> numbers;
  const auto number_of = [&](const std::string& name) {
    return numbers.try_emplace(name, static_cast<NodeIndex>(numbers.size())).first->second;
  };
  std::istringstream lines(tests::Unzipped(DataFile()));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    std::string debtor, creditor, text;
    std::getline(fields, debtor, ',');
    std::getline(fields, creditor, ',');
    std::getline(fields, text);
    const auto amount = ParseAmount(text, kDataPrecision);
    Require(amount.ok(), "an amount of the data folder cannot be read");
    const NodeIndex tail = number_of(debtor);
    problem.edges.push_back({tail, number_of(creditor), *amount, *amount});
  }
  problem.nodes = static_cast<NodeIndex>(numbers.size());
  return problem;
}

// About three debts per participant.
tests::CirculationProblem Generated(std::uint32_t debts) {
  testing::NetworkOptions options;
  options.participants = std::max(2U, debts / 3);
  const auto network = testing::GenerateNetwork(options);
  Require(network.ok(), "the network cannot be made");
  tests::CirculationProblem problem;
  problem.nodes = network->participants;
  for (const testing::GeneratedDebt& debt : network->debts) {
    problem.edges.push_back({debt.debtor, debt.creditor, debt.amount, debt.amount});
  }
  return problem;
}

tests::CirculationProblem Make(const DebtsName& name) {
  if (name.family == "debts-2016") return ReadDebts();
  if (name.family == "generated") return Generated(name.debts);
  return tests::MakeCirculationProblem(name.family, name.debts, 1);
}

// Debts by pair of participants, so that many between the same two are one edge.
struct Pair {
  NodeIndex a = 0;
  NodeIndex b = 0;
  graph::Flow ab = graph::kAbsent;
  graph::Flow ba = graph::kAbsent;
};

std::vector<Pair> PairsOf(const std::vector<CirculationEdge>& edges) {
  std::vector<Pair> pairs;
  for (const CirculationEdge& edge : edges) {
    if (edge.amount == 0) continue;
    Pair pair{std::min(edge.tail, edge.head), std::max(edge.tail, edge.head)};
    (edge.tail < edge.head ? pair.ab : pair.ba) = edge.amount;
    pairs.push_back(pair);
  }
  std::sort(pairs.begin(), pairs.end(),
            [](const Pair& x, const Pair& y) { return std::pair(x.a, x.b) < std::pair(y.a, y.b); });
  std::size_t kept = 0;
  const auto add = [](graph::Flow& to, graph::Flow more) {
    if (more != graph::kAbsent) to = std::max<graph::Flow>(to, 0) + more;
  };
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (kept > 0 && pairs[kept - 1].a == pairs[i].a && pairs[kept - 1].b == pairs[i].b) {
      add(pairs[kept - 1].ab, pairs[i].ab);
      add(pairs[kept - 1].ba, pairs[i].ba);
    } else {
      pairs[kept++] = pairs[i];
    }
  }
  pairs.resize(kept);
  return pairs;
}

}  // namespace

ClearingBench::ClearingBench(const DebtsName& name) : problem_(Make(name)) {
  for (const CirculationEdge& edge : problem_.edges) total_ += edge.amount;
}

const tests::CirculationProblem& ClearingBench::inside() {
  if (inside_ == nullptr) {
    inside_ = std::make_unique<tests::CirculationProblem>(tests::InsideComponents(problem_));
  }
  return *inside_;
}

const graph::Circulation& ClearingBench::optimum() {
  if (optimum_ == nullptr) {
    const std::int64_t begin = ThreadCpuTime();
    auto solved = graph::MaximumCirculation(problem_.nodes, problem_.edges);
    optimum_us_ = static_cast<double>(ThreadCpuTime() - begin) / 1000;
    Require(solved.ok() && solved->optimal(), "no optimum");
    Require(graph::CheckCirculation(problem_.nodes, problem_.edges, *solved).ok(), "no proof");
    optimum_ = std::make_unique<graph::Circulation>(*std::move(solved));
  }
  return *optimum_;
}

double ClearingBench::optimum_us() {
  (void)optimum();
  return optimum_us_;
}

const tests::CirculationProblem& ClearingBench::changed() {
  if (changed_ != nullptr) return *changed_;
  changed_ = std::make_unique<tests::CirculationProblem>();
  changed_->nodes = problem_.nodes;
  const auto& removed = optimum().removed;
  const auto& edges = problem_.edges;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const graph::Flow left = edges[i].amount - removed[i];
    if (left > 0) changed_->edges.push_back({edges[i].tail, edges[i].head, left, left});
  }
  std::mt19937_64 random(7);
  for (std::size_t i = 0; i < edges.size() / 100; ++i) {
    const CirculationEdge& one = edges[random() % edges.size()];
    const CirculationEdge& other = edges[random() % edges.size()];
    if (one.tail == other.head) continue;
    changed_->edges.push_back({one.tail, other.head, one.amount, one.amount});
  }
  return *changed_;
}

graph::ResidualGraph ClearingBench::NewGraph() const {
  graph::ResidualGraph graph;
  bool ok = graph.Grow(problem_.nodes).ok();
  for (const Pair& pair : PairsOf(problem_.edges)) {
    ok =
        ok && graph.Insert(pair.a, pair.b, graph::PlainArc(pair.ab), graph::PlainArc(pair.ba)).ok();
  }
  Require(ok, "the graph cannot be built");
  return graph;
}

ClearingBench& ClearingBenchOf(const DebtsName& name) {
  static std::string label;
  static std::unique_ptr<ClearingBench> bench;
  if (bench == nullptr || label != name.label) {
    bench.reset();
    bench = std::make_unique<ClearingBench>(name);
    label = name.label;
  }
  return *bench;
}

bool IsPresent(const DebtsName& name) {
  return name.family != "debts-2016" || std::filesystem::exists(DataFile());
}

}  // namespace geo::bench
