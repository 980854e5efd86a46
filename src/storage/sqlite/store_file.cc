#include "src/storage/sqlite/store_file.h"

#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <system_error>
#include <utility>
#include <vector>

#include "geo/base/bytes.h"
#include "geo/base/encoding.h"
#include "src/base/crc32.h"
#include "src/base/quote.h"
#include "src/base/status_macros.h"
#include "src/storage/sqlite/stamped_vfs.h"

namespace geo {
namespace {

constexpr std::size_t kMaxPathBytes = 480;  // SQLite takes 512 with its suffixes
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

// A mark that does not add up is none: it only ever makes more damage noticed.
std::optional<std::uint64_t> ReadMark(std::string_view bytes) {
  bytes = bytes.substr(0, kMarkBytes);
  ByteReader reader(bytes);
  const std::string_view magic = reader.Raw(kMarkMagic.size());
  const std::uint64_t mark = reader.Fixed64();
  const std::uint32_t sum = reader.Fixed32();
  if (!reader.Complete() || magic != kMarkMagic || sum != Crc32(bytes.substr(0, 16))) {
    return std::nullopt;
  }
  return mark;
}

}  // namespace

Status SystemError(int error, std::string_view what, const std::string& path) {
  ErrorCode code = ErrorCode::kStoreIo;
  if (error == EACCES || error == EPERM || error == EROFS) code = ErrorCode::kStoreReadOnly;
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) code = ErrorCode::kStoreFull;
  return MakeError(
      code, std::string(what) + " " + Quote(path) + ": " + std::generic_category().message(error));
}

StatusOr<std::string> CanonicalPath(SqliteFiles& files, const std::string& path) {
  GEO_RETURN_IF_ERROR(CheckPathText(path));
  GEO_ASSIGN_OR_RETURN(std::string canonical, files.Canonical(path));
  GEO_RETURN_IF_ERROR(CheckPathText(canonical));
  return canonical;
}

Status CheckStoreFile(const SqliteFiles::Info& info, const std::string& path,
                      const std::string& vfs) {
  if (!info.ordinary) {
    return MakeError(ErrorCode::kStoreForeign, Quote(path) + " is not an ordinary file");
  }
  if (info.size == 0) {
    return MakeError(ErrorCode::kStoreCorrupt,
                     Quote(path) + " is empty; restore it, or delete it to begin anew");
  }
  GEO_ASSIGN_OR_RETURN(const std::string header, ReadHeader(path, info.size, vfs));
  return CheckHeader(header, path);
}

StatusOr<bool> HasStore(SqliteFiles& files, const std::string& path, const std::string& vfs) {
  GEO_ASSIGN_OR_RETURN(const SqliteFiles::Info info, files.Look(path));
  if (!info.exists) {
    GEO_ASSIGN_OR_RETURN(const SqliteFiles::Info log, files.Look(path + "-wal"));
    if (log.size == 0) return false;
    return MakeError(ErrorCode::kStoreCorrupt, "the log " + Quote(path + "-wal") +
                                                   " is there without its database; restore that, "
                                                   "or delete the log to begin anew");
  }
  if (info.ordinary && info.names > 1) {
    return MakeError(ErrorCode::kInvalidArgument,
                     Quote(path) + " has " + std::to_string(info.names) +
                         " names (hard links), which damages databases; make a copy instead");
  }
  GEO_RETURN_IF_ERROR(CheckStoreFile(info, path, vfs));
  // SQLite would open it for reading, and leave files beside it that nobody may write later.
  for (const char* suffix : {"", "-wal", "-shm"}) {
    GEO_RETURN_IF_ERROR(files.CheckWritable(path + suffix));
  }
  return true;
}

StatusOr<std::uint64_t> FileSize(SqliteFiles& files, const std::string& path) {
  GEO_ASSIGN_OR_RETURN(const SqliteFiles::Info info, files.Look(path));
  return info.size;
}

Status StoreLock::Acquire(SqliteFiles& files, const std::string& path, bool take_over) {
  mark_.reset();
  for (int attempt = 0; attempt < 100; ++attempt) {
    GEO_ASSIGN_OR_RETURN(SqliteFiles::LockAttempt result, files.Lock(path));
    if (const auto mark = ReadMark(result.contents)) mark_ = mark;
    if (result.held != nullptr) {
      file_ = std::move(result.held);
      return OkStatus();
    }
    if (!take_over) break;
    GEO_RETURN_IF_ERROR(files.Remove(path));
  }
  return MakeError(ErrorCode::kStoreBusy, "another writer holds " + Quote(path));
}

Status StoreLock::SetMark(std::uint64_t mark, bool sync) {
  std::string bytes;
  ByteWriter writer(&bytes);
  writer.Raw(kMarkMagic);
  writer.Fixed64(mark);
  writer.Fixed32(Crc32(bytes));
  GEO_RETURN_IF_ERROR(file_->Write(bytes));
  if (sync) GEO_RETURN_IF_ERROR(file_->Sync());
  mark_ = mark;
  return OkStatus();
}

Status StoreLock::ClearMark() {
  GEO_RETURN_IF_ERROR(file_->Clear());
  GEO_RETURN_IF_ERROR(file_->Sync());
  mark_.reset();
  return OkStatus();
}

}  // namespace geo
