// Lists as sets.
#ifndef GEO_SRC_BASE_SORT_UNIQUE_H_
#define GEO_SRC_BASE_SORT_UNIQUE_H_

#include <algorithm>
#include <vector>

namespace geo {

// Ascending, each once.
template <typename T>
void SortUnique(std::vector<T>& items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
}

}  // namespace geo

#endif  // GEO_SRC_BASE_SORT_UNIQUE_H_
