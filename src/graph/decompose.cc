#include "geo/graph/decompose.h"

#include <algorithm>
#include <utility>

#include "src/base/sort_unique.h"

namespace geo::graph {
namespace {

constexpr std::uint32_t kNone = 0xffffffff;

// A flow network of its own: the arcs that carry flow, grouped by tail, over small node numbers.
class Support {
 public:
  Support(const std::vector<FlowArc>& arcs, NodeIndex source, NodeIndex target);

  // Whether there are two, and flow at both.
  bool HasEnds() const { return source_ != kNone && target_ != kNone && source_ != target_; }
  // Takes one path off the flow, cancelling the cycles it runs into. False: no flow is left.
  bool TakeAnyPath(Path* path);
  // Takes the widest path of at most `max_hops` off, of fewest hops among equally wide ones.
  bool TakeWidestPath(std::uint32_t max_hops, Path* path);
  // Takes a shortest path off. False: none of at most `max_hops` is left.
  bool TakeShortestPath(std::uint32_t max_hops, Path* path);
  // Arcs looked at by all of them.
  std::uint64_t work() const { return work_; }

 private:
  struct Arc {
    std::uint32_t tail;
    std::uint32_t head;
    EdgeIndex edge;
    Flow left;
  };

  // The widest way found to a node of as many hops as it took: its last arc, and the label of where
  // that leaves.
  struct Label {
    Flow width;
    std::uint32_t node;
    std::uint32_t arc;
    std::uint32_t before;
  };

  std::uint32_t LocalNode(NodeIndex node) const;
  Flow WidthTo(std::uint32_t node) const {
    return best_[node] == kNone ? 0 : labels_[best_[node]].width;
  }
  void Extend(std::uint32_t label, std::uint32_t layer);
  bool MeasureLevels(std::uint32_t max_hops);
  bool WalkDown(std::vector<std::uint32_t>* walk);
  std::uint32_t NextArc(std::uint32_t node);
  Flow Take(const std::vector<std::uint32_t>& arcs, std::size_t first);
  void WritePath(const std::vector<std::uint32_t>& arcs, Flow amount, Path* path) const;

  std::vector<NodeIndex> nodes_;        // ascending; a local number is a position here
  std::vector<Arc> arcs_;               // by tail, wider ones first
  std::vector<std::uint32_t> first_;    // per node: its first arc; one more at the end
  std::vector<std::uint32_t> current_;  // per node: the first arc that may be of use
  std::vector<std::uint32_t> seen_at_;  // TakeAnyPath: per node: hops into the walk
  std::uint32_t source_ = kNone;
  std::uint32_t target_ = kNone;
  std::vector<Label> labels_;         // TakeWidestPath: in layers, by hops
  std::vector<std::uint32_t> best_;   // per node: its last label
  std::vector<std::uint32_t> level_;  // TakeShortestPath: per node: hops from the source
  std::uint64_t work_ = 0;
};

Support::Support(const std::vector<FlowArc>& arcs, NodeIndex source, NodeIndex target) {
  for (const FlowArc& arc : arcs) {
    nodes_.push_back(arc.tail);
    nodes_.push_back(arc.head);
  }
  SortUnique(nodes_);
  for (const FlowArc& arc : arcs) {
    arcs_.push_back({LocalNode(arc.tail), LocalNode(arc.head), arc.edge, arc.amount});
  }
  std::sort(arcs_.begin(), arcs_.end(), [](const Arc& x, const Arc& y) {
    if (x.tail != y.tail) return x.tail < y.tail;
    return x.left != y.left ? x.left > y.left : x.head < y.head;
  });
  first_.assign(nodes_.size() + 1, 0);
  for (const Arc& arc : arcs_) ++first_[arc.tail + 1];
  for (std::size_t i = 0; i < nodes_.size(); ++i) first_[i + 1] += first_[i];
  current_.assign(first_.begin(), first_.end());
  seen_at_.assign(nodes_.size(), kNone);
  source_ = LocalNode(source);
  target_ = LocalNode(target);
}

std::uint32_t Support::LocalNode(NodeIndex node) const {
  const auto found = std::lower_bound(nodes_.begin(), nodes_.end(), node);
  if (found == nodes_.end() || *found != node) return kNone;
  return static_cast<std::uint32_t>(found - nodes_.begin());
}

std::uint32_t Support::NextArc(std::uint32_t node) {
  std::uint32_t& arc = current_[node];
  while (arc < first_[node + 1] && arcs_[arc].left == 0) ++arc;
  return arc < first_[node + 1] ? arc : kNone;
}

// Takes what all of `arcs` from position `first` on have left off them.
Flow Support::Take(const std::vector<std::uint32_t>& arcs, std::size_t first) {
  Flow amount = kMaxAmount;
  for (std::size_t i = first; i < arcs.size(); ++i) amount = std::min(amount, arcs_[arcs[i]].left);
  for (std::size_t i = first; i < arcs.size(); ++i) arcs_[arcs[i]].left -= amount;
  return amount;
}

void Support::WritePath(const std::vector<std::uint32_t>& arcs, Flow amount, Path* path) const {
  path->nodes.assign(1, nodes_[source_]);
  path->edges.clear();
  path->amount = amount;
  for (const std::uint32_t arc : arcs) {
    path->nodes.push_back(nodes_[arcs_[arc].head]);
    path->edges.push_back(arcs_[arc].edge);
  }
}

bool Support::TakeAnyPath(Path* path) {
  std::vector<std::uint32_t> walk;
  seen_at_[source_] = 0;
  std::uint32_t node = source_;
  while (node != target_) {
    const std::uint32_t arc = NextArc(node);
    if (arc == kNone) return false;  // at the source only, when flow is conserved
    node = arcs_[arc].head;
    walk.push_back(arc);
    ++work_;
    if (seen_at_[node] == kNone) {
      seen_at_[node] = static_cast<std::uint32_t>(walk.size());
      continue;
    }
    const std::uint32_t start = seen_at_[node];
    Take(walk, start);
    for (std::size_t i = start; i + 1 < walk.size(); ++i) seen_at_[arcs_[walk[i]].head] = kNone;
    walk.resize(start);
  }
  for (const std::uint32_t arc : walk) seen_at_[arcs_[arc].head] = kNone;
  const Flow amount = Take(walk, 0);
  WritePath(walk, amount, path);
  return true;
}

// Labels the heads of the arcs that leave the node of `label`, where that is wider than what is
// known. Labels from `layer` on belong to ways of one hop more.
void Support::Extend(std::uint32_t label, std::uint32_t layer) {
  const Label from = labels_[label];
  work_ += first_[from.node + 1] - first_[from.node];
  for (std::uint32_t arc = first_[from.node]; arc < first_[from.node + 1]; ++arc) {
    const std::uint32_t head = arcs_[arc].head;
    const Flow width = std::min(from.width, arcs_[arc].left);
    // What is no wider than the widest way to the target leads to no wider one.
    if (width <= std::max(WidthTo(head), WidthTo(target_))) continue;
    const Label wider{width, head, arc, label};
    if (best_[head] != kNone && best_[head] >= layer) {
      labels_[best_[head]] = wider;
    } else {
      best_[head] = static_cast<std::uint32_t>(labels_.size());
      labels_.push_back(wider);
    }
  }
}

// Hop by hop from what the last hop made wider. A label is made only where it is wider than with
// fewer hops, so no node repeats.
bool Support::TakeWidestPath(std::uint32_t max_hops, Path* path) {
  labels_.assign(1, {kMaxAmount, source_, kNone, kNone});
  best_.assign(nodes_.size(), kNone);
  best_[source_] = 0;
  std::uint32_t begin = 0;
  for (std::uint32_t hops = 0; hops < max_hops && begin < labels_.size(); ++hops) {
    const auto end = static_cast<std::uint32_t>(labels_.size());
    for (std::uint32_t label = begin; label < end; ++label) Extend(label, end);
    begin = end;
  }
  if (best_[target_] == kNone) return false;
  std::vector<std::uint32_t> arcs;
  for (std::uint32_t at = best_[target_]; at != 0; at = labels_[at].before) {
    arcs.push_back(labels_[at].arc);
  }
  std::reverse(arcs.begin(), arcs.end());
  const Flow amount = Take(arcs, 0);
  WritePath(arcs, amount, path);
  return true;
}

// False: the target is further than `max_hops` away, or not reached any more.
bool Support::MeasureLevels(std::uint32_t max_hops) {
  level_.assign(nodes_.size(), kNone);
  level_[source_] = 0;
  std::vector<std::uint32_t> queue = {source_};
  for (std::size_t i = 0; i < queue.size() && level_[target_] == kNone; ++i) {
    const std::uint32_t node = queue[i];
    if (level_[node] == max_hops) break;
    work_ += first_[node + 1] - first_[node];
    for (std::uint32_t arc = first_[node]; arc < first_[node + 1]; ++arc) {
      const std::uint32_t head = arcs_[arc].head;
      if (arcs_[arc].left == 0 || level_[head] != kNone) continue;
      level_[head] = level_[node] + 1;
      queue.push_back(head);
    }
  }
  current_.assign(first_.begin(), first_.end());
  return level_[target_] != kNone;
}

// Walks from level to level to the target. An arc that leads nowhere is not tried again before
// levels change. False: no way is left.
bool Support::WalkDown(std::vector<std::uint32_t>* walk) {
  std::uint32_t node = source_;
  while (node != target_) {
    const std::uint32_t arc = NextArc(node);
    ++work_;
    if (arc == kNone) {
      if (walk->empty()) return false;
      node = arcs_[walk->back()].tail;
      walk->pop_back();
      ++current_[node];
    } else if (level_[arcs_[arc].head] == level_[node] + 1) {
      walk->push_back(arc);
      node = arcs_[arc].head;
    } else {
      ++current_[node];
    }
  }
  return true;
}

bool Support::TakeShortestPath(std::uint32_t max_hops, Path* path) {
  std::vector<std::uint32_t> walk;
  while (level_.empty() || !WalkDown(&walk)) {
    if (!MeasureLevels(max_hops)) return false;
  }
  const Flow amount = Take(walk, 0);
  WritePath(walk, amount, path);
  return true;
}

// Paths as `take` takes them off, as long as it does and `stop` lets it.
template <typename Take>
std::vector<Path> TakeAll(Support& support, std::size_t max_paths, const Take& take,
                          const std::function<bool(std::uint64_t arcs)>& stop) {
  std::vector<Path> paths;
  if (!support.HasEnds()) return paths;
  Path path;
  while (paths.size() < max_paths && take(&path)) {
    paths.push_back(path);
    if (stop && stop(support.work())) break;
  }
  return paths;
}

}  // namespace

std::vector<Path> DecomposeFlow(const std::vector<FlowArc>& arcs, NodeIndex source,
                                NodeIndex target, std::uint32_t max_hops, std::size_t max_paths,
                                const std::function<bool(std::uint64_t arcs)>& stop) {
  Support support(arcs, source, target);
  if (max_hops == kNoHopLimit) {
    return TakeAll(
        support, kNoPathLimit, [&](Path* path) { return support.TakeAnyPath(path); }, stop);
  }
  return TakeAll(
      support, max_paths, [&](Path* path) { return support.TakeWidestPath(max_hops, path); }, stop);
}

std::vector<Path> DecomposeShortestFirst(const std::vector<FlowArc>& arcs, NodeIndex source,
                                         NodeIndex target, std::uint32_t max_hops,
                                         const std::function<bool(std::uint64_t arcs)>& stop) {
  Support support(arcs, source, target);
  return TakeAll(
      support, kNoPathLimit, [&](Path* path) { return support.TakeShortestPath(max_hops, path); },
      stop);
}

}  // namespace geo::graph
