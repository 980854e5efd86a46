// Opening with a second core lent: the same hub and the same errors as without, on two threads and
// in either order on one.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "geo/hub/hub.h"
#include "geo/journal/record.h"
#include "geo/testing/faulty_store.h"
#include "tests/support/between_store.h"
#include "tests/support/keys.h"
#include "tests/support/scratch.h"
#include "tests/support/state_text.h"
#include "tests/support/status.h"
#include "tests/support/village.h"

namespace geo::tests {
namespace {

constexpr Timestamp kStart = 1'700'000'000 * kSecond;

HubOptions Options(RunBoth run_both) {
  HubOptions options;
  options.genesis = VillageGenesis();
  options.founded_at = kStart;
  options.snapshot_items = 3;
  options.run_both = std::move(run_both);
  return options;
}

void OnTwoThreads(const std::function<void()>& one, const std::function<void()>& other) {
  std::thread thread(other);
  one();
  thread.join();
}

void OtherFirst(const std::function<void()>& one, const std::function<void()>& other) {
  other();
  one();
}

std::vector<RunBoth> AllWays() { return {RunBoth(), OnTwoThreads, OtherFirst}; }

EquivalentCode Code() { return EquivalentCode::Parse("UAH").value(); }

// Ten people in a ring of lines; everybody pays the next one again and again.
class Ring {
 public:
  explicit Ring(Hub& hub) : hub_(hub) {}

  void Settle() {
    CreateEquivalent create;
    create.code = Code();
    Submit("admin", create);
    for (int i = 0; i < kPeople; ++i) {
      RegisterParticipant join;
      join.key = KeyOf(Name(i)).public_key();
      join.name = {Salt(), Name(i)};
      Submit(Name(i), join);
    }
    for (int i = 0; i < kPeople; ++i) {
      OpenLine open;
      open.debtor = KeyOf(Name(i)).pid();
      open.equivalent = Code();
      open.limit = "1000000";
      if (i % 4 == 0) open.policy.daily_limit = AmountInput("900000");
      Submit(Name(i + 1), open);
    }
    Flush();
  }

  void Pay(int count, std::size_t group) {
    for (int i = 0; i < count; ++i) {
      geo::Pay pay;
      pay.id = TxId::Parse("p-" + std::to_string(paid_)).value();
      pay.payee = KeyOf(Name(paid_ + 1)).pid();
      pay.equivalent = Code();
      pay.amount = "1";
      Submit(Name(paid_++), pay);
      if (hub_.pending() >= group) Flush();
    }
    Flush();
  }

  void Flush() {
    const auto results = hub_.Flush();
    ASSERT_TRUE(results.ok()) << results.status();
    for (const CommandResult& result : *results) ASSERT_EQ(result.code(), ErrorCode::kOk);
  }

 private:
  static constexpr int kPeople = 10;
  static std::string Name(int i) { return "person " + std::to_string(i % kPeople); }
  void Submit(const std::string& who, Command command) {
    now_ += kSecond;
    const auto verified = TrustedCommand(KeyOf(who).pid(), std::move(command));
    ASSERT_TRUE(hub_.Submit(verified, now_).ok());
  }

  Hub& hub_;
  Timestamp now_ = kStart;
  int paid_ = 0;
};

// A life with groups of all sizes, more records than are read at once, and a snapshot whose slices
// show different moments.
void Live(Hub& hub) {
  Ring ring(hub);
  ring.Settle();
  ring.Pay(1'500, 1);
  ring.Pay(900, 400);
  for (bool done = false; !done;) {
    const StatusOr<bool> step = hub.CheckpointStep();
    ASSERT_TRUE(step.ok()) << step.status();
    done = *step;
    ring.Pay(7, 7);
  }
  ring.Pay(3'000, 1'200);
}

struct Opened {
  std::string error = {};
  std::string state = {};
  JournalHead head = {};
  std::size_t backlog = 0;  // of the read model
  friend bool operator==(const Opened&, const Opened&) = default;
};

Opened Open(std::unique_ptr<Store> store, const HubOptions& options) {
  const auto hub = Hub::Open(std::move(store), options);
  if (!hub.ok()) return {.error = hub.status().ToString()};
  return {.state = StateText((*hub)->view().ledger()),
          .head = (*hub)->head(),
          .backlog = (*hub)->read_model_backlog()};
}

class HubRunBothTest : public ::testing::Test {
 protected:
  HubRunBothTest() {
    auto hub = Hub::Open(NewStore(), Options({})).value();
    Live(*hub);
    whole_ = {.state = StateText(hub->view().ledger()), .head = hub->head()};
  }

  std::unique_ptr<Store> NewStore() { return NewMemoryStore(medium_); }

  std::shared_ptr<MemoryMedium> medium_ = std::make_shared<MemoryMedium>();
  Opened whole_;
};

TEST_F(HubRunBothTest, OpensTheSame) {
  for (const std::size_t rows : {0, 4'096}) {
    std::vector<std::size_t> backlogs;
    for (const RunBoth& run_both : AllWays()) {
      HubOptions options = Options(run_both);
      options.read_model_rows = rows;
      const Opened opened = Open(NewStore(), options);
      EXPECT_EQ(opened.error, "");
      EXPECT_EQ(opened.state, whole_.state);
      EXPECT_EQ(opened.head, whole_.head);
      backlogs.push_back(opened.backlog);
    }
    EXPECT_EQ(backlogs, std::vector<std::size_t>(AllWays().size(), backlogs.front()));
  }
}

TEST_F(HubRunBothTest, OpensTheSameFromSqlite) {
  const Scratch scratch(Scratch::Place::kMemory);
  const std::string file = scratch.File("hub.geo");
  auto hub = Hub::Open(NewSqliteStore(file), Options({})).value();
  Live(*hub);
  const std::string state = StateText(hub->view().ledger());
  ASSERT_TRUE(hub->Close().ok());
  for (const RunBoth& run_both : AllWays()) {
    EXPECT_EQ(Open(NewSqliteStore(file), Options(run_both)).state, state);
  }
}

// Both pieces are given away each time, so a second core has something to do.
TEST_F(HubRunBothTest, LendsWorkInBothPieces) {
  int both = 0;
  const RunBoth counting = [&](const std::function<void()>& one,
                               const std::function<void()>& other) {
    ++both;
    OnTwoThreads(one, other);
  };
  EXPECT_EQ(Open(NewStore(), Options(counting)).error, "");
  EXPECT_GT(both, 10);
}

// At the first visit or after some.
TEST_F(HubRunBothTest, TheStoreFailsTheSame) {
  using testing::StoreCall;
  for (const StoreCall call : {StoreCall::kLoadSnapshot, StoreCall::kReplay}) {
    for (const std::uint64_t nth : {1, 3}) {
      for (const RunBoth& run_both : {AllWays()[1], AllWays()[2]}) {
        auto faulty = std::make_unique<testing::FaultyStore>(NewStore());
        faulty->Schedule({.call = call, .nth = nth, .code = ErrorCode::kStoreIo});
        EXPECT_EQ(CodeName(Hub::Open(std::move(faulty), Options(run_both))), "StoreIo");
      }
    }
    auto faulty = std::make_unique<testing::FaultyStore>(NewStore());
    faulty->Schedule({.call = call, .code = ErrorCode::kStoreIo, .visits = 1});
    EXPECT_EQ(CodeName(Hub::Open(std::move(faulty), Options({}))), "StoreIo");
  }
}

// Flips one bit of the record bytes that a store shows.
class Flipping : public Between {
 public:
  Flipping(std::unique_ptr<Store> inner, std::uint64_t byte)
      : Between(std::move(inner)), byte_(byte) {}
  Status Replay(std::uint64_t after,
                const std::function<StatusOr<bool>(std::string_view)>& visit) override {
    return Between::Replay(after, [&](std::string_view packed) {
      std::string bytes(packed);
      // The same bytes whatever the order in which they are shown: the group is known by its size.
      if (bytes.size() > byte_) bytes[byte_] = static_cast<char>(bytes[byte_] ^ 1);
      return visit(bytes);
    });
  }

 private:
  std::uint64_t byte_;
};

TEST_F(HubRunBothTest, DamagedRecordsFailTheSame) {
  for (std::uint64_t byte = 0; byte < 300'000; byte = byte * 3 / 2 + 7) {
    const std::string without =
        Open(std::make_unique<Flipping>(NewStore(), byte), Options({})).error;
    for (const RunBoth& run_both : AllWays()) {
      const Opened opened = Open(std::make_unique<Flipping>(NewStore(), byte), Options(run_both));
      EXPECT_EQ(opened.error, without) << byte;
      EXPECT_EQ(opened.error.empty(), opened.state == whole_.state);
    }
  }
}

// Shows the whole journal and nothing else.
class NoSnapshot : public Between {
 public:
  using Between::Between;
  Status LoadSnapshot(
      std::uint32_t /*from*/,
      const std::function<StatusOr<bool>(const SnapshotSlice&)>& /*visit*/) override {
    return OkStatus();
  }
};

// The number of the first of some records.
std::uint64_t FirstSeq(std::string_view packed) { return TakeRecord(&packed).value().record.seq; }

// Of two faults the one that comes first in the journal is told, though both are read at once.
TEST_F(HubRunBothTest, TheFirstOfTwoFaultsIsTold) {
  class Faulty : public Between {
   public:
    using Between::Between;
    Status Replay(std::uint64_t after,
                  const std::function<StatusOr<bool>(std::string_view)>& visit) override {
      return Between::Replay(after, [&](std::string_view packed) -> StatusOr<bool> {
        const std::uint64_t seq = FirstSeq(packed);
        if (seq == 1'200) return true;  // left out
        return visit(seq == 1'202 ? packed.substr(1) : packed);
      });
    }
  };
  for (const RunBoth& run_both : AllWays()) {
    std::unique_ptr<Store> store =
        std::make_unique<NoSnapshot>(std::make_unique<Faulty>(NewStore()));
    EXPECT_EQ(CodeName(Hub::Open(std::move(store), Options(run_both))), "ChainBroken");
  }
}

// A store may show records again that were read; they count once.
TEST_F(HubRunBothTest, GroupsMayBeginEarlier) {
  class Early : public Between {
   public:
    using Between::Between;
    Status Replay(std::uint64_t after,
                  const std::function<StatusOr<bool>(std::string_view)>& visit) override {
      return Between::Replay(after - std::min<std::uint64_t>(after, 9), visit);
    }
  };
  for (const RunBoth& run_both : AllWays()) {
    const Opened opened = Open(std::make_unique<Early>(NewStore()), Options(run_both));
    EXPECT_EQ(opened.error, "");
    EXPECT_EQ(opened.state, whole_.state);
    EXPECT_EQ(opened.backlog, Open(NewStore(), Options({})).backlog);
  }
}

// A snapshot that is damaged somewhere is left aside, wherever the damage shows.
TEST_F(HubRunBothTest, ADamagedSnapshotOnlyCostsTime) {
  class Damaging : public Between {
   public:
    Damaging(std::unique_ptr<Store> inner, std::uint32_t slice)
        : Between(std::move(inner)), slice_(slice) {}
    Status LoadSnapshot(std::uint32_t from,
                        const std::function<StatusOr<bool>(const SnapshotSlice&)>& visit) override {
      return Between::LoadSnapshot(from, [&](SnapshotSlice slice) {
        if (slice.slice == slice_) slice.bytes.pop_back();
        return visit(slice);
      });
    }

   private:
    std::uint32_t slice_;
  };
  for (std::uint32_t slice = 0; slice < 12; ++slice) {
    for (const RunBoth& run_both : AllWays()) {
      const Opened opened = Open(std::make_unique<Damaging>(NewStore(), slice), Options(run_both));
      EXPECT_EQ(opened.error, "");
      EXPECT_EQ(opened.state, whole_.state);
    }
  }
}

// Records that do not go on where the last ones ended would come again for ever.
TEST_F(HubRunBothTest, AJournalThatRepeatsItselfEnds) {
  class Repeating : public Between {
   public:
    using Between::Between;
    Status Replay(std::uint64_t /*after*/,
                  const std::function<StatusOr<bool>(std::string_view)>& visit) override {
      return Between::Replay(0, [&](std::string_view packed) -> StatusOr<bool> {
        const Status status = visit(packed).status();
        if (!status.ok()) return status;
        return false;
      });
    }
  };
  for (const RunBoth& run_both : AllWays()) {
    const auto hub = Hub::Open(std::make_unique<Repeating>(NewStore()), Options(run_both));
    EXPECT_EQ(CodeName(hub), "ChainBroken");
  }
}

}  // namespace
}  // namespace geo::tests
