// Opening balances: a network that starts from lines and debts brought from elsewhere.

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "src/base/status_macros.h"
#include "src/trust/checks.h"

namespace geo {
namespace {

using PairKey = std::tuple<EquivalentIndex, ParticipantIndex, ParticipantIndex>;

// `status` with the entry that caused it.
Status Named(const char* list, std::size_t position, const Status& status) {
  return MakeError(ErrorCodeOf(status), std::string("opening ") + list + " " +
                                            std::to_string(position) + ": " +
                                            std::string(status.message()));
}

class OpeningPlanner {
 public:
  OpeningPlanner(const Ledger& ledger, const Asking& asking)
      : ledger_(ledger),
        asking_(asking),
        plan_(StartPlan(RecordKind::kOpeningBalances, ledger, asking)) {}

  Status AddLine(const OpeningBalances::Line& line) {
    GEO_ASSIGN_OR_RETURN(const PairKey key, Parties(line.owner, line.debtor, line.equivalent));
    const auto [equivalent, owner, debtor] = key;
    const int precision = ledger_.equivalent(equivalent).precision;
    TrustLine opened;
    GEO_ASSIGN_OR_RETURN(opened.limit, ResolveAmount(line.limit, precision));
    GEO_ASSIGN_OR_RETURN(opened.policy, ApplyPolicy(LinePolicy(), line.policy, precision));
    const std::optional<LineIndex> latest = ledger_.FindLatestLine(equivalent, owner, debtor);
    const bool live = latest && ledger_.line_status(*latest) != LineStatus::kClosed;
    if (live || !lines_.insert(key).second) {
      return MakeError(ErrorCode::kLineExists, "a live line to the same debtor exists");
    }
    opened.id = DeriveLineId(ledger_.genesis().network, line.owner, line.debtor, line.equivalent,
                             LineOrigin::kOpening, asking_.seq);
    if (ledger_.FindLine(opened.id).has_value()) {
      return MakeError(ErrorCode::kStatusConflict,
                       "another admin brought this line under the same number, " +
                           std::to_string(asking_.seq) + "; any other command of yours raises it");
    }
    opened.equivalent = equivalent;
    opened.owner = owner;
    opened.debtor = debtor;
    opened.status = line.frozen ? LineStatus::kFrozen : LineStatus::kActive;
    opened.created = asking_.now;
    opened.updated = asking_.now;
    const auto index = static_cast<LineIndex>(ledger_.line_count() + lines_.size() - 1);
    plan_.effects.emplace_back(LineEffect{index, std::nullopt, std::move(opened)});
    return OkStatus();
  }

  Status AddDebt(const OpeningBalances::Debt& debt) {
    GEO_ASSIGN_OR_RETURN(const PairKey key, Parties(debt.debtor, debt.creditor, debt.equivalent));
    const auto [equivalent, debtor, creditor] = key;
    GEO_ASSIGN_OR_RETURN(const Amount amount,
                         ResolveAmount(debt.amount, ledger_.equivalent(equivalent).precision));
    const bool forward = debtor < creditor;
    AmountSum& balance =
        balances_[{equivalent, std::min(debtor, creditor), std::max(debtor, creditor)}];
    balance += forward ? amount : -AmountSum{amount};
    return OkStatus();
  }

  StatusOr<TrustPlan> Finish() && {
    for (const auto& [key, added] : balances_) {
      const auto [equivalent, a, b] = key;
      const std::optional<PairIndex> pair = ledger_.FindPair(equivalent, a, b);
      const Amount before = pair ? ledger_.pair(*pair).balance : 0;
      const AmountSum after = before + added;
      if (after > kMaxAmount || after < -AmountSum{kMaxAmount}) {
        return MakeError(ErrorCode::kAmountOverflow,
                         "debts between " + FormatPid(ledger_.participant(a).pid) + " and " +
                             FormatPid(ledger_.participant(b).pid) +
                             " sum to more than the largest amount");
      }
      if (after == before) continue;
      plan_.effects.emplace_back(
          DebtEffect{equivalent, a, b, before, static_cast<Amount>(after), 0, 0});
    }
    return std::move(plan_);
  }

 private:
  StatusOr<PairKey> Parties(const Pid& first, const Pid& second, const EquivalentCode& code) {
    GEO_ASSIGN_OR_RETURN(const ParticipantIndex one, Party(first));
    GEO_ASSIGN_OR_RETURN(const ParticipantIndex other, Party(second));
    if (one == other) {
      return MakeError(ErrorCode::kSelfTrust, "a line or debt needs two different participants");
    }
    GEO_ASSIGN_OR_RETURN(const EquivalentIndex equivalent, KnownEquivalent(ledger_, code));
    return PairKey{equivalent, one, other};
  }

  // Whoever left has no lines or debts, and could never come back to settle them (spec 01 §1.4).
  StatusOr<ParticipantIndex> Party(const Pid& pid) const {
    GEO_ASSIGN_OR_RETURN(const ParticipantIndex index, KnownParticipant(ledger_, pid));
    if (ledger_.participant(index).status != ParticipantStatus::kLeft) return index;
    return MakeError(ErrorCode::kParticipantNotActive, "participant " + FormatPid(pid) + " left");
  }

  const Ledger& ledger_;
  const Asking& asking_;
  TrustPlan plan_;
  std::set<PairKey> lines_;
  std::map<PairKey, AmountSum> balances_;
};

}  // namespace

StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking,
                               const OpeningBalances& opening) {
  GEO_RETURN_IF_ERROR(CheckSequence(ledger, asking));
  const Operator* one = ledger.FindOperator(asking.signer);
  if (one == nullptr || one->role != OperatorRole::kAdmin) {
    return MakeError(ErrorCode::kNotPermitted, "opening balances are for an admin of the network");
  }
  if (ledger.has_payments()) {
    return MakeError(ErrorCode::kStatusConflict, "opening balances come before the first payment");
  }
  OpeningPlanner planner(ledger, asking);
  for (std::size_t i = 0; i < opening.lines.size(); ++i) {
    const Status status = planner.AddLine(opening.lines[i]);
    if (!status.ok()) return Named("line", i, status);
  }
  for (std::size_t i = 0; i < opening.debts.size(); ++i) {
    const Status status = planner.AddDebt(opening.debts[i]);
    if (!status.ok()) return Named("debt", i, status);
  }
  return std::move(planner).Finish();
}

}  // namespace geo
