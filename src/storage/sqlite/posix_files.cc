#include "src/storage/sqlite/posix_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "src/base/quote.h"
#include "src/base/status_macros.h"
#include "src/storage/sqlite/store_file.h"

namespace geo {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxLinks = 40;
constexpr std::size_t kContentsBytes = 64;

StatusOr<fs::path> CanonicalFolder(const fs::path& folder) {
  std::error_code error;
  fs::path canonical = fs::canonical(folder.empty() ? fs::path(".") : folder, error);
  if (error) return SystemError(error.value(), "the folder", folder.string());
  return canonical;
}

// Opens, syncs and closes.
Status SyncAt(const std::string& path, int flags) {
  const int file = open(path.c_str(), flags | O_CLOEXEC);
  if (file < 0) return SystemError(errno, "open", path);
  const int error = fsync(file) == 0 ? 0 : errno;
  close(file);
  return error == 0 ? OkStatus() : SystemError(error, "sync", path);
}

class PosixLockFile : public SqliteFiles::LockFile {
 public:
  explicit PosixLockFile(int file) : file_(file) {}
  ~PosixLockFile() override { close(file_); }
  PosixLockFile(const PosixLockFile&) = delete;
  PosixLockFile& operator=(const PosixLockFile&) = delete;

  Status Write(std::string_view bytes) override {
    const ssize_t wrote = pwrite(file_, bytes.data(), bytes.size(), 0);
    if (wrote < 0) return SystemError(errno, "write", kName);
    if (static_cast<std::size_t>(wrote) == bytes.size()) return OkStatus();
    return SystemError(ENOSPC, "write", kName);
  }
  Status Clear() override {
    return ftruncate(file_, 0) == 0 ? OkStatus() : SystemError(errno, "cut", kName);
  }
  Status Sync() override {
    return fsync(file_) == 0 ? OkStatus() : SystemError(errno, "sync", kName);
  }

 private:
  static constexpr char kName[] = "the .lock file";

  int file_;
};

class PosixFiles : public SqliteFiles {
 public:
  explicit PosixFiles(std::string vfs) : vfs_(std::move(vfs)) {}

  std::string Vfs() const override { return vfs_; }
  StatusOr<std::string> Canonical(const std::string& path) override;
  StatusOr<Info> Look(const std::string& path) override;
  Status CheckWritable(const std::string& path) override {
    if (access(path.c_str(), W_OK) == 0 || errno == ENOENT) return OkStatus();
    return SystemError(errno, "write", path);
  }
  Status Sync(const std::string& path) override { return SyncAt(path, O_RDWR); }
  Status Rename(const std::string& from, const std::string& to) override {
    return std::rename(from.c_str(), to.c_str()) == 0 ? OkStatus() : SystemError(errno, "name", to);
  }
  Status SyncFolderOf(const std::string& path) override {
    return SyncAt(fs::path(path).parent_path().string(), O_RDONLY | O_DIRECTORY);
  }
  Status Remove(const std::string& path) override {
    if (unlink(path.c_str()) == 0 || errno == ENOENT) return OkStatus();
    return SystemError(errno, "remove", path);
  }
  StatusOr<LockAttempt> Lock(const std::string& path) override;

 private:
  std::string vfs_;
};

StatusOr<std::string> PosixFiles::Canonical(const std::string& path) {
  fs::path file = path;
  for (int links = 0; links < kMaxLinks; ++links) {
    std::error_code error;
    if (fs::is_directory(file, error)) {
      return MakeError(ErrorCode::kStoreForeign, Quote(path) + " is a folder");
    }
    if (!file.has_filename())
      return MakeError(ErrorCode::kInvalidArgument, "no file in " + Quote(path));
    GEO_ASSIGN_OR_RETURN(const fs::path folder, CanonicalFolder(file.parent_path()));
    file = folder / file.filename();
    if (!fs::is_symlink(fs::symlink_status(file, error))) return file.string();
    const fs::path target = fs::read_symlink(file, error);
    if (error) return SystemError(error.value(), "the link", file.string());
    file = folder / target;
  }
  return MakeError(ErrorCode::kInvalidArgument, Quote(path) + " is a link that never ends");
}

StatusOr<SqliteFiles::Info> PosixFiles::Look(const std::string& path) {
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return Info();
    return SystemError(errno, "look at", path);
  }
  return Info{true, S_ISREG(found.st_mode), found.st_nlink,
              static_cast<std::uint64_t>(found.st_size)};
}

StatusOr<SqliteFiles::LockAttempt> PosixFiles::Lock(const std::string& path) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (file < 0) return SystemError(errno, "open", path);
    auto lock = std::make_unique<PosixLockFile>(file);
    const int refused = flock(file, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
    if (refused != 0 && refused != EWOULDBLOCK) return SystemError(refused, "lock", path);
    // Not before: up to then somebody else may write it.
    std::array<char, kContentsBytes> bytes{};
    const ssize_t got = pread(file, bytes.data(), bytes.size(), 0);
    LockAttempt result;
    result.contents.assign(bytes.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    if (refused != 0) return result;
    struct stat mine {};
    struct stat named {};
    const bool same = fstat(file, &mine) == 0 && stat(path.c_str(), &named) == 0 &&
                      mine.st_ino == named.st_ino && mine.st_dev == named.st_dev;
    if (!same) continue;  // somebody took over between open and lock
    result.held = std::move(lock);
    return result;
  }
  return LockAttempt();
}

}  // namespace

std::unique_ptr<SqliteFiles> NewPosixFiles(std::string vfs) {
  return std::make_unique<PosixFiles>(std::move(vfs));
}

}  // namespace geo
