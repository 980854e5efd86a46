// kill -9 at random moments: what was acknowledged is there, nothing is there by half, and the next
// process opens at once.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <memory>
#include <random>
#include <string>

#include "geo/storage/store.h"
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
[[noreturn]] void Work(const std::string& path, int acknowledge) {
  const auto store = NewSqliteStore(path);
  const auto state = store->Open(WithTables());
  if (!state.ok()) _exit(1);
  StoreModel model = ModelAt(state->head.seq);
  for (;;) {
    if (!AppendTo(*store, model, BatchAt(model)).ok()) _exit(2);
    const std::uint64_t seq = model.head.seq;
    if (write(acknowledge, &seq, sizeof(seq)) != sizeof(seq)) _exit(3);
    if (seq % 20 != 0) continue;
    for (std::uint32_t slice = 0; slice < 3; ++slice) {
      if (!store->WriteSnapshot({seq, slice, slice == 2, std::to_string(seq)}).ok()) _exit(4);
    }
  }
}

void Sleep(long microseconds) {
  timespec time{0, microseconds * 1000};
  nanosleep(&time, nullptr);
}

// Runs a child for a moment, kills it, and returns the last number that it acknowledged.
std::uint64_t RunAndKill(const std::string& path, long microseconds, int* exit_status) {
  int ends[2];
  if (pipe(ends) != 0) return 0;
  const pid_t child = fork();
  if (child == 0) Work(path, ends[1]);
  close(ends[1]);
  Sleep(microseconds);
  kill(child, SIGKILL);
  while (waitpid(child, exit_status, 0) < 0 && errno == EINTR) {
  }
  std::uint64_t last = 0;
  std::uint64_t seq = 0;
  while (read(ends[0], &seq, sizeof(seq)) == sizeof(seq)) last = seq;
  close(ends[0]);
  return last;
}

TEST(SqliteKillTest, NothingAcknowledgedIsLost) {
  const tests::Scratch scratch(tests::Scratch::Place::kMemory);
  const std::string path = scratch.File("hub");
  std::mt19937_64 random(11);
  std::uint64_t acknowledged = 0;  // in the present file
  std::uint64_t most = 0;  // in any file, so that a fresh file in the last round hides nothing
  for (int round = 0; round < tests::TierCount(100, 1000); ++round) {
    int exit_status = 0;
    // Short moments hit the making and opening of the store, longer ones the appends.
    const long moment = static_cast<long>(random() % (round % 3 == 0 ? 3'000 : 30'000));
    const std::uint64_t last = RunAndKill(path, moment, &exit_status);
    ASSERT_TRUE(WIFSIGNALED(exit_status)) << "the child failed: " << WEXITSTATUS(exit_status);
    acknowledged = std::max(acknowledged, last);
    most = std::max(most, last);
    const auto store = NewSqliteStore(path);
    const auto state = store->Open(WithTables());
    ASSERT_TRUE(state.ok()) << state.status();
    ASSERT_GE(state->head.seq, acknowledged);
    ASSERT_LE(state->head.seq, acknowledged + 1);
    ASSERT_EQ(Compare(*store, *state, ModelAt(state->head.seq)), "");
    const auto slices = testing::internal::SnapshotOf(*store);
    ASSERT_TRUE(slices.ok()) << slices.status();
    ASSERT_TRUE(slices->empty() || slices->size() == 3);
    acknowledged = state->head.seq;
    if (acknowledged > 2000) {
      ASSERT_TRUE(store->Close().ok());
      for (const char* suffix : {"", ".lock"}) std::filesystem::remove(path + suffix);
      acknowledged = 0;
    }
  }
  EXPECT_GT(most, 0u);
}

// A stopped process keeps its lock; a killed one leaves none.
TEST(SqliteKillTest, TheLockGoesWithItsHolder) {
  const tests::Scratch scratch(tests::Scratch::Place::kMemory);
  const std::string path = scratch.File("hub");
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) Work(path, ready[1]);
  std::uint64_t seq = 0;
  ASSERT_EQ(read(ready[0], &seq, sizeof(seq)), static_cast<ssize_t>(sizeof(seq)));
  kill(child, SIGSTOP);
  int status = 0;
  waitpid(child, &status, WUNTRACED);
  EXPECT_EQ(ErrorCodeOf(NewSqliteStore(path)->Open(WithTables()).status()), ErrorCode::kStoreBusy);
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  EXPECT_TRUE(NewSqliteStore(path)->Open(WithTables()).ok());
  close(ready[0]);
  close(ready[1]);
}

// Take-over from a living process: its next append is fenced, and it ends.
TEST(SqliteKillTest, TakingOverFencesAnotherProcess) {
  const tests::Scratch scratch(tests::Scratch::Place::kMemory);
  const std::string path = scratch.File("hub");
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) Work(path, ready[1]);
  std::uint64_t seq = 0;
  ASSERT_EQ(read(ready[0], &seq, sizeof(seq)), static_cast<ssize_t>(sizeof(seq)));
  OpenOptions options = WithTables();
  options.take_over = true;
  const auto store = NewSqliteStore(path);
  const auto state = store->Open(options);
  ASSERT_TRUE(state.ok()) << state.status();
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  StoreModel model = ModelAt(state->head.seq);
  EXPECT_EQ(Compare(*store, *state, model), "");
  EXPECT_TRUE(AppendTo(*store, model, BatchAt(model)).ok());
  close(ready[0]);
  close(ready[1]);
}

}  // namespace
}  // namespace geo
