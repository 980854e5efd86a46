// How the tables of a graph grow.
#ifndef GEO_SRC_GRAPH_MAKE_ROOM_H_
#define GEO_SRC_GRAPH_MAKE_ROOM_H_

#include <algorithm>
#include <cstddef>

namespace geo::graph {

// Room for `size` elements. Tables grow by a quarter: they are most of the memory there is, and
// what doubling would leave empty is a third of them on average.
template <typename Table>
void MakeRoom(Table& table, std::size_t size) {
  if (size <= table.capacity()) return;
  table.reserve(std::max(size, table.capacity() + table.capacity() / 4));
}

}  // namespace geo::graph

#endif  // GEO_SRC_GRAPH_MAKE_ROOM_H_
