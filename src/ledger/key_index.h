// Finds the things of a growing table by a key that stands in each of them.
#ifndef GEO_SRC_LEDGER_KEY_INDEX_H_
#define GEO_SRC_LEDGER_KEY_INDEX_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "geo/base/large_vector.h"
#include "src/base/prefetch.h"

namespace geo {

// A hash table with linear probing that holds eight bytes for each thing: its place in the table of
// things, where the key is read, and half of the key's hash, so that it hardly ever is read in
// vain. Things are never removed. A general table that holds keys of 16 or 32 bytes once more is
// three times as large, and took four times as long to fill, which is a tenth of opening a hub.
//
// `KeyOf` gives a thing's key, `Hash` the hash of a key, of which the upper half counts. Not safe
// for changes beside anything else. Finding and adding are O(1) on average.
template <typename Thing, typename KeyOf, typename Hash>
class KeyIndex {
 public:
  using Key = std::decay_t<decltype(KeyOf()(std::declval<const Thing&>()))>;

  // `things` must outlive the index and stay where it is; what is in it may move.
  explicit KeyIndex(const LargeVector<Thing>* things) : things_(things) {}

  std::optional<std::uint32_t> Find(const Key& key) const {
    if (slots_.empty()) return std::nullopt;
    const Slot& slot = slots_[SlotFor(key, HashOf(key))];
    if (slot.place == kNone) return std::nullopt;
    return slot.place;
  }
  bool Contains(const Key& key) const { return Find(key).has_value(); }
  // Asks for the memory that Find(key) looks at first.
  void Prefetch(const Key& key) const {
    if (!slots_.empty()) PrefetchMemory(&slots_[FirstFor(HashOf(key))]);
  }
  // Then for the thing that it most likely leads to.
  void PrefetchThing(const Key& key) const {
    if (slots_.empty()) return;
    const std::uint32_t hash = HashOf(key);
    std::size_t at = FirstFor(hash);
    while (slots_[at].place != kNone && slots_[at].hash != hash) at = After(at);
    if (slots_[at].place != kNone) PrefetchMemory(&(*things_)[slots_[at].place]);
  }

  // Makes room for so many more things than are in the index. Throws std::bad_alloc, and then
  // changes nothing.
  void Reserve(std::size_t more) {
    const std::size_t wanted = count_ + more;
    if (wanted <= slots_.size() / 4 * 3) return;
    constexpr std::size_t kLeast = 16;
    const std::size_t size = std::max({kLeast, slots_.size() * 2, (wanted / 3 + 1) * 4});
    LargeVector<Slot> before(size);
    before.swap(slots_);
    for (const Slot& slot : before) {
      if (slot.place != kNone) slots_[FreeFor(slot.hash)] = slot;
    }
  }
  // Adds all things of the table that are not in the index yet, which are its last ones. False when
  // two have one key; then the index is of no use. Throws as Reserve does.
  bool AddNew() {
    const std::size_t end = things_->size();
    Reserve(end - count_);
    constexpr std::size_t kAhead = 16;
    for (; count_ < end; ++count_) {
      if (count_ + kAhead < end) Prefetch(KeyAt(count_ + kAhead));
      const Key& key = KeyAt(count_);
      const std::uint32_t hash = HashOf(key);
      Slot& slot = slots_[SlotFor(key, hash)];
      if (slot.place != kNone) return false;
      slot = {static_cast<std::uint32_t>(count_), hash};
    }
    return true;
  }

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;
  struct Slot {
    std::uint32_t place = kNone;
    std::uint32_t hash = 0;
  };

  static std::uint32_t HashOf(const Key& key) {
    return static_cast<std::uint32_t>(std::uint64_t{Hash()(key)} >> 32);
  }
  decltype(auto) KeyAt(std::size_t place) const { return KeyOf()((*things_)[place]); }

  // Larger hashes lie later, so that moving to a larger table goes through both from the front.
  std::size_t FirstFor(std::uint32_t hash) const {
    return static_cast<std::size_t>(std::uint64_t{hash} * slots_.size() >> 32);
  }
  std::size_t After(std::size_t at) const { return at + 1 == slots_.size() ? 0 : at + 1; }
  // Where the thing with this key is, or else would be.
  std::size_t SlotFor(const Key& key, std::uint32_t hash) const {
    std::size_t at = FirstFor(hash);
    while (slots_[at].place != kNone &&
           (slots_[at].hash != hash || KeyAt(slots_[at].place) != key)) {
      at = After(at);
    }
    return at;
  }
  std::size_t FreeFor(std::uint32_t hash) const {
    std::size_t at = FirstFor(hash);
    while (slots_[at].place != kNone) at = After(at);
    return at;
  }

  const LargeVector<Thing>* things_;
  LargeVector<Slot> slots_;
  std::size_t count_ = 0;  // of the things that are in it
};

}  // namespace geo

#endif  // GEO_SRC_LEDGER_KEY_INDEX_H_
