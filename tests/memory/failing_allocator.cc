#include "tests/memory/failing_allocator.h"

#include <sqlite3.h>

#include <cstddef>
#include <cstdlib>
#include <new>

namespace geo::tests {
namespace {

std::uint64_t fail_at = 0;
std::uint64_t count = 0;
std::uint64_t bytes = 0;
bool fail_later = false;
bool failed = false;
bool armed = false;
sqlite3_mem_methods sqlite;

bool Fails(std::size_t size) {
  if (!armed) return false;
  ++count;
  bytes += size;
  if (fail_at == 0 || count < fail_at || (count > fail_at && !fail_later)) return false;
  failed = true;
  return true;
}

void* Allocate(std::size_t size) {
  return Fails(size) ? nullptr : std::malloc(size == 0 ? 1 : size);
}

void* AllocateAligned(std::size_t size, std::size_t alignment) {
  return Fails(size) ? nullptr
                     : std::aligned_alloc(alignment, (size + alignment - 1) & ~(alignment - 1));
}

}  // namespace

void FailAllocation(std::uint64_t nth, bool sticky) {
  fail_at = nth;
  fail_later = sticky;
  count = 0;
  bytes = 0;
  failed = false;
}

std::uint64_t Allocations() { return count; }
std::uint64_t AllocatedBytes() { return bytes; }
bool AllocationFailed() { return failed; }

Armed::Armed() { armed = true; }
Armed::~Armed() { armed = false; }

void HookSqlite() {
  sqlite3_shutdown();
  sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlite);
  sqlite3_mem_methods hooked = sqlite;
  hooked.xMalloc = [](int size) {
    return Fails(static_cast<std::size_t>(size)) ? nullptr : sqlite.xMalloc(size);
  };
  hooked.xRealloc = [](void* old, int size) {
    return Fails(static_cast<std::size_t>(size)) ? nullptr : sqlite.xRealloc(old, size);
  };
  sqlite3_config(SQLITE_CONFIG_MALLOC, &hooked);
  sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);  // every allocation counts
  sqlite3_initialize();
}

}  // namespace geo::tests

void* operator new(std::size_t size) {
  void* const memory = geo::tests::Allocate(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return geo::tests::Allocate(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return geo::tests::Allocate(size);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  void* const memory = geo::tests::AllocateAligned(size, static_cast<std::size_t>(alignment));
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return operator new(size, alignment);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
