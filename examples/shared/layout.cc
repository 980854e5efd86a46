#include "shared/layout.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/circle_layout.hpp>
#include <boost/graph/fruchterman_reingold.hpp>
#include <boost/graph/topology.hpp>
#include <boost/random/linear_congruential.hpp>
#include <cstddef>
#include <optional>

#include "shared/progress.h"

namespace geo::examples {
namespace {

using Topology = boost::rectangle_topology<boost::minstd_rand>;
using Links = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS>;

constexpr int kRounds = 500;

// Moves get smaller round by round; also shows how far it is.
class Cooling {
 public:
  Cooling(double begin, Progress* progress) : begin_(begin), progress_(progress) {}

  double operator()() {
    if (round_ >= kRounds) return 0;
    progress_->Show(static_cast<std::uint64_t>(round_));
    const double left = 1 - static_cast<double>(round_++) / kRounds;
    return begin_ * left * left;
  }

 private:
  double begin_;
  Progress* progress_;
  int round_ = 0;
};

// Stretches the places so that they fill the frame.
void Fit(std::vector<Place>& places, double width, double height) {
  const auto fit = [&](auto of, double size) {
    const auto [least, most] =
        std::minmax_element(places.begin(), places.end(),
                            [&](const Place& a, const Place& b) { return of(a) < of(b); });
    return std::pair(of(*least), size / std::max(of(*most) - of(*least), 1e-9));
  };
  const auto [left, across] = fit([](const Place& place) { return place.x; }, width);
  const auto [top, down] = fit([](const Place& place) { return place.y; }, height);
  for (Place& place : places) {
    place = {(place.x - left) * across, (place.y - top) * down};
  }
}

}  // namespace

std::vector<Place> PlaceByForces(std::uint32_t nodes,
                                 const std::vector<std::pair<std::uint32_t, std::uint32_t>>& links,
                                 double width, double height) {
  if (nodes < 2) return std::vector<Place>(nodes, Place{width / 2, height / 2});
  const Links graph(links.begin(), links.end(), nodes);
  boost::minstd_rand random(1);
  const Topology topology(random, -width / 2, -height / 2, width / 2, height / 2);
  std::vector<Topology::point_type> points(nodes);
  const auto index = boost::get(boost::vertex_index, graph);
  const auto position = boost::make_iterator_property_map(points.begin(), index);
  boost::circle_graph_layout(graph, position, std::min(width, height) / 3);
  // Twins on a circle would push each other along one line only.
  for (auto& point : points) point[0] += 0.01 * static_cast<double>(random() % 100);
  Progress progress("drawing", kRounds);
  boost::fruchterman_reingold_force_directed_layout(
      graph, position, topology,
      boost::cooling(Cooling(std::min(width, height) / 8, &progress))
          .force_pairs(boost::all_force_pairs()));
  std::vector<Place> places;
  places.reserve(points.size());
  for (const auto& point : points) places.push_back({point[0], point[1]});
  Fit(places, width, height);
  return places;
}

}  // namespace geo::examples
