#include "src/storage/sqlite/id_filter.h"

#include <algorithm>

namespace geo {
namespace {

constexpr std::size_t kSmallestLayer = std::size_t{1} << 14;  // ids
constexpr std::size_t kIdsPerWord = 4;

// All of an id's bits lie in one word: the upper half of the hash chooses it, the lower the bits.
std::size_t WordOf(std::uint64_t hash, std::size_t words) { return (hash >> 32) * words >> 32; }

std::uint64_t BitsOf(std::uint64_t hash) {
  std::uint64_t bits = 0;
  for (int i = 0; i < 4; ++i) bits |= std::uint64_t{1} << (hash >> (6 * i) & 63);
  return bits;
}

}  // namespace

void IdFilter::Add(std::uint64_t hash) {
  if (room_ == 0 && capacity_ < kMostIds) {
    const std::size_t ids = std::max(kSmallestLayer, capacity_ * 3);
    layers_.emplace_back(ids / kIdsPerWord);
    room_ = ids;
    capacity_ += ids;
  }
  Layer& last = layers_.back();
  last[WordOf(hash, last.size())] |= BitsOf(hash);
  if (room_ > 0) --room_;
}

bool IdFilter::MayHave(std::uint64_t hash) const {
  const std::uint64_t bits = BitsOf(hash);
  return std::any_of(layers_.begin(), layers_.end(), [&](const Layer& layer) {
    return (layer[WordOf(hash, layer.size())] & bits) == bits;
  });
}

}  // namespace geo
