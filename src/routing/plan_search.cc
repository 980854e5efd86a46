#include "src/routing/plan_search.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

#include "src/base/status_macros.h"
#include "src/routing/fair_share.h"
#include "src/routing/objective.h"
#include "src/routing/split_search.h"
#include "src/routing/widest_first.h"

namespace geo {
namespace {

using graph::Outcome;
using graph::Path;

constexpr std::uint32_t kRuleTries = 64;       // searches around path-dependent policies, per path
constexpr int kFlowRounds = 8;                 // flows tried around them
constexpr std::size_t kManyRoutes = 128;       // found one by one when any number will do
constexpr Amount kCloseEnough = 16;            // a route is wide enough within this part
constexpr std::uint64_t kLittleWork = 4000;    // arcs for a flow, after which others are tried
constexpr std::uint64_t kExtraWork = 8000;     // arcs for each of the stages that seldom help
constexpr std::uint64_t kFreeWork = 1U << 20;  // arcs: what a decomposition may take uncounted

std::uint32_t HopsFor(const RouteLimits& limits) {
  return limits.hops == kUnlimited ? graph::kNoHopLimit : limits.hops;
}

}  // namespace

// Those who are no members take no part anyway.
std::vector<graph::NodeIndex> PlanSearch::NodesOf(
    const std::vector<ParticipantIndex>& participants) const {
  std::vector<graph::NodeIndex> nodes;
  for (const ParticipantIndex one : participants) {
    const graph::NodeIndex node = network_.NodeOf(one);
    if (node != graph::kNoNode) nodes.push_back(node);
  }
  return nodes;
}

Status PlanSearch::Begin(const RouteRequest& request, graph::Conditions conditions) {
  const std::uint64_t spent = source_ == graph::kNoNode ? 0 : work();
  const std::uint64_t limit = request.constraints.work_limit;
  const graph::NodeIndex source = network_.NodeOf(request.from);
  const graph::NodeIndex target = network_.NodeOf(request.to);
  graph::Query query{
      .source = source,
      .target = target,
      .excluded = NodesOf(request.constraints.avoid),
      .conditions = conditions,
      .work_limit = limit == kNoWorkLimit ? graph::kNoWorkLimit : limit - std::min(limit, spent),
      .stop = request.deadline};
  const auto& within = request.constraints.within;
  if (within.has_value()) query.allowed = NodesOf(*within);
  GEO_RETURN_IF_ERROR(search_.Begin(network_.graph(), query));
  work_before_ = spent;
  source_ = source;
  target_ = target;
  routes_.clear();
  kept_.clear();
  failures_.clear();
  lasting_failures_ = 0;
  successes_.clear();
  failed_splits_.clear();
  violations_ = 0;
  best_found_ = 0;
  flow_is_maximum_ = false;
  flow_value_ = 0;
  return OkStatus();
}

EndPointBounds PlanSearch::Bounds() const {
  return {SaturateCapacity(network_.graph().OutBound(source_, target_)),
          SaturateCapacity(network_.graph().InBound(source_, target_))};
}

void PlanSearch::ClearFlow() {
  search_.ClearFlow();
  failures_.resize(lasting_failures_);
}

Verdict PlanSearch::Solve(Amount amount, const RouteLimits& limits, Effort effort) {
  if (!DirectLineHelps(amount, limits)) {
    const Verdict one = FindOne(amount, limits);
    if (one == Verdict::kFound) Finish(amount);
    if (one == Verdict::kFound || one == Verdict::kOutOfWork) return one;
  }
  Verdict verdict = Greedy(amount, limits, false);
  if (verdict != Verdict::kNotFound) return verdict;
  if (limits.paths != kUnlimited) {
    if (effort == Effort::kGlance) return verdict;
    verdict = Greedy(amount, limits, true);
    if (verdict != Verdict::kNotFound || effort == Effort::kQuick) return verdict;
  } else if (effort == Effort::kFull && !FlowIsExact(limits)) {
    // A few wide routes often do where flows break limits or rules.
    verdict = Greedy(amount, {limits.hops, kMostPaths, limits.path_rules}, true);
    if (verdict == Verdict::kFound || verdict == Verdict::kOutOfWork) return verdict;
  }
  const std::uint64_t before = search_.work();
  verdict = ByFlow(amount, limits);
  if (verdict != Verdict::kNotFound || effort != Effort::kFull) return verdict;
  // Limits or path rules are in the way. Other flows hardly ever do better where there was much to
  // choose from.
  if (search_.work() - before <= kLittleWork &&
      (ByQuanta(amount, limits) || ByScaling(amount, limits))) {
    return Verdict::kFound;
  }
  if (search_.out_of_work()) return Verdict::kOutOfWork;
  return ByListing(amount, limits);
}

// Whether the payer's own line to the payee carries a good part of the amount, but not all: then it
// is the first route of a split, and no detour for everything is looked for.
bool PlanSearch::DirectLineHelps(Amount amount, const RouteLimits& limits) const {
  if (limits.paths == 1) return false;
  const graph::EdgeIndex edge = network_.graph().Find(source_, target_);
  if (edge == graph::kNoEdge) return false;
  const Amount direct = network_.graph().CapacityFor(edge, source_, source_, target_);
  return direct < amount && direct >= FairShare(amount, std::min(limits.paths, kUsualSplit));
}

Verdict PlanSearch::FindOne(Amount threshold, const RouteLimits& limits) {
  ClearFlow();
  Path path;
  const Outcome outcome = FindRoute(threshold, limits, &path);
  if (outcome == Outcome::kWorkLimit) return Verdict::kOutOfWork;
  if (outcome != Outcome::kFound) return gave_up_ ? Verdict::kNotFound : Verdict::kImpossible;
  routes_.clear();
  routes_.push_back(std::move(path));
  if (threshold > 0) NoteBest(routes_);
  return Verdict::kFound;
}

// A path that keeps to the path rules, found around those that do not.
Outcome PlanSearch::FindRoute(Amount threshold, const RouteLimits& limits, Path* path) {
  gave_up_ = false;
  Outcome outcome = Outcome::kExhausted;
  if (Recall(threshold, limits, path, &outcome)) return outcome;
  const std::uint32_t violations = violations_;
  if (RulesMatter(limits)) {
    tries_ = kRuleTries;
    outcome = FindAround(threshold, limits, path);
  } else {
    outcome = search_.FindPath(threshold, HopsFor(limits), path);
  }
  Remember(threshold, limits, *path, outcome, violations_ != violations);
  return outcome;
}

// One request asks many times for nearly the same: what earlier searches found out is not searched
// for again.
bool PlanSearch::Recall(Amount threshold, const RouteLimits& limits, Path* path, Outcome* outcome) {
  const bool rules = RulesMatter(limits);
  *outcome = Outcome::kHopLimit;
  for (const Failure& failure : failures_) {
    if (threshold >= failure.threshold && limits.hops <= failure.hops &&
        (rules || !failure.path_rules)) {
      return true;
    }
  }
  if (search_.value() != 0) return false;
  for (const Success& success : successes_) {
    if (success.threshold != threshold || (rules && !success.path_rules)) continue;
    if (success.around && (!rules || success.hops != limits.hops)) continue;
    // A shortest path, so shorter ones there are none.
    if (success.path.hops() > limits.hops) return true;
    *path = success.path;
    *outcome = Outcome::kFound;
    return true;
  }
  return false;
}

// `around`: some path was turned down for a path rule. Else the rules made no difference.
void PlanSearch::Remember(Amount threshold, const RouteLimits& limits, const Path& path,
                          Outcome outcome, bool around) {
  if (outcome == Outcome::kWorkLimit || gave_up_) return;
  const bool unused = search_.value() == 0;
  if (outcome != Outcome::kFound) {
    // Exhausted: more hops would not help either.
    const bool any_hops = outcome == Outcome::kExhausted && !around;
    failures_.push_back({threshold, any_hops ? kUnlimited : limits.hops, around});
    if (unused) lasting_failures_ = failures_.size();
  } else if (unused && !failures_.empty()) {  // before that all is well: it will not be asked again
    successes_.push_back({threshold, limits.hops, RulesMatter(limits), around, path});
  }
}

std::optional<PathViolation> PlanSearch::ViolationOf(const Path& path) {
  std::optional<PathViolation> violation = FirstViolation(network_, path);
  if (violation.has_value()) ++violations_;
  return violation;
}

Outcome PlanSearch::FindAround(Amount threshold, const RouteLimits& limits, Path* path) {
  if (tries_ == 0) {
    gave_up_ = true;
    return Outcome::kExhausted;
  }
  --tries_;
  const Outcome first = search_.FindPath(threshold, HopsFor(limits), path);
  if (first != Outcome::kFound) return first;
  const std::optional<PathViolation> violation = ViolationOf(*path);
  if (!violation.has_value()) return Outcome::kFound;
  // A path over this line that keeps to the rules would be shorter than the shortest there is, or
  // leave the blocked intermediary out: so do without the line, or without the intermediary,
  // whichever is shorter.
  const std::uint32_t hops = path->hops();
  search_.ExcludeArc(violation->edge, violation->tail);
  const Outcome without_line = FindAround(threshold, limits, path);
  search_.IncludeArc(violation->edge, violation->tail);
  if (violation->key == PolicyKey::kMaxHops || without_line == Outcome::kWorkLimit) {
    return without_line;
  }
  RouteLimits shorter = limits;
  if (without_line == Outcome::kFound) {
    if (path->hops() == hops) return Outcome::kFound;
    shorter.hops = path->hops() - 1;
  }
  Path other;
  search_.ExcludeNode(violation->intermediary);
  const Outcome without_node = FindAround(threshold, shorter, &other);
  search_.IncludeNode(violation->intermediary);
  if (without_node == Outcome::kFound) *path = std::move(other);
  if (without_line == Outcome::kFound || without_node == Outcome::kExhausted) return without_line;
  return without_node;
}

// The next route of a split: one that may be one of `slots` that carry `left` together. One for all
// of it or half of it is preferred: few routes mean few searches.
Outcome PlanSearch::FindNext(Amount left, std::uint32_t slots, const RouteLimits& limits,
                             Path* path) {
  if (!widest_first_) {
    for (std::uint32_t parts = routes_.empty() ? 2 : 1; parts <= 2 && parts < slots; ++parts) {
      const Outcome outcome = FindRoute(FairShare(left, parts), limits, path);
      if (outcome == Outcome::kFound || outcome == Outcome::kWorkLimit) return outcome;
    }
  }
  const Outcome outcome = FindRoute(FairShare(left, slots), limits, path);
  if (outcome != Outcome::kFound || !widest_first_) return outcome;
  return Widen(left, slots, limits, path);
}

// A route like `*path`, which one of `slots` may be, but nearly the widest there is.
Outcome PlanSearch::Widen(Amount left, std::uint32_t slots, const RouteLimits& limits, Path* path) {
  if (slots == 1) return Outcome::kFound;
  // Routes of this kind never get wider again.
  Amount most = routes_.empty() ? left : std::min(left, routes_.back().amount);
  Path wider;
  while (path->amount < most - most / kCloseEnough) {
    const Amount tried = path->amount + (most - path->amount) / 2 + 1;
    const Outcome found = FindRoute(tried, limits, &wider);
    if (found == Outcome::kWorkLimit) return found;
    if (found == Outcome::kFound) {
      std::swap(*path, wider);
    } else {
      most = tried - 1;
    }
  }
  return Outcome::kFound;
}

Verdict PlanSearch::Greedy(Amount amount, const RouteLimits& limits, bool widest_first) {
  ClearFlow();
  routes_.clear();
  if (FailedBefore(amount, limits, widest_first)) return Verdict::kNotFound;
  const std::uint32_t violations = violations_;
  widest_first_ = widest_first;
  const Verdict verdict = Extend(amount, limits);
  if (verdict == Verdict::kNotFound) {
    failed_splits_.push_back({amount, limits, widest_first, violations_ != violations});
  }
  return verdict;
}

// Where no path was turned down, it would come to the same without path rules.
bool PlanSearch::FailedBefore(Amount amount, const RouteLimits& limits, bool widest_first) const {
  return std::any_of(failed_splits_.begin(), failed_splits_.end(), [&](const FailedSplit& split) {
    return split.amount == amount && split.limits.hops == limits.hops &&
           split.limits.paths == limits.paths && split.widest_first == widest_first &&
           (split.limits.path_rules == limits.path_rules || !split.around);
  });
}

// Adds routes to routes_, whose flow is pushed, until they carry `amount`. Without a limit on paths
// ever narrower ones will do, but not ever more: exact flow finds thousands for less. They narrow
// by powers of two, so that a larger amount begins with the same routes: what some amount finds is
// found for smaller ones.
Verdict PlanSearch::Extend(Amount amount, const RouteLimits& limits) {
  const bool bounded = limits.paths != kUnlimited;
  const std::size_t most = bounded ? limits.paths : routes_.size() + kManyRoutes;
  std::uint32_t slots = kUsualSplit;
  auto left = static_cast<Amount>(amount - SumOf(routes_));
  Amount width = static_cast<Amount>(std::bit_floor(static_cast<std::uint64_t>(left)));
  const bool halving = !bounded && !FlowIsExact(limits);
  Path path;
  while (left > 0) {
    if (routes_.size() >= most) break;
    if (bounded) slots = static_cast<std::uint32_t>(most - routes_.size());
    const Outcome outcome =
        halving ? FindRoute(width, limits, &path) : FindNext(left, slots, limits, &path);
    if (outcome == Outcome::kWorkLimit) {
      NoteBest(routes_);
      return Verdict::kOutOfWork;
    }
    if (outcome != Outcome::kFound) {
      // With every path still free to choose, no path of amount / k means no split into k.
      if (routes_.empty() && bounded && !gave_up_) return Verdict::kImpossible;
      if (!halving || width == 1) break;
      width /= 2;
      continue;
    }
    path.amount = std::min(path.amount, left);
    left -= path.amount;
    if (left > 0) search_.Push(path, path.amount);  // nothing comes after the last one
    routes_.push_back(path);
  }
  NoteBest(routes_);
  if (left > 0) return Verdict::kNotFound;
  Finish(amount);
  return Verdict::kFound;
}

Verdict PlanSearch::CheckFlow(Amount amount) {
  if (amount <= flow_value_) return Verdict::kFound;
  if (flow_is_maximum_) return Verdict::kImpossible;
  switch (search_.Maximize(amount)) {
    case Outcome::kFound:
      flow_value_ = amount;
      return Verdict::kFound;
    case Outcome::kExhausted:
      RecordMaximum();
      return Verdict::kImpossible;
    default:
      return Verdict::kOutOfWork;
  }
}

void PlanSearch::RecordMaximum() {
  flow_is_maximum_ = true;
  flow_value_ = search_.value();
  cut_ = search_.MinimumCut(&cut_without_conditions_);
}

// Exact flow, warm from the routes found; first with short augmenting paths only, which keeps most
// decompositions short. Where that does not reach the amount and there was much to choose from,
// longer ones hardly ever leave a flow of short routes: whether they would carry it is left open.
Verdict PlanSearch::ByFlow(Amount amount, const RouteLimits& limits) {
  const std::uint64_t before = search_.work();
  Verdict verdict = Verdict::kNotFound;
  bool first = true;
  bool given_up = false;
  const bool found = TryFlows(amount, limits, [&] {
    const bool warm = std::exchange(first, false);
    Outcome outcome = search_.Maximize(amount, HopsFor(limits));
    if (outcome == Outcome::kHopLimit && warm) {
      given_up = search_.work() - before > kLittleWork;
      if (!given_up) outcome = search_.Maximize(amount);
    }
    if (outcome == Outcome::kExhausted && warm) {
      RecordMaximum();
      verdict = Verdict::kImpossible;
    }
    if (outcome == Outcome::kFound && warm) flow_value_ = std::max(flow_value_, amount);
    if (outcome == Outcome::kWorkLimit) verdict = Verdict::kOutOfWork;
    return outcome == Outcome::kFound;
  });
  if (found) return Verdict::kFound;
  // Where any number of paths will do, some more may well be found.
  const bool complete = !given_up || limits.paths == kUnlimited;
  if (verdict == Verdict::kNotFound && complete && Complete(amount, limits)) {
    return Verdict::kFound;
  }
  if (verdict == Verdict::kNotFound && search_.out_of_work()) return Verdict::kOutOfWork;
  return verdict;
}

// Makes flows with `augment` (false: this one did not reach the amount) until one decomposes within
// the limits, each time doing without a line whose path rule the last one broke.
bool PlanSearch::TryFlows(Amount amount, const RouteLimits& limits,
                          const std::function<bool()>& augment) {
  std::vector<PathViolation> avoided;
  bool found = false;
  for (int round = 0; round < kFlowRounds && !found; ++round) {
    const bool enough = augment();
    PathViolation violation;
    found = AcceptFlow(amount, limits, &violation);
    if (found || !enough || violation.edge == graph::kNoEdge) break;
    avoided.push_back(violation);
    ClearFlow();
    search_.ExcludeArc(violation.edge, violation.tail);
  }
  for (const PathViolation& violation : avoided) {
    search_.IncludeArc(violation.edge, violation.tail);
  }
  return found;
}

// Decomposes the flow and keeps in kept_ what obeys the limits. True: that carries the amount, and
// is in routes_. Else `*violation` is a path rule that was broken, if only such rules were.
bool PlanSearch::AcceptFlow(Amount amount, const RouteLimits& limits, PathViolation* violation) {
  Paths paths = Decompose(limits);
  std::erase_if(paths, [&](const Path& path) { return path.hops() > limits.hops; });
  std::sort(paths.begin(), paths.end(), Wider);
  const std::size_t most = std::min<std::size_t>(paths.size(), limits.paths);
  AmountSum without_rules = 0;
  for (std::size_t i = 0; i < most; ++i) without_rules += paths[i].amount;
  kept_.clear();
  for (Path& path : paths) {
    if (kept_.size() == most) break;
    if (RulesMatter(limits)) {
      const std::optional<PathViolation> broken = ViolationOf(path);
      if (broken.has_value()) {
        if (violation->edge == graph::kNoEdge && without_rules >= amount) *violation = *broken;
        continue;
      }
    }
    kept_.push_back(std::move(path));
  }
  NoteBest(kept_);
  if (SumOf(kept_) < amount) return false;
  routes_ = kept_;
  Finish(amount);
  return true;
}

// All of the flow, or the widest paths: as many as may be needed and some to replace those which
// break path rules. Flows of usual size come apart even when there is no work left, so that what
// was found is known; those of some 1,000 paths may not.
PlanSearch::Paths PlanSearch::Decompose(const RouteLimits& limits) const {
  const std::vector<graph::FlowArc> arcs = search_.FlowArcs();
  const std::size_t most =
      limits.paths == kUnlimited ? graph::kNoPathLimit : 2 * std::size_t{limits.paths};
  std::uint64_t counted = kFreeWork;
  const auto stop = [&](std::uint64_t looked_at) {
    if (looked_at <= counted) return false;
    search_.AddWork(looked_at - std::exchange(counted, looked_at));
    return search_.out_of_work();
  };
  const auto decompose = [&](std::uint32_t hops) {
    counted = kFreeWork;
    return graph::DecomposeFlow(arcs, source_, target_, hops, most, stop);
  };
  if (limits.hops != kUnlimited && limits.paths == kUnlimited && arcs.size() > kDenseSupport) {
    return graph::DecomposeShortestFirst(arcs, source_, target_, limits.hops, stop);
  }
  if (limits.hops != kUnlimited) return decompose(limits.hops);
  Paths paths = decompose(graph::kNoHopLimit);
  if (paths.size() <= limits.paths || arcs.size() > kDenseSupport) return paths;
  return decompose(static_cast<std::uint32_t>(arcs.size()));
}

// Keeps what the last flow did within the limits and adds paths to it that take nothing back.
bool PlanSearch::Complete(Amount amount, const RouteLimits& limits) {
  if (kept_.empty()) return false;
  ClearFlow();
  routes_ = kept_;
  if (routes_.size() == limits.paths) routes_.pop_back();
  for (const Path& path : routes_) search_.Push(path, path.amount);
  widest_first_ = false;
  return Extend(amount, limits) == Verdict::kFound;
}

// Exact flow in quanta of amount / k: decomposes into at most k paths, whatever the network. Finds
// every plan of equal parts.
bool PlanSearch::ByQuanta(Amount amount, const RouteLimits& limits) {
  const std::uint32_t most = std::min(limits.paths, kUsualSplit);
  const std::uint64_t enough = search_.work() + kExtraWork;
  for (std::uint32_t parts = most; parts >= 2 && search_.work() < enough; --parts) {
    ClearFlow();
    const Amount quantum = FairShare(amount, parts);
    const auto augment = [&] {
      return search_.Maximize(amount, HopsFor(limits), quantum) == Outcome::kFound;
    };
    if (TryFlows(amount, limits, augment)) return true;
    if (search_.out_of_work()) return false;
  }
  return false;
}

// Exact flow by capacity scaling: large parts first, so that few paths carry most of it.
bool PlanSearch::ByScaling(Amount amount, const RouteLimits& limits) {
  ClearFlow();
  const std::uint64_t enough = search_.work() + kExtraWork;
  return TryFlows(amount, limits, [&] {
    for (Amount quantum = amount; quantum > 0 && search_.work() < enough; quantum /= 2) {
      // Whole quanta only, so that the value never passes the amount.
      const Amount whole = amount - (amount - search_.value()) % quantum;
      const Outcome outcome = search_.Maximize(whole, HopsFor(limits), quantum);
      if (outcome == Outcome::kWorkLimit) return false;
      if (search_.value() >= amount) return true;
    }
    return false;
  });
}

Verdict PlanSearch::ByListing(Amount amount, const RouteLimits& limits) {
  ClearFlow();
  const auto accept = [&](const Path& path) {
    return !RulesMatter(limits) || !ViolationOf(path).has_value();
  };
  const RouteList list =
      ListRoutes(network_.graph(), search_, source_, target_, HopsFor(limits), accept);
  const Split split = FindSplit(list, amount, limits.paths, search_);
  if (split.found) {
    routes_ = split.routes;
    Finish(amount);
    return Verdict::kFound;
  }
  NoteBest(split.routes);
  if (search_.out_of_work()) return Verdict::kOutOfWork;
  return list.complete && split.exhaustive ? Verdict::kImpossible : Verdict::kNotFound;
}

void PlanSearch::Improve(const RouteRequest& request, const RouteLimits& limits) {
  ClearFlow();
  const CostModel model(network_, request);
  AmountSum least = model.Of(routes_, search_);
  CheapRoutes found = FindCheapRoutes(model, network_.graph(), search_, request, routes_);
  for (Paths* routes : {&found.by_flow, &found.one_by_one}) {
    if (!Fits(*routes, request.amount, limits)) continue;
    const AmountSum cost = model.Of(*routes, search_);
    if (cost >= least) continue;
    least = cost;
    routes_ = std::move(*routes);
  }
  Finish(request.amount);
}

// Whether `routes`, which keep to capacities, are a solution.
bool PlanSearch::Fits(const Paths& routes, Amount amount, const RouteLimits& limits) const {
  if (routes.empty() || routes.size() > limits.paths || SumOf(routes) != amount) return false;
  return std::all_of(routes.begin(), routes.end(), [&](const Path& path) {
    return path.hops() <= limits.hops &&
           (!RulesMatter(limits) || !FirstViolation(network_, path).has_value());
  });
}

void PlanSearch::NoteFlow(const RouteLimits& limits) {
  PathViolation violation;
  (void)AcceptFlow(kMaxAmount, limits, &violation);
}

// The widest of the routes found that keep to `limits` are a plan for what they carry.
Amount PlanSearch::PartWithin(const RouteLimits& limits) const {
  Paths part;
  for (const Path& path : routes_) {
    if (path.hops() > limits.hops) continue;
    if (RulesMatter(limits) && FirstViolation(network_, path).has_value()) continue;
    part.push_back(path);
  }
  std::sort(part.begin(), part.end(), Wider);
  if (part.size() > limits.paths) part.resize(limits.paths);
  return SaturateCapacity(SumOf(part));
}

void PlanSearch::NoteBest(const Paths& routes) {
  best_found_ = std::max(best_found_, SaturateCapacity(SumOf(routes)));
}

// Brings routes_ to exactly `amount`, taking from the longest ones, shortest first.
void PlanSearch::Finish(Amount amount) {
  std::erase_if(routes_, [](const Path& path) { return path.amount == 0; });
  if (routes_.size() > 1) {  // or it would ask for memory to sort a single one
    std::stable_sort(routes_.begin(), routes_.end(),
                     [](const Path& x, const Path& y) { return x.hops() < y.hops(); });
  }
  AmountSum excess = SumOf(routes_) - amount;
  while (excess > 0) {
    const auto taken = static_cast<Amount>(std::min<AmountSum>(excess, routes_.back().amount));
    routes_.back().amount -= taken;
    excess -= taken;
    if (routes_.back().amount == 0) routes_.pop_back();
  }
  best_found_ = std::max(best_found_, amount);
}

// What routes can carry together may be more than an amount can say.
AmountSum PlanSearch::SumOf(const Paths& paths) {
  AmountSum sum = 0;
  for (const Path& path : paths) sum += path.amount;
  return sum;
}

}  // namespace geo
