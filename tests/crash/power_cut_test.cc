// Power cuts at every write, sync, truncate, delete and rename of a hub's life on SQLite.
#include "tests/crash/power_cut.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "geo/testing/simulated_sqlite.h"
#include "src/storage/sqlite/stamped_vfs.h"
#include "src/testing/store_probe.h"
#include "tests/support/between_store.h"
#include "tests/support/environment.h"
#include "tests/support/sqlite_reader.h"

namespace geo::tests {
namespace {

// What a proof found.
struct Findings {
  std::size_t cuts = 0;
  std::size_t cases = 0;
  std::size_t alike = 0;  // of these: what was left was what another seed had left, and proven
  std::size_t violations = 0;
  std::string first;
};

// What cuts at one moment left. The same files lead to the same life, so once is enough.
class Images {
 public:
  // False: it is there already.
  bool Add(testing::DiskImage image) {
    const auto same = [&](const testing::DiskImage& other) { return other.SameFiles(image); };
    if (std::any_of(images_.begin(), images_.end(), same)) return false;
    images_.push_back(std::move(image));
    return true;
  }

 private:
  std::vector<testing::DiskImage> images_;
};

// Every `stride`-th moment from `first` × `seeds`; each ninth case is cut a second time while it
// opens.
Findings Prove(Life& life, std::size_t stride, std::uint64_t seeds, const WrapStore& wrap,
               std::size_t first = 0) {
  Findings findings;
  for (std::size_t i = first; i < life.moments().size(); i += stride) {
    const Moment& moment = life.moments()[i];
    ++findings.cuts;
    Images left;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      ++findings.cases;
      const std::uint64_t chance = i * 1'000 + seed;
      const bool twice = chance % 9 == 8;
      if (!twice && !left.Add(moment.image.AfterPowerCut(chance))) {
        ++findings.alike;
        continue;
      }
      const std::string wrong = life.Resume(moment, chance, twice, wrap);
      if (wrong.empty()) continue;
      if (findings.violations++ == 0) {
        findings.first = "before change " + std::to_string(i) + " (" + moment.change + "), seed " +
                         std::to_string(chance) + ": " + wrong;
      }
    }
  }
  return findings;
}

void Record(const Findings& findings) {
  ::testing::Test::RecordProperty("cuts", std::to_string(findings.cuts));
  ::testing::Test::RecordProperty("cases", std::to_string(findings.cases));
  ::testing::Test::RecordProperty("alike", std::to_string(findings.alike));
  ::testing::Test::RecordProperty("violations", std::to_string(findings.violations));
}

constexpr std::size_t kParts = 16;

// In parts that can run side by side, each with every sixteenth of the moments.
class PowerCutPartTest : public ::testing::TestWithParam<std::size_t> {
 protected:
  Findings ProvePart(Durability durability, std::size_t stride, std::uint64_t seeds,
                     std::size_t lag = 0) {
    Life life(LifeOptions(), durability, lag);
    EXPECT_TRUE(life.Run({}, {}));
    EXPECT_GE(life.steps(), 60U);
    const Findings findings = Prove(life, kParts * stride, seeds, {}, GetParam() * stride);
    Record(findings);
    EXPECT_EQ(findings.violations, 0U) << findings.first;
    return findings;
  }
};

// Rows of the read model follow later, and transaction ids wait outside their tree.
TEST_P(PowerCutPartTest, NothingIsLostWhenRowsComeLater) {
  ProvePart(Durability::kDurable, TierCount<std::size_t>(15, 1), TierCount<std::uint64_t>(3, 20),
            24);
}

TEST_P(PowerCutPartTest, NothingAcknowledgedIsLostWhateverTheCutTears) {
  const Findings findings = ProvePart(Durability::kDurable, TierCount<std::size_t>(9, 1),
                                      TierCount<std::uint64_t>(4, 40));
  EXPECT_GE(findings.cases * kParts, TierCount<std::size_t>(400, 40'000));
}

// What is not durable may be lost, but only from the end, and only as a whole.
TEST_P(PowerCutPartTest, OrderedAppendsLeaveAPrefix) {
  ProvePart(Durability::kOrdered, TierCount<std::size_t>(17, 1), TierCount<std::uint64_t>(2, 20));
}

INSTANTIATE_TEST_SUITE_P(Parts, PowerCutPartTest, ::testing::Range<std::size_t>(0, kParts));

// The life has something of everything, or the proof would be worth little.
TEST(PowerCutTest, TheLifeIsFull) {
  Life life(LifeOptions(), Durability::kDurable);
  ASSERT_TRUE(life.Run({}, {}));
  RecordProperty("steps", std::to_string(life.steps()));
  RecordProperty("moments", std::to_string(life.moments().size()));
  std::set<testing::WorkKind> kinds;
  for (std::size_t i = 0; i < life.steps(); ++i) kinds.insert(life.workload().kind(i));
  EXPECT_EQ(kinds.size(), 7U);
  std::set<std::string> changes;
  for (const Moment& moment : life.moments()) changes.insert(moment.change);
  for (const char* change :
       {"make hub.db.new", "write hub.db", "write hub.db-wal", "write hub.db.lock", "sync hub.db",
        "sync hub.db-wal", "sync hub.db.lock", "truncate hub.db-wal", "truncate hub.db.lock",
        "delete hub.db-wal", "rename hub.db.new", "sync folder "}) {
    EXPECT_TRUE(changes.contains(change)) << change;
  }
  const auto count = [&](TransactionState state, bool two_phases, bool expired) {
    return life.payments([=](const Transaction& one) {
      return one.state == state && one.hold.has_value() == two_phases &&
             (one.hold.has_value() && one.hold->expired) == expired;
    });
  };
  EXPECT_GE(count(TransactionState::kCommitted, false, false), 15U);
  EXPECT_GE(count(TransactionState::kCommitted, true, false), 5U);
  EXPECT_GE(count(TransactionState::kAborted, true, false), 5U);
  EXPECT_GE(count(TransactionState::kAborted, true, true), 5U);
  EXPECT_GE(life.held(), 10U);
  EXPECT_GE(life.erased(), 3U);
}

// What of clearing the life has.
TEST(PowerCutTest, TheLifeClears) {
  Life life(LifeOptions(), Durability::kDurable);
  ASSERT_TRUE(life.Run({}, {}));
  const Pid hub = PidOf(life.workload().hub_options().genesis->hub_key);
  std::size_t triggered = 0;
  std::size_t asked_for = 0;
  std::size_t grown = 0;
  std::size_t larger_than_cycles = 0;
  for (const geo::Record& record : life.journal()) {
    if (record.kind != RecordKind::kClearing) continue;
    std::size_t debts = 0;
    std::size_t raised = 0;
    for (const Effect& effect : record.effects) {
      const auto* debt = std::get_if<DebtEffect>(&effect);
      if (debt == nullptr) continue;
      ++debts;
      raised += std::abs(debt->after) > std::abs(debt->before) ? 1 : 0;
    }
    triggered += record.actor == hub ? 1 : 0;
    asked_for += record.actor != hub ? 1 : 0;
    grown += raised > 0 ? 1 : 0;
    larger_than_cycles += debts > 4 ? 1 : 0;
  }
  EXPECT_GE(triggered, 5U);
  EXPECT_GE(asked_for, 3U);
  EXPECT_GE(larger_than_cycles, 2U);
  EXPECT_GE(grown, 1U);
  for (const ProposalState state :
       {ProposalState::kCommitted, ProposalState::kRejected, ProposalState::kExpired}) {
    EXPECT_GE(life.proposals(state), 1U) << static_cast<int>(state);
  }
}

// --- Planted bugs: the same proof must find each. ---

// Answers before the sync: what was acknowledged may be lost.
class TooEarly : public Between {
 public:
  using Between::Between;
  Status Append(const Batch& batch) override {
    Batch hasty = batch;
    hasty.durability = Durability::kOrdered;
    return Between::Append(hasty);
  }
};

// Writes a batch in two transactions: first the records, then what belongs to them.
class InTwo : public Between {
 public:
  using Between::Between;
  Status Append(const Batch& batch) override {
    Batch records;
    records.before = batch.before;
    records.after = batch.after;
    records.records = batch.records;
    records.rows_seq = rows_seq_;
    records.acknowledged = acknowledged_;
    if (const Status status = Between::Append(records); !status.ok()) return status;
    Batch rest = batch;
    rest.before = batch.after;
    rest.records.clear();
    const Status status = Between::Append(rest);
    if (status.ok()) Note(batch.rows_seq, batch.acknowledged);
    return status;
  }
  StatusOr<StoreState> Open(const OpenOptions& options) override {
    StatusOr<StoreState> state = Between::Open(options);
    if (state.ok()) Note(state->rows_seq, state->acknowledged);
    return state;
  }

 private:
  void Note(std::uint64_t rows_seq, std::uint64_t acknowledged) {
    rows_seq_ = rows_seq;
    acknowledged_ = acknowledged;
  }

  std::uint64_t rows_seq_ = 0;
  std::uint64_t acknowledged_ = 0;
};

template <typename Bug>
std::unique_ptr<Store> Plant(std::unique_ptr<Store> store) {
  return std::make_unique<Bug>(std::move(store));
}

constexpr std::size_t kStride = 13;

TEST(PlantedBugTest, AnAnswerBeforeTheSyncIsFound) {
  Life life(LifeOptions(), Durability::kDurable);
  ASSERT_TRUE(life.Run({}, Plant<TooEarly>));
  const Findings findings = Prove(life, kStride, 2, Plant<TooEarly>);
  EXPECT_GT(findings.violations, findings.cases / 20) << findings.violations;
  EXPECT_NE(findings.first.find("acknowledged was"), std::string::npos) << findings.first;
}

TEST(PlantedBugTest, ASplitTransactionIsFound) {
  Life life(LifeOptions(), Durability::kDurable);
  ASSERT_TRUE(life.Run({}, Plant<InTwo>));
  const Findings findings = Prove(life, kStride, 2, Plant<InTwo>);
  EXPECT_GT(findings.violations, findings.cases / 20) << findings.violations;
}

TEST(PlantedBugTest, SkippedSyncsAreFound) {
  Life life(LifeOptions(), Durability::kDurable);
  testing::DiskLies lies;
  lies.skip_syncs = true;
  ASSERT_TRUE(life.Run(lies, {}));
  const Findings findings = Prove(life, kStride, 2, {});
  EXPECT_GT(findings.violations, findings.cases / 2) << findings.violations;
}

// A log that lost its end, when nothing else happened, is noticed by the mark beside it; a store
// that forgets the mark goes on without what it acknowledged.
TEST(PlantedBugTest, ALostTailIsFound) {
  for (const bool planted : {false, true}) {
    Life life(LifeOptions(), Durability::kDurable);
    testing::DiskLies lies;
    if (planted) lies.forgets_suffix = ".lock";
    ASSERT_TRUE(life.Run(lies, {}));
    Findings findings;
    for (std::size_t i = 0; i < life.moments().size(); i += 2 * kStride) {
      for (const std::uint64_t bytes : {1U, 5'000U, 40'000U}) {
        ++findings.cases;
        const std::string wrong = life.ResumeDamaged(life.moments()[i], bytes, {});
        if (wrong.empty()) continue;
        if (findings.violations++ == 0) findings.first = life.moments()[i].change + ": " + wrong;
      }
    }
    if (planted) {
      EXPECT_GT(findings.violations, 20U);
      EXPECT_LT(life.refusals(), findings.violations / 2);
    } else {
      EXPECT_EQ(findings.violations, 0U) << findings.first;
      EXPECT_GT(life.refusals(), 20U);
    }
  }
}

// A store on a disk whose power fails after what a test did.
class StoreUnderPowerCutTest : public ::testing::Test {
 protected:
  std::unique_ptr<Store> Open() {
    auto store = NewSqliteStore(disk_.root() + "/hub", files_.get());
    EXPECT_TRUE(store->Open({}).ok());
    return store;
  }
  Batch Next(Durability durability) {
    Batch batch = testing::internal::NextBatch(model_);
    batch.durability = durability;
    return batch;
  }
  // What a store holds after each of many cuts.
  void ExpectWholeAfterCuts() {
    const testing::DiskImage cut = disk_.Image();
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      disk_.Restore(cut.AfterPowerCut(seed));
      auto store = NewSqliteStore(disk_.root() + "/hub", files_.get());
      const auto state = store->Open({});
      ASSERT_TRUE(state.ok()) << state.status();
      ASSERT_EQ(testing::internal::Compare(*store, *state, model_), "") << "seed " << seed;
    }
  }

  testing::SimulatedDisk disk_;
  const std::unique_ptr<SqliteFiles> files_ = testing::NewSimulatedSqliteFiles(disk_);
  testing::internal::StoreModel model_;
};

// However durable the append is asked to be.
TEST_F(StoreUnderPowerCutTest, ATextThatIsErasedStaysErased) {
  const auto store = Open();
  ASSERT_TRUE(AppendTo(*store, model_, Next(Durability::kDurable)).ok());
  Batch batch = Next(Durability::kMemory);
  batch.erased_texts = {model_.texts.begin()->first};
  ASSERT_TRUE(AppendTo(*store, model_, batch).ok());
  ExpectWholeAfterCuts();
}

// Where nothing of the log can be carried over, it is synced.
TEST_F(StoreUnderPowerCutTest, ClosingMakesAppendsSafeThoughSomebodyReads) {
  const auto store = Open();
  Batch batch = Next(Durability::kDurable);
  batch.erased_texts = {batch.texts[0].hash};  // which cuts the log
  ASSERT_TRUE(AppendTo(*store, model_, batch).ok());
  const std::string layer = StampedVfs(testing::SimulatedSqliteVfs()).value();
  SqliteReader reader(disk_.root() + "/hub", SQLITE_OPEN_READONLY, layer.c_str());
  reader.Rows("BEGIN");
  EXPECT_EQ(reader.One("SELECT count(*) FROM geo_journal"), ColumnValue(std::int64_t{1}));
  ASSERT_TRUE(AppendTo(*store, model_, Next(Durability::kOrdered)).ok());
  EXPECT_TRUE(store->Close().ok());
  ExpectWholeAfterCuts();
}

}  // namespace
}  // namespace geo::tests
