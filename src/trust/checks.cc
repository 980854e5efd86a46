#include "src/trust/checks.h"

#include "geo/base/encoding.h"
#include "src/base/quote.h"
#include "src/base/status_macros.h"

namespace geo {

Status CheckSequence(const Ledger& ledger, const Asking& asking) {
  const std::uint64_t last = ledger.LastSequence(asking.signer);
  if (asking.seq > last) return OkStatus();
  return MakeError(ErrorCode::kSequenceUsed,
                   "sequence " + std::to_string(asking.seq) + " of " + FormatPid(asking.signer) +
                       " is used up; the next one is at least " + std::to_string(last + 1));
}

TrustPlan StartPlan(RecordKind kind, const Ledger& ledger, const Asking& asking) {
  TrustPlan plan;
  plan.kind = kind;
  plan.effects.emplace_back(
      SequenceEffect{asking.signer, ledger.LastSequence(asking.signer), asking.seq});
  return plan;
}

StatusOr<ParticipantIndex> KnownParticipant(const Ledger& ledger, const Pid& pid) {
  if (const std::optional<ParticipantIndex> index = ledger.FindParticipant(pid)) return *index;
  return MakeError(ErrorCode::kUnknownParticipant,
                   "participant " + FormatPid(pid) + " is not registered");
}

StatusOr<ParticipantIndex> ActiveParticipant(const Ledger& ledger, const Pid& pid) {
  GEO_ASSIGN_OR_RETURN(const ParticipantIndex index, KnownParticipant(ledger, pid));
  const ParticipantStatus status = ledger.participant(index).status;
  if (status == ParticipantStatus::kActive) return index;
  return MakeError(ErrorCode::kParticipantNotActive,
                   "participant " + FormatPid(pid) + " is not active but " +
                       std::string(ParticipantStatusName(status)));
}

StatusOr<EquivalentIndex> KnownEquivalent(const Ledger& ledger, const EquivalentCode& code) {
  if (const std::optional<EquivalentIndex> index = ledger.FindEquivalent(code)) return *index;
  return MakeError(ErrorCode::kUnknownEquivalent,
                   "equivalent " + Quote(code.text()) + " does not exist here");
}

StatusOr<EquivalentIndex> ActiveEquivalent(const Ledger& ledger, const EquivalentCode& code) {
  StatusOr<EquivalentIndex> index = KnownEquivalent(ledger, code);
  if (index.ok() && ledger.equivalent(*index).status != EquivalentStatus::kActive) {
    return MakeError(ErrorCode::kEquivalentNotActive,
                     "equivalent " + Quote(code.text()) + " is not active");
  }
  return index;
}

Status CheckOperator(const Ledger& ledger, const Asking& asking) {
  const Operator* one = ledger.FindOperator(asking.signer);
  if (one != nullptr && one->role != OperatorRole::kAuditor) return OkStatus();
  return MakeError(ErrorCode::kNotPermitted,
                   FormatPid(asking.signer) + " is no operator of this network, or an auditor");
}

Status CheckLineLimit(const Ledger& ledger, const TrustLine& line) {
  const std::uint8_t level = ledger.participant(line.owner).verification_level;
  const std::optional<Amount> most = ledger.amount_limits(line.equivalent).line[level];
  if (!most || line.limit <= *most) return OkStatus();
  const int precision = ledger.equivalent(line.equivalent).precision;
  return MakeError(ErrorCode::kLineAboveLimit,
                   "limit " + FormatAmount(line.limit, precision) + " is above the " +
                       FormatAmount(*most, precision) + " that participants of level " +
                       std::to_string(level) + " may grant on a line");
}

Status CheckText(std::string_view what, std::string_view text, std::size_t least,
                 std::size_t most) {
  if (text.size() >= least && text.size() <= most && IsValidUtf8(text)) return OkStatus();
  return MakeError(ErrorCode::kTextInvalid, std::string(what) + " " + Quote(text) + " is not " +
                                                std::to_string(least) + " to " +
                                                std::to_string(most) + " bytes of UTF-8");
}

}  // namespace geo
