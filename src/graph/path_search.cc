// Single paths: breadth-first search from both ends.
#include <algorithm>

#include "src/base/prefetch.h"
#include "src/graph/search_state.h"

namespace geo::graph {

void Search::State::StartSearch() {
  const NodeIndex roots[2] = {source_, target_};
  for (Side& side : sides_) side.count = 0;
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
  std::uint8_t* visited = visited_.data();
  for (const Side& side : sides_) {
    const NodeIndex* node = side.nodes.data();
    for (const NodeIndex* end = node + side.count; node != end; ++node) visited[*node] = 0;
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
  PrefetchLevel(side, begin, end);
  for (std::uint32_t position = begin; position < end; ++position) {
    const std::uint32_t slot = Expand<kSide>(position, codes, threshold);
    const NodeIndex node = side.nodes[position];
    if (slot < graph_->degree(node)) {
      *meeting = {kSide, position, graph_->neighbor(node, slot), graph_->edge(node, slot)};
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
  const Ending ending{*this};
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
  return outcome;
}

// Both sides have grown whole levels until they met, so the other side's node is on its last one.
std::uint32_t Search::State::PositionOnLastLevel(const Side& side, NodeIndex node) const {
  const auto begin = side.nodes.begin() + side.level_begin();
  const auto end = side.nodes.begin() + side.count;
  return static_cast<std::uint32_t>(std::find(begin, end, node) - side.nodes.begin());
}

// The nodes from `position` to the root of `side`, that one and the root included, and the edges
// between them. The arcs of parents were looked at a moment ago; those of children perhaps never.
void Search::State::Trace(const Side& side, std::uint32_t position, Path* path) const {
  path->nodes.push_back(side.nodes[position]);
  while (position != 0) {
    const NodeIndex node = side.nodes[position];
    position = side.parents[position];
    const NodeIndex parent = side.nodes[position];
    const EdgeIndex edge = graph_->edge(parent, GraphAccess::SlotOf(*graph_, parent, node));
    PrefetchMemory(GraphAccess::Record(*graph_, edge));
    path->edges.push_back(edge);
    path->nodes.push_back(parent);
  }
}

void Search::State::BuildPath(const Meeting& meeting, Path* path) const {
  std::uint32_t positions[2];
  positions[meeting.side] = meeting.position;
  positions[1 - meeting.side] = PositionOnLastLevel(sides_[1 - meeting.side], meeting.other);
  PrefetchMemory(GraphAccess::Record(*graph_, meeting.edge));
  path->nodes.clear();
  path->edges.clear();
  const std::size_t most = sides_[0].levels.size() + sides_[1].levels.size();
  path->nodes.reserve(most);
  path->edges.reserve(most);
  Trace(sides_[kFromSource], positions[kFromSource], path);
  std::reverse(path->nodes.begin(), path->nodes.end());
  std::reverse(path->edges.begin(), path->edges.end());
  path->edges.push_back(meeting.edge);
  Trace(sides_[kFromTarget], positions[kFromTarget], path);
  path->amount = kMaxAmount;
  for (std::size_t i = 0; i < path->edges.size(); ++i) {
    path->amount = std::min(path->amount, Residual(path->edges[i], path->nodes[i]));
  }
}

}  // namespace geo::graph
