// The things a credit network is made of, as the journal writes them down.
//
// Dense indices count things in the order in which the journal created them, from 0: participant 7
// is the eighth registered one. They mean the same in every replay of one journal and nothing
// outside it; people and other hubs are given pids, codes and line ids.
#ifndef GEO_JOURNAL_ENTITY_H_
#define GEO_JOURNAL_ENTITY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "geo/base/amount.h"
#include "geo/base/ids.h"
#include "geo/base/time.h"

namespace geo {

using ParticipantIndex = std::uint32_t;
using EquivalentIndex = std::uint32_t;
using LineIndex = std::uint32_t;

// Each …Name function of this header gives the value's word in signed commands, tables and exports,
// and "" for a number that is no value. The words live as long as the program; any thread.

// "No such thing" for any index.
inline constexpr std::uint32_t kNoIndex = 0xffffffff;

enum class ParticipantType : std::uint8_t { kPerson = 1, kBusiness = 2, kHub = 3 };
std::string_view ParticipantTypeName(ParticipantType type);

// Spec 01 §1.4. Only active participants act, pay, are paid or carry other people's payments.
enum class ParticipantStatus : std::uint8_t {
  kActive = 1,
  kSuspended = 2,  // frozen by an operator
  kLeft = 3,       // own wish, with nothing outstanding
  kDeleted = 4,    // banned by an operator
};
std::string_view ParticipantStatusName(ParticipantStatus status);

// Spec 01 §1.3. The display name and profile themselves are personal text: the chain holds only
// their salted hashes (geo/crypto/personal_text.h); all-zero means none.
struct Participant {
  Pid pid;
  PublicKey key;
  ParticipantType type = ParticipantType::kPerson;
  ParticipantStatus status = ParticipantStatus::kActive;
  std::uint8_t verification_level = 0;  // 0–3
  Hash256 name_hash;
  Hash256 profile_hash;
  Timestamp created = 0;
  Timestamp updated = 0;
  friend bool operator==(const Participant&, const Participant&) = default;
};

enum class EquivalentKind : std::uint8_t { kFiat = 1, kTime = 2, kCommodity = 3, kCustom = 4 };
std::string_view EquivalentKindName(EquivalentKind kind);

enum class EquivalentStatus : std::uint8_t {
  kActive = 1,
  kInactive = 2,  // keeps its debts; takes no payment and no new line
  kRemoved = 3,   // was never used; the code is free again
};
std::string_view EquivalentStatusName(EquivalentStatus status);

// Spec 01 §3.1. The description is the operator's public text (at most 1 KiB of UTF-8), not
// personal.
struct Equivalent {
  EquivalentCode code;
  std::uint8_t precision = 2;  // decimals, 0–8; fixed for ever
  EquivalentKind kind = EquivalentKind::kCustom;
  EquivalentStatus status = EquivalentStatus::kActive;
  std::string iso_code;  // three capitals for fiat, else empty
  std::string description;
  friend bool operator==(const Equivalent&, const Equivalent&) = default;
};

// The owner's rules for a line (spec 01 §4.3).
struct LinePolicy {
  bool auto_clearing = true;
  bool can_be_intermediate = true;
  bool allow_growth = false;
  std::optional<std::uint32_t> max_hops;     // 1–32; none: no limit of the line's own
  std::optional<Amount> daily_limit;         // ≥ 0 minor units per UTC day
  std::optional<Amount> max_single_payment;  // ≥ 0 minor units
  std::vector<Pid> blocked_participants;     // ascending, unique, at most 256
  friend bool operator==(const LinePolicy&, const LinePolicy&) = default;
};

enum class LineStatus : std::uint8_t { kActive = 1, kFrozen = 2, kClosed = 3 };
std::string_view LineStatusName(LineStatus status);

// Spec 01 §4.1: `owner` (creditor) lets `debtor` owe up to `limit`. Live means not closed.
struct TrustLine {
  LineId id;
  EquivalentIndex equivalent = kNoIndex;
  ParticipantIndex owner = kNoIndex;
  ParticipantIndex debtor = kNoIndex;
  LineStatus status = LineStatus::kActive;
  Amount limit = 0;
  LinePolicy policy;
  Timestamp created = 0;
  Timestamp updated = 0;
  friend bool operator==(const TrustLine&, const TrustLine&) = default;
};

// Operators act for the hub (spec 01 §1.7).
enum class OperatorRole : std::uint8_t {
  kAdmin = 1,     // everything
  kOperator = 2,  // everything but opening balances
  kAuditor = 3,   // reads everything, changes nothing
};

struct Operator {
  Pid pid;
  PublicKey key;
  OperatorRole role = OperatorRole::kOperator;
  friend bool operator==(const Operator&, const Operator&) = default;
};

// What the operators allow (spec 01 §6.8), by the verification level of the participant it binds:
// the position is the level. None: no limit.
inline constexpr std::size_t kVerificationLevels = 4;
template <typename T>
using ByLevel = std::array<std::optional<T>, kVerificationLevels>;

// In one equivalent, minor units.
struct AmountLimits {
  ByLevel<Amount> payment;  // the largest payment, by the payer's level
  ByLevel<Amount> line;     // the largest limit of a line, by its owner's level
  friend bool operator==(const AmountLimits&, const AmountLimits&) = default;
};

// Over all equivalents.
struct CountLimits {
  ByLevel<std::uint32_t> lines;             // live lines that a participant has given
  ByLevel<std::uint32_t> payments_per_day;  // that a payer makes or prepares on a UTC day
  friend bool operator==(const CountLimits&, const CountLimits&) = default;
};

// What the first record says (spec 01 §1.7).
struct Genesis {
  std::uint32_t format = 1;
  std::string network;  // 1–64 bytes of UTF-8
  PublicKey hub_key;
  std::vector<Operator> operators = {};  // at most 64
  friend bool operator==(const Genesis&, const Genesis&) = default;
};

// One way of a payment: a simple path from payer to payee and what moves over it.
struct Route {
  std::vector<ParticipantIndex> participants;  // at least two, no repeats
  Amount amount = 0;                           // positive
  friend bool operator==(const Route&, const Route&) = default;
};

// Spec 01 §6.7; terminal states never change. A transaction that was never recorded is "new".
enum class TransactionState : std::uint8_t { kPrepared = 1, kCommitted = 2, kAborted = 3 };
std::string_view TransactionStateName(TransactionState state);

// What a payment in two phases has beside a one-shot payment (spec 01 §6.5, §6.6).
struct Hold {
  Timestamp prepared_at = 0;
  Timestamp expires_at = 0;       // after prepared_at; 0 when `voted`
  bool voted = false;             // made for another hub: no time ends it
  bool explicit_routes = false;   // the payer named the routes
  bool default_lifetime = false;  // the payer left it to the hub how long it lasts
  bool expired = false;           // it was aborted because its time was up
  friend bool operator==(const Hold&, const Hold&) = default;
};

// A payment as it is remembered for ever, so that a repeated request gets the same answer
// (spec 01 §6.2). `constraints` is the canonical binary of the routing constraints asked for, and
// `description_hash` the salted hash of the description (all-zero: none); both belong to "the same
// body".
struct Transaction {
  TxId id;
  ParticipantIndex payer = kNoIndex;
  ParticipantIndex payee = kNoIndex;
  EquivalentIndex equivalent = kNoIndex;
  Amount amount = 0;
  TransactionState state = TransactionState::kCommitted;
  Hash256 description_hash;
  std::string constraints;
  std::vector<Route> routes;
  std::optional<Hold> hold = {};  // of payments in two phases
  friend bool operator==(const Transaction&, const Transaction&) = default;
};

// Spec 01 §7.5; the last three never change.
enum class ProposalState : std::uint8_t {
  kProposed = 1,
  kWaiting = 2,  // somebody has accepted
  kCommitted = 3,
  kRejected = 4,
  kExpired = 5,
};

// A cycle of debts that is not cleared without the consent of somebody on it.
struct Proposal {
  TxId id;
  Pid proposer;  // somebody on the cycle, or an operator
  EquivalentIndex equivalent = kNoIndex;
  std::vector<ParticipantIndex> cycle = {};  // debtor→creditor, 3–32, no repeats
  Amount min_amount = 1;                     // positive; less is not worth it
  Timestamp proposed_at = 0;
  Timestamp expires_at = 0;       // after proposed_at
  bool default_lifetime = false;  // the proposer left it to the hub how long it waits
  ProposalState state = ProposalState::kProposed;
  std::vector<ParticipantIndex> accepted = {};  // ascending
  Amount cleared = 0;                           // off each debt; of committed ones
  friend bool operator==(const Proposal&, const Proposal&) = default;
};

}  // namespace geo

#endif  // GEO_JOURNAL_ENTITY_H_
