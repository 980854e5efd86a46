// The checks that planners share, in the order of spec 01 §6.3.
#ifndef GEO_SRC_TRUST_CHECKS_H_
#define GEO_SRC_TRUST_CHECKS_H_

#include <string_view>

#include "geo/trust/plan.h"

namespace geo {

// The sequence number is new for the signer. Errors: SequenceUsed.
Status CheckSequence(const Ledger& ledger, const Asking& asking);

// A plan of `kind` that uses the sequence number.
TrustPlan StartPlan(RecordKind kind, const Ledger& ledger, const Asking& asking);

// The registered participant `pid`. Errors: UnknownParticipant.
StatusOr<ParticipantIndex> KnownParticipant(const Ledger& ledger, const Pid& pid);

// The active participant `pid`. Errors: UnknownParticipant, ParticipantNotActive.
StatusOr<ParticipantIndex> ActiveParticipant(const Ledger& ledger, const Pid& pid);

// The equivalent with `code`, whatever its state. Errors: UnknownEquivalent.
StatusOr<EquivalentIndex> KnownEquivalent(const Ledger& ledger, const EquivalentCode& code);

// The active equivalent with `code`. Errors: UnknownEquivalent, EquivalentNotActive.
StatusOr<EquivalentIndex> ActiveEquivalent(const Ledger& ledger, const EquivalentCode& code);

// The signer is an operator who may change things. Errors: NotPermitted.
Status CheckOperator(const Ledger& ledger, const Asking& asking);

// The owner may have a line with this limit (spec 01 §6.8). Errors: LineAboveLimit.
Status CheckLineLimit(const Ledger& ledger, const TrustLine& line);

// `text` has between `least` and `most` bytes of UTF-8. Errors: TextInvalid naming `what`.
Status CheckText(std::string_view what, std::string_view text, std::size_t least, std::size_t most);

}  // namespace geo

#endif  // GEO_SRC_TRUST_CHECKS_H_
