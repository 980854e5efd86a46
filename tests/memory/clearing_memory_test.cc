// Memory that runs out while a clearing is planned, in each allocation and from each one on. What
// was taken off the graphs has to be put back even then.

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "geo/clearing/clearing.h"
#include "geo/hub/hub.h"
#include "src/base/no_memory.h"
#include "tests/memory/failing_allocator.h"
#include "tests/support/keys.h"
#include "tests/support/status.h"
#include "tests/support/village.h"

namespace geo::tests {
namespace {

// Thirteen in a ring, each of whom owes the next three: full of cycles that share debts.
std::unique_ptr<Hub> Ring() {
  constexpr int kPeople = 13;
  HubOptions options;
  options.genesis = VillageGenesis();
  std::unique_ptr<Hub> hub = Hub::Open(NewMemoryStore(), options).value();
  const auto act = [&](const std::string& who, Command command) {
    const auto result = hub->Execute(TrustedCommand(KeyOf(who).pid(), std::move(command)), 1);
    EXPECT_EQ(result->code(), ErrorCode::kOk) << result->status;
  };
  const auto name = [](int i) { return "member-" + std::to_string(i % kPeople); };
  CreateEquivalent create;
  create.code = EquivalentCode::Parse("EUR").value();
  act("admin", create);
  OpeningBalances balances;
  for (int i = 0; i < kPeople; ++i) {
    RegisterParticipant join;
    join.key = KeyOf(name(i)).public_key();
    join.name = {Salt(), name(i)};
    act(name(i), join);
    for (int step = 1; step <= 3; ++step) {
      const Pid debtor = KeyOf(name(i)).pid();
      const Pid creditor = KeyOf(name(i + step)).pid();
      balances.lines.push_back(
          {.owner = creditor, .debtor = debtor, .equivalent = create.code, .limit = Amount{100}});
      balances.debts.push_back({debtor, creditor, create.code, Amount{5 + step}});
    }
  }
  act("admin", balances);
  return hub;
}

TEST(ClearingMemoryTest, WhatWasTakenIsPutBack) {
  const std::unique_ptr<Hub> hub = Ring();
  const View view = hub->view();
  const Ledger& ledger = view.ledger();
  CycleClearing request;
  request.scope.equivalent = 0;
  request.max_length = 6;
  request.max_cycles = 1000;
  const auto plan = [&](Clearer& clearer) {
    return CatchNoMemory([&] { return clearer.PlanCycles(ledger, request); });
  };
  const auto first = Clearer::Create(ledger).value();
  FailAllocation(0, false);
  StatusOr<ClearingPlan> wanted = ClearingPlan();
  {
    const Armed armed;
    wanted = plan(*first);
  }
  ASSERT_TRUE(wanted.ok());
  ASSERT_GT(wanted->cycles.size(), 5U);
  const std::uint64_t total = Allocations();
  for (const bool sticky : {false, true}) {
    for (std::uint64_t nth = 1; nth <= total; ++nth) {
      const auto clearer = Clearer::Create(ledger).value();
      FailAllocation(nth, sticky);
      StatusOr<ClearingPlan> failed = ClearingPlan();
      {
        const Armed armed;
        failed = plan(*clearer);
      }
      ASSERT_EQ(CodeName(failed.status()), "OutOfMemory") << nth << " of " << total;
      const StatusOr<ClearingPlan> again = plan(*clearer);
      ASSERT_TRUE(again.ok()) << nth << " of " << total;
      ASSERT_EQ(again->cycles, wanted->cycles) << nth << " of " << total;
    }
  }
}

}  // namespace
}  // namespace geo::tests
