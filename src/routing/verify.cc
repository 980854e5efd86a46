#include "geo/routing/verify.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "src/base/no_memory.h"
#include "src/base/status_macros.h"
#include "src/routing/plan_check.h"

namespace geo {
namespace {

Status Wrong(const std::string& what) {
  return MakeError(ErrorCode::kInvalidArgument, "refusal does not hold: " + what);
}

std::string KeyName(PolicyKey key) {
  switch (key) {
    case PolicyKey::kCanBeIntermediate:
      return "can_be_intermediate";
    case PolicyKey::kMaxHops:
      return "max_hops";
    case PolicyKey::kDailyLimit:
      return "daily_limit";
    case PolicyKey::kMaxSinglePayment:
      return "max_single_payment";
    case PolicyKey::kBlockedParticipants:
      return "blocked_participants";
  }
  return "policy";
}

Status CheckIndices(const Ledger& ledger, const RouteRequest& request) {
  if (request.equivalent >= ledger.equivalent_count() ||
      request.from >= ledger.participant_count() || request.to >= ledger.participant_count()) {
    return MakeError(ErrorCode::kInvalidArgument, "unknown equivalent, payer or payee");
  }
  return OkStatus();
}

// Every way of one participant in the request's equivalent, as `visit(tail, head, capacity)`.
template <typename Visit>
void ForEachWay(const Ledger& ledger, std::int64_t day, const RouteRequest& request,
                ParticipantIndex participant, bool outwards, const Visit& visit) {
  for (const PairIndex index : ledger.PairsOf(participant)) {
    const Pair& pair = ledger.pair(index);
    if (pair.equivalent != request.equivalent) continue;
    const ParticipantIndex other = pair.a == participant ? pair.b : pair.a;
    if (ledger.participant(other).status != ParticipantStatus::kActive) continue;
    const ParticipantIndex tail = outwards ? participant : other;
    const std::optional<WayCapacity> way =
        CapacityBetween(ledger, day, pair, index, tail, request.from, request.to);
    if (!way.has_value() || way->forbidden()) continue;
    visit(tail, outwards ? other : participant, *way);
  }
}

Status VerifyEndPoint(const Ledger& ledger, std::int64_t day, const RouteRequest& request,
                      const Refusal& refusal, bool outwards) {
  const auto bound = [&](bool out) {
    AmountSum sum = 0;
    ForEachWay(ledger, day, request, out ? request.from : request.to, out,
               [&](ParticipantIndex, ParticipantIndex, const WayCapacity& way) {
                 sum += way.available();
               });
    return sum;
  };
  const AmountSum sum = bound(outwards);
  if (sum >= request.amount) {
    return Wrong("the end point can move " + FormatSum(sum, 0) + " minor units");
  }
  if (refusal.upper_bound >= std::min(sum, bound(!outwards))) return OkStatus();
  return Wrong("its bound is lower than what the end points can move");
}

// One end of a walk through the network: whom it has met, in that order, and where it stands.
struct WalkEnd {
  bool outwards;
  std::vector<ParticipantIndex> met;
  std::size_t next = 0;       // the first in `met` whose pairs were not looked at
  std::size_t looked_at = 0;  // pairs

  bool complete() const { return next == met.size(); }
};

// Whether the payee can be reached over ways that `usable(tail, head, capacity)` likes. Walks from
// both ends, always where less was looked at so far: once either has met all it can, without the
// other, there is no way. So it costs what the smaller side costs, whatever lies on the other.
template <typename Usable>
bool Reaches(const Ledger& ledger, std::int64_t day, const RouteRequest& request,
             const Usable& usable) {
  Admission admission(ledger, request);
  for (const ParticipantIndex end : {request.from, request.to}) {
    if (!admission.MayTakePart(end)) return false;
  }
  WalkEnd payer{.outwards = true, .met = {request.from}};
  WalkEnd payee{.outwards = false, .met = {request.to}};
  absl::flat_hash_map<ParticipantIndex, bool> met = {{request.from, true}, {request.to, false}};
  bool joined = request.from == request.to;
  while (!joined && !payer.complete() && !payee.complete()) {
    WalkEnd& end = payer.looked_at <= payee.looked_at ? payer : payee;
    const ParticipantIndex participant = end.met[end.next++];
    end.looked_at += ledger.PairsOf(participant).size();
    ForEachWay(ledger, day, request, participant, end.outwards,
               [&](ParticipantIndex tail, ParticipantIndex head, const WayCapacity& way) {
                 const ParticipantIndex other = end.outwards ? head : tail;
                 const auto known = met.find(other);
                 if (known != met.end() && known->second == end.outwards) return;
                 if (!usable(tail, head, way)) return;
                 if (known != met.end()) {
                   joined = true;
                   return;
                 }
                 if (!admission.MayTakePart(other)) return;
                 MakeRoom(met);
                 met.emplace(other, end.outwards);
                 end.met.push_back(other);
               });
  }
  return joined;
}

// Whether a line of a cut says what the ledger says.
bool NumbersFit(const Ledger& ledger, std::int64_t day, const RouteRequest& request,
                const CutLine& line) {
  if (std::max(line.from, line.to) >= ledger.participant_count()) return false;
  const std::optional<PairIndex> index = ledger.FindPair(request.equivalent, line.from, line.to);
  if (!index.has_value()) return false;
  const Pair& pair = ledger.pair(*index);
  const Direction direction = pair.DirectionFrom(line.from);
  const LineIndex used = pair.line_for(direction);
  const bool active = used != kNoIndex && ledger.line_status(used) == LineStatus::kActive;
  const std::optional<WayCapacity> way =
      CapacityBetween(ledger, day, pair, *index, line.from, request.from, request.to);
  return line.limit == (active ? ledger.line_limit(used) : 0) &&
         line.used == std::max<Amount>(pair.owed(direction), 0) &&
         line.available == (way.has_value() ? way->available() : 0);
}

Status VerifyCut(const Ledger& ledger, std::int64_t day, const RouteRequest& request,
                 const Refusal& refusal) {
  std::vector<std::pair<ParticipantIndex, ParticipantIndex>> lines;
  AmountSum sum = 0;
  for (const CutLine& line : refusal.cut) {
    lines.emplace_back(line.from, line.to);
    if (!NumbersFit(ledger, day, request, line)) {
      return Wrong("a line of the cut is not as it says");
    }
    sum += line.available;
  }
  std::sort(lines.begin(), lines.end());
  if (std::adjacent_find(lines.begin(), lines.end()) != lines.end()) {
    return Wrong("a line is named twice");
  }
  if (sum > refusal.upper_bound) return Wrong("the cut lets " + FormatSum(sum, 0) + " through");
  const bool reached =
      Reaches(ledger, day, request,
              [&](ParticipantIndex tail, ParticipantIndex head, const WayCapacity& way) {
                return way.available() > 0 &&
                       !std::binary_search(lines.begin(), lines.end(), std::pair(tail, head));
              });
  return reached ? Wrong("the payee is reached around the cut") : OkStatus();
}

// What every refusal must agree with itself on, before anything is looked up.
Status CheckForm(const RouteRequest& request, const Refusal& refusal) {
  const bool proof = refusal.reason <= RefusalReason::kNetworkCut;
  const bool shows = !proof && refusal.reason != RefusalReason::kWorkLimit;
  if (refusal.best_found < 0 || refusal.best_found > refusal.upper_bound) {
    return Wrong("more was found than its upper bound");
  }
  if (refusal.best_found >= request.amount) return Wrong("the whole amount was found");
  if (proof && refusal.upper_bound >= request.amount) return Wrong("its bound allows the amount");
  // A cut of nothing would be another word for not connected.
  if (refusal.cut.empty() != (refusal.reason != RefusalReason::kNetworkCut)) {
    return Wrong("a cut is missing or does not belong to the reason");
  }
  const bool has_witness = !refusal.witness.routes.empty();
  if (has_witness != shows) return Wrong("a witness is missing or does not belong to the reason");
  const bool says_more =
      refusal.hops_needed != 0 || refusal.paths_needed != 0 || !refusal.obstacles.empty();
  if (says_more && !shows) return Wrong("it says what is needed, for something impossible");
  const bool late = refusal.reason == RefusalReason::kWorkLimit;
  const bool disconnected = refusal.reason == RefusalReason::kNotConnected;
  const bool code_fits =
      late ? refusal.code == ErrorCode::kDeadline
           : refusal.code == ErrorCode::kNoRoute ||
                 (!disconnected && refusal.code == ErrorCode::kInsufficientCapacity);
  return code_fits ? OkStatus() : Wrong("its code does not belong to the reason");
}

// That relaxing what the refusal says would indeed do, and nothing less for this witness.
Status VerifyWitness(const Ledger& ledger, std::int64_t day, RouteRequest request,
                     const Refusal& refusal) {
  std::size_t longest = 0;
  for (const Route& route : refusal.witness.routes) {
    longest = std::max(longest, route.participants.size() - 1);
  }
  const auto needed = [](std::size_t has, std::uint32_t limit) { return has > limit ? has : 0; };
  if (refusal.hops_needed != needed(longest, request.constraints.max_hops) ||
      refusal.paths_needed !=
          needed(refusal.witness.routes.size(), request.constraints.max_paths)) {
    return Wrong("the witness needs other limits than it says");
  }
  const bool relaxes = refusal.reason == RefusalReason::kHopLimit    ? refusal.hops_needed != 0
                       : refusal.reason == RefusalReason::kPathLimit ? refusal.paths_needed != 0
                                                                     : !refusal.obstacles.empty();
  if (!relaxes) return Wrong("the witness keeps to what is named as the reason");
  if (refusal.hops_needed != 0) request.constraints.max_hops = refusal.hops_needed;
  if (refusal.paths_needed != 0) request.constraints.max_paths = refusal.paths_needed;
  std::vector<PolicyObstacle> breaches;
  GEO_RETURN_IF_ERROR(CheckPlan(ledger, day, request, refusal.witness, &breaches));
  if (breaches != refusal.obstacles) return Wrong("the witness breaks other policies than named");
  return OkStatus();
}

}  // namespace

Status VerifyPlan(const Ledger& ledger, std::int64_t day, const RouteRequest& request,
                  const Plan& plan) {
  GEO_RETURN_IF_ERROR(CheckIndices(ledger, request));
  std::vector<PolicyObstacle> breaches;
  GEO_RETURN_IF_ERROR(CheckPlan(ledger, day, request, plan, &breaches));
  if (breaches.empty()) return OkStatus();
  const PolicyObstacle& first = breaches.front();
  // Not enough left under a limit on amounts is a matter of capacity (spec 01 §4.6).
  const bool amounts =
      first.key == PolicyKey::kDailyLimit || first.key == PolicyKey::kMaxSinglePayment;
  return MakeError(amounts ? ErrorCode::kInsufficientCapacity : ErrorCode::kPlanInvalid,
                   "against " + KeyName(first.key) + " of the line " +
                       FormatPid(ledger.participant(first.owner).pid) + "→" +
                       FormatPid(ledger.participant(first.debtor).pid));
}

Status VerifyRefusal(const Ledger& ledger, std::int64_t day, const RouteRequest& request,
                     const Refusal& refusal) {
  GEO_RETURN_IF_ERROR(CheckIndices(ledger, request));
  GEO_RETURN_IF_ERROR(CheckForm(request, refusal));
  switch (refusal.reason) {
    case RefusalReason::kSenderLimit:
      return VerifyEndPoint(ledger, day, request, refusal, true);
    case RefusalReason::kReceiverLimit:
      return VerifyEndPoint(ledger, day, request, refusal, false);
    case RefusalReason::kNotConnected:
      return Reaches(ledger, day, request,
                     [](ParticipantIndex, ParticipantIndex, const WayCapacity&) { return true; })
                 ? Wrong("the payee can be reached")
                 : OkStatus();
    case RefusalReason::kNetworkCut:
      return VerifyCut(ledger, day, request, refusal);
    case RefusalReason::kHopLimit:
    case RefusalReason::kPathLimit:
    case RefusalReason::kPolicy:
      return VerifyWitness(ledger, day, request, refusal);
    case RefusalReason::kWorkLimit:
      return OkStatus();
  }
  return Wrong("unknown reason");
}

}  // namespace geo
