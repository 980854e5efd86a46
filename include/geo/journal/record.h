// The journal's record: one command, its evidence and its effects, chained to the record before.
// Byte by byte in docs/formats.md; tests/data holds a golden file.
#ifndef GEO_JOURNAL_RECORD_H_
#define GEO_JOURNAL_RECORD_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "geo/base/ids.h"
#include "geo/base/status.h"
#include "geo/base/time.h"
#include "geo/journal/effect.h"

namespace geo {

// The version of the record format that this library writes. Older ones are read; newer ones are
// refused with FormatNewer.
inline constexpr std::uint16_t kRecordFormat = 1;

// What happened. Numbers are part of the format: appended, never reused.
enum class RecordKind : std::uint8_t {
  kGenesis = 1,
  kRegisterParticipant = 2,
  kUpdateParticipant = 3,
  kLeave = 4,
  kSetParticipantStatus = 5,
  kSetVerificationLevel = 6,
  kCreateEquivalent = 7,
  kUpdateEquivalent = 8,
  kRemoveEquivalent = 9,
  kOpenLine = 10,
  kUpdateLine = 11,
  kCloseLine = 12,
  kFreezeLine = 13,
  kUnfreezeLine = 14,
  kOpeningBalances = 15,
  kPayment = 16,
  kPreparePayment = 17,
  kCommitPayment = 18,
  kAbortPayment = 19,
  kExpirePayment = 20,  // by the hub itself: a prepared payment's time is up
  kClearing = 21,       // debts taken off in cycles or as a circulation
  kProposeClearing = 22,
  kAcceptClearing = 23,  // clears the cycle, when it is the last acceptance
  kRejectClearing = 24,
  kExpireProposal = 25,  // by the hub itself: a proposal's time is up
  kSetLimits = 26,
};
inline constexpr RecordKind kLastRecordKind = RecordKind::kSetLimits;

// "payment", "open_line"…: the kind's name in tables and messages; "" for a number that is no kind.
std::string_view RecordKindName(RecordKind kind);

// Which state digest the record carries (spec 01 §8.3). Only kNone is written so far.
enum class DigestKind : std::uint8_t { kNone = 0 };

// Where a journal stands: its last record's number and hash. An empty journal has seq 0 and an
// all-zero hash; the first record has seq 1.
struct JournalHead {
  std::uint64_t seq = 0;
  Hash256 hash;
  friend bool operator==(const JournalHead&, const JournalHead&) = default;
};

struct Record {
  std::uint64_t seq = 0;
  Timestamp time = 0;  // never before the record in front of it
  RecordKind kind = RecordKind::kGenesis;
  DigestKind digest_kind = DigestKind::kNone;
  Hash256 previous;      // hash of the record before; all-zero in the first
  Pid actor;             // who asked for it
  std::string evidence;  // the signed command (geo/hub/command.h); empty for a trusted one
  std::string reason;    // an operator's reason (spec 01 §1.4), at most 1 KiB; else empty
  std::vector<Effect> effects;
  friend bool operator==(const Record&, const Record&) = default;
};

// Appends the record's bytes, length first and CRC last, to `*out`, and returns its hash
// (BLAKE2b-256 over everything between the two). Errors: TooLarge above kMaxRecordBytes, and then
// `*out` is unchanged. O(size).
StatusOr<Hash256> AppendRecord(const Record& record, std::string* out);

// A record and the hash that the next one must name.
struct ReadRecord {
  Record record;
  Hash256 hash;
};

// Takes one record from the front of `*bytes`. Errors, with `*bytes` unchanged: RecordCorrupt
// (truncated, CRC, not canonical), FormatNewer.
StatusOr<ReadRecord> TakeRecord(std::string_view* bytes);
// The same into `*record`, whose memory is used again: asking for memory and giving it back is a
// tenth of a replay. Returns the hash. After an error `*record` means nothing.
StatusOr<Hash256> TakeRecordInto(std::string_view* bytes, Record* record);
// As TakeRecord without the hash, which is most of the work, for who does not follow the chain.
StatusOr<Record> TakeUnhashedRecord(std::string_view* bytes);

// Passes the records of a group that come before record `seq`, perhaps all of them. Since they are
// numbered one after the other, only the first is read; of the others only the lengths are looked
// at. Errors: RecordCorrupt, FormatNewer. O(records passed).
Status SkipToRecord(std::uint64_t seq, std::string_view* bytes);

// Reads packed records one after another and checks that each follows the one before: numbers
// without gap and `previous` equal to the hash. Starts after `head` and returns the new head.
// Records with seq ≤ head.seq are passed over, whatever they are chained to (a group may begin
// before the head). Stops at the first error: RecordCorrupt, FormatNewer, ChainBroken, or what
// `visit` returned. O(bytes).
StatusOr<JournalHead> ReadChain(JournalHead head, std::string_view packed,
                                const std::function<Status(const Record&, const Hash256&)>& visit);

}  // namespace geo

#endif  // GEO_JOURNAL_RECORD_H_
