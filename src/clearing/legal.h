// Which debts may be cleared (geo/clearing/clearing.h).
#ifndef GEO_SRC_CLEARING_LEGAL_H_
#define GEO_SRC_CLEARING_LEGAL_H_

#include <vector>

#include "geo/clearing/clearing.h"
#include "geo/ledger/ledger.h"

namespace geo {

// From debtor to creditor; a pair without a debt has one, too.
inline Direction OwingDirection(const Pair& pair) {
  return pair.balance >= 0 ? Direction::kForward : Direction::kBackward;
}

// Whether `line` is there, active, and its owner lets debts under it be cleared.
inline bool Consents(const Ledger& ledger, LineIndex line) {
  return line != kNoIndex && ledger.line_status(line) == LineStatus::kActive &&
         ledger.line_policy(line).auto_clearing;
}

// Whether new debt may arise between the two (spec 01 §1.4).
inline bool AreActive(const Ledger& ledger, const Pair& pair) {
  return ledger.participant(pair.a).status == ParticipantStatus::kActive &&
         ledger.participant(pair.b).status == ParticipantStatus::kActive;
}

inline bool Reserved(const Pair& pair) { return pair.reserved_ab != 0 || pair.reserved_ba != 0; }

// What may be taken off the pair's debt: all of it or nothing.
inline Amount LegalDebt(const Ledger& ledger, const Pair& pair) {
  const Direction owing = OwingDirection(pair);
  if (pair.balance == 0 || Reserved(pair) || !Consents(ledger, pair.line_for(owing))) return 0;
  return pair.owed(owing);
}

// Whom `within` names; everybody when there is none.
class Within {
 public:
  // Errors: InvalidArgument (unknown participant).
  static StatusOr<Within> Of(const Ledger& ledger, const ClearingScope& scope);
  bool Has(const Pair& pair) const {
    return all_ || (is_member_[pair.a] != 0 && is_member_[pair.b] != 0);
  }
  bool all() const { return all_; }

 private:
  bool all_ = true;
  std::vector<std::uint8_t> is_member_;
};

// Errors: InvalidArgument (unknown equivalent, min_amount not positive).
Status CheckScope(const Ledger& ledger, const ClearingScope& scope);
// Whether cycles of at least so much can be asked for.
Status CheckLeast(Amount min_amount);

// The debt of `debtor` to `creditor` becomes `after` (negative: the other way round).
DebtEffect ChangeOfDebt(const Pair& pair, Direction owing, Amount after);

}  // namespace geo

#endif  // GEO_SRC_CLEARING_LEGAL_H_
