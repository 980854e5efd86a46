// A disk in memory that keeps what is synced apart from what is not. When the power fails, each
// unsynced write may be there, not there, or there by some of its sectors, in any combination that
// a seed chooses; and any call can be made to fail. For tests of whatever keeps bytes in files:
// geo's SQLite store and other users of SQLite through geo/testing/simulated_sqlite.h, stores with
// files of their own through the calls below.
//
//   SimulatedDisk disk;
//   disk.BeforeEachChange([&](const DiskChange&) { cuts.push_back(disk.Image()); });
//   ... a life of the store on `disk`, noting what it acknowledged at each cut ...
//   for (const DiskImage& cut : cuts) {
//     SimulatedDisk after(cut.AfterPowerCut(seed));
//     ... open the store on `after`: everything acknowledged must be there ...
//   }
//
// The rules are those of an ordinary journalling file system: Sync makes the contents and size of
// one file durable, SyncFolder the names; sectors of 512 bytes are written whole or not at all;
// unsynced changes reach the medium in any order. After a Sync that failed, some of the writes
// before it are durable and the others never will be, though reads go on showing them. There is one
// folder. Nothing depends on time or chance: the same calls and seeds give the same bytes. All
// disks of a process belong to one thread at a time.
#ifndef GEO_TESTING_SIMULATED_DISK_H_
#define GEO_TESTING_SIMULATED_DISK_H_

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace geo::testing {

enum class DiskCall : std::uint8_t {
  kOpen,
  kRead,
  kWrite,
  kSync,
  kTruncate,
  kDelete,
  kRename,
  kSyncFolder,
  kLook,  // whether a file is there, and its size
  kLock,  // of a file, and of parts of shared memory
  kMap,   // of shared memory
};
inline constexpr std::size_t kDiskCalls = 11;

// A change to the disk that is about to happen.
struct DiskChange {
  DiskCall call = DiskCall::kWrite;  // kOpen: a file is made
  std::string name;                  // the file; empty for kSyncFolder
};

// A failure to come.
struct DiskFault {
  DiskCall call = DiskCall::kWrite;
  std::uint64_t nth = 1;  // such call from now on; 1 is the next
  int error = EIO;        // what it answers: EIO, ENOSPC, EDQUOT, EACCES, EBUSY…
  bool sticky = false;    // and all later ones as well
  // Half of it is done: a write leaves the first half of its bytes and then fails; a read answers
  // no error but a short count.
  bool half = false;
};

// Ways of a disk to deceive: to see that a test notices what a store must not rely on.
struct DiskLies {
  bool skip_syncs = false;       // Sync and SyncFolder answer ok and do nothing
  std::string forgets_suffix{};  // writes to files whose names end so vanish; empty: none do
};

// What is on a disk at some moment: contents and names, durable or not. A value that shares what it
// has in common with others; copying costs O(files and unsynced writes).
class DiskImage {
 public:
  DiskImage();  // an empty disk

  // What a power cut leaves: for some seeds all or nothing of what was not synced, for others a
  // prefix of it in the order in which it was written, for most of them any part, sector by sector;
  // parts of a grown file that were never written are zeros or, for some seeds, old garbage.
  // Everything that is left is durable. O(bytes of files with unsynced writes).
  DiskImage AfterPowerCut(std::uint64_t seed) const;

  // How many changes a power cut may undo.
  std::size_t undurable() const;

  // Whether both, cut off from power in the same way or not, hold the same files byte for byte, all
  // of it durable: whoever opens them cannot tell them apart. False while anything is not durable.
  // O(bytes).
  bool SameFiles(const DiskImage& other) const;

  struct Contents;
  explicit DiskImage(std::shared_ptr<const Contents> contents);
  const Contents& contents() const { return *contents_; }  // for the disk

 private:
  std::shared_ptr<const Contents> contents_;
};

struct DiskFile;  // an open file; keeps it readable after it was deleted
struct DiskNameChange;

class SimulatedDisk {
 public:
  SimulatedDisk();
  explicit SimulatedDisk(const DiskImage& image);
  ~SimulatedDisk();
  SimulatedDisk(const SimulatedDisk&) = delete;
  SimulatedDisk& operator=(const SimulatedDisk&) = delete;

  // "/simulated-7": begins the path of every file of this disk where the paths of several disks
  // meet; the calls below take names with or without it.
  const std::string& root() const { return root_; }
  // The disk with that path; null when there is none.
  static SimulatedDisk* Of(std::string_view path);

  // --- Files. Each answers 0 or an error number. ---
  using File = std::shared_ptr<DiskFile>;

  // ENOENT unless there or to be created.
  int Open(std::string_view name, bool create, File* file);
  // `*got` falls short of `size` at the end of the file.
  int Read(const File& file, std::uint64_t offset, char* to, std::size_t size, std::size_t* got);
  int Write(const File& file, std::uint64_t offset, std::string_view bytes);
  int Truncate(const File& file, std::uint64_t size);
  int Sync(const File& file);
  int Size(const File& file, std::uint64_t* size);
  int Look(std::string_view name, bool* exists, std::uint64_t* size);
  int Delete(std::string_view name);
  int Rename(std::string_view from, std::string_view to);
  int SyncFolder();

  // For layers above that lock files or share memory. These count, and fail when told to:
  int Lock();
  int Map();
  // What the openers of a file share, kept with the file until the disk is restored; null at first.
  static std::shared_ptr<void> SharedOf(const File& file);
  static void SetSharedOf(const File& file, std::shared_ptr<void> shared);

  // --- Power, death and failures. ---

  DiskImage Image() const;

  // The disk becomes the image, as after a restart: files that were open answer EIO for ever, locks
  // are gone. From an Image that was taken when a process died, nothing is lost; from
  // AfterPowerCut, what the cut took.
  void Restore(const DiskImage& image);

  // Called before each write, sync, truncate, delete, rename, folder sync and making of a file.
  // Image() then shows what a power cut in the middle of the change before may leave. Empty: none.
  void BeforeEachChange(std::function<void(const DiskChange& change)> observer);

  // Replaces the failure to come; nothing: none.
  void SetFault(const std::optional<DiskFault>& fault);
  void SetLies(const DiskLies& lies) { lies_ = lies; }
  // Calls since the last SetFault, failed ones included.
  std::uint64_t calls(DiskCall call) const { return calls_[static_cast<std::size_t>(call)]; }
  // The last failure that SetFault caused; 0: none.
  int last_error() const { return last_error_; }

  // Cuts a file without a trace, durably, as damage would. ENOENT.
  int LoseTail(std::string_view name, std::uint64_t size);

  // A number that no other call on this disk, its images or their descendants has given.
  std::uint64_t Fresh() { return ++fresh_; }

 private:
  int Begin(DiskCall call);
  int Change(DiskCall call, std::string_view name);
  std::string_view Local(std::string_view path) const;
  void Pending(const File& file, std::uint64_t offset, std::string_view bytes, bool truncate);
  void ChangeName(std::string from, std::string to, std::uint64_t file);
  void Load(const DiskImage& image);
  void LoseFiles();

  std::string root_;
  std::map<std::uint64_t, File> files_;
  std::vector<std::weak_ptr<DiskFile>> nameless_;  // deleted for good, perhaps still open
  std::map<std::string, std::uint64_t, std::less<>> names_;
  std::map<std::string, std::uint64_t, std::less<>> durable_names_;
  std::vector<DiskNameChange> pending_names_;
  std::uint64_t changes_ = 0;
  std::uint64_t fresh_ = 0;
  std::function<void(const DiskChange& change)> observer_;
  std::optional<DiskFault> fault_;
  DiskLies lies_;
  std::array<std::uint64_t, kDiskCalls> calls_{};
  int last_error_ = 0;
};

}  // namespace geo::testing

#endif  // GEO_TESTING_SIMULATED_DISK_H_
