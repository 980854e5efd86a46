// Snapshots that are as they should be by their checksums, and still wrong: the journal is whole,
// so a hub opens without them.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "geo/hub/hub.h"
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
    auto opened = Hub::Open(NewMemoryStore(medium_), options_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    hub_ = *std::move(opened);
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

}  // namespace
}  // namespace geo::tests
