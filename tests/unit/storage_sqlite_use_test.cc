// A SQLite store in use: other programs that read, copy and write it, erased texts, the log.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "geo/journal/record.h"
#include "geo/storage/journal_reader.h"
#include "geo/storage/store.h"
#include "src/base/crc32.h"
#include "src/storage/sqlite/group.h"
#include "src/storage/sqlite/stamped_vfs.h"
#include "src/testing/store_probe.h"
#include "tests/support/scratch.h"
#include "tests/support/sqlite_reader.h"

namespace geo {
namespace {

namespace fs = std::filesystem;

using testing::internal::Compare;
using testing::internal::HashOf;
using testing::internal::IdOf;
using testing::internal::kDebts;
using testing::internal::kPeople;
using testing::internal::NextBatch;
using testing::internal::StoreModel;
using testing::internal::TextOf;
using testing::internal::WithTables;
using tests::Scratch;
using tests::SqliteReader;

class SqliteUseTest : public ::testing::Test {
 protected:
  void Open() {
    store_ = NewSqliteStore(path_);
    const auto state = store_->Open(WithTables());
    ASSERT_TRUE(state.ok()) << state.status();
    ASSERT_EQ(Compare(*store_, *state, model_), "");
  }

  void Append(Batch batch) {
    const Status status = AppendTo(*store_, model_, batch);
    ASSERT_TRUE(status.ok()) << status;
  }
  void Append() { Append(NextBatch(model_)); }

  // The files as a killed process leaves them.
  std::string KilledCopy(const std::string& name) {
    for (const char* suffix : {"", "-wal", ".lock"}) {
      fs::copy(path_ + suffix, scratch_.File(name) + suffix);
    }
    return scratch_.File(name);
  }

  std::string CompareAt(const std::string& path) {
    const auto store = NewSqliteStore(path);
    const auto state = store->Open(WithTables());
    return state.ok() ? Compare(*store, *state, model_) : state.status().ToString();
  }

  // Everything that is on the medium.
  std::string AllBytes() {
    std::string all;
    for (const auto& entry : fs::directory_iterator(scratch_.path())) {
      all += tests::ReadFile(entry.path());
    }
    return all;
  }

  const Scratch scratch_{Scratch::Place::kMemory};
  const std::string path_ = scratch_.File("hub");
  StoreModel model_;
  std::unique_ptr<Store> store_;
};

TEST_F(SqliteUseTest, OthersReadWhileTheStoreWrites) {
  Open();
  SqliteReader reader(path_);
  for (std::int64_t i = 1; i <= 20; ++i) {
    Batch batch = NextBatch(model_);
    batch.rows = {{kDebts, false, {i, i + 1, i * i}},
                  {kPeople, false, {"P" + std::to_string(i), i, std::monostate(), ""}}};
    Append(batch);
    EXPECT_EQ(std::get<std::int64_t>(reader.One("SELECT count(*) FROM debts")), i);
    EXPECT_EQ(std::get<std::int64_t>(reader.One("SELECT max(last_seq) FROM geo_journal")), i);
    EXPECT_EQ(reader.Rows("SELECT * FROM adults").size(),
              static_cast<std::size_t>(i / 18 * (i - 17)));
  }
  const auto seq = reader.One("SELECT seq FROM geo_transactions WHERE tx_id = 'tx-7'");
  EXPECT_EQ(std::get<std::int64_t>(seq), 7);
  EXPECT_EQ(std::get<std::string>(reader.One("PRAGMA integrity_check")), "ok");
  EXPECT_EQ(std::get<std::int64_t>(reader.One("PRAGMA application_id")), 0x67656f01);
  EXPECT_EQ(std::get<std::int64_t>(reader.One("PRAGMA user_version")), 2);
}

// Who looks for one record of thousands that were appended together reads a row of few.
TEST_F(SqliteUseTest, AnAppendOfManyRecordsIsManyRows) {
  Open();
  Batch batch = NextBatch(model_, 2'400);
  batch.records.clear();
  for (Record record; record.seq < batch.after.seq;) {
    ++record.seq;
    ASSERT_TRUE(AppendRecord(record, &batch.records).ok());
  }
  ASSERT_TRUE(store_->Append(batch).ok());
  std::vector<std::int64_t> ends;
  for (const auto& row : SqliteReader(path_).Rows("SELECT first_seq, last_seq FROM geo_journal")) {
    for (const ColumnValue& end : row) ends.push_back(std::get<std::int64_t>(end));
  }
  EXPECT_EQ(ends, (std::vector<std::int64_t>{1, 1024, 1025, 2048, 2049, 2400}));
  std::string all;
  const auto join = [&](std::string_view packed) -> StatusOr<bool> {
    all += packed;
    return true;
  };
  ASSERT_TRUE(store_->Replay(0, join).ok());
  EXPECT_EQ(all, batch.records);
  all.clear();
  ASSERT_TRUE(store_->Replay(1'199, join).ok());
  std::string_view rest = all;
  ASSERT_TRUE(SkipToRecord(1'200, &rest).ok());
  EXPECT_EQ(TakeRecord(&rest)->record.seq, 1'200U);
  EXPECT_LT(all.size(), batch.records.size() * 2 / 3) << "the first row is not read";
}

TEST_F(SqliteUseTest, ARowIsFullWithoutOneMore) {
  Open();
  for (const std::uint64_t count : {1'024U, 1'025U}) {
    Batch batch = NextBatch(model_, count);
    batch.records.clear();
    Record record;
    for (record.seq = batch.before.seq; record.seq < batch.after.seq;) {
      ++record.seq;
      ASSERT_TRUE(AppendRecord(record, &batch.records).ok());
    }
    ASSERT_TRUE(store_->Append(batch).ok());
    model_.head = batch.after;
  }
  const auto rows = SqliteReader(path_).Rows("SELECT last_seq FROM geo_journal ORDER BY last_seq");
  EXPECT_EQ(rows, (std::vector<std::vector<ColumnValue>>{
                      {std::int64_t{1'024}}, {std::int64_t{2'048}}, {std::int64_t{2'049}}}));
}

// A reader in the middle of a long query holds nobody up, and sees one state.
TEST_F(SqliteUseTest, ALongReadBlocksNothing) {
  Open();
  Append();
  SqliteReader reader(path_);
  reader.Rows("BEGIN");
  EXPECT_EQ(std::get<std::int64_t>(reader.One("SELECT max(last_seq) FROM geo_journal")), 1);
  for (int i = 0; i < 5; ++i) {
    Batch batch = NextBatch(model_);
    if (i == 2) batch.erased_texts = {HashOf("text 1")};
    batch.records += std::string(8 << 20, 'x');  // more than the log should hold
    Append(batch);
  }
  EXPECT_EQ(std::get<std::int64_t>(reader.One("SELECT max(last_seq) FROM geo_journal")), 1);
  EXPECT_TRUE(store_->Close().ok());
  EXPECT_EQ(std::get<std::int64_t>(reader.One("SELECT max(last_seq) FROM geo_journal")), 1);
  Open();
  Append();
  reader.Rows("COMMIT");
  EXPECT_EQ(std::get<std::int64_t>(reader.One("SELECT max(last_seq) FROM geo_journal")), 7);
}

TEST_F(SqliteUseTest, AnotherWriterMakesBusyAndNothingIsLost) {
  Open();
  SqliteReader other(path_, SQLITE_OPEN_READWRITE);
  other.Rows("BEGIN IMMEDIATE");
  const Batch batch = NextBatch(model_);
  EXPECT_EQ(ErrorCodeOf(store_->Append(batch)), ErrorCode::kStoreBusy);
  EXPECT_EQ(Compare(*store_, model_), "");
  other.Rows("ROLLBACK");
  Append(batch);
}

// A tool that writes for a moment costs a moment, also after the log was carried over.
TEST_F(SqliteUseTest, AnotherWriterIsWaitedForAMoment) {
  Open();
  Batch erasing = NextBatch(model_);
  erasing.erased_texts = {HashOf("nothing")};
  Append(erasing);
  SqliteReader other(path_, SQLITE_OPEN_READWRITE);
  ASSERT_TRUE(other.Rows("BEGIN IMMEDIATE").empty());
  std::thread ends([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    other.Rows("ROLLBACK");
  });
  Append();
  ends.join();
}

// After a crash people look at the database with their tools, which carry the log over.
TEST_F(SqliteUseTest, ToolsMayRecoverAKilledStore) {
  Open();
  for (int i = 0; i < 10; ++i) Append();
  const std::string copy = KilledCopy("killed");
  SqliteReader(copy, SQLITE_OPEN_READWRITE).Rows("SELECT * FROM geo_journal");
  EXPECT_FALSE(fs::exists(copy + "-wal"));
  EXPECT_EQ(CompareAt(copy), "");
}

TEST_F(SqliteUseTest, CopiesMadeByToolsOpen) {
  Open();
  for (int i = 0; i < 50; ++i) Append();
  ASSERT_TRUE(store_->Close().ok());
  Open();
  Append();
  SqliteReader reader(path_);
  EXPECT_EQ(reader.Rows("VACUUM INTO '" + scratch_.File("vacuum") + "'").size(), 0u);
  SqliteReader target(scratch_.File("backup"), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  sqlite3_backup* const backup =
      sqlite3_backup_init(target.handle(), "main", reader.handle(), "main");
  ASSERT_NE(backup, nullptr);
  EXPECT_EQ(sqlite3_backup_step(backup, -1), SQLITE_DONE);
  sqlite3_backup_finish(backup);
  EXPECT_EQ(CompareAt(scratch_.File("vacuum")), "");
  EXPECT_EQ(CompareAt(scratch_.File("backup")), "");
  ASSERT_TRUE(store_->Close().ok());
  SqliteReader(path_, SQLITE_OPEN_READWRITE).Rows("VACUUM");
  EXPECT_EQ(CompareAt(path_), "");
}

// What other programs write is noticed, or it is in something that only people read: by the stamps
// of its pages, and where those are right, by what the store itself wrote down about it.
TEST_F(SqliteUseTest, ForeignChangesAreNoticed) {
  const std::vector<std::string> changes = {
      "UPDATE geo_meta SET head_seq = 4",
      "UPDATE geo_meta SET epoch = epoch - 1",
      "DELETE FROM geo_meta",
      "DELETE FROM geo_journal WHERE last_seq = 5",
      "DELETE FROM geo_journal WHERE last_seq = 3",
      "DELETE FROM geo_journal WHERE last_seq = 1",
      "UPDATE geo_journal SET records = 'x' WHERE last_seq = 2",
      "UPDATE geo_journal SET last_seq = 7 WHERE last_seq = 5",
      "UPDATE geo_journal SET first_seq = 4 WHERE last_seq = 5",
      "UPDATE geo_journal SET first_seq = 6 WHERE last_seq = 5",
      "INSERT INTO geo_journal SELECT 6, 6, checksum, records FROM geo_journal WHERE last_seq = 5",
      "UPDATE geo_snapshot SET bytes = 'x'",
      "UPDATE geo_snapshot SET slice = 2 WHERE slice = 1",
      "DELETE FROM geo_snapshot",
      "DELETE FROM geo_snapshot WHERE slice = 1",
      "UPDATE geo_recent_transactions SET entries = entries || 'x'",
      "UPDATE geo_text SET salt = x'00'",
      "DROP TABLE geo_transactions",
      "ALTER TABLE geo_text ADD COLUMN more",
      "DROP VIEW geo_texts",
  };
  Open();
  for (int i = 0; i < 5; ++i) Append();
  ASSERT_TRUE(store_->WriteSnapshot({1, 0, false, "slice"}).ok());
  ASSERT_TRUE(store_->WriteSnapshot({1, 1, true, "another"}).ok());
  ASSERT_TRUE(store_->Close().ok());
  const std::string good = tests::ReadFile(path_);
  const auto restore = [&] {
    for (const char* suffix : {"-wal", ".lock"}) fs::remove(path_ + suffix);
    ASSERT_TRUE(tests::WriteFile(path_, good));
  };
  const std::string stamped = StampedVfs("").value();
  for (const char* vfs : {static_cast<const char*>(nullptr), stamped.c_str()}) {
    for (const std::string& change : changes) {
      restore();
      EXPECT_TRUE(SqliteReader(path_, SQLITE_OPEN_READWRITE, vfs).Rows(change).empty()) << change;
      const auto store = NewSqliteStore(path_);
      Status status = store->Open(WithTables()).status();
      if (status.ok()) status = testing::internal::ReplayFrom(*store, 0).status();
      if (status.ok()) status = testing::internal::SnapshotOf(*store).status();
      if (status.ok()) status = store->FindText(HashOf("text 1")).status();
      EXPECT_EQ(ErrorCodeOf(status), ErrorCode::kStoreCorrupt) << change << ": " << status;
    }
  }
  restore();
  EXPECT_EQ(CompareAt(path_), "");
}

// Also where each row for itself is as it should be.
TEST_F(SqliteUseTest, TheJournalsRowsFollowEachOtherUpToTheHead) {
  Open();
  for (int i = 0; i < 5; ++i) Append();
  ASSERT_TRUE(store_->Close().ok());
  const std::string good = tests::ReadFile(path_);
  const std::string last(model_.groups.back().second);
  const auto opened_after = [&](const std::string& change) {
    EXPECT_TRUE(tests::WriteFile(path_, good));
    SqliteReader(path_, SQLITE_OPEN_READWRITE, StampedVfs("")->c_str()).Rows(change);
    store_ = NewSqliteStore(path_);
    return ErrorCodeOf(store_->Open(WithTables()).status());
  };
  // The last row says that it has these records.
  const auto opened_with = [&](std::uint64_t first, std::uint64_t end) {
    const std::string sum = std::to_string(GroupChecksum(first, end, last));
    return opened_after("UPDATE geo_journal SET first_seq = " + std::to_string(first) +
                        ", last_seq = " + std::to_string(end) + ", checksum = " + sum +
                        " WHERE last_seq = 5");
  };
  const auto replayed = [&](std::uint64_t after) {
    return ErrorCodeOf(testing::internal::ReplayFrom(*store_, after).status());
  };
  EXPECT_EQ(opened_with(5, 6), ErrorCode::kStoreCorrupt) << "more than the head says";
  EXPECT_EQ(opened_after("DELETE FROM geo_journal WHERE last_seq = 5"), ErrorCode::kStoreCorrupt);
  ASSERT_EQ(opened_with(5, 5), ErrorCode::kOk);
  EXPECT_EQ(replayed(0), ErrorCode::kOk);
  ASSERT_EQ(opened_with(4, 5), ErrorCode::kOk);
  EXPECT_EQ(replayed(0), ErrorCode::kStoreCorrupt) << "record 4 twice";
  EXPECT_EQ(replayed(3), ErrorCode::kStoreCorrupt);
  EXPECT_EQ(replayed(4), ErrorCode::kOk) << "as a group that begins earlier";
}

// Opening looked at the last record; replaying looks again.
TEST_F(SqliteUseTest, RecordsThatVanishAtTheEndAreMissed) {
  Open();
  for (int i = 0; i < 3; ++i) Append();
  SqliteReader(path_, SQLITE_OPEN_READWRITE).Rows("DELETE FROM geo_journal WHERE last_seq = 3");
  for (const std::uint64_t after : {0U, 1U, 2U}) {
    const auto left = testing::internal::ReplayFrom(*store_, after);
    EXPECT_EQ(ErrorCodeOf(left.status()), ErrorCode::kStoreCorrupt) << after;
  }
  EXPECT_TRUE(testing::internal::ReplayFrom(*store_, 3).ok()) << "there were no more";
}

TEST_F(SqliteUseTest, ARestoredBackupOpens) {
  Open();
  Append();
  ASSERT_TRUE(store_->Close().ok());
  const std::string backup = tests::ReadFile(path_);
  const StoreModel before = model_;
  Open();
  for (int i = 0; i < 5; ++i) Append();
  const std::string copy = KilledCopy("killed");
  ASSERT_TRUE(tests::WriteFile(copy, backup));
  fs::resize_file(copy + "-wal", 10'000);
  EXPECT_NE(CompareAt(copy), "") << "a log of another time is not taken for an end";
  fs::remove(copy + "-wal");
  model_ = before;
  EXPECT_EQ(CompareAt(copy), "");
  // And once more after a kill of that one, which had the old mark beside it.
  EXPECT_EQ(CompareAt(copy), "");
}

// Who takes over looks at the log as closely as any other.
TEST_F(SqliteUseTest, ADamagedLogIsSeenByWhoTakesOver) {
  Open();
  for (int i = 0; i < 5; ++i) Append();
  const std::string copy = KilledCopy("killed");
  fs::resize_file(copy + "-wal", fs::file_size(copy + "-wal") / 2);
  const int holder = open((copy + ".lock").c_str(), O_RDWR);
  ASSERT_EQ(flock(holder, LOCK_EX), 0);
  OpenOptions options = WithTables();
  EXPECT_EQ(ErrorCodeOf(NewSqliteStore(copy)->Open(options).status()), ErrorCode::kStoreBusy);
  options.take_over = true;
  EXPECT_EQ(ErrorCodeOf(NewSqliteStore(copy)->Open(options).status()), ErrorCode::kStoreCorrupt);
  close(holder);
}

// What it knew of other files does not count.
TEST_F(SqliteUseTest, OneStoreOpensWhatWasPutInItsPlace) {
  Open();
  Append();
  const std::string older = KilledCopy("older");
  const StoreModel before = model_;
  for (int i = 0; i < 5; ++i) Append();
  ASSERT_TRUE(store_->Close().ok());
  for (const char* suffix : {"", "-wal"}) fs::rename(older + suffix, path_ + suffix);
  fs::remove(path_ + ".lock");
  const auto state = store_->Open(WithTables());
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(Compare(*store_, *state, before), "");
}

TEST_F(SqliteUseTest, AReadModelIsMadeAnewOnce) {
  OpenOptions options = WithTables();
  store_ = NewSqliteStore(path_);
  ASSERT_TRUE(store_->Open(options).ok());
  ASSERT_TRUE(store_->Close().ok());
  options.tables[kPeople].indexes.clear();
  ASSERT_TRUE(store_->Open(options).ok());
  Batch batch = NextBatch(model_);
  batch.rows_seq = 1;
  Append(batch);
  ASSERT_TRUE(store_->Close().ok());
  EXPECT_EQ(store_->Open(options)->rows_seq, 1U) << "it is as it was";
}

TEST_F(SqliteUseTest, AnUnfinishedSnapshotTakesNoRoomOnceOpenedAgain) {
  const auto slices = [&] { return SqliteReader(path_).One("SELECT count(*) FROM geo_snapshot"); };
  Open();
  ASSERT_TRUE(store_->WriteSnapshot({0, 0, false, "unfinished"}).ok());
  EXPECT_EQ(slices(), ColumnValue(std::int64_t{1}));
  store_.reset();
  Open();
  EXPECT_EQ(slices(), ColumnValue(std::int64_t{0}));
  ASSERT_TRUE(store_->WriteSnapshot({0, 0, true, "complete"}).ok());
  ASSERT_TRUE(store_->WriteSnapshot({1, 0, false, "unfinished"}).ok());
  store_.reset();
  Open();
  EXPECT_EQ(slices(), ColumnValue(std::int64_t{1}));
  EXPECT_EQ(testing::internal::SnapshotOf(*store_)->front().bytes, "complete");
}

TEST_F(SqliteUseTest, ErasedTextsLeaveNoByteBehind) {
  Open();
  std::mt19937_64 random(3);
  std::vector<std::string> secrets;
  for (int i = 0; i < 400; ++i) {
    Batch batch = NextBatch(model_);
    batch.texts.clear();
    for (int k = 0; k < 3; ++k) {
      const std::string name = "secret-" + std::to_string(secrets.size()) + "-";
      std::string text;
      while (text.size() < random() % 300 * (random() % 40 == 0 ? 100 : 1) + 1) text += name;
      batch.texts.push_back(TextOf(name, text));
      secrets.push_back(name);
    }
    if (i % 7 == 3) {  // one of the newest, one of the oldest, and one for the second time
      batch.erased_texts = {HashOf(secrets.back()), HashOf(secrets[random() % secrets.size()])};
    }
    Append(batch);
  }
  ASSERT_TRUE(store_->Close().ok());
  Open();
  Batch batch = NextBatch(model_);
  batch.texts.clear();
  for (std::size_t i = 0; i < secrets.size(); i += 2)
    batch.erased_texts.push_back(HashOf(secrets[i]));
  Append(batch);
  const std::string all = AllBytes();
  for (const std::string& secret : secrets) {
    const bool erased = !model_.texts[HashOf(secret)].has_value();
    EXPECT_EQ(all.find(secret) == std::string::npos, erased) << secret;
  }
  EXPECT_EQ(Compare(*store_, model_), "");
  SqliteReader reader(path_);
  EXPECT_EQ(std::get<std::string>(reader.One("PRAGMA integrity_check")), "ok");
  const auto left = reader.One("SELECT count(text) FROM geo_texts");
  const auto live = std::count_if(model_.texts.begin(), model_.texts.end(),
                                  [](const auto& entry) { return entry.second.has_value(); });
  EXPECT_EQ(std::get<std::int64_t>(left), live);
}

// While somebody reads an older state the log cannot be cut; it is as soon as he is gone.
TEST_F(SqliteUseTest, AReaderOnlyDelaysErasure) {
  Open();
  Batch batch = NextBatch(model_);
  batch.texts = {TextOf("name", "unforgettable")};
  Append(batch);
  {
    SqliteReader reader(path_);
    reader.Rows("BEGIN");
    reader.Rows("SELECT * FROM geo_texts");
    batch = NextBatch(model_);
    batch.erased_texts = {HashOf("name")};
    batch.durability = Durability::kMemory;
    Append(batch);
    EXPECT_NE(AllBytes().find("unforgettable"), std::string::npos);
  }
  batch = NextBatch(model_);
  batch.durability = Durability::kMemory;
  Append(batch);
  EXPECT_EQ(AllBytes().find("unforgettable"), std::string::npos);
}

TEST_F(SqliteUseTest, ViewsShowPersonalTextUntilItIsErased) {
  OpenOptions options = WithTables();
  options.views.push_back({"faces",
                           "SELECT people.name, geo_texts.text AS display FROM people "
                           "LEFT JOIN geo_texts ON geo_texts.hash = people.photo"});
  store_ = NewSqliteStore(path_);
  ASSERT_TRUE(store_->Open(options).ok());
  Batch batch = NextBatch(model_);
  batch.texts = {TextOf("ann", "Ann")};
  batch.rows = {{kPeople, false, {"a", std::monostate(), "", std::string(HashOf("ann").view())}},
                {kPeople, false, {"b", std::monostate(), "", std::string(HashOf("bob").view())}}};
  Append(batch);
  SqliteReader reader(path_);
  using RowList = std::vector<std::vector<ColumnValue>>;
  EXPECT_EQ(reader.Rows("SELECT * FROM faces ORDER BY name"),
            (RowList{{"a", "Ann"}, {"b", std::monostate()}}));
  batch = NextBatch(model_);
  batch.erased_texts = {HashOf("ann")};
  Append(batch);
  EXPECT_EQ(reader.Rows("SELECT * FROM faces WHERE name = 'a'"),
            (RowList{{"a", std::monostate()}}));
}

TEST_F(SqliteUseTest, ViewsThatMakeNoSenseAreRefused) {
  for (const std::string select :
       {"SELECT nobody FROM people", "DELETE FROM people", "SELECT * FROM nothing", "nonsense"}) {
    OpenOptions options = WithTables();
    options.views = {{"faces", select}};
    const auto state = NewSqliteStore(path_)->Open(options);
    EXPECT_EQ(ErrorCodeOf(state.status()), ErrorCode::kInvalidArgument) << select;
  }
  Open();
  Append();
}

// What the filter in front of the index knows comes bit by bit after opening.
TEST_F(SqliteUseTest, KnownIdsAreToldFromNewOnesAllTheTime) {
  constexpr std::size_t kIds = 1'000;
  Open();
  Batch batch = NextBatch(model_);
  // A row takes the ids along into the tree.
  batch.rows.push_back({kDebts, false, {std::int64_t{1}, std::int64_t{2}, std::int64_t{3}}});
  for (std::size_t i = 0; i < kIds; ++i) {
    batch.transactions.push_back({IdOf("known-" + std::to_string(i)), batch.after.seq});
  }
  Append(batch);
  ASSERT_TRUE(store_->Close().ok());
  Open();
  for (std::size_t round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < kIds; ++i) {
      const auto none = store_->FindTransaction(IdOf("new-" + std::to_string(i)));
      ASSERT_TRUE(none.ok() && !none->has_value()) << none.status();
      const auto found = store_->FindTransaction(IdOf("known-" + std::to_string(i)));
      ASSERT_TRUE(found.ok() && *found == batch.after.seq) << i << found.status();
    }
    Append();
  }
}

// Readers look through them one by one.
TEST_F(SqliteUseTest, IdsOutsideTheirTreeAreFew) {
  Open();
  for (int i = 0; i < 1'100; ++i) {
    Batch batch = NextBatch(model_);
    batch.durability = Durability::kOrdered;
    batch.texts.clear();
    Append(batch);
  }
  const auto rows = SqliteReader(path_).One("SELECT count(*) FROM geo_recent_transactions");
  EXPECT_LT(std::get<std::int64_t>(rows), 1'024);
  EXPECT_EQ(Compare(*store_, model_), "");
}

// However few appends they come with.
TEST_F(SqliteUseTest, IdsOfALargeAppendGoIntoTheirTree) {
  Open();
  Batch batch = NextBatch(model_);
  for (int i = 0; i < 40'000; ++i) {
    batch.transactions.push_back({IdOf("id-" + std::to_string(i)), 1});
  }
  ASSERT_TRUE(store_->Append(batch).ok());
  SqliteReader reader(path_);
  EXPECT_EQ(reader.One("SELECT count(*) FROM geo_transactions"), ColumnValue(std::int64_t{40'001}));
  EXPECT_EQ(reader.One("SELECT count(*) FROM geo_recent_transactions"),
            ColumnValue(std::int64_t{0}));
}

// Also when it comes from an earlier record.
TEST_F(SqliteUseTest, TheLastEntryOfAnIdCountsInTheTree) {
  Open();
  for (int i = 0; i < 2; ++i) Append();
  Batch batch = NextBatch(model_);
  batch.transactions = {{IdOf("tx-2"), 1}};
  batch.rows = {{kDebts, false, {std::int64_t{1}, std::int64_t{2}, std::int64_t{3}}}};
  Append(batch);
  EXPECT_EQ(*store_->FindTransaction(IdOf("tx-2")), 1U);
}

// Outside the tree and, once rows came, in it.
TEST_F(SqliteUseTest, AReaderFindsIdsAgainAndAgain) {
  Open();
  for (int i = 0; i < 5; ++i) Append();
  const auto reader = NewSqliteJournalReader(path_).value();
  const auto find_all = [&] {
    for (const std::uint64_t seq : {5U, 1U, 3U, 5U, 2U, 4U, 5U}) {
      const auto found = reader->FindTransaction(IdOf("tx-" + std::to_string(seq)));
      ASSERT_TRUE(found.ok()) << found.status();
      EXPECT_EQ(*found, seq);
    }
    EXPECT_EQ(*reader->FindTransaction(IdOf("tx-9")), std::nullopt);
  };
  find_all();
  Batch batch = NextBatch(model_);
  batch.transactions = {{IdOf("tx-1"), 1}};
  batch.rows = {{kDebts, false, {std::int64_t{1}, std::int64_t{2}, std::int64_t{3}}}};
  Append(batch);
  find_all();
  EXPECT_TRUE(store_->Close().ok());
  EXPECT_EQ(fs::file_size(path_ + "-wal"), 0U) << "no question is open that would hold the log";
}

TEST_F(SqliteUseTest, IdsAreReadAnewWhenOpenedAgain) {
  Open();
  Append();
  ASSERT_TRUE(store_->Close().ok());
  const std::unique_ptr<Store> first = std::move(store_);
  Open();
  Batch batch = NextBatch(model_);
  batch.transactions = {{IdOf("tx-1"), 2}};
  const std::int64_t one = 1;
  batch.rows = {{kDebts, false, {one, one, one}}};  // which takes the ids into their tree
  Append(batch);
  ASSERT_TRUE(store_->Close().ok());
  ASSERT_TRUE(first->Open(WithTables()).ok());
  EXPECT_EQ(Compare(*first, model_), "");
}

TEST_F(SqliteUseTest, IdsThatAreNoneAreDamage) {
  Open();
  Append();
  ASSERT_TRUE(store_->Close().ok());
  const std::string entries("\x00\x01", 2);  // an empty id, of record 1
  SqliteReader(path_, SQLITE_OPEN_READWRITE, StampedVfs("")->c_str())
      .Rows("UPDATE geo_recent_transactions SET entries = x'0001', checksum = " +
            std::to_string(Crc32(entries)));
  EXPECT_EQ(ErrorCodeOf(NewSqliteStore(path_)->Open(WithTables()).status()),
            ErrorCode::kStoreCorrupt);
}

TEST_F(SqliteUseTest, TheLogStaysShort) {
  Open();
  std::uint64_t longest = 0;
  for (int i = 0; i < 200; ++i) {
    Batch batch = NextBatch(model_);
    batch.records.assign(400'000, static_cast<char>(i));
    batch.durability = i % 3 == 0 ? Durability::kDurable : Durability::kOrdered;
    Append(batch);
    longest = std::max<std::uint64_t>(longest, fs::file_size(path_ + "-wal"));
  }
  EXPECT_LT(longest, 20'000'000u);
  EXPECT_GT(*store_->SizeBytes(), 80'000'000u);
  ASSERT_TRUE(store_->Close().ok());
  EXPECT_FALSE(fs::exists(path_ + "-wal"));
}

TEST_F(SqliteUseTest, OrderedAppendsOnlyAreCarriedOverAsWell) {
  Open();
  for (int i = 0; i < 60; ++i) {
    Batch batch = NextBatch(model_);
    batch.records.assign(1'000'000, static_cast<char>(i));
    batch.durability = Durability::kOrdered;
    Append(batch);
  }
  EXPECT_LT(fs::file_size(path_ + "-wal"), 25'000'000u);
  EXPECT_EQ(CompareAt(KilledCopy("killed")), "");
}

}  // namespace
}  // namespace geo
