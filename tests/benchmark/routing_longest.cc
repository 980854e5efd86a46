// The longest that one question may take: a hub's writer waits for it, so it counts as much as the
// usual payment does. Between the two participants with the most lines there is the most to look
// at.
#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "geo/hub/hub.h"
#include "geo/routing/verify.h"
#include "tests/benchmark/routing_rows.h"

namespace geo::bench {
namespace {

// The most lines first.
std::pair<ParticipantIndex, ParticipantIndex> TheLargestTwo(Workbench& bench) {
  std::vector<std::pair<std::size_t, ParticipantIndex>> by_lines(bench.network().participants);
  for (ParticipantIndex i = 0; i < by_lines.size(); ++i) by_lines[i].second = i;
  for (const testing::GeneratedLine& line : bench.network().lines) {
    ++by_lines[line.owner].first;
    ++by_lines[line.debtor].first;
  }
  std::partial_sort(by_lines.begin(), by_lines.begin() + 2, by_lines.end(), std::greater<>());
  return {by_lines[0].second, by_lines[1].second};
}

RouteRequest RequestOf(ParticipantIndex from, ParticipantIndex to, std::uint32_t max_paths) {
  RouteRequest request;
  request.equivalent = Workbench::kEquivalent;
  request.from = from;
  request.to = to;
  request.constraints.max_paths = max_paths;
  request.constraints.work_limit = kUsualWorkLimit;
  return request;
}

Status Verify(const Ledger& ledger, const RouteRequest& request, const RouteAnswer& answer) {
  if (const auto* plan = std::get_if<Plan>(&answer.outcome)) {
    return VerifyPlan(ledger, Workbench::kDay, request, *plan);
  }
  return VerifyRefusal(ledger, Workbench::kDay, request, std::get<Refusal>(answer.outcome));
}

// Both ways: the capacity, half of it, nearly all, all, and more than there is.
void MeasureLongest(Row& row, Workbench& bench, std::uint32_t max_paths) {
  Router& router = bench.router();
  const auto [first, second] = TheLargestTwo(bench);
  std::uint64_t most_arcs = 0;
  std::size_t plans = 0;
  std::size_t ended = 0;
  for (const auto& [from, to] : {std::pair(first, second), std::pair(second, first)}) {
    RouteRequest request = RequestOf(from, to, max_paths);
    StatusOr<CapacityAnswer> capacity = CapacityAnswer();
    row.Time([&] { capacity = router.Capacity(request); });
    if (!capacity.ok()) return row.Fail(std::string(capacity.status().message()));
    most_arcs = std::max(most_arcs, capacity->work);
    const Amount all = std::max<Amount>(capacity->amount, 2);
    for (const Amount amount : {all / 2, all - all / 100, all, all + 1, 2 * all}) {
      request.amount = amount;
      StatusOr<RouteAnswer> answer = RouteAnswer();
      row.Time([&] { answer = router.FindRoutes(request); });
      const Status held = answer.ok() ? Verify(bench.ledger(), request, *answer) : answer.status();
      if (!held.ok()) return row.Fail(std::string(held.message()));
      most_arcs = std::max(most_arcs, answer->work);
      const auto* refusal = std::get_if<Refusal>(&answer->outcome);
      plans += refusal == nullptr ? 1 : 0;
      ended += refusal != nullptr && refusal->reason == RefusalReason::kWorkLimit ? 1 : 0;
    }
  }
  row.Set("longest_us", *std::max_element(row.times().begin(), row.times().end()));
  row.Set("most_arcs", static_cast<double>(most_arcs));
  row.Set("plans", static_cast<double>(plans));
  row.Set("work_limit", static_cast<double>(ended));
}

}  // namespace

void AddLongestRows(std::span<const NetworkName> names) {
  for (const NetworkName& name : names) {
    AddRow({name.row(), "between the largest two, 8 routes", "geo"},
           [=](Row& row) { MeasureLongest(row, WorkbenchOf(name), 8); });
    AddRow({name.row(), "between the largest two, any number of routes", "geo"},
           [=](Row& row) { MeasureLongest(row, WorkbenchOf(name), kUnlimited); });
  }
}

}  // namespace geo::bench
