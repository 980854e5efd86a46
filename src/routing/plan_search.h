// One request's search for routes: shortest paths by the pigeonhole rule, then exact flow, then
// other splits (notes in router.h). Works on one Network and one graph::Search.
#ifndef GEO_SRC_ROUTING_PLAN_SEARCH_H_
#define GEO_SRC_ROUTING_PLAN_SEARCH_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "geo/graph/decompose.h"
#include "geo/graph/search.h"
#include "geo/ledger/ledger.h"
#include "geo/routing/router.h"
#include "src/routing/network.h"

namespace geo {

// What a solution must keep to, besides capacities.
struct RouteLimits {
  std::uint32_t hops = kUnlimited;
  std::uint32_t paths = kUnlimited;
  bool path_rules = true;  // blocked_participants and max_hops of lines
};

enum class Verdict : std::uint8_t {
  kFound = 0,       // routes() carry the amount
  kImpossible = 1,  // proven
  kNotFound = 2,    // the search gave up
  kOutOfWork = 3,
};

// How much to try when the number of paths is limited: kGlance only shortest paths for all or half
// of what remains, kQuick then the widest; neither tries flows, and what follows them.
enum class Effort : std::uint8_t { kGlance, kQuick, kFull };

// No flow can be larger: what the payer can send, what the payee can receive, capped.
struct EndPointBounds {
  Amount out = 0;
  Amount in = 0;
  Amount both() const { return out < in ? out : in; }
};

class PlanSearch {
 public:
  PlanSearch(const Network& network, graph::Search& search) : network_(network), search_(search) {}

  // Starts on `request`, whose end points must have nodes in the graph. `conditions`: whether
  // policies about intermediaries and amounts count. Work goes on counting from the searches
  // before. Errors: those of graph::Search::Begin.
  Status Begin(const RouteRequest& request, graph::Conditions conditions);

  // Of the request, since Begin.
  graph::NodeIndex source() const { return source_; }
  graph::NodeIndex target() const { return target_; }
  EndPointBounds Bounds() const;

  // Looks for routes that carry `amount` within `limits`.
  Verdict Solve(Amount amount, const RouteLimits& limits, Effort effort);

  // After Solve found routes for `amount`: routes that come to fewer hops times units, when some
  // are found.
  void Shorten(Amount amount, const RouteLimits& limits);
  // The same by the objective of `request`.
  void Improve(const RouteRequest& request, const RouteLimits& limits);

  // Whether the maximum flow, without limits and path rules, reaches `amount`: kFound or
  // kImpossible (flow_value() and cut() say why) or kOutOfWork.
  Verdict CheckFlow(Amount amount);
  // Whether CheckFlow answers from what is known.
  bool KnowsFlow(Amount amount) const { return amount <= flow_value_ || flow_is_maximum_; }

  // Counts what of the present flow keeps to `limits` towards best_found().
  void NoteFlow(const RouteLimits& limits);

  // Whether there is a path within `limits` on which every line carries at least `threshold`; 0
  // asks whatever the capacities. kFound fills routes() with it.
  Verdict FindOne(Amount threshold, const RouteLimits& limits);

  const std::vector<graph::Path>& routes() const { return routes_; }
  std::vector<graph::Path> TakeRoutes() { return std::move(routes_); }
  // How much of routes(), found under other limits, keeps to these.
  Amount PartWithin(const RouteLimits& limits) const;
  // The largest amount for which routes within the limits of some Solve were found.
  Amount best_found() const { return best_found_; }
  // After CheckFlow or Solve ended in kImpossible because of the flow.
  bool flow_is_maximum() const { return flow_is_maximum_; }
  Amount flow_value() const { return flow_value_; }  // reached so far, or the maximum
  const std::vector<graph::CutArc>& cut() const { return cut_; }
  // What that cut would let through if no line had a policy about intermediaries or amounts.
  AmountSum cut_without_conditions() const { return cut_without_conditions_; }

  // Whether since Begin any path was turned down for a path rule. As long as none was, searches
  // without rules come to the same.
  bool rules_intervened() const { return violations_ != 0; }

  std::uint64_t work() const { return work_before_ + search_.work(); }

 private:
  using Paths = std::vector<graph::Path>;
  using Outcome = graph::Outcome;

  // What the next of several routes must carry at least: anything, or as much of what is left as
  // the others that may still follow.
  enum class Width : std::uint8_t { kAny, kFairShare };

  // There is no route under these limits on which every line carries `threshold`. Holds for larger
  // thresholds, fewer hops and more rules as well, and still when more of the network is used.
  struct Failure {
    Amount threshold = 0;
    std::uint32_t hops = 0;
    bool path_rules = false;  // some path was turned down for one
  };
  // The route that is found in the unused network.
  struct Success {
    Amount threshold = 0;
    std::uint32_t hops = 0;   // the limit under which it was found, when `around`
    bool path_rules = false;  // it keeps to them
    bool around = false;      // it is not the first that was found, which does not
    graph::Path path;
  };
  // The way in which Greedy came to nothing.
  struct FailedSplit {
    Amount amount = 0;
    RouteLimits limits;
    bool widest_first = false;
    bool around = false;  // some path was turned down for a path rule
  };

  std::vector<graph::NodeIndex> NodesOf(const std::vector<ParticipantIndex>& participants) const;
  bool RulesMatter(const RouteLimits& limits) const {
    return limits.path_rules && network_.has_path_rules();
  }
  // Whether any flow that carries the amount is a plan.
  bool FlowIsExact(const RouteLimits& limits) const {
    return limits.paths == kUnlimited && limits.hops == kUnlimited && !RulesMatter(limits);
  }
  void ClearFlow();
  bool Recall(Amount threshold, const RouteLimits& limits, graph::Path* path, Outcome* outcome);
  void Remember(Amount threshold, const RouteLimits& limits, const graph::Path& path,
                Outcome outcome, bool around);
  bool FailedBefore(Amount amount, const RouteLimits& limits, bool widest_first) const;
  std::optional<PathViolation> ViolationOf(const graph::Path& path);
  bool DirectLineHelps(Amount amount, const RouteLimits& limits) const;
  Outcome FindRoute(Amount threshold, const RouteLimits& limits, graph::Path* path);
  Outcome FindAround(Amount threshold, const RouteLimits& limits, graph::Path* path);
  Outcome FindNext(Amount left, std::uint32_t slots, const RouteLimits& limits, graph::Path* path);
  Outcome Widen(Amount left, std::uint32_t slots, const RouteLimits& limits, graph::Path* path);
  Verdict Greedy(Amount amount, const RouteLimits& limits, bool widest_first);
  Verdict Extend(Amount amount, const RouteLimits& limits);
  bool ShortestFirst(Amount amount, const RouteLimits& limits, Width width, AmountSum most);
  Verdict ByFlow(Amount amount, const RouteLimits& limits);
  bool ByQuanta(Amount amount, const RouteLimits& limits);
  bool ByScaling(Amount amount, const RouteLimits& limits);
  Verdict ByListing(Amount amount, const RouteLimits& limits);
  bool TryFlows(Amount amount, const RouteLimits& limits, const std::function<bool()>& augment);
  bool AcceptFlow(Amount amount, const RouteLimits& limits, PathViolation* violation);
  bool Complete(Amount amount, const RouteLimits& limits);
  bool Fits(const Paths& routes, Amount amount, const RouteLimits& limits) const;
  Paths Decompose(const RouteLimits& limits) const;
  void RecordMaximum();
  void NoteBest(const Paths& routes);
  void Finish(Amount amount);
  static AmountSum SumOf(const Paths& paths);

  const Network& network_;
  graph::Search& search_;
  graph::NodeIndex source_ = graph::kNoNode;
  graph::NodeIndex target_ = graph::kNoNode;
  std::uint64_t work_before_ = 0;

  Paths routes_;
  Paths kept_;  // of the flow looked at last: what keeps to the limits, widest first
  bool widest_first_ = false;
  std::vector<Failure> failures_;
  std::size_t lasting_failures_ = 0;  // so many of the first hold in the unused network
  std::vector<Success> successes_;
  std::vector<FailedSplit> failed_splits_;
  std::uint32_t violations_ = 0;  // paths turned down for a path rule
  std::uint32_t tries_ = 0;       // left for FindAround
  bool gave_up_ = false;          // FindAround ran out of tries
  Amount best_found_ = 0;
  bool flow_is_maximum_ = false;
  Amount flow_value_ = 0;
  std::vector<graph::CutArc> cut_;
  AmountSum cut_without_conditions_ = 0;
};

}  // namespace geo

#endif  // GEO_SRC_ROUTING_PLAN_SEARCH_H_
