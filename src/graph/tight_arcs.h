// Which residual arcs are tight: of reduced cost zero. Nothing else moves surplus, and few are.
#ifndef GEO_SRC_GRAPH_TIGHT_ARCS_H_
#define GEO_SRC_GRAPH_TIGHT_ARCS_H_

#include <bit>
#include <cstddef>
#include <cstdint>

#include "geo/base/large_vector.h"
#include "src/base/prefetch.h"

namespace geo::graph {

// Two bits for each arc: whether it is tight and has something left, and whether the arc back is
// and has. So small that it stays near the processor, where the arcs themselves do not.
class TightArcs {
 public:
  enum Way : std::uint64_t { kOnward = 0x5555555555555555, kBackward = ~std::uint64_t{kOnward} };

  void Resize(std::size_t arcs) { words_.assign(arcs / kPerWord + 1, 0); }
  // Has the processor fetch what Next reads first.
  void Fetch(std::uint32_t arc) const { PrefetchMemory(&words_[arc / kPerWord]); }
  void Release() { LargeVector<std::uint64_t>().swap(words_); }

  bool IsTight(std::uint32_t arc) const {
    return (words_[arc / kPerWord] >> (arc % kPerWord * 2) & 3) != 0;
  }
  void Set(std::uint32_t arc, bool onward, bool backward) {
    const std::uint32_t shift = arc % kPerWord * 2;
    std::uint64_t& word = words_[arc / kPerWord];
    word &= ~(std::uint64_t{3} << shift);
    word |= (std::uint64_t{onward} | std::uint64_t{backward} << 1) << shift;
  }

  // Calls `visit` with each arc from `arc` on, before `end`, whose bit is set.
  template <Way kWay, typename Visit>
  void ForEach(std::uint32_t arc, std::uint32_t end, const Visit& visit) const {
    if (arc >= end) return;
    const std::uint32_t last = (end - 1) / kPerWord;
    std::uint64_t mask = kWay & (~std::uint64_t{0} << (arc % kPerWord * 2));
    for (std::uint32_t place = arc / kPerWord; place <= last; ++place, mask = kWay) {
      if (place == last) mask &= ~std::uint64_t{0} >> (62 - (end - 1) % kPerWord * 2);
      for (std::uint64_t word = words_[place] & mask; word != 0; word &= word - 1) {
        visit(place * kPerWord + static_cast<std::uint32_t>(std::countr_zero(word)) / 2);
      }
    }
  }

  // The first arc from `arc` on, before `end`, whose bit is set; `end` if there is none.
  template <Way kWay>
  std::uint32_t Next(std::uint32_t arc, std::uint32_t end) const {
    if (arc >= end) return end;
    std::size_t place = arc / kPerWord;
    std::uint64_t word = words_[place] & kWay & (~std::uint64_t{0} << (arc % kPerWord * 2));
    while (word == 0) {
      if (++place * kPerWord >= end) return end;
      word = words_[place] & kWay;
    }
    const auto found = static_cast<std::uint32_t>(place * kPerWord) +
                       static_cast<std::uint32_t>(std::countr_zero(word)) / 2;
    return found < end ? found : end;
  }

 private:
  static constexpr std::uint32_t kPerWord = 32;
  LargeVector<std::uint64_t> words_;
};

}  // namespace geo::graph

#endif  // GEO_SRC_GRAPH_TIGHT_ARCS_H_
