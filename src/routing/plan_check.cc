#include "src/routing/plan_check.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "src/base/prefetch.h"
#include "src/base/sort_unique.h"
#include "src/base/status_macros.h"

namespace geo {
namespace {

constexpr std::uint32_t kSeldom = 64;  // questions: usual plans ask fewer, and sorting costs more

std::string Name(const Ledger& ledger, ParticipantIndex participant) {
  return participant < ledger.participant_count() ? FormatPid(ledger.participant(participant).pid)
                                                  : "#" + std::to_string(participant);
}

Status Broken(const std::string& what) { return MakeError(ErrorCode::kPlanInvalid, what); }

bool RepeatsSomebody(const std::vector<ParticipantIndex>& nodes) {
  if (nodes.size() <= 16) {
    for (std::size_t i = 1; i < nodes.size(); ++i) {
      if (std::find(nodes.begin(), nodes.begin() + static_cast<std::ptrdiff_t>(i), nodes[i]) !=
          nodes.begin() + static_cast<std::ptrdiff_t>(i)) {
        return true;
      }
    }
    return false;
  }
  std::vector<ParticipantIndex> sorted = nodes;
  std::sort(sorted.begin(), sorted.end());
  return std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
}

// Form and constraints of one route; `admission` is that of the request.
Status CheckRoute(const Ledger& ledger, const RouteRequest& request, Admission& admission,
                  const Route& route) {
  const std::vector<ParticipantIndex>& nodes = route.participants;
  if (nodes.size() < 2 || nodes.front() != request.from || nodes.back() != request.to) {
    return Broken("a route does not lead from the payer to the payee");
  }
  if (route.amount <= 0) return Broken("a route carries " + std::to_string(route.amount));
  const std::size_t hops = nodes.size() - 1;
  if (hops > request.constraints.max_hops) {
    return Broken("a route of " + std::to_string(hops) + " hops; at most " +
                  std::to_string(request.constraints.max_hops));
  }
  if (RepeatsSomebody(nodes)) return Broken("a route passes somebody twice");
  for (const ParticipantIndex node : nodes) {
    if (node >= ledger.participant_count()) {
      return MakeError(ErrorCode::kInvalidArgument,
                       "participant " + std::to_string(node) + " does not exist");
    }
    if (ledger.participant(node).status != ParticipantStatus::kActive) {
      return MakeError(ErrorCode::kParticipantNotActive,
                       "participant " + Name(ledger, node) + " is not active");
    }
    if (!admission.MayTakePart(node)) {
      return Broken("a route passes " + Name(ledger, node) + ", against avoid or within");
    }
  }
  return OkStatus();
}

// Adds to `breaches` what a route breaks by its length and its intermediaries.
void AddPathBreaches(const Ledger& ledger, const Route& route, ParticipantIndex tail,
                     ParticipantIndex head, const WayCapacity& way,
                     std::vector<PolicyObstacle>* breaches) {
  const std::vector<ParticipantIndex>& nodes = route.participants;
  if (way.max_hops != 0 && nodes.size() - 1 > way.max_hops) {
    breaches->push_back({head, tail, PolicyKey::kMaxHops});
  }
  if (way.blocked == nullptr) return;
  for (std::size_t i = 1; i + 1 < nodes.size(); ++i) {
    const Pid& pid = ledger.participant(nodes[i]).pid;
    if (std::find(way.blocked->begin(), way.blocked->end(), pid) == way.blocked->end()) continue;
    breaches->push_back({head, tail, PolicyKey::kBlockedParticipants});
  }
}

// What all routes together move over one pair.
struct PairFlow {
  ParticipantIndex tail = kNoIndex;
  ParticipantIndex head = kNoIndex;
  AmountSum amount = 0;
  std::optional<PairIndex> pair = {};
};

std::vector<PairFlow> Combine(const Plan& plan) {
  std::vector<PairFlow> flows;
  flows.reserve(plan.routes.size() * 8);
  for (const Route& route : plan.routes) {
    for (std::size_t i = 0; i + 1 < route.participants.size(); ++i) {
      flows.push_back({route.participants[i], route.participants[i + 1], route.amount});
    }
  }
  if (plan.routes.size() == 1) return flows;
  const auto key = [](const PairFlow& flow) {
    return std::tuple(std::min(flow.tail, flow.head), std::max(flow.tail, flow.head), flow.tail);
  };
  std::sort(flows.begin(), flows.end(),
            [&](const PairFlow& x, const PairFlow& y) { return key(x) < key(y); });
  std::size_t last = 0;
  for (std::size_t i = 1; i < flows.size(); ++i) {
    if (key(flows[i]) == key(flows[last])) {
      flows[last].amount += flows[i].amount;
    } else {
      flows[++last] = flows[i];
    }
  }
  flows.resize(last + 1);
  return flows;
}

Status CheckCapacity(const Ledger& ledger, const PairFlow& used, const WayCapacity& way,
                     std::vector<PolicyObstacle>* breaches) {
  const auto [tail, head, flow, pair] = used;
  if (flow > way.open) {
    return MakeError(ErrorCode::kInsufficientCapacity,
                     "routes carry " + FormatSum(flow, 0) + " minor units from " +
                         Name(ledger, tail) + " to " + Name(ledger, head) + "; available " +
                         FormatSum(std::max<AmountSum>(way.open, 0), 0));
  }
  if (way.tail_forbids) breaches->push_back({tail, head, PolicyKey::kCanBeIntermediate});
  if (way.head_forbids) breaches->push_back({head, tail, PolicyKey::kCanBeIntermediate});
  if (flow > way.most) {
    breaches->push_back(
        {head, tail, way.single_limits ? PolicyKey::kMaxSinglePayment : PolicyKey::kDailyLimit});
  }
  return OkStatus();
}

}  // namespace

Amount WayCapacity::available() const {
  return forbidden() ? 0 : SaturateCapacity(std::min<AmountSum>(open, most));
}

std::optional<WayCapacity> CapacityBetween(const Ledger& ledger, std::int64_t day, const Pair& pair,
                                           PairIndex index, ParticipantIndex tail,
                                           ParticipantIndex payer, ParticipantIndex payee) {
  const Direction direction = pair.DirectionFrom(tail);
  const ParticipantIndex head = pair.head(direction);
  const bool tail_carries = tail != payer;
  const bool head_carries = head != payee;
  const auto status = [&](LineIndex line) {
    return line == kNoIndex ? LineStatus::kClosed : ledger.line_status(line);
  };
  const LineIndex used = pair.line_for(direction);
  const LineIndex opposite = pair.line_for(Reverse(direction));
  const bool fresh = status(used) == LineStatus::kActive;
  const Amount owed = pair.owed(direction);
  // Debt towards the tail is paid back; only end points may when the tail's line is not active.
  const bool repays =
      owed < 0 && ((!tail_carries && !head_carries) || status(opposite) == LineStatus::kActive);
  if (!fresh && !repays) return std::nullopt;
  WayCapacity way;
  if (fresh) way.open += AmountSum{ledger.line_limit(used)} - std::max<Amount>(owed, 0);
  if (repays) way.open -= owed;
  way.open -= pair.reserved(direction);
  const FlowCapacity policy = ledger.CapacityOf(index, direction, day);
  way.tail_forbids = tail_carries && policy.tail_forbids;
  way.head_forbids = head_carries && policy.head_forbids;
  way.blocked = policy.blocked;
  way.max_hops = policy.max_hops;
  if (status(used) == LineStatus::kClosed) return way;
  const LinePolicy& limits = ledger.line_policy(used);
  if (limits.daily_limit.has_value()) {
    const AmountSum moved = AmountSum{pair.paid(direction, day)} + pair.reserved(direction);
    way.most = SaturateCapacity(*limits.daily_limit - moved);
  }
  if (limits.max_single_payment.has_value() && *limits.max_single_payment < way.most) {
    way.most = *limits.max_single_payment;
    way.single_limits = true;
  }
  return way;
}

bool Listed::Has(ParticipantIndex participant) {
  if (++asked_ <= kSeldom) {
    return std::find(list_.begin(), list_.end(), participant) != list_.end();
  }
  if (sorted_.empty()) {
    sorted_ = list_;
    std::sort(sorted_.begin(), sorted_.end());
  }
  return std::binary_search(sorted_.begin(), sorted_.end(), participant);
}

Admission::Admission(const Ledger& ledger, const RouteRequest& request)
    : ledger_(ledger), request_(request), avoid_(request.constraints.avoid) {
  if (request.constraints.within.has_value()) within_.emplace(*request.constraints.within);
}

bool Admission::MayTakePart(ParticipantIndex participant) {
  if (ledger_.participant(participant).status != ParticipantStatus::kActive) return false;
  if (within_.has_value() && !within_->Has(participant)) return false;
  if (participant == request_.from || participant == request_.to) return true;
  return !avoid_.Has(participant);
}

namespace {

// Between two neighbours nothing can move at all.
Status NoWay(const Ledger& ledger, const PairFlow& flow) {
  const std::string where = Name(ledger, flow.tail) + " to " + Name(ledger, flow.head);
  LineIndex line = kNoIndex;
  if (flow.pair.has_value()) {
    const Pair& pair = ledger.pair(*flow.pair);
    line = pair.line_for(pair.DirectionFrom(flow.tail));
  }
  if (line != kNoIndex && ledger.line_status(line) == LineStatus::kFrozen) {
    return MakeError(ErrorCode::kLineNotActive,
                     "the line that would let value move from " + where + " is frozen");
  }
  return MakeError(ErrorCode::kNoRoute, "no line or debt lets value move from " + where);
}

// A way that the plan uses and whose line asks something of whole routes.
struct RuledWay {
  ParticipantIndex tail = kNoIndex;
  ParticipantIndex head = kNoIndex;
  WayCapacity way;
  std::pair<ParticipantIndex, ParticipantIndex> ends() const { return {tail, head}; }
};

// One pair's capacity and policies under what the plan moves over it. A way whose line has rules
// for whole routes is only noted in `ruled`.
Status CheckFlow(const Ledger& ledger, std::int64_t day, const RouteRequest& request,
                 const PairFlow& flow, std::vector<PolicyObstacle>* breaches,
                 std::vector<RuledWay>* ruled) {
  std::optional<WayCapacity> way;
  if (flow.pair.has_value()) {
    way = CapacityBetween(ledger, day, ledger.pair(*flow.pair), *flow.pair, flow.tail, request.from,
                          request.to);
  }
  if (!way.has_value()) return NoWay(ledger, flow);
  GEO_RETURN_IF_ERROR(CheckCapacity(ledger, flow, *way, breaches));
  if (way->max_hops != 0 || way->blocked != nullptr) {
    ruled->push_back({flow.tail, flow.head, *way});
  }
  return OkStatus();
}

// Adds to `breaches` what routes break of `ruled`.
void CheckRules(const Ledger& ledger, const Plan& plan, std::vector<RuledWay> ruled,
                std::vector<PolicyObstacle>* breaches) {
  if (ruled.empty()) return;
  std::sort(ruled.begin(), ruled.end(),
            [](const RuledWay& x, const RuledWay& y) { return x.ends() < y.ends(); });
  for (const Route& route : plan.routes) {
    for (std::size_t i = 0; i + 1 < route.participants.size(); ++i) {
      const std::pair ends(route.participants[i], route.participants[i + 1]);
      const auto found =
          std::lower_bound(ruled.begin(), ruled.end(), ends,
                           [](const RuledWay& way, const auto& of) { return way.ends() < of; });
      if (found == ruled.end() || found->ends() != ends) continue;
      AddPathBreaches(ledger, route, ends.first, ends.second, found->way, breaches);
    }
  }
}

}  // namespace

Status CheckPlan(const Ledger& ledger, std::int64_t day, const RouteRequest& request,
                 const Plan& plan, std::vector<PolicyObstacle>* breaches) {
  if (plan.routes.empty()) return Broken("a plan without routes");
  if (plan.routes.size() > request.constraints.max_paths) {
    return Broken(std::to_string(plan.routes.size()) + " routes; at most " +
                  std::to_string(request.constraints.max_paths));
  }
  std::vector<PairFlow> flows = Combine(plan);
  for (const PairFlow& flow : flows) ledger.PrefetchPair(request.equivalent, flow.tail, flow.head);
  Admission admission(ledger, request);
  AmountSum sum = 0;
  for (const Route& route : plan.routes) {
    GEO_RETURN_IF_ERROR(CheckRoute(ledger, request, admission, route));
    sum += route.amount;
  }
  if (sum != request.amount) {
    return Broken("routes carry " + FormatSum(sum, 0) + " minor units; the payment is of " +
                  std::to_string(request.amount));
  }
  // All looked up before any is read: the memory that they wait for is fetched together.
  for (PairFlow& flow : flows) {
    flow.pair = ledger.FindPair(request.equivalent, flow.tail, flow.head);
    if (flow.pair.has_value()) PrefetchMemory(&ledger.pair(*flow.pair));
  }
  for (const PairFlow& flow : flows) {
    if (flow.pair.has_value()) ledger.PrefetchAround(*flow.pair);
  }
  std::vector<RuledWay> ruled;
  for (std::size_t i = 0; i < flows.size(); ++i) {
    const PairFlow& flow = flows[i];
    if (i > 0 && flow.tail == flows[i - 1].head && flow.head == flows[i - 1].tail) {
      return Broken("routes use a pair in both directions");
    }
    GEO_RETURN_IF_ERROR(CheckFlow(ledger, day, request, flow, breaches, &ruled));
  }
  CheckRules(ledger, plan, std::move(ruled), breaches);
  SortUnique(*breaches);
  return OkStatus();
}

}  // namespace geo
