// Steps about clearing (spec 01 §7). Whatever a step clears is first asked for as a dry run, which
// must say the same and change nothing.

#include <algorithm>
#include <limits>
#include <utility>

#include "src/base/status_macros.h"
#include "tests/scenario/members.h"
#include "tests/scenario/operations.h"

namespace geo::scenario {
namespace {

constexpr std::uint32_t kAllCycles = std::numeric_limits<std::uint32_t>::max() - 1;

StatusOr<ClearCycles> ReadCycles(const Json& step) {
  ClearCycles clear;
  GEO_ASSIGN_OR_RETURN(clear.terms.equivalent,
                       EquivalentCode::Parse(step.at("eq").get<std::string>()));
  // Of what no command can hold 0 is as wrong as the length itself.
  clear.max_length = CountOf(step.at("max_len")).value_or(0);
  clear.max_cycles = kAllCycles;
  if (step.contains("min_amount")) clear.terms.min_amount = step["min_amount"].get<std::string>();
  return clear;
}

StatusOr<ClearCycle> ReadCycle(const Json& step, World& world) {
  ClearCycle clear;
  GEO_ASSIGN_OR_RETURN(clear.equivalent, EquivalentCode::Parse(step.at("eq").get<std::string>()));
  for (const Json& name : step.at("cycle")) {
    GEO_ASSIGN_OR_RETURN(const Pid pid, world.PidOf(name));
    clear.cycle.push_back(pid);
  }
  return clear;
}

// The rotation that begins with the smallest name.
Json FromSmallest(std::vector<std::string> names) {
  std::rotate(names.begin(), std::min_element(names.begin(), names.end()), names.end());
  return names;
}

bool Same(const ClearingView& dry, const ClearingView& done) {
  return dry.cycles == done.cycles && dry.cleared == done.cleared && dry.debts == done.debts &&
         dry.upper_bound == done.upper_bound && dry.records.empty();
}

}  // namespace

// Asks, then does.
template <typename Clearing>
StatusOr<ClearingView> Operations::ClearAfterDryRun(const Clearing& clear) {
  GEO_ASSIGN_OR_RETURN(const ClearingView dry, world_.view().WouldClear(clear));
  GEO_ASSIGN_OR_RETURN(const CommandResult result, world_.Operate(clear));
  GEO_RETURN_IF_ERROR(result.status);
  if (!result.clearing.has_value() || !Same(dry, *result.clearing)) {
    return MakeError(ErrorCode::kInternal, "the dry run said something else");
  }
  return *result.clearing;
}

const Operations::Sender* Operations::FindRacingSender(const Json& step) {
  static const Sender kClearing = {&Operations::SignClearing, &Operations::ShowClearing};
  const bool clears = step["op"] == "clear_all" || step["op"] == "clear_cycle";
  return clears ? &kClearing : FindSender(step);
}

StatusOr<SignedCommand> Operations::SignClearing(const Json& step) {
  if (step["op"] == "clear_all") {
    GEO_ASSIGN_OR_RETURN(const ClearCycles clear, ReadCycles(step));
    return world_.Sign(world_.operator_key(), clear);
  }
  GEO_ASSIGN_OR_RETURN(const ClearCycle clear, ReadCycle(step, world_));
  return world_.Sign(world_.operator_key(), clear);
}

Observed Operations::ShowClearing(const Json& step, const StatusOr<CommandResult>& result) {
  Observed observed = FateOf(result);
  if (!observed.failure.empty() || !observed.error.empty()) return observed;
  if (!result->clearing.has_value()) return Failed("a clearing was accepted without an answer");
  ShowCycles(step, *result->clearing, observed);
  return observed;
}

void Operations::ShowCycles(const Json& step, const ClearingView& cleared, Observed& observed) {
  if (step["op"] == "clear_all") {
    observed.answer["cycles"] = cleared.cycles.size();
    return;
  }
  observed.answer["skipped"] = cleared.cycles.empty();
  const Amount amount = cleared.cycles.empty() ? 0 : cleared.cycles.front().amount;
  observed.answer["amount"] = FormatAmount(amount, world_.PrecisionOf(step["eq"]));
}

// A cycle that nothing could ever be is not there whatever the library does.
Problem Operations::CheckNamedCycles(const Json& step) {
  const Json expect = step.value("expect", Json::object());
  for (const char* member : {"contains", "not_contains"}) {
    for (const Json& cycle : expect.value(member, Json::array())) {
      if (const Problem problem = CycleProblem(cycle)) return member + (": " + *problem);
      for (const std::string name : cycle) {
        const StatusOr<Pid> pid = world_.PidOf(name);
        if (pid.ok() && world_.view().ledger().FindParticipant(*pid)) continue;
        return std::string(member) + ": nobody is called \"" + name + "\"";
      }
    }
  }
  return std::nullopt;
}

Observed Operations::FindCycles(const Json& step) {
  const auto found = [&]() -> StatusOr<CyclesView> {
    GEO_ASSIGN_OR_RETURN(const ClearCycles clear, ReadCycles(step));
    return world_.view().FindCycles(clear);
  }();
  if (!found.ok()) return Refused(found.status());
  if (const Problem problem = CheckNamedCycles(step)) return Failed(*problem);
  std::vector<Json> cycles;
  for (const CycleView& cycle : found->cycles) {
    std::vector<std::string> names;
    for (const Pid& pid : cycle.participants) names.push_back(world_.NameOf(pid));
    cycles.push_back(FromSmallest(std::move(names)));
  }
  // Of the cycles that the step names, the ones that are there.
  const auto named = [&](const char* member) {
    Json present = Json::array();
    const Json expect = step.value("expect", Json::object());
    for (const Json& cycle : expect.value(member, Json::array())) {
      const Json wanted = FromSmallest(cycle.get<std::vector<std::string>>());
      const bool there = std::find(cycles.begin(), cycles.end(), wanted) != cycles.end();
      if (there == (std::string_view(member) == "contains")) present.push_back(cycle);
    }
    return present;
  };
  Observed observed;
  observed.answer["n"] = cycles.size();
  observed.answer["contains"] = named("contains");
  observed.answer["not_contains"] = named("not_contains");
  return observed;
}

Observed Operations::ClearAll(const Json& step) {
  const auto cleared = [&]() -> StatusOr<ClearingView> {
    GEO_ASSIGN_OR_RETURN(const ClearCycles clear, ReadCycles(step));
    return ClearAfterDryRun(clear);
  }();
  if (!cleared.ok()) return Refused(cleared.status());
  Observed observed;
  ShowCycles(step, *cleared, observed);
  return observed;
}

Observed Operations::ClearNamedCycle(const Json& step) {
  const auto cleared = [&]() -> StatusOr<ClearingView> {
    GEO_ASSIGN_OR_RETURN(const ClearCycle clear, ReadCycle(step, world_));
    return ClearAfterDryRun(clear);
  }();
  if (!cleared.ok()) return Refused(cleared.status());
  Observed observed;
  ShowCycles(step, *cleared, observed);
  return observed;
}

// A dry run: what would remain. Debts may grow where the lines' own policies allow it.
Observed Operations::Optimum(const Json& step) {
  const auto dry = [&]() -> StatusOr<AmountSum> {
    SetOffDebts clear;
    clear.growth = true;
    GEO_ASSIGN_OR_RETURN(clear.terms.equivalent,
                         EquivalentCode::Parse(step.at("eq").get<std::string>()));
    GEO_ASSIGN_OR_RETURN(const ClearingView view, world_.view().WouldClear(clear));
    GEO_ASSIGN_OR_RETURN(const std::vector<DebtView> debts, AllDebts(step));
    AmountSum left = -view.cleared;
    for (const DebtView& debt : debts) left += debt.amount;
    return left;
  }();
  if (!dry.ok()) return Refused(dry.status());
  Observed observed;
  observed.answer["min_total_debt"] = FormatSum(*dry, world_.PrecisionOf(step["eq"]));
  return observed;
}

}  // namespace geo::scenario
