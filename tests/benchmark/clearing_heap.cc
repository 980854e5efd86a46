// Counts what is on the heap, by standing in for operator new and operator delete.
#include <malloc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <new>

#include "tests/benchmark/clearing_network.h"

namespace geo::bench {
namespace {

// One thread measures.
std::size_t now = 0;
std::size_t peak = 0;

// What lies beside an aligned block so that it may be aligned is never touched and takes no memory,
// but malloc_usable_size counts it: up to a large page each. So these are remembered.
struct Aligned {
  void* memory = nullptr;
  std::size_t bytes = 0;
};
std::array<Aligned, 256> aligned;

Aligned& RememberedAs(void* memory) {
  for (Aligned& it : aligned) {
    if (it.memory == memory) return it;
  }
  std::abort();
}

void* Counted(void* memory, std::size_t bytes) {
  if (memory == nullptr) throw std::bad_alloc();
  now += bytes;
  peak = std::max(peak, now);
  return memory;
}

void Free(void* memory) noexcept {
  if (memory != nullptr) now -= malloc_usable_size(memory);
  std::free(memory);
}

void FreeAligned(void* memory) noexcept {
  if (memory == nullptr) return;
  Aligned& it = RememberedAs(memory);
  now -= it.bytes;
  it = {};
  std::free(memory);
}

}  // namespace

std::size_t HeapBytesNow() { return now; }
void StartPeak() { peak = now; }
std::size_t PeakHeapBytes() { return peak; }

}  // namespace geo::bench

void* operator new(std::size_t bytes) {
  void* const memory = std::malloc(std::max<std::size_t>(bytes, 1));
  return geo::bench::Counted(memory, malloc_usable_size(memory));
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  const auto to = static_cast<std::size_t>(alignment);
  const std::size_t whole = (bytes + to - 1) / to * to;
  void* const memory = std::aligned_alloc(to, whole);
  geo::bench::RememberedAs(nullptr) = {memory, whole};
  return geo::bench::Counted(memory, whole);
}
void operator delete(void* memory) noexcept { geo::bench::Free(memory); }
void operator delete(void* memory, std::size_t /*bytes*/) noexcept { geo::bench::Free(memory); }
void operator delete(void* memory, std::align_val_t /*alignment*/) noexcept {
  geo::bench::FreeAligned(memory);
}
void operator delete(void* memory, std::size_t /*bytes*/, std::align_val_t /*alignment*/) noexcept {
  geo::bench::FreeAligned(memory);
}
