// Snapshots that are as they should be by their checksums, and still wrong: the journal is whole,
// so a hub opens without them.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "geo/hub/hub.h"
#include "geo/storage/journal_reader.h"
#include "geo/testing/faulty_store.h"
#include "tests/support/between_store.h"
#include "tests/support/clearing_village.h"

namespace geo::tests {
namespace {

class HubSnapshotTest : public ClearingVillage {
 protected:
  void SetUp() override {
    options_.read_model_rows = 0;
    options_.snapshot_items = 2;
    ClearingVillage::SetUp();
    Bring({{"anna", "ben", "10"}, {"ben", "cleo", "7"}});
  }

  // Closes the hub, hands the slices of the snapshot to `change`, and opens the hub again.
  void OpenWith(const std::function<void(std::vector<std::string>&)>& change) {
    CloseAndChange(change);
    auto opened = Hub::Open(NewMemoryStore(medium_), options_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    hub_ = *std::move(opened);
  }

  void CloseAndChange(const std::function<void(std::vector<std::string>&)>& change) {
    ASSERT_TRUE(hub_->Flush().ok());
    hub_.reset();
    const std::unique_ptr<Store> store = NewMemoryStore(medium_);
    const StoreState state = store->Open({}).value();
    std::vector<std::string> slices;
    ASSERT_TRUE(store
                    ->LoadSnapshot([&](const SnapshotSlice& slice) {
                      slices.push_back(slice.bytes);
                      return OkStatus();
                    })
                    .ok());
    ASSERT_FALSE(slices.empty());
    change(slices);
    SnapshotSlice slice;
    slice.snapshot = state.epoch << 32 | 1;
    for (; slice.slice < slices.size(); ++slice.slice) {
      slice.bytes = slices[slice.slice];
      slice.last = slice.slice + 1 == slices.size();
      ASSERT_TRUE(store->WriteSnapshot(slice).ok());
    }
    ASSERT_TRUE(store->Close().ok());
  }

  // In one of the slices, the first that has it.
  static void Replace(std::vector<std::string>& slices, const std::string& from,
                      const std::string& to) {
    for (std::string& slice : slices) {
      const std::size_t at = slice.find(from);
      if (at == std::string::npos) continue;
      slice.replace(at, from.size(), to);
      return;
    }
    FAIL() << "no slice has it";
  }
  // Anna's line to Ben, between participants 0 and 1, is one of a participant who is not there.
  void PatchALine(std::vector<std::string>& slices) {
    const auto id = lines_.at({"anna", "ben"}).view();
    const std::string ends = std::string(id) + std::string(4, '\0');
    Replace(slices, ends + std::string(4, '\0'), ends + std::string("\x63\0\0\0", 4));
  }
};

TEST_F(HubSnapshotTest, OneThatNamesWhatIsNotThereIsLeftAside) {
  ASSERT_TRUE(hub_->Checkpoint().ok());
  const std::string before = StateText(hub_->view().ledger());
  OpenWith([&](auto& slices) { PatchALine(slices); });
  EXPECT_EQ(StateText(hub_->view().ledger()), before);
}

TEST_F(HubSnapshotTest, SoIsOneThatWasTakenWhileWorkWentOn) {
  int payments = 0;
  while (!hub_->CheckpointStep().value()) {
    if (++payments < 8) Pays("anna", "cleo", "1");
  }
  const std::string before = StateText(hub_->view().ledger());
  OpenWith([&](auto& slices) { PatchALine(slices); });
  EXPECT_EQ(StateText(hub_->view().ledger()), before);
}

// The debt of anna, participant 0, to ben, participant 1, is another one than the tail goes on
// from.
TEST_F(HubSnapshotTest, SoIsOneThatTheTailContradicts) {
  options_.snapshot_items = 1000;
  Reopen();
  ASSERT_TRUE(hub_->Checkpoint().ok());
  Pays("anna", "ben", "1");
  const std::string before = StateText(hub_->view().ledger());
  const PairIndex pair = 0;
  ASSERT_EQ(hub_->view().ledger().pair(pair).balance, 1100);
  std::string owed;
  ByteWriter writer(&owed);
  writer.Signed(1000);
  std::string other;
  ByteWriter(&other).Signed(1001);
  const std::string ends = std::string(8, '\0') + std::string("\x01\0\0\0", 4);
  OpenWith([&](auto& slices) {
    const std::string line_ba("\x04\0\0\0", 4);
    const std::string lines = std::string(4, '\0') + line_ba;
    Replace(slices, ends + lines + owed, ends + lines + other);
  });
  EXPECT_EQ(StateText(hub_->view().ledger()), before);
}

// Its head is a record that the journal does not have, as of a copy of the network that went on by
// itself.
TEST_F(HubSnapshotTest, SoIsOneOfAnotherJournal) {
  for (const bool has_tail : {true, false}) {
    ASSERT_TRUE(hub_->Checkpoint().ok());
    const std::string hash(hub_->head().hash.view());
    if (has_tail) Pays("anna", "ben", "1");
    const std::string before = StateText(hub_->view().ledger());
    OpenWith([&](auto& slices) {
      for (std::string& slice : slices) {
        slice.replace(slice.find(hash), hash.size(), std::string(hash.size(), 'x'));
      }
    });
    EXPECT_EQ(StateText(hub_->view().ledger()), before) << has_tail;
  }
}

// A store whose journal ends earlier than it did.
class Shortened : public Between {
 public:
  Shortened(std::unique_ptr<Store> inner, const JournalHead& end)
      : Between(std::move(inner)), end_(end) {}
  StatusOr<StoreState> Open(const OpenOptions& options) override {
    StatusOr<StoreState> state = Between::Open(options);
    if (state.ok()) state->head = end_;
    return state;
  }
  Status Replay(std::uint64_t after,
                const std::function<StatusOr<bool>(std::string_view)>& visit) override {
    return Between::Replay(after, [&](std::string_view packed) -> StatusOr<bool> {
      std::string_view rest = packed;
      if (TakeUnhashedRecord(&rest)->seq > end_.seq) return false;
      return visit(packed);
    });
  }

 private:
  JournalHead end_;
};

// Records that were durable are lost, which no snapshot makes good.
TEST_F(HubSnapshotTest, ButNotOneThatShowsMoreThanTheJournal) {
  std::vector<JournalHead> heads;
  while (!hub_->CheckpointStep().value()) {
    Pays("anna", "cleo", "1");
    heads.push_back(hub_->head());
  }
  ASSERT_GT(heads.size(), 4U);
  ASSERT_TRUE(hub_->Flush().ok());
  hub_.reset();
  for (const JournalHead& end : {heads[1], heads[heads.size() - 2]}) {
    auto store = std::make_unique<Shortened>(NewMemoryStore(medium_), end);
    EXPECT_EQ(CodeName(Hub::Open(std::move(store), options_)), "ChainBroken") << end.seq;
  }
  hub_ = Hub::Open(NewMemoryStore(medium_), options_).value();
}

// Whose records they are that it shows is not known: not those of this journal.
TEST_F(HubSnapshotTest, NorDoesOneOfAnotherJournalSayWhatIsLost) {
  std::vector<JournalHead> heads;
  std::vector<std::string> states;
  const std::string first(hub_->head().hash.view());
  while (!hub_->CheckpointStep().value()) {
    Pays("anna", "cleo", "1");
    heads.push_back(hub_->head());
    states.push_back(StateText(hub_->view().ledger()));
  }
  CloseAndChange([&](auto& slices) { Replace(slices, first, std::string(first.size(), 'x')); });
  auto store = std::make_unique<Shortened>(NewMemoryStore(medium_), heads[1]);
  const std::unique_ptr<Hub> shortened = Hub::Open(std::move(store), options_).value();
  EXPECT_EQ(StateText(shortened->view().ledger()), states[1]);
  ASSERT_TRUE(shortened->Close().ok());
  hub_ = Hub::Open(NewMemoryStore(medium_), options_).value();
  EXPECT_EQ(StateText(hub_->view().ledger()), states.back());
}

// Its rows are made once, however often the journal was begun with.
TEST_F(HubSnapshotTest, RowsOfAJournalThatIsReplayedTwiceWaitOnce) {
  options_.read_model_rows = 1;
  Reopen();
  ASSERT_TRUE(hub_->Checkpoint().ok());
  for (int i = 0; i < 5; ++i) Pays("anna", "cleo", "1");
  ASSERT_TRUE(hub_->Checkpoint().ok());
  const std::string hash(hub_->head().hash.view());
  Pays("anna", "cleo", "1");
  OpenWith([](auto&) {});  // as it is; its tables are made anew by that
  const std::size_t rows = hub_->read_model_backlog();
  ASSERT_GT(rows, 10U);
  OpenWith([&](auto& slices) {
    for (std::string& slice : slices) {
      slice.replace(slice.find(hash), hash.size(), std::string(hash.size(), 'x'));
    }
  });
  EXPECT_EQ(hub_->read_model_backlog(), rows);
  EXPECT_TRUE(hub_->UpdateReadModel().ok());
}

// Nothing is known to be wrong with the snapshot then, and nothing is to be replayed without it.
TEST_F(HubSnapshotTest, AJournalThatCannotBeReadIsNoContradiction) {
  ASSERT_TRUE(hub_->Checkpoint().ok());
  Pays("anna", "ben", "1");
  ASSERT_TRUE(hub_->Flush().ok());
  hub_.reset();
  auto store = std::make_unique<testing::FaultyStore>(NewMemoryStore(medium_));
  store->Schedule({testing::StoreCall::kReplay, 1, ErrorCode::kStoreIo});
  EXPECT_EQ(CodeName(Hub::Open(std::move(store), options_)), "StoreIo");
  hub_ = Hub::Open(NewMemoryStore(medium_), options_).value();
}

// A store that gives other bytes than were written, from some record on.
class Garbling : public Between {
 public:
  Garbling(std::unique_ptr<Store> inner, std::uint64_t from)
      : Between(std::move(inner)), from_(from) {}
  Status Replay(std::uint64_t after,
                const std::function<StatusOr<bool>(std::string_view)>& visit) override {
    return Between::Replay(after, [&](std::string_view packed) -> StatusOr<bool> {
      std::string garbled(packed);
      if (TakeUnhashedRecord(&packed)->seq >= from_) garbled.back() ^= 1;
      return visit(garbled);
    });
  }

 private:
  std::uint64_t from_;
};

TEST_F(HubSnapshotTest, ARecordThatIsNoneOpensNoHub) {
  Pays("anna", "ben", "1");
  ASSERT_TRUE(hub_->Flush().ok());
  const std::uint64_t last = hub_->head().seq;
  hub_.reset();
  for (const std::uint64_t from : {std::uint64_t{1}, last}) {
    auto store = std::make_unique<Garbling>(NewMemoryStore(medium_), from);
    EXPECT_EQ(CodeName(Hub::Open(std::move(store), options_)), "RecordCorrupt") << from;
  }
  hub_ = Hub::Open(NewMemoryStore(medium_), options_).value();
}

TEST_F(HubSnapshotTest, TheHubFoundsTheNetwork) {
  ASSERT_TRUE(hub_->Flush().ok());
  const auto reader = NewMemoryJournalReader(medium_);
  std::optional<Record> first;
  ASSERT_TRUE(reader
                  ->Replay(0,
                           [&](std::string_view packed) -> StatusOr<bool> {
                             first = TakeUnhashedRecord(&packed).value();
                             return false;
                           })
                  .ok());
  EXPECT_EQ(first->kind, RecordKind::kGenesis);
  EXPECT_EQ(first->actor, KeyOf("hub").pid());
  EXPECT_EQ(first->time, options_.founded_at);
}

// Notes what it is opened with.
class Noting : public Between {
 public:
  Noting(std::unique_ptr<Store> inner, std::vector<std::size_t>& tables)
      : Between(std::move(inner)), tables_(tables) {}
  StatusOr<StoreState> Open(const OpenOptions& options) override {
    tables_.push_back(options.tables.size() + options.views.size());
    return Between::Open(options);
  }

 private:
  std::vector<std::size_t>& tables_;
};

TEST_F(HubSnapshotTest, AHubWithoutAReadModelHasNoTables) {
  ASSERT_TRUE(hub_->Flush().ok());
  hub_.reset();
  std::vector<std::size_t> tables;
  ASSERT_EQ(options_.read_model_rows, 0U);
  hub_ = Hub::Open(std::make_unique<Noting>(NewMemoryStore(medium_), tables), options_).value();
  EXPECT_EQ(tables, std::vector<std::size_t>{0});
}

}  // namespace
}  // namespace geo::tests
