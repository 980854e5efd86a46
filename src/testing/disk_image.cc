// What a power cut leaves.

#include <algorithm>
#include <random>
#include <utility>

#include "src/testing/disk_contents.h"

namespace geo::testing {
namespace {

using Contents = DiskImage::Contents;

// How much of what was not synced is left.
enum class Cut : std::uint8_t { kNothing, kAll, kPrefix, kSome };

class PowerCut {
 public:
  PowerCut(std::uint64_t seed, const Contents& before) : random_(seed) {
    const std::uint64_t kind = random_() % 8;
    cut_ = kind == 0 ? Cut::kNothing : kind == 1 ? Cut::kAll : kind < 4 ? Cut::kPrefix : Cut::kSome;
    // A quarter, a half or three quarters of the sectors are left, or nearly all.
    constexpr std::uint64_t kRates[] = {25, 50, 75, 97};
    percent_ = kRates[random_() % 4];
    garbage_ = random_() % 4 == 0;
    if (cut_ == Cut::kPrefix) ChoosePrefix(before);
  }

  bool Keeps(std::uint64_t number) {
    switch (cut_) {
      case Cut::kNothing:
        return false;
      case Cut::kAll:
        return true;
      case Cut::kPrefix:
        return number < torn_;
      case Cut::kSome:
        return random_() % 100 < percent_;
    }
    return false;
  }

  // What is left of a file.
  std::shared_ptr<const std::string> Left(const Contents::File& file) {
    if (file.pending.empty()) return file.durable;
    std::string bytes = *file.durable;
    for (const auto& write : file.pending) {
      if (write->truncate) {
        if (Keeps(write->number)) ApplyWrite(*write, &bytes);
      } else {
        Tear(*write, &bytes);
      }
    }
    return std::make_shared<const std::string>(std::move(bytes));
  }

 private:
  // The first change that is torn: any of those that are pending, or the end.
  void ChoosePrefix(const Contents& before) {
    std::vector<std::uint64_t> numbers;
    for (const auto& [id, file] : before.files) {
      for (const auto& write : file.pending) numbers.push_back(write->number);
    }
    for (const DiskNameChange& change : before.pending_names) numbers.push_back(change.number);
    std::sort(numbers.begin(), numbers.end());
    const std::size_t chosen = random_() % (numbers.size() + 1);
    torn_ = chosen == numbers.size() ? before.changes + 1 : numbers[chosen];
  }

  bool KeepsSector(const DiskWrite& write) {
    if (cut_ == Cut::kPrefix && write.number == torn_) return random_() % 2 == 0;
    return Keeps(write.number);
  }

  void Tear(const DiskWrite& write, std::string* bytes) {
    const std::uint64_t end = write.offset + write.bytes.size();
    bool left = false;  // once a later part is there, the file is that long
    for (std::uint64_t at = write.offset; at < end;) {
      const std::uint64_t next = std::min(end, (at / kSectorBytes + 1) * kSectorBytes);
      if (KeepsSector(write)) {
        if (bytes->size() < next) Grow(next, bytes);
        bytes->replace(at, next - at, write.bytes, at - write.offset, next - at);
        left = true;
      }
      at = next;
    }
    // The size may be written before what it promises.
    if (left && random_() % 4 == 0 && bytes->size() < end) Grow(end, bytes);
  }

  void Grow(std::uint64_t size, std::string* bytes) {
    while (bytes->size() < size) bytes->push_back(garbage_ ? static_cast<char>(random_()) : '\0');
  }

  std::mt19937_64 random_;
  Cut cut_ = Cut::kNothing;
  std::uint64_t percent_ = 0;
  bool garbage_ = false;
  std::uint64_t torn_ = 0;
};

}  // namespace

void ApplyWrite(const DiskWrite& write, std::string* bytes) {
  if (write.truncate) {
    bytes->resize(write.offset);
    return;
  }
  const std::size_t end = write.offset + write.bytes.size();
  if (bytes->size() < end) bytes->resize(end);
  bytes->replace(write.offset, write.bytes.size(), write.bytes);
}

void ApplyName(const DiskNameChange& change, DiskNames* names) {
  if (!change.from.empty()) names->erase(change.from);
  if (!change.to.empty()) names->insert_or_assign(change.to, change.file);
}

DiskImage::DiskImage() : contents_(std::make_shared<const Contents>()) {}
DiskImage::DiskImage(std::shared_ptr<const Contents> contents) : contents_(std::move(contents)) {}

DiskImage DiskImage::AfterPowerCut(std::uint64_t seed) const {
  PowerCut cut(seed, *contents_);
  auto after = std::make_shared<Contents>();
  after->changes = contents_->changes;
  after->fresh = contents_->fresh;
  after->names = contents_->names;
  for (const DiskNameChange& change : contents_->pending_names) {
    if (cut.Keeps(change.number)) ApplyName(change, &after->names);
  }
  for (const auto& [name, id] : after->names) {
    after->files[id].durable = cut.Left(contents_->files.at(id));
  }
  return DiskImage(std::move(after));
}

std::size_t DiskImage::undurable() const {
  std::size_t count = contents_->pending_names.size();
  for (const auto& [id, file] : contents_->files) count += file.pending.size();
  return count;
}

bool DiskImage::SameFiles(const DiskImage& other) const {
  if (undurable() != 0 || other.undurable() != 0) return false;
  const auto same = [&](const auto& one, const auto& two) {
    return one.first == two.first && *contents_->files.at(one.second).durable ==
                                         *other.contents_->files.at(two.second).durable;
  };
  const DiskNames& names = contents_->names;
  const DiskNames& others = other.contents_->names;
  return std::equal(names.begin(), names.end(), others.begin(), others.end(), same);
}

}  // namespace geo::testing
