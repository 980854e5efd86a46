// Effects: exactly what a record changes, and all that a replay needs (DESIGN "One idea").
//
// Effects are absolute: each carries the value before and after, so applying one twice is harmless.
// A creation has no value before. The binary form is described in docs/formats.md.
#ifndef GEO_JOURNAL_EFFECT_H_
#define GEO_JOURNAL_EFFECT_H_

#include <cstdint>
#include <optional>
#include <variant>

#include "geo/base/bytes.h"
#include "geo/journal/entity.h"

namespace geo {

// The network is founded. Only as the first effect of the first record.
struct GenesisEffect {
  Genesis genesis;
  friend bool operator==(const GenesisEffect&, const GenesisEffect&) = default;
};

// A participant is registered (no `before`, index = number of participants so far) or changed.
struct ParticipantEffect {
  ParticipantIndex index = kNoIndex;
  std::optional<Participant> before;
  Participant after;
  friend bool operator==(const ParticipantEffect&, const ParticipantEffect&) = default;
};

struct EquivalentEffect {
  EquivalentIndex index = kNoIndex;
  std::optional<Equivalent> before;
  Equivalent after;
  friend bool operator==(const EquivalentEffect&, const EquivalentEffect&) = default;
};

struct LineEffect {
  LineIndex index = kNoIndex;
  std::optional<TrustLine> before;
  TrustLine after;
  friend bool operator==(const LineEffect&, const LineEffect&) = default;
};

// Value moved from→to, or a debt was brought in or cleared. `before` and `after` are the balance of
// the pair seen from `from`: positive = `from` owes `to`, negative = `to` owes `from`
// (spec 01 §4.4–4.5), both of at most kMaxAmount in size. `paid_before`/`paid_after` count what
// payments have moved from→to on the UTC day of the record, gross, saturating at
// kMaxAmount, for daily limits (§4.3); equal when the change is not a payment.
struct DebtEffect {
  EquivalentIndex equivalent = kNoIndex;
  ParticipantIndex from = kNoIndex;
  ParticipantIndex to = kNoIndex;
  Amount before = 0;
  Amount after = 0;
  Amount paid_before = 0;
  Amount paid_after = 0;
  friend bool operator==(const DebtEffect&, const DebtEffect&) = default;
};

// A signer used a command sequence (spec 01 §2.2). `before` is 0 when it is the first.
struct SequenceEffect {
  Pid signer;
  std::uint64_t before = 0;
  std::uint64_t after = 0;
  friend bool operator==(const SequenceEffect&, const SequenceEffect&) = default;
};

// A transaction came into being or changed state. `before` absent: it is new.
struct TransactionEffect {
  std::optional<TransactionState> before;
  Transaction after;
  friend bool operator==(const TransactionEffect&, const TransactionEffect&) = default;
};

// Prepared payments hold more or less of the flow from→to than before (spec 01 §6.5). Amounts count
// what all of them together hold that way.
struct ReservationEffect {
  EquivalentIndex equivalent = kNoIndex;
  ParticipantIndex from = kNoIndex;
  ParticipantIndex to = kNoIndex;
  Amount before = 0;
  Amount after = 0;
  friend bool operator==(const ReservationEffect&, const ReservationEffect&) = default;
};

// A proposal to clear came into being or changed. `before` absent: it is new.
struct ProposalEffect {
  std::optional<ProposalState> before;
  Proposal after;
  friend bool operator==(const ProposalEffect&, const ProposalEffect&) = default;
};

// The operators' limits on amounts in one equivalent are others now (spec 01 §6.8).
struct AmountLimitsEffect {
  EquivalentIndex equivalent = kNoIndex;
  AmountLimits before;
  AmountLimits after;
  friend bool operator==(const AmountLimitsEffect&, const AmountLimitsEffect&) = default;
};

// The operators' limits on how many are others now (spec 01 §6.8).
struct CountLimitsEffect {
  CountLimits before;
  CountLimits after;
  friend bool operator==(const CountLimitsEffect&, const CountLimitsEffect&) = default;
};

// New kinds are appended; the position in this list is the kind's byte in the format, from 1.
using Effect = std::variant<GenesisEffect, ParticipantEffect, EquivalentEffect, LineEffect,
                            DebtEffect, SequenceEffect, TransactionEffect, ReservationEffect,
                            ProposalEffect, AmountLimitsEffect, CountLimitsEffect>;

// Appends the canonical binary form of `effect`. O(size).
void WriteEffect(const Effect& effect, ByteWriter& writer);

// Reads one effect; on bytes that WriteEffect cannot have written the reader fails (reader.ok()
// becomes false) and the result means nothing. Values are checked for form and range, not against a
// state; that is the ledger's work. O(size).
Effect ReadEffect(ByteReader& reader);
// The same at the end of `*effects`, where it need not be moved to.
void ReadEffect(ByteReader& reader, std::vector<Effect>* effects);
// Reads the effect that made the thing at `index` into `*made`; fails on any other.
void ReadMade(ByteReader& reader, std::uint32_t index, Participant* made);
void ReadMade(ByteReader& reader, std::uint32_t index, Equivalent* made);
void ReadMade(ByteReader& reader, std::uint32_t index, TrustLine* made);

}  // namespace geo

#endif  // GEO_JOURNAL_EFFECT_H_
