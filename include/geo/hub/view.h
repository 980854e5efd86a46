// A borrowed look at a hub's state, in pids and codes instead of indices.
#ifndef GEO_HUB_VIEW_H_
#define GEO_HUB_VIEW_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "geo/base/ids.h"
#include "geo/base/status.h"
#include "geo/base/time.h"
#include "geo/clearing/commands.h"
#include "geo/clearing/policy.h"
#include "geo/hub/clearing_view.h"
#include "geo/ledger/ledger.h"
#include "geo/routing/router.h"

namespace geo {

struct LineView {
  Pid owner;
  Pid debtor;
  TrustLine line;
  Amount used = 0;       // what the debtor owes the owner
  Amount available = 0;  // limit − used, never below 0; 0 when the line is not active
};

struct DebtView {
  Pid debtor;
  Pid creditor;
  Amount amount = 0;
  friend bool operator==(const DebtView&, const DebtView&) = default;
};

// `next` begins the following page; nothing: this was the last.
struct LinesPage {
  std::vector<LineView> lines;
  std::optional<std::size_t> next;
};
struct DebtsPage {
  std::vector<DebtView> debts;
  std::optional<std::size_t> next;
};

// A prepared payment that waits for its decision (spec 01 §6.5).
struct ReservationView {
  TxId id;
  Pid payer;
  Pid payee;
  EquivalentCode equivalent;
  Amount amount = 0;
  Hold hold;         // when it was prepared, when it expires, whether it is voted
  Duration age = 0;  // since it was prepared, by the hub's clock; at most the longest Duration
  friend bool operator==(const ReservationView&, const ReservationView&) = default;
};

// `next` begins the following page; nothing: this was the last.
struct ReservationsPage {
  std::vector<ReservationView> reservations;
  std::optional<ExpiryPlace> next;
};
struct ProposalsPage {
  std::vector<ProposalView> proposals;
  std::optional<ExpiryPlace> next;
};

// Borrowed from a hub: valid on the hub's thread until the next call that changes something. Errors
// all calls share: UnknownParticipant, UnknownEquivalent.
class View {
 public:
  // For hubs: use Hub::view and SerialHub::Reader. All that is given must outlive the view.
  View(const Ledger& ledger, Router& router, const RouteConstraints& by_default, Timestamp now)
      : ledger_(&ledger), router_(&router), by_default_(&by_default), now_(now), day_(DayOf(now)) {}

  const Ledger& ledger() const { return *ledger_; }

  // Spec 01 §4.7. O(lines and debts of the participant).
  StatusOr<Balance> BalanceOf(const Pid& participant, const EquivalentCode& equivalent) const;

  // The latest line owner→debtor, live or closed; nothing when there never was one. O(1).
  StatusOr<std::optional<LineView>> LineOf(const Pid& owner, const Pid& debtor,
                                           const EquivalentCode& equivalent) const;

  // The participant's lines, given and received, the latest of each direction, in order of creation
  // of the pair; up to `max` of them, 1 or more. `from`: 0, or `next` of the page before. While the
  // hub is open pages fit together whatever changes between them: a line that is there all the time
  // is on one of them, once. O(his pairs from there to the end of the page). Errors also:
  // InvalidArgument (max).
  StatusOr<LinesPage> LinesOf(const Pid& participant, const EquivalentCode& equivalent,
                              std::size_t from, std::size_t max) const;

  // The debts of an equivalent in order of creation of the pair, likewise; O(pairs of the
  // equivalent from there to the end of the page).
  StatusOr<DebtsPage> DebtsOf(const EquivalentCode& equivalent, std::size_t from,
                              std::size_t max) const;

  // Prepared payments that wait for their decision, the first to expire first and voted ones last;
  // up to `max` of them, 1 or more. `from`: {}, or `next` of the page before. Pages fit together
  // whatever is prepared and decided between them, and after the hub is opened again: one that
  // waits all the time is on one of them, once. O(max · log n). Errors: InvalidArgument (max).
  StatusOr<ReservationsPage> Reservations(const ExpiryPlace& from, std::size_t max) const;

  // The largest amount that `from` can pay `to` now (spec 01 §5.5) under `constraints`, or under
  // the hub's defaults. Participants that may not pay or be paid, and equivalents that are not
  // active: 0. Indices of nobody in the constraints are nobody. Effort as Router::Capacity. Errors
  // also: ConstraintRange, SelfPayment, InvalidArgument (an objective that no enum has, or
  // kCheapest: a view knows no costs).
  StatusOr<CapacityAnswer> Capacity(const Pid& from, const Pid& to,
                                    const EquivalentCode& equivalent) const;
  StatusOr<CapacityAnswer> Capacity(const Pid& from, const Pid& to,
                                    const EquivalentCode& equivalent,
                                    const RouteConstraints& constraints) const;

  // Whether and how `amount` could be paid now, without paying. Effort as Router::FindRoutes.
  // Errors as Capacity; AmountNotPositive; EquivalentNotActive.
  StatusOr<RouteAnswer> FindRoutes(const Pid& from, const Pid& to, const EquivalentCode& equivalent,
                                   Amount amount, const RouteConstraints& constraints) const;

  // Whom `from` can pay, and how much (Router::Targets); nobody in an equivalent that is not
  // active. Up to `page_size` of them, 1…kMaxTargets, behind participant `after` (kNoIndex: from
  // the start; then TargetsPage::last as long as there is `more`, whether or not the page was
  // full). The indices are those of ledger(). Errors: UnknownParticipant, UnknownEquivalent,
  // ConstraintRange, InvalidArgument (page_size).
  StatusOr<TargetsPage> Targets(const Pid& from, const EquivalentCode& equivalent,
                                ParticipantIndex after, std::uint32_t page_size,
                                const RouteConstraints& constraints) const;

  // How far trust reaches (Router::TrustDistance): the fewest active lines that lead from `from` to
  // `to`; nothing when there are none within `max_distance`. Errors: UnknownParticipant,
  // UnknownEquivalent.
  StatusOr<std::optional<std::uint32_t>> TrustDistance(
      const Pid& from, const Pid& to, const EquivalentCode& equivalent,
      std::uint32_t max_distance = kUnlimited) const;

  // What a clearing would clear now, without clearing it: a dry run (spec 01 §7.6). Errors and
  // effort as PlanClearing; cycles need O(pairs · log) beside the search.
  StatusOr<ClearingView> WouldClear(const ClearCycles& clear) const;
  StatusOr<ClearingView> WouldClear(const SetOffDebts& clear) const;
  StatusOr<ClearingView> WouldClear(const ClearCycle& clear) const;

  // The legal cycles that there are now, each from its participant that registered first on,
  // `max_cycles` of them at most. Taking one may take others with it. Exponential in max_length
  // where debts are dense. Errors as PlanClearing.
  StatusOr<CyclesView> FindCycles(const ClearCycles& clear) const;

  // What each way to clear would come to, and leaves on the table. `lengths` as in Comparison.
  // Errors and effort as CompareClearings.
  StatusOr<ClearingReport> CompareClearings(const EquivalentCode& equivalent,
                                            const std::vector<std::uint32_t>& lengths,
                                            bool growth) const;

  // Open proposals to clear, the first to expire first, likewise.
  StatusOr<ProposalsPage> Proposals(const ExpiryPlace& from, std::size_t max) const;
  // Of these, the ones that wait for this participant's acceptance now. O(open proposals).
  StatusOr<std::vector<ProposalView>> ProposalsAwaiting(const Pid& participant) const;

 private:
  StatusOr<RouteRequest> Request(const Pid& from, const Pid& to, const EquivalentCode& equivalent,
                                 Amount amount, const RouteConstraints& constraints) const;

  const Ledger* ledger_;
  Router* router_;
  const RouteConstraints* by_default_;
  Timestamp now_;  // the hub's clock
  std::int64_t day_;
};

}  // namespace geo

#endif  // GEO_HUB_VIEW_H_
