#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tests/benchmark/clearing_rows.h"
#ifdef GEO_HAVE_LEMON
#include "tests/benchmark/lemon/lemon_circulation.h"
#endif

namespace geo::bench {
namespace {

using graph::Circulation;
using graph::CirculationOptions;
using tests::CirculationProblem;

constexpr char kOptimum[] = "optimum";
constexpr char kAgain[] = "optimum again, 1 % new debts";
constexpr int kRuns = 3;
constexpr double kTimesGeo = 6;
constexpr double kLongEnoughUs = 1e6;

double PerDebt(std::size_t bytes, const CirculationProblem& problem) {
  return static_cast<double>(bytes) / static_cast<double>(problem.edges.size());
}

double Share(AmountSum part, AmountSum whole) {
  return whole == 0 ? 1 : static_cast<double>(part) / static_cast<double>(whole);
}

AmountSum TotalOf(const CirculationProblem& problem) {
  AmountSum total = 0;
  for (const graph::CirculationEdge& edge : problem.edges) total += edge.amount;
  return total;
}

// Solves a few times, checks the answer, and tells memory and shares.
void Solve(Row& row, const CirculationProblem& problem, const CirculationOptions& options) {
  Circulation result;
  std::size_t bytes = 0;
  for (int run = 0; run < kRuns; ++run) {
    result = {};
    const std::size_t before = HeapBytesNow();
    StartPeak();
    bool ok = false;
    row.Time([&] {
      auto solved = graph::MaximumCirculation(problem.nodes, problem.edges, options);
      ok = solved.ok();
      if (ok) result = *std::move(solved);
    });
    bytes = PeakHeapBytes() - before;
    if (!ok || !graph::CheckCirculation(problem.nodes, problem.edges, result).ok()) {
      return row.Fail("no answer, or one without a proof");
    }
  }
  if (options.enough_ppm == graph::kWholeInPpm && !result.optimal()) {
    return row.Fail("not the optimum");
  }
  row.Set("share_cleared", Share(result.volume, TotalOf(problem)));
  row.Set("share_proven", Share(result.volume, result.upper_bound));
  row.Set("bytes_per_debt", PerDebt(bytes, problem));
  row.Set("debts", static_cast<double>(problem.edges.size()));
}

#ifdef GEO_HAVE_LEMON
std::unique_ptr<LemonCirculation> NewLemon(const CirculationProblem& problem) {
  std::vector<LemonDebt> debts;
  debts.reserve(problem.edges.size());
  for (const graph::CirculationEdge& edge : problem.edges) {
    debts.push_back({edge.tail, edge.head, edge.amount, edge.capacity});
  }
  return std::make_unique<LemonCirculation>(problem.nodes, debts);
}

// LEMON on `problem`; what it leaves of the whole must be what geo leaves, whose volume is `best`.
// It is stopped after some times what geo took, since on some families it takes minutes where geo
// takes a second, or does not come to an end.
void AskLemon(Row& row, const CirculationProblem& problem, AmountSum best, double geo_us,
              std::int64_t (LemonCirculation::*solve)()) {
  if (problem.edges.empty()) return row.LeaveOut();  // LEMON expects some
  const auto lemon = NewLemon(problem);
  const double limit_us = std::max(kLongEnoughUs, kTimesGeo * geo_us);
  std::int64_t left = 0;
  if (!row.TimeWithin(
          limit_us, [&] { return ((*lemon).*solve)(); }, &left))
    return;
  if (TotalOf(problem) - left != best) row.Fail("LEMON and geo differ");
}
#endif

// The optimum of what has changed; small beside the rest, so it is not kept.
Circulation BestOf(const CirculationProblem& problem) {
  return graph::MaximumCirculation(problem.nodes, problem.edges).value();
}

void CheckProof(Row& row, ClearingBench& bench) {
  const Circulation& best = bench.optimum();
  bool ok = true;
  for (int run = 0; run < kRuns; ++run) {
    row.Time([&] {
      ok = graph::CheckCirculation(bench.problem().nodes, bench.problem().edges, best).ok();
    });
    if (!ok) return row.Fail("the proof is refused");
  }
  const double us = row.times().back();
  row.Set("debts_per_second", static_cast<double>(bench.debts()) / us * 1e6);
}

}  // namespace

void AddOptimumRows(const DebtsName& name, const Others& others) {
  AddRow({name.label, kOptimum, "geo"},
         [=](Row& row) { Solve(row, ClearingBenchOf(name).problem(), {}); });
#ifdef GEO_HAVE_LEMON
  const auto add = [&](bool wanted, const char* engine, bool inside, auto solve) {
    if (!wanted) return;
    AddRow({name.label, kOptimum, engine}, [=](Row& row) {
      ClearingBench& bench = ClearingBenchOf(name);
      AskLemon(row, inside ? bench.inside() : bench.problem(), bench.optimum().volume,
               bench.optimum_us(), solve);
    });
  };
  add(others.cost_scaling, "LEMON CostScaling", false, &LemonCirculation::CostScaling);
  add(others.cost_scaling_inside, "LEMON CostScaling, within components", true,
      &LemonCirculation::CostScaling);
  add(others.network_simplex, "LEMON NetworkSimplex, within components", true,
      &LemonCirculation::NetworkSimplex);
#endif
  if (!others.boost) return;
  AddRow({name.label, kOptimum, "Boost successive_shortest_path"}, [=](Row& row) {
    ClearingBench& bench = ClearingBenchOf(name);
    std::int64_t left = 0;
    row.Time([&] { left = tests::LeastRemainderByBoost(bench.problem()); });
    if (bench.total() - left != bench.optimum().volume) row.Fail("Boost and geo differ");
  });
}

void AddFurtherRows(const DebtsName& name, const Others& others) {
  AddRow({name.label, "99 % of the optimum", "geo"},
         [=](Row& row) { Solve(row, ClearingBenchOf(name).problem(), {.enough_ppm = 990'000}); });
  AddRow({name.label, "check the proof", "geo"},
         [=](Row& row) { CheckProof(row, ClearingBenchOf(name)); });
  AddRow({name.label, kAgain, "geo"},
         [=](Row& row) { Solve(row, ClearingBenchOf(name).changed(), {}); });
#ifdef GEO_HAVE_LEMON
  if (!others.cost_scaling_inside) return;
  AddRow({name.label, kAgain, "LEMON CostScaling, within components"}, [=](Row& row) {
    const CirculationProblem& changed = ClearingBenchOf(name).changed();
    const std::int64_t begin = ThreadCpuTime();
    const AmountSum best = BestOf(changed).volume;
    const double geo_us = static_cast<double>(ThreadCpuTime() - begin) / 1000;
    AskLemon(row, tests::InsideComponents(changed), best, geo_us, &LemonCirculation::CostScaling);
  });
#else
  (void)others;
#endif
}

}  // namespace geo::bench
