#include <algorithm>

#include "geo/base/limits.h"
#include "src/base/quote.h"
#include "src/base/status_macros.h"
#include "src/trust/checks.h"

namespace geo {
namespace {

Status MetaError(std::string_view what) {
  return MakeError(ErrorCode::kEquivalentMetaInvalid, what);
}

// The operator's shared start: a new number, the equivalent named, and the right to change it.
StatusOr<EquivalentIndex> Authorised(const Ledger& ledger, const Asking& asking,
                                     const EquivalentCode& code) {
  GEO_RETURN_IF_ERROR(CheckSequence(ledger, asking));
  GEO_ASSIGN_OR_RETURN(const EquivalentIndex index, KnownEquivalent(ledger, code));
  GEO_RETURN_IF_ERROR(CheckOperator(ledger, asking));
  return index;
}

}  // namespace

Status CheckEquivalentMeta(const CreateEquivalent& command) {
  if (command.code.text().empty()) {
    return MakeError(ErrorCode::kEquivalentCodeSyntax, "an equivalent needs a code");
  }
  if (command.kind < EquivalentKind::kFiat || command.kind > EquivalentKind::kCustom) {
    return MetaError("kind " + std::to_string(static_cast<int>(command.kind)) +
                     "; expected 1 (fiat), 2 (time), 3 (commodity) or 4 (custom)");
  }
  if (command.precision > kMaxPrecision) {
    return MetaError("precision " + std::to_string(command.precision) + " is outside 0 to 8");
  }
  if (!command.iso_code.empty()) {
    const bool capitals = command.iso_code.size() == 3 &&
                          std::all_of(command.iso_code.begin(), command.iso_code.end(),
                                      [](char c) { return c >= 'A' && c <= 'Z'; });
    if (command.kind != EquivalentKind::kFiat || !capitals) {
      return MetaError("ISO code " + Quote(command.iso_code) +
                       ": only fiat has one, of three capitals");
    }
  }
  return CheckText("description", command.description, 0, kMaxDescriptionBytes);
}

Status CheckSyntax(const CreateEquivalent& command) { return CheckEquivalentMeta(command); }

StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking,
                               const CreateEquivalent& command) {
  GEO_RETURN_IF_ERROR(CheckSyntax(command));
  GEO_RETURN_IF_ERROR(CheckSequence(ledger, asking));
  GEO_RETURN_IF_ERROR(CheckOperator(ledger, asking));
  if (ledger.FindEquivalent(command.code).has_value()) {
    return MakeError(ErrorCode::kEquivalentExists,
                     "equivalent " + Quote(command.code.text()) + " exists already");
  }
  if (ledger.equivalent_count() >= kMaxEquivalents) {
    return MakeError(ErrorCode::kTooLarge, "a network has at most 4096 equivalents");
  }
  Equivalent equivalent;
  equivalent.code = command.code;
  equivalent.precision = command.precision;
  equivalent.kind = command.kind;
  equivalent.iso_code = command.iso_code;
  equivalent.description = command.description;
  TrustPlan plan = StartPlan(RecordKind::kCreateEquivalent, ledger, asking);
  const auto index = static_cast<EquivalentIndex>(ledger.equivalent_count());
  plan.effects.emplace_back(EquivalentEffect{index, std::nullopt, std::move(equivalent)});
  return plan;
}

Status CheckSyntax(const UpdateEquivalent& command) {
  if (!command.active && !command.description) {
    return MakeError(ErrorCode::kInvalidArgument, "neither active nor a description is given");
  }
  if (!command.description) return OkStatus();
  return CheckText("description", *command.description, 0, kMaxDescriptionBytes);
}

StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking,
                               const UpdateEquivalent& command) {
  GEO_RETURN_IF_ERROR(CheckSyntax(command));
  GEO_ASSIGN_OR_RETURN(const EquivalentIndex index, Authorised(ledger, asking, command.code));
  const Equivalent& before = ledger.equivalent(index);
  Equivalent after = before;
  if (command.active) {
    after.status = *command.active ? EquivalentStatus::kActive : EquivalentStatus::kInactive;
  }
  if (command.description) after.description = *command.description;
  TrustPlan plan = StartPlan(RecordKind::kUpdateEquivalent, ledger, asking);
  plan.effects.emplace_back(EquivalentEffect{index, before, std::move(after)});
  return plan;
}

StatusOr<TrustPlan> PlanChange(const Ledger& ledger, const Asking& asking,
                               const RemoveEquivalent& command) {
  GEO_ASSIGN_OR_RETURN(const EquivalentIndex index, Authorised(ledger, asking, command.code));
  if (ledger.member_count(index) != 0) {
    return MakeError(ErrorCode::kEquivalentInUse,
                     "equivalent " + Quote(command.code.text()) +
                         " has or had lines or debts; make it inactive instead");
  }
  const Equivalent& before = ledger.equivalent(index);
  Equivalent after = before;
  after.status = EquivalentStatus::kRemoved;
  TrustPlan plan = StartPlan(RecordKind::kRemoveEquivalent, ledger, asking);
  plan.effects.emplace_back(EquivalentEffect{index, before, std::move(after)});
  return plan;
}

}  // namespace geo
