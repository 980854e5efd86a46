// The format of a SQLite store, read by nothing but docs/formats.md: a golden store of each format
// that must open for ever, and pages, checksums and the mark worked out anew.
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "geo/storage/journal_reader.h"
#include "geo/storage/store.h"
#include "src/testing/store_probe.h"
#include "tests/support/environment.h"
#include "tests/support/gzip.h"
#include "tests/support/scratch.h"
#include "tests/support/sqlite_reader.h"

namespace geo {
namespace {

using testing::internal::Compare;
using testing::internal::HashOf;
using testing::internal::kDebts;
using testing::internal::kPeople;
using testing::internal::NextBatch;
using testing::internal::StoreModel;
using testing::internal::WithTables;
using tests::Scratch;
using tests::SqliteReader;

using Integer = std::int64_t;

std::uint32_t Crc(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

std::string Little(std::uint64_t value, int size) {
  std::string bytes;
  for (int i = 0; i < size; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
  return bytes;
}

const std::vector<SnapshotSlice> kSlices = {{7, 0, false, "slice zero"},
                                            {7, 1, true, std::string(5000, 's')}};

// What the golden store holds.
StoreModel Fill(Store& store) {
  StoreModel model;
  for (std::uint64_t size = 1; size <= 4; ++size) {
    Batch batch = NextBatch(model, size);
    if (size == 3) batch.erased_texts = {HashOf("text 1")};
    if (size == 4) batch.transactions.push_back({testing::internal::IdOf("tx-1"), 10});
    const auto number = static_cast<Integer>(size);
    batch.rows = {{kDebts, false, {number, number + 1, -number}},
                  {kPeople, false, {"p" + std::to_string(size), number, std::monostate(), "\x01"}}};
    batch.rows_seq = batch.after.seq;
    batch.acknowledged = batch.before.seq;
    EXPECT_TRUE(AppendTo(store, model, batch).ok());
    for (const SnapshotSlice& slice : kSlices) {
      if (size == 2) {
        EXPECT_TRUE(store.WriteSnapshot(slice).ok());
      }
    }
  }
  return model;
}

// Two appends without rows: their transaction ids wait outside the tree.
void FillRecent(Store& store, StoreModel& model) {
  for (std::uint64_t size = 5; size <= 6; ++size) {
    Batch batch = NextBatch(model, size);
    batch.rows.clear();
    batch.transactions.push_back({testing::internal::IdOf("tx-2"), batch.after.seq});
    batch.rows_seq = model.rows_seq;
    EXPECT_TRUE(AppendTo(store, model, batch).ok());
  }
}

// A store that an older version wrote. If this fails, stores in the field no longer open: raise
// kStoreFormat, keep reading the older formats and add a golden file; never replace one.
class SqliteGoldenTest : public ::testing::TestWithParam<int> {};

INSTANTIATE_TEST_SUITE_P(Formats, SqliteGoldenTest, ::testing::Values(1, 2));

TEST_P(SqliteGoldenTest, StoresOfEachFormatOpenForEver) {
  const std::string name = "store-v" + std::to_string(GetParam()) + ".db.gz";
  const std::string golden = tests::Unzipped(tests::SourceRoot() / "tests/data/golden" / name);
  ASSERT_FALSE(golden.empty());
  const Scratch scratch(Scratch::Place::kMemory);
  ASSERT_TRUE(tests::WriteFile(scratch.File("hub"), golden));
  {
    const auto reader = NewSqliteJournalReader(scratch.File("hub"));
    ASSERT_TRUE(reader.ok()) << reader.status();
    const auto found = (*reader)->FindTransaction(testing::internal::IdOf("tx-1"));
    EXPECT_EQ(*found, std::optional<std::uint64_t>(10));
  }
  const auto store = NewSqliteStore(scratch.File("hub"));
  const auto state = store->Open(WithTables());
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(state->epoch, 2u);
  const auto memory = NewMemoryStore();
  ASSERT_TRUE(memory->Open(WithTables()).ok());
  StoreModel model = Fill(*memory);
  if (GetParam() == 2) FillRecent(*memory, model);
  EXPECT_EQ(Compare(*store, *state, model), "");
  EXPECT_EQ(*testing::internal::SnapshotOf(*store), kSlices);
  SqliteReader reader(scratch.File("hub"));
  EXPECT_EQ(reader.Rows("SELECT * FROM debts").size(), 4u);
  EXPECT_EQ(std::get<Integer>(reader.One("PRAGMA user_version")), 2);
}

// Of format 1 and 2 alike: what is in no row yet goes on.
TEST_P(SqliteGoldenTest, StoresOfEachFormatAreWrittenOn) {
  const std::string name = "store-v" + std::to_string(GetParam()) + ".db.gz";
  const Scratch scratch(Scratch::Place::kMemory);
  const std::string path = scratch.File("hub");
  ASSERT_TRUE(
      tests::WriteFile(path, tests::Unzipped(tests::SourceRoot() / "tests/data/golden" / name)));
  const auto memory = NewMemoryStore();
  ASSERT_TRUE(memory->Open(WithTables()).ok());
  StoreModel model = Fill(*memory);
  if (GetParam() == 2) FillRecent(*memory, model);
  for (const bool with_rows : {false, true, false}) {
    const auto store = NewSqliteStore(path);
    const auto state = store->Open(WithTables());
    ASSERT_TRUE(state.ok()) << state.status();
    EXPECT_EQ(Compare(*store, *state, model), "");
    Batch batch = NextBatch(model, 3);
    if (!with_rows) batch.rows.clear();
    if (with_rows) batch.rows = {{kDebts, false, {Integer{9}, Integer{9}, Integer{9}}}};
    ASSERT_TRUE(AppendTo(*store, model, batch).ok());
    SqliteReader reader(path);
    EXPECT_EQ(reader.Rows("SELECT * FROM geo_recent_transactions").empty(), with_rows);
  }
}

class SqliteFormat2Test : public ::testing::Test {
 protected:
  SqliteFormat2Test() {
    const auto store = NewSqliteStore(path_);
    EXPECT_TRUE(store->Open(WithTables()).ok());
    model_ = Fill(*store);
    FillRecent(*store, model_);
    mark_ = tests::ReadFile(path_ + ".lock");
    EXPECT_TRUE(store->Close().ok());
    file_ = tests::ReadFile(path_);
  }

  const Scratch scratch_{Scratch::Place::kMemory};
  const std::string path_ = scratch_.File("hub");
  StoreModel model_;
  std::string mark_;
  std::string file_;
};

TEST_F(SqliteFormat2Test, PagesCarryTheirStamps) {
  ASSERT_EQ(file_.size() % 4096, 0u);
  EXPECT_EQ(file_.substr(68, 4), "geo\x01");
  EXPECT_EQ(file_.substr(60, 4), std::string("\0\0\0\x02", 4));
  for (std::size_t page = 0; page < file_.size() / 4096; ++page) {
    std::string body = file_.substr(page * 4096, 4088);
    const std::string number = Little(page + 1, 4);
    if (page == 0) {
      for (const auto& [at, size] : {std::pair{18, 2}, {24, 4}, {40, 4}, {92, 8}}) {
        body.replace(static_cast<std::size_t>(at), static_cast<std::size_t>(size),
                     std::string(static_cast<std::size_t>(size), '\0'));
      }
    }
    EXPECT_EQ(file_.substr(page * 4096 + 4088, 8), number + Little(Crc(body + number), 4)) << page;
  }
}

TEST_F(SqliteFormat2Test, ChecksumsAreAsDescribed) {
  SqliteReader reader(path_);
  const auto groups = reader.Rows("SELECT first_seq, last_seq, checksum, records FROM geo_journal");
  ASSERT_EQ(groups.size(), 6u);
  for (const auto& row : groups) {
    const auto number = [&](std::size_t i) {
      return static_cast<std::uint64_t>(std::get<Integer>(row[i]));
    };
    EXPECT_EQ(number(2),
              Crc(Little(number(0), 8) + Little(number(1), 8) + std::get<std::string>(row[3])));
  }
  for (const auto& row : reader.Rows("SELECT slice, checksum, bytes FROM geo_snapshot")) {
    const auto slice = static_cast<std::uint64_t>(std::get<Integer>(row[0]));
    EXPECT_EQ(std::get<Integer>(row[1]),
              Crc(Little(7, 8) + Little(slice, 8) + std::get<std::string>(row[2])));
  }
  const auto recent = reader.Rows("SELECT checksum, entries FROM geo_recent_transactions");
  EXPECT_EQ(recent.size(), 2u);
  for (const auto& row : recent) {
    EXPECT_EQ(std::get<Integer>(row[0]), Crc(std::get<std::string>(row[1])));
  }
  const auto meta = reader.Rows(
      "SELECT epoch, writes, head_seq, rows_seq, acknowledged, read_model_version, snapshot, "
      "snapshot_slices, head_hash, checksum FROM geo_meta");
  std::string bytes;
  for (std::size_t i = 0; i < 8; ++i) {
    bytes += Little(static_cast<std::uint64_t>(std::get<Integer>(meta[0][i])), 8);
  }
  EXPECT_EQ(std::get<Integer>(meta[0][9]), Crc(bytes + std::get<std::string>(meta[0][8])));
  EXPECT_EQ(std::get<Integer>(meta[0][0]), 1);
  EXPECT_EQ(std::get<Integer>(meta[0][1]), 1 + 6 + 2);  // opening, appends, slices
  EXPECT_EQ(mark_.substr(0, 16), "geomark1" + Little(9, 8));
  EXPECT_EQ(mark_.substr(16), Little(Crc(mark_.substr(0, 16)), 4));
}

TEST_F(SqliteFormat2Test, TablesAreAsDescribed) {
  SqliteReader reader(path_);
  const auto columns = [&](const std::string& table) {
    std::string names;
    for (const auto& row : reader.Rows("SELECT name FROM pragma_table_info('" + table + "')")) {
      names += (names.empty() ? "" : ", ") + std::get<std::string>(row[0]);
    }
    return names;
  };
  const std::string formats = tests::ReadFile(tests::SourceRoot() / "docs/formats.md");
  const auto described = [&](const std::string& table) {
    const std::string start = "| " + table + " | ";
    std::size_t at = formats.find(start);
    EXPECT_NE(at, std::string::npos) << table;
    std::string cell = formats.substr(at + start.size());
    cell.resize(cell.find(" |"));
    std::string plain;
    int depth = 0;
    for (const char c : cell) {
      if (c == '(') {
        ++depth;
        plain.pop_back();
      }
      if (depth == 0 && c != '*') plain += c;
      if (c == ')') --depth;
    }
    return plain;
  };
  for (const char* table :
       {"geo_meta", "geo_journal", "geo_transactions", "geo_recent_transactions", "geo_text",
        "geo_snapshot", "geo_read_model"}) {
    const auto sorted = [](std::string text) {
      std::vector<std::string> parts;
      while (!text.empty()) {
        const std::size_t end = text.find(", ");
        parts.push_back(text.substr(0, end));
        text = end == std::string::npos ? "" : text.substr(end + 2);
      }
      std::sort(parts.begin(), parts.end());
      return parts;
    };
    EXPECT_EQ(sorted(columns(table)), sorted(described(table))) << table;
  }
}

TEST_F(SqliteFormat2Test, WhatWasWrittenIsThere) {
  const auto store = NewSqliteStore(path_);
  const auto state = store->Open(WithTables());
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(Compare(*store, *state, model_), "");
}

}  // namespace
}  // namespace geo
