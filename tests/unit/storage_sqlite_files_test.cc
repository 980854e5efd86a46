// The files of a SQLite store: what may be there instead of one, by which names it is found, and
// what the system may refuse.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "geo/storage/sqlite_files.h"
#include "geo/storage/store.h"
#include "geo/testing/simulated_sqlite.h"
#include "src/testing/store_probe.h"
#include "tests/support/limits.h"
#include "tests/support/scratch.h"
#include "tests/support/sqlite_reader.h"

namespace {

// Hears of each fsync of the program, and says how it fails: errno, or 0. (SQLite asks for
// fdatasync.)
using SyncListener = std::function<int(const std::string& path)>;
const SyncListener* sync_listener = nullptr;

}  // namespace

// In place of the system's.
extern "C" int fsync(int file) {
  if (sync_listener != nullptr) {
    const std::string link = "/proc/self/fd/" + std::to_string(file);
    errno = (*sync_listener)(std::filesystem::read_symlink(link).string());
    if (errno != 0) return -1;
  }
  return static_cast<int>(syscall(SYS_fsync, file));
}

namespace geo {
namespace {

namespace fs = std::filesystem;

using testing::internal::Compare;
using testing::internal::NextBatch;
using testing::internal::StoreModel;
using tests::ReadFile;
using tests::Scratch;
using tests::SqliteReader;
using tests::WriteFile;

ErrorCode OpenCode(const std::string& path, bool create = true) {
  OpenOptions options;
  options.create = create;
  return ErrorCodeOf(NewSqliteStore(path)->Open(options).status());
}

// Makes a store with `count` records.
StoreModel MakeStore(const std::string& path, int count = 1) {
  StoreModel model;
  const auto store = NewSqliteStore(path);
  EXPECT_TRUE(store->Open({}).ok());
  for (int i = 0; i < count; ++i) {
    EXPECT_TRUE(AppendTo(*store, model, NextBatch(model)).ok());
  }
  EXPECT_TRUE(store->Close().ok());
  return model;
}

std::string CompareAt(const std::string& path, const StoreModel& model) {
  const auto store = NewSqliteStore(path);
  const auto state = store->Open({});
  return state.ok() ? Compare(*store, *state, model) : state.status().ToString();
}

std::vector<std::string> Names(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

TEST(SqliteFilesTest, SomethingElseIsForeignAndStaysUntouched) {
  const Scratch scratch;
  const std::string path = scratch.File("file");
  std::vector<std::string> contents = {"x", "Dear diary, this is not a database.\n",
                                       std::string(10'000, '\0'), std::string(99, 'S')};
  SqliteReader(scratch.File("other"), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
      .Rows("CREATE TABLE geo_meta (epoch)");
  contents.push_back(ReadFile(scratch.File("other")));
  SqliteReader(scratch.File("other"), SQLITE_OPEN_READWRITE).Rows("PRAGMA application_id = 17");
  contents.push_back(ReadFile(scratch.File("other")));
  fs::remove(scratch.File("other"));
  for (const std::string& content : contents) {
    ASSERT_TRUE(WriteFile(path, content));
    EXPECT_EQ(OpenCode(path), ErrorCode::kStoreForeign);
    EXPECT_EQ(ReadFile(path), content);
    EXPECT_EQ(Names(scratch.path()), std::vector<std::string>{"file"});
  }
  EXPECT_EQ(OpenCode(scratch.path().string()), ErrorCode::kStoreForeign);
  EXPECT_EQ(OpenCode("/dev/null"), ErrorCode::kStoreForeign);
  fs::remove(path);
  EXPECT_EQ(OpenCode(path), ErrorCode::kOk);  // the cause is gone
}

TEST(SqliteFilesTest, ANewerFormatIsRefusedAndStaysUntouched) {
  const Scratch scratch;
  const std::string path = scratch.File("hub");
  const StoreModel model = MakeStore(path);
  const std::string good = ReadFile(path);
  std::string newer = good;
  newer[63] = 3;  // user_version
  ASSERT_TRUE(WriteFile(path, newer));
  EXPECT_EQ(OpenCode(path), ErrorCode::kStoreNewer);
  EXPECT_EQ(ReadFile(path), newer);
  ASSERT_TRUE(WriteFile(path, good));
  EXPECT_EQ(CompareAt(path, model), "");
}

TEST(SqliteFilesTest, AnEmptyFileIsADamagedStore) {
  const Scratch scratch;
  ASSERT_TRUE(WriteFile(scratch.File("hub"), ""));
  EXPECT_EQ(OpenCode(scratch.File("hub")), ErrorCode::kStoreCorrupt);
}

TEST(SqliteFilesTest, ALogWithoutItsDatabaseIsNotOverwritten) {
  const Scratch scratch;
  const std::string path = scratch.File("hub");
  {
    const auto store = NewSqliteStore(path);
    ASSERT_TRUE(store->Open({}).ok());
    StoreModel model;
    ASSERT_TRUE(AppendTo(*store, model, NextBatch(model)).ok());
    fs::copy(path + "-wal", scratch.File("kept"));
  }
  fs::remove(path);
  fs::rename(scratch.File("kept"), path + "-wal");
  EXPECT_EQ(OpenCode(path), ErrorCode::kStoreCorrupt);
  EXPECT_FALSE(fs::exists(path));
  fs::remove(path + "-wal");
  EXPECT_EQ(OpenCode(path), ErrorCode::kOk);
}

TEST(SqliteFilesTest, WithoutCreateNothingIsMade) {
  const Scratch scratch;
  EXPECT_EQ(OpenCode(scratch.File("hub"), false), ErrorCode::kInvalidArgument);
  EXPECT_TRUE(fs::is_empty(scratch.path()));
}

TEST(SqliteFilesTest, AMissingFolderIsAnErrorUntilItIsMade) {
  const Scratch scratch;
  const std::string path = scratch.File("a/b/hub");
  EXPECT_EQ(OpenCode(path), ErrorCode::kStoreIo);
  EXPECT_EQ(OpenCode(scratch.File("a/b/")), ErrorCode::kInvalidArgument);
  fs::create_directories(scratch.path() / "a/b");
  EXPECT_EQ(OpenCode(path), ErrorCode::kOk);
  EXPECT_EQ(OpenCode(path + "/hub"), ErrorCode::kStoreIo);  // below a file
}

TEST(SqliteFilesTest, TextsThatAreNoPaths) {
  const Scratch scratch;
  for (const std::string& path : {std::string(), std::string("a\0b", 3), scratch.File("\xff"),
                                  scratch.File(std::string(500, 'x'))}) {
    EXPECT_EQ(OpenCode(path), ErrorCode::kInvalidArgument) << path;
  }
  // The longest there may be, in folders, since names have a limit of their own.
  std::string folder = scratch.path().string();
  while (folder.size() < 280) folder += "/" + std::string(99, 'd');
  fs::create_directories(folder);
  const std::string longest = folder + "/" + std::string(480 - folder.size() - 1, 'x');
  EXPECT_EQ(OpenCode(longest), ErrorCode::kOk);
  EXPECT_EQ(OpenCode(longest + "x"), ErrorCode::kInvalidArgument);
  const fs::path before = fs::current_path();
  fs::current_path(folder);
  EXPECT_EQ(OpenCode(std::string(200, 'x')), ErrorCode::kInvalidArgument) << "short as given only";
  fs::current_path(before);
}

TEST(SqliteFilesTest, NamesAreOnlyNames) {
  const Scratch scratch;
  const fs::path before = fs::current_path();
  fs::current_path(scratch.path());
  for (const std::string name : {"file:hub?mode=memory", "file:hub", ":memory:", "hub?vfs=none",
                                 "a b%20c#d", "'\"; --", "\xc3\xa9\xe2\x82\xac", ".hidden"}) {
    const StoreModel model = MakeStore(name);
    EXPECT_TRUE(fs::is_regular_file(scratch.path() / name)) << name;
    EXPECT_EQ(CompareAt(scratch.File(name), model), "") << name;
  }
  fs::current_path(before);
}

TEST(SqliteFilesTest, AllSpellingsOfAFileExcludeEachOther) {
  const Scratch scratch;
  fs::create_directories(scratch.path() / "real/deep");
  fs::create_directory_symlink("real", scratch.path() / "folder");
  fs::create_symlink("real/hub", scratch.path() / "link");  // points nowhere yet
  fs::create_symlink("link", scratch.path() / "link_to_link");
  const fs::path before = fs::current_path();
  fs::current_path(scratch.path() / "real/deep");
  const std::vector<std::string> spellings = {
      scratch.File("link_to_link"), scratch.File("real/hub"),         scratch.File("folder/hub"),
      scratch.File("link"),         scratch.File("real/deep/../hub"), "../hub",
      scratch.File("real//./hub")};
  for (const std::string& first : spellings) {
    const auto store = NewSqliteStore(first);
    ASSERT_TRUE(store->Open({}).ok()) << first;
    for (const std::string& second : spellings) {
      EXPECT_EQ(OpenCode(second), ErrorCode::kStoreBusy) << first << " and " << second;
    }
  }
  fs::current_path(before);
  EXPECT_TRUE(fs::is_symlink(scratch.path() / "link"));
  EXPECT_TRUE(fs::is_regular_file(scratch.path() / "real/hub"));
  fs::create_symlink("loop", scratch.path() / "loop");
  EXPECT_EQ(OpenCode(scratch.File("loop")), ErrorCode::kInvalidArgument);
}

TEST(SqliteFilesTest, HardLinksAreRefused) {
  const Scratch scratch;
  const StoreModel model = MakeStore(scratch.File("hub"));
  fs::create_hard_link(scratch.File("hub"), scratch.File("second"));
  EXPECT_EQ(OpenCode(scratch.File("hub")), ErrorCode::kInvalidArgument);
  EXPECT_EQ(OpenCode(scratch.File("second")), ErrorCode::kInvalidArgument);
  fs::remove(scratch.File("second"));
  EXPECT_EQ(CompareAt(scratch.File("hub"), model), "");
}

TEST(SqliteFilesTest, NoFilesAreThoseOfTheSystem) {
  const Scratch scratch;
  const StoreModel model = MakeStore(scratch.File("hub"));
  const auto store = NewSqliteStore(scratch.File("hub"), nullptr);
  const auto state = store->Open({});
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(Compare(*store, *state, model), "");
}

TEST(SqliteFilesTest, AClosedStoreIsTwoFiles) {
  const Scratch scratch;
  MakeStore(scratch.File("hub"));
  EXPECT_EQ(Names(scratch.path()), (std::vector<std::string>{"hub", "hub.lock"}));
  const auto store = NewSqliteStore(scratch.File("hub"));
  ASSERT_TRUE(store->Open({}).ok());
  ASSERT_TRUE(store->FindTransaction(testing::internal::IdOf("unknown")).ok());
  EXPECT_TRUE(store->Close().ok());
  EXPECT_EQ(Names(scratch.path()), (std::vector<std::string>{"hub", "hub.lock"})) << "after a look";
}

// A program that the hub starts would keep the lock after the hub has ended.
TEST(SqliteFilesTest, NoFileOfAStoreIsHandedDown) {
  const Scratch scratch;
  const auto store = NewSqliteStore(scratch.File("hub"));
  ASSERT_TRUE(store->Open({}).ok());
  const std::string folder = fs::canonical(scratch.path()).string();
  int files = 0;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code gone;  // what lists the folder
    const std::string name = fs::read_symlink(entry.path(), gone).string();
    if (!name.starts_with(folder)) continue;
    ++files;
    EXPECT_NE(fcntl(std::stoi(entry.path().filename()), F_GETFD) & FD_CLOEXEC, 0) << name;
  }
  EXPECT_GE(files, 3);
}

// Files on which something happens just before a lock is first taken.
class RacedFiles : public SqliteFiles {
 public:
  RacedFiles(SqliteFiles& inner, std::function<void()> race)
      : inner_(inner), race_(std::move(race)) {}
  std::string Vfs() const override { return inner_.Vfs(); }
  StatusOr<std::string> Canonical(const std::string& path) override {
    return inner_.Canonical(path);
  }
  StatusOr<Info> Look(const std::string& path) override { return inner_.Look(path); }
  Status CheckWritable(const std::string& path) override { return inner_.CheckWritable(path); }
  Status Sync(const std::string& path) override { return inner_.Sync(path); }
  Status Rename(const std::string& from, const std::string& to) override {
    return inner_.Rename(from, to);
  }
  Status SyncFolderOf(const std::string& path) override { return inner_.SyncFolderOf(path); }
  Status Remove(const std::string& path) override { return inner_.Remove(path); }
  StatusOr<LockAttempt> Lock(const std::string& path) override {
    if (const auto race = std::exchange(race_, nullptr)) race();
    return inner_.Lock(path);
  }

 private:
  SqliteFiles& inner_;
  std::function<void()> race_;
};

TEST(SqliteFilesTest, AStoreThatAnotherMadeMeanwhileIsKept) {
  testing::SimulatedDisk disk;
  const auto files = testing::NewSimulatedSqliteFiles(disk);
  const std::string path = disk.root() + "/hub";
  StoreModel model;
  RacedFiles raced(*files, [&] {
    const auto first = NewSqliteStore(path, files.get());
    ASSERT_TRUE(first->Open({}).ok());
    ASSERT_TRUE(AppendTo(*first, model, NextBatch(model)).ok());
  });
  const auto second = NewSqliteStore(path, &raced);
  const auto state = second->Open({});
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(state->head.seq, 1U);
  EXPECT_EQ(Compare(*second, *state, model), "");
}

class SqliteFilesSyncTest : public ::testing::Test {
 protected:
  ~SqliteFilesSyncTest() override { sync_listener = nullptr; }

  const Scratch scratch_;
  const std::string folder_ = fs::canonical(scratch_.path()).string();
  const std::string path_ = folder_ + "/hub";
};

TEST_F(SqliteFilesSyncTest, ANewStoreIsOnTheMediumBeforeItHasItsName) {
  std::vector<std::string> synced;
  const SyncListener listener = [&](const std::string& file) {
    synced.push_back(file + (fs::exists(path_) ? ", with the store" : ""));
    return 0;
  };
  sync_listener = &listener;
  EXPECT_EQ(OpenCode(path_), ErrorCode::kOk);
  ASSERT_GE(synced.size(), 2U);
  EXPECT_EQ(synced[0], path_ + ".new");
  EXPECT_EQ(synced[1], folder_ + ", with the store");
}

TEST_F(SqliteFilesSyncTest, AFailedSyncOfANewStoreIsAnError) {
  for (const std::string& failing : {path_ + ".new", folder_}) {
    const SyncListener listener = [&](const std::string& file) {
      return file == failing ? EIO : 0;
    };
    sync_listener = &listener;
    EXPECT_EQ(OpenCode(path_), ErrorCode::kStoreIo) << failing;
    sync_listener = nullptr;
  }
  EXPECT_EQ(OpenCode(path_), ErrorCode::kOk);
}

// Else a log that is damaged later might pass for one that ends there.
TEST_F(SqliteFilesSyncTest, TheMarkIsOnTheMediumBeforeTheLogIsCut) {
  StoreModel model;
  const auto store = NewSqliteStore(path_);
  ASSERT_TRUE(store->Open({}).ok());
  ASSERT_TRUE(AppendTo(*store, model, NextBatch(model)).ok());
  int marks = 0;
  int error = 0;
  const SyncListener listener = [&](const std::string& file) {
    if (file != path_ + ".lock") return 0;
    ++marks;
    EXPECT_GT(fs::file_size(path_ + "-wal"), 0U);
    return error;
  };
  sync_listener = &listener;
  const auto erase = [&] {
    Batch batch = NextBatch(model);
    batch.erased_texts = {batch.texts[0].hash};
    return AppendTo(*store, model, batch);
  };
  EXPECT_TRUE(erase().ok());
  EXPECT_EQ(marks, 1);
  EXPECT_EQ(fs::file_size(path_ + "-wal"), 0U);
  error = EIO;
  EXPECT_TRUE(erase().ok()) << "it is done";
  EXPECT_GT(fs::file_size(path_ + "-wal"), 0U);
  EXPECT_EQ(ErrorCodeOf(store->Append(NextBatch(model))), ErrorCode::kStorePoisoned);
  sync_listener = nullptr;
  EXPECT_TRUE(store->Close().ok());
  EXPECT_EQ(CompareAt(path_, model), "");
}

TEST(SqliteFilesTest, LeftoversOfAKilledCreationDoNotMatter) {
  const Scratch scratch;
  for (const char* suffix : {".new", ".new-wal", ".new-journal"}) {
    ASSERT_TRUE(WriteFile(scratch.File("hub") + suffix, "half of something"));
  }
  EXPECT_EQ(OpenCode(scratch.File("hub")), ErrorCode::kOk);
  EXPECT_EQ(Names(scratch.path()), (std::vector<std::string>{"hub", "hub.lock"}));
}

// In a child that permissions bind: what Open answers there, as its number above 600.
int UnprivilegedOpen(const std::string& path) {
  return tests::InUnprivilegedChild([&] {
    return static_cast<int>(OpenCode(path)) == 0 ? 0 : static_cast<int>(OpenCode(path)) - 600;
  });
}

TEST(SqliteFilesTest, WhatMayNotBeWrittenIsReadOnly) {
  constexpr int kReadOnly = static_cast<int>(ErrorCode::kStoreReadOnly) - 600;
  const Scratch scratch;
  const std::string folder = scratch.File("folder");
  const std::string path = folder + "/hub";
  fs::create_directory(folder);
  fs::permissions(scratch.path(), fs::perms::all);
  fs::permissions(folder, fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec |
                              fs::perms::group_read | fs::perms::group_exec);
  if (geteuid() != 0) fs::permissions(folder, fs::perms(0555));
  EXPECT_EQ(UnprivilegedOpen(path), kReadOnly) << "a new store in a folder without permission";
  fs::permissions(folder, fs::perms::all);
  const StoreModel model = MakeStore(path);
  fs::permissions(path + ".lock", fs::perms(0666));
  for (const int mode : {0444, 0000}) {
    fs::permissions(path, fs::perms(mode));
    EXPECT_EQ(UnprivilegedOpen(path), kReadOnly) << "a file of mode " << mode;
  }
  fs::permissions(path, fs::perms(0666));
  fs::permissions(path + ".lock", fs::perms(0444));
  EXPECT_EQ(UnprivilegedOpen(path), kReadOnly) << "a lock without permission";
  fs::permissions(path + ".lock", fs::perms(0666));
  fs::permissions(folder, fs::perms(0555));
  EXPECT_EQ(UnprivilegedOpen(path), kReadOnly) << "no log can be made";
  fs::permissions(folder, fs::perms(0000));
  EXPECT_EQ(UnprivilegedOpen(path), kReadOnly) << "a folder that nobody may enter";
  fs::permissions(folder, fs::perms::all);
  EXPECT_EQ(UnprivilegedOpen(path), 0);
  EXPECT_EQ(CompareAt(path, model), "");
}

// Appends until it fails, and returns what failed.
ErrorCode FillUp(Store& store, StoreModel& model) {
  for (int i = 0; i < 1000; ++i) {
    Batch batch = NextBatch(model);
    batch.records += std::string(20'000, 'x');
    const Status status = AppendTo(store, model, batch);
    if (!status.ok()) return ErrorCodeOf(status);
  }
  return ErrorCode::kOk;
}

TEST(SqliteFilesTest, AFullDiskIsFullUntilThereIsRoom) {
  const Scratch scratch;
  StoreModel model = MakeStore(scratch.File("hub"));
  const auto store = NewSqliteStore(scratch.File("hub"));
  ASSERT_TRUE(store->Open({}).ok());
  {
    const tests::FileSizeLimit limit(300'000);
    EXPECT_EQ(FillUp(*store, model), ErrorCode::kStoreFull);
    EXPECT_EQ(ErrorCodeOf(store->Append(NextBatch(model))), ErrorCode::kStorePoisoned);
    EXPECT_TRUE(store->Close().ok());
  }
  EXPECT_EQ(CompareAt(scratch.File("hub"), model), "");
}

TEST(SqliteFilesTest, ASmallDiskIsFullUntilItGrows) {
  const Scratch scratch;
  tests::SmallDisk disk(scratch.path().string(), "400k");
  if (!disk.mounted()) GTEST_SKIP() << "may not mount a file system";
  const std::string path = scratch.File("hub");
  StoreModel model = MakeStore(path);
  auto store = NewSqliteStore(path);
  ASSERT_TRUE(store->Open({}).ok());
  EXPECT_EQ(FillUp(*store, model), ErrorCode::kStoreFull);
  EXPECT_TRUE(store->Close().ok());
  // Not even the log can be carried over: Open says so, again and again, and nothing is lost.
  EXPECT_EQ(ErrorCodeOf(store->Open({}).status()), ErrorCode::kStoreFull);
  EXPECT_EQ(OpenCode(path), ErrorCode::kStoreFull);
  ASSERT_TRUE(disk.Resize("4m"));
  const auto state = store->Open({});
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(Compare(*store, *state, model), "");
  EXPECT_TRUE(AppendTo(*store, model, NextBatch(model)).ok());
  EXPECT_TRUE(store->Close().ok());
}

TEST(SqliteFilesTest, NoRoomForANewStoreLeavesNothingBehind) {
  const Scratch scratch;
  {
    const tests::FileSizeLimit limit(20'000);
    EXPECT_EQ(OpenCode(scratch.File("hub")), ErrorCode::kStoreFull);
  }
  EXPECT_EQ(Names(scratch.path()), std::vector<std::string>{"hub.lock"});
  EXPECT_EQ(OpenCode(scratch.File("hub")), ErrorCode::kOk);
}

}  // namespace
}  // namespace geo
