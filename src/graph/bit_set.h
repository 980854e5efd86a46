// A set of small numbers, a bit each.
#ifndef GEO_SRC_GRAPH_BIT_SET_H_
#define GEO_SRC_GRAPH_BIT_SET_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace geo::graph {

class BitSet {
 public:
  // Empty, with room for numbers below `size`.
  void Reset(std::size_t size) { words_.assign(size / kPerWord + 1, 0); }
  // All numbers below `size`.
  void Fill(std::size_t size) {
    words_.assign(size / kPerWord + 1, ~std::uint64_t{0});
    words_.back() = (std::uint64_t{1} << (size % kPerWord)) - 1;
  }
  bool Has(std::size_t number) const {
    return (words_[number / kPerWord] >> (number % kPerWord) & 1) != 0;
  }
  void Add(std::size_t number, bool wanted = true) {
    words_[number / kPerWord] |= std::uint64_t{wanted} << (number % kPerWord);
  }
  void Remove(std::size_t number) {
    words_[number / kPerWord] &= ~(std::uint64_t{1} << (number % kPerWord));
  }

  // Calls `visit` with each number, in order.
  template <typename Visit>
  void ForEach(const Visit& visit) const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (std::uint64_t word = words_[i]; word != 0; word &= word - 1) {
        visit(static_cast<std::uint32_t>(i * kPerWord) +
              static_cast<std::uint32_t>(std::countr_zero(word)));
      }
    }
  }

 private:
  static constexpr std::size_t kPerWord = 64;
  std::vector<std::uint64_t> words_;
};

}  // namespace geo::graph

#endif  // GEO_SRC_GRAPH_BIT_SET_H_
