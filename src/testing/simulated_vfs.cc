// The file layer for SQLite.

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <random>
#include <string>
#include <vector>

#include "geo/testing/simulated_sqlite.h"

namespace geo::testing {
namespace {

int last_error = 0;  // of the disk, for SQLite's messages

// `code`, or what SQLite knows better for this error.
int Result(int error, int code) {
  if (error == 0) return SQLITE_OK;
  errno = last_error = error;
  if (error == ENOSPC && code == SQLITE_IOERR_WRITE) return SQLITE_FULL;
  if (error == EBUSY) return SQLITE_BUSY;
  return error == ENOMEM ? SQLITE_NOMEM : code;
}

struct VfsFile;

// What the connections to one file share, gone with the power.
struct Shared {
  std::vector<VfsFile*> openers;
  std::vector<std::unique_ptr<std::array<char, 32768>>> regions;
};

struct VfsFile {
  sqlite3_file base{};
  SimulatedDisk* disk = nullptr;
  SimulatedDisk::File file;
  std::shared_ptr<Shared> shared;
  int level = SQLITE_LOCK_NONE;
  std::array<bool, SQLITE_SHM_NLOCK> reads{};   // shared locks on the memory
  std::array<bool, SQLITE_SHM_NLOCK> writes{};  // exclusive ones
  bool sync_folder = false;
  bool delete_on_close = false;
  std::string name;
};

VfsFile& Of(sqlite3_file* file) { return *reinterpret_cast<VfsFile*>(file); }

// Where files without a name are, of large sorts or of VACUUM: they outlive no connection.
SimulatedDisk& Temporaries() {
  static auto* const disk = new SimulatedDisk();
  return *disk;
}

int Close(sqlite3_file* file) {
  VfsFile& self = Of(file);
  std::erase(self.shared->openers, &self);
  if (self.delete_on_close) self.disk->Delete(self.name);
  if (self.disk == &Temporaries()) self.disk->SyncFolder();  // keeps nothing of it
  self.~VfsFile();
  return SQLITE_OK;
}

int Read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
  VfsFile& self = Of(file);
  auto* const bytes = static_cast<char*>(to);
  const auto wanted = static_cast<std::size_t>(size);
  std::size_t got = 0;
  const int error =
      self.disk->Read(self.file, static_cast<std::uint64_t>(offset), bytes, wanted, &got);
  if (error != 0) return Result(error, SQLITE_IOERR_READ);
  std::fill(bytes + got, bytes + wanted, '\0');
  return got == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int Write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  VfsFile& self = Of(file);
  const std::string_view bytes(static_cast<const char*>(from), static_cast<std::size_t>(size));
  return Result(self.disk->Write(self.file, static_cast<std::uint64_t>(offset), bytes),
                SQLITE_IOERR_WRITE);
}

int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  VfsFile& self = Of(file);
  return Result(self.disk->Truncate(self.file, static_cast<std::uint64_t>(size)),
                SQLITE_IOERR_TRUNCATE);
}

int Sync(sqlite3_file* file, int) {
  VfsFile& self = Of(file);
  if (const int error = self.disk->Sync(self.file)) return Result(error, SQLITE_IOERR_FSYNC);
  if (!self.sync_folder) return SQLITE_OK;
  self.sync_folder = false;
  return Result(self.disk->SyncFolder(), SQLITE_IOERR_DIR_FSYNC);
}

int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  VfsFile& self = Of(file);
  std::uint64_t bytes = 0;
  const int error = self.disk->Size(self.file, &bytes);
  *size = static_cast<sqlite3_int64>(bytes);
  return Result(error, SQLITE_IOERR_FSTAT);
}

// --- Locks of the database file: none, shared, reserved, pending, exclusive. ---

int HighestOfOthers(const VfsFile& self) {
  int highest = SQLITE_LOCK_NONE;
  for (const VfsFile* other : self.shared->openers) {
    if (other != &self) highest = std::max(highest, other->level);
  }
  return highest;
}

int Lock(sqlite3_file* file, int level) {
  VfsFile& self = Of(file);
  if (self.level >= level) return SQLITE_OK;
  if (const int error = self.disk->Lock()) return Result(error, SQLITE_IOERR_LOCK);
  const int others = HighestOfOthers(self);
  if (level == SQLITE_LOCK_SHARED && others >= SQLITE_LOCK_PENDING) return SQLITE_BUSY;
  if (level > SQLITE_LOCK_SHARED && others >= SQLITE_LOCK_RESERVED) return SQLITE_BUSY;
  if (level == SQLITE_LOCK_EXCLUSIVE && others >= SQLITE_LOCK_SHARED) {
    self.level = SQLITE_LOCK_PENDING;
    return SQLITE_BUSY;
  }
  self.level = level;
  return SQLITE_OK;
}

int Unlock(sqlite3_file* file, int level) {
  Of(file).level = std::min(Of(file).level, level);
  return SQLITE_OK;
}

int CheckReservedLock(sqlite3_file* file, int* reserved) {
  *reserved = std::max(Of(file).level, HighestOfOthers(Of(file))) >= SQLITE_LOCK_RESERVED ? 1 : 0;
  return SQLITE_OK;
}

int FileControl(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int SectorSize(sqlite3_file*) { return 4096; }
int DeviceCharacteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

// --- Shared memory. ---

int ShmMap(sqlite3_file* file, int region, int size, int extend, void volatile** memory) {
  VfsFile& self = Of(file);
  *memory = nullptr;
  if (const int error = self.disk->Map()) {
    return Result(error, error == ENOSPC ? SQLITE_IOERR_SHMSIZE : SQLITE_IOERR_SHMMAP);
  }
  auto& regions = self.shared->regions;
  const auto index = static_cast<std::size_t>(region);
  if (size != static_cast<int>(sizeof(*regions[0]))) return SQLITE_IOERR_SHMMAP;
  while (extend != 0 && regions.size() <= index) {
    regions.push_back(std::make_unique<std::array<char, 32768>>());
  }
  if (index < regions.size()) *memory = regions[index]->data();
  return SQLITE_OK;
}

int ShmLock(sqlite3_file* file, int first, int count, int flags) {
  VfsFile& self = Of(file);
  const bool lock = (flags & SQLITE_SHM_LOCK) != 0;
  const bool write = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
  if (lock) {
    if (const int error = self.disk->Lock()) return Result(error, SQLITE_IOERR_SHMLOCK);
  }
  for (int i = first; lock && i < first + count; ++i) {
    const auto slot = static_cast<std::size_t>(i);
    for (const VfsFile* other : self.shared->openers) {
      if (other == &self) continue;
      if (other->writes[slot] || (write && other->reads[slot])) return SQLITE_BUSY;
    }
  }
  for (int i = first; i < first + count; ++i) {
    (write ? self.writes : self.reads)[static_cast<std::size_t>(i)] = lock;
  }
  return SQLITE_OK;
}

void ShmBarrier(sqlite3_file*) {}

int ShmUnmap(sqlite3_file* file, int remove) {
  VfsFile& self = Of(file);
  self.reads = self.writes = {};
  if (remove != 0) self.shared->regions.clear();
  return SQLITE_OK;
}

const sqlite3_io_methods kMethods = {2,
                                     Close,
                                     Read,
                                     Write,
                                     Truncate,
                                     Sync,
                                     FileSize,
                                     Lock,
                                     Unlock,
                                     CheckReservedLock,
                                     FileControl,
                                     SectorSize,
                                     DeviceCharacteristics,
                                     ShmMap,
                                     ShmLock,
                                     ShmBarrier,
                                     ShmUnmap,
                                     nullptr,
                                     nullptr};

// --- The layer. ---

int Open(sqlite3_vfs*, const char* given, sqlite3_file* memory, int flags, int* out_flags) {
  memory->pMethods = nullptr;
  SimulatedDisk* const disk = given == nullptr ? &Temporaries() : SimulatedDisk::Of(given);
  if (disk == nullptr) return Result(ENOENT, SQLITE_CANTOPEN);
  const std::string name = given == nullptr ? std::to_string(disk->Fresh()) : given;
  bool exists = false;
  std::uint64_t size = 0;
  const bool create = (flags & SQLITE_OPEN_CREATE) != 0;
  if (const int error = disk->Look(name, &exists, &size)) return Result(error, SQLITE_CANTOPEN);
  SimulatedDisk::File opened;
  if (const int error = disk->Open(name, create, &opened)) return Result(error, SQLITE_CANTOPEN);
  auto* const file = new (memory) VfsFile();
  constexpr int kJournals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
  file->base.pMethods = &kMethods;
  file->disk = disk;
  file->shared = std::static_pointer_cast<Shared>(SimulatedDisk::SharedOf(opened));
  if (file->shared == nullptr) {
    file->shared = std::make_shared<Shared>();
    SimulatedDisk::SetSharedOf(opened, file->shared);
  }
  file->shared->openers.push_back(file);
  file->file = std::move(opened);
  file->sync_folder = !exists && (flags & kJournals) != 0;
  file->delete_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
  file->name = name;
  if ((flags & SQLITE_OPEN_MAIN_DB) != 0) {
    sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, static_cast<int>(disk->Fresh()), nullptr);
  }
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int Delete(sqlite3_vfs*, const char* name, int sync_folder) {
  SimulatedDisk* const disk = SimulatedDisk::Of(name);
  if (disk == nullptr) return Result(ENOENT, SQLITE_IOERR_DELETE_NOENT);
  const int error = disk->Delete(name);
  if (error == ENOENT) return Result(error, SQLITE_IOERR_DELETE_NOENT);
  if (error != 0) return Result(error, SQLITE_IOERR_DELETE);
  return sync_folder == 0 ? SQLITE_OK : Result(disk->SyncFolder(), SQLITE_IOERR_DIR_FSYNC);
}

int Access(sqlite3_vfs*, const char* name, int flags, int* result) {
  *result = 0;
  SimulatedDisk* const disk = SimulatedDisk::Of(name);
  if (disk == nullptr) return SQLITE_OK;
  bool exists = false;
  std::uint64_t size = 0;
  const int error = disk->Look(name, &exists, &size);
  // As SQLite's own layer: an empty file does not count when it asks for existence.
  *result = exists && (flags != SQLITE_ACCESS_EXISTS || size > 0) ? 1 : 0;
  return Result(error, SQLITE_IOERR_ACCESS);
}

int FullPathname(sqlite3_vfs*, const char* name, int size, char* full) {
  const int length = std::snprintf(full, static_cast<std::size_t>(size), "%s", name);
  return length < size ? SQLITE_OK : SQLITE_CANTOPEN;
}

// SQLite asks once per process; everything that matters gets its seed in Open.
int Randomness(sqlite3_vfs*, int size, char* bytes) {
  std::mt19937_64 engine(1);
  for (int i = 0; i < size; ++i) bytes[i] = static_cast<char>(engine());
  return size;
}

int Sleep(sqlite3_vfs*, int microseconds) { return microseconds; }

int CurrentTime(sqlite3_vfs*, sqlite3_int64* now) {
  *now = 212'000'000'000'000;  // milliseconds of the Julian calendar, about 2005
  return SQLITE_OK;
}

int CurrentTimeDays(sqlite3_vfs* vfs, double* days) {
  sqlite3_int64 now = 0;
  CurrentTime(vfs, &now);
  *days = static_cast<double>(now) / 86'400'000.0;
  return SQLITE_OK;
}

int GetLastError(sqlite3_vfs*, int, char*) { return last_error; }

sqlite3_vfs* NewVfs() {
  auto* const vfs = new sqlite3_vfs();
  vfs->iVersion = 2;
  vfs->szOsFile = sizeof(VfsFile);
  vfs->mxPathname = 512;
  vfs->zName = "geo-simulated";
  vfs->xOpen = Open;
  vfs->xDelete = Delete;
  vfs->xAccess = Access;
  vfs->xFullPathname = FullPathname;
  vfs->xRandomness = Randomness;
  vfs->xSleep = Sleep;
  vfs->xCurrentTime = CurrentTimeDays;
  vfs->xGetLastError = GetLastError;
  vfs->xCurrentTimeInt64 = CurrentTime;
  sqlite3_vfs_register(vfs, 0);
  return vfs;
}

}  // namespace

std::string SimulatedSqliteVfs() {
  static const sqlite3_vfs* const vfs = NewVfs();
  return vfs->zName;
}

}  // namespace geo::testing
