// The files of geo's SQLite store on a simulated disk.

#include <memory>
#include <string>
#include <utility>

#include "geo/testing/simulated_sqlite.h"

namespace geo::testing {
namespace {

Status Error(int error, std::string_view what, std::string_view name) {
  if (error == 0) return OkStatus();
  ErrorCode code = ErrorCode::kStoreIo;
  if (error == EACCES || error == EPERM || error == EROFS) code = ErrorCode::kStoreReadOnly;
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) code = ErrorCode::kStoreFull;
  return MakeError(code, std::string(what) + " " + std::string(name) + ": error " +
                             std::to_string(error) + " of the simulated disk");
}

// Held while its holder lives, or until the disk is restored.
struct Held {};

class SimulatedLock : public SqliteFiles::LockFile {
 public:
  SimulatedLock(SimulatedDisk& disk, SimulatedDisk::File file, std::shared_ptr<Held> held)
      : disk_(disk), file_(std::move(file)), held_(std::move(held)) {}

  Status Write(std::string_view bytes) override {
    return Error(disk_.Write(file_, 0, bytes), "write", "the lock file");
  }
  Status Clear() override { return Error(disk_.Truncate(file_, 0), "cut", "the lock file"); }
  Status Sync() override { return Error(disk_.Sync(file_), "sync", "the lock file"); }

 private:
  SimulatedDisk& disk_;
  SimulatedDisk::File file_;
  std::shared_ptr<Held> held_;
};

class SimulatedFiles : public SqliteFiles {
 public:
  explicit SimulatedFiles(SimulatedDisk& disk) : disk_(disk) {}

  std::string Vfs() const override { return SimulatedSqliteVfs(); }

  StatusOr<std::string> Canonical(const std::string& path) override {
    if (SimulatedDisk::Of(path) == &disk_ && path.size() > disk_.root().size() + 1) return path;
    return MakeError(ErrorCode::kInvalidArgument, path + " is not on " + disk_.root());
  }

  StatusOr<Info> Look(const std::string& path) override {
    Info info;
    const int error = disk_.Look(path, &info.exists, &info.size);
    if (error != 0) return Error(error, "look at", path);
    return info;
  }

  Status CheckWritable(const std::string&) override { return OkStatus(); }

  Status Sync(const std::string& path) override {
    SimulatedDisk::File file;
    if (const int error = disk_.Open(path, false, &file)) return Error(error, "open", path);
    return Error(disk_.Sync(file), "sync", path);
  }

  Status Rename(const std::string& from, const std::string& to) override {
    return Error(disk_.Rename(from, to), "name", to);
  }

  Status SyncFolderOf(const std::string& path) override {
    return Error(disk_.SyncFolder(), "sync the folder of", path);
  }

  Status Remove(const std::string& path) override {
    const int error = disk_.Delete(path);
    return error == ENOENT ? OkStatus() : Error(error, "remove", path);
  }

  StatusOr<LockAttempt> Lock(const std::string& path) override {
    SimulatedDisk::File file;
    if (const int error = disk_.Open(path, true, &file)) return Error(error, "open", path);
    char bytes[64];
    LockAttempt result;
    std::size_t got = 0;
    if (disk_.Read(file, 0, bytes, sizeof(bytes), &got) == 0) result.contents.assign(bytes, got);
    if (const int error = disk_.Lock(); error != 0 && error != EBUSY) {
      return Error(error, "lock", path);
    } else if (error == EBUSY) {
      return result;
    }
    const auto weak = std::static_pointer_cast<std::weak_ptr<Held>>(SimulatedDisk::SharedOf(file));
    if (weak != nullptr && !weak->expired()) return result;
    auto held = std::make_shared<Held>();
    SimulatedDisk::SetSharedOf(file, std::make_shared<std::weak_ptr<Held>>(held));
    result.held = std::make_unique<SimulatedLock>(disk_, std::move(file), std::move(held));
    return result;
  }

 private:
  SimulatedDisk& disk_;
};

}  // namespace

std::unique_ptr<SqliteFiles> NewSimulatedSqliteFiles(SimulatedDisk& disk) {
  return std::make_unique<SimulatedFiles>(disk);
}

}  // namespace geo::testing
