#include "geo/hub/view.h"

#include <algorithm>
#include <span>

#include "geo/clearing/consent.h"
#include "src/base/no_memory.h"
#include "src/base/quote.h"
#include "src/base/status_macros.h"

namespace geo {
namespace {

StatusOr<ParticipantIndex> Find(const Ledger& ledger, const Pid& pid) {
  if (const std::optional<ParticipantIndex> index = ledger.FindParticipant(pid)) return *index;
  return MakeError(ErrorCode::kUnknownParticipant,
                   "participant " + FormatPid(pid) + " is not registered");
}

StatusOr<EquivalentIndex> Find(const Ledger& ledger, const EquivalentCode& code) {
  if (const std::optional<EquivalentIndex> index = ledger.FindEquivalent(code)) return *index;
  return MakeError(ErrorCode::kUnknownEquivalent,
                   "equivalent " + Quote(code.text()) + " does not exist here");
}

bool IsActive(const Ledger& ledger, EquivalentIndex equivalent) {
  return ledger.equivalent(equivalent).status == EquivalentStatus::kActive;
}

LineView Describe(const Ledger& ledger, const Pair& pair, LineIndex index) {
  LineView view;
  view.line = ledger.line(index);
  view.owner = ledger.participant(view.line.owner).pid;
  view.debtor = ledger.participant(view.line.debtor).pid;
  view.used = std::max<Amount>(pair.owed(pair.DirectionFrom(view.line.debtor)), 0);
  const bool active = view.line.status == LineStatus::kActive;
  view.available = active ? std::max<Amount>(view.line.limit - view.used, 0) : 0;
  return view;
}

Status CheckPageSize(std::size_t max) {
  if (max >= 1) return OkStatus();
  return MakeError(ErrorCode::kInvalidArgument, "a page of 0; expected 1 or more");
}

template <typename Clearing>
StatusOr<ClearingView> DryRun(const Ledger& ledger, const Clearing& clear) {
  GEO_ASSIGN_OR_RETURN(const ClearingPlan plan, PlanClearing(ledger, nullptr, clear));
  return ViewOf(ledger, plan);
}

}  // namespace

StatusOr<Balance> View::BalanceOf(const Pid& participant, const EquivalentCode& equivalent) const {
  return CatchNoMemory([&]() -> StatusOr<Balance> {
    GEO_ASSIGN_OR_RETURN(const ParticipantIndex index, Find(*ledger_, participant));
    GEO_ASSIGN_OR_RETURN(const EquivalentIndex code, Find(*ledger_, equivalent));
    return ledger_->BalanceOf(index, code, day_);
  });
}

StatusOr<std::optional<LineView>> View::LineOf(const Pid& owner, const Pid& debtor,
                                               const EquivalentCode& equivalent) const {
  return CatchNoMemory([&]() -> StatusOr<std::optional<LineView>> {
    GEO_ASSIGN_OR_RETURN(const ParticipantIndex from, Find(*ledger_, owner));
    GEO_ASSIGN_OR_RETURN(const ParticipantIndex to, Find(*ledger_, debtor));
    GEO_ASSIGN_OR_RETURN(const EquivalentIndex code, Find(*ledger_, equivalent));
    const std::optional<LineIndex> line = ledger_->FindLatestLine(code, from, to);
    if (!line.has_value()) return std::optional<LineView>();
    const Pair& pair = ledger_->pair(*ledger_->FindPair(code, from, to));
    return std::optional<LineView>(Describe(*ledger_, pair, *line));
  });
}

// Positions count both directions of each pair of the participant.
StatusOr<LinesPage> View::LinesOf(const Pid& participant, const EquivalentCode& equivalent,
                                  std::size_t from, std::size_t max) const {
  return CatchNoMemory([&]() -> StatusOr<LinesPage> {
    GEO_RETURN_IF_ERROR(CheckPageSize(max));
    GEO_ASSIGN_OR_RETURN(const ParticipantIndex index, Find(*ledger_, participant));
    GEO_ASSIGN_OR_RETURN(const EquivalentIndex code, Find(*ledger_, equivalent));
    const std::span<const PairIndex> pairs = ledger_->PairsOf(index);
    LinesPage page;
    for (std::size_t at = from; at < 2 * pairs.size(); ++at) {
      const Pair& pair = ledger_->pair(pairs[at / 2]);
      const LineIndex line = at % 2 == 0 ? pair.line_ab : pair.line_ba;
      if (pair.equivalent != code || line == kNoIndex) continue;
      if (page.lines.size() == max) {
        page.next = at;
        break;
      }
      page.lines.push_back(Describe(*ledger_, pair, line));
    }
    return page;
  });
}

// Positions count the pairs of the equivalent.
StatusOr<DebtsPage> View::DebtsOf(const EquivalentCode& equivalent, std::size_t from,
                                  std::size_t max) const {
  return CatchNoMemory([&]() -> StatusOr<DebtsPage> {
    GEO_RETURN_IF_ERROR(CheckPageSize(max));
    GEO_ASSIGN_OR_RETURN(const EquivalentIndex code, Find(*ledger_, equivalent));
    const std::span<const PairIndex> pairs = ledger_->PairsIn(code);
    DebtsPage page;
    for (std::size_t at = from; at < pairs.size(); ++at) {
      const Pair& pair = ledger_->pair(pairs[at]);
      if (pair.balance == 0) continue;
      if (page.debts.size() == max) {
        page.next = at;
        break;
      }
      const bool forward = pair.balance > 0;
      page.debts.push_back({ledger_->participant(forward ? pair.a : pair.b).pid,
                            ledger_->participant(forward ? pair.b : pair.a).pid,
                            forward ? pair.balance : -pair.balance});
    }
    return page;
  });
}

StatusOr<ReservationsPage> View::Reservations(const ExpiryPlace& from, std::size_t max) const {
  return CatchNoMemory([&]() -> StatusOr<ReservationsPage> {
    GEO_RETURN_IF_ERROR(CheckPageSize(max));
    const auto [waiting, next] = ledger_->Prepared(from, max);
    ReservationsPage page{{}, next};
    for (const Transaction* one : waiting) {
      page.reservations.push_back(
          {one->id, ledger_->participant(one->payer).pid, ledger_->participant(one->payee).pid,
           ledger_->equivalent(one->equivalent).code, one->amount, *one->hold,
           SaturateCapacity(AmountSum{now_} - one->hold->prepared_at)});
    }
    return page;
  });
}

StatusOr<ClearingView> View::WouldClear(const ClearCycles& clear) const {
  return CatchNoMemory([&] { return DryRun(*ledger_, clear); });
}

StatusOr<ClearingView> View::WouldClear(const SetOffDebts& clear) const {
  return CatchNoMemory([&] { return DryRun(*ledger_, clear); });
}

StatusOr<ClearingView> View::WouldClear(const ClearCycle& clear) const {
  return CatchNoMemory([&] { return DryRun(*ledger_, clear); });
}

StatusOr<CyclesView> View::FindCycles(const ClearCycles& clear) const {
  return CatchNoMemory([&]() -> StatusOr<CyclesView> {
    GEO_ASSIGN_OR_RETURN(const CycleListing listing, ListClearable(*ledger_, clear));
    return ViewOf(*ledger_, listing);
  });
}

StatusOr<ClearingReport> View::CompareClearings(const EquivalentCode& equivalent,
                                                const std::vector<std::uint32_t>& lengths,
                                                bool growth) const {
  return CatchNoMemory([&]() -> StatusOr<ClearingReport> {
    Comparison comparison;
    GEO_ASSIGN_OR_RETURN(comparison.scope.equivalent, Find(*ledger_, equivalent));
    comparison.lengths = lengths;
    comparison.growth = growth;
    return geo::CompareClearings(*ledger_, comparison);
  });
}

StatusOr<ProposalsPage> View::Proposals(const ExpiryPlace& from, std::size_t max) const {
  return CatchNoMemory([&]() -> StatusOr<ProposalsPage> {
    GEO_RETURN_IF_ERROR(CheckPageSize(max));
    const auto [open, next] = ledger_->Proposals(from, max);
    ProposalsPage page{{}, next};
    for (const Proposal* one : open) page.proposals.push_back(ViewOf(*ledger_, *one));
    return page;
  });
}

StatusOr<std::vector<ProposalView>> View::ProposalsAwaiting(const Pid& participant) const {
  return CatchNoMemory([&]() -> StatusOr<std::vector<ProposalView>> {
    GEO_ASSIGN_OR_RETURN(const ParticipantIndex index, Find(*ledger_, participant));
    std::vector<ProposalView> some;
    for (const Proposal* one : ledger_->Proposals({}, ledger_->proposal_count()).waiting) {
      const std::vector<ParticipantIndex> awaited = AwaitedBy(*ledger_, *one);
      if (std::binary_search(awaited.begin(), awaited.end(), index)) {
        some.push_back(ViewOf(*ledger_, *one));
      }
    }
    return some;
  });
}

StatusOr<RouteRequest> View::Request(const Pid& from, const Pid& to,
                                     const EquivalentCode& equivalent, Amount amount,
                                     const RouteConstraints& constraints) const {
  RouteRequest request;
  GEO_ASSIGN_OR_RETURN(request.from, Find(*ledger_, from));
  GEO_ASSIGN_OR_RETURN(request.to, Find(*ledger_, to));
  GEO_ASSIGN_OR_RETURN(request.equivalent, Find(*ledger_, equivalent));
  request.amount = amount;
  request.constraints = constraints;
  return request;
}

StatusOr<CapacityAnswer> View::Capacity(const Pid& from, const Pid& to,
                                        const EquivalentCode& equivalent) const {
  return Capacity(from, to, equivalent, *by_default_);
}

StatusOr<CapacityAnswer> View::Capacity(const Pid& from, const Pid& to,
                                        const EquivalentCode& equivalent,
                                        const RouteConstraints& constraints) const {
  return CatchNoMemory([&]() -> StatusOr<CapacityAnswer> {
    GEO_ASSIGN_OR_RETURN(const RouteRequest request, Request(from, to, equivalent, 1, constraints));
    GEO_ASSIGN_OR_RETURN(const CapacityAnswer answer, router_->Capacity(request));
    return IsActive(*ledger_, request.equivalent) ? answer : CapacityAnswer{0, true, 0};
  });
}

StatusOr<RouteAnswer> View::FindRoutes(const Pid& from, const Pid& to,
                                       const EquivalentCode& equivalent, Amount amount,
                                       const RouteConstraints& constraints) const {
  return CatchNoMemory([&]() -> StatusOr<RouteAnswer> {
    GEO_ASSIGN_OR_RETURN(const RouteRequest request,
                         Request(from, to, equivalent, amount, constraints));
    if (request.from == request.to) {
      return MakeError(ErrorCode::kSelfPayment, "payer and payee are the same participant");
    }
    if (amount <= 0) {
      return MakeError(ErrorCode::kAmountNotPositive, "amount of " + std::to_string(amount) +
                                                          " minor units; at least one must move");
    }
    if (!IsActive(*ledger_, request.equivalent)) {
      return MakeError(ErrorCode::kEquivalentNotActive,
                       "equivalent " + Quote(equivalent.text()) + " is not active");
    }
    return router_->FindRoutes(request);
  });
}

StatusOr<TargetsPage> View::Targets(const Pid& from, const EquivalentCode& equivalent,
                                    ParticipantIndex after, std::uint32_t page_size,
                                    const RouteConstraints& constraints) const {
  return CatchNoMemory([&]() -> StatusOr<TargetsPage> {
    TargetsRequest request;
    GEO_ASSIGN_OR_RETURN(request.from, Find(*ledger_, from));
    GEO_ASSIGN_OR_RETURN(request.equivalent, Find(*ledger_, equivalent));
    request.after = after;
    request.page_size = page_size;
    request.constraints = constraints;
    GEO_ASSIGN_OR_RETURN(TargetsPage page, router_->Targets(request));
    if (!IsActive(*ledger_, request.equivalent)) page = TargetsPage{{}, after, false};
    return page;
  });
}

StatusOr<std::optional<std::uint32_t>> View::TrustDistance(const Pid& from, const Pid& to,
                                                           const EquivalentCode& equivalent,
                                                           std::uint32_t max_distance) const {
  return CatchNoMemory([&]() -> StatusOr<std::optional<std::uint32_t>> {
    GEO_ASSIGN_OR_RETURN(const ParticipantIndex start, Find(*ledger_, from));
    GEO_ASSIGN_OR_RETURN(const ParticipantIndex end, Find(*ledger_, to));
    GEO_ASSIGN_OR_RETURN(const EquivalentIndex index, Find(*ledger_, equivalent));
    return router_->TrustDistance(index, start, end, max_distance);
  });
}

}  // namespace geo
