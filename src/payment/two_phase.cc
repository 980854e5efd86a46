#include "geo/payment/two_phase.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "geo/base/limits.h"
#include "geo/routing/verify.h"
#include "src/base/status_macros.h"
#include "src/payment/request.h"

namespace geo {
namespace {

Status CheckLifetime(const PreparePayment& prepare, const PaymentDefaults& defaults,
                     Timestamp now) {
  if (!prepare.voted && !CheckedAdd(now, prepare.lifetime.value_or(defaults.lifetime))) {
    return MakeError(ErrorCode::kInvalidArgument,
                     "a reservation would last beyond the last time that can be written");
  }
  if (!prepare.lifetime.has_value()) return OkStatus();
  if (prepare.voted) {
    return MakeError(ErrorCode::kInvalidArgument, "a voted reservation has no lifetime");
  }
  const Duration lifetime = *prepare.lifetime;
  if (lifetime >= defaults.shortest_lifetime && lifetime <= defaults.longest_lifetime &&
      lifetime % kSecond == 0) {
    return OkStatus();
  }
  return MakeError(ErrorCode::kInvalidArgument,
                   "a reservation of " + std::to_string(lifetime) + " microseconds; whole seconds" +
                       " from " + std::to_string(defaults.shortest_lifetime / kSecond) + " to " +
                       std::to_string(defaults.longest_lifetime / kSecond) + " are taken");
}

// The routes of an explicit plan as indices and minor units.
StatusOr<Plan> ReadRoutes(const Ledger& ledger, const RouteRequest& request,
                          const std::vector<NamedRoute>& routes) {
  Plan plan;
  for (const NamedRoute& named : routes) {
    Route& route = plan.routes.emplace_back();
    for (const Pid& pid : named.participants) {
      const std::optional<ParticipantIndex> index = ledger.FindParticipant(pid);
      if (!index.has_value()) {
        return MakeError(ErrorCode::kUnknownParticipant,
                         FormatPid(pid) + " on a route is not registered");
      }
      route.participants.push_back(*index);
    }
    const int precision = ledger.equivalent(request.equivalent).precision;
    GEO_ASSIGN_OR_RETURN(route.amount, ResolveAmount(named.amount, precision));
  }
  return plan;
}

// Capacity along a pair before reservations and policies about amounts (spec 01 §4.6).
AmountSum OpenCapacity(const Ledger& ledger, const Pair& pair, Direction direction, bool transit) {
  const auto active = [&](LineIndex line) {
    return line != kNoIndex && ledger.line_status(line) == LineStatus::kActive;
  };
  const LineIndex used = pair.line_for(direction);
  const Amount owed = pair.owed(direction);
  AmountSum open = 0;
  if (active(used)) open += AmountSum{ledger.line_limit(used)} - std::max<Amount>(owed, 0);
  const bool repays = owed < 0 && (!transit || active(pair.line_for(Reverse(direction))));
  if (repays) open -= owed;
  return open;
}

// The first hop that cannot carry its route after the earlier ones, in the order of the plan.
std::optional<HopShortage> FindShortage(const Ledger& ledger, const RouteRequest& request,
                                        const Plan& plan) {
  std::map<std::pair<ParticipantIndex, ParticipantIndex>, AmountSum> earlier;
  for (const Route& route : plan.routes) {
    for (std::size_t i = 0; i + 1 < route.participants.size(); ++i) {
      const ParticipantIndex from = route.participants[i];
      const ParticipantIndex to = route.participants[i + 1];
      const std::optional<PairIndex> index = ledger.FindPair(request.equivalent, from, to);
      if (!index.has_value()) continue;
      const Pair& pair = ledger.pair(*index);
      const Direction direction = pair.DirectionFrom(from);
      const bool transit = from != request.from || to != request.to;
      const AmountSum available = OpenCapacity(ledger, pair, direction, transit);
      AmountSum& moved = earlier[{from, to}];
      const AmountSum reserved = moved + pair.reserved(direction);
      moved += route.amount;
      if (available - reserved >= route.amount) continue;
      return HopShortage{from, to, route.amount, SaturateCapacity(available),
                         SaturateCapacity(reserved)};
    }
  }
  return std::nullopt;
}

// The routes that the payment takes: searched, or the explicit ones when they can be taken.
StatusOr<std::variant<Plan, Refusal, HopShortage>> ChooseRoutes(const Ledger& ledger,
                                                                Router& router, std::int64_t day,
                                                                const RouteRequest& request,
                                                                const PreparePayment& prepare) {
  if (prepare.routes.empty()) {
    GEO_ASSIGN_OR_RETURN(RouteAnswer answer, router.FindRoutes(request));
    if (auto* refusal = std::get_if<Refusal>(&answer.outcome)) return std::move(*refusal);
    GEO_RETURN_IF_ERROR(VerifyPlan(ledger, day, request, std::get<Plan>(answer.outcome)));
    return std::get<Plan>(std::move(answer.outcome));
  }
  GEO_ASSIGN_OR_RETURN(Plan plan, ReadRoutes(ledger, request, prepare.routes));
  const Status verified = VerifyPlan(ledger, day, request, plan);
  if (verified.ok()) return plan;
  if (ErrorCodeOf(verified) == ErrorCode::kInsufficientCapacity) {
    const std::optional<HopShortage> shortage = FindShortage(ledger, request, plan);
    if (shortage.has_value()) return *shortage;
  }
  return verified;
}

Amount Reserved(const Ledger& ledger, EquivalentIndex equivalent, const Flow& flow) {
  const std::optional<PairIndex> index = ledger.FindPair(equivalent, flow.from, flow.to);
  if (!index.has_value()) return 0;
  const Pair& pair = ledger.pair(*index);
  return pair.reserved(pair.DirectionFrom(flow.from));
}

Hold MakeHold(const PreparePayment& prepare, const PaymentDefaults& defaults, Timestamp now) {
  Hold hold;
  hold.prepared_at = now;
  hold.voted = prepare.voted;
  hold.explicit_routes = !prepare.routes.empty();
  hold.default_lifetime = !prepare.voted && !prepare.lifetime.has_value();
  if (!prepare.voted) hold.expires_at = now + prepare.lifetime.value_or(defaults.lifetime);
  return hold;
}

// Whether the explicit routes asked for are the stored ones.
bool SameRoutes(const Ledger& ledger, const Transaction& stored,
                const std::vector<NamedRoute>& routes) {
  if (stored.hold->explicit_routes == routes.empty()) return false;
  if (routes.empty()) return true;
  if (routes.size() != stored.routes.size()) return false;
  const int precision = ledger.equivalent(stored.equivalent).precision;
  for (std::size_t i = 0; i < routes.size(); ++i) {
    const StatusOr<Amount> amount = ResolveAmount(routes[i].amount, precision);
    if (!amount.ok() || *amount != stored.routes[i].amount) return false;
    const auto same = [&](const Pid& pid, ParticipantIndex index) {
      return ledger.participant(index).pid == pid;
    };
    const auto& named = routes[i].participants;
    const auto& taken = stored.routes[i].participants;
    if (!std::equal(named.begin(), named.end(), taken.begin(), taken.end(), same)) return false;
  }
  return true;
}

// For a transaction that is not prepared any more: nothing changes, or why it cannot be.
Status CheckDecided(const Transaction& stored, Decision decision) {
  const bool aborted = stored.state == TransactionState::kAborted;
  if (decision != Decision::kCommit || !aborted) return OkStatus();
  const std::string what = "payment " + std::string(stored.id.text());
  if (stored.hold->expired) {
    return MakeError(ErrorCode::kReservationExpired,
                     what + " expired before it was committed; pay anew with a new id");
  }
  return MakeError(ErrorCode::kTransactionFinal,
                   what + " was aborted; a payment for the same purpose needs a new id");
}

// Whether one more payment may be prepared, by the hub's memory and by this payer.
Status CheckRoom(const Ledger& ledger, ParticipantIndex payer, const PreparePayment& prepare,
                 const PaymentDefaults& defaults) {
  if (ledger.prepared_count() >= kMaxPrepared) {
    return MakeError(ErrorCode::kTooManyPrepared, std::to_string(kMaxPrepared) +
                                                      " payments are prepared; wait until some "
                                                      "are decided");
  }
  if (ledger.prepared_bytes() >= kMaxPreparedBytes) {
    return MakeError(ErrorCode::kTooManyPrepared, "payments that are prepared take " +
                                                      std::to_string(ledger.prepared_bytes()) +
                                                      " bytes; wait until some are decided");
  }
  const std::size_t own = ledger.PreparedBy(payer);
  if (prepare.voted || own < defaults.max_prepared_per_payer) return OkStatus();
  return MakeError(ErrorCode::kTooManyPreparedByPayer,
                   std::to_string(own) + " payments of " +
                       FormatPid(ledger.participant(payer).pid) + " are prepared; at most " +
                       std::to_string(defaults.max_prepared_per_payer) +
                       " may be: commit or abort one, or wait until one expires");
}

}  // namespace

Status CheckSyntax(const PreparePayment& prepare) {
  GEO_RETURN_IF_ERROR(CheckSyntax(prepare.payment));
  const std::vector<NamedRoute>& routes = prepare.routes;
  if (routes.size() > kMostPaths) {
    return MakeError(ErrorCode::kTooLarge, std::to_string(routes.size()) + " routes; at most " +
                                               std::to_string(kMostPaths) + " are taken");
  }
  for (const NamedRoute& route : routes) {
    if (route.participants.size() > kMostHops + std::size_t{1}) {
      return MakeError(ErrorCode::kTooLarge,
                       "a route of more than " + std::to_string(kMostHops) + " hops");
    }
    GEO_RETURN_IF_ERROR(CheckAmountSyntax(route.amount));
  }
  return OkStatus();
}

StatusOr<PrepareOutcome> PlanPrepare(const Ledger& ledger, Router& router, const Pid& payer,
                                     Timestamp now, const PreparePayment& prepare,
                                     const PaymentDefaults& defaults) {
  GEO_RETURN_IF_ERROR(CheckSyntax(prepare));
  GEO_RETURN_IF_ERROR(CheckLifetime(prepare, defaults, now));
  RouteConstraints constraints = defaults.routing;
  if (!prepare.routes.empty()) {
    constraints.max_hops = kMostHops;
    constraints.max_paths = kMostPaths;
  }
  GEO_ASSIGN_OR_RETURN(const RouteRequest request,
                       Resolve(ledger, payer, prepare.payment, constraints));
  GEO_RETURN_IF_ERROR(CheckOperatorLimits(ledger, request, DayOf(now)));
  GEO_RETURN_IF_ERROR(CheckRoom(ledger, request.from, prepare, defaults));
  GEO_ASSIGN_OR_RETURN(auto outcome, ChooseRoutes(ledger, router, DayOf(now), request, prepare));
  if (auto* refusal = std::get_if<Refusal>(&outcome)) return std::move(*refusal);
  if (auto* shortage = std::get_if<HopShortage>(&outcome)) return *shortage;

  PaymentPlan plan;
  std::vector<Route>& routes = std::get<Plan>(outcome).routes;
  for (const Flow& flow : FlowsOf(routes)) {
    const Amount before = Reserved(ledger, request.equivalent, flow);
    const std::optional<Amount> after = CheckedAdd(before, flow.amount);
    if (!after) {
      return MakeError(ErrorCode::kAmountOverflow,
                       "from " + FormatPid(ledger.participant(flow.from).pid) + " to " +
                           FormatPid(ledger.participant(flow.to).pid) + " " +
                           std::to_string(before) + " minor units are reserved; " +
                           std::to_string(flow.amount) +
                           " more would pass the largest amount, 2^63-1");
    }
    plan.effects.emplace_back(
        ReservationEffect{request.equivalent, flow.from, flow.to, before, *after});
  }
  plan.transaction =
      MakeTransaction(prepare.payment, request, TransactionState::kPrepared, std::move(routes));
  plan.transaction.hold = MakeHold(prepare, defaults, now);
  plan.effects.emplace_back(TransactionEffect{std::nullopt, plan.transaction});
  return plan;
}

Status CheckSamePrepare(const Ledger& ledger, const Transaction& stored, const Pid& payer,
                        const PreparePayment& prepare) {
  const Pay& pay = prepare.payment;
  GEO_RETURN_IF_ERROR(CheckSyntax(prepare));
  if (ledger.participant(stored.payer).pid != payer) return IdTaken(pay.id, ErrorCode::kTxIdReused);
  if (!stored.hold.has_value()) return IdTaken(pay.id, ErrorCode::kTxIdOtherOperation);
  const ErrorCode difference = Difference(ledger, stored, pay);
  if (difference != ErrorCode::kOk) return IdTaken(pay.id, difference);
  if (!SameRoutes(ledger, stored, prepare.routes)) {
    return IdTaken(pay.id, ErrorCode::kTxIdOtherRoutes);
  }
  const Hold& hold = *stored.hold;
  const Duration lifetime = hold.voted ? 0 : hold.expires_at - hold.prepared_at;
  const bool by_default = !prepare.voted && !prepare.lifetime.has_value();
  if (hold.voted == prepare.voted && hold.default_lifetime == by_default &&
      (hold.voted || by_default ? !prepare.lifetime : *prepare.lifetime == lifetime)) {
    return OkStatus();
  }
  return IdTaken(pay.id, ErrorCode::kTxIdOtherLifetime);
}

StatusOr<std::optional<PaymentPlan>> PlanDecision(const Ledger& ledger, const Pid& signer,
                                                  Timestamp now, const Transaction& stored,
                                                  Decision decision) {
  const Participant& payer = ledger.participant(stored.payer);
  if (decision != Decision::kExpire && payer.pid != signer) {
    return MakeError(ErrorCode::kNotPermitted,
                     "payment " + std::string(stored.id.text()) + " is for its payer to decide");
  }
  if (stored.state != TransactionState::kPrepared) {
    GEO_RETURN_IF_ERROR(CheckDecided(stored, decision));
    return std::optional<PaymentPlan>();
  }
  const bool commits = decision == Decision::kCommit;
  if (commits && !stored.hold->voted && payer.status != ParticipantStatus::kActive) {
    return MakeError(ErrorCode::kParticipantNotActive,
                     "payer " + FormatPid(signer) + " is not active but " +
                         std::string(ParticipantStatusName(payer.status)));
  }
  std::optional<PaymentPlan> plan(std::in_place);
  plan->transaction = stored;
  plan->transaction.state = commits ? TransactionState::kCommitted : TransactionState::kAborted;
  plan->transaction.hold->expired = decision == Decision::kExpire;
  for (const Flow& flow : FlowsOf(stored.routes)) {
    const Amount before = Reserved(ledger, stored.equivalent, flow);
    plan->effects.emplace_back(
        ReservationEffect{stored.equivalent, flow.from, flow.to, before, before - flow.amount});
    if (!commits) continue;
    GEO_ASSIGN_OR_RETURN(DebtEffect effect, MoveValue(ledger, stored.equivalent, flow, DayOf(now)));
    plan->effects.emplace_back(effect);
  }
  plan->effects.emplace_back(TransactionEffect{TransactionState::kPrepared, plan->transaction});
  return plan;
}

}  // namespace geo
