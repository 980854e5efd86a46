#include "geo/base/large_vector.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace geo {
namespace {

constexpr std::size_t kLargePage = std::size_t{2} << 20;
constexpr std::size_t kWorthIt = 2 * kLargePage;  // below, too much of the last page is wasted

std::size_t WholePages(std::size_t bytes) {
  return (bytes + kLargePage - 1) / kLargePage * kLargePage;
}

}  // namespace

void* AllocateLarge(std::size_t bytes) {
  if (bytes < kWorthIt || bytes > static_cast<std::size_t>(-1) - kLargePage) {
    return ::operator new(bytes);
  }
  void* memory = ::operator new (WholePages(bytes), std::align_val_t{kLargePage});
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  (void)madvise(memory, WholePages(bytes), MADV_HUGEPAGE);  // a wish; refused, all works as well
#endif
  return memory;
}

void FreeLarge(void* memory, std::size_t bytes) noexcept {
  if (bytes < kWorthIt || bytes > static_cast<std::size_t>(-1) - kLargePage) {
    ::operator delete(memory);
  } else {
    ::operator delete (memory, std::align_val_t{kLargePage});
  }
}

}  // namespace geo
