// The blocks in which a residual graph keeps the arcs of a node: where they lie, how they grow, and
// how all of them are filled at once.
#include <algorithm>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "geo/graph/residual_graph.h"
#include "src/base/prefetch.h"
#include "src/base/status_macros.h"
#include "src/graph/capacity_code.h"
#include "src/graph/make_room.h"

namespace geo::graph {
namespace {

constexpr std::uint32_t kNoBlock = 0xffffffff;
constexpr std::uint8_t kNoClass = 0xff;  // a node without a block

// Two sizes per octave, so that at most a third of a block is slack: 2, 3, 4, 6, 8, 12, 16…
constexpr std::uint32_t ClassSize(std::uint8_t size_class) {
  if (size_class == kNoClass) return 0;
  const std::uint32_t base = 2U << (size_class / 2);
  return size_class % 2 == 0 ? base : base + base / 2;
}

constexpr std::uint8_t ClassFor(std::uint32_t degree) {
  std::uint8_t size_class = 0;
  while (ClassSize(size_class) < degree) ++size_class;
  return size_class;
}

// The indices of `edges` in order of both ends, which are below `nodes`: sorted by one after the
// other, what the second sorting wants to know carried along by the first.
template <typename Edges>
LargeVector<EdgeIndex> InOrderOfEnds(const Edges& edges, NodeIndex nodes) {
  std::vector<EdgeIndex> next_a(nodes + std::size_t{1});
  std::vector<EdgeIndex> next_b(nodes + std::size_t{1});
  for (const auto& edge : edges) {
    ++next_a[edge.a + std::size_t{1}];
    ++next_b[edge.b + std::size_t{1}];
  }
  std::partial_sum(next_a.begin(), next_a.end(), next_a.begin());
  std::partial_sum(next_b.begin(), next_b.end(), next_b.begin());
  struct Entry {
    NodeIndex a;
    EdgeIndex edge;
  };
  LargeVector<Entry> by_b(edges.size());
  for (EdgeIndex i = 0; i < edges.size(); ++i) by_b[next_b[edges[i].b]++] = {edges[i].a, i};
  LargeVector<EdgeIndex> order(edges.size());
  for (const Entry& entry : by_b) order[next_a[entry.a]++] = entry.edge;
  return order;
}

// Both arcs of an edge.
template <typename Place>
void AddPlaces(NodeIndex u, NodeIndex v, EdgeIndex edge, std::vector<Place>& places) {
  places.push_back({u, v, edge});
  places.push_back({v, u, edge});
}

template <typename Place>
bool IsSameArc(const Place& x, const Place& y) {
  return x.node == y.node && x.neighbor == y.neighbor;
}

// Calls `use` with the places of one node after the other. They are in order.
template <typename Place, typename Use>
void ForEachNode(std::span<const Place> places, const Use& use) {
  while (!places.empty()) {
    const auto ends_here = [&](const Place& place) { return place.node != places.front().node; };
    const auto end = std::find_if(places.begin(), places.end(), ends_here);
    const auto count = static_cast<std::size_t>(end - places.begin());
    use(places.first(count));
    places = places.subspan(count);
  }
}

}  // namespace

Status ResidualGraph::InsertAll(EdgeIndex count, const std::function<NewEdge(EdgeIndex)>& edge) {
  if (count > kMaxEdges) return NoRoomForEdges();
  return edges_.empty() ? BuildAll(count, edge) : AddAll(count, edge);
}

Status ResidualGraph::BuildAll(EdgeIndex count, const std::function<NewEdge(EdgeIndex)>& edge) {
  bool complete = false;
  const absl::Cleanup take_back = [&] {
    if (!complete) ForgetEdges();
  };
  edges_.reserve(count);
  for (EdgeIndex i = 0; i < count; ++i) {
    const NewEdge one = edge(i);
    if (one.u == kNoNode && one.v == kNoNode) continue;
    GEO_RETURN_IF_ERROR(CheckNew(one.u, one.v, one.uv, one.vu));
    StoreNew(edges_.emplace_back(), one.u, one.v, one.uv, one.vu);
  }
  TakeBlocks();
  GEO_RETURN_IF_ERROR(LinkAll());
  complete = true;
  return OkStatus();
}

// All are known to be sound before the first is stored.
Status ResidualGraph::AddAll(EdgeIndex count, const std::function<NewEdge(EdgeIndex)>& edge) {
  std::vector<NewEdge> news;
  std::vector<Place> places;  // of which `edge` counts in `news` at first
  for (EdgeIndex i = 0; i < count; ++i) {
    const NewEdge one = edge(i);
    if (one.u == kNoNode && one.v == kNoNode) continue;
    GEO_RETURN_IF_ERROR(CheckNew(one.u, one.v, one.uv, one.vu));
    if (Find(one.u, one.v) != kNoEdge) return AlreadyThere(one.u, one.v);
    AddPlaces(one.u, one.v, static_cast<EdgeIndex>(news.size()), places);
    news.push_back(one);
  }
  if (news.size() > kMaxEdges - live_edges_) return NoRoomForEdges();
  std::sort(places.begin(), places.end());
  const auto twice = std::adjacent_find(places.begin(), places.end(), IsSameArc<Place>);
  if (twice != places.end()) return AlreadyThere(twice->node, twice->neighbor);

  std::vector<EdgeIndex> taken;
  taken.reserve(news.size());
  for (const NewEdge& one : news) {
    taken.push_back(TakeEdge());
    StoreNew(edges_[taken.back()], one.u, one.v, one.uv, one.vu);
  }
  for (Place& place : places) place.edge = taken[place.edge];
  ForEachNode<Place>(places, [&](std::span<const Place> of_one) { InsertSlots(of_one); });
  for (const EdgeIndex index : taken) {
    LinkNew(edges_[index]);
    WriteCodes(index, true);
  }
  live_edges_ += static_cast<EdgeIndex>(taken.size());
  return OkStatus();
}

Status ResidualGraph::RemoveAll(std::span<const EdgeIndex> edges) {
  std::vector<Place> places;
  for (const EdgeIndex index : edges) {
    if (!Exists(index)) return NoSuchEdge(index);
    AddPlaces(edges_[index].a, edges_[index].b, index, places);
  }
  std::sort(places.begin(), places.end());
  const auto twice = std::adjacent_find(places.begin(), places.end());
  if (twice != places.end()) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "edge " + std::to_string(twice->edge) + " twice; expected each once");
  }
  for (const EdgeIndex index : edges) ChangeSums(edges_[index], ShareOf(edges_[index]), Share());
  ForEachNode<Place>(places, [&](std::span<const Place> of_one) { RemoveSlots(of_one); });
  for (const EdgeIndex index : edges) FreeEdge(index);
  live_edges_ -= static_cast<EdgeIndex>(edges.size());
  return OkStatus();
}

// As if there had never been any.
void ResidualGraph::ForgetEdges() {
  edges_.clear();
  extras_.clear();
  arcs_.clear();
  refs_.clear();
  special_edges_ = 0;
  for (NodeIndex node = 0; node < node_count(); ++node) {
    nodes_[node] = Node();
    const bool enabled = info_[node].enabled;
    info_[node] = NodeInfo();
    info_[node].enabled = enabled;
  }
}

// In order of both ends every arc goes to the end of its block. Everything else lies anywhere, and
// is asked of memory some steps before it is needed.
Status ResidualGraph::LinkAll() {
  const LargeVector<EdgeIndex> order = InOrderOfEnds(edges_, node_count());
  constexpr std::size_t kFetchEdge = 24;
  constexpr std::size_t kFetchEnd = 16;
  constexpr std::size_t kFetchBlock = 8;
  EdgeEnds previous;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i + kFetchEdge < order.size()) PrefetchMemory(&edges_[order[i + kFetchEdge]]);
    if (i + kFetchEnd < order.size()) PrefetchEnd(edges_[order[i + kFetchEnd]].b);
    if (i + kFetchBlock < order.size()) PrefetchBlock(edges_[order[i + kFetchBlock]].b);
    const EdgeEnds ends = this->ends(order[i]);
    if (ends == previous) return AlreadyThere(ends.a, ends.b);
    previous = ends;
    Append(order[i]);
  }
  live_edges_ = static_cast<EdgeIndex>(order.size());
  return OkStatus();
}

// An empty block for every node that ends an edge, as large as its degree wants.
void ResidualGraph::TakeBlocks() {
  std::vector<std::uint32_t> degrees(nodes_.size());
  for (const Edge& edge : edges_) {
    ++degrees[edge.a];
    ++degrees[edge.b];
  }
  std::uint32_t slots = 0;
  for (NodeIndex node = 0; node < nodes_.size(); ++node) {
    if (degrees[node] == 0) continue;
    info_[node].size_class = ClassFor(degrees[node]);
    nodes_[node].offset = slots;
    slots += ClassSize(info_[node].size_class);
  }
  arcs_.resize(slots);
  refs_.resize(slots);
  const std::uint32_t most =
      degrees.empty() ? 0 : *std::max_element(degrees.begin(), degrees.end());
  free_blocks_.resize(ClassFor(most) + 1U, kNoBlock);
}

void ResidualGraph::PrefetchEnd(NodeIndex node) const {
  PrefetchMemoryToWrite(&nodes_[node]);
  PrefetchMemoryToWrite(&info_[node]);
  PrefetchMemoryToWrite(&info_[node].enabled);  // it may lie across two lines
}

void ResidualGraph::PrefetchBlock(NodeIndex node) const {
  PrefetchMemoryToWrite(arcs_.data() + nodes_[node].offset + nodes_[node].degree);
  PrefetchMemoryToWrite(refs_.data() + nodes_[node].offset + nodes_[node].degree);
}

// Adds an edge whose ends are each the largest neighbour of the other so far, and have room.
void ResidualGraph::Append(EdgeIndex index) {
  LinkNew(edges_[index]);
  Edge& edge = edges_[index];
  edge.slot[0] = nodes_[edge.a].degree++;
  edge.slot[1] = nodes_[edge.b].degree++;
  const Slots slots{nodes_[edge.a].offset + edge.slot[0], nodes_[edge.b].offset + edge.slot[1]};
  WriteArcs(edge, slots);
  WriteRefs(index, slots);
}

ResidualGraph::Slots ResidualGraph::SlotsOf(Edge& edge) {
  edge.slot[0] = SlotAt(edge.a, edge.b, edge.slot[0]);
  edge.slot[1] = SlotAt(edge.b, edge.a, edge.slot[1]);
  return {nodes_[edge.a].offset + edge.slot[0], nodes_[edge.b].offset + edge.slot[1]};
}

std::uint32_t ResidualGraph::SlotAt(NodeIndex node, NodeIndex neighbor, std::uint32_t guess) const {
  const Node& at = nodes_[node];
  const bool right = guess < at.degree && arcs_[at.offset + guess].to == neighbor;
  return right ? guess : LowerBound(node, neighbor);
}

// `conditions`: also what the ends forbid and whether it is relaxed, which seldom changes and lies
// elsewhere in memory.
void ResidualGraph::WriteCodes(EdgeIndex index, bool conditions) {
  Edge& edge = edges_[index];
  const Slots slots = SlotsOf(edge);
  WriteArcs(edge, slots);
  if (conditions) WriteRefs(index, slots);
}

void ResidualGraph::WriteArcs(const Edge& edge, Slots slots) {
  const std::uint16_t ab = CodeOf(BetweenOthers(edge, 0));
  const std::uint16_t ba = CodeOf(BetweenOthers(edge, 1));
  arcs_[slots.at_a] = {edge.b, ab, ba};
  arcs_[slots.at_b] = {edge.a, ba, ab};
}

void ResidualGraph::WriteRefs(EdgeIndex index, Slots slots) {
  const Edge& edge = edges_[index];
  if (IsPlainEdge(edge)) {
    refs_[slots.at_a] = refs_[slots.at_b] = index << 2;
    return;
  }
  const std::uint32_t ref = index << 2 | (IsRelaxed(edge) ? 2U : 0U);
  refs_[slots.at_a] = ref | (Forbids(edge, 0) ? 1U : 0U);
  refs_[slots.at_b] = ref | (Forbids(edge, 1) ? 1U : 0U);
}

// The first slot of `node` whose neighbour is not below `neighbor`. How often the loop runs depends
// on the degree alone, which processors foresee better than what is compared.
std::uint32_t ResidualGraph::LowerBound(NodeIndex node, NodeIndex neighbor) const {
  const HotArc* begin = arcs_.data() + nodes_[node].offset;
  const HotArc* first = begin;
  std::uint32_t length = nodes_[node].degree;
  if (length == 0) return 0;
  while (length > 1) {
    const std::uint32_t half = length / 2;
    const std::uint32_t below = first[half - 1].to < neighbor ? 1 : 0;
    first += half & (0U - below);
    length -= half;
  }
  return static_cast<std::uint32_t>(first - begin) + (first->to < neighbor ? 1U : 0U);
}

std::uint32_t ResidualGraph::TakeBlock(std::uint8_t size_class) {
  if (free_blocks_.size() <= size_class) free_blocks_.resize(size_class + 1U, kNoBlock);
  const std::uint32_t offset = free_blocks_[size_class];
  if (offset != kNoBlock) {
    free_blocks_[size_class] = arcs_[offset].to;
    return offset;
  }
  const std::size_t end = arcs_.size();
  MakeRoom(arcs_, end + ClassSize(size_class));
  MakeRoom(refs_, end + ClassSize(size_class));
  arcs_.resize(end + ClassSize(size_class));
  refs_.resize(end + ClassSize(size_class));
  return static_cast<std::uint32_t>(end);
}

void ResidualGraph::FreeBlock(std::uint32_t offset, std::uint8_t size_class) {
  if (size_class == kNoClass) return;
  arcs_[offset].to = free_blocks_[size_class];
  free_blocks_[size_class] = offset;
}

// Moves the arcs of `node` to a block of `size_class`, which must hold them.
void ResidualGraph::MoveBlock(NodeIndex node, std::uint8_t size_class) {
  const Node old = nodes_[node];
  const std::uint32_t offset = size_class == kNoClass ? 0 : TakeBlock(size_class);
  std::copy_n(arcs_.begin() + old.offset, old.degree, arcs_.begin() + offset);
  std::copy_n(refs_.begin() + old.offset, old.degree, refs_.begin() + offset);
  FreeBlock(old.offset, info_[node].size_class);
  nodes_[node].offset = offset;
  info_[node].size_class = size_class;
}

// Of one node, in order of neighbours, none there yet. From the last one on, so that each arc moves
// once. What was moved or comes after lies above all that is looked for.
void ResidualGraph::InsertSlots(std::span<const Place> places) {
  const NodeIndex node = places.front().node;
  const std::uint32_t degree = nodes_[node].degree;
  const auto grown = static_cast<std::uint32_t>(degree + places.size());
  if (grown > ClassSize(info_[node].size_class)) MoveBlock(node, ClassFor(grown));
  const auto arcs = arcs_.begin() + nodes_[node].offset;
  const auto refs = refs_.begin() + nodes_[node].offset;
  std::uint32_t end = degree;  // of what has not moved
  std::uint32_t to = grown;    // the end of where it goes
  for (auto place = places.rbegin(); place != places.rend(); ++place) {
    const std::uint32_t slot = LowerBound(node, place->neighbor);
    std::copy_backward(arcs + slot, arcs + end, arcs + to);
    std::copy_backward(refs + slot, refs + end, refs + to);
    to -= end - slot + 1;
    end = slot;
    arcs[to] = {place->neighbor, kAbsentCode, kAbsentCode};
    refs[to] = place->edge << 2;
  }
  nodes_[node].degree = grown;
}

// Of one node, in order of neighbours, all there. What was moved or came before lies below all that
// is looked for.
void ResidualGraph::RemoveSlots(std::span<const Place> places) {
  const NodeIndex node = places.front().node;
  const std::uint32_t degree = nodes_[node].degree;
  const auto arcs = arcs_.begin() + nodes_[node].offset;
  const auto refs = refs_.begin() + nodes_[node].offset;
  std::uint32_t slot = LowerBound(node, places.front().neighbor);
  std::uint32_t to = slot;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const bool last = i + 1 == places.size();
    const std::uint32_t next = last ? degree : LowerBound(node, places[i + 1].neighbor);
    std::copy(arcs + slot + 1, arcs + next, arcs + to);
    std::copy(refs + slot + 1, refs + next, refs + to);
    to += next - slot - 1;
    slot = next;
  }
  nodes_[node].degree = to;
  if (to == 0) {
    MoveBlock(node, kNoClass);
  } else if (to <= ClassSize(info_[node].size_class) / 4) {
    MoveBlock(node, ClassFor(to));
  }
}

}  // namespace geo::graph
