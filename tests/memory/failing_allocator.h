// Allocations that fail on demand: operator new of the whole program, and SQLite's.
#ifndef GEO_TESTS_MEMORY_FAILING_ALLOCATOR_H_
#define GEO_TESTS_MEMORY_FAILING_ALLOCATOR_H_

#include <cstdint>

namespace geo::tests {

// From now on the nth allocation made while armed fails, and with `sticky` all later ones; 0: none.
// Counts anew.
void FailAllocation(std::uint64_t nth, bool sticky);

// Allocations while armed since FailAllocation, and the bytes that they asked for together.
std::uint64_t Allocations();
std::uint64_t AllocatedBytes();

// Whether one has failed since FailAllocation.
bool AllocationFailed();

// Allocations count and may fail while one of these lives.
class Armed {
 public:
  Armed();
  ~Armed();
  Armed(const Armed&) = delete;
  Armed& operator=(const Armed&) = delete;
};

// Lets SQLite's allocations fail as well; before SQLite is used, once.
void HookSqlite();

}  // namespace geo::tests

#endif  // GEO_TESTS_MEMORY_FAILING_ALLOCATOR_H_
