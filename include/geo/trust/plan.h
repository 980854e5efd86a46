// From commands on participants, equivalents and lines to effects: who may do what (spec 01 §1, §3,
// §4).
#ifndef GEO_TRUST_PLAN_H_
#define GEO_TRUST_PLAN_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "geo/base/ids.h"
#include "geo/base/status.h"
#include "geo/base/time.h"
#include "geo/journal/record.h"
#include "geo/ledger/ledger.h"
#include "geo/trust/commands.h"

namespace geo {

// Who asks, when, and under which sequence number.
struct Asking {
  Pid signer;
  std::uint64_t seq = 0;  // above the signer's last one, else SequenceUsed
  Timestamp now = 0;      // the time of the record
};

// What is to be recorded.
struct TrustPlan {
  RecordKind kind = RecordKind::kGenesis;
  std::vector<Effect> effects;
  std::string reason;  // operators' acts
};

// The planners. Each reads the ledger, changes nothing and plans the use of the sequence number
// too. Checks run in the order of spec 01 §6.3, each with its own error: syntax, then whether the
// number is new (of registrations, whether the participant is), then parties and rights. A refused
// command leaves no record. Errors they share: SequenceUsed; UnknownParticipant,
// ParticipantNotActive, UnknownEquivalent, EquivalentNotActive, UnknownLine for what they name;
// NotPermitted when the signer may not; TextInvalid for text of the wrong length or not UTF-8.
// O(log n) unless said.

// + ParticipantExists, NotPermitted (signer is not the new pid), InvalidArgument (no such type);
// JsonSyntax, JsonUnsupported (the profile).
StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking,
                               const RegisterParticipant&);
// + InvalidArgument when the command names no change; JsonSyntax, JsonUnsupported (the profile).
StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking,
                               const UpdateParticipant&);
// + HasObligations. O(pairs of the signer).
StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking, const Leave&);
// + StatusConflict: left participants stay so; the status is that already; kLeft cannot be set.
// InvalidArgument: no such status.
StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking,
                               const SetParticipantStatus&);
// + InvalidArgument above level 3.
StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking,
                               const SetVerificationLevel&);
// + EquivalentExists, TooLarge (4096 equivalents, removed ones too), and those of
// CheckEquivalentMeta.
StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking, const CreateEquivalent&);
// + InvalidArgument when the command names no change.
StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking, const UpdateEquivalent&);
// + EquivalentInUse when any pair ever had a line or debt in it.
StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking, const RemoveEquivalent&);
// + InvalidArgument (no change, a level above 3, amounts without an equivalent or the other way
// round), UnknownEquivalent, and the errors of amounts.
StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking, const SetLimits&);
// + SelfTrust, LineExists, PolicyInvalid, TooManyLines, LineAboveLimit, and the errors of amounts.
StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking, const OpenLine&);
// + LineClosed, LimitBelowDebt, LineAboveLimit (when it grows), PairReserved (prepared payments
// need the present limit), PolicyInvalid, the errors of amounts, InvalidArgument when the command
// names no change.
StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking, const UpdateLine&);
// + LineClosed, LineHasDebt, PairReserved.
StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking, const CloseLine&);
// + LineClosed, LineNotActive when it is frozen already.
StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking, const FreezeLine&);
// + LineClosed, StatusConflict when it is active already.
StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking, const UnfreezeLine&);
// + StatusConflict once a payment was recorded, or when another admin's opening with the same
// sequence brought a line that was closed since; SelfTrust, LineExists, and the errors of amounts
// and policies, each naming the entry; AmountOverflow naming the pair whose debts sum to too much;
// ParticipantNotActive for whoever left only. O(entries · log).
StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking, const OpeningBalances&);

// What is wrong with a command whatever the state. Its planner asks this first; whoever verifies
// signed commands asks before the signature (spec 01 §6.3). Errors: TextInvalid, JsonSyntax and
// JsonUnsupported, InvalidArgument, and the syntax errors of amounts, as the planners above.
Status CheckSyntax(const RegisterParticipant& command);
Status CheckSyntax(const UpdateParticipant& command);
Status CheckSyntax(const SetParticipantStatus& command);
Status CheckSyntax(const SetVerificationLevel& command);
Status CheckSyntax(const UpdateEquivalent& command);
Status CheckSyntax(const SetLimits& command);
Status CheckSyntax(const OpenLine& command);
Status CheckSyntax(const UpdateLine& command);
Status CheckSyntax(const FreezeLine& command);
Status CheckSyntax(const UnfreezeLine& command);
// As CheckEquivalentMeta.
Status CheckSyntax(const CreateEquivalent& command);

// Whether kind, ISO code and description of an equivalent fit together (spec 01 §3.1). Errors:
// EquivalentMetaInvalid naming the member; EquivalentCodeSyntax without a code; TextInvalid for the
// description.
Status CheckEquivalentMeta(const CreateEquivalent& command);

// How a line came to be; part of its id.
enum class LineOrigin : std::uint8_t { kOwner = 1, kOpening = 2 };

// The id of a line (spec 01 §4.1): a UUID (version 8, RFC 9562) made of the first 16 bytes of
// SHA-256 over "geo/line/1", the network name, owner, debtor, equivalent code, origin and opening
// sequence (the owner's, or the admin's for opening balances), each in canonical binary.
LineId DeriveLineId(std::string_view network, const Pid& owner, const Pid& debtor,
                    const EquivalentCode& equivalent, LineOrigin origin, std::uint64_t seq);

}  // namespace geo

#endif  // GEO_TRUST_PLAN_H_
