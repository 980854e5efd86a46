// Random sequences of all commands, right and wrong, with reopening at random points, against the
// reference model. A failing sequence is made shorter before it is shown.
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/property/random_life.h"
#include "tests/support/environment.h"
#include "tests/support/scratch.h"

namespace geo::tests {
namespace {

// Leaves out as many actions as it can while the life still fails.
std::vector<Action> Shorten(std::uint64_t seed, std::vector<Action> actions) {
  int tries = 400;
  for (std::size_t chunk = actions.size() / 2; chunk > 0; chunk /= 2) {
    for (std::size_t at = 0; at < actions.size() && tries > 0;) {
      std::vector<Action> fewer = actions;
      const auto from = fewer.begin() + static_cast<std::ptrdiff_t>(at);
      fewer.erase(from, from + static_cast<std::ptrdiff_t>(std::min(chunk, fewer.size() - at)));
      --tries;
      if (Life(seed, "").Run(fewer).empty()) {
        at += chunk;
      } else {
        actions = std::move(fewer);
      }
    }
  }
  return actions;
}

// The shortest account of what goes wrong with `seed`.
std::string Account(std::uint64_t seed, const std::string& wrong) {
  const std::vector<Action> actions = Shorten(seed, DrawActions(seed));
  Life life(seed, "");
  const std::string shorter = life.Run(actions);
  std::string text = "seed " + std::to_string(seed) + ": " + wrong;
  if (shorter.empty()) return text + "\n(only with this store)";
  text += "\nshorter: " + shorter + "\nafter:\n";
  for (const std::string& line : life.log()) text += "  " + line + "\n";
  return text;
}

// Same commands, times and group ends: same journal, whatever store, snapshots and events.
void ExpectSameJournal(Life& life) {
  const std::string journal = life.Journal();
  ASSERT_FALSE(journal.empty());
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(JournalOf(life.options(), life.groups()) == journal) << "another journal";
  }
}

void RunLives(std::uint64_t first, int count, bool on_disk) {
  const Scratch scratch;
  std::map<std::string, std::uint64_t> answers;
  for (std::uint64_t seed = first; seed < first + static_cast<std::uint64_t>(count); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Life life(seed, on_disk ? scratch.File(std::to_string(seed) + ".db") : "");
    const std::string wrong = life.Run(DrawActions(seed));
    ASSERT_TRUE(wrong.empty()) << Account(seed, wrong);
    if (seed % 4 == 0) ExpectSameJournal(life);
    if (::testing::Test::HasFatalFailure()) return;
    for (const auto& [answer, times] : life.answers()) answers[answer] += times;
  }
  // Lives that no longer meet these show little.
  for (const char* answer : {"Ok",
                             "repeated",
                             "1 routes",
                             "2 routes",
                             "3 routes",
                             "NoRoute",
                             "InsufficientCapacity",
                             "AmountSyntax",
                             "AmountTooPrecise",
                             "AmountOverflow",
                             "AmountNotPositive",
                             "ConstraintRange",
                             "EquivalentExists",
                             "EquivalentInUse",
                             "EquivalentNotActive",
                             "EquivalentMetaInvalid",
                             "Expired",
                             "NotYetValid",
                             "SequenceUsed",
                             "HasObligations",
                             "InvalidArgument",
                             "LimitBelowDebt",
                             "LineClosed",
                             "LineExists",
                             "LineHasDebt",
                             "LineNotActive",
                             "LineAboveLimit",
                             "TooManyLines",
                             "PaymentAboveLimit",
                             "TooManyPaymentsToday",
                             "NotPermitted",
                             "ParticipantExists",
                             "ParticipantNotActive",
                             "PolicyInvalid",
                             "SelfPayment",
                             "SelfTrust",
                             "StatusConflict",
                             "TextInvalid",
                             "TooLarge",
                             "TxIdReused",
                             "TxIdOtherAmount",
                             "TxIdOtherConstraints",
                             "TxIdOtherDescription",
                             "TxIdOtherEquivalent",
                             "TxIdOtherLifetime",
                             "TxIdOtherOperation",
                             "TxIdOtherPayee",
                             "TxIdOtherRoutes",
                             "PairReserved",
                             "PlanInvalid",
                             "ReservationExpired",
                             "TransactionFinal",
                             "UnknownTransaction",
                             "expired by record",
                             "UnknownEquivalent",
                             "UnknownLine",
                             "UnknownParticipant"}) {
    EXPECT_GT(answers[answer], 0U) << answer;
  }
}

TEST(RandomOperationsTest, MemoryStore) { RunLives(1, TierCount(450, 8500), false); }
TEST(RandomOperationsTest, MemoryStoreAgain) { RunLives(1'000'001, TierCount(450, 8500), false); }
TEST(RandomOperationsTest, SqliteStore) { RunLives(2'000'001, TierCount(100, 3000), true); }

}  // namespace
}  // namespace geo::tests
