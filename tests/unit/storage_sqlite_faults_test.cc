// Files that fail: each operation of a whole life of a store answers each error once, or from then
// on. Whatever happens, the error is a documented one, and when the cause is gone the store opens
// again with exactly what it acknowledged.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "geo/storage/store.h"
#include "src/storage/sqlite/database.h"
#include "src/storage/sqlite/sqlite_store.h"
#include "src/testing/store_probe.h"
#include "tests/support/environment.h"
#include "tests/support/fault_vfs.h"
#include "tests/support/scratch.h"
#include "tests/support/sqlite_reader.h"

namespace geo {
namespace {

using testing::internal::Compare;
using testing::internal::NextBatch;
using testing::internal::StoreModel;
using testing::internal::WithTables;

const std::set<ErrorCode> kOpenErrors = {ErrorCode::kStoreBusy,    ErrorCode::kStoreIo,
                                         ErrorCode::kStoreFull,    ErrorCode::kStoreReadOnly,
                                         ErrorCode::kStoreCorrupt, ErrorCode::kOutOfMemory};
const std::set<ErrorCode> kWriteErrors = {ErrorCode::kStoreBusy,     ErrorCode::kStoreFull,
                                          ErrorCode::kStoreIo,       ErrorCode::kStoreCorrupt,
                                          ErrorCode::kStoreReadOnly, ErrorCode::kStoreUnknown,
                                          ErrorCode::kStorePoisoned, ErrorCode::kOutOfMemory};

// What is known about a store that may have failed at any time.
struct Knowledge {
  StoreModel model;                 // acknowledged
  std::optional<StoreModel> maybe;  // and this, when the answer was StoreUnknown
  std::uint64_t snapshot = 0;
  std::uint64_t maybe_snapshot = 0;
  ErrorCode failed = ErrorCode::kOk;  // the first error
  std::string call;                   // that made it
};

class Life {
 public:
  explicit Life(std::string path) : path_(std::move(path)) {}

  // Opens, writes all there is to write, closes, opens again, writes and closes. Stops at the first
  // error.
  Knowledge Run() {
    Session(0) && Session(1);
    store_.reset();
    return knowledge_;
  }

  // As Run, but the process is as good as dead after the error: `copy` gets the files as they are.
  Knowledge RunAndCopy(const std::string& copy) {
    Session(0) && Session(1);
    for (const char* suffix : {"", "-wal", ".lock"}) {
      std::error_code none;
      std::filesystem::copy_file(path_ + suffix, copy + suffix,
                                 std::filesystem::copy_options::overwrite_existing, none);
    }
    tests::SetFileFault({});
    store_.reset();
    return knowledge_;
  }

 private:
  bool Check(const Status& status, const std::set<ErrorCode>& allowed, std::string call) {
    if (status.ok()) return true;
    knowledge_.failed = ErrorCodeOf(status);
    knowledge_.call = std::move(call);
    EXPECT_TRUE(allowed.contains(knowledge_.failed)) << knowledge_.call << ": " << status;
    return false;
  }

  // Reading may fail, but never give something else.
  bool MayRead(const StoreState& state) {
    const std::string difference = Compare(*store_, state, knowledge_.model);
    if (difference.find("got StoreIo") != std::string::npos) {
      return Check(MakeError(ErrorCode::kStoreIo, difference), {ErrorCode::kStoreIo}, "Read");
    }
    EXPECT_EQ(difference, "");
    return difference.empty();
  }

  bool Append(std::uint64_t number, Durability durability) {
    StoreModel& model = knowledge_.model;
    Batch batch = NextBatch(model, number);
    batch.durability = durability;
    batch.records += std::string(6000 * number, 'r');
    if (number % 2 == 0) batch.erased_texts.push_back(model.texts.begin()->first);
    batch.rows = {{testing::internal::kPeople, false, {"Ann", std::int64_t{1}, "note", "photo"}}};
    batch.rows_seq = batch.after.seq;
    const Status status = store_->Append(batch);
    if (ErrorCodeOf(status) == ErrorCode::kStoreUnknown) {
      knowledge_.maybe = model;
      knowledge_.maybe->Apply(batch);
    }
    if (status.ok()) {
      model.Apply(batch);
    } else if (ErrorCodeOf(status) != ErrorCode::kStoreBusy) {
      EXPECT_EQ(ErrorCodeOf(store_->Append(batch)), ErrorCode::kStorePoisoned) << status;
      EXPECT_EQ(ErrorCodeOf(store_->FindText({}).status()), ErrorCode::kStorePoisoned);
    }
    return Check(status, kWriteErrors, "Append");
  }

  bool Snapshot(std::uint64_t number) {
    for (std::uint32_t slice = 0; slice < 2; ++slice) {
      const Status status =
          store_->WriteSnapshot({number, slice, slice == 1, std::string(9000, 's')});
      if (!Check(status, kWriteErrors, "WriteSnapshot")) {
        if (slice == 1 && knowledge_.failed == ErrorCode::kStoreUnknown) {
          knowledge_.maybe_snapshot = number;
        }
        return false;
      }
    }
    knowledge_.snapshot = number;
    return true;
  }

  bool Session(std::uint64_t number) {
    store_ = NewSqliteStoreOn(path_, tests::FaultVfs());
    const auto state = store_->Open(WithTables());
    if (!Check(state.status(), kOpenErrors, "Open")) return false;
    if (!MayRead(*state)) return false;
    if (!Append(1, Durability::kDurable) || !Append(2, Durability::kOrdered) ||
        !Append(3, Durability::kMemory) || !Snapshot(number + 1) ||
        !Append(4, Durability::kDurable)) {
      return false;
    }
    return Check(store_->Close(), {ErrorCode::kStoreIo}, "Close");
  }

  std::string path_;
  std::unique_ptr<Store> store_;
  Knowledge knowledge_;
};

// Empty when the store at `path` holds what is known.
std::string Reopened(const std::string& path, const Knowledge& known) {
  const auto store = NewSqliteStore(path);
  const auto state = store->Open(WithTables());
  if (!state.ok()) return "does not open: " + state.status().ToString();
  std::string difference = Compare(*store, *state, known.model);
  if (!difference.empty() && known.maybe.has_value()) {
    difference = Compare(*store, *state, *known.maybe);
  }
  if (!difference.empty()) return difference;
  std::uint64_t snapshot = 0;
  const Status loaded = store->LoadSnapshot([&](const SnapshotSlice& slice) {
    snapshot = slice.snapshot;
    return OkStatus();
  });
  if (!loaded.ok()) return loaded.ToString();
  if (snapshot != known.snapshot && snapshot != known.maybe_snapshot) return "another snapshot";
  StoreModel model = known.model;
  if (known.maybe.has_value() && state->head == known.maybe->head) model = *known.maybe;
  const Status appended = store->Append(NextBatch(model));
  return appended.ok() ? "" : "does not append: " + appended.ToString();
}

struct Kind {
  std::string name;
  tests::FileFault fault;
};

std::vector<Kind> Kinds() {
  using enum tests::FileOperation;
  std::vector<Kind> kinds = {
      {"open_eio", {kOpen, 0, SQLITE_CANTOPEN, EIO}},
      {"open_too_many", {kOpen, 0, SQLITE_CANTOPEN, EMFILE}},
      {"open_forbidden", {kOpen, 0, SQLITE_CANTOPEN, EACCES}},
      {"read_eio", {kRead, 0, SQLITE_IOERR_READ, EIO}},
      {"write_eio", {kWrite, 0, SQLITE_IOERR_WRITE, EIO}},
      {"write_full", {kWrite, 0, SQLITE_FULL, ENOSPC}},
      {"write_quota", {kWrite, 0, SQLITE_IOERR_WRITE, EDQUOT}},
      {"sync_eio", {kSync, 0, SQLITE_IOERR_FSYNC, EIO}},
      {"truncate_eio", {kTruncate, 0, SQLITE_IOERR_TRUNCATE, EIO}},
      {"delete_eio", {kDelete, 0, SQLITE_IOERR_DELETE, EIO}},
      {"shm_full", {kShm, 0, SQLITE_IOERR_SHMSIZE, ENOSPC}},
      {"shm_nomem", {kShm, 0, SQLITE_NOMEM, ENOMEM}},
  };
  for (const Kind& kind : std::vector<Kind>(kinds)) {
    if (kind.fault.operation != kWrite) continue;
    kinds.push_back({kind.name + "_half", kind.fault});
    kinds.back().fault.half = true;
  }
  for (const Kind& kind : std::vector<Kind>(kinds)) {
    kinds.push_back({kind.name + "_for_ever", kind.fault});
    kinds.back().fault.for_ever = true;
  }
  return kinds;
}

class SqliteFaultTest : public ::testing::TestWithParam<Kind> {
 protected:
  ~SqliteFaultTest() override { tests::SetFileFault({}); }
};

// How many operations of a kind a life without faults takes.
std::uint64_t OperationsOf(tests::FileOperation operation) {
  const tests::Scratch scratch(tests::Scratch::Place::kMemory);
  tests::FaultVfs();
  tests::SetFileFault({});
  EXPECT_EQ(Life(scratch.File("hub")).Run().failed, ErrorCode::kOk);
  return tests::FileOperations(operation);
}

TEST_P(SqliteFaultTest, EveryOperationMayFail) {
  tests::FileFault fault = GetParam().fault;
  const std::uint64_t total = OperationsOf(fault.operation);
  std::set<ErrorCode> seen;
  for (fault.nth = 1; fault.nth <= total; fault.nth += tests::TierCount(3u, 1u)) {
    const tests::Scratch scratch(tests::Scratch::Place::kMemory);
    tests::SetFileFault(fault);
    const Knowledge known = Life(scratch.File("hub")).Run();
    tests::SetFileFault({});
    ASSERT_EQ(Reopened(scratch.File("hub"), known), "")
        << GetParam().name << " " << fault.nth << " of " << total << ", failed: " << known.call
        << " " << ErrorName(known.failed);
    seen.insert(known.failed);
  }
  if (fault.result == SQLITE_FULL || fault.system_error == EDQUOT) {
    EXPECT_TRUE(seen.contains(ErrorCode::kStoreFull));
  }
  if (fault.operation == tests::FileOperation::kSync) {
    EXPECT_TRUE(seen.contains(ErrorCode::kStoreUnknown));
  }
}

// The process dies right after the failure, before it could close anything.
TEST_P(SqliteFaultTest, EveryOperationMayFailAndTheProcessDie) {
  tests::FileFault fault = GetParam().fault;
  const std::uint64_t total = OperationsOf(fault.operation);
  for (fault.nth = 1; fault.nth <= total; fault.nth += tests::TierCount(3u, 1u)) {
    const tests::Scratch scratch(tests::Scratch::Place::kMemory);
    tests::SetFileFault(fault);
    const Knowledge known = Life(scratch.File("hub")).RunAndCopy(scratch.File("copy"));
    ASSERT_EQ(Reopened(scratch.File("copy"), known), "")
        << GetParam().name << " " << fault.nth << " of " << total << ", failed: " << known.call
        << " " << ErrorName(known.failed);
  }
}

// What store.h tells an embedder to do depends on the code alone.
TEST(SqliteErrorsTest, AreThoseOfTheStore) {
  const struct {
    int result;
    int system_error;
    ErrorCode want;
  } kRows[] = {
      {SQLITE_CANTOPEN, EACCES, ErrorCode::kStoreReadOnly},
      {SQLITE_CANTOPEN, EPERM, ErrorCode::kStoreReadOnly},
      {SQLITE_CANTOPEN, EROFS, ErrorCode::kStoreReadOnly},
      {SQLITE_CANTOPEN, ENOSPC, ErrorCode::kStoreFull},
      {SQLITE_CANTOPEN, EDQUOT, ErrorCode::kStoreFull},
      {SQLITE_CANTOPEN, EMFILE, ErrorCode::kStoreIo},
      {SQLITE_READONLY_DIRECTORY, 0, ErrorCode::kStoreReadOnly},
      {SQLITE_BUSY_SNAPSHOT, 0, ErrorCode::kStoreBusy},
      {SQLITE_FULL, 0, ErrorCode::kStoreFull},
      {SQLITE_IOERR_SHMSIZE, ENOSPC, ErrorCode::kStoreFull},
      {SQLITE_IOERR_SHMOPEN, EDQUOT, ErrorCode::kStoreFull},
      {SQLITE_IOERR_SHMOPEN, EIO, ErrorCode::kStoreIo},
      {SQLITE_IOERR_READ, ENOSPC, ErrorCode::kStoreIo},
      {SQLITE_IOERR_DATA, 0, ErrorCode::kStoreCorrupt},
      {SQLITE_IOERR_CORRUPTFS, 0, ErrorCode::kStoreCorrupt},
      {SQLITE_CORRUPT_INDEX, 0, ErrorCode::kStoreCorrupt},
      {SQLITE_NOTADB, 0, ErrorCode::kStoreCorrupt},
      {SQLITE_TOOBIG, 0, ErrorCode::kTooLarge},
      {SQLITE_NOMEM, 0, ErrorCode::kOutOfMemory},
      {SQLITE_MISUSE, 0, ErrorCode::kInternal},
      {SQLITE_OK, EIO, ErrorCode::kOk},
  };
  for (const auto& [result, system_error, want] : kRows) {
    EXPECT_EQ(StoreErrorOf(result, system_error), want) << result << " with " << system_error;
  }
}

// Else a row would be written with what was bound before.
TEST(SqliteStatementTest, AValueThatIsNotTakenFailsTheNextStep) {
  Database database;
  const std::string vfs = sqlite3_vfs_find(nullptr)->zName;
  ASSERT_TRUE(database.Open(":memory:", SQLITE_OPEN_READWRITE, vfs).ok());
  Statement length = database.Prepare("SELECT length(?)").value();
  sqlite3_limit(database.handle(), SQLITE_LIMIT_LENGTH, 100);
  const std::string text(101, 'x');
  length.BindText(1, text);
  EXPECT_EQ(length.Step(), SQLITE_TOOBIG);
  length.BindText(1, "short");
  ASSERT_EQ(length.Step(), SQLITE_ROW);
  EXPECT_EQ(length.Integer(0), 5);
}

class SqliteFilesUnderFaultsTest : public ::testing::Test {
 protected:
  ~SqliteFilesUnderFaultsTest() override { tests::SetFileFault({}); }

  static tests::FileFault ReadFault(std::uint64_t nth, bool for_ever) {
    return {tests::FileOperation::kRead, nth, SQLITE_IOERR_READ, EIO, for_ever};
  }
  std::unique_ptr<Store> OpenStore() {
    auto store = NewSqliteStoreOn(path_, tests::FaultVfs());
    EXPECT_TRUE(store->Open(WithTables()).ok());
    return store;
  }
  // More of everything than a few pages hold.
  void Fill() {
    const auto store = OpenStore();
    Batch batch = NextBatch(model_);
    batch.records += std::string(50'000, 'r');
    for (int i = 0; i < 500; ++i) {
      const std::string name = "name-" + std::to_string(i * 7'919 % 500);
      batch.transactions.push_back({testing::internal::IdOf(name), 1});
      batch.texts.push_back(testing::internal::TextOf(name, name + std::string(100, 't')));
      const std::int64_t number = i;
      batch.rows.push_back({testing::internal::kDebts, false, {number, number, number}});
    }
    batch.texts.push_back(testing::internal::TextOf("long", std::string(50'000, 't')));
    ASSERT_TRUE(AppendTo(*store, model_, batch).ok());
    ASSERT_TRUE(store->WriteSnapshot({1, 0, true, std::string(50'000, 's')}).ok());
    ASSERT_TRUE(store->Close().ok());
  }

  const tests::Scratch scratch_{tests::Scratch::Place::kMemory};
  const std::string path_ = scratch_.File("hub");
  StoreModel model_;
};

// A medium that cannot be read is no damage: nobody has to restore anything.
TEST_F(SqliteFilesUnderFaultsTest, WhatCannotBeReadIsNotTakenForDamage) {
  Fill();
  const auto store = OpenStore();
  tests::SetFileFault(ReadFault(1, true));
  EXPECT_EQ(ErrorCodeOf(testing::internal::SnapshotOf(*store).status()), ErrorCode::kStoreIo);
  EXPECT_EQ(ErrorCodeOf(testing::internal::ReplayFrom(*store, 0).status()), ErrorCode::kStoreIo);
  EXPECT_EQ(ErrorCodeOf(store->FindText(testing::internal::HashOf("long")).status()),
            ErrorCode::kStoreIo);
  EXPECT_EQ(ErrorCodeOf(store->FindTransaction(testing::internal::IdOf("name-3")).status()),
            ErrorCode::kStoreIo);
  tests::SetFileFault({});
  EXPECT_EQ(Compare(*store, model_), "") << "and may be read again";
}

// Whatever an append wanted to read when it failed: all of it is there afterwards, or nothing.
TEST_F(SqliteFilesUnderFaultsTest, AnAppendThatCannotReadIsNotThereInPart) {
  Fill();
  const std::string good = tests::ReadFile(path_);
  bool failed = true;
  for (std::uint64_t nth = 1; failed; ++nth) {
    ASSERT_TRUE(tests::WriteFile(path_, good));
    for (const char* suffix : {"-wal", ".lock"}) std::filesystem::remove(path_ + suffix);
    auto store = OpenStore();
    StoreModel model = model_;
    Batch batch = NextBatch(model);
    for (const char* name : {"name-5", "another", "name-300"}) {
      batch.transactions.push_back({testing::internal::IdOf(name), 2});
      batch.texts.push_back(testing::internal::TextOf(name, "new"));
    }
    batch.erased_texts = {testing::internal::HashOf("name-100"), testing::internal::HashOf("long")};
    const auto owed = std::int64_t{250};
    batch.rows = {{testing::internal::kDebts, false, {owed, owed, std::int64_t{-1}}},
                  {testing::internal::kDebts, true, {std::int64_t{499}, std::int64_t{499}}}};
    tests::SetFileFault(ReadFault(nth, false));
    const Status status = AppendTo(*store, model, batch);
    failed = !status.ok();
    tests::SetFileFault({});
    store.reset();
    store = OpenStore();
    EXPECT_EQ(Compare(*store, model), "") << "read " << nth << ": " << status;
    const auto rows = tests::SqliteReader(path_).One("SELECT count(*) FROM debts WHERE amount < 0");
    EXPECT_EQ(rows, ColumnValue(std::int64_t{failed ? 0 : 1})) << "read " << nth;
    ASSERT_LT(nth, 200U);
  }
}

// The append is in the log, which waits for room; nobody has to open the store again.
TEST_F(SqliteFilesUnderFaultsTest, AnAppendThatCannotBeCarriedOverIsDone) {
  bool carried = false;
  for (std::uint64_t nth = 1; !carried; ++nth) {
    const auto store = OpenStore();
    Batch batch = NextBatch(model_);
    batch.erased_texts = {batch.texts[0].hash};  // which is carried over at once
    tests::SetFileFault({tests::FileOperation::kWrite, nth, SQLITE_FULL, ENOSPC, true});
    const Status status = AppendTo(*store, model_, batch);
    ASSERT_GE(tests::FileOperations(tests::FileOperation::kWrite), nth) << "nothing failed";
    tests::SetFileFault({});
    carried = status.ok();
    EXPECT_EQ(AppendTo(*store, model_, NextBatch(model_)).ok(), carried) << status;
  }
  EXPECT_EQ(Compare(*OpenStore(), model_), "");
}

// One sync for a durable append, none for the others, also after the store was opened again.
TEST_F(SqliteFilesUnderFaultsTest, AppendsSyncAsOftenAsTheyMust) {
  const auto store = NewSqliteStoreOn(path_, tests::FaultVfs());
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(store->Open(WithTables()).ok());
    for (const Durability durability :
         {Durability::kDurable, Durability::kOrdered, Durability::kMemory, Durability::kDurable,
          Durability::kOrdered}) {
      Batch batch = NextBatch(model_);
      batch.durability = durability;
      tests::SetFileFault({});
      ASSERT_TRUE(AppendTo(*store, model_, batch).ok());
      EXPECT_EQ(tests::FileOperations(tests::FileOperation::kSync),
                durability == Durability::kDurable ? 1U : 0U);
    }
    ASSERT_TRUE(store->Close().ok());
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, SqliteFaultTest, ::testing::ValuesIn(Kinds()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace geo
