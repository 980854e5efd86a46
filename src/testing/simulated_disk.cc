#include "geo/testing/simulated_disk.h"

#include <algorithm>
#include <utility>

#include "src/testing/disk_contents.h"

namespace geo::testing {
namespace {

std::map<std::string, SimulatedDisk*, std::less<>>& Disks() {
  static auto* const disks = new std::map<std::string, SimulatedDisk*, std::less<>>();
  return *disks;
}

std::string NewRoot() {
  static std::uint64_t last = 0;
  return "/simulated-" + std::to_string(++last);
}

}  // namespace

SimulatedDisk::SimulatedDisk() : SimulatedDisk(DiskImage()) {}

SimulatedDisk::SimulatedDisk(const DiskImage& image) : root_(NewRoot()) {
  Disks()[root_] = this;
  Load(image);
}

SimulatedDisk::~SimulatedDisk() {
  LoseFiles();
  Disks().erase(root_);
}

SimulatedDisk* SimulatedDisk::Of(std::string_view path) {
  const std::size_t end = path.find('/', 1);
  const auto found = Disks().find(path.substr(0, end));
  return found == Disks().end() ? nullptr : found->second;
}

std::string_view SimulatedDisk::Local(std::string_view path) const {
  if (path.size() > root_.size() && path.substr(0, root_.size()) == root_ &&
      path[root_.size()] == '/') {
    return path.substr(root_.size() + 1);
  }
  return path;
}

// Counts a call; its failure, or 0.
int SimulatedDisk::Begin(DiskCall call) {
  const std::uint64_t count = ++calls_[static_cast<std::size_t>(call)];
  if (!fault_ || fault_->call != call || count < fault_->nth) return 0;
  if (count > fault_->nth && !fault_->sticky) return 0;
  last_error_ = fault_->error;
  return fault_->error;
}

int SimulatedDisk::Change(DiskCall call, std::string_view name) {
  if (observer_) observer_({call, std::string(name)});
  return Begin(call);
}

void SimulatedDisk::BeforeEachChange(std::function<void(const DiskChange& change)> observer) {
  observer_ = std::move(observer);
}

void SimulatedDisk::SetFault(const std::optional<DiskFault>& fault) {
  fault_ = fault;
  calls_ = {};
  last_error_ = 0;
}

int SimulatedDisk::Lock() { return Begin(DiskCall::kLock); }
int SimulatedDisk::Map() { return Begin(DiskCall::kMap); }

std::shared_ptr<void> SimulatedDisk::SharedOf(const File& file) { return file->shared; }

void SimulatedDisk::SetSharedOf(const File& file, std::shared_ptr<void> shared) {
  file->shared = std::move(shared);
}

// --- Files. ---

int SimulatedDisk::Open(std::string_view path, bool create, File* file) {
  const std::string_view name = Local(path);
  const auto found = names_.find(name);
  const bool make = found == names_.end() && create;
  if (const int error = make ? Change(DiskCall::kOpen, name) : Begin(DiskCall::kOpen)) return error;
  if (found != names_.end()) {
    *file = files_.at(found->second);
    return 0;
  }
  if (!create) return ENOENT;
  auto fresh = std::make_shared<DiskFile>();
  fresh->id = Fresh();
  fresh->name = name;
  fresh->durable = std::make_shared<const std::string>();
  files_[fresh->id] = fresh;
  ChangeName("", std::string(name), fresh->id);
  *file = std::move(fresh);
  return 0;
}

int SimulatedDisk::Read(const File& file, std::uint64_t offset, char* to, std::size_t size,
                        std::size_t* got) {
  *got = 0;
  if (file->lost) return EIO;
  const int error = Begin(DiskCall::kRead);
  if (error != 0 && !fault_->half) return error;
  if (error != 0) size /= 2;
  if (offset >= file->bytes.size()) return 0;
  *got = std::min<std::size_t>(size, file->bytes.size() - offset);
  std::copy_n(file->bytes.data() + offset, *got, to);
  return 0;
}

void SimulatedDisk::Pending(const File& file, std::uint64_t offset, std::string_view bytes,
                            bool truncate) {
  if (!lies_.forgets_suffix.empty() && file->name.ends_with(lies_.forgets_suffix)) return;
  auto write = std::make_shared<DiskWrite>();
  write->number = ++changes_;
  write->offset = offset;
  write->bytes = bytes;
  write->truncate = truncate;
  ApplyWrite(*write, &file->bytes);
  file->pending.push_back(std::move(write));
}

int SimulatedDisk::Write(const File& file, std::uint64_t offset, std::string_view bytes) {
  if (file->lost) return EIO;
  const int error = Change(DiskCall::kWrite, file->name);
  if (error == 0) Pending(file, offset, bytes, false);
  if (error != 0 && fault_->half) Pending(file, offset, bytes.substr(0, bytes.size() / 2), false);
  return error;
}

int SimulatedDisk::Truncate(const File& file, std::uint64_t size) {
  if (file->lost) return EIO;
  const int error = Change(DiskCall::kTruncate, file->name);
  if (error == 0) Pending(file, size, "", true);
  return error;
}

int SimulatedDisk::Sync(const File& file) {
  if (file->lost) return EIO;
  const int error = Change(DiskCall::kSync, file->name);
  if (lies_.skip_syncs || file->pending.empty()) return error;
  std::string durable = file->diverged || error != 0 ? *file->durable : file->bytes;
  if (file->diverged || error != 0) {
    for (std::size_t i = 0; i < file->pending.size(); ++i) {
      // A failed sync has written some, and the system takes the others for written.
      if (error == 0 || (Fresh() + i) % 3 == 0) ApplyWrite(*file->pending[i], &durable);
    }
    file->diverged = true;
  }
  file->durable = std::make_shared<const std::string>(std::move(durable));
  file->pending.clear();
  return error;
}

int SimulatedDisk::Size(const File& file, std::uint64_t* size) {
  if (file->lost) return EIO;
  *size = file->bytes.size();
  return Begin(DiskCall::kLook);
}

int SimulatedDisk::Look(std::string_view name, bool* exists, std::uint64_t* size) {
  const auto found = names_.find(Local(name));
  *exists = found != names_.end();
  *size = *exists ? files_.at(found->second)->bytes.size() : 0;
  return Begin(DiskCall::kLook);
}

// --- Names. ---

void SimulatedDisk::ChangeName(std::string from, std::string to, std::uint64_t file) {
  pending_names_.push_back({++changes_, std::move(from), std::move(to), file});
  ApplyName(pending_names_.back(), &names_);
}

int SimulatedDisk::Delete(std::string_view path) {
  const std::string_view name = Local(path);
  const auto found = names_.find(name);
  if (found == names_.end()) return ENOENT;
  if (const int error = Change(DiskCall::kDelete, name)) return error;
  ChangeName(std::string(name), "", found->second);
  return 0;
}

int SimulatedDisk::Rename(std::string_view from, std::string_view to) {
  const auto found = names_.find(Local(from));
  if (found == names_.end()) return ENOENT;
  if (const int error = Change(DiskCall::kRename, Local(from))) return error;
  const std::uint64_t file = found->second;
  files_.at(file)->name = Local(to);
  ChangeName(std::string(Local(from)), std::string(Local(to)), file);
  return 0;
}

int SimulatedDisk::SyncFolder() {
  const int error = Change(DiskCall::kSyncFolder, "");
  if (error != 0 || lies_.skip_syncs) return error;
  durable_names_ = names_;
  pending_names_.clear();
  std::map<std::uint64_t, File> named;
  for (const auto& [name, id] : names_) named[id] = files_.at(id);
  files_.swap(named);
  std::erase_if(nameless_, [](const auto& nameless) { return nameless.expired(); });
  for (const auto& [id, file] : named) {  // what has no name left lives as long as it is open
    if (!files_.contains(id)) nameless_.push_back(file);
  }
  return 0;
}

int SimulatedDisk::LoseTail(std::string_view name, std::uint64_t size) {
  const auto found = names_.find(Local(name));
  if (found == names_.end()) return ENOENT;
  DiskFile& file = *files_.at(found->second);
  file.bytes.resize(std::min<std::uint64_t>(size, file.bytes.size()));
  file.durable = std::make_shared<const std::string>(file.bytes);
  file.pending.clear();
  file.diverged = false;
  return 0;
}

// --- Images. ---

DiskImage SimulatedDisk::Image() const {
  auto contents = std::make_shared<DiskImage::Contents>();
  for (const auto& [id, file] : files_) {
    DiskImage::Contents::File& stored = contents->files[id];
    stored.durable = file->durable;
    stored.pending = file->pending;
    if (file->diverged) stored.cached = std::make_shared<const std::string>(file->bytes);
  }
  contents->names = durable_names_;
  contents->pending_names = pending_names_;
  contents->changes = changes_;
  contents->fresh = fresh_;
  return DiskImage(std::move(contents));
}

void SimulatedDisk::Load(const DiskImage& image) {
  const DiskImage::Contents& contents = image.contents();
  names_ = durable_names_ = contents.names;
  pending_names_ = contents.pending_names;
  for (const DiskNameChange& change : pending_names_) ApplyName(change, &names_);
  files_.clear();
  for (const auto& [id, stored] : contents.files) {
    auto file = std::make_shared<DiskFile>();
    file->id = id;
    file->bytes = *stored.durable;
    file->durable = stored.durable;
    file->pending = stored.pending;
    for (const auto& write : stored.pending) ApplyWrite(*write, &file->bytes);
    file->diverged = stored.cached != nullptr;
    if (file->diverged) file->bytes = *stored.cached;
    files_[id] = std::move(file);
  }
  for (const auto& [name, id] : names_) files_.at(id)->name = name;
  changes_ = contents.changes;
  fresh_ = contents.fresh;
}

void SimulatedDisk::LoseFiles() {
  for (const auto& [id, file] : files_) file->lost = true;
  for (const auto& nameless : nameless_) {
    if (const File file = nameless.lock()) file->lost = true;
  }
  nameless_.clear();
}

void SimulatedDisk::Restore(const DiskImage& image) {
  LoseFiles();
  Load(image);
}

}  // namespace geo::testing
