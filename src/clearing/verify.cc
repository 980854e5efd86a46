// The check before writing: deliberately apart from the planners.

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "geo/clearing/clearing.h"
#include "src/base/status_macros.h"

namespace geo {
namespace {

Status Wrong(const DebtEffect& effect, const char* what) {
  return MakeError(ErrorCode::kInvariantViolated, "clearing of the debt between participants " +
                                                      std::to_string(effect.from) + " and " +
                                                      std::to_string(effect.to) + ": " + what);
}

// The line under which `debtor` owes the other side, when it is active and its owner consents.
const LinePolicy* ConsentTo(const Ledger& ledger, const DebtEffect& effect, ParticipantIndex debtor,
                            Amount* limit) {
  const ParticipantIndex creditor = debtor == effect.from ? effect.to : effect.from;
  const auto line = ledger.FindLatestLine(effect.equivalent, creditor, debtor);
  if (!line.has_value() || ledger.line_status(*line) != LineStatus::kActive) return nullptr;
  const LinePolicy& policy = ledger.line_policy(*line);
  *limit = ledger.line_limit(*line);
  return policy.auto_clearing ? &policy : nullptr;
}

// One direction: what `debtor` owed and will owe.
Status CheckSide(const Ledger& ledger, const DebtEffect& effect, ParticipantIndex debtor,
                 Amount before, Amount after, bool growth) {
  before = std::max<Amount>(before, 0);
  after = std::max<Amount>(after, 0);
  if (before == after) return OkStatus();
  Amount limit = 0;
  const LinePolicy* policy = ConsentTo(ledger, effect, debtor, &limit);
  if (policy == nullptr) return Wrong(effect, "no active line whose owner consents covers it");
  if (after < before) return OkStatus();
  if (!growth || !policy->allow_growth) return Wrong(effect, "it would grow, and may not");
  for (const ParticipantIndex one : {effect.from, effect.to}) {
    if (ledger.participant(one).status == ParticipantStatus::kActive) continue;
    return Wrong(effect, "it would grow, and somebody is not active");
  }
  return after <= limit ? OkStatus() : Wrong(effect, "it would grow above the limit");
}

Status CheckEffect(const Ledger& ledger, const DebtEffect& effect, bool growth) {
  const auto index = ledger.FindPair(effect.equivalent, effect.from, effect.to);
  if (!index.has_value()) return Wrong(effect, "there is none");
  const Pair& pair = ledger.pair(*index);
  const Amount owed = effect.from == pair.a ? pair.balance : -pair.balance;
  if (owed != effect.before) return Wrong(effect, "it is not what the plan says");
  if (effect.after == effect.before) return Wrong(effect, "nothing changes");
  if (effect.after < -kMaxAmount) return Wrong(effect, "it is out of range");
  if (effect.paid_before != effect.paid_after) return Wrong(effect, "a payment's counter moves");
  if (pair.reserved_ab != 0 || pair.reserved_ba != 0) return Wrong(effect, "the pair is reserved");
  GEO_RETURN_IF_ERROR(CheckSide(ledger, effect, effect.from, effect.before, effect.after, growth));
  return CheckSide(ledger, effect, effect.to, -effect.before, -effect.after, growth);
}

}  // namespace

Status VerifyClearing(const Ledger& ledger, std::span<const Effect> effects, bool growth) {
  std::vector<std::pair<ParticipantIndex, AmountSum>> moves;
  std::vector<std::pair<ParticipantIndex, ParticipantIndex>> pairs;
  EquivalentIndex equivalent = kNoIndex;
  for (const Effect& effect : effects) {
    const auto* debt = std::get_if<DebtEffect>(&effect);
    if (debt == nullptr) {
      return MakeError(ErrorCode::kInvariantViolated, "a clearing changes debts and nothing else");
    }
    if (equivalent == kNoIndex) equivalent = debt->equivalent;
    if (debt->equivalent != equivalent) return Wrong(*debt, "of another equivalent");
    GEO_RETURN_IF_ERROR(CheckEffect(ledger, *debt, growth));
    const AmountSum rise = AmountSum{debt->after} - debt->before;
    moves.emplace_back(debt->from, -rise);
    moves.emplace_back(debt->to, rise);
    pairs.emplace_back(std::minmax(debt->from, debt->to));
  }
  std::sort(pairs.begin(), pairs.end());
  if (std::adjacent_find(pairs.begin(), pairs.end()) != pairs.end()) {
    return MakeError(ErrorCode::kInvariantViolated, "a clearing changes one debt twice");
  }
  std::sort(moves.begin(), moves.end(),
            [](const auto& x, const auto& y) { return x.first < y.first; });
  for (std::size_t i = 0; i < moves.size();) {
    const ParticipantIndex participant = moves[i].first;
    AmountSum sum = 0;
    for (; i < moves.size() && moves[i].first == participant; ++i) sum += moves[i].second;
    if (sum == 0) continue;
    return MakeError(ErrorCode::kInvariantViolated,
                     "clearing would change the net position of " + std::to_string(participant));
  }
  return OkStatus();
}

}  // namespace geo
