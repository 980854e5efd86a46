// The simulated disk: what is durable, what a power cut may leave, and calls that fail.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <string>
#include <vector>

#include "geo/testing/simulated_disk.h"
#include "geo/testing/simulated_sqlite.h"
#include "tests/support/sqlite_reader.h"
#include "tests/support/status.h"

namespace geo::testing {
namespace {

std::string ReadAll(SimulatedDisk& disk, std::string_view name) {
  SimulatedDisk::File file;
  if (disk.Open(name, false, &file) != 0) return "nothing";
  std::string bytes(10'000, '\0');
  std::size_t got = 0;
  EXPECT_EQ(disk.Read(file, 0, bytes.data(), bytes.size(), &got), 0);
  bytes.resize(got);
  return bytes;
}

// A file with durable contents and name.
SimulatedDisk::File Kept(SimulatedDisk& disk, std::string_view name, std::string_view bytes) {
  SimulatedDisk::File file;
  EXPECT_EQ(disk.Open(name, true, &file), 0);
  EXPECT_EQ(disk.Write(file, 0, bytes), 0);
  EXPECT_EQ(disk.Sync(file), 0);
  EXPECT_EQ(disk.SyncFolder(), 0);
  return file;
}

// What is in a file after power cuts with many seeds.
std::set<std::string> AfterCuts(const SimulatedDisk& disk, std::string_view name) {
  std::set<std::string> found;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SimulatedDisk after(disk.Image().AfterPowerCut(seed));
    found.insert(ReadAll(after, name));
    EXPECT_EQ(after.Image().undurable(), 0U);
  }
  return found;
}

TEST(SimulatedDiskTest, WhatIsSyncedStaysAndTheRestMayOrMayNot) {
  SimulatedDisk disk;
  const SimulatedDisk::File file = Kept(disk, "a", "old");
  EXPECT_EQ(AfterCuts(disk, "a"), std::set<std::string>{"old"});
  EXPECT_EQ(disk.Write(file, 0, "new"), 0);
  EXPECT_EQ(ReadAll(disk, "a"), "new");
  EXPECT_EQ(AfterCuts(disk, "a"), (std::set<std::string>{"old", "new"}));
  EXPECT_EQ(disk.Sync(file), 0);
  EXPECT_EQ(AfterCuts(disk, "a"), std::set<std::string>{"new"});
  EXPECT_EQ(disk.Truncate(file, 1), 0);
  EXPECT_EQ(AfterCuts(disk, "a"), (std::set<std::string>{"n", "new"}));
}

TEST(SimulatedDiskTest, SectorsAreTornAndWritesReordered) {
  SimulatedDisk disk;
  const SimulatedDisk::File file = Kept(disk, "a", std::string(2048, '.'));
  EXPECT_EQ(disk.Write(file, 0, std::string(1024, '1')), 0);
  EXPECT_EQ(disk.Write(file, 1024, std::string(1024, '2')), 0);
  std::set<std::string> sectors;  // the first byte of each
  for (const std::string& bytes : AfterCuts(disk, "a")) {
    ASSERT_EQ(bytes.size(), 2048U);
    std::string firsts;
    for (std::size_t at = 0; at < 2048; at += 512) {
      firsts += bytes[at];
      EXPECT_EQ(std::count(bytes.begin() + static_cast<long>(at),
                           bytes.begin() + static_cast<long>(at) + 512, bytes[at]),
                512);
    }
    sectors.insert(firsts);
  }
  EXPECT_EQ(sectors.size(), 16U) << "every combination";
  EXPECT_TRUE(sectors.contains("..22")) << "the later write without the earlier one";
}

TEST(SimulatedDiskTest, AGrownFileMayHoldZerosOrGarbage) {
  SimulatedDisk disk;
  const SimulatedDisk::File file = Kept(disk, "a", "");
  EXPECT_EQ(disk.Write(file, 0, std::string(512, '1')), 0);
  EXPECT_EQ(disk.Write(file, 512, std::string(512, '2')), 0);
  const std::set<std::string> found = AfterCuts(disk, "a");
  EXPECT_TRUE(found.contains(std::string(512, '\0') + std::string(512, '2')));
  EXPECT_GT(found.size(), 6U) << "no garbage";
}

TEST(SimulatedDiskTest, NamesAreDurableWithTheFolder) {
  SimulatedDisk disk;
  Kept(disk, "a", "A");
  SimulatedDisk::File file;
  EXPECT_EQ(disk.Open("b", true, &file), 0);
  EXPECT_EQ(disk.Write(file, 0, "B"), 0);
  EXPECT_EQ(disk.Sync(file), 0);
  EXPECT_EQ(AfterCuts(disk, "b"), (std::set<std::string>{"nothing", "B"}));
  EXPECT_EQ(disk.Rename("b", "a"), 0);
  EXPECT_EQ(ReadAll(disk, "b"), "nothing");
  EXPECT_EQ(AfterCuts(disk, "a"), (std::set<std::string>{"A", "B"}));
  EXPECT_EQ(disk.SyncFolder(), 0);
  EXPECT_EQ(disk.Delete("a"), 0);
  EXPECT_EQ(ReadAll(disk, "a"), "nothing");
  EXPECT_EQ(AfterCuts(disk, "a"), (std::set<std::string>{"nothing", "B"}));
  EXPECT_EQ(disk.Delete("a"), ENOENT);
  EXPECT_EQ(disk.Rename("a", "b"), ENOENT);
  EXPECT_EQ(disk.Open("a", false, &file), ENOENT);
}

TEST(SimulatedDiskTest, TheSameSeedLeavesTheSame) {
  SimulatedDisk disk;
  const SimulatedDisk::File file = Kept(disk, "a", "");
  for (int i = 0; i < 9; ++i)
    disk.Write(file, static_cast<std::uint64_t>(i) * 700, std::string(900, 'x'));
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SimulatedDisk first(disk.Image().AfterPowerCut(seed));
    SimulatedDisk second(disk.Image().AfterPowerCut(seed));
    EXPECT_TRUE(ReadAll(first, "a") == ReadAll(second, "a"));
  }
}

// Death of a process is no power cut.
// Of twelve writes of a sector each: nothing, everything, what was written first, or anything.
TEST(SimulatedDiskTest, CutsOfEveryKind) {
  constexpr int kWrites = 12;
  constexpr int kSeeds = 800;
  SimulatedDisk disk;
  const SimulatedDisk::File file = Kept(disk, "a", std::string(kWrites * 512, '.'));
  // Not in the order of their places.
  const auto place = [](int write) { return static_cast<std::size_t>(write * 5 % kWrites); };
  for (int i = 0; i < kWrites; ++i) {
    ASSERT_EQ(disk.Write(file, place(i) * 512, std::string(512, 'x')), 0);
  }
  std::vector<int> prefixes(kWrites + 1);
  int others = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    SimulatedDisk after(disk.Image().AfterPowerCut(seed));
    const std::string bytes = ReadAll(after, "a");
    int first = 0;
    while (first < kWrites && bytes[place(first) * 512] == 'x') ++first;
    const auto left = std::count(bytes.begin(), bytes.end(), 'x') / 512;
    ++(left == first ? prefixes[static_cast<std::size_t>(first)] : others);
  }
  EXPECT_GT(prefixes.front(), kSeeds / 12);
  EXPECT_GT(prefixes.back(), kSeeds / 6);  // many cuts of any part leave nearly everything
  for (int i = 1; i < kWrites; ++i) EXPECT_GT(prefixes[static_cast<std::size_t>(i)], 3) << i;
  EXPECT_GT(others, kSeeds / 3);
}

TEST(SimulatedDiskTest, ImagesAreTheSameWhenAllTheirBytesAre) {
  const auto image = [](std::string_view name, std::string_view bytes) {
    SimulatedDisk disk;
    Kept(disk, "common", "same");
    Kept(disk, name, bytes);
    return disk.Image();
  };
  const DiskImage one = image("a", "bytes");
  EXPECT_TRUE(one.SameFiles(image("a", "bytes")));
  EXPECT_FALSE(one.SameFiles(image("a", "bytez")));
  EXPECT_FALSE(one.SameFiles(image("b", "bytes")));
  EXPECT_FALSE(one.SameFiles(image("common", "same"))) << "a file less";
  EXPECT_FALSE(image("common", "same").SameFiles(one)) << "a file more";
  SimulatedDisk pending(one);
  SimulatedDisk::File file;
  ASSERT_EQ(pending.Open("a", false, &file), 0);
  ASSERT_EQ(pending.Write(file, 0, "bytes"), 0);
  EXPECT_FALSE(pending.Image().SameFiles(one));
  EXPECT_FALSE(one.SameFiles(pending.Image()));
  ASSERT_EQ(pending.Sync(file), 0);
  EXPECT_TRUE(pending.Image().SameFiles(one));
}

TEST(SimulatedDiskTest, FreshNumbersOutliveImages) {
  SimulatedDisk disk;
  const std::uint64_t last = disk.Fresh();
  EXPECT_GT(disk.Fresh(), last);
  EXPECT_GT(SimulatedDisk(disk.Image()).Fresh(), last + 1);
  EXPECT_GT(SimulatedDisk(disk.Image().AfterPowerCut(1)).Fresh(), last + 1);
}

TEST(SimulatedDiskTest, PathsBeginWithTheirDisk) {
  SimulatedDisk disk;
  Kept(disk, "a", "old");
  EXPECT_EQ(SimulatedDisk::Of(disk.root() + "/a"), &disk);
  EXPECT_EQ(SimulatedDisk::Of(disk.root() + "0/a"), nullptr);
  EXPECT_EQ(SimulatedDisk::Of("/elsewhere/a"), nullptr);
  EXPECT_EQ(ReadAll(disk, disk.root() + "/a"), "old");
  EXPECT_EQ(ReadAll(disk, disk.root() + "0a"), "nothing");
  EXPECT_EQ(ReadAll(disk, std::string(disk.root().size(), 'x') + "/a"), "nothing");
  EXPECT_EQ(ReadAll(disk, disk.root()), "nothing");
  const std::string root = disk.root();
  EXPECT_EQ(SimulatedDisk::Of(root), &disk);
  std::string gone;
  gone = SimulatedDisk().root();
  EXPECT_EQ(SimulatedDisk::Of(gone + "/a"), nullptr);
}

TEST(SimulatedDiskTest, ReadsBeginAnywhere) {
  SimulatedDisk disk;
  const SimulatedDisk::File file = Kept(disk, "a", "0123456789");
  const auto read = [&](std::uint64_t offset, std::size_t size) {
    std::string bytes(size, '-');
    std::size_t got = 99;
    EXPECT_EQ(disk.Read(file, offset, bytes.data(), size, &got), 0);
    return bytes.substr(0, got);
  };
  EXPECT_EQ(read(3, 4), "3456");
  EXPECT_EQ(read(8, 4), "89");
  EXPECT_EQ(read(10, 4), "");
  EXPECT_EQ(read(1'000, 4), "");
  ASSERT_EQ(disk.Write(file, 12, "c"), 0);
  EXPECT_EQ(read(8, 9), std::string("89\0\0c", 5));
}

// What others have written since is not mended either, but lies beside it.
TEST(SimulatedDiskTest, WhatIsWrittenAfterAFailedSyncCanBeDurable) {
  SimulatedDisk disk;
  const SimulatedDisk::File file = Kept(disk, "a", std::string(2'048, '.'));
  for (std::uint64_t at = 0; at < 1'024; at += 512) {
    ASSERT_EQ(disk.Write(file, at, std::string(512, 'x')), 0);
  }
  disk.SetFault(DiskFault{DiskCall::kSync});
  EXPECT_EQ(disk.Sync(file), EIO);
  for (std::uint64_t at = 1'024; at < 2'048; at += 512) {
    ASSERT_EQ(disk.Write(file, at, std::string(512, 'y')), 0);
  }
  EXPECT_EQ(disk.Sync(file), 0);
  for (const std::string& bytes : AfterCuts(disk, "a")) {
    EXPECT_EQ(bytes.substr(1'024), std::string(1'024, 'y'));
    EXPECT_NE(bytes.substr(0, 1'024), std::string(1'024, 'x')) << "what was lost stays lost";
  }
}

TEST(SimulatedDiskTest, AFolderThatIsNotSyncedIsNot) {
  SimulatedDisk disk;
  Kept(disk, "a", "old");
  ASSERT_EQ(disk.Rename("a", "b"), 0);
  disk.SetFault(DiskFault{DiskCall::kSyncFolder});
  EXPECT_EQ(disk.SyncFolder(), EIO);
  EXPECT_EQ(AfterCuts(disk, "b"), (std::set<std::string>{"nothing", "old"}));
  SimulatedDisk restarted(disk.Image());
  EXPECT_EQ(ReadAll(restarted, "b"), "old");
  EXPECT_EQ(ReadAll(restarted, "a"), "nothing");
  EXPECT_EQ(disk.SyncFolder(), 0);
  EXPECT_EQ(AfterCuts(disk, "b"), std::set<std::string>{"old"});
}

TEST(SimulatedDiskTest, AFolderMayLieAsWell) {
  SimulatedDisk disk;
  Kept(disk, "a", "old");
  ASSERT_EQ(disk.Rename("a", "b"), 0);
  disk.SetLies({.skip_syncs = true});
  EXPECT_EQ(disk.SyncFolder(), 0);
  EXPECT_EQ(AfterCuts(disk, "b"), (std::set<std::string>{"nothing", "old"}));
}

TEST(SimulatedDiskTest, ALostTailIsLostForGood) {
  SimulatedDisk disk;
  const SimulatedDisk::File file = Kept(disk, "a", "0123456789");
  ASSERT_EQ(disk.Write(file, 2, "xx"), 0);
  ASSERT_EQ(disk.LoseTail("a", 4), 0);
  EXPECT_EQ(disk.Image().undurable(), 0U);
  EXPECT_EQ(AfterCuts(disk, "a"), std::set<std::string>{"01xx"});
  EXPECT_EQ(ReadAll(disk, "a"), "01xx");
}

TEST(SimulatedDiskTest, ARestoredImageLosesNothingButOpenFiles) {
  SimulatedDisk disk;
  const SimulatedDisk::File file = Kept(disk, "a", "old");
  EXPECT_EQ(disk.Write(file, 0, "new"), 0);
  const DiskImage image = disk.Image();
  EXPECT_EQ(image.undurable(), 1U);
  EXPECT_EQ(disk.Write(file, 0, "newer"), 0);
  disk.Restore(image);
  EXPECT_EQ(ReadAll(disk, "a"), "new");
  EXPECT_EQ(AfterCuts(disk, "a"), (std::set<std::string>{"old", "new"}));
  EXPECT_EQ(disk.Write(file, 0, "late"), EIO);
}

TEST(SimulatedDiskTest, AFileWithoutANameGoesWithTheRestartToo) {
  SimulatedDisk disk;
  const SimulatedDisk::File file = Kept(disk, "a", "A");
  EXPECT_EQ(disk.Delete("a"), 0);
  EXPECT_EQ(disk.SyncFolder(), 0);
  EXPECT_EQ(disk.Write(file, 0, "B"), 0) << "it lives as long as it is open";
  disk.Restore(disk.Image());
  EXPECT_EQ(disk.Write(file, 0, "C"), EIO);
  EXPECT_EQ(disk.Sync(file), EIO);
}

TEST(SimulatedDiskTest, CallsFailOnceOrForEver) {
  for (const bool sticky : {false, true}) {
    SimulatedDisk disk;
    const SimulatedDisk::File file = Kept(disk, "a", "abcd");
    DiskFault fault;
    fault.nth = 2;
    fault.error = ENOSPC;
    fault.sticky = sticky;
    fault.half = true;
    disk.SetFault(fault);
    EXPECT_EQ(disk.Write(file, 0, "1234"), 0);
    EXPECT_EQ(disk.Write(file, 0, "5678"), ENOSPC);
    EXPECT_EQ(ReadAll(disk, "a"), "5634");
    EXPECT_EQ(disk.Write(file, 0, "9999"), sticky ? ENOSPC : 0);
    EXPECT_EQ(disk.calls(DiskCall::kWrite), 3U);
    EXPECT_EQ(disk.last_error(), ENOSPC);
    disk.SetFault(std::nullopt);
    EXPECT_EQ(disk.Write(file, 0, "0000"), 0);
    EXPECT_EQ(disk.last_error(), 0);
  }
}

// As under Linux: the second sync answers ok, and what the first one lost stays lost.
TEST(SimulatedDiskTest, AFailedSyncIsNotMendedByTheNext) {
  SimulatedDisk disk;
  const SimulatedDisk::File file = Kept(disk, "a", "....");
  for (std::uint64_t i = 0; i < 4; ++i) disk.Write(file, i, "x");
  disk.SetFault(DiskFault{.call = DiskCall::kSync});
  EXPECT_EQ(disk.Sync(file), EIO);
  disk.SetFault(std::nullopt);
  EXPECT_EQ(disk.Sync(file), 0);
  EXPECT_EQ(ReadAll(disk, "a"), "xxxx");
  const std::set<std::string> left = AfterCuts(disk, "a");
  ASSERT_EQ(left.size(), 1U);
  EXPECT_NE(left.begin()->find('x'), std::string::npos);
  EXPECT_NE(left.begin()->find('.'), std::string::npos);
  disk.Restore(disk.Image());
  EXPECT_EQ(ReadAll(disk, "a"), "xxxx") << "the process died, the system did not";
}

TEST(SimulatedDiskTest, ReadsFallShort) {
  SimulatedDisk disk;
  const SimulatedDisk::File file = Kept(disk, "a", "abcd");
  DiskFault fault{.call = DiskCall::kRead};
  fault.half = true;
  disk.SetFault(fault);
  char bytes[4];
  std::size_t got = 0;
  EXPECT_EQ(disk.Read(file, 0, bytes, 4, &got), 0);
  EXPECT_EQ(got, 2U);
}

TEST(SimulatedDiskTest, TheObserverSeesEachChangeBeforeItHappens) {
  SimulatedDisk disk;
  std::vector<std::string> seen;
  disk.BeforeEachChange([&](const DiskChange& change) {
    seen.push_back(change.name + std::to_string(static_cast<int>(change.call)));
    EXPECT_EQ(disk.Image().undurable(), seen.size() - 1);
  });
  SimulatedDisk::File file;
  disk.Open("a", true, &file);
  disk.Write(file, 0, "x");
  disk.Truncate(file, 0);
  disk.Rename("a", "b");
  disk.Delete("b");
  EXPECT_EQ(seen, (std::vector<std::string>{"a0", "a2", "a4", "a6", "b5"}));
}

TEST(SimulatedDiskTest, LiesAndDamage) {
  SimulatedDisk disk;
  const SimulatedDisk::File file = Kept(disk, "a.lock", "abcd");
  DiskLies lies;
  lies.skip_syncs = true;
  disk.SetLies(lies);
  disk.Write(file, 0, "x");
  EXPECT_EQ(disk.Sync(file), 0);
  EXPECT_EQ(disk.Image().undurable(), 1U);
  lies.forgets_suffix = ".lock";
  disk.SetLies(lies);
  EXPECT_EQ(disk.Write(file, 0, "yyyy"), 0);
  EXPECT_EQ(ReadAll(disk, "a.lock"), "xbcd");
  EXPECT_EQ(disk.LoseTail("a.lock", 2), 0);
  EXPECT_EQ(AfterCuts(disk, "a.lock"), std::set<std::string>{"xb"});
  EXPECT_EQ(disk.LoseTail("b", 2), ENOENT);
}

// --- SQLite on it. ---

constexpr int kReadWrite = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;

TEST(SimulatedSqliteTest, ConnectionsShareLogAndLocks) {
  for (const std::string mode : {"WAL", "DELETE"}) {
    SimulatedDisk disk;
    const std::string path = disk.root() + "/my.db";
    tests::SqliteReader first(path, kReadWrite, SimulatedSqliteVfs().c_str());
    first.Rows("PRAGMA journal_mode = " + mode);
    first.Rows("CREATE TABLE t (x)");
    tests::SqliteReader second(path, kReadWrite, SimulatedSqliteVfs().c_str());
    first.Rows("BEGIN IMMEDIATE");
    first.Rows("INSERT INTO t VALUES (1)");
    EXPECT_EQ(second.One("SELECT count(*) FROM t"), ColumnValue(std::int64_t{0}));
    EXPECT_EQ(std::get<std::string>(second.One("BEGIN IMMEDIATE")), "error: database is locked");
    first.Rows("COMMIT");
    EXPECT_EQ(second.One("SELECT count(*) FROM t"), ColumnValue(std::int64_t{1}));
    second.Rows("INSERT INTO t VALUES (2)");
    EXPECT_EQ(first.One("SELECT count(*) FROM t"), ColumnValue(std::int64_t{2}));
  }
}

// SQLite's own rollback journal, which geo does not use, keeps its promise as well.
TEST(SimulatedSqliteTest, ARollbackJournalSurvivesEveryCut) {
  SimulatedDisk disk;
  std::vector<std::pair<DiskImage, std::int64_t>> cuts;
  std::int64_t committed = 0;
  {
    const std::string path = disk.root() + "/my.db";
    tests::SqliteReader writer(path, kReadWrite, SimulatedSqliteVfs().c_str());
    writer.Rows("PRAGMA synchronous = EXTRA");
    writer.Rows("CREATE TABLE t (x)");
    disk.BeforeEachChange([&](const DiskChange&) { cuts.emplace_back(disk.Image(), committed); });
    for (int i = 0; i < 5; ++i) {
      writer.Rows("INSERT INTO t VALUES (zeroblob(9000))");
      ++committed;
    }
  }
  for (const auto& [image, rows] : cuts) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      SimulatedDisk after(image.AfterPowerCut(seed));
      tests::SqliteReader reader(after.root() + "/my.db", SQLITE_OPEN_READWRITE,
                                 SimulatedSqliteVfs().c_str());
      const ColumnValue count = reader.One("SELECT count(*) FROM t");
      EXPECT_TRUE(count == ColumnValue(rows) || count == ColumnValue(rows + 1));
      EXPECT_EQ(reader.One("PRAGMA integrity_check"), ColumnValue(std::string("ok")));
    }
  }
  EXPECT_GT(cuts.size(), 30U);
}

// Files without a name: sorting what does not fit into memory, and the copy that VACUUM makes.
TEST(SimulatedSqliteTest, TemporaryFilesWork) {
  SimulatedDisk disk;
  tests::SqliteReader db(disk.root() + "/my.db", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                         SimulatedSqliteVfs().c_str());
  const auto run = [&](const char* sql) {
    return sqlite3_exec(db.handle(), sql, nullptr, nullptr, nullptr);
  };
  ASSERT_EQ(run("PRAGMA temp_store=FILE; PRAGMA cache_size=10; CREATE TABLE t(x)"), SQLITE_OK);
  ASSERT_EQ(run("WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
                "INSERT INTO t SELECT printf('%0100d', i * 7919 % 20000) FROM n"),
            SQLITE_OK);
  EXPECT_EQ(run("CREATE INDEX sorted ON t(x)"), SQLITE_OK);
  EXPECT_EQ(run("VACUUM"), SQLITE_OK);
  EXPECT_EQ(db.One("SELECT count(DISTINCT x) FROM t"), ColumnValue(std::int64_t{20'000}));
}

TEST(SimulatedSqliteTest, OneWriterHoldsAStore) {
  SimulatedDisk disk;
  const auto files = NewSimulatedSqliteFiles(disk);
  const std::string path = disk.root() + "/hub.db";
  const auto first = NewSqliteStore(path, files.get());
  ASSERT_TRUE(first->Open({}).ok());
  const auto second = NewSqliteStore(path, files.get());
  EXPECT_EQ(tests::CodeName(second->Open({})), "StoreBusy");
  disk.Restore(disk.Image());  // the holder died
  EXPECT_TRUE(second->Open({}).ok());
  EXPECT_EQ(tests::CodeName(NewSqliteStore("/elsewhere", files.get())->Open({})),
            "InvalidArgument");
}

}  // namespace
}  // namespace geo::testing
