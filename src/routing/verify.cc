#include "geo/routing/verify.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

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
                      bool outwards) {
  AmountSum sum = 0;
  ForEachWay(
      ledger, day, request, outwards ? request.from : request.to, outwards,
      [&](ParticipantIndex, ParticipantIndex, const WayCapacity& way) { sum += way.available(); });
  if (sum < request.amount) return OkStatus();
  return Wrong("the end point can move " + FormatSum(sum, 0) + " minor units");
}

// Whether the payee can be reached over ways that `usable(tail, head, capacity)` likes.
template <typename Usable>
bool Reaches(const Ledger& ledger, std::int64_t day, const RouteRequest& request,
             const Usable& usable) {
  if (!MayTakePart(ledger, request, request.from)) return false;
  std::set<ParticipantIndex> seen = {request.from};
  std::vector<ParticipantIndex> waiting = {request.from};
  while (!waiting.empty()) {
    const ParticipantIndex participant = waiting.back();
    waiting.pop_back();
    ForEachWay(ledger, day, request, participant, true,
               [&](ParticipantIndex tail, ParticipantIndex head, const WayCapacity& way) {
                 if (seen.contains(head) || !MayTakePart(ledger, request, head)) return;
                 if (!usable(tail, head, way)) return;
                 seen.insert(head);
                 waiting.push_back(head);
               });
  }
  return seen.contains(request.to);
}

Status VerifyCut(const Ledger& ledger, std::int64_t day, const RouteRequest& request,
                 const std::vector<CutLine>& cut) {
  std::map<std::pair<ParticipantIndex, ParticipantIndex>, const CutLine*> lines;
  AmountSum sum = 0;
  for (const CutLine& line : cut) {
    if (!lines.emplace(std::pair(line.from, line.to), &line).second) {
      return Wrong("a line is named twice");
    }
    sum += line.available;
  }
  if (sum >= request.amount) return Wrong("the cut lets " + FormatSum(sum, 0) + " through");
  bool numbers_fit = true;
  const bool reached =
      Reaches(ledger, day, request,
              [&](ParticipantIndex tail, ParticipantIndex head, const WayCapacity& way) {
                const auto line = lines.find({tail, head});
                if (line == lines.end()) return way.available() > 0;
                if (line->second->available != way.available()) numbers_fit = false;
                return false;
              });
  if (!numbers_fit) return Wrong("a line of the cut has not what it says available");
  return reached ? Wrong("the payee is reached around the cut") : OkStatus();
}

// That relaxing what the refusal says would indeed do.
Status VerifyWitness(const Ledger& ledger, std::int64_t day, RouteRequest request,
                     const Refusal& refusal) {
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
  switch (refusal.reason) {
    case RefusalReason::kSenderLimit:
      return VerifyEndPoint(ledger, day, request, true);
    case RefusalReason::kReceiverLimit:
      return VerifyEndPoint(ledger, day, request, false);
    case RefusalReason::kNotConnected:
      return Reaches(ledger, day, request,
                     [](ParticipantIndex, ParticipantIndex, const WayCapacity&) { return true; })
                 ? Wrong("the payee can be reached")
                 : OkStatus();
    case RefusalReason::kNetworkCut:
      return VerifyCut(ledger, day, request, refusal.cut);
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
