// What people and operators may ask for about participants, equivalents and trust lines.
//
// Commands say what somebody wants; nothing in them is trusted. How they look when signed is in
// geo/hub/command.h; what comes of them in geo/trust/plan.h. Members that may be left out have an
// initializer, so that `OpenLine{.debtor = …}` does not warn under -Wextra.
#ifndef GEO_TRUST_COMMANDS_H_
#define GEO_TRUST_COMMANDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "geo/base/amount.h"
#include "geo/base/ids.h"
#include "geo/base/status.h"
#include "geo/crypto/personal_text.h"
#include "geo/journal/entity.h"

namespace geo {

// A new value for a policy key or an operator's limit. Default-made: it is not mentioned and keeps
// its value.
template <typename T>
struct PolicySetting {
  bool mentioned = false;
  std::optional<T> value;  // none while mentioned: back to the default (spec 01 §4.2)

  PolicySetting() = default;
  PolicySetting(T v) : mentioned(true), value(std::move(v)) {}  // implicit: `.max_hops = 3`
  static PolicySetting Reset() {
    PolicySetting setting;
    setting.mentioned = true;
    return setting;
  }
  friend bool operator==(const PolicySetting&, const PolicySetting&) = default;
};

// Changes to a line's policy, key by key (spec 01 §4.3 has the keys and their meaning).
struct PolicyPatch {
  PolicySetting<bool> auto_clearing;
  PolicySetting<bool> can_be_intermediate;
  PolicySetting<bool> allow_growth;
  PolicySetting<std::uint32_t> max_hops;  // 1–32
  PolicySetting<AmountInput> daily_limit;
  PolicySetting<AmountInput> max_single_payment;
  PolicySetting<std::vector<Pid>>
      blocked_participants;  // at most 256; order and repeats don't matter
  friend bool operator==(const PolicyPatch&, const PolicyPatch&) = default;
};

// `policy` with the patch applied. Errors: PolicyInvalid naming the key and what it takes.
StatusOr<LinePolicy> ApplyPolicy(LinePolicy policy, const PolicyPatch& patch, int precision);

// --- Participants (spec 01 §1.3–1.5). ---

// Signed by the new key itself.
struct RegisterParticipant {
  PublicKey key;
  ParticipantType type = ParticipantType::kPerson;
  PersonalText name = {};                    // 1–255 bytes of UTF-8
  std::optional<PersonalText> profile = {};  // a JSON object of at most 16 KiB
};

// The participant changes his own name or profile.
struct UpdateParticipant {
  std::optional<PersonalText> name = {};
  std::optional<PersonalText> profile = {};  // an empty text removes it
};

// The participant leaves; only with no debts, claims, live lines or reservations.
struct Leave {};

// An operator suspends (kSuspended), resumes or unbans (kActive) or bans (kDeleted).
struct SetParticipantStatus {
  Pid participant;
  ParticipantStatus status = ParticipantStatus::kActive;
  std::string reason = {};  // 1–1024 bytes of UTF-8
};

struct SetVerificationLevel {
  Pid participant;
  std::uint8_t level = 0;   // 0–3
  std::string reason = {};  // 1–1024 bytes of UTF-8
};

// --- Equivalents (spec 01 §3.1), by an operator. ---

struct CreateEquivalent {
  EquivalentCode code;
  std::uint8_t precision = 2;  // 0–8
  EquivalentKind kind = EquivalentKind::kCustom;
  std::string iso_code = {};     // three capitals, fiat only; empty: none
  std::string description = {};  // at most 1 KiB of UTF-8
};

struct UpdateEquivalent {
  EquivalentCode code;
  std::optional<bool> active = {};
  std::optional<std::string> description = {};
};

struct RemoveEquivalent {
  EquivalentCode code;
};

// --- Trust lines (spec 01 §4). ---

// The signer, as owner, lets `debtor` owe him up to `limit`.
struct OpenLine {
  Pid debtor;
  EquivalentCode equivalent;
  AmountInput limit = Amount{0};
  PolicyPatch policy = {};
};

// By the owner.
struct UpdateLine {
  LineId line;
  std::optional<AmountInput> limit = {};
  PolicyPatch policy = {};
};

// By the owner.
struct CloseLine {
  LineId line;
};

// By the owner or an operator.
struct FreezeLine {
  LineId line;
  std::string reason = {};  // at most 1024 bytes of UTF-8; operators must give one
};

struct UnfreezeLine {
  LineId line;
  std::string reason = {};
};

// --- Limits for everybody (spec 01 §6.8), by an operator. ---

// They bind what comes after: what is there already stays, and may shrink. Reset: no limit.
struct SetLimits {
  std::optional<std::uint8_t> level = {};  // of the participants they are for; none: all four
  std::optional<EquivalentCode> equivalent = {};  // of the two amounts, which need one
  PolicySetting<AmountInput> payment = {};        // the largest payment, by the payer's level
  PolicySetting<AmountInput> line = {};           // the largest limit, by the line owner's level
  PolicySetting<std::uint32_t> lines = {};        // live lines that a participant gives
  // Payments that a payer makes or prepares on a UTC day, however prepared ones end.
  PolicySetting<std::uint32_t> payments_per_day = {};
  std::string reason = {};  // 1–1024 bytes of UTF-8
};

// --- Opening balances (spec 01 §6.10), by an admin. ---

// Lines and debts brought from elsewhere. Not refused for debts above a limit or without a line,
// nor for participants who are suspended or deleted, but for those who left; debts in both
// directions of a pair are set off, and operators' limits bind none. Only as a trusted command: it
// may be far larger than an envelope. A large network may come in several parts, as long as no
// payment has been recorded.
struct OpeningBalances {
  struct Line {
    Pid owner;
    Pid debtor;
    EquivalentCode equivalent;
    AmountInput limit = Amount{0};
    PolicyPatch policy = {};
    bool frozen = false;
  };
  struct Debt {
    Pid debtor;
    Pid creditor;
    EquivalentCode equivalent;
    AmountInput amount = Amount{0};
  };
  std::vector<Line> lines = {};
  std::vector<Debt> debts = {};
};

}  // namespace geo

#endif  // GEO_TRUST_COMMANDS_H_
