#include "src/graph/search_state.h"

#include <algorithm>
#include <string>

#include "src/base/sort_unique.h"

namespace geo::graph {
namespace {

constexpr std::uint64_t kStopInterval = 10000;  // arcs between two calls of Query::stop

}  // namespace

void Search::State::Side::Grow(std::uint32_t more) {
  const std::size_t size = std::max(std::size_t{count} + more, 2 * found.size());
  cursors.resize(size);
  found.resize(size);  // last, as its size says that there is room in all
}

Status Search::State::Begin(const ResidualGraph& graph, const Query& query) {
  EndQuery();
  for (const NodeIndex end : {query.source, query.target}) {
    if (end >= graph.node_count() || !graph.enabled(end)) {
      return MakeError(ErrorCode::kInvalidArgument, "node " + std::to_string(end) +
                                                        " as source or target; expected an enabled "
                                                        "node below " +
                                                        std::to_string(graph.node_count()));
    }
  }
  if (query.source == query.target) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "source and target are both node " + std::to_string(query.source));
  }
  graph_ = &graph;
  source_ = query.source;
  target_ = query.target;
  conditions_ = query.conditions;
  fetches_ = graph.edge_count() > kCachedEdges;
  work_limit_ = query.work_limit;
  stop_ = query.stop;
  next_check_ = stop_ ? std::min(work_limit_, kStopInterval) : work_limit_;
  GrowWorkspace();
  if (query.allowed.has_value()) CloseAllBut(*query.allowed);
  for (const NodeIndex node : query.excluded) ExcludeNode(node);
  for (const NodeIndex end : {source_, target_}) {
    if (conditions_ == Conditions::kApply ? graph.forbids(end) : graph.relaxed(end)) CopyArcs(end);
  }
  if (graph.special_edges() != 0) {
    const EdgeIndex direct = graph.Find(source_, target_);
    if (direct != kNoEdge && graph.special(direct)) RefreshEdge(direct);
  }
  return OkStatus();
}

// The graph may have changed since, so it is not looked at.
void Search::State::EndQuery() {
  for (const EdgeIndex edge : flow_edges_) flow_[edge] = 0;
  flow_edges_.clear();
  value_ = 0;
  for (const NodeIndex node : copied_nodes_) copied_[node >> 5] &= ~(1U << (node & 31));
  copied_nodes_.clear();
  copies_.clear();
  copies_complete_ = false;
  excluded_arcs_.clear();
  if (all_closed_) {
    std::fill(visited_.begin(), visited_.end(), 0);
  } else {
    for (const NodeIndex node : closed_) Unvisit(node);
  }
  closed_.clear();
  all_closed_ = false;
  cancelling_ = false;
  work_ = 0;
  stopped_ = false;
}

void Search::State::GrowWorkspace() {
  const std::size_t nodes = graph_->node_count();
  if (nodes < known_nodes_) {
    for (Side& side : sides_) std::fill(side.found.begin(), side.found.end(), Discovery());
  }
  known_nodes_ = nodes;
  if (position_.size() < nodes) {
    visited_.resize(nodes);
    copied_.resize(nodes / 32 + 1);
    copy_offset_.resize(nodes);
    position_.resize(nodes);  // last, as its size says that there is room in all
  }
  if (flow_.size() < graph_->edge_limit()) flow_.resize(graph_->edge_limit());
}

void Search::State::CloseAllBut(const std::vector<NodeIndex>& allowed) {
  all_closed_ = true;
  std::fill(visited_.begin(), visited_.end(), kClosed);
  for (const NodeIndex node : allowed) {
    if (node < graph_->node_count()) Unvisit(node);
  }
  for (const NodeIndex end : {source_, target_}) {
    Unvisit(end);
  }
}

void Search::State::ExcludeNode(NodeIndex node) {
  if (node == source_ || node == target_ || node >= graph_->node_count()) return;
  if (Excluded(node)) return;
  closed_.push_back(node);
  visited_[node] = kClosed;
}

void Search::State::IncludeNode(NodeIndex node) {
  const auto found = std::find(closed_.begin(), closed_.end(), node);
  if (found == closed_.end()) return;
  closed_.erase(found);
  Unvisit(node);
}

void Search::State::ExcludeArc(EdgeIndex edge, NodeIndex tail) {
  const ArcKey key{edge, tail};
  if (std::find(excluded_arcs_.begin(), excluded_arcs_.end(), key) != excluded_arcs_.end()) return;
  excluded_arcs_.push_back(key);
  RefreshEdge(edge);
}

void Search::State::IncludeArc(EdgeIndex edge, NodeIndex tail) {
  std::erase(excluded_arcs_, ArcKey{edge, tail});
  RefreshEdge(edge);
}

// What the arc carries in this query before any flow.
Flow Search::State::BaseCapacity(EdgeIndex edge, NodeIndex tail) const {
  if (!excluded_arcs_.empty() && std::find(excluded_arcs_.begin(), excluded_arcs_.end(),
                                           ArcKey{edge, tail}) != excluded_arcs_.end()) {
    return kAbsent;
  }
  return graph_->CapacityFor(edge, tail, source_, target_, IgnoresOn(edge));
}

bool Search::State::IgnoresOn(EdgeIndex edge) const {
  if (conditions_ != Conditions::kIgnoredAtEnds) return ignores_all();
  const auto [a, b] = graph_->ends(edge);
  return a == source_ || a == target_ || b == source_ || b == target_;
}

// Net flow on `edge` as seen from `tail`.
Flow Search::State::FlowFrom(EdgeIndex edge, NodeIndex tail) const {
  return graph_->ends(edge).a == tail ? flow_[edge] : -flow_[edge];
}

Flow Search::State::Residual(EdgeIndex edge, NodeIndex tail) const {
  const Flow capacity = BaseCapacity(edge, tail);
  const Flow flow = flow_edges_.empty() ? 0 : FlowFrom(edge, tail);
  if (flow == 0) return capacity;
  if (flow > 0) return std::max<Flow>(std::max<Flow>(capacity, 0) - flow, 0);
  if (!cancelling_) return kAbsent;
  return SaturateCapacity(static_cast<AmountSum>(std::max<Flow>(capacity, 0)) - flow);
}

bool Search::State::Carries(int side, NodeIndex node, std::uint32_t slot, Flow threshold) const {
  const NodeIndex tail = side == kFromSource ? node : graph_->neighbor(node, slot);
  return Residual(graph_->edge(node, slot), tail) >= threshold;
}

void Search::State::CopyArcs(NodeIndex node) {
  const HotArc* arcs = GraphAccess::Arcs(*graph_, node);
  const auto offset = static_cast<std::uint32_t>(copies_.size());
  copied_nodes_.push_back(node);
  copies_.insert(copies_.end(), arcs, arcs + graph_->degree(node));
  copy_offset_[node] = offset;
  copied_[node >> 5] |= 1U << (node & 31);  // last, when there is a copy
  const bool asks = node == source_ || node == target_;
  if (ignores_all() ? copies_complete_ : asks) WriteDiffering(node);
}

// Writes into the private arcs of `node` what those carry of which the graph's own arcs say
// something else than this query needs.
void Search::State::WriteDiffering(NodeIndex node) {
  const std::uint32_t degree = graph_->degree(node);
  for (std::uint32_t i = 0; i < degree; ++i) {
    if (!GraphAccess::Differs(*graph_, node, i, conditions_ != Conditions::kApply)) continue;
    HotArc& arc = copies_[copy_offset_[node] + i];
    const EdgeIndex edge = graph_->edge(node, i);
    arc.out = CodeOf(Residual(edge, node));
    arc.in = CodeOf(Residual(edge, arc.to));
  }
}

// Flows climb along private arcs, which from now on say what is carried without conditions.
void Search::State::CompleteCopies() {
  if (!ignores_all() || copies_complete_) return;
  copies_complete_ = true;
  for (const NodeIndex node : copied_nodes_) WriteDiffering(node);
}

// Writes what `edge` carries now into the private arcs of both ends.
void Search::State::RefreshEdge(EdgeIndex edge) {
  const auto [a, b] = graph_->ends(edge);
  if (!HasCopy(a)) CopyArcs(a);
  if (!HasCopy(b)) CopyArcs(b);
  const std::uint16_t ab = CodeOf(Residual(edge, a));
  const std::uint16_t ba = CodeOf(Residual(edge, b));
  copies_[copy_offset_[a] + GraphAccess::SlotOf(*graph_, a, b)] = {b, ab, ba};
  copies_[copy_offset_[b] + GraphAccess::SlotOf(*graph_, b, a)] = {a, ba, ab};
}

void Search::State::AddFlow(EdgeIndex edge, NodeIndex tail, Flow amount) {
  if (flow_[edge] == 0) flow_edges_.push_back(edge);
  flow_[edge] += graph_->ends(edge).a == tail ? amount : -amount;
  RefreshEdge(edge);
}

// Opens or shuts the arcs against the flow.
void Search::State::AllowCancelling(bool allow) {
  if (cancelling_ == allow) return;
  cancelling_ = allow;
  for (const EdgeIndex edge : flow_edges_) RefreshEdge(edge);
}

void Search::State::Push(const Path& path, Flow amount) {
  for (std::size_t i = 0; i < path.edges.size(); ++i) {
    AddFlow(path.edges[i], path.nodes[i], amount);
  }
  value_ += amount;
}

void Search::State::ClearFlow() {
  for (const EdgeIndex edge : flow_edges_) {
    if (flow_[edge] == 0) continue;
    flow_[edge] = 0;
    RefreshEdge(edge);
  }
  flow_edges_.clear();
  value_ = 0;
}

std::vector<FlowArc> Search::State::FlowArcs() const {
  std::vector<EdgeIndex> edges = flow_edges_;
  SortUnique(edges);
  std::vector<FlowArc> arcs;
  for (const EdgeIndex edge : edges) {
    const auto [a, b] = graph_->ends(edge);
    const Flow flow = flow_[edge];
    if (flow > 0) arcs.push_back({a, b, edge, flow});
    if (flow < 0) arcs.push_back({b, a, edge, -flow});
  }
  return arcs;
}

bool Search::State::AskWhetherToStop() {
  if (work_ >= work_limit_) return true;
  if (stop_ && !stopped_) stopped_ = stop_();
  if (!stopped_) next_check_ = std::min(work_limit_, work_ + kStopInterval);
  return stopped_;
}

std::size_t Search::State::MemoryBytes() const {
  std::size_t bytes = visited_.capacity() + (flow_.capacity() * sizeof(Flow)) +
                      (copies_.capacity() * sizeof(HotArc));
  for (const auto* words : {&flow_edges_, &copied_nodes_, &closed_, &climb_}) {
    bytes += words->capacity() * sizeof(std::uint32_t);
  }
  for (const auto* words : {&copied_, &copy_offset_, &position_}) {
    bytes += words->capacity() * sizeof(std::uint32_t);
  }
  for (const Side& side : sides_) {
    bytes += side.found.capacity() * (sizeof(Discovery) + sizeof(std::uint32_t));
  }
  return bytes + steps_.capacity() * sizeof(Step) + excluded_arcs_.capacity() * sizeof(ArcKey);
}

}  // namespace geo::graph
