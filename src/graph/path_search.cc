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
    grown.found[0] = Discovery(roots[side], 0);
    grown.cursors[0] = 0;
    grown.count = 1;
    position_[roots[side]] = 0;
    Visit(roots[side], side);
  }
}

void Search::State::EndSearch() {
  std::uint8_t* visited = visited_.data();
  for (const Side& side : sides_) {
    const Discovery* found = side.found.data();
    for (const Discovery* end = found + side.count; found != end; ++found) {
      visited[found->node()] = 0;
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

// Whether the arcs from a level are likely to meet the other side's last one, so that to look for
// that alone costs less than to discover what lies behind them, which then nobody needs. If all
// nodes were alike, as many arcs would meet it as this reckons with a factor of 2; those with many
// arcs are found first, and looking is cheaper than discovering.
template <int kSide>
bool Search::State::IsCrossingLikely(std::uint32_t begin, std::uint32_t end) const {
  constexpr double kFactor = 4;
  if (ignores_all()) return false;
  const double nodes = graph_->node_count();
  const double pairs = static_cast<double>(end - begin) * sides_[1 - kSide].level_size();
  return kFactor * pairs * graph_->edge_count() >= nodes * nodes;
}

// Looks for the first arc from a level that joins the other side's last one, and discovers nothing.
template <int kSide>
bool Search::State::FindCrossing(std::uint32_t begin, std::uint32_t end, CodeRange codes,
                                 Flow threshold, Meeting* meeting) {
  const Side& side = sides_[kSide];
  const std::uint8_t* visited = visited_.data();
  const std::uint32_t possible = codes.possible;
  for (std::uint32_t position = begin; position < end && !OutOfWork(); ++position) {
    PrefetchAhead(side, position);
    const NodeIndex node = side.node(position);
    const std::uint32_t degree = graph_->degree(node);
    const HotArc* arcs = KnownArcs(node);
    work_ += degree;
    for (const HotArc *arc = arcs, *stop = arcs + degree; arc != stop; ++arc) {
      const std::uint32_t code = CodeFrom(kSide, *arc);
      if ((visited[arc->to] | (code - possible) >> 29) != BitOf(1 - kSide)) [[likely]]
        continue;
      const auto slot = static_cast<std::uint32_t>(arc - arcs);
      if (!IsOpen<kSide>(*arc, codes, node, slot, threshold)) continue;
      *meeting = {kSide, position, arc->to, graph_->edge(node, slot)};
      return true;
    }
  }
  return false;
}

// Expands one level of a side. True: `*meeting` is where a shortest path joins.
template <int kSide>
bool Search::State::GrowForPath(CodeRange codes, Flow threshold, Meeting* meeting) {
  Side& side = sides_[kSide];
  const std::uint32_t begin = side.level_begin();
  const std::uint32_t end = side.count;
  side.levels.push_back(end);
  PrefetchLevel(side, begin, end);
  if (IsCrossingLikely<kSide>(begin, end)) {
    if (FindCrossing<kSide>(begin, end, codes, threshold, meeting)) return true;
    if (OutOfWork()) return false;
  }
  for (std::uint32_t position = begin; position < end; ++position) {
    const std::uint32_t slot = Expand<kSide>(position, codes, threshold);
    const NodeIndex node = side.node(position);
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
  std::uint32_t position = side.level_begin();
  while (side.node(position) != node) ++position;
  return position;
}

// The nodes from `position` to the root of `side`, that one and the root included, and the edges
// between them. The arcs of parents were looked at a moment ago; those of children perhaps never.
void Search::State::Trace(const Side& side, std::uint32_t position, Path* path) const {
  path->nodes.push_back(side.node(position));
  while (position != 0) {
    const NodeIndex node = side.node(position);
    position = side.parent(position);
    const NodeIndex parent = side.node(position);
    const EdgeIndex edge = graph_->edge(parent, GraphAccess::SlotOf(*graph_, parent, node));
    PrefetchMemory(GraphAccess::Record(*graph_, edge));
    PrefetchMemoryToWrite(GraphAccess::Sums(*graph_, node));
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
