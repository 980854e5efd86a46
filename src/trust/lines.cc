#include "geo/base/bytes.h"
#include "geo/base/limits.h"
#include "geo/crypto/hash.h"
#include "src/base/status_macros.h"
#include "src/trust/checks.h"

namespace geo {
namespace {

// A live line that somebody wants to change.
struct NamedLine {
  LineIndex index = kNoIndex;
  TrustLine line;
  int precision = 0;
  const Pair* pair = nullptr;
  bool by_owner = false;  // else by an operator
};

// Asks whether the number is new, finds the line, then asks whether the signer may (as owner, or as
// operator where they may too), then whether it is live.
StatusOr<NamedLine> FindForChange(const Ledger& ledger, const Asking& asking, const LineId& id,
                                  bool operators_too) {
  GEO_RETURN_IF_ERROR(CheckSequence(ledger, asking));
  const std::optional<LineIndex> index = ledger.FindLine(id);
  if (!index.has_value()) {
    return MakeError(ErrorCode::kUnknownLine, "line " + FormatLineId(id) + " does not exist");
  }
  NamedLine named{*index, ledger.line(*index), 0, nullptr, false};
  named.precision = ledger.equivalent(named.line.equivalent).precision;
  const bool is_owner = ledger.participant(named.line.owner).pid == asking.signer;
  const Status as_owner = is_owner
                              ? ActiveParticipant(ledger, asking.signer).status()
                              : MakeError(ErrorCode::kNotPermitted,
                                          "line " + FormatLineId(id) + " belongs to somebody else");
  named.by_owner = as_owner.ok();
  if (!named.by_owner && !(operators_too && CheckOperator(ledger, asking).ok())) return as_owner;
  if (named.line.status == LineStatus::kClosed) {
    return MakeError(ErrorCode::kLineClosed,
                     "line " + FormatLineId(id) + " is closed; open a new one");
  }
  named.pair =
      &ledger.pair(*ledger.FindPair(named.line.equivalent, named.line.owner, named.line.debtor));
  return named;
}

// What the debtor owes the owner under the line; negative: the other way round.
Amount OwedUnder(const NamedLine& named) {
  return named.pair->owed(named.pair->DirectionFrom(named.line.debtor));
}

TrustPlan ChangeLine(RecordKind kind, const Ledger& ledger, const Asking& asking,
                     const NamedLine& named, TrustLine after) {
  TrustPlan plan = StartPlan(kind, ledger, asking);
  after.updated = asking.now;
  plan.effects.emplace_back(LineEffect{named.index, named.line, std::move(after)});
  return plan;
}

StatusOr<TrustPlan> PlanFreezing(const Ledger& ledger, const Asking& asking, const LineId& id,
                                 const std::string& reason, RecordKind kind, LineStatus wanted) {
  GEO_ASSIGN_OR_RETURN(const NamedLine named, FindForChange(ledger, asking, id, true));
  if (!named.by_owner) GEO_RETURN_IF_ERROR(CheckText("reason", reason, 1, kMaxReasonBytes));
  if (named.line.status == wanted) {
    const bool frozen = wanted == LineStatus::kFrozen;
    return MakeError(
        frozen ? ErrorCode::kLineNotActive : ErrorCode::kStatusConflict,
        "line " + FormatLineId(id) + (frozen ? " is frozen already" : " is active already"));
  }
  TrustLine after = named.line;
  after.status = wanted;
  TrustPlan plan = ChangeLine(kind, ledger, asking, named, std::move(after));
  plan.reason = reason;
  return plan;
}

// The owner may give one more line (spec 01 §6.8).
Status CheckLineCount(const Ledger& ledger, ParticipantIndex owner) {
  const std::uint8_t level = ledger.participant(owner).verification_level;
  const std::optional<std::uint32_t> most = ledger.count_limits().lines[level];
  if (!most || ledger.LiveLinesOf(owner) < *most) return OkStatus();
  return MakeError(ErrorCode::kTooManyLines, "participants of level " + std::to_string(level) +
                                                 " may have " + std::to_string(*most) +
                                                 " live lines; close one first");
}

}  // namespace

LineId DeriveLineId(std::string_view network, const Pid& owner, const Pid& debtor,
                    const EquivalentCode& equivalent, LineOrigin origin, std::uint64_t seq) {
  std::string message;
  ByteWriter writer(&message);
  writer.Bytes("geo/line/1");
  writer.Bytes(network);
  writer.Fixed(owner);
  writer.Fixed(debtor);
  writer.Bytes(equivalent.text());
  writer.Byte(static_cast<std::uint8_t>(origin));
  writer.Varint(seq);
  const Hash256 hash = Sha256(message);
  LineId id;
  std::copy_n(hash.bytes.begin(), LineId::kSize, id.bytes.begin());
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x80);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
  return id;
}

Status CheckSyntax(const OpenLine& command) { return CheckAmountSyntax(command.limit); }

StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking,
                               const OpenLine& command) {
  GEO_RETURN_IF_ERROR(CheckSyntax(command));
  GEO_RETURN_IF_ERROR(CheckSequence(ledger, asking));
  GEO_ASSIGN_OR_RETURN(const ParticipantIndex owner, ActiveParticipant(ledger, asking.signer));
  GEO_ASSIGN_OR_RETURN(const ParticipantIndex debtor, ActiveParticipant(ledger, command.debtor));
  if (owner == debtor) {
    return MakeError(ErrorCode::kSelfTrust, "a line needs two different participants");
  }
  GEO_ASSIGN_OR_RETURN(const EquivalentIndex equivalent,
                       ActiveEquivalent(ledger, command.equivalent));
  const int precision = ledger.equivalent(equivalent).precision;
  TrustLine line;
  GEO_ASSIGN_OR_RETURN(line.limit, ResolveAmount(command.limit, precision));
  GEO_ASSIGN_OR_RETURN(line.policy, ApplyPolicy(LinePolicy(), command.policy, precision));
  const std::optional<LineIndex> latest = ledger.FindLatestLine(equivalent, owner, debtor);
  if (latest && ledger.line_status(*latest) != LineStatus::kClosed) {
    return MakeError(ErrorCode::kLineExists, "line " + FormatLineId(ledger.line(*latest).id) +
                                                 " to the same debtor is live; update it");
  }
  line.id = DeriveLineId(ledger.genesis().network, asking.signer, command.debtor,
                         command.equivalent, LineOrigin::kOwner, asking.seq);
  line.equivalent = equivalent;
  line.owner = owner;
  line.debtor = debtor;
  GEO_RETURN_IF_ERROR(CheckLineCount(ledger, owner));
  GEO_RETURN_IF_ERROR(CheckLineLimit(ledger, line));
  line.created = asking.now;
  line.updated = asking.now;
  TrustPlan plan = StartPlan(RecordKind::kOpenLine, ledger, asking);
  const auto index = static_cast<LineIndex>(ledger.line_count());
  plan.effects.emplace_back(LineEffect{index, std::nullopt, std::move(line)});
  return plan;
}

Status CheckSyntax(const UpdateLine& command) {
  if (!command.limit && command.policy == PolicyPatch()) {
    return MakeError(ErrorCode::kInvalidArgument, "neither a limit nor a policy key is given");
  }
  return command.limit ? CheckAmountSyntax(*command.limit) : OkStatus();
}

StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking,
                               const UpdateLine& command) {
  GEO_RETURN_IF_ERROR(CheckSyntax(command));
  GEO_ASSIGN_OR_RETURN(const NamedLine named, FindForChange(ledger, asking, command.line, false));
  TrustLine after = named.line;
  GEO_ASSIGN_OR_RETURN(after.policy, ApplyPolicy(after.policy, command.policy, named.precision));
  if (command.limit) {
    GEO_ASSIGN_OR_RETURN(after.limit, ResolveAmount(*command.limit, named.precision));
    const Amount debt = OwedUnder(named);
    if (after.limit < debt) {
      return MakeError(ErrorCode::kLimitBelowDebt,
                       "limit " + FormatAmount(after.limit, named.precision) +
                           " is below the present debt of " + FormatAmount(debt, named.precision));
    }
    if (after.limit > named.line.limit) GEO_RETURN_IF_ERROR(CheckLineLimit(ledger, after));
    const Amount reserved = named.pair->reserved(named.pair->DirectionFrom(named.line.debtor));
    if (AmountSum{after.limit} - debt < reserved) {
      return MakeError(ErrorCode::kPairReserved,
                       "limit " + FormatAmount(after.limit, named.precision) +
                           " leaves no room for the " + FormatAmount(reserved, named.precision) +
                           " that prepared payments hold; wait until they end");
    }
  }
  return ChangeLine(RecordKind::kUpdateLine, ledger, asking, named, std::move(after));
}

StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking,
                               const CloseLine& command) {
  GEO_ASSIGN_OR_RETURN(const NamedLine named, FindForChange(ledger, asking, command.line, false));
  if (named.pair->balance != 0) {
    const Amount debt = OwedUnder(named);
    return MakeError(ErrorCode::kLineHasDebt,
                     "a debt of " + FormatAmount(debt > 0 ? debt : -debt, named.precision) +
                         " between the two remains; settle it first");
  }
  if (named.pair->reserved_ab != 0 || named.pair->reserved_ba != 0) {
    return MakeError(ErrorCode::kPairReserved,
                     "a prepared payment holds the pair; wait until it ends");
  }
  TrustLine after = named.line;
  after.status = LineStatus::kClosed;
  return ChangeLine(RecordKind::kCloseLine, ledger, asking, named, std::move(after));
}

Status CheckSyntax(const FreezeLine& command) {
  return CheckText("reason", command.reason, 0, kMaxReasonBytes);
}

Status CheckSyntax(const UnfreezeLine& command) {
  return CheckText("reason", command.reason, 0, kMaxReasonBytes);
}

StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking,
                               const FreezeLine& command) {
  GEO_RETURN_IF_ERROR(CheckSyntax(command));
  return PlanFreezing(ledger, asking, command.line, command.reason, RecordKind::kFreezeLine,
                      LineStatus::kFrozen);
}

StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking,
                               const UnfreezeLine& command) {
  GEO_RETURN_IF_ERROR(CheckSyntax(command));
  return PlanFreezing(ledger, asking, command.line, command.reason, RecordKind::kUnfreezeLine,
                      LineStatus::kActive);
}

}  // namespace geo
