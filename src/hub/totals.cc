#include "src/hub/totals.h"

#include <variant>

namespace geo {
namespace {

AmountSum Size(Amount balance) { return balance < 0 ? -AmountSum{balance} : AmountSum{balance}; }

bool IsActive(const Participant& participant) {
  return participant.status == ParticipantStatus::kActive;
}

}  // namespace

Totals Totals::Of(const Ledger& ledger) {
  Totals totals;
  for (ParticipantIndex i = 0; i < ledger.participant_count(); ++i) {
    totals.active_participants += IsActive(ledger.participant(i)) ? 1 : 0;
  }
  totals.debts.resize(ledger.equivalent_count());
  for (PairIndex i = 0; i < ledger.pair_count(); ++i) {
    totals.debts[ledger.pair(i).equivalent] += Size(ledger.pair(i).balance);
  }
  return totals;
}

void Totals::Apply(const Record& record) {
  for (const Effect& effect : record.effects) {
    if (const auto* debt = std::get_if<DebtEffect>(&effect)) {
      debts[debt->equivalent] += Size(debt->after) - Size(debt->before);
    } else if (const auto* participant = std::get_if<ParticipantEffect>(&effect)) {
      if (participant->before && IsActive(*participant->before)) --active_participants;
      if (IsActive(participant->after)) ++active_participants;
    } else if (const auto* equivalent = std::get_if<EquivalentEffect>(&effect)) {
      if (!equivalent->before) debts.emplace_back();
    }
  }
}

}  // namespace geo
