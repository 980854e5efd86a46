// Nodes in the order in which they came.
#ifndef GEO_SRC_GRAPH_NODE_QUEUE_H_
#define GEO_SRC_GRAPH_NODE_QUEUE_H_

#include <cstddef>
#include <vector>

#include "geo/graph/residual_graph.h"

namespace geo::graph {

// First in, first out, in a ring that has room for each node once.
class NodeQueue {
 public:
  explicit NodeQueue(NodeIndex nodes) : ring_(std::size_t{nodes} + 1) {}

  void Push(NodeIndex node) {
    std::size_t end = begin_ + size_++;
    if (end >= ring_.size()) end -= ring_.size();
    ring_[end] = node;
  }
  NodeIndex Pop() {
    const NodeIndex node = ring_[begin_];
    if (++begin_ == ring_.size()) begin_ = 0;
    --size_;
    return node;
  }
  // The node that is popped after `places` others; there must be one.
  NodeIndex Ahead(std::size_t places) const {
    const std::size_t place = begin_ + places;
    return ring_[place < ring_.size() ? place : place - ring_.size()];
  }
  NodeIndex front() const { return ring_[begin_]; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  void Clear() { begin_ = size_ = 0; }
  // Gives back the memory: it has no room any more.
  void Release() { std::vector<NodeIndex>().swap(ring_); }

 private:
  std::vector<NodeIndex> ring_;
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
};

}  // namespace geo::graph

#endif  // GEO_SRC_GRAPH_NODE_QUEUE_H_
