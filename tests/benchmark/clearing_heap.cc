// Counts what is on the heap, by standing in for operator new and operator delete.
#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>

#include "tests/benchmark/clearing_network.h"

namespace geo::bench {
namespace {

// One thread measures.
std::size_t now = 0;
std::size_t peak = 0;

void* Counted(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  now += malloc_usable_size(memory);
  peak = std::max(peak, now);
  return memory;
}

void Free(void* memory) noexcept {
  if (memory != nullptr) now -= malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

std::size_t HeapBytesNow() { return now; }
void StartPeak() { peak = now; }
std::size_t PeakHeapBytes() { return peak; }

}  // namespace geo::bench

void* operator new(std::size_t bytes) {
  return geo::bench::Counted(std::malloc(std::max<std::size_t>(bytes, 1)));
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  const auto to = static_cast<std::size_t>(alignment);
  return geo::bench::Counted(std::aligned_alloc(to, (bytes + to - 1) / to * to));
}
void operator delete(void* memory) noexcept { geo::bench::Free(memory); }
void operator delete(void* memory, std::size_t /*bytes*/) noexcept { geo::bench::Free(memory); }
void operator delete(void* memory, std::align_val_t /*alignment*/) noexcept {
  geo::bench::Free(memory);
}
void operator delete(void* memory, std::size_t /*bytes*/, std::align_val_t /*alignment*/) noexcept {
  geo::bench::Free(memory);
}
