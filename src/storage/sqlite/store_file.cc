#include "src/storage/sqlite/store_file.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <vector>

#include "geo/base/bytes.h"
#include "geo/base/encoding.h"
#include "src/base/quote.h"
#include "src/base/status_macros.h"
#include "src/storage/sqlite/stamped_vfs.h"

namespace geo {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxPathBytes = 480;  // SQLite takes 512 with its suffixes
constexpr int kMaxLinks = 40;
constexpr std::string_view kSqliteMagic("SQLite format 3\0", 16);
constexpr std::size_t kHeaderBytes = 100;
constexpr std::string_view kMarkMagic = "geomark1";
constexpr std::size_t kMarkBytes = 8 + 8 + 4;

Status CheckPathText(const std::string& path) {
  std::string_view problem;
  if (path.empty()) problem = "is empty";
  if (path.find('\0') != std::string::npos) problem = "has a zero byte";
  if (!IsValidUtf8(path)) problem = "is not UTF-8";
  if (path.size() > kMaxPathBytes) problem = "is longer than 480 bytes";
  if (problem.empty()) return OkStatus();
  return MakeError(ErrorCode::kInvalidArgument,
                   "the path " + Quote(path) + " " + std::string(problem));
}

StatusOr<fs::path> CanonicalFolder(const fs::path& folder) {
  std::error_code error;
  fs::path canonical = fs::canonical(folder.empty() ? fs::path(".") : folder, error);
  if (error) return SystemError(error.value(), "the folder", folder.string());
  return canonical;
}

std::uint32_t BigEndian32(std::string_view bytes, std::size_t offset) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = value << 8 | static_cast<unsigned char>(bytes[offset + i]);
  }
  return value;
}

// What the first bytes of an existing file say.
Status CheckHeader(std::string_view header, const std::string& path) {
  const auto error = [&path](ErrorCode code, std::string_view what) {
    return MakeError(code, Quote(path) + " " + std::string(what));
  };
  const std::size_t magic = std::min(header.size(), kSqliteMagic.size());
  if (header.substr(0, magic) != kSqliteMagic.substr(0, magic)) {
    return error(ErrorCode::kStoreForeign, "is not a database");
  }
  if (header.size() < 72) {
    return error(ErrorCode::kStoreCorrupt, "is cut off; restore it, or delete it to begin anew");
  }
  if (BigEndian32(header, 68) != kApplicationId) {
    return error(ErrorCode::kStoreForeign, "is a database of something else");
  }
  const std::uint32_t format = BigEndian32(header, 60);
  if (format > kStoreFormat) {
    return error(ErrorCode::kStoreNewer, "has format " + std::to_string(format) +
                                             "; this version knows up to " +
                                             std::to_string(kStoreFormat));
  }
  // Pages of another size would be read past their stamps.
  const std::uint32_t page_size = BigEndian32(header, 14) & 0xffff;
  if (format == 0 || header.size() < kHeaderBytes || page_size != kPageBytes ||
      header[20] != kStampBytes) {
    return error(ErrorCode::kStoreCorrupt, "is damaged in its header");
  }
  return OkStatus();
}

// The first bytes of a file, through SQLite.
StatusOr<std::string> ReadHeader(const std::string& path, std::uint64_t size,
                                 const std::string& vfs_name) {
  sqlite3_vfs* const vfs = sqlite3_vfs_find(vfs_name.c_str());
  if (vfs == nullptr) return MakeError(ErrorCode::kInternal, "no file layer " + vfs_name);
  const auto units = static_cast<std::size_t>(vfs->szOsFile) / sizeof(std::max_align_t) + 1;
  std::vector<std::max_align_t> memory(units);
  auto* const file = reinterpret_cast<sqlite3_file*>(memory.data());
  const char* const name = sqlite3_create_filename(path.c_str(), "", "", 0, nullptr);
  if (name == nullptr) return MakeError(ErrorCode::kStoreIo, "out of memory");
  int flags = 0;
  int result = vfs->xOpen(vfs, name, file, SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB, &flags);
  const int system_error = errno;
  std::string header(std::min<std::uint64_t>(size, kHeaderBytes), '\0');
  if (result == SQLITE_OK) {
    result = file->pMethods->xRead(file, header.data(), static_cast<int>(header.size()), 0);
  }
  if (file->pMethods != nullptr) file->pMethods->xClose(file);
  sqlite3_free_filename(const_cast<char*>(name));
  if (result == SQLITE_OK) return header;
  return SystemError(result == SQLITE_CANTOPEN ? system_error : EIO, "read", path);
}

}  // namespace

Status SystemError(int error, std::string_view what, const std::string& path) {
  ErrorCode code = ErrorCode::kStoreIo;
  if (error == EACCES || error == EPERM || error == EROFS) code = ErrorCode::kStoreReadOnly;
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) code = ErrorCode::kStoreFull;
  return MakeError(
      code, std::string(what) + " " + Quote(path) + ": " + std::generic_category().message(error));
}

StatusOr<std::string> CanonicalPath(const std::string& path) {
  GEO_RETURN_IF_ERROR(CheckPathText(path));
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
    if (!fs::is_symlink(fs::symlink_status(file, error))) {
      GEO_RETURN_IF_ERROR(CheckPathText(file.string()));
      return file.string();
    }
    const fs::path target = fs::read_symlink(file, error);
    if (error) return SystemError(error.value(), "the link", file.string());
    file = folder / target;
  }
  return MakeError(ErrorCode::kInvalidArgument, Quote(path) + " is a link that never ends");
}

StatusOr<bool> HasStore(const std::string& path, const std::string& vfs) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) {
    if (errno != ENOENT) return SystemError(errno, "look at", path);
    if (FileSize(path + "-wal") == 0) return false;
    return MakeError(ErrorCode::kStoreCorrupt, "the log " + Quote(path + "-wal") +
                                                   " is there without its database; restore that, "
                                                   "or delete the log to begin anew");
  }
  if (!S_ISREG(info.st_mode)) {
    return MakeError(ErrorCode::kStoreForeign, Quote(path) + " is not an ordinary file");
  }
  if (info.st_nlink > 1) {
    return MakeError(ErrorCode::kInvalidArgument,
                     Quote(path) + " has " + std::to_string(info.st_nlink) +
                         " names (hard links), which damages databases; make a copy instead");
  }
  if (info.st_size == 0) {
    return MakeError(ErrorCode::kStoreCorrupt,
                     Quote(path) + " is empty; restore it, or delete it to begin anew");
  }
  GEO_ASSIGN_OR_RETURN(const std::string header,
                       ReadHeader(path, static_cast<std::uint64_t>(info.st_size), vfs));
  GEO_RETURN_IF_ERROR(CheckHeader(header, path));
  // SQLite would open it for reading, and leave files beside it that nobody may write later.
  for (const char* suffix : {"", "-wal", "-shm"}) {
    if (access((path + suffix).c_str(), W_OK) != 0 && errno != ENOENT) {
      return SystemError(errno, "write", path + suffix);
    }
  }
  return true;
}

Status SyncFolderOf(const std::string& path) {
  const std::string folder = fs::path(path).parent_path().string();
  const int file = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return SystemError(errno, "open", folder);
  const int result = fsync(file);
  const int error = errno;
  close(file);
  return result == 0 ? OkStatus() : SystemError(error, "sync", folder);
}

bool FileExists(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0;
}

std::uint64_t FileSize(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

StatusOr<StoreLock::Attempt> StoreLock::TryOnce(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (file < 0) return SystemError(errno, "open", path);
  std::array<char, kMarkBytes> bytes{};
  const ssize_t got = pread(file, bytes.data(), bytes.size(), 0);
  ByteReader reader(std::string_view(bytes.data(), got > 0 ? static_cast<std::size_t>(got) : 0));
  const std::string_view magic = reader.Raw(kMarkMagic.size());
  const std::uint64_t mark = reader.Fixed64();
  const std::uint32_t sum = reader.Fixed32();
  // A mark that does not add up is none: it only ever makes more damage noticed.
  if (reader.Complete() && magic == kMarkMagic &&
      sum == crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), kMarkBytes - 4)) {
    mark_ = mark;
  }
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    close(file);
    if (error == EWOULDBLOCK) return Attempt::kTaken;
    return SystemError(error, "lock", path);
  }
  struct stat mine {};
  struct stat named {};
  if (fstat(file, &mine) != 0 || stat(path.c_str(), &named) != 0 || mine.st_ino != named.st_ino ||
      mine.st_dev != named.st_dev) {
    close(file);  // somebody took over between open and lock
    return Attempt::kGone;
  }
  file_ = file;
  return Attempt::kHeld;
}

Status StoreLock::Acquire(const std::string& path, bool take_over) {
  mark_.reset();
  for (int attempt = 0; attempt < 100; ++attempt) {
    GEO_ASSIGN_OR_RETURN(const Attempt result, TryOnce(path));
    if (result == Attempt::kHeld) return OkStatus();
    if (result == Attempt::kGone) continue;
    if (!take_over) break;
    if (unlink(path.c_str()) != 0 && errno != ENOENT) return SystemError(errno, "replace", path);
  }
  return MakeError(ErrorCode::kStoreBusy, "another writer holds " + Quote(path));
}

void StoreLock::Release() {
  if (file_ >= 0) close(file_);
  file_ = -1;
}

Status StoreLock::SetMark(std::uint64_t mark, bool sync) {
  std::string bytes;
  ByteWriter writer(&bytes);
  writer.Raw(kMarkMagic);
  writer.Fixed64(mark);
  writer.Fixed32(static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size())));
  const ssize_t wrote = pwrite(file_, bytes.data(), bytes.size(), 0);
  if (wrote < 0) return SystemError(errno, "write", "the .lock file");
  if (static_cast<std::size_t>(wrote) != bytes.size()) {
    return SystemError(ENOSPC, "write", "the .lock file");
  }
  if (sync && fsync(file_) != 0) return SystemError(errno, "sync", "the .lock file");
  mark_ = mark;
  return OkStatus();
}

Status StoreLock::ClearMark() {
  if (ftruncate(file_, 0) != 0) return SystemError(errno, "cut", "the .lock file");
  if (fsync(file_) != 0) return SystemError(errno, "sync", "the .lock file");
  mark_.reset();
  return OkStatus();
}

}  // namespace geo
