// Clearing on random networks with policies: complete, neutral, within consent, and no pair's
// exact maximum flow changes.
#include "geo/clearing/clearing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "geo/clearing/policy.h"
#include "tests/support/environment.h"
#include "tests/support/flow_oracle.h"
#include "tests/support/routing_world.h"

namespace geo {
namespace {

using tests::RoutingWorld;
using Debts = std::map<std::pair<ParticipantIndex, ParticipantIndex>, Amount>;

// A network in which a fifth of the lines does not consent, some are frozen or closed, and some
// debts have no line at all.
struct World : RoutingWorld {
  World(std::uint64_t seed, ParticipantIndex participants, int debts, std::uint64_t most,
        bool everybody_consents = false)
      : RoutingWorld(participants) {
    std::mt19937_64 random(seed);
    for (int i = 0; i < debts; ++i) {
      const auto debtor = static_cast<ParticipantIndex>(random() % participants);
      const auto creditor = static_cast<ParticipantIndex>(random() % participants);
      if (debtor == creditor || ledger.FindPair(0, debtor, creditor).has_value()) continue;
      const auto amount = 1 + static_cast<Amount>(random() % most);
      const std::uint64_t kind = everybody_consents ? 0 : random() % 10;
      LinePolicy policy;
      policy.auto_clearing = kind != 1 && kind != 2;
      policy.allow_growth = random() % 2 == 0;
      const auto limit = amount + static_cast<Amount>(random() % most);
      LineIndex line = kNoIndex;
      if (kind != 9) line = Open(creditor, debtor, limit, policy);
      if (random() % 3 == 0) Open(debtor, creditor, limit / 2 + 1, policy);
      Owe(debtor, creditor, amount);
      if (kind == 8) Freeze(line);
    }
  }

  // What may be cleared, by the words of the spec and not by the library's.
  Debts LegalDebts(Amount least = 1) const {
    Debts legal;
    for (PairIndex i = 0; i < ledger.pair_count(); ++i) {
      const Pair& pair = ledger.pair(i);
      if (pair.balance == 0) continue;
      const ParticipantIndex debtor = pair.balance > 0 ? pair.a : pair.b;
      const ParticipantIndex creditor = pair.balance > 0 ? pair.b : pair.a;
      const LineIndex line = pair.balance > 0 ? pair.line_ba : pair.line_ab;
      if (line == kNoIndex) continue;
      const TrustLine it = ledger.line(line);
      if (it.status != LineStatus::kActive || !it.policy.auto_clearing) continue;
      if (std::abs(pair.balance) >= least) legal[{debtor, creditor}] = std::abs(pair.balance);
    }
    return legal;
  }

  std::vector<AmountSum> Positions() const {
    std::vector<AmountSum> positions;
    for (ParticipantIndex i = 0; i < ledger.participant_count(); ++i) {
      positions.push_back(ledger.Position(i, 0));
    }
    return positions;
  }

  AmountSum TotalDebt() const {
    AmountSum total = 0;
    for (PairIndex i = 0; i < ledger.pair_count(); ++i) total += std::abs(ledger.pair(i).balance);
    return total;
  }

  // Folds the plan in, as the hub does, and looks after every record whether all is in order.
  void Carry(const ClearingPlan& plan, bool growth) {
    const AmountSum before = TotalDebt();
    const std::vector<AmountSum> positions = Positions();
    for (const std::vector<Effect>& effects : plan.records) {
      const Status verified = VerifyClearing(ledger, effects, growth);
      EXPECT_TRUE(verified.ok()) << verified;
      Fold(RecordKind::kClearing, effects);
    }
    EXPECT_TRUE(Positions() == positions);
    EXPECT_TRUE(ledger.CheckPositions().ok());
    EXPECT_TRUE(before - TotalDebt() == plan.cleared);
  }
};

// Whether a simple cycle of 3…max_length nodes is left, by plain recursion.
bool HasCycle(const Debts& debts, ParticipantIndex participants, std::size_t max_length) {
  std::vector<ParticipantIndex> path;
  const std::function<bool(ParticipantIndex)> extend = [&](ParticipantIndex node) {
    for (ParticipantIndex head = 0; head < participants; ++head) {
      if (debts.count({node, head}) == 0) continue;
      if (head == path.front() && path.size() >= 3) return true;
      if (std::count(path.begin(), path.end(), head) != 0 || path.size() == max_length) continue;
      path.push_back(head);
      if (extend(head)) return true;
      path.pop_back();
    }
    return false;
  };
  for (ParticipantIndex start = 0; start < participants; ++start) {
    path = {start};
    if (extend(start)) return true;
  }
  return false;
}

TEST(Clearing, ToTheEndLeavesNoShortCycle) {
  for (std::uint64_t seed = 0; seed < tests::TierCount<std::uint64_t>(150, 10'000); ++seed) {
    World world(seed, static_cast<ParticipantIndex>(5 + seed % 10), 40, 100);
    const auto clearer = Clearer::Create(world.ledger);
    ASSERT_TRUE(clearer.ok());
    const auto max_length = static_cast<std::uint32_t>(3 + seed % 4);
    const Amount least = seed % 3 == 0 ? 20 : 1;
    CycleClearing request{{0, {}, least}, max_length, 100'000};
    const auto plan = (*clearer)->PlanCycles(world.ledger, request);
    ASSERT_TRUE(plan.ok()) << plan.status();
    EXPECT_TRUE(plan->complete);
    AmountSum cleared = 0;
    for (const ClearedCycle& cycle : plan->cycles) {
      EXPECT_LE(cycle.participants.size(), max_length);
      EXPECT_GE(cycle.amount, least);
      cleared += AmountSum{cycle.amount} * cycle.participants.size();
    }
    EXPECT_TRUE(cleared == plan->cleared);
    // A dry run: nothing has happened, and the same comes out again.
    const auto again = (*clearer)->PlanCycles(world.ledger, request);
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(again->cycles, plan->cycles);
    const bool had =
        HasCycle(world.LegalDebts(least),
                 static_cast<ParticipantIndex>(world.ledger.participant_count()), max_length);
    EXPECT_EQ(had, !plan->cycles.empty());
    world.Carry(*plan, false);
    EXPECT_FALSE(HasCycle(world.LegalDebts(least),
                          static_cast<ParticipantIndex>(world.ledger.participant_count()),
                          max_length));
  }
}

TEST(Clearing, TriggeredMissesNothingThroughItsDebts) {
  for (std::uint64_t seed = 0; seed < tests::TierCount<std::uint64_t>(100, 5'000); ++seed) {
    World world(seed, 9, 30, 50);
    const auto clearer = Clearer::Create(world.ledger);
    ASSERT_TRUE(clearer.ok());
    // Debt by debt, each as if a payment had just made it: in the end no short cycle is left.
    for (PairIndex pair = 0; pair < world.ledger.pair_count(); ++pair) {
      TriggeredClearing options{.max_length = 5, .work_limit = graph::kNoWorkLimit};
      const auto plan = (*clearer)->PlanTriggered(world.ledger, {&pair, 1}, options);
      ASSERT_TRUE(plan.ok()) << plan.status();
      EXPECT_TRUE(plan->complete);
      world.Carry(*plan, false);
      std::vector<PairIndex> changed;
      for (const std::vector<Effect>& effects : plan->records) {
        for (const Effect& effect : effects) {
          const auto& debt = std::get<DebtEffect>(effect);
          changed.push_back(*world.ledger.FindPair(0, debt.from, debt.to));
        }
      }
      ASSERT_TRUE((*clearer)->PairsChanged(world.ledger, changed).ok());
    }
    EXPECT_FALSE(HasCycle(world.LegalDebts(), 9, 5));
  }
}

// Debts that begin, change and end, all told at once, in any order, some twice.
TEST(Clearing, PlansFromDebtsToldAtOnceAsFromDebtsReadAfresh) {
  std::size_t cycles = 0;
  for (std::uint64_t seed = 0; seed < tests::TierCount<std::uint64_t>(100, 5'000); ++seed) {
    World world(seed, 8, 40, 9);
    const auto clearer = Clearer::Create(world.ledger);
    ASSERT_TRUE(clearer.ok());
    std::mt19937_64 random(seed);
    for (int round = 0; round < 5; ++round) {
      std::vector<PairIndex> changed;
      for (int i = 0; i < 20; ++i) {
        const auto debtor = static_cast<ParticipantIndex>(random() % 8);
        const auto creditor = static_cast<ParticipantIndex>(random() % 8);
        if (debtor == creditor) continue;
        const auto known = world.ledger.FindPair(0, debtor, creditor);
        if (known && world.ledger.pair(*known).owed(
                         world.ledger.pair(*known).DirectionFrom(creditor)) != 0) {
          world.Owe(creditor, debtor, static_cast<Amount>(random() % 3));
        } else {
          world.Owe(debtor, creditor, 1 + static_cast<Amount>(random() % 9));
        }
        const PairIndex pair = world.ledger.FindPair(0, debtor, creditor).value();
        changed.insert(
            changed.begin() + static_cast<std::ptrdiff_t>(random() % (changed.size() + 1)),
            1 + random() % 2, pair);
      }
      ASSERT_TRUE((*clearer)->PairsChanged(world.ledger, changed).ok());
      const CycleClearing request{.scope = {0, {}, 1}, .max_length = 5, .max_cycles = 1000};
      const auto fresh = Clearer::Create(world.ledger, 0);
      const CycleListing listing = (*fresh)->ListCycles(world.ledger, request).value();
      EXPECT_EQ((*clearer)->ListCycles(world.ledger, request)->cycles, listing.cycles);
      EXPECT_EQ((*clearer)->PlanCycles(world.ledger, request)->records,
                (*fresh)->PlanCycles(world.ledger, request)->records);
      cycles += listing.cycles.size();
    }
  }
  EXPECT_GT(cycles, 100U);
}

// The cycles of a clearing add up to it, each debt's changes to what its effect says.
void ExpectCycles(const std::vector<Effect>& effects) {
  const auto cycles = CyclesOfClearing(effects);
  ASSERT_TRUE(cycles.ok()) << cycles.status();
  std::map<std::pair<ParticipantIndex, ParticipantIndex>, Amount> falls;
  for (const ClearedCycle& cycle : *cycles) {
    EXPECT_EQ(
        std::set<ParticipantIndex>(cycle.participants.begin(), cycle.participants.end()).size(),
        cycle.participants.size());
    for (std::size_t i = 0; i < cycle.participants.size(); ++i) {
      const ParticipantIndex from = cycle.participants[i];
      const ParticipantIndex to = cycle.participants[(i + 1) % cycle.participants.size()];
      falls[{from, to}] += cycle.amount;
      falls[{to, from}] -= cycle.amount;
    }
  }
  for (const Effect& effect : effects) {
    const auto& debt = std::get<DebtEffect>(effect);
    EXPECT_EQ((falls[{debt.from, debt.to}]), debt.before - debt.after);
  }
}

TEST(Clearing, SetOffLeavesNoCycleAndBeatsCycles) {
  for (std::uint64_t seed = 0; seed < tests::TierCount<std::uint64_t>(150, 10'000); ++seed) {
    World world(seed, static_cast<ParticipantIndex>(5 + seed % 8), 50, 100);
    const auto clearer = Clearer::Create(world.ledger);
    ASSERT_TRUE(clearer.ok());
    const auto cycles =
        (*clearer)->PlanCycles(world.ledger, {{0, {}, 1}, kLongestPeriodicCycle, 100'000});
    ASSERT_TRUE(cycles.ok());
    const bool growth = seed % 2 == 0;
    SetOff request;
    request.scope.equivalent = 0;
    request.growth = growth;
    if (seed % 3 == 0) request.max_debts_per_record = 6;
    const auto plan = PlanSetOff(world.ledger, request);
    ASSERT_TRUE(plan.ok()) << plan.status();
    EXPECT_TRUE(plan->complete);
    EXPECT_TRUE(plan->upper_bound == plan->cleared);
    EXPECT_TRUE(plan->cleared >= cycles->cleared);
    for (const std::vector<Effect>& effects : plan->records) ExpectCycles(effects);
    world.Carry(*plan, growth);
    if (!growth) {
      EXPECT_FALSE(HasCycle(world.LegalDebts(), 13, 13));
    }
    const auto nothing_more = PlanSetOff(world.ledger, request);
    ASSERT_TRUE(nothing_more.ok());
    EXPECT_TRUE(nothing_more->cleared == 0);
    EXPECT_TRUE(nothing_more->records.empty());
  }
}

// Then two may come to owe each other both ways, which is one debt in the books.
TEST(Clearing, SetOffThatEndsEarlyTellsWhatFalls) {
  int early = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    World world(seed, 600, 1500, 100, true);
    SetOff request;
    request.scope.equivalent = 0;
    request.growth = true;
    const auto whole = PlanSetOff(world.ledger, request);
    ASSERT_TRUE(whole.ok() && whole->complete);
    request.work_limit = 1;
    const auto plan = PlanSetOff(world.ledger, request);
    ASSERT_TRUE(plan.ok()) << plan.status();
    EXPECT_EQ(plan->complete, plan->upper_bound == plan->cleared);
    EXPECT_TRUE(plan->cleared <= whole->cleared && *plan->upper_bound >= whole->cleared);
    EXPECT_GT(plan->work, 0U);
    EXPECT_TRUE(plan->complete || plan->work < whole->work);
    early += plan->complete ? 0 : 1;
    world.Carry(*plan, true);
  }
  EXPECT_GT(early, 3);
}

TEST(Clearing, ASetOffEndsWhenItIsEnough) {
  World world(1, 20'000, 60'000, 100, true);
  SetOff request;
  request.scope.equivalent = 0;
  const auto whole = PlanSetOff(world.ledger, request);
  request.enough_ppm = 900'000;
  const auto enough = PlanSetOff(world.ledger, request);
  ASSERT_TRUE(whole.ok() && enough.ok());
  EXPECT_TRUE(whole->complete);
  EXPECT_FALSE(enough->complete);
  EXPECT_LT(enough->work, whole->work);
  EXPECT_TRUE(enough->cleared < whole->cleared && *enough->upper_bound >= whole->cleared);
  world.Carry(*enough, false);
}

// Cycles of three may have come to their end where the set-off after them has not.
TEST(Clearing, AComparisonTellsWhatTheWorkLimitEnded) {
  int ended_after = 0;
  int no_optimum = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const World world(seed, 600, 1500, 100, true);
    Comparison comparison;
    comparison.scope.equivalent = 0;
    comparison.lengths = {3};
    const auto cycles = (*Clearer::Create(world.ledger))
                            ->PlanCycles(world.ledger, {comparison.scope, 3,
                                                        std::numeric_limits<std::uint32_t>::max()});
    const auto whole = CompareClearings(world.ledger, comparison);
    ASSERT_TRUE(cycles.ok() && whole.ok());
    comparison.work_limit = cycles->work;
    const auto limited = CompareClearings(world.ledger, comparison);
    ASSERT_TRUE(limited.ok());
    const ClearingChoice& all = whole->choices[0];
    const ClearingChoice& some = limited->choices[0];
    EXPECT_TRUE(all.complete && all.cleared == cycles->cleared && all.work > cycles->work);
    EXPECT_TRUE(some.cleared == all.cleared && some.reachable <= all.reachable);
    EXPECT_EQ(some.complete, some.reachable == all.reachable);
    ended_after += some.complete ? 0 : 1;
    // The set-off itself, as it would be planned.
    SetOff request;
    request.scope = comparison.scope;
    EXPECT_TRUE(whole->optimal);
    EXPECT_EQ(whole->choices[1].work, PlanSetOff(world.ledger, request)->work);
    request.work_limit = comparison.work_limit;
    const auto set_off = PlanSetOff(world.ledger, request);
    EXPECT_EQ(limited->choices[1].work, set_off->work);
    EXPECT_TRUE(limited->choices[1].cleared == set_off->cleared);
    EXPECT_TRUE(limited->upper_bound == set_off->upper_bound);
    EXPECT_EQ(limited->optimal, set_off->complete);
    no_optimum += limited->optimal ? 0 : 1;
  }
  EXPECT_GT(ended_after, 3);
  EXPECT_GT(no_optimum, 3);
}

TEST(Clearing, OnlyWithin) {
  int with_cycles = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    World world(seed, 12, 80, 100, true);
    CycleClearing request{{0, std::vector<ParticipantIndex>{0, 1, 2, 3, 4, 5}, 1}, 6, 1000};
    const auto clearer = Clearer::Create(world.ledger);
    ASSERT_TRUE(clearer.ok());
    const auto cycles = (*clearer)->PlanCycles(world.ledger, request);
    SetOff set_off;
    set_off.scope = request.scope;
    const auto optimum = PlanSetOff(world.ledger, set_off);
    ASSERT_TRUE(cycles.ok() && optimum.ok());
    Debts inside = world.LegalDebts();
    std::erase_if(inside,
                  [](const auto& debt) { return debt.first.first > 5 || debt.first.second > 5; });
    const bool has_cycle = HasCycle(inside, 6, 6);
    with_cycles += has_cycle ? 1 : 0;
    EXPECT_EQ(cycles->cleared > 0, has_cycle);
    EXPECT_TRUE(optimum->cleared >= cycles->cleared);
    for (const ClearingPlan* plan : {&*cycles, &*optimum}) {
      EXPECT_EQ(plan->records.size(), has_cycle ? 1U : 0U);
      for (const std::vector<Effect>& effects : plan->records) {
        for (const Effect& effect : effects) {
          EXPECT_LE(std::get<DebtEffect>(effect).from, 5U);
          EXPECT_LE(std::get<DebtEffect>(effect).to, 5U);
        }
      }
    }
  }
  EXPECT_GT(with_cycles, 5);
}

// Exact capacity from one to another, by Boost, with all lines active and all consenting.
std::int64_t Capacity(const World& world, ParticipantIndex from, ParticipantIndex to) {
  std::vector<tests::CapacityArc> arcs;
  for (PairIndex i = 0; i < world.ledger.pair_count(); ++i) {
    const Pair& pair = world.ledger.pair(i);
    for (const Direction way : {Direction::kForward, Direction::kBackward}) {
      const Amount capacity = world.ledger.CapacityOf(i, way, world.day).direct;
      if (capacity > 0) arcs.push_back({pair.tail(way), pair.head(way), capacity});
    }
  }
  return tests::PushRelabelFlow(static_cast<std::uint32_t>(world.ledger.participant_count()), arcs,
                                from, to);
}

// Along a cycle of debts each participant gives up as much incoming as outgoing capacity…: what
// can be paid between any two stays exactly as it was.
TEST(Clearing, ChangesNoPairsMaximumFlow) {
  for (std::uint64_t seed = 0; seed < tests::TierCount<std::uint64_t>(30, 1'000); ++seed) {
    World world(seed, 8, 24, 60, true);
    std::vector<std::int64_t> before;
    for (ParticipantIndex from = 0; from < 8; ++from) {
      for (ParticipantIndex to = 0; to < 8; ++to) {
        if (from != to) before.push_back(Capacity(world, from, to));
      }
    }
    SetOff request;
    request.scope.equivalent = 0;
    request.growth = seed % 2 == 0;
    const auto plan = PlanSetOff(world.ledger, request);
    ASSERT_TRUE(plan.ok()) << plan.status();
    world.Carry(*plan, request.growth);
    std::size_t next = 0;
    for (ParticipantIndex from = 0; from < 8; ++from) {
      for (ParticipantIndex to = 0; to < 8; ++to) {
        if (from != to) {
          EXPECT_EQ(Capacity(world, from, to), before[next++]);
        }
      }
    }
  }
}

TEST(Clearing, RefusesWhatIsOutOfRange) {
  World world(1, 5, 20, 10, true);
  const auto clearer = Clearer::Create(world.ledger);
  ASSERT_TRUE(clearer.ok());
  const auto cycles = [&](CycleClearing request) {
    return ErrorCodeOf((*clearer)->PlanCycles(world.ledger, request).status());
  };
  EXPECT_EQ(cycles({{0, {}, 1}, 2}), ErrorCode::kConstraintRange);
  EXPECT_EQ(cycles({{0, {}, 1}, 33}), ErrorCode::kConstraintRange);
  EXPECT_EQ(cycles({{0, {}, 1}, 4, 0}), ErrorCode::kConstraintRange);
  EXPECT_EQ(cycles({{1, {}, 1}, 4}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(cycles({{0, {}, 0}, 4}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(cycles({{0, std::vector<ParticipantIndex>{5}, 1}, 4}), ErrorCode::kInvalidArgument);
  const auto triggered = [&](PairIndex pair, TriggeredClearing options) {
    return ErrorCodeOf((*clearer)->PlanTriggered(world.ledger, {&pair, 1}, options).status());
  };
  EXPECT_EQ(triggered(0, {.max_length = 9}), ErrorCode::kConstraintRange);
  EXPECT_EQ(triggered(0, {.min_amount = 0}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(triggered(10'000, {}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(ErrorCodeOf((*clearer)->PlanTriggered(world.ledger, {}, {.min_amount = 0}).status()),
            ErrorCode::kInvalidArgument);
  const auto cycle = [&](std::vector<ParticipantIndex> participants) {
    return ErrorCodeOf(PlanCycle(world.ledger, 0, participants).status());
  };
  EXPECT_EQ(cycle({0, 1}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(cycle({0, 1, 1}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(cycle({0, 1, 7}), ErrorCode::kInvalidArgument);
  const auto of_another = Clearer::Create(world.ledger, 1);
  ASSERT_TRUE(of_another.ok());
  const PairIndex pair = 0;
  EXPECT_TRUE((*of_another)->PairsChanged(world.ledger, {&pair, 1}).ok());
  EXPECT_EQ(ErrorCodeOf((*of_another)->PlanTriggered(world.ledger, {&pair, 1}, {}).status()),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(ErrorCodeOf((*of_another)->PlanCycles(world.ledger, {{0, {}, 1}}).status()),
            ErrorCode::kInvalidArgument);
  SetOff request;
  request.scope.equivalent = 0;
  request.max_debts_per_record = 2;
  EXPECT_EQ(ErrorCodeOf(PlanSetOff(world.ledger, request).status()), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace geo
