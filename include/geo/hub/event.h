// Events: what happened, for telling people (spec 01 §9.1). They are read from the journal, so they
// are durable, complete and the same at every reading.
#ifndef GEO_HUB_EVENT_H_
#define GEO_HUB_EVENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "geo/base/amount.h"
#include "geo/base/ids.h"
#include "geo/base/time.h"
#include "geo/journal/record.h"
#include "geo/ledger/ledger.h"

namespace geo {

// Numbers are stable for ever.
enum class EventType : std::uint16_t {
  kNetworkFounded = 1,
  kParticipantRegistered = 10,
  kParticipantUpdated = 11,
  kParticipantLeft = 12,
  kParticipantStatusSet = 13,
  kParticipantLevelSet = 14,
  kEquivalentCreated = 20,
  kEquivalentUpdated = 21,
  kEquivalentRemoved = 22,
  kTrustLineOpened = 30,
  kTrustLineUpdated = 31,
  kTrustLineClosed = 32,
  kTrustLineFrozen = 33,
  kTrustLineUnfrozen = 34,
  kOpeningBalances = 40,
  kLimitsSet = 41,
  kPaymentCommitted = 50,  // for the payer
  kPaymentReceived = 51,   // for the payee
  kPaymentPrepared = 52,   // for the payer
  kPaymentAborted = 53,    // for the payer: by himself
  kPaymentExpired = 54,    // for the payer: his time to commit was up
  kDebtsCleared = 60,      // for everybody whose debts were cleared, one each
  // For everybody on the cycle, one each, and the proposer or who decided beside him.
  kClearingProposed = 61,
  kClearingAccepted = 62,  // by one of them
  kClearingRejected = 63,
  kClearingExpired = 64,
};

// "payment.committed", "trust_line.opened"…
std::string_view EventName(EventType type);

struct Event {
  // The number of its record. Events of one record share it and are never split between two polls.
  std::uint64_t seq = 0;
  Timestamp time = 0;
  EventType type = EventType::kNetworkFounded;
  std::vector<Pid> participants;  // whom it concerns, the one it is for first
  std::optional<TxId> transaction;
  std::optional<LineId> line;
  std::optional<EquivalentCode> equivalent;
  // Of a payment; the limit of a line; by how much what a participant owes fell when debts were
  // cleared, and with growth possibly rose (what he is owed changes as much; saturates); the
  // minimum of a proposal.
  Amount amount = 0;
  friend bool operator==(const Event&, const Event&) = default;
};

// The events that a record gives. `ledger` must have applied the record (later ones do no harm:
// indices keep their meaning). O(effects).
std::vector<Event> EventsOf(const Record& record, const Ledger& ledger);

}  // namespace geo

#endif  // GEO_HUB_EVENT_H_
