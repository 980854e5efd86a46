#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "geo/graph/search.h"
#include "tests/benchmark/routing_boost.h"
#include "tests/benchmark/routing_rows.h"
#ifdef GEO_HAVE_LEMON
#include "tests/benchmark/lemon/lemon_flow.h"
#endif

namespace geo::bench {
namespace {

using graph::Flow;

constexpr char kMaxFlow[] = "exact max flow";
constexpr char kOnePath[] = "one path S";
constexpr std::uint32_t kScriptLimit = 10'000;  // participants, for the scripts

struct FlowQuery {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  Flow threshold = 0;  // for one path
};

// geo's answers and times, which those of others are held against.
struct Answers {
  std::vector<FlowQuery> queries;
  std::vector<Flow> values;
  std::vector<double> us;

  double MeanOfFirst(std::size_t count) const {
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += us[i];
    return sum / static_cast<double>(count);
  }
};

// `count` pairs: those of the data folder if there are any, else random ones, both with amounts S.
std::vector<FlowQuery> Queries(Workbench& bench, std::size_t count) {
  std::vector<FlowQuery> queries;
  auto trace = testing::PaymentTrace::Create(
      bench.network(), {testing::PaymentPairs::kRandom, testing::kSmallPayment, 3});
  for (const KnownFlow& known : bench.known_flows()) queries.push_back({known.from, known.to, 1});
  while (queries.size() < count) {
    const testing::GeneratedPayment payment = trace->Next();
    queries.push_back({payment.from, payment.to, payment.amount});
  }
  return queries;
}

struct FlowAnswers : Answers {};
struct PathAnswers : Answers {};

void TimeInto(Answers& answers, const std::function<Flow(const FlowQuery&)>& ask) {
  (void)ask(answers.queries.front());  // warms up
  for (const FlowQuery& query : answers.queries) {
    const std::int64_t begin = ThreadCpuTime();
    answers.values.push_back(ask(query));
    const std::int64_t taken = ThreadCpuTime() - begin - ClockCost();
    answers.us.push_back(static_cast<double>(std::max<std::int64_t>(taken, 0)) / 1000);
  }
}

FlowAnswers& FlowsOf(Workbench& bench, std::size_t count) {
  return Keep<FlowAnswers>(bench, [&] {
    auto answers = std::make_unique<FlowAnswers>();
    answers->queries = Queries(bench, count);
    const graph::ResidualGraph& graph = bench.graph();
    graph::Search search;
    TimeInto(*answers, [&](const FlowQuery& query) {
      if (!search.Begin(graph, {.source = query.from, .target = query.to}).ok()) return Flow{-1};
      search.Maximize(kMaxAmount);
      return search.value();
    });
    return answers;
  });
}

PathAnswers& PathsOf(Workbench& bench, std::size_t count) {
  return Keep<PathAnswers>(bench, [&] {
    auto answers = std::make_unique<PathAnswers>();
    answers->queries = Queries(bench, count);
    const graph::ResidualGraph& graph = bench.graph();
    graph::Search search;
    graph::Path path;
    TimeInto(*answers, [&](const FlowQuery& query) {
      if (!search.Begin(graph, {.source = query.from, .target = query.to}).ok()) return Flow{-1};
      const graph::Outcome outcome = search.FindPath(query.threshold, graph::kNoHopLimit, &path);
      return outcome == graph::Outcome::kFound ? static_cast<Flow>(path.hops()) : Flow{0};
    });
    return answers;
  });
}

// The row of geo: its answers against those known from elsewhere.
void Report(Row& row, const Workbench& bench, const Answers& answers, bool flows) {
  for (const double us : answers.us) row.AddMicroseconds(us);
  if (!flows) return;
  for (std::size_t i = 0; i < bench.known_flows().size(); ++i) {
    if (answers.values[i] != bench.known_flows()[i].flow) {
      return row.Fail("pair " + std::to_string(i) + ": geo finds " +
                      std::to_string(answers.values[i]) + ", known is " +
                      std::to_string(bench.known_flows()[i].flow));
    }
  }
}

// The row of somebody else: the first `count` queries, and the same answers.
void Compare(Row& row, const Answers& answers, std::size_t count,
             const std::function<Flow(const FlowQuery&)>& ask) {
  count = std::min(count, answers.queries.size());
  (void)ask(answers.queries.front());  // warms up
  for (std::size_t i = 0; i < count; ++i) {
    Flow value = 0;
    row.Time([&] { value = ask(answers.queries[i]); });
    if (value != answers.values[i]) {
      return row.Fail("query " + std::to_string(i) + ": " + std::to_string(value) +
                      ", but geo finds " + std::to_string(answers.values[i]));
    }
  }
  row.Set("geo_mean_us", answers.MeanOfFirst(count));
}

template <typename Boost>
Boost& BoostOf(Workbench& bench) {
  return Keep<Boost>(
      bench, [&] { return std::make_unique<Boost>(bench.network().participants, bench.pairs()); });
}

// boykov_kolmogorov on either container.
template <typename Boost>
void CompareFlows(Row& row, const NetworkName& name, std::size_t geo_count, std::size_t count) {
  Workbench& bench = WorkbenchOf(name);
  const FlowAnswers& answers = FlowsOf(bench, geo_count);
  Boost& boost = BoostOf<Boost>(bench);
  Compare(row, answers, count,
          [&](const FlowQuery& query) { return boost.BoykovKolmogorov(query.from, query.to); });
}

template <typename Boost>
void ComparePaths(Row& row, const NetworkName& name, std::size_t geo_count, std::size_t count) {
  Workbench& bench = WorkbenchOf(name);
  const PathAnswers& answers = PathsOf(bench, geo_count);
  Boost& boost = BoostOf<Boost>(bench);
  Compare(row, answers, count, [&](const FlowQuery& query) {
    return static_cast<Flow>(boost.Hops(query.from, query.to, query.threshold));
  });
}

#ifdef GEO_HAVE_LEMON
std::unique_ptr<LemonFlow> NewLemon(Workbench& bench) {
  std::vector<LemonArc> arcs;
  for (const CapacityPair& pair : bench.pairs()) {
    if (pair.uv > 0) arcs.push_back({pair.u, pair.v, pair.uv});
    if (pair.vu > 0) arcs.push_back({pair.v, pair.u, pair.vu});
  }
  return std::make_unique<LemonFlow>(bench.network().participants, arcs);
}
#endif

// The network and what geo answered, for scripts.
void Export(Workbench& bench, const Answers& answers) {
  if (ExchangeFolder().empty() || bench.name().policies ||
      bench.network().participants > kScriptLimit)
    return;
  nlohmann::json arcs = nlohmann::json::array();
  for (const CapacityPair& pair : bench.pairs()) {
    if (pair.uv > 0) arcs.push_back({pair.u, pair.v, pair.uv});
    if (pair.vu > 0) arcs.push_back({pair.v, pair.u, pair.vu});
  }
  nlohmann::json queries = nlohmann::json::array();
  for (std::size_t i = 0; i < answers.queries.size(); ++i) {
    const FlowQuery& query = answers.queries[i];
    queries.push_back({query.from, query.to, answers.values[i], answers.us[i]});
  }
  const nlohmann::json all = {{"network", bench.name().row()},
                              {"operation", kMaxFlow},
                              {"participants", bench.network().participants},
                              {"arcs", std::move(arcs)},
                              {"queries", std::move(queries)}};
  std::ofstream(ExchangeFolder() + "/" + bench.name().row() + ".flows.json") << all.dump();
}

// How many queries each engine answers: enough for a mean, few enough to wait for.
struct Counts {
  std::size_t geo = 0;
  std::size_t boykov_kolmogorov = 0;
  std::size_t push_relabel = 0;
  std::size_t lemon = 0;
  std::size_t paths = 0;
  std::size_t boost_paths = 0;
};

Counts CountsFor(const NetworkName& name, Size size) {
  if (size == Size::kSmoke) return {20, 20, 20, 20, 20, 20};
  if (!name.generated) return {200, 200, 20, 20, 2'000, 200};
  if (name.options.participants <= 10'000) return {1'000, 200, 50, 50, 5'000, 1'000};
  if (name.options.participants <= 100'000) return {1'000, 60, 10, 10, 5'000, 300};
  return {300, 12, 3, 3, 3'000, 100};
}

}  // namespace

namespace {

void AddGeoRows(std::span<const NetworkName> names, const Counts& counts) {
  for (const NetworkName& name : names) {
    AddRow({name.row(), kMaxFlow, "geo"}, [=](Row& row) {
      Workbench& bench = WorkbenchOf(name);
      const FlowAnswers& answers = FlowsOf(bench, counts.geo);
      Report(row, bench, answers, true);
      Export(bench, answers);
    });
  }
  for (const NetworkName& name : names) {
    AddRow({name.row(), kOnePath, "geo"}, [=](Row& row) {
      Workbench& bench = WorkbenchOf(name);
      Report(row, bench, PathsOf(bench, counts.paths), false);
    });
  }
}

void AddPeerRows(const NetworkName& name, const Counts& counts) {
  AddRow({name.row(), kMaxFlow, "Boost boykov_kolmogorov"}, [=](Row& row) {
    CompareFlows<BoostLists>(row, name, counts.geo, counts.boykov_kolmogorov);
  });
  AddRow({name.row(), kMaxFlow, "Boost boykov_kolmogorov, compressed rows"}, [=](Row& row) {
    CompareFlows<BoostRows>(row, name, counts.geo, counts.boykov_kolmogorov);
  });
  AddRow({name.row(), kMaxFlow, "Boost push_relabel, compressed rows"}, [=](Row& row) {
    Workbench& bench = WorkbenchOf(name);
    BoostPushRelabel boost(bench.network().participants, bench.pairs());
    Compare(row, FlowsOf(bench, counts.geo), counts.push_relabel,
            [&](const FlowQuery& query) { return boost.MaxFlow(query.from, query.to); });
  });
#ifdef GEO_HAVE_LEMON
  AddRow({name.row(), kMaxFlow, "LEMON Preflow"}, [=](Row& row) {
    Workbench& bench = WorkbenchOf(name);
    const auto lemon = NewLemon(bench);
    Compare(row, FlowsOf(bench, counts.geo), counts.lemon,
            [&](const FlowQuery& query) { return lemon->MaxFlow(query.from, query.to); });
  });
#endif
  AddRow({name.row(), kOnePath, "Boost breadth-first"},
         [=](Row& row) { ComparePaths<BoostLists>(row, name, counts.paths, counts.boost_paths); });
  AddRow({name.row(), kOnePath, "Boost breadth-first, compressed rows"},
         [=](Row& row) { ComparePaths<BoostRows>(row, name, counts.paths, counts.boost_paths); });
}

}  // namespace

void AddFlowRows(std::span<const NetworkName> names, Size size) {
  const Counts counts = CountsFor(names.front(), size);
  AddGeoRows(names, counts);
  AddPeerRows(names.front(), counts);  // the others know no policies
}

}  // namespace geo::bench
