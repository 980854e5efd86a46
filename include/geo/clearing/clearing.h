// Clearing: debts that run in circles are taken off everybody at once (spec 01 §7).
//
// Three ways, and they do not add up: what short cycles take early, an optimal set-off later finds
// gone (all cycles of 4 first cost it about a tenth), so that each is a choice.
//
//   triggered   after a payment, short cycles through the debts that it changed: microseconds
//   periodic    all cycles up to a length
//   set-off     the largest total that can be cleared at all, proven, as one circulation
//
// What may be cleared. A debt is legal when an active line creditor→debtor with `auto_clearing`
// covers it and no live reservation is on the pair; whether its ends are active participants does
// not matter (§1.4). Everything else is as if it were not there, inside the searches already. With
// growth asked for, a line that is active and has `auto_clearing` and `allow_growth` may come out
// of a set-off with more debt than before, never above its limit, and only between two who are
// active: nobody comes to owe more, or to be owed more by, somebody suspended or banned.
//
// Clearing changes nobody's net position. Every plan is checked for that, and for everything above,
// by VerifyClearing, which shares no code with the search: before it is returned, but a set-off of
// several records by whoever writes them, one after the other, as hubs do.
#ifndef GEO_CLEARING_CLEARING_H_
#define GEO_CLEARING_CLEARING_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "geo/base/amount.h"
#include "geo/base/status.h"
#include "geo/graph/circulation.h"
#include "geo/graph/search.h"
#include "geo/journal/effect.h"
#include "geo/journal/entity.h"
#include "geo/ledger/ledger.h"

namespace geo {

// Lengths of cycles, in participants. Two who owe each other do not occur (spec 01 §4.4).
inline constexpr std::uint32_t kShortestCycle = 3;
inline constexpr std::uint32_t kLongestTriggeredCycle = 8;
inline constexpr std::uint32_t kLongestPeriodicCycle = 32;

// Which debts take part.
struct ClearingScope {
  EquivalentIndex equivalent = kNoIndex;
  // Only debts between these; order and repeats don't matter.
  std::optional<std::vector<ParticipantIndex>> within = {};
  // Positive. A cycle is worth this much at least; a set-off leaves smaller debts alone.
  Amount min_amount = 1;
};

// After payments (spec 01 §7.2).
struct TriggeredClearing {
  std::uint32_t max_length = 4;  // 3–8
  Amount min_amount = 1;         // positive
  // Arcs looked at per payment: it cuts the longest searches, and the answer says so. Without it
  // no cycle is missed.
  std::uint64_t work_limit = 1000;
};

// Now and then (spec 01 §7.3): every legal cycle, shorter ones first.
struct CycleClearing {
  ClearingScope scope;
  std::uint32_t max_length = 6;                    // 3–32
  std::uint32_t max_cycles = 100;                  // at least 1
  std::uint64_t work_limit = graph::kNoWorkLimit;  // arcs looked at
};

// As much as possible (spec 01 §7.4).
struct SetOff {
  ClearingScope scope;
  bool growth = false;  // use lines that allow it
  // See graph::CirculationOptions; enough_ppm is 0 (ends soonest) to 1,000,000.
  std::uint64_t work_limit = graph::kNoWorkLimit;
  std::uint32_t enough_ppm = graph::kWholeInPpm;
  // Debts changed by one record, more or less, 3 at least. Above it the set-off becomes several
  // records, each neutral by itself.
  std::uint32_t max_debts_per_record = 1'000'000;
};

// A cycle in debtor→creditor order and what is taken off each of its debts.
struct ClearedCycle {
  std::vector<ParticipantIndex> participants;
  Amount amount = 0;
  friend bool operator==(const ClearedCycle&, const ClearedCycle&) = default;
};

// What would be cleared.
struct ClearingPlan {
  std::vector<std::vector<Effect>> records;  // each neutral; none when there is nothing to clear
  std::vector<ClearedCycle> cycles;          // in the order taken; of a set-off: none
  AmountSum cleared = 0;                     // by how much all debts together fall
  std::optional<AmountSum> upper_bound;      // of a set-off: proven that no more is possible
  bool complete = true;    // false: a limit ended it, and there may be more to clear
  std::uint64_t work = 0;  // arcs looked at
};

struct CycleListing {
  std::vector<ClearedCycle> cycles;  // each from its smallest index on; ascending
  bool complete = true;
};

// Plans clearings. Keeps the legal debts of each equivalent as a graph; the ledger is handed in
// with every call and must be the one that the graphs are in step with, or an equal one. Same
// state, same request: same plan. One thread at a time. Where memory runs out in the middle of a
// plan the graphs are as before.
class Clearer {
 public:
  // Reads everything in `ledger`, or only one equivalent, of which alone it then knows: changes in
  // others count for nothing, and plans for them are InvalidArgument. Errors: TooLarge (more debts
  // or members than a graph holds). O(pairs read · log).
  static StatusOr<std::unique_ptr<Clearer>> Create(const Ledger& ledger,
                                                   EquivalentIndex only = kNoIndex);
  ~Clearer();
  Clearer(const Clearer&) = delete;
  Clearer& operator=(const Clearer&) = delete;

  // Debts, lines or reservations of these pairs changed; in any order, any of them again. Call it
  // for all that a record touched before the next plan: once for many costs less than many calls.
  // O(log degree) a pair; for debts that come or go O(degree) of those whose they are, once for
  // all. Errors: TooLarge.
  Status PairsChanged(const Ledger& ledger, std::span<const PairIndex> pairs);

  // The cycles through the debts of `changed`, shortest first for each. Pairs of another equivalent
  // than the first one's count for nothing. Errors: ConstraintRange, InvalidArgument (unknown pair,
  // min_amount).
  StatusOr<ClearingPlan> PlanTriggered(const Ledger& ledger, std::span<const PairIndex> changed,
                                       const TriggeredClearing& options);

  // Errors: ConstraintRange (max_length, max_cycles), InvalidArgument (unknown equivalent or
  // participant, min_amount).
  StatusOr<ClearingPlan> PlanCycles(const Ledger& ledger, const CycleClearing& request);

  // All legal cycles of 3…max_length as they are now, `max_cycles` of them at most. Exponential in
  // the length where debts are dense. Errors: as PlanCycles.
  StatusOr<CycleListing> ListCycles(const Ledger& ledger, const CycleClearing& request) const;

 private:
  class Impl;
  explicit Clearer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Takes `cycle` (debtor→creditor order) off, as much as its least debt. Nothing when it is not
// legal now. Needs no graphs. Errors: InvalidArgument (unknown indices, fewer than three, a
// repeat).
StatusOr<ClearingPlan> PlanCycle(const Ledger& ledger, EquivalentIndex equivalent,
                                 std::span<const ParticipantIndex> cycle);

// The cycles that a clearing's effects consist of, any length, each with what it took off: cycles
// on demand where a set-off was one circulation. Where debts grew a cycle runs against them.
// O(debts · longest cycle). Errors: InvalidArgument (the effects are not neutral).
StatusOr<std::vector<ClearedCycle>> CyclesOfClearing(std::span<const Effect> effects);

// The optimal set-off. Needs no graphs. Errors: as Clearer::PlanCycles; InvalidArgument
// (enough_ppm, max_debts_per_record); TooLarge (more debts than geo/graph/circulation.h takes);
// InvariantViolated when the solver's own proof does not hold. O(pairs of the equivalent) and the
// solver's (geo/graph/circulation.h).
StatusOr<ClearingPlan> PlanSetOff(const Ledger& ledger, const SetOff& request);

// Whether one record's effects are a clearing that may be written now: only debts of one
// equivalent, each once, as the ledger has them; every one of them legal; no debt larger than
// before unless `growth` and its line allow it and both are active, and then not above its limit;
// and nobody's net position changed. Errors: InvariantViolated naming the first thing wrong.
// O(effects · log).
Status VerifyClearing(const Ledger& ledger, std::span<const Effect> effects, bool growth);

}  // namespace geo

#endif  // GEO_CLEARING_CLEARING_H_
