// kill -9 at random moments: what was acknowledged is there, nothing is there by half, and the next
// process opens at once.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "geo/storage/store.h"
#include "geo/testing/crash_runner.h"
#include "src/testing/store_probe.h"
#include "tests/support/environment.h"
#include "tests/support/scratch.h"

namespace geo {
namespace {

using testing::internal::Compare;
using testing::internal::NextBatch;
using testing::internal::StoreModel;
using testing::internal::WithTables;

// Batch number n of the store's life; a function of the model alone.
Batch BatchAt(const StoreModel& model) {
  Batch batch = NextBatch(model);
  const std::uint64_t seq = batch.after.seq;
  batch.records += std::string(seq % 50 == 0 ? 200'000 : seq * 37 % 3000, 'r');
  if (seq % 9 == 8)
    batch.erased_texts = {testing::internal::HashOf("text " + std::to_string(seq / 2))};
  const auto number = static_cast<std::int64_t>(seq);
  batch.rows = {{testing::internal::kDebts, false, {number % 10, number % 7, number}}};
  batch.rows_seq = seq;
  batch.acknowledged = batch.before.seq;
  batch.durability = seq % 4 == 0 ? Durability::kOrdered : Durability::kDurable;
  return batch;
}

StoreModel ModelAt(std::uint64_t seq) {
  StoreModel model;
  while (model.head.seq < seq) model.Apply(BatchAt(model));
  return model;
}

// The child: appends for ever and says after each what is there.
int Work(const std::string& path, const testing::Say& say) {
  const auto store = NewSqliteStore(path);
  const auto state = store->Open(WithTables());
  if (!state.ok()) return 1;
  StoreModel model = ModelAt(state->head.seq);
  for (;;) {
    if (!AppendTo(*store, model, BatchAt(model)).ok()) return 2;
    const std::uint64_t seq = model.head.seq;
    say(std::string_view(reinterpret_cast<const char*>(&seq), sizeof(seq)));
    if (seq % 20 != 0) continue;
    for (std::uint32_t slice = 0; slice < 3; ++slice) {
      if (!store->WriteSnapshot({seq, slice, slice == 2, std::to_string(seq)}).ok()) return 4;
    }
  }
}

std::uint64_t NumberIn(std::string_view message) {
  std::uint64_t number = 0;
  std::memcpy(&number, message.data(), sizeof(number));
  return number;
}

// The same in a process that the test handles itself, and that does not outlive it.
class OtherProcess {
 public:
  // Returns once something is acknowledged.
  explicit OtherProcess(const std::string& path) {
    int ready[2];
    if (pipe(ready) != 0) std::abort();
    pid_ = fork();
    if (pid_ < 0) std::abort();
    if (pid_ == 0) WorkAlone(path, ready[1]);
    close(ready[1]);
    said_ = ready[0];
    std::uint64_t seq = 0;
    if (read(said_, &seq, sizeof(seq)) != static_cast<ssize_t>(sizeof(seq))) std::abort();
  }
  ~OtherProcess() {
    if (runs_) Kill();
    close(said_);
  }
  OtherProcess(const OtherProcess&) = delete;
  OtherProcess& operator=(const OtherProcess&) = delete;

  void Stop() {
    kill(pid_, SIGSTOP);
    waitpid(pid_, nullptr, WUNTRACED);
  }
  void Kill() {
    kill(pid_, SIGKILL);
    AwaitEnd();
  }
  // Whether it ended by itself.
  bool AwaitEnd() {
    int status = 0;
    waitpid(pid_, &status, 0);
    runs_ = false;
    return WIFEXITED(status);
  }

 private:
  // It says the first thing only: nobody reads on, and a full pipe would stop it.
  [[noreturn]] static void WorkAlone(const std::string& path, int to) {
    const auto say = [to, said = false](std::string_view message) mutable {
      if (std::exchange(said, true)) return;
      if (write(to, message.data(), message.size()) < 0) _exit(3);
    };
    _exit(Work(path, say));
  }

  int said_ = -1;  // what it says can be read here
  pid_t pid_ = 0;
  bool runs_ = true;
};

TEST(SqliteKillTest, NothingAcknowledgedIsLost) {
  const tests::Scratch scratch(tests::Scratch::Place::kMemory);
  const std::string path = scratch.File("hub");
  std::uint64_t acknowledged = 0;  // in the present file
  std::uint64_t most = 0;  // in any file, so that a fresh file in the last round hides nothing
  testing::CrashLoopOptions options;
  options.rounds = tests::TierCount<std::uint64_t>(60, 1000);
  options.seed = 11;
  const auto check = [&](std::uint64_t, const testing::CrashRun& run) -> std::string {
    if (!run.messages.empty()) acknowledged = std::max(acknowledged, NumberIn(run.messages.back()));
    most = std::max(most, acknowledged);
    const auto store = NewSqliteStore(path);
    const auto state = store->Open(WithTables());
    if (!state.ok()) return std::string(state.status().message());
    const std::uint64_t seq = state->head.seq;
    if (seq < acknowledged) return "lost";
    if (seq > acknowledged + 1) return "there was more than one append under way";
    const std::string difference = Compare(*store, *state, ModelAt(seq));
    if (!difference.empty()) return difference;
    const auto slices = testing::internal::SnapshotOf(*store);
    if (!slices.ok()) return std::string(slices.status().message());
    if (!slices->empty() && slices->size() != 3) return "half a snapshot";
    acknowledged = seq;
    if (acknowledged <= 2000) return "";
    if (!store->Close().ok()) return "does not close";
    for (const char* suffix : {"", ".lock"}) std::filesystem::remove(path + suffix);
    acknowledged = 0;
    return "";
  };
  const auto work = [&](std::uint64_t, const testing::Say& say) { return Work(path, say); };
  EXPECT_EQ(testing::RunCrashLoop(options, work, check), "");
  EXPECT_GT(most, 0u);
}

// A stopped process keeps its lock; a killed one leaves none.
TEST(SqliteKillTest, TheLockGoesWithItsHolder) {
  const tests::Scratch scratch(tests::Scratch::Place::kMemory);
  const std::string path = scratch.File("hub");
  OtherProcess other(path);
  other.Stop();
  EXPECT_EQ(ErrorCodeOf(NewSqliteStore(path)->Open(WithTables()).status()), ErrorCode::kStoreBusy);
  other.Kill();
  EXPECT_TRUE(NewSqliteStore(path)->Open(WithTables()).ok());
}

// Take-over from a living process: its next append is fenced, and it ends.
TEST(SqliteKillTest, TakingOverFencesAnotherProcess) {
  const tests::Scratch scratch(tests::Scratch::Place::kMemory);
  const std::string path = scratch.File("hub");
  OtherProcess other(path);
  OpenOptions options = WithTables();
  options.take_over = true;
  const auto store = NewSqliteStore(path);
  StatusOr<StoreState> state = store->Open(options);
  // The other one hardly pauses, so that a loaded machine may find no gap at the first try.
  for (int tries = 1; tries < 30 && ErrorCodeOf(state.status()) == ErrorCode::kStoreBusy; ++tries) {
    state = store->Open(options);
  }
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_TRUE(other.AwaitEnd());
  StoreModel model = ModelAt(state->head.seq);
  EXPECT_EQ(Compare(*store, *state, model), "");
  EXPECT_TRUE(AppendTo(*store, model, BatchAt(model)).ok());
}

}  // namespace
}  // namespace geo
