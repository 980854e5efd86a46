// Damaged files. Whatever byte is flipped, cut off or overwritten: either the damage is reported,
// or the store gives exactly what was written into it.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "geo/storage/store.h"
#include "src/storage/sqlite/stamped_vfs.h"
#include "src/testing/store_probe.h"
#include "tests/support/environment.h"
#include "tests/support/scratch.h"
#include "tests/support/sqlite_reader.h"

namespace geo {
namespace {

using testing::internal::Compare;
using testing::internal::kDebts;
using testing::internal::NextBatch;
using testing::internal::StoreModel;
using testing::internal::WithTables;
using tests::Scratch;

const std::set<ErrorCode> kDamageErrors = {ErrorCode::kStoreCorrupt, ErrorCode::kStoreForeign,
                                           ErrorCode::kStoreNewer, ErrorCode::kStoreReadOnly};

// The bytes of a store's files, and what they mean.
struct Image {
  std::map<std::string, std::string> files;  // by suffix
  StoreModel model;
  std::vector<SnapshotSlice> snapshot;
  std::vector<std::vector<ColumnValue>> debts;

  void Read(const std::string& path) {
    for (const char* suffix : {"", "-wal", ".lock"}) {
      std::string bytes = tests::ReadFile(path + suffix);
      if (!bytes.empty()) files[suffix] = std::move(bytes);
    }
  }
};

std::vector<std::vector<ColumnValue>> DebtsAt(const std::string& path) {
  return tests::SqliteReader(path).Rows("SELECT * FROM debts ORDER BY \"from\"");
}

// One append with a bit of everything.
Batch SomeBatch(const StoreModel& model, std::size_t size) {
  Batch batch = NextBatch(model, 2);
  batch.records += std::string(size, static_cast<char>('a' + size % 26));
  for (int i = 0; i < 12; ++i) {
    const std::string id =
        "id-" + std::to_string(batch.after.seq * 7919 % 1000) + std::to_string(i);
    batch.transactions.push_back({testing::internal::IdOf(id), batch.after.seq});
  }
  const auto seq = static_cast<std::int64_t>(batch.after.seq);
  batch.rows = {{kDebts, false, {seq, seq + 1, seq * 100}}};
  batch.rows_seq = batch.after.seq;
  return batch;
}

// A store of about 20 pages; `close` or leave it as a killed process does, with a log.
Image MakeImage(bool close) {
  const Scratch scratch(Scratch::Place::kMemory);
  const std::string path = scratch.File("hub");
  Image image;
  const auto store = NewSqliteStore(path);
  EXPECT_TRUE(store->Open(WithTables()).ok());
  const auto append = [&](std::size_t size, bool erase) {
    Batch batch = SomeBatch(image.model, size);
    if (erase) batch.erased_texts = {image.model.texts.begin()->first};
    EXPECT_TRUE(store->Append(batch).ok());
    image.model.Apply(batch);
  };
  append(100, false);
  append(9000, false);
  image.snapshot = {{1, 0, false, std::string(5000, 's')}, {1, 1, true, "t"}};
  for (const SnapshotSlice& slice : image.snapshot) EXPECT_TRUE(store->WriteSnapshot(slice).ok());
  append(300, true);  // carries the log over and cuts it
  append(5000, false);
  // Half of the log is in the database as well: where old pages could hide new ones.
  {
    tests::SqliteReader peer(path, SQLITE_OPEN_READWRITE, StampedVfs("")->c_str());
    const auto copied = peer.Rows("PRAGMA wal_checkpoint(PASSIVE)");
    EXPECT_GT(std::get<std::int64_t>(copied[0][2]), 5) << "pages carried over";
  }
  append(200, false);
  append(200, false);
  image.debts = DebtsAt(path);
  if (close) {
    EXPECT_TRUE(store->Close().ok());
  }
  image.Read(path);
  return image;
}

// Writes the files and looks at them. Nothing: the store is as it was. Else the error, or
// "different: …" for the one thing that must not be.
std::string Examine(const Image& image, const std::string& path) {
  for (const char* suffix : {"", "-wal", ".lock", "-shm"}) {
    std::error_code none;
    const auto file = image.files.find(suffix);
    std::filesystem::remove(path + suffix, none);
    if (file != image.files.end()) tests::WriteFile(path + suffix, file->second);
  }
  const auto store = NewSqliteStore(path);
  OpenOptions options = WithTables();
  options.create = false;
  const auto state = store->Open(options);
  if (!state.ok()) {
    const ErrorCode code = ErrorCodeOf(state.status());
    return kDamageErrors.contains(code) ? std::string(ErrorName(code))
                                        : "different: " + state.status().ToString();
  }
  const std::string difference = Compare(*store, *state, image.model);
  if (difference.find("got StoreCorrupt") != std::string::npos) return "StoreCorrupt";
  if (!difference.empty()) return "different: " + difference;
  const auto snapshot = testing::internal::SnapshotOf(*store);
  if (ErrorCodeOf(snapshot.status()) == ErrorCode::kStoreCorrupt) return "StoreCorrupt";
  if (!snapshot.ok() || *snapshot != image.snapshot) return "different: snapshot";
  // A batch that touches all tables sees what reading alone did not.
  const Status appended = store->Append(SomeBatch(image.model, 10));
  if (ErrorCodeOf(appended) == ErrorCode::kStoreCorrupt) return "StoreCorrupt";
  if (!appended.ok()) return "different: " + appended.ToString();
  auto debts = DebtsAt(path);
  if (!debts.empty()) debts.pop_back();
  return debts == image.debts ? "" : "different: rows";
}

class SqliteDamageTest : public ::testing::TestWithParam<bool> {
 protected:
  const Scratch scratch_{Scratch::Place::kMemory};
  const std::string path_ = scratch_.File("hub");
  const Image image_ = MakeImage(GetParam());
};

TEST_P(SqliteDamageTest, UntouchedImagesOpen) {
  EXPECT_EQ(Examine(image_, path_), "");
  EXPECT_EQ(image_.files.contains("-wal"), !GetParam());
  EXPECT_GE(image_.files.at("").size(), 10 * kPageBytes);
}

// Every byte of the files in the full tier, a spread of them in the quick one.
TEST_P(SqliteDamageTest, FlippedBytesAreSeenOrDead) {
  std::map<std::string, int> outcomes;
  for (const auto& [suffix, bytes] : image_.files) {
    const std::size_t step = suffix == ".lock" ? 1 : tests::TierCount<std::size_t>(97, 1);
    for (std::size_t at = 0; at < bytes.size(); at += at < 128 ? 1 : step) {
      Image damaged = image_;
      damaged.files[suffix][at] ^= static_cast<char>(1 << (at % 8));
      const std::string outcome = Examine(damaged, path_);
      ++outcomes[suffix + (outcome.empty() ? ": same" : ": seen")];
      ASSERT_FALSE(outcome.starts_with("different")) << suffix << " byte " << at << ": " << outcome;
    }
  }
  EXPECT_GT(outcomes[": seen"], 0);
  if (!GetParam()) {
    EXPECT_GT(outcomes["-wal: seen"], 0);
  }
  for (const auto& [what, count] : outcomes) RecordProperty(what, count);
}

TEST_P(SqliteDamageTest, CutFilesAreSeen) {
  for (const auto& [suffix, bytes] : image_.files) {
    const std::size_t step = tests::TierCount<std::size_t>(617, 61);
    for (std::size_t size = 0; size < bytes.size(); size += size < 128 ? 7 : step) {
      Image damaged = image_;
      damaged.files[suffix].resize(size);
      const std::string outcome = Examine(damaged, path_);
      ASSERT_FALSE(outcome.starts_with("different")) << suffix << " at " << size << outcome;
      if (suffix.empty()) {
        EXPECT_NE(outcome, "") << "cut at " << size;
      }
    }
  }
}

TEST_P(SqliteDamageTest, OverwrittenBlocksAreSeenOrDead) {
  std::mt19937_64 random(7);
  for (int round = 0; round < tests::TierCount(200, 5000); ++round) {
    Image damaged = image_;
    auto file = damaged.files.begin();
    std::advance(file, random() % damaged.files.size());
    std::string& bytes = file->second;
    const std::size_t at = random() % bytes.size();
    const std::size_t size = std::min<std::size_t>(random() % 700 + 1, bytes.size() - at);
    for (std::size_t i = at; i < at + size; ++i) bytes[i] = static_cast<char>(random());
    const std::string outcome = Examine(damaged, path_);
    ASSERT_FALSE(outcome.starts_with("different"))
        << file->first << " " << at << " +" << size << ": " << outcome;
  }
}

INSTANTIATE_TEST_SUITE_P(Images, SqliteDamageTest, ::testing::Bool(),
                         [](const auto& test) { return test.param ? "closed" : "killed"; });

TEST(SqliteDamageTest, SwappedPagesAreSeen) {
  const Scratch scratch(Scratch::Place::kMemory);
  const Image image = MakeImage(/*close=*/true);
  const std::size_t pages = image.files.at("").size() / kPageBytes;
  std::size_t seen = 0;
  for (std::size_t page = 2; page < pages; ++page) {
    Image damaged = image;
    std::string& bytes = damaged.files[""];
    const std::string copy = bytes.substr((page - 1) * kPageBytes, kPageBytes);
    if (copy == bytes.substr(page * kPageBytes, kPageBytes)) continue;
    bytes.replace(page * kPageBytes, kPageBytes, copy);
    const std::string outcome = Examine(damaged, scratch.File("hub"));
    EXPECT_FALSE(outcome.starts_with("different")) << page << ": " << outcome;
    seen += outcome == "StoreCorrupt" ? 1 : 0;
  }
  EXPECT_GE(seen, pages / 2);  // the rest is never read, such as an index that nobody uses
}

// What could not be opened is as it was, for whoever repairs it: a log that is carried over without
// its end would look whole the next time.
TEST(SqliteDamageTest, ADamagedLogStaysAsItIs) {
  const Scratch scratch(Scratch::Place::kMemory);
  const std::string path = scratch.File("hub");
  Image damaged = MakeImage(/*close=*/false);
  std::string& log = damaged.files["-wal"];
  log[log.size() - 100] ^= 1;
  EXPECT_EQ(Examine(damaged, path), "StoreCorrupt");
  EXPECT_EQ(tests::ReadFile(path + "-wal"), log);
  EXPECT_EQ(tests::ReadFile(path), damaged.files[""]);
  EXPECT_EQ(ErrorCodeOf(NewSqliteStore(path)->Open(WithTables()).status()),
            ErrorCode::kStoreCorrupt);
}

// Every bit of every page, read through the layer that stamps them.
TEST(StampedVfsTest, NoFlippedBitIsRead) {
  const Scratch scratch(Scratch::Place::kMemory);
  const std::string path = scratch.File("hub");
  const Image image = MakeImage(/*close=*/true);
  const std::string& bytes = image.files.at("");
  const auto vfs_name = StampedVfs("");
  ASSERT_TRUE(vfs_name.ok());
  sqlite3_vfs* const vfs = sqlite3_vfs_find(vfs_name->c_str());
  ASSERT_NE(vfs, nullptr);
  EXPECT_EQ(*StampedVfs(""), *vfs_name);
  EXPECT_EQ(sqlite3_vfs_find(vfs_name->c_str()), vfs) << "one layer for the whole process";
  const char* const name = sqlite3_create_filename(path.c_str(), "", "", 0, nullptr);
  std::vector<std::max_align_t> memory(static_cast<std::size_t>(vfs->szOsFile));
  auto* const file = reinterpret_cast<sqlite3_file*>(memory.data());
  ASSERT_TRUE(tests::WriteFile(path, bytes));
  int flags = 0;
  ASSERT_EQ(vfs->xOpen(vfs, name, file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MAIN_DB, &flags), 0);
  // Past the layer: a second file of the same inode would drop nothing here, nobody locks.
  std::FILE* const raw = std::fopen(path.c_str(), "r+b");
  ASSERT_NE(raw, nullptr);
  std::setvbuf(raw, nullptr, _IONBF, 0);
  const std::set<std::size_t> masked = {18, 19, 24, 25, 26, 27, 40, 41, 42,
                                        43, 92, 93, 94, 95, 96, 97, 98, 99};
  std::string page(kPageBytes, '\0');
  int missed = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const auto offset = static_cast<sqlite3_int64>(at - at % kPageBytes);
    std::fseek(raw, static_cast<long>(at), SEEK_SET);
    std::fputc(static_cast<unsigned char>(bytes[at]) ^ (1 << (at % 8)), raw);
    const int result =
        file->pMethods->xRead(file, page.data(), static_cast<int>(kPageBytes), offset);
    if (result != (masked.contains(at) ? SQLITE_OK : SQLITE_IOERR_DATA)) ++missed;
    std::fseek(raw, static_cast<long>(at), SEEK_SET);
    std::fputc(static_cast<unsigned char>(bytes[at]), raw);
  }
  EXPECT_EQ(missed, 0);
  std::fclose(raw);
  // A page of which only a part is left is damaged; one that is not there at all is just missing.
  const auto last = static_cast<sqlite3_int64>(bytes.size() - kPageBytes);
  std::filesystem::resize_file(path, bytes.size() - 1);
  EXPECT_EQ(file->pMethods->xRead(file, page.data(), static_cast<int>(kPageBytes), last),
            SQLITE_IOERR_DATA);
  std::filesystem::resize_file(path, bytes.size() - kPageBytes);
  EXPECT_EQ(file->pMethods->xRead(file, page.data(), static_cast<int>(kPageBytes), last),
            SQLITE_IOERR_SHORT_READ);
  file->pMethods->xClose(file);
  sqlite3_free_filename(const_cast<char*>(name));
  EXPECT_FALSE(StampedVfs("no such layer").ok());
}

}  // namespace
}  // namespace geo
