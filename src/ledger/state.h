// What a ledger holds. Split from ledger.h so that queries, checks, the fold and snapshots can each
// have a file of their own.
#ifndef GEO_SRC_LEDGER_STATE_H_
#define GEO_SRC_LEDGER_STATE_H_

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "geo/base/large_vector.h"
#include "geo/ledger/ledger.h"
#include "src/base/no_memory.h"
#include "src/ledger/key_index.h"
#include "src/ledger/members.h"

namespace geo {

// A trust line without what its pair knows already; the default policy costs a null pointer.
struct LineRecord {
  LineId id;
  EquivalentIndex equivalent = kNoIndex;
  ParticipantIndex owner = kNoIndex;
  ParticipantIndex debtor = kNoIndex;
  LineStatus status = LineStatus::kActive;
  Amount limit = 0;
  Timestamp created = 0;
  Timestamp updated = 0;
  std::unique_ptr<const LinePolicy> policy;
};

struct PairKey {
  EquivalentIndex equivalent = kNoIndex;
  ParticipantIndex a = kNoIndex;
  ParticipantIndex b = kNoIndex;

  static PairKey Of(EquivalentIndex equivalent, ParticipantIndex x, ParticipantIndex y) {
    return {equivalent, std::min(x, y), std::max(x, y)};
  }
  friend auto operator<=>(const PairKey&, const PairKey&) = default;
};

// One multiplication, both halves of which count: looking up pairs is most of what folding a
// payment costs, and indices are given out by the hub, so nobody chooses them to collide.
inline std::size_t HashOfTwo(std::uint64_t one, std::uint64_t other) {
  __extension__ using Wide = unsigned __int128;
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;  // 2^64 over the golden ratio
  const Wide product = Wide{one ^ other * kOdd} * kOdd;
  return static_cast<std::size_t>(product ^ product >> 64);
}

struct PairKeyHash {
  std::size_t operator()(const PairKey& key) const {
    return HashOfTwo(std::uint64_t{key.a} << 32 | key.b, key.equivalent);
  }
};

// Of 16 bytes, or the first 16 of more, of ids that are hashes themselves.
struct IdHash {
  template <typename Id>
  std::size_t operator()(const Id& id) const {
    std::uint64_t halves[2];
    static_assert(sizeof(halves) <= Id::kSize);
    std::memcpy(halves, id.bytes.data(), sizeof(halves));
    return HashOfTwo(halves[0], halves[1]);
  }
};

struct PidOfParticipant {
  const Pid& operator()(const Participant& participant) const { return participant.pid; }
};

struct IdOfLine {
  const LineId& operator()(const LineRecord& line) const { return line.id; }
};

struct KeyOfPair {
  PairKey operator()(const Pair& pair) const { return {pair.equivalent, pair.a, pair.b}; }
};

inline bool IsOpen(const Proposal& proposal) {
  return proposal.state == ProposalState::kProposed || proposal.state == ProposalState::kWaiting;
}

// The kinds of slices of a snapshot, in the order in which they are written.
enum class SliceKind : std::uint32_t {
  kHead = 0,  // genesis, equivalents, operators' sequences
  kParticipants = 1,
  kLines = 2,
  kPairs = 3,
  kPositions = 4,
  kPrepared = 5,   // all prepared payments, as one thing
  kProposals = 6,  // all open proposals, as one thing
  kLimits = 7,     // the operators' limits and what counts towards them, as one thing
  kEnd = 8,
};

// While a snapshot's journal tail is replayed: the things of one kind from `begin` to `end` show
// every record up to `seq`.
struct Coverage {
  SliceKind kind = SliceKind::kHead;
  EquivalentIndex equivalent = 0;  // for positions
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t seq = 0;
};

// How many payments each participant made or prepared on one UTC day.
struct PaymentCounts {
  std::int64_t day = 0;
  absl::flat_hash_map<ParticipantIndex, std::uint32_t> by_payer;

  void Add(ParticipantIndex payer, std::int64_t on) {
    if (on != day) by_payer.clear();
    day = on;
    MakeRoom(by_payer);
    ++by_payer[payer];
  }
};

struct LedgerState {
  LedgerState() = default;
  LedgerState(const LedgerState&) = delete;  // its indices point into its tables
  LedgerState& operator=(const LedgerState&) = delete;

  bool founded = false;
  Genesis genesis;
  Timestamp last_time = std::numeric_limits<Timestamp>::min();
  bool has_payments = false;
  LargeVector<Participant> participants;
  std::vector<std::uint64_t> sequences;  // by participant
  // Sequences of operators that are not participants.
  absl::flat_hash_map<Pid, std::uint64_t, IdHash> operator_sequences;
  std::vector<Equivalent> equivalents;
  // Without those that were removed: their codes may be taken again.
  absl::flat_hash_map<EquivalentCode, EquivalentIndex, std::hash<EquivalentCode>>
      equivalent_by_code;
  LargeVector<LineRecord> lines;
  LargeVector<Pair> pairs;
  LargeVector<PairMembers> pair_members;          // by pair
  std::vector<std::vector<PairIndex>> pairs_of;   // by participant
  std::vector<std::uint32_t> live_lines;          // that he has given, by participant
  std::vector<LargeVector<PairIndex>> pairs_in;   // by equivalent, as far as any has pairs
  std::vector<Members> members;                   // the same
  std::vector<std::vector<AmountSum>> positions;  // by equivalent, then member
  KeyIndex<Participant, PidOfParticipant, IdHash> participant_by_pid{&participants};
  KeyIndex<LineRecord, IdOfLine, IdHash> line_by_id{&lines};
  KeyIndex<Pair, KeyOfPair, PairKeyHash> pair_by_key{&pairs};
  std::set<PairIndex> daily_limited;
  std::map<TxId, Transaction> prepared;                 // by id
  std::size_t prepared_bytes = 0;                       // of all of them, about
  std::map<ParticipantIndex, std::size_t> prepared_by;  // how many, by payer, voted ones left out
  std::set<ExpiryPlace> prepared_by_expiry;             // all of them
  std::map<TxId, Proposal> proposals;                   // open ones, by id
  std::map<Pid, std::size_t> proposed_by;               // how many, by proposer
  std::set<ExpiryPlace> proposals_by_expiry;            // all of them
  CountLimits count_limits;
  std::vector<AmountLimits> amount_limits;  // by equivalent, as far as any is set
  PaymentCounts payment_counts;
  // Empty except between LoadSlice and FinishLoading; by kind, equivalent and index.
  std::vector<Coverage> coverage;
  std::uint64_t loaded_seq = 0;  // the latest head among the slices

  static const LinePolicy& PolicyOf(const LineRecord& line) {
    static const LinePolicy kDefault;
    return line.policy == nullptr ? kDefault : *line.policy;
  }
  // The line when it is live, else null. kNoIndex is fine.
  const LineRecord* Live(LineIndex index) const {
    if (index == kNoIndex || lines[index].status == LineStatus::kClosed) return nullptr;
    return &lines[index];
  }
  // The limit of the line when it is active, else 0.
  Amount ActiveLimit(LineIndex index) const {
    const LineRecord* line = Live(index);
    return line != nullptr && line->status == LineStatus::kActive ? line->limit : 0;
  }
  std::optional<EquivalentIndex> EquivalentByCode(const EquivalentCode& code) const;
  // Changes an equivalent, or adds the next one.
  void SetEquivalent(EquivalentIndex index, const Equivalent& equivalent);
  std::optional<PairIndex> FindPair(const PairKey& key) const { return pair_by_key.Find(key); }
  PairIndex EnsurePair(const PairKey& key);
  // Enters the pairs that are not entered yet, which are the last ones, with their equivalents, and
  // their ends as members.
  void EnterNewPairs();
  std::size_t member_count(EquivalentIndex equivalent) const {
    return equivalent < members.size() ? members[equivalent].size() : 0;
  }
  // Asks for the memory of what a pair leads to: its lines, and its members.
  void PrefetchAround(PairIndex index) const;
  void AddParticipant(const Participant& participant);
  void LinkPairs();
  AmountSum& PositionOf(EquivalentIndex equivalent, MemberIndex member);
  void RefreshDailyLimited(PairIndex index);
  void SetAmountLimits(EquivalentIndex equivalent, const AmountLimits& limits) {
    if (amount_limits.size() <= equivalent) amount_limits.resize(equivalent + std::size_t{1});
    amount_limits[equivalent] = limits;
  }
  void SetPrepared(const Transaction& transaction);
  void RemovePrepared(const TxId& id);
  void SetProposal(const Proposal& proposal);
  void RemoveProposal(const TxId& id);
};

}  // namespace geo

#endif  // GEO_SRC_LEDGER_STATE_H_
