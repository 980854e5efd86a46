// The example of docs/testing-kits.md about a disk that fails, compiled and run.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cerrno>
#include <string>

#include "geo/testing/simulated_disk.h"
#include "geo/testing/simulated_sqlite.h"

namespace {

TEST(TestingKits, ADiskThatFails) {
  // [document]
  // A program of yours on SQLite; geo has no part in it.
  geo::testing::SimulatedDisk disk;
  sqlite3* db = nullptr;
  const std::string path = disk.root() + "/mine.db";
  ASSERT_EQ(sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                            geo::testing::SimulatedSqliteVfs().c_str()),
            SQLITE_OK);
  const auto run = [&](const char* sql) {
    return sqlite3_exec(db, sql, nullptr, nullptr, nullptr);
  };
  ASSERT_EQ(run("CREATE TABLE t(x); INSERT INTO t VALUES(1)"), SQLITE_OK);

  geo::testing::DiskFault full;
  full.call = geo::testing::DiskCall::kWrite;
  full.error = ENOSPC;
  full.sticky = true;
  disk.SetFault(full);
  EXPECT_EQ(run("INSERT INTO t VALUES(2)"), SQLITE_FULL);
  disk.SetFault({});
  EXPECT_EQ(run("INSERT INTO t VALUES(3)"), SQLITE_OK);
  // [document end]
  EXPECT_EQ(sqlite3_close(db), SQLITE_OK);
}

}  // namespace
