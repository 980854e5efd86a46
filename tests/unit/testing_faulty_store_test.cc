// FaultyStore: every failure that it can be told to make, and what is there afterwards.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>

#include "geo/testing/faulty_store.h"

namespace geo::testing {
namespace {

Batch Next(const JournalHead& head, Durability durability = Durability::kDurable) {
  Batch batch;
  batch.before = head;
  batch.after.seq = head.seq + 1;
  batch.after.hash.bytes[0] = static_cast<std::uint8_t>(batch.after.seq);
  batch.records = "record " + std::to_string(batch.after.seq);
  batch.transactions = {{*TxId::Parse("tx-" + std::to_string(batch.after.seq)), batch.after.seq}};
  batch.durability = durability;
  return batch;
}

class FaultyStoreTest : public ::testing::Test {
 protected:
  FaultyStoreTest() { store_.Open({}).status().IgnoreError(); }

  JournalHead Append(Durability durability) {
    const Batch batch = Next(head_, durability);
    EXPECT_TRUE(store_.Append(batch).ok());
    return head_ = batch.after;
  }

  std::uint64_t ReopenedSeq() {
    EXPECT_TRUE(store_.Close().ok());
    const auto state = store_.Open({});
    EXPECT_TRUE(state.ok()) << state.status();
    return state.ok() ? state->head.seq : 999;
  }

  std::size_t Replayed() {
    std::size_t count = 0;
    EXPECT_TRUE(store_
                    .Replay(0,
                            [&](std::string_view) -> StatusOr<bool> {
                              ++count;
                              return true;
                            })
                    .ok());
    return count;
  }

  FaultyStore store_{NewMemoryStore()};
  JournalHead head_;
};

TEST_F(FaultyStoreTest, BusyWritesNothingAndMayBeRepeated) {
  store_.Schedule({StoreCall::kAppend, 1, ErrorCode::kStoreBusy});
  const Batch batch = Next(head_);
  EXPECT_EQ(ErrorCodeOf(store_.Append(batch)), ErrorCode::kStoreBusy);
  EXPECT_EQ(Replayed(), 0u);
  EXPECT_TRUE(store_.Append(batch).ok());
  EXPECT_EQ(store_.calls(StoreCall::kAppend), 2u);
}

TEST_F(FaultyStoreTest, ErrorsThatPoisonDoSoUntilReopened) {
  for (const ErrorCode code : {ErrorCode::kStoreFull, ErrorCode::kStoreIo, ErrorCode::kStoreCorrupt,
                               ErrorCode::kStoreReadOnly, ErrorCode::kStoreUnknown}) {
    for (const bool after : {false, true}) {
      const std::uint64_t seq = head_.seq;
      StoreFault fault;
      fault.code = code;
      fault.after = after;
      store_.Schedule(fault);
      const Batch batch = Next(head_);
      EXPECT_EQ(ErrorCodeOf(store_.Append(batch)), code);
      EXPECT_EQ(ErrorCodeOf(store_.Append(batch)), ErrorCode::kStorePoisoned);
      EXPECT_EQ(ErrorCodeOf(store_.WriteSnapshot({1, 0, true, ""})), ErrorCode::kStorePoisoned);
      EXPECT_EQ(ErrorCodeOf(store_.FindTransaction(batch.transactions[0].id).status()),
                ErrorCode::kStorePoisoned);
      EXPECT_EQ(ReopenedSeq(), after ? seq + 1 : seq);
      if (after) head_ = batch.after;
    }
  }
}

TEST_F(FaultyStoreTest, TheNthCallFails) {
  store_.Schedule({StoreCall::kAppend, 3, ErrorCode::kStoreBusy});
  store_.Schedule({StoreCall::kFindText, 2, ErrorCode::kStoreIo});
  Append(Durability::kDurable);
  Append(Durability::kDurable);
  EXPECT_EQ(ErrorCodeOf(store_.Append(Next(head_))), ErrorCode::kStoreBusy);
  Append(Durability::kDurable);
  EXPECT_TRUE(store_.FindText({}).ok());
  EXPECT_EQ(ErrorCodeOf(store_.FindText({}).status()), ErrorCode::kStoreIo);
  EXPECT_TRUE(store_.FindText({}).ok());
}

TEST_F(FaultyStoreTest, PowerCutKeepsWhatWasDurableAndAPrefix) {
  Append(Durability::kDurable);
  Append(Durability::kOrdered);
  Append(Durability::kOrdered);
  Append(Durability::kMemory);
  EXPECT_EQ(store_.undurable(), 3u);
  EXPECT_EQ(Replayed(), 4u);
  EXPECT_EQ(*store_.FindTransaction(*TxId::Parse("tx-4")), 4u);
  store_.LosePower(1);
  EXPECT_EQ(ErrorCodeOf(store_.SizeBytes().status()), ErrorCode::kStorePoisoned);
  EXPECT_EQ(ReopenedSeq(), 2u);
  EXPECT_EQ(Replayed(), 2u);
  EXPECT_FALSE(store_.FindTransaction(*TxId::Parse("tx-3"))->has_value());
}

TEST_F(FaultyStoreTest, ADurableAppendMakesEarlierOnesDurable) {
  Append(Durability::kOrdered);
  Append(Durability::kOrdered);
  Append(Durability::kDurable);
  Append(Durability::kOrdered);
  store_.LosePower();
  EXPECT_EQ(ReopenedSeq(), 3u);
}

TEST_F(FaultyStoreTest, PowerCutDuringAnAppend) {
  Append(Durability::kOrdered);
  StoreFault fault;
  fault.code = ErrorCode::kStoreUnknown;
  fault.after = true;
  fault.lose_power = true;
  store_.Schedule(fault);
  EXPECT_EQ(ErrorCodeOf(store_.Append(Next(head_))), ErrorCode::kStoreUnknown);
  EXPECT_EQ(ReopenedSeq(), 2u);  // it was durable, although nobody was told
}

TEST_F(FaultyStoreTest, AFailureThatLosesPowerKeepsAsMuchAsItSays) {
  std::uint64_t seq = 0;
  for (const std::size_t keep : {0U, 1U, 7U}) {
    Append(Durability::kOrdered);
    Append(Durability::kOrdered);
    StoreFault fault;
    fault.code = ErrorCode::kStoreBusy;  // which by itself would poison nothing
    fault.lose_power = true;
    fault.keep = keep;
    store_.Schedule(fault);
    EXPECT_EQ(ErrorCodeOf(store_.Append(Next(head_))), ErrorCode::kStoreBusy);
    EXPECT_EQ(ErrorCodeOf(store_.Append(Next(head_))), ErrorCode::kStorePoisoned);
    EXPECT_EQ(store_.undurable(), 0U);
    seq += std::min<std::size_t>(keep, 2);
    EXPECT_EQ(ReopenedSeq(), seq);
    head_ = JournalHead();
    head_.seq = seq;
    head_.hash.bytes[0] = static_cast<std::uint8_t>(seq);
    if (seq == 0) head_ = JournalHead();
  }
}

// As Close, with nobody to tell; a poisoned one writes nothing any more.
TEST(FaultyStoreAroundAnother, IsClosedWhenItGoes) {
  for (const bool poisoned : {false, true}) {
    const auto medium = std::make_shared<MemoryMedium>();
    {
      FaultyStore store(NewMemoryStore(medium));
      ASSERT_TRUE(store.Open({}).ok());
      const Batch batch = Next(JournalHead(), Durability::kOrdered);
      ASSERT_TRUE(store.Append(batch).ok());
      if (poisoned) store.Schedule({StoreCall::kAppend, 1, ErrorCode::kStoreIo});
      EXPECT_EQ(store.Append(Next(batch.after, Durability::kOrdered)).ok(), !poisoned);
    }
    EXPECT_EQ(NewMemoryStore(medium)->Open({})->head.seq, poisoned ? 0U : 2U);
  }
}

// What it wraps may fail by itself, also when writes that were held back come to it.
TEST(FaultyStoreAroundAnother, IsPoisonedByWhatItWraps) {
  auto wrapped = std::make_unique<FaultyStore>(NewMemoryStore());
  FaultyStore& inner = *wrapped;
  FaultyStore store(std::move(wrapped));
  ASSERT_TRUE(store.Open({}).ok());
  const Batch first = Next(JournalHead(), Durability::kOrdered);
  ASSERT_TRUE(store.Append(first).ok());
  inner.Schedule({StoreCall::kAppend, 1, ErrorCode::kStoreBusy});
  const Batch second = Next(first.after);
  EXPECT_EQ(ErrorCodeOf(store.Append(second)), ErrorCode::kStoreBusy);
  inner.Schedule({StoreCall::kAppend, 1, ErrorCode::kStoreFull});
  EXPECT_EQ(ErrorCodeOf(store.Append(second)), ErrorCode::kStoreFull);
  EXPECT_EQ(ErrorCodeOf(store.Append(second)), ErrorCode::kStorePoisoned);
  ASSERT_TRUE(store.Close().ok());
  EXPECT_EQ(store.Open({})->head.seq, 0U);
}

// What is held back is found as if it were there: the last of it counts.
TEST_F(FaultyStoreTest, FindsTheLastOfWhatIsHeldBack) {
  const TxId id = *TxId::Parse("twice");
  const TextEntry text{Hash256(), Salt(), "text"};
  Batch batch = Next(head_, Durability::kOrdered);
  batch.transactions = {{id, 1}};
  batch.texts = {text};
  ASSERT_TRUE(store_.Append(batch).ok());
  EXPECT_EQ(*store_.FindText(text.hash), text);
  batch = Next(batch.after, Durability::kOrdered);
  batch.transactions = {{id, 1}, {id, 2}};
  batch.erased_texts = {text.hash};
  ASSERT_TRUE(store_.Append(batch).ok());
  EXPECT_EQ(*store_.FindTransaction(id), 2U);
  EXPECT_EQ(*store_.FindText(text.hash), std::nullopt);
  batch = Next(batch.after, Durability::kOrdered);
  batch.texts = {text};
  ASSERT_TRUE(store_.Append(batch).ok());
  EXPECT_EQ(*store_.FindText(text.hash), text);
}

// As the store beneath would, which sees them later only.
TEST_F(FaultyStoreTest, MarksOfWhatIsHeldBackDoNotGoBack) {
  Batch batch = Next(head_, Durability::kOrdered);
  batch.rows_seq = batch.acknowledged = 1;
  ASSERT_TRUE(store_.Append(batch).ok());
  Batch next = Next(batch.after, Durability::kOrdered);
  next.rows_seq = 1;
  EXPECT_EQ(ErrorCodeOf(store_.Append(next)), ErrorCode::kInvalidArgument);
  next.rows_seq = 0;
  next.acknowledged = 1;
  EXPECT_EQ(ErrorCodeOf(store_.Append(next)), ErrorCode::kInvalidArgument);
  next.rows_seq = 1;
  EXPECT_TRUE(store_.Append(next).ok());
}

// Its process is gone with the power.
TEST(FaultyStoreAroundAnother, LetsGoOfItWhenPowerIsLost) {
  const auto medium = std::make_shared<MemoryMedium>();
  FaultyStore store(NewMemoryStore(medium));
  ASSERT_TRUE(store.Open({}).ok());
  const auto next = NewMemoryStore(medium);
  EXPECT_EQ(ErrorCodeOf(next->Open({}).status()), ErrorCode::kStoreBusy);
  store.LosePower();
  EXPECT_TRUE(next->Open({}).ok());
}

TEST_F(FaultyStoreTest, CloseKeepsWhatWasHeldBack) {
  Append(Durability::kMemory);
  EXPECT_EQ(ReopenedSeq(), 1u);
}

TEST_F(FaultyStoreTest, OpenFailsBeforeOrAfterItsEffect) {
  EXPECT_TRUE(store_.Close().ok());
  for (const bool after : {false, true}) {
    StoreFault fault;
    fault.call = StoreCall::kOpen;
    fault.code = ErrorCode::kStoreNewer;
    fault.after = after;
    store_.Schedule(fault);
    EXPECT_EQ(ErrorCodeOf(store_.Open({}).status()), ErrorCode::kStoreNewer);
    EXPECT_EQ(ErrorCodeOf(store_.Append(Next(head_))), ErrorCode::kStoreClosed);
  }
  EXPECT_TRUE(store_.Open({}).ok());
}

TEST_F(FaultyStoreTest, ReplayAndLoadSnapshotFailHalfWay) {
  for (int i = 0; i < 3; ++i) Append(Durability::kDurable);
  ASSERT_TRUE(store_.WriteSnapshot({1, 0, false, "a"}).ok());
  ASSERT_TRUE(store_.WriteSnapshot({1, 1, true, "b"}).ok());
  for (const StoreCall call : {StoreCall::kReplay, StoreCall::kLoadSnapshot}) {
    StoreFault fault;
    fault.call = call;
    fault.code = ErrorCode::kStoreCorrupt;
    fault.visits = 1;
    store_.Schedule(fault);
  }
  std::size_t groups = 0;
  std::size_t slices = 0;
  EXPECT_EQ(ErrorCodeOf(store_.Replay(0,
                                      [&](std::string_view) -> StatusOr<bool> {
                                        ++groups;
                                        return true;
                                      })),
            ErrorCode::kStoreCorrupt);
  EXPECT_EQ(ErrorCodeOf(store_.LoadSnapshot([&](const SnapshotSlice&) {
              ++slices;
              return OkStatus();
            })),
            ErrorCode::kStoreCorrupt);
  EXPECT_EQ(groups, 1u);
  EXPECT_EQ(slices, 1u);
  EXPECT_EQ(Replayed(), 3u);
}

// As store.h says of calls that write.
TEST_F(FaultyStoreTest, NoMemoryPoisonsWhatWrites) {
  for (const StoreCall call : {StoreCall::kAppend, StoreCall::kWriteSnapshot}) {
    store_.Schedule({call, 1, ErrorCode::kOutOfMemory});
    EXPECT_EQ(ErrorCodeOf(call == StoreCall::kAppend ? store_.Append(Next(head_))
                                                     : store_.WriteSnapshot({1, 0, true, "a"})),
              ErrorCode::kOutOfMemory);
    EXPECT_EQ(ErrorCodeOf(store_.Append(Next(head_))), ErrorCode::kStorePoisoned);
    ASSERT_TRUE(store_.Close().ok());
    ASSERT_TRUE(store_.Open({}).ok());
  }
}

// It is for whoever loads it, as of a store by itself.
TEST(FaultyStoreAroundAnother, OpensWhereTheSnapshotIsDamaged) {
  auto inner = std::make_unique<FaultyStore>(NewMemoryStore());
  StoreFault damaged;
  damaged.call = StoreCall::kLoadSnapshot;
  damaged.code = ErrorCode::kStoreCorrupt;
  inner->Schedule(damaged);
  damaged.nth = 2;
  inner->Schedule(damaged);
  FaultyStore store(std::move(inner));
  ASSERT_TRUE(store.Open({}).ok());
  const auto ignore = [](const SnapshotSlice&) { return OkStatus(); };
  EXPECT_EQ(ErrorCodeOf(store.LoadSnapshot(ignore)), ErrorCode::kStoreCorrupt);
  EXPECT_TRUE(store.LoadSnapshot(ignore).ok());
}

TEST_F(FaultyStoreTest, CloseMayFailAndClosesAllTheSame) {
  store_.Schedule({StoreCall::kClose, 1, ErrorCode::kStoreIo});
  EXPECT_EQ(ErrorCodeOf(store_.Close()), ErrorCode::kStoreIo);
  EXPECT_TRUE(store_.Open({}).ok());
}

// The first failure by chance of a store with two appends held back, and what was there after it.
struct Chance {
  ErrorCode code = ErrorCode::kOk;
  std::uint64_t seq = 0;  // after reopening; unless power was lost, that of what is held back
  bool lost_power = false;
  friend auto operator<=>(const Chance&, const Chance&) = default;
};

Chance FirstFailure(const StoreFaultRates& rates) {
  FaultyStore store(NewMemoryStore());
  EXPECT_TRUE(store.Open({}).ok());
  JournalHead head;
  for (int i = 0; i < 2; ++i) {
    const Batch batch = Next(head, Durability::kOrdered);
    EXPECT_TRUE(store.Append(batch).ok());
    head = batch.after;
  }
  store.FailByChance(rates);
  Chance chance;
  chance.code = ErrorCodeOf(store.Append(Next(head, Durability::kOrdered)));
  chance.seq = store.undurable();
  chance.lost_power = chance.seq < 2;
  if (chance.code == ErrorCode::kStoreBusy) {
    EXPECT_FALSE(chance.lost_power) << "it poisons nothing, so nothing is lost";
  }
  store.FailByChance({});
  EXPECT_TRUE(store.Close().ok());
  if (chance.lost_power) chance.seq = store.Open({})->head.seq;
  return chance;
}

TEST(FaultyStoreByChance, EverythingThatMayHappenDoes) {
  std::set<Chance> with_power;
  std::set<Chance> without;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Chance lost = FirstFailure({seed, 1'000, true});
    EXPECT_EQ(lost, FirstFailure({seed, 1'000, true})) << "the same seed, the same chance";
    without.insert(lost);
    with_power.insert(FirstFailure({seed, 1'000, false}));
  }
  using enum ErrorCode;
  const std::set<Chance> kept = {{kStoreBusy, 2, false},
                                 {kStoreFull, 2, false},
                                 {kStoreIo, 2, false},
                                 {kStoreUnknown, 2, false},
                                 {kStoreUnknown, 3, false}};  // it had its effect
  EXPECT_EQ(with_power, kept);
  std::set<Chance> all = kept;
  for (std::uint64_t seq = 0; seq < 3; ++seq) {
    for (const ErrorCode code : {kStoreFull, kStoreIo, kStoreUnknown}) {
      all.insert({code, seq, true});
    }
  }
  all.insert({kStoreUnknown, 3, true});
  EXPECT_EQ(without, all);
}

TEST_F(FaultyStoreTest, NothingFailsWithoutARate) {
  store_.FailByChance({5, 0, true});
  for (int i = 0; i < 5'000; ++i) {
    Batch batch;
    batch.before = batch.after = head_;
    ASSERT_TRUE(store_.Append(batch).ok()) << i;
  }
}

// Whatever happens by chance: what was acknowledged as durable is there, and nothing that was
// refused.
TEST_F(FaultyStoreTest, ByChanceFromASeed) {
  std::set<ErrorCode> seen;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    store_.FailByChance({seed, 200, true});
    std::uint64_t durable = head_.seq;
    std::uint64_t attempted = head_.seq;
    for (int i = 0; i < 10; ++i) {
      const Durability durability = i % 3 == 0 ? Durability::kDurable : Durability::kOrdered;
      const Batch batch = Next(head_, durability);
      const Status status = store_.Append(batch);
      seen.insert(ErrorCodeOf(status));
      if (status.ok()) {
        head_ = batch.after;
        attempted = head_.seq;
        if (durability == Durability::kDurable) durable = head_.seq;
      } else if (ErrorCodeOf(status) == ErrorCode::kStoreUnknown) {
        attempted = batch.after.seq;
      }
    }
    store_.FailByChance({});
    ASSERT_TRUE(store_.Close().ok());
    const auto state = store_.Open({});
    ASSERT_TRUE(state.ok());
    EXPECT_GE(state->head.seq, durable);
    EXPECT_LE(state->head.seq, attempted);
    head_ = state->head;
  }
  EXPECT_EQ(seen, (std::set<ErrorCode>{ErrorCode::kOk, ErrorCode::kStoreBusy, ErrorCode::kStoreFull,
                                       ErrorCode::kStoreIo, ErrorCode::kStoreUnknown,
                                       ErrorCode::kStorePoisoned}));
}

}  // namespace
}  // namespace geo::testing
