// Asking for memory that will be read soon.
#ifndef GEO_SRC_BASE_PREFETCH_H_
#define GEO_SRC_BASE_PREFETCH_H_

namespace geo {

// Begins to load the cache line at `address`, which may be any. A function that does nothing else
// has no effect in the eyes of GCC's optimiser, which then drops calls of it and the fetches with
// them; the empty assembler statement is an effect, and no instruction.
[[gnu::always_inline]] inline void PrefetchMemory(const void* address) {
  __builtin_prefetch(address);
  asm volatile("" : : "r"(address));
}

// The same for a line that will be written.
[[gnu::always_inline]] inline void PrefetchMemoryToWrite(const void* address) {
  __builtin_prefetch(address, 1);
  asm volatile("" : : "r"(address));
}

}  // namespace geo

#endif  // GEO_SRC_BASE_PREFETCH_H_
