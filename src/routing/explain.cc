#include "src/routing/explain.h"

#include <algorithm>
#include <utility>

#include "src/routing/plan_check.h"

namespace geo {
namespace {

constexpr std::uint32_t kSmallNetwork = 3000;  // edges; above, the first witness is good enough
constexpr std::uint32_t kShrinkTries = 4;      // smaller relaxations tried before naming one

}  // namespace

Plan ToPlan(const Network& network, std::vector<graph::Path> routes) {
  Plan plan;
  plan.routes.reserve(routes.size());
  for (graph::Path& path : routes) {
    for (std::uint32_t& one : path.nodes) one = network.ParticipantAt(one);
    plan.routes.push_back({std::move(path.nodes), path.amount});
  }
  return plan;
}

RouteLimits Explainer::Limits() const {
  return {request_.constraints.max_hops, request_.constraints.max_paths, true};
}

Refusal Explainer::OutOfWork() const {
  Refusal refusal;
  refusal.reason = RefusalReason::kWorkLimit;
  refusal.code = ErrorCode::kDeadline;
  refusal.best_found = refusal_.best_found;
  refusal.upper_bound = refusal_.upper_bound;
  return refusal;
}

RefusalReason ReasonOfWitness(RefusalReason meant, const Refusal& refusal) {
  const bool hops = refusal.hops_needed != 0;
  const bool paths = refusal.paths_needed != 0;
  if (meant == RefusalReason::kHopLimit && hops) return meant;
  if (meant == RefusalReason::kPathLimit && paths) return meant;
  if (!refusal.obstacles.empty()) return RefusalReason::kPolicy;
  return hops ? RefusalReason::kHopLimit : RefusalReason::kPathLimit;
}

Refusal Explainer::Explain(Verdict verdict) {
  refusal_.best_found = search_.best_found();
  refusal_.upper_bound = search_.Bounds().both();
  if (verdict == Verdict::kOutOfWork) return OutOfWork();
  NameEndPoint();
  if (!DecideCode()) return OutOfWork();
  if (refusal_.upper_bound < request_.amount) return Impossible();
  if (verdict == Verdict::kImpossible) refusal_.upper_bound = request_.amount - 1;
  // A plan under other limits proves that there is enough capacity, for less than the maximum flow
  // costs.
  const bool guess = !search_.KnowsFlow(request_.amount);
  if (guess && BlameRulesOrHops(Effort::kQuick)) return refusal_;
  const Verdict flow = search_.CheckFlow(request_.amount);
  if (flow == Verdict::kOutOfWork) return OutOfWork();
  if (flow == Verdict::kImpossible) {
    AddCut();
    return Impossible();
  }
  if (!guess && BlameRulesOrHops(Effort::kQuick)) return refusal_;
  return BlamePaths(Effort::kQuick) || BlameAnything() ? refusal_ : OutOfWork();
}

// There is not enough capacity, which is explained already. Policies may be to blame for that.
Refusal Explainer::Impossible() {
  if (BlamePolicies()) return refusal_;
  return out_of_work_ ? OutOfWork() : refusal_;
}

// Whether relaxing path-dependent policies would do, or the limit of hops. One hop more is what
// mostly helps, and what Shrink would look for.
bool Explainer::BlameRulesOrHops(Effort effort) {
  const RouteLimits asked = Limits();
  if (search_.rules_intervened() &&
      BlameLimits({asked.hops, asked.paths, false}, RefusalReason::kPolicy, effort)) {
    return true;
  }
  if (asked.hops == kUnlimited) return false;
  const auto blame = [&](std::uint32_t hops, Effort tried) {
    return BlameLimits({hops, asked.paths, true}, RefusalReason::kHopLimit, tried);
  };
  return (effort == Effort::kQuick && blame(asked.hops + 1, Effort::kGlance)) ||
         blame(kUnlimited, effort);
}

bool Explainer::BlamePaths(Effort effort) {
  const RouteLimits asked = Limits();
  return asked.paths != kUnlimited &&
         BlameLimits({asked.hops, kUnlimited, true}, RefusalReason::kPathLimit, effort);
}

// What takes longer, and at last what always does.
bool Explainer::BlameAnything() {
  if (network_.graph().edge_count() <= kSmallNetwork &&
      (BlameRulesOrHops(Effort::kFull) || BlamePaths(Effort::kFull))) {
    return true;
  }
  return BlameLimits({kUnlimited, kUnlimited, true}, RefusalReason::kHopLimit, Effort::kFull) ||
         BlameLimits({kUnlimited, kUnlimited, false}, RefusalReason::kPolicy, Effort::kFull);
}

// The sums at the end points, when one of them is too small.
void Explainer::NameEndPoint() {
  const EndPointBounds bounds = search_.Bounds();
  if (bounds.both() >= request_.amount) return;
  refusal_.reason =
      bounds.out < request_.amount ? RefusalReason::kSenderLimit : RefusalReason::kReceiverLimit;
}

void Explainer::AddCut() {
  refusal_.reason = RefusalReason::kNetworkCut;
  refusal_.upper_bound = search_.flow_value();
  for (const graph::CutArc& arc : search_.cut()) {
    const Pair& pair = ledger_.pair(network_.PairOf(arc.edge));
    const Direction direction = pair.DirectionFrom(network_.ParticipantAt(arc.tail));
    const LineIndex line = pair.line_for(direction);
    const bool active = line != kNoIndex && ledger_.line_status(line) == LineStatus::kActive;
    refusal_.cut.push_back({pair.tail(direction), pair.head(direction),
                            active ? ledger_.line_limit(line) : 0,
                            std::max<Amount>(pair.owed(direction), 0), arc.capacity});
  }
  std::sort(refusal_.cut.begin(), refusal_.cut.end(), [](const CutLine& x, const CutLine& y) {
    return std::pair(x.from, x.to) < std::pair(y.from, y.to);
  });
}

// E001 or E002: whether it is proven that there is no route at all, whatever the capacity; and if
// there is none in any number of hops, that this is the reason. False: out of work.
bool Explainer::DecideCode() {
  refusal_.code = ErrorCode::kInsufficientCapacity;
  if (refusal_.best_found > 0) return true;
  const Verdict any = search_.FindOne(1, Limits());
  if (any == Verdict::kFound) refusal_.best_found = search_.routes().front().amount;
  if (any == Verdict::kFound || any == Verdict::kOutOfWork) return any == Verdict::kFound;
  const Verdict empty = search_.FindOne(0, Limits());
  if (empty != Verdict::kImpossible) return empty != Verdict::kOutOfWork;
  refusal_.code = ErrorCode::kNoRoute;
  const Verdict connected = search_.FindOne(0, {kUnlimited, kUnlimited, false});
  if (connected == Verdict::kImpossible) {
    refusal_.reason = RefusalReason::kNotConnected;
    refusal_.upper_bound = 0;
  }
  return connected != Verdict::kOutOfWork;
}

// What `end`, payer or payee, could move if no line had conditions. O(degree).
AmountSum Explainer::RelaxedBound(graph::NodeIndex end) const {
  const graph::ResidualGraph& graph = network_.graph();
  const graph::NodeIndex source = search_.source();
  const graph::NodeIndex target = search_.target();
  const bool pays = end == source;
  AmountSum sum = pays ? graph.OutBound(source, target) : graph.InBound(source, target);
  if (!graph.relaxed(end)) return sum;
  for (std::uint32_t i = 0; i < graph.degree(end); ++i) {
    if (!graph.relaxed(end, i)) continue;
    const graph::NodeIndex tail = pays ? end : graph.neighbor(end, i);
    const auto carried = [&](bool ignore_conditions) {
      return std::max<Amount>(
          graph.CapacityFor(graph.edge(end, i), tail, source, target, ignore_conditions), 0);
    };
    sum += carried(true) - carried(false);
  }
  return sum;
}

bool Explainer::RelaxedBoundsSuffice() const {
  return network_.graph().special_edges() != 0 &&
         RelaxedBound(search_.source()) >= request_.amount &&
         RelaxedBound(search_.target()) >= request_.amount;
}

// The capacity there is does not do; would it without policies about intermediaries and amounts? If
// an end point is what holds the payment back, perhaps without those on its own lines alone: that
// is less to relax, and sooner found.
bool Explainer::BlamePolicies() {
  if (!RelaxedBoundsSuffice()) return false;
  if (refusal_.reason == RefusalReason::kNetworkCut &&
      search_.cut_without_conditions() < request_.amount) {
    return false;
  }
  const bool at_ends = refusal_.reason == RefusalReason::kSenderLimit ||
                       refusal_.reason == RefusalReason::kReceiverLimit;
  return (at_ends && BlameConditions(graph::Conditions::kIgnoredAtEnds)) ||
         BlameConditions(graph::Conditions::kIgnored);
}

bool Explainer::BlameConditions(graph::Conditions conditions) {
  if (out_of_work_ || !search_.Begin(request_, conditions).ok()) return false;
  RouteLimits limits = Limits();
  limits.path_rules = false;
  const Verdict verdict = search_.Solve(request_.amount, limits, Effort::kQuick);
  out_of_work_ = verdict == Verdict::kOutOfWork;
  if (verdict != Verdict::kFound) return false;
  refusal_.cut.clear();
  TakeWitness(RefusalReason::kPolicy, true);
  return true;
}

// Whether there is a plan under `relaxed` limits; then it is the witness.
bool Explainer::BlameLimits(const RouteLimits& relaxed, RefusalReason reason, Effort effort) {
  if (out_of_work_) return false;
  const Verdict verdict = search_.Solve(request_.amount, relaxed, effort);
  out_of_work_ = verdict == Verdict::kOutOfWork;
  if (verdict != Verdict::kFound) return false;
  refusal_.best_found = std::max(refusal_.best_found, search_.PartWithin(Limits()));
  TakeWitness(reason, !relaxed.path_rules);
  if (reason != RefusalReason::kPolicy) Shrink(relaxed);
  return true;
}

// Looks for a plan a little above the limits asked for, with less to relax than the witness.
void Explainer::Shrink(const RouteLimits& relaxed) {
  const RouteLimits asked = Limits();
  const bool hops = relaxed.hops != asked.hops;
  if (hops && relaxed.paths != asked.paths) return;
  const std::uint32_t from = hops ? asked.hops : asked.paths;
  const std::uint32_t needed = hops ? refusal_.hops_needed : refusal_.paths_needed;
  for (std::uint32_t more = 1; more <= kShrinkTries && from + more < needed; ++more) {
    RouteLimits limits = asked;
    (hops ? limits.hops : limits.paths) = from + more;
    if (search_.Solve(request_.amount, limits, Effort::kGlance) != Verdict::kFound) continue;
    TakeWitness(refusal_.reason, !limits.path_rules);
    return;
  }
}

// `free`: found without regard to policies; what it disregards is what an independent check finds
// broken.
void Explainer::TakeWitness(RefusalReason reason, bool free) {
  refusal_.witness = ToPlan(network_, search_.routes());
  std::uint32_t hops = 0;
  for (const graph::Path& path : search_.routes()) hops = std::max(hops, path.hops());
  const auto paths = static_cast<std::uint32_t>(search_.routes().size());
  refusal_.hops_needed = hops > request_.constraints.max_hops ? hops : 0;
  refusal_.paths_needed = paths > request_.constraints.max_paths ? paths : 0;
  refusal_.obstacles.clear();
  if (free) {
    RouteRequest relaxed = request_;
    relaxed.constraints.max_hops = kUnlimited;
    relaxed.constraints.max_paths = kUnlimited;
    CheckPlan(ledger_, day_, relaxed, refusal_.witness, &refusal_.obstacles).IgnoreError();
  }
  refusal_.reason = ReasonOfWitness(reason, refusal_);
}

}  // namespace geo
