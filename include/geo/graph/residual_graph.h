// A resident, dynamic network of capacities, made for path and flow queries between any two nodes.
//
// The graph room knows nodes, edges and capacities, nothing else, and depends on geo/base only:
// researchers may use it alone. Typical use: Grow, Insert edges, then ask a Search
// (geo/graph/search.h) for paths and flows, Change and Remove edges as the world moves, ask again.
// Nothing is ever rebuilt for a query.
//
// Model. Nodes are dense indices. There is at most one edge per unordered pair of nodes; it holds
// an arc in each direction. Flow on an edge is a net flow: what moves tail→head frees as much
// head→tail. A query runs from a source to a target, and an arc tail→head counts
//
//   direct   when the tail is the source and the head is the target,
//   nothing  when tail_forbids and the tail is not the source,
//            or head_forbids and the head is not the target,
//   transit  otherwise.
//
// A query may also ask what would be if nobody forbade anything; then `relaxed` counts where it is
// more than that.
//
// A disabled node carries nothing and is no source, target or intermediary; its edges stay.
//
// Layout. Neighbours of a node are one contiguous block of 8-byte arcs, sorted by neighbour, in an
// arena with slack and free lists. Arcs hold 16-bit codes, monotone in the capacities, so that a
// search compares codes and reads the exact numbers only where codes are equal. About 32 bytes per
// edge in blocks and 40 in records (72 where direct, transit and relaxed differ); 56 per node.
//
// Because blocks are sorted, everything a search answers depends on what the graph holds, never on
// the order in which it came to hold it.
//
// Threads: const methods may run on many threads while nobody changes the graph.
//
// Memory: this room throws std::bad_alloc where there is none (the hub turns it into OutOfMemory).
// What was being changed may then be half changed: destroy it.
#ifndef GEO_GRAPH_RESIDUAL_GRAPH_H_
#define GEO_GRAPH_RESIDUAL_GRAPH_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "geo/base/amount.h"
#include "geo/base/large_vector.h"
#include "geo/base/status.h"

namespace geo::graph {

using NodeIndex = std::uint32_t;
using EdgeIndex = std::uint32_t;

// "No such node" and "no such edge".
inline constexpr NodeIndex kNoNode = 0xffffffff;
inline constexpr EdgeIndex kNoEdge = 0xffffffff;

// The most nodes and the most edges a graph can hold.
inline constexpr std::uint32_t kMaxNodes = 0x7fffffff;
inline constexpr std::uint32_t kMaxEdges = 0x3fffffff;

// Amounts of flow and capacity, in any unit, 0…kMaxAmount.
using Flow = Amount;

// The capacity of an arc that does not exist. It differs from 0, an arc whose capacity is used up,
// in one thing only: a search that asks for paths whatever the capacity uses the latter.
inline constexpr Flow kAbsent = -1;

// One direction of an edge. `constrained` and `max_hops` change no search: they tell whoever reads
// the paths that there is more to check.
struct Arc {
  Flow direct = kAbsent;      // kAbsent or 0…kMaxAmount
  Flow transit = kAbsent;     // the same, and at most `direct`
  bool tail_forbids = false;  // the tail carries flow of others over this arc never
  bool head_forbids = false;  // the head does not
  bool constrained = false;   // for the caller: paths over this arc need a look
  std::uint8_t max_hops = 0;  // for the caller: longest path that may use this arc; 0: any
  Flow relaxed = kAbsent;     // for queries that ignore conditions: the capacity if it is more

  friend bool operator==(const Arc&, const Arc&) = default;
};

// An arc that carries `capacity` whoever asks.
inline Arc PlainArc(Flow capacity) { return Arc{.direct = capacity, .transit = capacity}; }

// An edge to be; `uv` is its arc u→v. Made by default, it is none.
struct NewEdge {
  NodeIndex u = kNoNode;
  NodeIndex v = kNoNode;
  Arc uv;
  Arc vu;
};

// Where an edge lies; a < b.
struct EdgeEnds {
  NodeIndex a = kNoNode;
  NodeIndex b = kNoNode;
  friend bool operator==(const EdgeEnds&, const EdgeEnds&) = default;
};

class ResidualGraph {
 public:
  ResidualGraph() = default;

  // --- Change. After an error the graph is as it was. ---

  // Makes nodes 0…count−1 exist; new ones are enabled and have no edges. Fewer than there are: no
  // change. Amortised O(new nodes). Errors: TooLarge above kMaxNodes.
  Status Grow(NodeIndex count);

  // Adds the edge between `u` and `v` and returns its index, which is stable until Remove and then
  // used again (the last one freed first). `uv` is the arc u→v. O(degree of u and v).
  // Errors: InvalidArgument (unknown node, u = v, a capacity out of range, transit above direct, or
  // the edge exists: then Change it), TooLarge above kMaxEdges.
  StatusOr<EdgeIndex> Insert(NodeIndex u, NodeIndex v, const Arc& uv, const Arc& vu);

  // Inserts up to `count` edges as if one after the other, in a fraction of the time. `edge(i)` is
  // asked for once each, in order; NewEdge() is left out. O(degree of all ends + count · log), each
  // end counted once; into a graph that never had an edge O(nodes + count). Errors: as Insert, for
  // the first that is wrong or there twice; then none is inserted.
  Status InsertAll(EdgeIndex count, const std::function<NewEdge(EdgeIndex)>& edge);

  // Replaces both arcs of an edge. `uv` is the arc that leaves `tail`. O(log degree).
  // Errors: InvalidArgument (no such edge, `tail` not on it, arcs as for Insert).
  Status Change(EdgeIndex edge, NodeIndex tail, const Arc& uv, const Arc& vu);

  // O(degree of both ends). Errors: InvalidArgument (no such edge).
  Status Remove(EdgeIndex edge);

  // Removes `edges` as if one after the other, in a fraction of the time. O(degree of all ends +
  // edges · log), each end counted once. Errors: InvalidArgument (no such edge, or twice the same);
  // then none is removed.
  Status RemoveAll(std::span<const EdgeIndex> edges);

  // Switches a node off or on. O(degree · log degree of neighbours). Errors: InvalidArgument.
  Status SetEnabled(NodeIndex node, bool enabled);

  // --- Read. Indices must be valid. ---

  NodeIndex node_count() const { return static_cast<NodeIndex>(nodes_.size()); }
  EdgeIndex edge_count() const { return live_edges_; }
  // One past the largest edge index ever used; Exists tells which are in use. O(1).
  EdgeIndex edge_limit() const { return static_cast<EdgeIndex>(edges_.size()); }
  bool Exists(EdgeIndex edge) const { return edge < edges_.size() && edges_[edge].a != kNoNode; }
  bool enabled(NodeIndex node) const { return info_[node].enabled; }

  std::uint32_t degree(NodeIndex node) const { return nodes_[node].degree; }
  // The i-th neighbour, ascending, and the edge to it; i < degree. O(1).
  NodeIndex neighbor(NodeIndex node, std::uint32_t i) const {
    return arcs_[nodes_[node].offset + i].to;
  }
  EdgeIndex edge(NodeIndex node, std::uint32_t i) const {
    return refs_[nodes_[node].offset + i] >> 2;
  }

  // The edge between two nodes, or kNoEdge. O(log of the smaller degree).
  EdgeIndex Find(NodeIndex u, NodeIndex v) const;

  EdgeEnds ends(EdgeIndex edge) const { return {edges_[edge].a, edges_[edge].b}; }
  NodeIndex other_end(EdgeIndex edge, NodeIndex end) const {
    return edges_[edge].a == end ? edges_[edge].b : edges_[edge].a;
  }
  // The arc of `edge` that leaves `tail`, as it was given. O(1).
  Arc ArcFrom(EdgeIndex edge, NodeIndex tail) const;

  // Its `constrained` and `max_hops` alone. O(1).
  bool constrained(EdgeIndex edge, NodeIndex tail) const;
  std::uint8_t max_hops(EdgeIndex edge, NodeIndex tail) const {
    return edges_[edge].max_hops[tail == edges_[edge].a ? 0 : 1];
  }
  // Whether either is set on its arc either way. Few edges are, and many are asked. O(1).
  bool has_path_rules(EdgeIndex edge) const {
    const Edge& at = edges_[edge];
    return ((at.flags[0] | at.flags[1]) & kConstrained) != 0 ||
           (at.max_hops[0] | at.max_hops[1]) != 0;
  }

  // What the arc of `edge` leaving `tail` carries in a query source→target: kAbsent or the
  // capacity, by the rules above. `ignore_conditions` asks what it would carry without forbidding
  // ends: transit (direct between source and target) or relaxed, whichever is more. O(1).
  Flow CapacityFor(EdgeIndex edge, NodeIndex tail, NodeIndex source, NodeIndex target,
                   bool ignore_conditions = false) const;

  // Σ of what the source's arcs carry in a query source→target; no flow can be larger. Kept up to
  // date by every change, exact. O(log degree).
  AmountSum OutBound(NodeIndex source, NodeIndex target) const;
  // Σ of what the target's arcs carry. Likewise.
  AmountSum InBound(NodeIndex source, NodeIndex target) const;

  // Whether a node forbids some of its arcs to others, so that it has more of them as source or
  // target than as an intermediary. O(1).
  bool forbids(NodeIndex node) const { return info_[node].forbids != 0; }
  // Whether some arc of a node carries more when conditions are ignored. O(1).
  bool relaxed(NodeIndex node) const { return info_[node].relaxed != 0; }
  // Whether the edge to the i-th neighbour does, in either direction. O(1).
  bool relaxed(NodeIndex node, std::uint32_t i) const {
    return (refs_[nodes_[node].offset + i] & 2) != 0;
  }
  // Whether an edge carries other amounts between source and target than otherwise. O(1).
  bool special(EdgeIndex edge) const { return IsSpecial(edges_[edge]); }
  // Edges that depend on who asks and how: special ones, and those where relaxed > transit. O(1).
  EdgeIndex special_edges() const { return special_edges_; }

  // Bytes held by blocks, records and free lists. O(1).
  std::size_t MemoryBytes() const;

 private:
  friend struct GraphAccess;  // the searches' view of the layout, src/graph/graph_access.h

  // What is read at every step of a search.
  struct HotArc {
    NodeIndex to;
    std::uint16_t out;  // code of what this arc carries between others
    std::uint16_t in;   // the same for the arc back
  };
  struct Node {
    std::uint32_t offset = 0;  // of its block in arcs_ and refs_
    std::uint32_t degree = 0;
  };
  struct NodeInfo {
    AmountSum out = 0;          // Σ over neighbours of what it can send them, not as end points
    AmountSum in = 0;           // Σ of what it can receive likewise
    std::uint32_t forbids = 0;  // its edges of which it forbids an arc to others
    std::uint32_t relaxed = 0;  // its edges that carry more when conditions are ignored
    std::uint8_t size_class = 0xff;  // how large its block is; 0xff: it has none
    bool enabled = true;
  };
  // Edge::flags, one for each arc.
  static constexpr std::uint8_t kTailForbids = 1;
  static constexpr std::uint8_t kHeadForbids = 2;
  static constexpr std::uint8_t kConstrained = 4;
  static constexpr std::uint8_t kShut = 8;  // on both: an end is disabled
  // Read when codes are not enough. Index 0 is the arc a→b, 1 is b→a.
  struct Edge {
    NodeIndex a = kNoNode;  // kNoNode: free; b is then the next free one
    NodeIndex b = kNoNode;
    std::uint8_t flags[2] = {0, 0};
    std::uint8_t max_hops[2] = {0, 0};
    std::uint32_t extra = kNoExtra;  // where in extras_ the other capacities are
    Flow transit[2] = {kAbsent, kAbsent};
    // Where its arcs probably are in the blocks of a and b; looked up when they are not.
    std::uint32_t slot[2] = {0, 0};
  };
  // What few edges have: a direct capacity other than transit, or a relaxed one.
  struct Extra {
    Flow direct[2] = {kAbsent, kAbsent};
    Flow relaxed[2] = {kAbsent, kAbsent};
  };
  static constexpr std::uint32_t kNoExtra = 0xffffffff;

  // Which arc of a node an edge is; in order of both.
  struct Place {
    NodeIndex node = kNoNode;
    NodeIndex neighbor = kNoNode;
    EdgeIndex edge = kNoEdge;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  // Where an edge stands in the blocks of its ends.
  struct Slots {
    std::size_t at_a = 0;
    std::size_t at_b = 0;
  };

  Status CheckNew(NodeIndex u, NodeIndex v, const Arc& uv, const Arc& vu) const;
  static Status AlreadyThere(NodeIndex u, NodeIndex v);
  static Status NoSuchEdge(EdgeIndex edge);
  static Status NoRoomForEdges();
  void StoreNew(Edge& edge, NodeIndex u, NodeIndex v, const Arc& uv, const Arc& vu);
  void LinkNew(Edge& edge);
  void StoreArcs(Edge& edge, const Arc& ab, const Arc& ba);
  Flow Direct(const Edge& edge, int side) const {
    return edge.extra == kNoExtra ? edge.transit[side] : extras_[edge.extra].direct[side];
  }
  Flow Relaxed(const Edge& edge, int side) const {
    return edge.extra == kNoExtra ? kAbsent : extras_[edge.extra].relaxed[side];
  }
  bool IsSpecial(const Edge& edge) const;
  bool IsRelaxed(const Edge& edge) const;
  static bool IsPlainEdge(const Edge& edge);
  static bool Forbids(const Edge& edge, int end);
  std::uint32_t LowerBound(NodeIndex node, NodeIndex neighbor) const;
  Flow SourceCapacity(const Edge& edge, int side) const;
  Flow TargetCapacity(const Edge& edge, int side) const;
  Flow BetweenOthers(const Edge& edge, int side) const;
  // What an edge adds to the sums of its ends.
  struct Share {
    Flow out[2] = {0, 0};               // by side: as the source's arc
    Flow in[2] = {0, 0};                // as the target's
    std::uint32_t forbids[2] = {0, 0};  // by end
    std::uint32_t relaxed = 0;
    std::uint32_t special = 0;  // or relaxed
  };
  Share ShareOf(const Edge& edge) const;
  void ChangeSums(const Edge& edge, const Share& before, const Share& after);
  void AddToSums(const Edge& edge, Flow more_ab, Flow more_ba);
  void ChangePlain(Edge& edge, const Arc& ab, const Arc& ba);
  Slots SlotsOf(Edge& edge);
  std::uint32_t SlotAt(NodeIndex node, NodeIndex neighbor, std::uint32_t guess) const;
  void WriteCodes(EdgeIndex index, bool conditions);
  void WriteArcs(const Edge& edge, Slots slots);
  void WriteRefs(EdgeIndex index, Slots slots);
  Status BuildAll(EdgeIndex count, const std::function<NewEdge(EdgeIndex)>& edge);
  Status AddAll(EdgeIndex count, const std::function<NewEdge(EdgeIndex)>& edge);
  void TakeBlocks();
  Status LinkAll();
  void ForgetEdges();
  void PrefetchEnd(NodeIndex node) const;
  void PrefetchBlock(NodeIndex node) const;
  void Append(EdgeIndex index);
  EdgeIndex TakeEdge();
  void FreeEdge(EdgeIndex index);
  std::uint32_t TakeExtra();
  std::uint32_t TakeBlock(std::uint8_t size_class);
  void FreeBlock(std::uint32_t offset, std::uint8_t size_class);
  void MoveBlock(NodeIndex node, std::uint8_t size_class);
  void InsertSlots(std::span<const Place> places);
  void RemoveSlots(std::span<const Place> places);

  LargeVector<Node> nodes_;
  LargeVector<NodeInfo> info_;
  LargeVector<HotArc> arcs_;
  LargeVector<std::uint32_t> refs_;  // edge index · 4 + 2 if relaxed + 1 if this node forbids
  LargeVector<Edge> edges_;
  std::vector<Extra> extras_;
  std::vector<std::uint32_t> free_extras_;
  std::vector<std::uint32_t> free_blocks_;  // per size class: the first free block, linked by `to`
  EdgeIndex free_edge_ = kNoEdge;
  EdgeIndex live_edges_ = 0;
  EdgeIndex special_edges_ = 0;
};

}  // namespace geo::graph

#endif  // GEO_GRAPH_RESIDUAL_GRAPH_H_
