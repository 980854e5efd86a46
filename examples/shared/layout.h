// Places for the nodes of a small graph, by forces.
#ifndef GEO_EXAMPLES_SHARED_LAYOUT_H_
#define GEO_EXAMPLES_SHARED_LAYOUT_H_

#include <cstdint>
#include <utility>
#include <vector>

namespace geo::examples {

struct Place {
  double x = 0;
  double y = 0;
};

// Places nodes 0…nodes−1 within `width` × `height`: linked ones attract, all repel each other
// (Fruchterman and Reingold, "Graph drawing by force-directed placement", 1991). The same for equal
// links. O(nodes² + links) per round.
std::vector<Place> PlaceByForces(std::uint32_t nodes,
                                 const std::vector<std::pair<std::uint32_t, std::uint32_t>>& links,
                                 double width, double height);

}  // namespace geo::examples

#endif  // GEO_EXAMPLES_SHARED_LAYOUT_H_
