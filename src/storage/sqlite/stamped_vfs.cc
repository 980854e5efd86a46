#include "src/storage/sqlite/stamped_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include "src/base/crc32.h"
#include "src/base/little_endian.h"
#include "src/base/quote.h"

namespace geo {
namespace {

constexpr std::string_view kPrefix = "geo-stamped/";

using Page = std::array<unsigned char, kPageBytes>;

constexpr std::size_t kBody = kPageBytes - kStampBytes;

// Page 1 begins with SQLite's header, in which SQLite's own backup and journal modes change fields
// (format versions, change counters, schema cookie) that mean nothing in WAL mode. They are left
// out, so that a copy made with any tool still opens.
void MaskHeader(unsigned char* page) {
  constexpr std::pair<int, int> kVolatile[] = {{18, 2}, {24, 4}, {40, 4}, {92, 8}};
  for (const auto& [offset, size] : kVolatile) std::fill_n(page + offset, size, 0);
}

// Writes the stamp of page `number` (from 1) with this body behind the body.
void Stamp(std::uint32_t number, Page* page) {
  StoreLittleEndian(number, page->data() + kBody);
  const auto sum = [](const Page& summed) {
    return Crc32({reinterpret_cast<const char*>(summed.data()), kBody + 4});
  };
  std::uint32_t stamp = 0;
  if (number == 1) {
    Page masked = *page;
    MaskHeader(masked.data());
    stamp = sum(masked);
  } else {
    stamp = sum(*page);
  }
  StoreLittleEndian(stamp, page->data() + kBody + 4);
}

bool IsUnstamped(const unsigned char* page) {
  return std::all_of(page + kBody, page + kPageBytes, [](unsigned char c) { return c == 0; });
}

std::uint32_t PageNumber(sqlite3_int64 offset) {
  return static_cast<std::uint32_t>(offset / static_cast<sqlite3_int64>(kPageBytes)) + 1;
}

bool IsPage(int amount, sqlite3_int64 offset) {
  return amount == static_cast<int>(kPageBytes) &&
         offset % static_cast<sqlite3_int64>(kPageBytes) == 0;
}

// A file; the file of the layer beneath lies right behind it.
struct alignas(std::max_align_t) LayerFile {
  sqlite3_file base;
};

sqlite3_file* Inner(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<LayerFile*>(file) + 1);
}

// SQLite knows only ENOSPC as "full", but a quota or the largest file size end a file as well.
int WriteInner(sqlite3_file* file, const void* from, int amount, sqlite3_int64 offset) {
  sqlite3_file* const inner = Inner(file);
  const int result = inner->pMethods->xWrite(inner, from, amount, offset);
  const bool full = result == SQLITE_IOERR_WRITE && (errno == EDQUOT || errno == EFBIG);
  return full ? SQLITE_FULL : result;
}

int ReadStamped(sqlite3_file* file, void* to, int amount, sqlite3_int64 offset) {
  sqlite3_file* const inner = Inner(file);
  const int result = inner->pMethods->xRead(inner, to, amount, offset);
  if (!IsPage(amount, offset)) return result;
  if (result == SQLITE_IOERR_SHORT_READ) {
    // SQLite takes the missing part for zeros. Only a page that is missing as a whole may be.
    sqlite3_int64 size = 0;
    const int sized = inner->pMethods->xFileSize(inner, &size);
    if (sized != SQLITE_OK) return sized;
    return size > offset ? SQLITE_IOERR_DATA : result;
  }
  auto* const bytes = static_cast<unsigned char*>(to);
  if (result != SQLITE_OK || IsUnstamped(bytes)) return result;
  Page page;
  std::copy_n(bytes, kPageBytes, page.begin());
  Stamp(PageNumber(offset), &page);
  if (!std::equal(page.begin() + kBody, page.end(), bytes + kBody)) return SQLITE_IOERR_DATA;
  // Pages in memory carry no stamp, so that other tools that copy them out of the log leave none
  // that has become wrong.
  std::fill_n(bytes + kBody, kStampBytes, 0);
  return SQLITE_OK;
}

int WriteStamped(sqlite3_file* file, const void* from, int amount, sqlite3_int64 offset) {
  if (!IsPage(amount, offset)) return WriteInner(file, from, amount, offset);
  Page page;
  std::copy_n(static_cast<const unsigned char*>(from), kPageBytes, page.begin());
  Stamp(PageNumber(offset), &page);
  return WriteInner(file, page.data(), amount, offset);
}

template <auto Method, typename... Args>
int ForwardFile(sqlite3_file* file, Args... args) {
  sqlite3_file* const inner = Inner(file);
  return (inner->pMethods->*Method)(inner, args...);
}

using IoMethods = sqlite3_io_methods;

// Without the newer flag by which a file takes reads of parts of pages, which ReadStamped could not
// verify.
int DeviceCharacteristics(sqlite3_file* file) {
  constexpr int kSubpageRead = 0x8000;  // SQLITE_IOCAP_SUBPAGE_READ
  sqlite3_file* const inner = Inner(file);
  return inner->pMethods->xDeviceCharacteristics(inner) & ~kSubpageRead;
}

void ForwardBarrier(sqlite3_file* file) {
  sqlite3_file* const inner = Inner(file);
  inner->pMethods->xShmBarrier(inner);
}

// Version 2: no memory mapping, which would read pages past `read`.
constexpr IoMethods Methods(decltype(IoMethods::xRead) read, decltype(IoMethods::xWrite) write) {
  return {
      2,
      ForwardFile<&IoMethods::xClose>,
      read,
      write,
      ForwardFile<&IoMethods::xTruncate, sqlite3_int64>,
      ForwardFile<&IoMethods::xSync, int>,
      ForwardFile<&IoMethods::xFileSize, sqlite3_int64*>,
      ForwardFile<&IoMethods::xLock, int>,
      ForwardFile<&IoMethods::xUnlock, int>,
      ForwardFile<&IoMethods::xCheckReservedLock, int*>,
      ForwardFile<&IoMethods::xFileControl, int, void*>,
      ForwardFile<&IoMethods::xSectorSize>,
      DeviceCharacteristics,
      ForwardFile<&IoMethods::xShmMap, int, int, int, void volatile**>,
      ForwardFile<&IoMethods::xShmLock, int, int, int>,
      ForwardBarrier,
      ForwardFile<&IoMethods::xShmUnmap, int>,
      nullptr,
      nullptr,
  };
}

const IoMethods kStampedMethods = Methods(ReadStamped, WriteStamped);
// Logs carry checksums of their own.
const IoMethods kPlainMethods =
    Methods(ForwardFile<&IoMethods::xRead, void*, int, sqlite3_int64>, WriteInner);

struct Layer {
  sqlite3_vfs vfs{};
  sqlite3_vfs* base = nullptr;
  std::string name;
};

sqlite3_vfs* Base(sqlite3_vfs* vfs) { return static_cast<Layer*>(vfs->pAppData)->base; }

int OpenFile(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  sqlite3_vfs* const base = Base(vfs);
  sqlite3_file* const inner = Inner(file);
  inner->pMethods = nullptr;
  const int result = base->xOpen(base, name, inner, flags, out_flags);
  file->pMethods = (flags & SQLITE_OPEN_MAIN_DB) != 0 ? &kStampedMethods : &kPlainMethods;
  if (inner->pMethods == nullptr) file->pMethods = nullptr;
  return result;
}

template <auto Function, typename Result, typename... Args>
Result ForwardVfs(sqlite3_vfs* vfs, Args... args) {
  sqlite3_vfs* const base = Base(vfs);
  return (base->*Function)(base, args...);
}

using Vfs = sqlite3_vfs;

// SQLite calls the table's functions with the table itself, so each must find its way to the base.
std::unique_ptr<Layer> MakeLayer(sqlite3_vfs* base, std::string name) {
  auto layer = std::make_unique<Layer>();
  layer->base = base;
  layer->name = std::move(name);
  sqlite3_vfs& vfs = layer->vfs;
  vfs.iVersion = 2;
  vfs.szOsFile = static_cast<int>(sizeof(LayerFile)) + base->szOsFile;
  vfs.mxPathname = base->mxPathname;
  vfs.zName = layer->name.c_str();
  vfs.pAppData = layer.get();
  vfs.xOpen = OpenFile;
  vfs.xDelete = ForwardVfs<&Vfs::xDelete, int, const char*, int>;
  vfs.xAccess = ForwardVfs<&Vfs::xAccess, int, const char*, int, int*>;
  vfs.xFullPathname = ForwardVfs<&Vfs::xFullPathname, int, const char*, int, char*>;
  vfs.xRandomness = ForwardVfs<&Vfs::xRandomness, int, int, char*>;
  vfs.xSleep = ForwardVfs<&Vfs::xSleep, int, int>;
  vfs.xCurrentTime = ForwardVfs<&Vfs::xCurrentTime, int, double*>;
  vfs.xGetLastError = ForwardVfs<&Vfs::xGetLastError, int, int, char*>;
  vfs.xCurrentTimeInt64 = [](sqlite3_vfs* self, sqlite3_int64* now) {
    sqlite3_vfs* const inner = Base(self);
    if (inner->iVersion >= 2) return inner->xCurrentTimeInt64(inner, now);
    double days = 0;
    const int result = inner->xCurrentTime(inner, &days);
    *now = static_cast<sqlite3_int64>(days * 86'400'000.0);
    return result;
  };
  return layer;
}

}  // namespace

StatusOr<std::string> StampedVfs(const std::string& base_name) {
  sqlite3_vfs* const base = sqlite3_vfs_find(base_name.empty() ? nullptr : base_name.c_str());
  if (base == nullptr) {
    return MakeError(ErrorCode::kInvalidArgument, "no SQLite file layer " + Quote(base_name));
  }
  const std::string name = std::string(kPrefix) + base->zName;
  if (sqlite3_vfs_find(name.c_str()) != nullptr) return name;
  std::unique_ptr<Layer> layer = MakeLayer(base, name);
  if (sqlite3_vfs_register(&layer->vfs, 0) != SQLITE_OK) {
    return MakeError(ErrorCode::kStoreIo, "SQLite takes no file layer");
  }
  (void)layer.release();  // SQLite keeps it for the life of the process
  return name;
}

std::string VfsBelow(const std::string& stamped) { return stamped.substr(kPrefix.size()); }

}  // namespace geo
