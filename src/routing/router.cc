#include "geo/routing/router.h"

#include <algorithm>
#include <string>
#include <utility>

#include "geo/routing/verify.h"
#include "src/base/status_macros.h"
#include "src/routing/explain.h"
#include "src/routing/network.h"
#include "src/routing/plan_search.h"
#include "src/routing/reach.h"

namespace geo {
namespace {

constexpr Amount kFineEnough = 128;  // parts of a capacity that is not exact

// Capacities asked for one page of targets: where policies are in the way few of those who are near
// can be paid, and the page would go on to the end of the network.
constexpr std::uint32_t kMostAsked = 10 * kMaxTargets;

Status CheckRange(const char* what, std::uint32_t value, std::uint32_t most) {
  if ((value >= 1 && value <= most) || value == kUnlimited) return OkStatus();
  return MakeError(ErrorCode::kConstraintRange, std::string(what) + " " + std::to_string(value) +
                                                    "; expected 1 to " + std::to_string(most) +
                                                    " or unlimited");
}

// Whether the witness of a refusal is a plan for the very request.
bool NothingRelaxed(const Refusal& refusal) {
  return !refusal.witness.routes.empty() && refusal.obstacles.empty() && refusal.hops_needed == 0 &&
         refusal.paths_needed == 0;
}

class GraphRouter final : public Router {
 public:
  GraphRouter(const Ledger& ledger, std::int64_t day);

  void PairsChanged(std::span<const PairIndex> pairs) override;
  void ParticipantChanged(ParticipantIndex participant) override;
  void DayChanged(std::int64_t day) override;
  StatusOr<RouteAnswer> FindRoutes(const RouteRequest& request) override;
  StatusOr<CapacityAnswer> Capacity(const RouteRequest& request) override;
  StatusOr<TargetsPage> Targets(const TargetsRequest& request) override;
  StatusOr<std::optional<std::uint32_t>> TrustDistance(EquivalentIndex equivalent,
                                                       ParticipantIndex from, ParticipantIndex to,
                                                       std::uint32_t max_distance) const override;
  std::unique_ptr<Router> NewSibling() const override;

 private:
  // What siblings share.
  struct Graphs {
    std::int64_t day = 0;
    std::vector<std::unique_ptr<Network>> networks;  // by equivalent; null: no pairs yet
    Status fits;  // the error of the first change that the graphs had no room for
  };

  GraphRouter(const Ledger& ledger, std::shared_ptr<Graphs> graphs)
      : ledger_(ledger), graphs_(std::move(graphs)) {}

  Network& NetworkOf(EquivalentIndex equivalent);
  Status CheckNames(EquivalentIndex equivalent, ParticipantIndex from, ParticipantIndex to) const;
  Status Check(const RouteRequest& request) const;
  // The network in which the request has end points that may take part, or null: no route then.
  const Network* Serves(const RouteRequest& request) const;
  StatusOr<RouteAnswer> Checked(const RouteRequest& request, Plan plan, std::uint64_t work) const;
  CapacityAnswer LargestUnderLimits(const RouteLimits& limits, Amount flow, PlanSearch& search);

  const Ledger& ledger_;
  std::shared_ptr<Graphs> graphs_;
  graph::Search search_;
};

GraphRouter::GraphRouter(const Ledger& ledger, std::int64_t day)
    : ledger_(ledger), graphs_(std::make_shared<Graphs>()) {
  graphs_->day = day;
  for (EquivalentIndex equivalent = 0; equivalent < ledger.equivalent_count(); ++equivalent) {
    if (ledger.member_count(equivalent) == 0) continue;
    graphs_->fits.Update(NetworkOf(equivalent).Read(day));
  }
}

Network& GraphRouter::NetworkOf(EquivalentIndex equivalent) {
  if (graphs_->networks.size() <= equivalent) graphs_->networks.resize(equivalent + std::size_t{1});
  if (graphs_->networks[equivalent] == nullptr)
    graphs_->networks[equivalent] = std::make_unique<Network>(ledger_, equivalent);
  return *graphs_->networks[equivalent];
}

void GraphRouter::PairsChanged(std::span<const PairIndex> pairs) {
  std::vector<Network*> waiting;
  for (const PairIndex pair : pairs) {
    Network& network = NetworkOf(ledger_.pair(pair).equivalent);
    graphs_->fits.Update(network.SyncPair(pair, graphs_->day));
    if (!network.waits()) continue;
    if (waiting.empty() || waiting.back() != &network) waiting.push_back(&network);
  }
  for (Network* network : waiting) graphs_->fits.Update(network->SyncEdges(graphs_->day));
}

void GraphRouter::ParticipantChanged(ParticipantIndex participant) {
  for (const auto& network : graphs_->networks) {
    if (network != nullptr) graphs_->fits.Update(network->SyncParticipant(participant));
  }
}

void GraphRouter::DayChanged(std::int64_t day) {
  if (day == graphs_->day) return;
  graphs_->day = day;
  PairsChanged(ledger_.DailyLimitedPairs());
}

Status GraphRouter::CheckNames(EquivalentIndex equivalent, ParticipantIndex from,
                               ParticipantIndex to) const {
  GEO_RETURN_IF_ERROR(graphs_->fits);
  if (equivalent >= ledger_.equivalent_count()) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "equivalent " + std::to_string(equivalent) + " does not exist");
  }
  for (const ParticipantIndex end : {from, to}) {
    if (end >= ledger_.participant_count()) {
      return MakeError(ErrorCode::kInvalidArgument,
                       "participant " + std::to_string(end) + " does not exist");
    }
  }
  return OkStatus();
}

Status GraphRouter::Check(const RouteRequest& request) const {
  GEO_RETURN_IF_ERROR(CheckNames(request.equivalent, request.from, request.to));
  const Objective objective = request.constraints.objective;
  if (objective > Objective::kCheapest) {
    return MakeError(
        ErrorCode::kInvalidArgument,
        "objective " + std::to_string(static_cast<int>(objective)) + "; expected one of the enum");
  }
  if (objective == Objective::kCheapest && !request.cost) {
    return MakeError(ErrorCode::kInvalidArgument, "the cheapest plan needs a cost for each line");
  }
  if (request.from == request.to) {
    return MakeError(ErrorCode::kSelfPayment, "payer and payee are the same participant");
  }
  return CheckRouteLimits(request.constraints.max_hops, request.constraints.max_paths);
}

const Network* GraphRouter::Serves(const RouteRequest& request) const {
  if (request.equivalent >= graphs_->networks.size()) return nullptr;
  const Network* network = graphs_->networks[request.equivalent].get();
  if (network == nullptr) return nullptr;
  const auto& within = request.constraints.within;
  for (const ParticipantIndex end : {request.from, request.to}) {
    const graph::NodeIndex node = network->NodeOf(end);
    if (node >= network->graph().node_count() || !network->graph().enabled(node)) return nullptr;
    if (within.has_value() && std::find(within->begin(), within->end(), end) == within->end()) {
      return nullptr;
    }
  }
  return network;
}

StatusOr<RouteAnswer> GraphRouter::FindRoutes(const RouteRequest& request) {
  GEO_RETURN_IF_ERROR(Check(request));
  if (request.amount <= 0) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "amount " + std::to_string(request.amount) + "; expected more than 0");
  }
  const Network* network = Serves(request);
  if (network == nullptr) {
    Refusal refusal;  // not connected
    refusal.upper_bound = 0;
    return RouteAnswer{std::move(refusal), 0};
  }
  PlanSearch search(*network, search_);
  GEO_RETURN_IF_ERROR(search.Begin(request, graph::Conditions::kApply));
  Verdict verdict = Verdict::kImpossible;
  const RouteLimits limits{request.constraints.max_hops, request.constraints.max_paths, true};
  if (search.Bounds().both() >= request.amount) {
    verdict = search.Solve(request.amount, limits, Effort::kFull);
  }
  if (verdict != Verdict::kFound) {
    Refusal refusal = Explainer(*network, graphs_->day, request, search).Explain(verdict);
    // Looking for what to relax may find that nothing has to be.
    if (!NothingRelaxed(refusal)) return RouteAnswer{std::move(refusal), search.work()};
    return Checked(request, std::move(refusal.witness), search.work());
  }
  search.Shorten(request.amount, limits);
  if (request.constraints.objective != Objective::kFewestHops) search.Improve(request, limits);
  return Checked(request, ToPlan(*network, search.TakeRoutes()), search.work());
}

StatusOr<TargetsPage> GraphRouter::Targets(const TargetsRequest& request) {
  RouteRequest one;
  one.equivalent = request.equivalent;
  one.from = request.from;
  one.constraints = request.constraints;
  one.constraints.objective = Objective::kFewestHops;
  one.deadline = request.deadline;
  GEO_RETURN_IF_ERROR(CheckNames(request.equivalent, request.from, request.from));
  GEO_RETURN_IF_ERROR(
      CheckRouteLimits(request.constraints.max_hops, request.constraints.max_paths));
  if (request.page_size < 1 || request.page_size > kMaxTargets) {
    return MakeError(ErrorCode::kInvalidArgument, "a page of " + std::to_string(request.page_size) +
                                                      "; expected 1 to " +
                                                      std::to_string(kMaxTargets));
  }
  TargetsPage page;
  page.last = request.after;
  one.to = one.from;
  const Network* network = Serves(one);
  if (network == nullptr) return page;
  const ParticipantIndex first = request.after == kNoIndex ? 0 : request.after + 1;
  std::uint32_t asked = 0;
  std::uint64_t work = 0;
  for (const Payee& payee :
       PayeesFrom(*network, one.from, one.constraints, first, kMostAsked + std::size_t{1})) {
    page.more = page.targets.size() == request.page_size || asked == kMostAsked ||
                (asked > 0 && work >= one.constraints.work_limit);
    if (page.more) return page;
    one.to = payee.participant;
    GEO_ASSIGN_OR_RETURN(const CapacityAnswer capacity, Capacity(one));
    ++asked;
    work += capacity.work;
    page.last = one.to;
    if (capacity.amount == 0 && capacity.exact) continue;
    page.targets.push_back({one.to, payee.hops, capacity.amount, capacity.exact});
  }
  return page;
}

StatusOr<std::optional<std::uint32_t>> GraphRouter::TrustDistance(
    EquivalentIndex equivalent, ParticipantIndex from, ParticipantIndex to,
    std::uint32_t max_distance) const {
  GEO_RETURN_IF_ERROR(CheckNames(equivalent, from, to));
  return DistanceOfTrust(ledger_, equivalent, from, to, max_distance);
}

std::unique_ptr<Router> GraphRouter::NewSibling() const {
  return std::unique_ptr<Router>(new GraphRouter(ledger_, graphs_));
}

// Debug builds verify every plan.
StatusOr<RouteAnswer> GraphRouter::Checked(const RouteRequest& request, Plan plan,
                                           std::uint64_t work) const {
#ifdef NDEBUG
  (void)request;
#else
  GEO_RETURN_IF_ERROR(VerifyPlan(ledger_, graphs_->day, request, plan));
#endif
  return RouteAnswer{std::move(plan), work};
}

StatusOr<CapacityAnswer> GraphRouter::Capacity(const RouteRequest& request) {
  GEO_RETURN_IF_ERROR(Check(request));
  const Network* network = Serves(request);
  if (network == nullptr) return CapacityAnswer{0, true, 0};
  PlanSearch search(*network, search_);
  GEO_RETURN_IF_ERROR(search.Begin(request, graph::Conditions::kApply));
  const RouteLimits limits{request.constraints.max_hops, request.constraints.max_paths, true};
  const Amount bound = search.Bounds().both();
  if (bound == 0) return CapacityAnswer{0, true, 0};
  switch (search.CheckFlow(bound)) {
    case Verdict::kFound:
      return LargestUnderLimits(limits, bound, search);
    case Verdict::kImpossible:
      return LargestUnderLimits(limits, search.flow_value(), search);
    default:
      break;
  }
  search.NoteFlow(limits);
  return CapacityAnswer{search.best_found(), false, search.work()};
}

// The largest amount up to the maximum flow for which routes are found, by bisection. Where it is
// not certain to be the largest anyway, the last digits are not worth a search each. What a search
// for more found on its way counts when it is found by itself too, as whoever pays it will ask.
CapacityAnswer GraphRouter::LargestUnderLimits(const RouteLimits& limits, Amount flow,
                                               PlanSearch& search) {
  CapacityAnswer answer{0, true, 0};
  Amount high = flow;  // nothing above it was found
  Amount tried = flow;
  while (answer.amount < high && (answer.exact || high - answer.amount > high / kFineEnough)) {
    const Verdict verdict = search.Solve(tried, limits, Effort::kFull);
    if (verdict == Verdict::kFound) {
      answer.amount = tried;
    } else {
      high = tried - 1;
      answer.exact = answer.exact && verdict == Verdict::kImpossible;
    }
    const Amount best = std::min(search.best_found(), flow);
    if (verdict == Verdict::kOutOfWork) {
      answer.amount = std::max(answer.amount, best);
      break;
    }
    const Amount middle = answer.amount + (high - answer.amount + 1) / 2;
    tried = best > answer.amount && best <= high ? best : middle;
  }
  answer.work = search.work();
  return answer;
}

}  // namespace

Status CheckRouteLimits(std::uint32_t max_hops, std::uint32_t max_paths) {
  GEO_RETURN_IF_ERROR(CheckRange("max_hops", max_hops, kMostHops));
  return CheckRange("max_paths", max_paths, kMostPaths);
}

std::unique_ptr<Router> NewRouter(const Ledger& ledger, std::int64_t day) {
  return std::make_unique<GraphRouter>(ledger, day);
}

}  // namespace geo
