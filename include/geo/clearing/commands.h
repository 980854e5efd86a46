// What an operator may ask for: clearings as commands (spec 01 §7), and what they come to.
//
// How they look when signed is in geo/hub/command.h. A dry run of any of them is View::WouldClear.
#ifndef GEO_CLEARING_COMMANDS_H_
#define GEO_CLEARING_COMMANDS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "geo/base/amount.h"
#include "geo/base/ids.h"
#include "geo/base/status.h"
#include "geo/clearing/clearing.h"

namespace geo {

// Which debts take part; see ClearingScope.
struct ClearingTerms {
  EquivalentCode equivalent;
  std::optional<AmountInput> min_amount = {};    // positive; none: one minor unit
  std::optional<std::vector<Pid>> within = {};   // at most kMaxWithin; none: everybody
  std::optional<std::uint64_t> work_limit = {};  // arcs looked at, at least 1; none: no limit
};

// Every legal cycle up to a length, shorter ones first (§7.3).
struct ClearCycles {
  ClearingTerms terms;
  std::uint32_t max_length = 6;    // 3–32
  std::uint32_t max_cycles = 100;  // at least 1
};

// The optimal set-off (§7.4).
struct SetOffDebts {
  ClearingTerms terms;
  bool growth = false;  // debts may rise under lines that allow it
  // Ends when about so many millionths of the optimum are expected: 0 (soonest) to 1,000,000.
  std::uint32_t enough_ppm = graph::kWholeInPpm;
};

// One cycle, debtor→creditor, by as much as its least debt; nothing when it is not legal now.
struct ClearCycle {
  EquivalentCode equivalent;
  std::vector<Pid> cycle;  // 3–32, no repeats
};

// Whether the cycle is one, whoever is on it. Pure. Errors: TooLarge (more than 32),
// InvalidArgument (fewer than three, a repeat).
Status CheckSyntax(const ClearCycle& command);

// Plan what a command asks for, on the ledger as it is. `clearer`, when there is one, must be in
// step with the ledger; without one the graph is made for the occasion, in O(pairs · log). Errors:
// UnknownEquivalent, EquivalentNotActive, UnknownParticipant, TooLarge (`within`, `cycle`), those
// of amounts, AmountNotPositive, ConstraintRange (lengths, max_cycles, work_limit),
// InvalidArgument.
StatusOr<ClearingPlan> PlanClearing(const Ledger& ledger, Clearer* clearer, const ClearCycles&);
StatusOr<ClearingPlan> PlanClearing(const Ledger& ledger, Clearer* clearer, const SetOffDebts&);
StatusOr<ClearingPlan> PlanClearing(const Ledger& ledger, Clearer* clearer, const ClearCycle&);

// All legal cycles that ClearCycles could begin with. Errors as PlanClearing.
StatusOr<CycleListing> ListClearable(const Ledger& ledger, const ClearCycles& request);

}  // namespace geo

#endif  // GEO_CLEARING_COMMANDS_H_
