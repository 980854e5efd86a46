// Which transaction ids may be in the index: a Bloom filter. Nearly every payment brings a new id,
// and to be told so by the tree costs a way down through pages that may be on the disk; here it
// costs a word of memory.
#ifndef GEO_SRC_STORAGE_SQLITE_ID_FILTER_H_
#define GEO_SRC_STORAGE_SQLITE_ID_FILTER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace geo {

// A set of hashes that never says no to what is in it, and seldom yes to what is not: one in a
// hundred. It grows by further layers, up to kMostIds; beyond that yes becomes more frequent. Two
// bytes an id.
class IdFilter {
 public:
  static constexpr std::size_t kMostIds = std::size_t{1} << 24;

  // `hash` as good as random in all its bits. O(1), and now and then O(ids).
  void Add(std::uint64_t hash);
  // O(log ids).
  bool MayHave(std::uint64_t hash) const;

 private:
  using Layer = std::vector<std::uint64_t>;

  std::vector<Layer> layers_;  // each four times as large as the one before
  std::size_t room_ = 0;       // for so many more ids in the last one
  std::size_t capacity_ = 0;   // of all
};

}  // namespace geo

#endif  // GEO_SRC_STORAGE_SQLITE_ID_FILTER_H_
