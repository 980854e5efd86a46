// What an operator lets happen by itself, and what each choice costs (spec 01 §7).
//
// Clearing early and clearing much are at odds: short cycles that are taken at once are not there
// any more for the optimal set-off, which would have used their debts in longer ones. How much that
// is differs from network to network; CompareClearings tells it for the debts at hand.
#ifndef GEO_CLEARING_POLICY_H_
#define GEO_CLEARING_POLICY_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "geo/base/amount.h"
#include "geo/base/status.h"
#include "geo/base/time.h"
#include "geo/clearing/clearing.h"
#include "geo/ledger/ledger.h"

namespace geo {

// Cycles taken on a schedule, in every active equivalent.
struct ScheduledCycles {
  Duration every = 0;              // at least a second
  std::uint32_t max_length = 6;    // 3–32
  std::uint32_t max_cycles = 100;  // per run and equivalent, at least 1
  Amount min_amount = 1;           // positive
  std::uint64_t work_limit = graph::kNoWorkLimit;
};

// Optimal set-offs on a schedule, in every active equivalent.
struct ScheduledSetOff {
  Duration every = 0;     // at least a second
  Amount min_amount = 1;  // positive
  bool growth = false;    // use lines that allow it
  std::uint64_t work_limit = graph::kNoWorkLimit;
  std::uint32_t enough_ppm = graph::kWholeInPpm;  // 0 to 1,000,000, see SetOffDebts
};

// Default-made: nothing happens unless an operator asks for it. Schedules run at multiples of
// `every` since 1970 UTC, by the first Hub::Tick at or after them, whatever commands came before
// it. Multiples that were missed, be it while the hub was closed, are made up for once, by the next
// Tick; but those before the last record count as done when a hub is opened. When both are due at
// once only the set-off runs.
struct ClearingPolicy {
  // After each payment; not after the commit of one whose equivalent was put to rest meanwhile.
  std::optional<TriggeredClearing> triggered = {};
  std::optional<ScheduledCycles> cycles = {};
  std::optional<ScheduledSetOff> set_off = {};
};

// Errors: ConstraintRange, InvalidArgument naming what is out of its range.
Status CheckClearingPolicy(const ClearingPolicy& policy);

// What to compare.
struct Comparison {
  ClearingScope scope;
  std::vector<std::uint32_t> lengths = {3, 4, 6};  // of cycles taken to the end, each 3–32
  bool growth = false;                             // of the set-off
  std::uint64_t work_limit = graph::kNoWorkLimit;  // of each search
};

// One way to clear, taken to its end.
struct ClearingChoice {
  std::uint32_t max_length = 0;  // of cycles; 0: the optimal set-off at once
  AmountSum cleared = 0;         // by itself
  // With an optimal set-off after it. What is between this and the bound is lost by having cleared
  // short cycles first.
  AmountSum reachable = 0;
  std::uint32_t share_ppm = 0;            // cleared / upper_bound, in millionths; 0 of nothing
  std::uint32_t reachable_share_ppm = 0;  // reachable / upper_bound
  std::size_t cycles = 0;
  bool complete = true;    // false: the work limit ended it, or the set-off after it
  std::uint64_t work = 0;  // arcs looked at, also by the set-off after it
};

struct ClearingReport {
  AmountSum debt = 0;                   // all of it within the scope
  AmountSum legal = 0;                  // of that, what may be cleared at all: the consent of lines
  AmountSum upper_bound = 0;            // no clearing now takes more, proven
  bool optimal = true;                  // the set-off reaches the bound
  std::vector<ClearingChoice> choices;  // in the order of `lengths`, the set-off last
};

// Compares ways to clear what may be cleared now. Nothing changes. Errors: as Clearer::PlanCycles
// and PlanSetOff. Takes as long as all the clearings together.
StatusOr<ClearingReport> CompareClearings(const Ledger& ledger, const Comparison& comparison);

}  // namespace geo

#endif  // GEO_CLEARING_POLICY_H_
