// Errors: what can go wrong, as stable numbers.
//
// Two channels (DESIGN "Types"). Misuse, bad input, I/O and corruption travel as `Status` with an
// `ErrorCode`. Business outcomes (no route, not enough capacity, expired) are ordinary values that
// name the same codes, because they are normal and users need to know why.
//
// This is the only public header that includes Abseil. Of Abseil only Status and StatusOr are
// public.
#ifndef GEO_BASE_STATUS_H_
#define GEO_BASE_STATUS_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace geo {

using Status = absl::Status;
template <typename T>
using StatusOr = absl::StatusOr<T>;

inline Status OkStatus() { return Status(); }

// Every error geo gives. Numbers are stable for ever and never reused; new codes are appended to
// their group. The comment gives the protocol code of spec 01 §9.2 and the caller's next step.
enum class ErrorCode : std::int32_t {
  kOk = 0,

  // 100s: the input is wrong; correct it. E009.
  kInvalidArgument = 100,       // an argument is out of its documented range
  kAmountSyntax = 101,          // not `0|[1-9][0-9]*` with optional fraction
  kAmountTooPrecise = 102,      // more decimals than the equivalent's precision; never rounded
  kAmountOverflow = 103,        // above 9223372036854775807 minor units
  kAmountNotPositive = 104,     // zero where an amount must move
  kEquivalentCodeSyntax = 105,  // not [A-Z0-9_]{1,16}
  kTxIdSyntax = 106,            // not [A-Za-z0-9._:-]{1,64}
  kPidSyntax = 107,             // not the Base58 text of 32 bytes
  kEncodingSyntax = 108,        // not Base58, Base64 or hex as asked for
  kJsonSyntax = 109,            // not JSON
  kJsonUnsupported = 110,  // JSON that canonical form refuses: float, exponent, duplicate key…
  kTextInvalid = 111,      // not valid UTF-8, or longer or shorter than allowed
  kPolicyInvalid = 112,    // unknown policy key, wrong type or value out of range
  kEquivalentMetaInvalid = 113,  // kind, ISO code or precision of an equivalent
  kSelfPayment = 114,            // payer and payee are the same
  kSelfTrust = 115,              // owner and debtor of a line are the same
  kLimitBelowDebt = 116,         // new limit below the present debt; repay first
  kLineHasDebt = 117,            // closing with a debt on the pair; settle first
  kConstraintRange = 118,        // max_hops, max_paths or another routing constraint
  kCommandSyntax = 119,  // an envelope or body with missing, unknown or wrongly typed members
  kTooLarge = 120,       // a collection, text or record above its limit
  kPlanInvalid = 121,    // an explicit plan that breaks its own request

  // 200s: signatures. E005. Sign again with the right key.
  kBadSignature = 200,
  kMissingSignature = 201,  // kept free: nothing gives it
  kKeyMismatch = 202,       // the public key does not belong to the signer's pid
  kWrongNetwork = 203,      // signed for another network
  kTextMismatch = 204,      // personal text that does not fit its signed hash

  // 300s: not allowed. E006. Ask whoever may.
  kNotPermitted = 300,
  kParticipantNotActive = 301,
  kEquivalentNotActive = 302,

  // 400s: the state says no. E008 unless noted. Read the state, decide again.
  kParticipantExists = 400,
  kEquivalentExists = 401,
  kLineExists = 402,
  kLineClosed = 403,
  kTxIdReused = 404,  // somebody else's transaction or a thing of another kind has it; use a new id
  kSequenceUsed = 405,  // command seq not above the signer's last one
  kReservationExpired = 406,
  kEquivalentInUse = 407,
  kHasObligations = 408,    // leaving with debts, claims, live lines or reservations
  kPairReserved = 409,      // a live reservation on the pair
  kStatusConflict = 410,    // the status asked for does not follow from the present one
  kTransactionFinal = 411,  // the transaction is already committed or aborted
  kAlreadyFounded = 412,    // kept free: nothing gives it
  kTooManyPrepared = 413,   // kMaxPrepared payments wait for their decision, or kMaxPreparedBytes
  kExpired = 420,           // E007: at or after expires_at
  kNotYetValid = 421,       // E007: issued_at too far in the future
  kDeadline = 422,          // E007: the caller's deadline or work limit ended the search
  // A known transaction id with another body, told only to who used it first (spec 01 §6.2).
  kTxIdOtherOperation = 430,  // prepared then and paid at once now, or the other way round
  kTxIdOtherPayee = 431,
  kTxIdOtherEquivalent = 432,
  kTxIdOtherAmount = 433,
  kTxIdOtherDescription = 434,
  kTxIdOtherConstraints = 435,
  kTxIdOtherRoutes = 436,    // of an explicit plan
  kTxIdOtherLifetime = 437,  // of a reservation or proposal; or whether it is voted

  // 500s: not found, not enough, too much.
  kUnknownParticipant = 500,    // E001
  kUnknownEquivalent = 501,     // E001
  kUnknownLine = 502,           // E001
  kUnknownTransaction = 503,    // E001
  kNoRoute = 510,               // E001: no route within the constraints whatever the capacity
  kInsufficientCapacity = 511,  // E002
  kPaymentAboveLimit = 520,     // E003: larger than the operator allows (spec 01 §6.8)
  kLineAboveLimit = 521,        // E003: a line's limit larger than the operator allows
  kTooManyLines = 522,          // E003: the owner has as many live lines as he may
  kTooManyPaymentsToday = 523,  // E003: the payer has made as many payments this UTC day as he may
  kTooManyPreparedByPayer =
      524,               // E003: as many payments of the payer wait for his decision as may
  kLineNotActive = 530,  // E004: a named line is frozen

  // 600s: storage. E010. Each answer of Store says what to do next; see geo/storage/store.h.
  kStoreConflict = 600,  // the journal head is not the expected one; nothing was written
  kStoreFenced = 601,    // another writer took over; stop
  kStoreBusy = 602,      // another process holds the store; try later or take over
  kStoreFull = 603,      // no space; nothing was written
  kStoreIo = 604,        // the medium failed; close and reopen
  kStoreCorrupt = 605,   // stored bytes are damaged; restore or recover
  kStoreUnknown = 606,   // the append may or may not have happened; reopen and read the head
  kStoreForeign = 607,   // the file exists and is not a geo store
  kStoreNewer = 608,     // written by a newer format; use that version
  kStoreReadOnly = 609,  // the medium or file cannot be written
  kStorePoisoned = 610,  // an earlier failure; close and reopen
  kStoreClosed = 611,    // not open
  kRecordCorrupt = 620,  // a journal record that does not parse or fails its CRC
  kChainBroken = 621,    // a record that does not follow the one before it
  kFormatNewer = 622,    // a record or snapshot of a newer format

  // 700s: geo itself. E010.
  kInternal = 700,
  kInvariantViolated = 701,  // a record would break an invariant; nothing was written
  kHubPoisoned = 702,        // an append failed; reopen the hub from its store
  kNotFounded = 703,         // the journal is empty: found the network first
  kQueueFull = 704,          // too many submits without a flush; flush and go on
  kOutOfMemory = 705,        // an allocation failed; the message is empty. Free memory, try again
};

// The protocol's codes E001–E010 (spec 01 §9.2).
enum class ProtocolCode : std::uint8_t {
  kNone = 0,
  kE001 = 1,
  kE002 = 2,
  kE003 = 3,
  kE004 = 4,
  kE005 = 5,
  kE006 = 6,
  kE007 = 7,
  kE008 = 8,
  kE009 = 9,
  kE010 = 10,
};

// The name of a code as in the enum without its `k` ("AmountSyntax"); "Unknown" for other numbers.
std::string_view ErrorName(ErrorCode code);

// The protocol code that `code` maps to; kNone for kOk, kE010 for unknown numbers.
ProtocolCode ProtocolCodeOf(ErrorCode code);

// "E001" … "E010"; "" for kNone.
std::string_view ProtocolName(ProtocolCode code);

// An error Status with `code` (not kOk; kOk becomes kInternal) whose absl::StatusCode follows from
// the code. The message should say what, which value, and what would have been accepted. Costs an
// allocation or two: never in a search loop.
Status MakeError(ErrorCode code, std::string_view message);

// The code inside `status`; kOk for an ok status. Of errors that MakeError did not make:
// kOutOfMemory for ResourceExhausted without a message, else kInternal.
ErrorCode ErrorCodeOf(const Status& status);

}  // namespace geo

#endif  // GEO_BASE_STATUS_H_
