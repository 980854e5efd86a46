// Single paths: breadth-first search from both ends.
#include <algorithm>

#include "src/graph/search_state.h"

namespace geo::graph {

void Search::State::StartSearch() {
  const NodeIndex roots[2] = {source_, target_};
  for (const int side : {kFromSource, kFromTarget}) {
    Side& grown = sides_[side];
    grown.levels.assign(1, 0);
    grown.Reserve(kFetchNode + 1);
    grown.nodes[0] = roots[side];
    grown.parents[0] = 0;
    grown.cursors[0] = 0;
    grown.count = 1;
    position_[roots[side]] = 0;
    Visit(roots[side], side);
  }
}

void Search::State::EndSearch() {
  const bool nothing_closed = closed_.empty() && !all_closed_;
  for (const Side& side : sides_) {
    const NodeIndex* nodes = side.nodes.data();
    for (std::uint32_t i = 0; i < side.count; ++i) {
      if (nothing_closed) {
        visited_[nodes[i] >> 4] = 0;
      } else {
        Unvisit(nodes[i]);
      }
    }
  }
}

// The side with the smaller frontier. Each root is expanded before anything else: what its arcs
// carry depends on who asks, and only its own copy of them knows.
int Search::State::NextSide() const {
  if (sides_[kFromSource].depth() == 0) return kFromSource;
  if (sides_[kFromTarget].depth() == 0) return kFromTarget;
  return sides_[kFromTarget].level_size() < sides_[kFromSource].level_size() ? kFromTarget
                                                                             : kFromSource;
}

// Expands one level of a side. True: `*meeting` is where a shortest path joins.
template <int kSide>
bool Search::State::GrowForPath(CodeRange codes, Flow threshold, Meeting* meeting) {
  Side& side = sides_[kSide];
  const std::uint32_t begin = side.level_begin();
  const std::uint32_t end = side.count;
  side.levels.push_back(end);
  for (std::uint32_t position = begin; position < end; ++position) {
    const std::uint32_t slot = Expand<kSide>(position, codes, threshold);
    const NodeIndex node = side.nodes[position];
    if (slot < graph_->degree(node)) {
      *meeting = {kSide, position, graph_->neighbor(node, slot)};
      return true;
    }
    if (OutOfWork()) return false;
  }
  return false;
}

Outcome Search::State::FindPath(Flow threshold, std::uint32_t max_hops, Path* path) {
  AllowCancelling(false);
  if (OutOfWork()) return Outcome::kWorkLimit;
  const CodeRange codes = CodesFor(threshold);
  StartSearch();
  Outcome outcome = Outcome::kFound;
  Meeting meeting;
  while (true) {
    const int side = NextSide();
    if (sides_[side].level_size() == 0) {
      outcome = Outcome::kExhausted;
      break;
    }
    if (sides_[0].depth() + sides_[1].depth() + 1 > max_hops) {
      outcome = Outcome::kHopLimit;
      break;
    }
    if (side == kFromSource ? GrowForPath<kFromSource>(codes, threshold, &meeting)
                            : GrowForPath<kFromTarget>(codes, threshold, &meeting)) {
      break;
    }
    if (OutOfWork()) {
      outcome = Outcome::kWorkLimit;
      break;
    }
  }
  if (outcome == Outcome::kFound) BuildPath(meeting, path);
  EndSearch();
  return outcome;
}

// Both sides have grown whole levels until they met, so the other side's node is on its last one.
std::uint32_t Search::State::PositionOnLastLevel(const Side& side, NodeIndex node) const {
  const auto begin = side.nodes.begin() + side.level_begin();
  const auto end = side.nodes.begin() + side.count;
  return static_cast<std::uint32_t>(std::find(begin, end, node) - side.nodes.begin());
}

void Search::State::BuildPath(const Meeting& meeting, Path* path) const {
  std::uint32_t positions[2];
  positions[meeting.side] = meeting.position;
  positions[1 - meeting.side] = PositionOnLastLevel(sides_[1 - meeting.side], meeting.other);
  path->nodes.clear();
  path->edges.clear();
  const Side& from_source = sides_[kFromSource];
  for (std::uint32_t p = positions[kFromSource]; p != 0; p = from_source.parents[p]) {
    path->nodes.push_back(from_source.nodes[p]);
  }
  path->nodes.push_back(source_);
  std::reverse(path->nodes.begin(), path->nodes.end());
  const Side& from_target = sides_[kFromTarget];
  for (std::uint32_t p = positions[kFromTarget]; p != 0; p = from_target.parents[p]) {
    path->nodes.push_back(from_target.nodes[p]);
  }
  path->nodes.push_back(target_);
  for (std::size_t i = 0; i + 1 < path->nodes.size(); ++i) {
    const EdgeIndex edge = graph_->Find(path->nodes[i], path->nodes[i + 1]);
    __builtin_prefetch(GraphAccess::Record(*graph_, edge));
    path->edges.push_back(edge);
  }
  path->amount = kMaxAmount;
  for (std::size_t i = 0; i < path->edges.size(); ++i) {
    path->amount = std::min(path->amount, Residual(path->edges[i], path->nodes[i]));
  }
}

}  // namespace geo::graph
