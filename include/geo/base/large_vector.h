// Vectors for large tables that are read at random.
//
// A graph of 100,000 nodes lies on thousands of small memory pages, more than a processor keeps
// addresses of, and every look-up pays for that. Tables of this kind ask the system for large pages
// where it has such a thing (Linux, transparent huge pages); elsewhere they are plain vectors.
#ifndef GEO_BASE_LARGE_VECTOR_H_
#define GEO_BASE_LARGE_VECTOR_H_

#include <cstddef>
#include <limits>
#include <new>
#include <vector>

namespace geo {

// At least `bytes` bytes, aligned for any fundamental type; on large pages when it is several of
// them. Throws std::bad_alloc when there is no memory, as operator new does. Any thread.
void* AllocateLarge(std::size_t bytes);
// Gives back what AllocateLarge(bytes) returned.
void FreeLarge(void* memory, std::size_t bytes) noexcept;

// An allocator for containers, after the standard's requirements. Stateless.
template <typename T>
class LargeAllocator {
 public:
  using value_type = T;
  LargeAllocator() = default;
  template <typename U>
  LargeAllocator(const LargeAllocator<U>& /*other*/) {}  // NOLINT: converting, as the standard asks

  T* allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / sizeof(T))
      throw std::bad_array_new_length();
    return static_cast<T*>(AllocateLarge(count * sizeof(T)));
  }
  void deallocate(T* memory, std::size_t count) noexcept { FreeLarge(memory, count * sizeof(T)); }
  friend bool operator==(LargeAllocator, LargeAllocator) { return true; }
};

template <typename T>
using LargeVector = std::vector<T, LargeAllocator<T>>;

}  // namespace geo

#endif  // GEO_BASE_LARGE_VECTOR_H_
