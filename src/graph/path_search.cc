// Single paths: breadth-first search from both ends.
#include <algorithm>

#include "src/graph/search_state.h"

namespace geo::graph {

void Search::State::StartSearch() {
  const NodeIndex roots[2] = {source_, target_};
  for (const int side : {kFromSource, kFromTarget}) {
    Side& grown = sides_[side];
    grown.count = 0;
    grown.levels.assign(1, 0);
    grown.Reserve(1);
    grown.Add(roots[side], 0);
    position_[roots[side]] = 0;
    Visit(roots[side], side);
  }
}

void Search::State::EndSearch() {
  for (const int side : {kFromSource, kFromTarget}) {
    for (std::uint32_t i = 0; i < sides_[side].count; ++i) {
      const NodeIndex node = sides_[side].nodes[i];
      Unvisit(node);
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

// The block of a node is two dependent loads away: fetch first where it is, then the block.
void Search::State::PrefetchAhead(const Side& side, std::uint32_t position) const {
  if (position + 8 < side.count) {
    __builtin_prefetch(GraphAccess::Header(*graph_, side.nodes[position + 8]));
  }
  if (position + 4 < side.count) {
    const HotArc* arcs = GraphAccess::Arcs(*graph_, side.nodes[position + 4]);
    __builtin_prefetch(arcs);
    __builtin_prefetch(arcs + 8);
  }
}

// Expands one level of a side. True: `*meeting` is where a shortest path joins.
template <int kSide, bool kCompareExact>
bool Search::State::GrowForPath(CodeRange codes, Flow threshold, Meeting* meeting) {
  Side& side = sides_[kSide];
  const std::uint32_t begin = side.level_begin();
  const std::uint32_t end = side.count;
  side.levels.push_back(end);
  std::uint32_t slots[kChunk];
  for (std::uint32_t position = begin; position < end; ++position) {
    PrefetchAhead(side, position);
    const NodeIndex node = side.nodes[position];
    const std::uint32_t degree = graph_->degree(node);
    const HotArc* arcs = ArcsOf(node);
    side.Reserve(degree);
    work_ += degree;
    for (std::uint32_t done = 0; done < degree; done += kChunk) {
      const std::uint32_t count = std::min(kChunk, degree - done);
      const std::uint32_t found = Filter<kSide>(arcs + done, count, codes.possible, slots);
      for (std::uint32_t i = 0; i < found; ++i) {
        const HotArc& arc = arcs[done + slots[i]];
        const std::uint32_t bits = VisitedBits(arc.to);
        if ((bits & BitOf(kSide)) != 0) continue;
        if constexpr (kCompareExact) {
          const bool sure = (kSide == kFromSource ? arc.out : arc.in) >= codes.certain;
          const EdgeIndex edge = graph_->edge(node, done + slots[i]);
          if (!sure && Residual(edge, kSide == kFromSource ? node : arc.to) < threshold) continue;
        }
        if (bits != 0) {
          *meeting = {kSide, position, arc.to};
          return true;
        }
        Visit(arc.to, kSide);
        side.Add(arc.to, position);
      }
    }
    if (OutOfWork()) return false;
  }
  return false;
}

bool Search::State::GrowForPath(int side, CodeRange codes, Flow threshold, Meeting* meeting) {
  if (codes.possible == codes.certain) {
    return side == kFromSource ? GrowForPath<kFromSource, false>(codes, threshold, meeting)
                               : GrowForPath<kFromTarget, false>(codes, threshold, meeting);
  }
  return side == kFromSource ? GrowForPath<kFromSource, true>(codes, threshold, meeting)
                             : GrowForPath<kFromTarget, true>(codes, threshold, meeting);
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
    if (GrowForPath(side, codes, threshold, &meeting)) break;
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
