// Each integrity check sees a state that is wrong in its way, and only that.

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "geo/hub/hub.h"
#include "geo/integrity/check.h"
#include "tests/support/book.h"
#include "tests/support/keys.h"
#include "tests/support/village.h"

namespace geo::tests {
namespace {

// anna (0) owes boris (1) 40 in the first equivalent, with a line of 50; there is a second one.
class IntegrityCheckTest : public ::testing::Test {
 protected:
  IntegrityCheckTest() {
    HubOptions options;
    options.genesis = VillageGenesis();
    hub_ = Hub::Open(NewMemoryStore(), options).value();
    for (const char* code : {"UAH", "EUR"}) {
      CreateEquivalent create;
      create.code = EquivalentCode::Parse(code).value();
      Do("admin", create);
    }
    for (const char* name : {"anna", "boris"}) {
      RegisterParticipant join;
      join.key = KeyOf(name).public_key();
      join.name = {Salt(), name};
      Do(name, join);
    }
    OpeningBalances balances;
    const EquivalentCode code = EquivalentCode::Parse("UAH").value();
    const Pid anna = KeyOf("anna").pid();
    const Pid boris = KeyOf("boris").pid();
    balances.lines.push_back(
        {.owner = boris, .debtor = anna, .equivalent = code, .limit = Amount{50}});
    balances.debts.push_back({anna, boris, code, Amount{40}});
    Do("admin", balances);
  }

  void Do(std::string_view who, Command command) {
    const auto result = hub_->Execute(TrustedCommand(KeyOf(who).pid(), std::move(command)), 1);
    ASSERT_EQ(result->code(), ErrorCode::kOk) << result->status;
  }

  // The hub's ledger, read from a snapshot of it in which the position of participant `wrong` in
  // the first equivalent is one unit too large.
  Ledger Copy(std::optional<ParticipantIndex> wrong = std::nullopt) {
    constexpr std::uint32_t kPositions = 4;
    constexpr std::size_t kPositionBytes = 16;  // little-endian
    const Ledger& from = hub_->view().ledger();
    Ledger copy;
    Ledger::SnapshotCursor cursor;
    std::uint32_t positions = 0;
    while (true) {
      std::string slice = from.NextSlice(cursor, hub_->head(), 1);
      if (slice.empty()) break;
      if (cursor.kind == kPositions && positions++ == wrong) {
        ++slice[slice.size() - kPositionBytes];
      }
      EXPECT_TRUE(copy.LoadSlice(slice).ok());
    }
    EXPECT_TRUE(copy.FinishLoading(hub_->head()).ok());
    EXPECT_GE(positions, 2U);
    return copy;
  }

  // The hub's ledger, read from a snapshot of it without any positions.
  Ledger CopyWithoutPositions() {
    constexpr std::uint32_t kPositions = 4;
    Ledger copy;
    Ledger::SnapshotCursor cursor;
    while (true) {
      const std::string slice = hub_->view().ledger().NextSlice(cursor, hub_->head(), 1000);
      if (slice.empty()) break;
      if (cursor.kind == kPositions) continue;
      EXPECT_TRUE(copy.LoadSlice(slice).ok());
    }
    EXPECT_TRUE(copy.FinishLoading(hub_->head()).ok());
    return copy;
  }

  // Folds in, unchecked, what no hub would write.
  void Force(Ledger& ledger, Amount before, Amount after) {
    Record record;
    record.seq = hub_->head().seq + 1;
    record.kind = RecordKind::kPayment;
    record.effects.emplace_back(DebtEffect{0, 0, 1, before, after, 0, 0});
    ledger.Apply(record);
  }

  static void Expect(const Ledger& ledger, std::array<int, kIntegrityChecks> found) {
    for (std::size_t i = 0; i < kIntegrityChecks; ++i) {
      const auto check = static_cast<IntegrityCheck>(i);
      const std::vector<AmountSum> all = RunIntegrityCheck(ledger, check);
      ASSERT_EQ(all.size(), 2U);
      EXPECT_TRUE(all[0] == found[i])
          << IntegrityCheckName(check) << " " << static_cast<int>(all[0]);
      EXPECT_TRUE(all[1] == 0) << IntegrityCheckName(check);
    }
  }

  std::unique_ptr<Hub> hub_;
};

TEST_F(IntegrityCheckTest, AHealthyStatePasses) {
  Expect(hub_->view().ledger(), {0, 0, 0, 0});
  Expect(Copy(), {0, 0, 0, 0});
}

TEST_F(IntegrityCheckTest, AWrongPositionIsSeenBySumAndByParticipant) {
  Expect(Copy(0), {1, 1, 0, 0});
  Expect(Copy(1), {1, 1, 0, 0});
}

TEST_F(IntegrityCheckTest, PositionsThatDoNotFollowTheDebtsAreSeenThoughTheySumToZero) {
  Ledger ledger = Copy();
  Force(ledger, 39, 41);
  Expect(ledger, {0, 2, 0, 0});
}

TEST_F(IntegrityCheckTest, PositionsThatAreNotThereAreSeen) {
  const Ledger copy = CopyWithoutPositions();
  Expect(copy, {0, 2, 0, 0});
  EXPECT_FALSE(copy.CheckPositions().ok());
}

TEST_F(IntegrityCheckTest, DebtsAreComparedWithTheLimitOfTheLineThatAllowsThem) {
  Ledger ledger = Copy();
  Force(ledger, 40, 50);
  Expect(ledger, {0, 0, 0, 0});
  Force(ledger, 50, 51);
  Expect(ledger, {0, 0, 1, 0});
  Force(ledger, 51, -1);  // the other way round there is no line
  Expect(ledger, {0, 0, 1, 0});
  Force(ledger, -1, 0);
  Expect(ledger, {0, 0, 0, 0});
}

TEST_F(IntegrityCheckTest, AFrozenLineStillAllowsItsDebt) {
  FreezeLine freeze;
  freeze.line = hub_->view().ledger().line(0).id;
  Do("boris", freeze);
  Expect(hub_->view().ledger(), {0, 0, 0, 0});
}

TEST_F(IntegrityCheckTest, AClosedLineAllowsNone) {
  Book book(2);
  const LineIndex line = book.Open(book.Line(1, 0, 100));
  book.Change(line, [](TrustLine& closing) { closing.status = LineStatus::kClosed; });
  book.Bring(0, 1, 40);
  EXPECT_TRUE(RunIntegrityCheck(book.ledger, IntegrityCheck::kTrustLimits)[kHourIndex] == 1);
}

// A ledger keeps one balance per pair, and no snapshot brings in another: what is left of one that
// tried, and was refused, is the only way to show the check a pair that stands twice.
TEST_F(IntegrityCheckTest, APairThatStandsTwiceIsSeen) {
  constexpr std::uint32_t kPairs = 3;
  constexpr std::size_t kPairBytes = 26;
  Ledger copy;
  Ledger::SnapshotCursor cursor;
  while (cursor.kind < kPairs) {
    std::string slice = hub_->view().ledger().NextSlice(cursor, hub_->head(), 1000);
    if (cursor.kind == kPairs) {
      const std::string pair = slice.substr(slice.size() - kPairBytes);
      slice.replace(slice.size() - kPairBytes - 2, 2, "\2\2");  // it ends before 2, of 2
      slice += pair;
    }
    ASSERT_EQ(copy.LoadSlice(slice).ok(), cursor.kind < kPairs);
  }
  const std::vector<AmountSum> found = RunIntegrityCheck(copy, IntegrityCheck::kDebtSymmetry);
  EXPECT_TRUE(found.at(0) == 1 && found.at(1) == 0);
}

TEST_F(IntegrityCheckTest, TheWorstFailureDecides) {
  IntegrityReport report;
  EXPECT_EQ(report.health(), Health::kHealthy);
  report.found[static_cast<std::size_t>(IntegrityCheck::kDebtSymmetry)] = 2;
  EXPECT_EQ(report.health(), Health::kWarning);
  report.found[static_cast<std::size_t>(IntegrityCheck::kZeroSum)] = -2;
  EXPECT_EQ(report.health(), Health::kCritical);
  EXPECT_EQ(HealthName(report.health()), "critical");
}

}  // namespace
}  // namespace geo::tests
