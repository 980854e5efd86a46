// The checks that every store makes: what the conformance kit leaves out because it is large.
#include <gtest/gtest.h>

#include <string>

#include "geo/storage/store.h"

namespace geo {
namespace {

TEST(CheckBatchTest, RefusesRecordsAboveTheLimit) {
  Batch batch;
  batch.after.seq = 1;
  batch.records.resize(kMaxAppendBytes + 1);
  EXPECT_EQ(ErrorCodeOf(CheckBatch(batch, {}, {})), ErrorCode::kTooLarge);
  batch.records.pop_back();
  EXPECT_TRUE(CheckBatch(batch, {}, {}).ok());
}

TEST(CheckSliceTest, RefusesASliceAboveTheLimit) {
  SnapshotSlice slice;
  slice.bytes.resize(kMaxAppendBytes + 1);
  EXPECT_EQ(ErrorCodeOf(CheckSlice(slice, {})), ErrorCode::kTooLarge);
  slice.bytes.pop_back();
  EXPECT_TRUE(CheckSlice(slice, {}).ok());
}

TEST(CheckReadModelTest, TakesTheLimitsThemselves) {
  OpenOptions options;
  for (std::size_t i = 0; i < kMaxTables; ++i) {
    TableDefinition table;
    table.name = std::string(i + 1, 'a');
    for (std::size_t c = 0; c < kMaxColumns; ++c)
      table.columns.push_back({std::string(c + 1, 'b')});
    table.key_columns = kMaxColumns;
    options.tables.push_back(table);
  }
  EXPECT_TRUE(CheckReadModel(options).ok()) << CheckReadModel(options);
  options.tables[0].columns.push_back({"c"});
  EXPECT_EQ(ErrorCodeOf(CheckReadModel(options)), ErrorCode::kInvalidArgument);
}

TEST(CheckReadModelTest, TheMessageNamesTheFault) {
  OpenOptions options;
  options.tables = {{"people", {{"name"}, {"na\"me"}}, 1, {}}};
  EXPECT_EQ(std::string(CheckReadModel(options).message()),
            "table \"people\": column name \"na\\\"me\": want 1 to 64 of a-z and _");
}

TEST(CheckReadModelTest, AViewIsAText) {
  OpenOptions options;
  options.views = {{"faces", "SELECT '\xff'"}};
  EXPECT_EQ(ErrorCodeOf(CheckReadModel(options)), ErrorCode::kInvalidArgument);
}

TEST(MemoryMediumTest, RowsOfAnUnknownTableAreNone) {
  auto medium = std::make_shared<MemoryMedium>();
  EXPECT_TRUE(medium->Rows("people").empty());
}

TEST(MemoryMediumTest, ARowOfAnEarlierAppendCanBeRemoved) {
  const auto medium = std::make_shared<MemoryMedium>();
  const auto store = NewMemoryStore(medium);
  OpenOptions options;
  options.tables = {{"people", {{"name"}}, 1, {}}};
  ASSERT_TRUE(store->Open(options).ok());
  Batch batch;
  batch.rows = {{0, false, {"ann"}}, {0, false, {"bob"}}};
  ASSERT_TRUE(store->Append(batch).ok());
  batch.rows = {{0, true, {"ann"}}};
  ASSERT_TRUE(store->Append(batch).ok());
  EXPECT_EQ(medium->Rows("people"), (std::vector<std::vector<ColumnValue>>{{"bob"}}));
}

}  // namespace
}  // namespace geo
