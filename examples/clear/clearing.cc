#include "clear/clearing.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <utility>

#include "geo/graph/circulation.h"
#include "shared/founding.h"
#include "shared/progress.h"

namespace geo::clear {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point begun) {
  return std::chrono::duration<double>(Clock::now() - begun).count();
}

ClearCycles Cycles(const World& world, std::uint32_t max_length) {
  ClearCycles clear;
  clear.terms.equivalent = world.unit;
  clear.max_length = max_length;
  clear.max_cycles = std::numeric_limits<std::uint32_t>::max();
  return clear;
}

std::vector<examples::Debt> DebtsIn(const World& world) {
  const Ledger& ledger = world.hub->view().ledger();
  std::vector<examples::Debt> debts;
  for (PairIndex i = 0; i < ledger.pair_count(); ++i) {
    const Pair& pair = ledger.pair(i);
    if (pair.balance == 0) continue;
    const Direction owing = pair.balance > 0 ? Direction::kForward : Direction::kBackward;
    debts.push_back(
        {world.accounts[pair.tail(owing)], world.accounts[pair.head(owing)], pair.owed(owing)});
  }
  return debts;
}

AmountSum SumOf(const std::vector<examples::Debt>& debts) {
  AmountSum sum = 0;
  for (const examples::Debt& debt : debts) sum += debt.amount;
  return sum;
}

// Given debts as edges between participants; with growth, lines without a debt, too.
struct Problem {
  std::vector<graph::CirculationEdge> edges;
  std::vector<examples::Debt> ends;  // of each edge
};

Problem ProblemOf(const World& world, bool growth) {
  std::map<std::pair<examples::Account, examples::Account>, graph::CirculationEdge> edges;
  const auto node = [&](examples::Account account) {
    const auto at = std::lower_bound(world.accounts.begin(), world.accounts.end(), account);
    return static_cast<graph::NodeIndex>(at - world.accounts.begin());
  };
  for (const examples::Debt& debt : world.given) {
    edges[{debt.debtor, debt.creditor}] = {node(debt.debtor), node(debt.creditor), debt.amount,
                                           debt.amount};
  }
  for (const examples::Line& line : world.lines) {
    if (!growth) break;
    graph::CirculationEdge& edge = edges[{line.debtor, line.owner}];
    edge.tail = node(line.debtor);
    edge.head = node(line.owner);
    edge.capacity = std::max(edge.capacity, line.limit);
  }
  Problem problem;
  for (const auto& [ends, edge] : edges) {
    problem.edges.push_back(edge);
    problem.ends.push_back({ends.first, ends.second, edge.amount});
  }
  return problem;
}

// The largest circulation, whose proof was checked.
StatusOr<graph::Circulation> Solve(const World& world, const Problem& problem) {
  const auto nodes = static_cast<graph::NodeIndex>(world.accounts.size());
  auto solved = graph::MaximumCirculation(nodes, problem.edges);
  if (!solved.ok()) return solved.status();
  const Status checked = graph::CheckCirculation(nodes, problem.edges, *solved);
  if (!checked.ok()) return checked;
  return solved;
}

// One debt per debtor and creditor.
std::vector<examples::Debt> AddedUp(std::vector<examples::Debt> debts) {
  std::sort(debts.begin(), debts.end(), [](const auto& x, const auto& y) {
    return std::pair(x.debtor, x.creditor) < std::pair(y.debtor, y.creditor);
  });
  std::vector<examples::Debt> sums;
  for (const examples::Debt& debt : debts) {
    if (!sums.empty() && sums.back().debtor == debt.debtor &&
        sums.back().creditor == debt.creditor) {
      sums.back().amount = SaturateCapacity(AmountSum{sums.back().amount} + debt.amount);
    } else {
      sums.push_back(debt);
    }
  }
  return sums;
}

}  // namespace

StatusOr<World> Load(examples::Network network) {
  World world;
  HubOptions options = examples::FoundingOptions();
  options.durability = Durability::kMemory;
  options.read_model_rows = 0;
  auto hub = Hub::Open(NewMemoryStore(), options);
  if (!hub.ok()) return hub.status();
  world.hub = *std::move(hub);
  world.precision = network.precision;
  world.debts = network.debts.size();
  world.total = SumOf(network.debts);
  world.given = AddedUp(network.debts);
  for (const examples::Line& line : network.lines) {
    if (line.allow_growth) world.lines.push_back(line);
  }
  auto founded = examples::Found(*world.hub, network);
  if (!founded.ok()) return founded.status();
  world.unit = founded->unit;
  world.accounts = std::move(network.accounts);  // participants come in their order
  return world;
}

StatusOr<Comparison> Compare(const World& world, const std::vector<std::uint32_t>& lengths,
                             bool growth) {
  Comparison comparison;
  comparison.participants = world.accounts.size();
  comparison.debts = world.debts;
  comparison.total = world.total;
  comparison.precision = world.precision;
  const AmountSum both_ways = world.total - SumOf(DebtsIn(world));
  examples::Progress progress("comparing", lengths.size() + 2);
  const View view = world.hub->view();
  const auto report = view.CompareClearings(world.unit, lengths, growth);
  if (!report.ok()) return report.status();
  comparison.ways.push_back({2, both_ways, both_ways + report->choices.back().cleared, 0, 0});
  for (const ClearingChoice& choice : report->choices) {
    if (choice.max_length == 0) continue;
    progress.Show(comparison.ways.size());
    const auto begun = Clock::now();
    const auto cleared = view.WouldClear(Cycles(world, choice.max_length));
    if (!cleared.ok()) return cleared.status();
    comparison.ways.push_back({choice.max_length, both_ways + cleared->cleared,
                               both_ways + choice.reachable, cleared->cycles.size(),
                               SecondsSince(begun)});
  }
  progress.Show(comparison.ways.size());
  const auto begun = Clock::now();
  const auto best = Solve(world, ProblemOf(world, growth));
  if (!best.ok()) return best.status();
  comparison.upper_bound = best->upper_bound;
  comparison.ways.push_back({0, best->volume, best->volume, 0, SecondsSince(begun)});
  return comparison;
}

StatusOr<std::vector<examples::Debt>> Carry(World& world, std::uint32_t max_length, bool growth) {
  if (max_length != 0) {
    auto result = world.hub->Execute(TrustedCommand(examples::Founder(), Cycles(world, max_length)),
                                     examples::kStart);
    const Status status = result.ok() ? result->status : result.status();
    if (!status.ok()) return status;
    return DebtsIn(world);
  }
  const Problem problem = ProblemOf(world, growth);
  const auto best = Solve(world, problem);
  if (!best.ok()) return best.status();
  std::vector<examples::Debt> left;
  for (std::size_t i = 0; i < problem.ends.size(); ++i) {
    const Amount amount = problem.edges[i].amount - best->removed[i];
    if (amount == 0) continue;
    left.push_back({problem.ends[i].debtor, problem.ends[i].creditor, amount});
  }
  return left;
}

}  // namespace geo::clear
