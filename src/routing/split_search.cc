#include "src/routing/split_search.h"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <queue>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "geo/routing/router.h"
#include "src/base/no_memory.h"
#include "src/routing/packing.h"
#include "src/routing/widest_first.h"

namespace geo {
namespace {

using graph::EdgeIndex;
using graph::NodeIndex;
using graph::Path;

constexpr std::uint32_t kMeasuredArcs = 3000;  // arcs within reach of the target: more is too much
constexpr std::uint32_t kListingArcs = 30000;  // arcs looked at, all in all
constexpr std::uint32_t kDeepest = 64;         // hops of a listed route without a hop limit
constexpr std::size_t kMostCandidates = 4 * std::size_t{kMaxListedRoutes};
// Sets of routes packed hoping for the best, when there are routes that are not listed; to be sure
// it takes up to kMaxTriedSplits.
constexpr std::uint32_t kMostSetsOfSome = 200;

// Walks all simple paths from the source, guided by how far each node is from the target.
class Lister {
 public:
  Lister(const graph::ResidualGraph& graph, graph::Search& search, NodeIndex source,
         NodeIndex target, std::uint32_t max_hops, const std::function<bool(const Path&)>& accept)
      : graph_(graph),
        search_(search),
        source_(source),
        target_(target),
        max_hops_(std::min(max_hops, kDeepest)),
        accept_(accept) {}

  bool Run();  // whether nothing was left out
  std::vector<Path> found;

 private:
  bool Spend(std::uint32_t arcs);
  bool FewWithinReach();
  bool MeasureDistances();
  bool Extend(NodeIndex node, Amount room);

  const graph::ResidualGraph& graph_;
  graph::Search& search_;
  NodeIndex source_;
  NodeIndex target_;
  std::uint32_t max_hops_;
  const std::function<bool(const Path&)>& accept_;
  std::uint32_t spent_ = 0;
  absl::flat_hash_map<NodeIndex, std::uint32_t> distance_;  // hops to the target
  Path path_;
};

bool Lister::Spend(std::uint32_t arcs) {
  spent_ += arcs;
  search_.AddWork(arcs);
  return spent_ <= kListingArcs && !search_.out_of_work();
}

// Whether few enough arcs lie within reach of the target, open or not: much cheaper to tell than
// how far everybody is. Arcs count as soon as it is known that they are to be looked at.
bool Lister::FewWithinReach() {
  absl::flat_hash_set<NodeIndex> seen = {target_};
  std::vector<NodeIndex> front = {target_};
  std::uint32_t arcs = graph_.degree(target_);
  for (std::uint32_t hops = 0; hops < max_hops_ && !front.empty(); ++hops) {
    if (arcs > kMeasuredArcs) return false;
    std::vector<NodeIndex> next;
    for (const NodeIndex node : front) {
      if (!Spend(graph_.degree(node))) return false;
      for (std::uint32_t i = 0; i < graph_.degree(node); ++i) {
        const NodeIndex before = graph_.neighbor(node, i);
        if (before == source_ || search_.Excluded(before)) continue;
        MakeRoom(seen);
        if (!seen.insert(before).second) continue;
        next.push_back(before);
        if (hops + 1 == max_hops_) continue;
        arcs += graph_.degree(before);
        if (arcs > kMeasuredArcs) return false;
      }
    }
    front = std::move(next);
  }
  return true;
}

bool Lister::MeasureDistances() {
  if (!FewWithinReach()) return false;
  MakeRoom(distance_);
  distance_[target_] = 0;
  std::queue<NodeIndex> queue({target_});
  for (; !queue.empty(); queue.pop()) {
    const NodeIndex node = queue.front();
    const std::uint32_t hops = distance_[node];
    if (hops == max_hops_ || node == source_) continue;
    if (!Spend(graph_.degree(node))) return false;
    for (std::uint32_t i = 0; i < graph_.degree(node); ++i) {
      const NodeIndex before = graph_.neighbor(node, i);
      if (distance_.contains(before) || search_.Excluded(before)) continue;
      if (search_.Residual(graph_.edge(node, i), before) <= 0) continue;
      MakeRoom(distance_);
      distance_[before] = hops + 1;
      queue.push(before);
    }
  }
  return true;
}

// Continues path_, which ends at `node` and has room for `room`. False: out of budget.
bool Lister::Extend(NodeIndex node, Amount room) {
  if (!Spend(graph_.degree(node))) return false;
  for (std::uint32_t i = 0; i < graph_.degree(node); ++i) {
    const NodeIndex next = graph_.neighbor(node, i);
    const auto distance = distance_.find(next);
    if (distance == distance_.end() || path_.hops() + 1 + distance->second > max_hops_) continue;
    if (std::find(path_.nodes.begin(), path_.nodes.end(), next) != path_.nodes.end()) continue;
    const EdgeIndex edge = graph_.edge(node, i);
    const Amount left = std::min(room, search_.Residual(edge, node));
    if (left <= 0) continue;
    path_.nodes.push_back(next);
    path_.edges.push_back(edge);
    bool within_budget = true;
    if (next != target_) {
      within_budget = Extend(next, left);
    } else {
      path_.amount = left;
      if (accept_(path_)) found.push_back(path_);
      within_budget = found.size() < kMostCandidates;
    }
    path_.nodes.pop_back();
    path_.edges.pop_back();
    if (!within_budget) return false;
  }
  return true;
}

bool Lister::Run() {
  if (!MeasureDistances()) return false;
  if (!distance_.contains(source_)) return true;
  // Without a hop limit paths are cut at kDeepest, which leaves none out in a small component.
  const bool deep_enough = max_hops_ < kDeepest || distance_.size() <= kDeepest;
  path_.nodes.assign(1, source_);
  return Extend(source_, kMaxAmount) && deep_enough;
}

// Branch and bound over sets of listed routes.
class Splitter {
 public:
  Splitter(const RouteList& list, Amount amount, std::uint32_t max_paths, graph::Search& search)
      : list_(list), amount_(amount), max_paths_(max_paths), search_(search) {}

  Split Run();

 private:
  void Try(std::size_t next, AmountSum bound);
  bool MayJoin(std::size_t candidate) const;
  bool EndsSuffice(std::size_t next, std::size_t slots);
  AmountSum MostAtEnds(std::size_t next, std::size_t slots, bool first);
  Packing PackChosen();

  const RouteList& list_;
  Amount amount_;
  std::size_t max_paths_;
  graph::Search& search_;
  std::vector<std::size_t> chosen_;
  std::vector<AmountSum> left_;   // MostAtEnds: by arc, of those that begin or end a route
  std::vector<AmountSum> gains_;  // and what each further route would add there
  std::uint32_t sets_ = 0;
  Split result_;
};

// Whether no chosen route uses a pair the other way round.
bool Splitter::MayJoin(std::size_t candidate) const {
  for (const std::uint32_t use : list_.uses[candidate]) {
    const ListedArc& arc = list_.arcs[use];
    for (const std::size_t other : chosen_) {
      for (const std::uint32_t used : list_.uses[other]) {
        if (list_.arcs[used].edge == arc.edge && used != use) return false;
      }
    }
  }
  return true;
}

// Whether the chosen routes and `slots` more of those from `next` on may reach the amount, as far
// as the payer's own lines and the payee's tell. Asked only after the first kMostSetsOfSome sets:
// it would leave out some that carry the most there is short of the amount.
bool Splitter::EndsSuffice(std::size_t next, std::size_t slots) {
  search_.AddWork(2 * (chosen_.size() + list_.paths.size() - next));
  return MostAtEnds(next, slots, true) >= amount_ && MostAtEnds(next, slots, false) >= amount_;
}

// What they carry if nothing but their first arcs, or nothing but their last, holds them back:
// routes are widest first, so each adds no more there than those before it, and the `slots` that
// add most are the best choice.
AmountSum Splitter::MostAtEnds(std::size_t next, std::size_t slots, bool first) {
  const auto arc_of = [&](std::size_t route) {
    return first ? list_.uses[route].front() : list_.uses[route].back();
  };
  const auto gain = [&](std::size_t route) {
    AmountSum& left = left_[arc_of(route)];
    const AmountSum part = std::min<AmountSum>(list_.paths[route].amount, left);
    left -= part;
    return part;
  };
  const auto fill = [&](std::size_t route) {
    left_[arc_of(route)] = list_.arcs[arc_of(route)].capacity;
  };
  for (const std::size_t route : chosen_) fill(route);
  for (std::size_t i = next; i < list_.paths.size(); ++i) fill(i);
  AmountSum sum = 0;
  for (const std::size_t route : chosen_) sum += gain(route);
  gains_.clear();
  for (std::size_t i = next; i < list_.paths.size(); ++i) gains_.push_back(gain(i));
  const std::size_t most = std::min(slots, gains_.size());
  std::partial_sort(gains_.begin(), gains_.begin() + static_cast<std::ptrdiff_t>(most),
                    gains_.end(), std::greater<>());
  for (std::size_t i = 0; i < most; ++i) sum += gains_[i];
  return sum;
}

Packing Splitter::PackChosen() {
  std::map<std::uint32_t, std::uint32_t> users;  // arc → chosen routes over it
  for (std::size_t i = 0; i < chosen_.size(); ++i) {
    for (const std::uint32_t arc : list_.uses[chosen_[i]]) users[arc] |= 1U << i;
  }
  std::map<std::uint32_t, Amount> tightest;  // chosen routes → what they may carry together
  for (const auto& [arc, routes] : users) {
    const auto [entry, fresh] = tightest.try_emplace(routes, list_.arcs[arc].capacity);
    entry->second = std::min(entry->second, list_.arcs[arc].capacity);
  }
  std::vector<PackingLimit> limits;
  limits.reserve(tightest.size());
  for (const auto& [routes, limit] : tightest) limits.push_back({routes, limit});
  ++sets_;
  search_.AddWork(users.size() * chosen_.size());
  return Pack(static_cast<int>(chosen_.size()), limits, amount_);
}

// Adds routes from `next` on to the chosen ones, which carry at most `bound`.
void Splitter::Try(std::size_t next, AmountSum bound) {
  const std::size_t slots = max_paths_ - chosen_.size();
  for (std::size_t i = next; i < list_.paths.size() && slots > 0; ++i) {
    AmountSum reachable = bound;
    for (std::size_t j = i; j < std::min(i + slots, list_.paths.size()); ++j) {
      reachable += list_.paths[j].amount;
    }
    if (reachable < amount_) return;
    if (!MayJoin(i)) continue;
    if (sets_ >= kMostSetsOfSome && !EndsSuffice(i, slots)) return;
    if (sets_ >= (list_.complete ? kMaxTriedSplits : kMostSetsOfSome) || search_.out_of_work()) {
      result_.exhaustive = false;
      return;
    }
    chosen_.push_back(i);
    const Packing packing = PackChosen();
    if (!packing.exact) result_.exhaustive = false;
    if (packing.sum > result_.sum) {
      result_.sum = static_cast<Amount>(std::min<AmountSum>(packing.sum, amount_));
      result_.routes.clear();
      for (std::size_t k = 0; k < chosen_.size(); ++k) {
        result_.routes.push_back(list_.paths[chosen_[k]]);
        result_.routes.back().amount = packing.amounts[k];
      }
    }
    if (packing.sum >= amount_) {
      result_.found = true;
    } else {
      Try(i + 1, packing.bound);
    }
    chosen_.pop_back();
    if (result_.found) return;
  }
}

Split Splitter::Run() {
  result_.exhaustive = true;
  left_.resize(list_.arcs.size());
  Try(0, 0);
  return std::move(result_);
}

}  // namespace

RouteList ListRoutes(const graph::ResidualGraph& graph, graph::Search& search, NodeIndex source,
                     NodeIndex target, std::uint32_t max_hops,
                     const std::function<bool(const Path&)>& accept) {
  Lister lister(graph, search, source, target, max_hops, accept);
  RouteList list;
  list.complete = lister.Run();
  list.paths = std::move(lister.found);
  std::sort(list.paths.begin(), list.paths.end(), Wider);
  if (list.paths.size() > kMaxListedRoutes) {
    list.paths.resize(kMaxListedRoutes);
    list.complete = false;
  }
  std::map<std::pair<EdgeIndex, NodeIndex>, std::uint32_t> positions;
  for (const Path& path : list.paths) {
    std::vector<std::uint32_t>& uses = list.uses.emplace_back();
    for (std::size_t i = 0; i < path.edges.size(); ++i) {
      const auto [entry, fresh] = positions.try_emplace(
          {path.edges[i], path.nodes[i]}, static_cast<std::uint32_t>(list.arcs.size()));
      if (fresh) {
        list.arcs.push_back(
            {path.edges[i], path.nodes[i], search.Residual(path.edges[i], path.nodes[i])});
      }
      uses.push_back(entry->second);
    }
  }
  return list;
}

Split FindSplit(const RouteList& list, Amount amount, std::uint32_t max_paths,
                graph::Search& search) {
  const std::uint32_t paths = std::min(max_paths, kMaxSplitPaths);
  Split split = Splitter(list, amount, paths, search).Run();
  // More routes than are tried here might do it.
  if (paths < max_paths && list.paths.size() > paths) split.exhaustive = false;
  return split;
}

}  // namespace geo
