// The ledger: the state of a credit network, as a fold of effects (DESIGN "One idea").
//
// It holds participants, equivalents, trust lines, the debts between pairs and prepared payments;
// it sees no storage, no crypto and no clock. Records change it, nothing else does: whoever wants a
// change plans effects, puts them in a record, lets Check prove that no invariant breaks, writes
// the record, and folds it with Apply. Replay is Apply alone.
//
// Words (spec 01): line C→D = "C lets D owe C up to limit"; debt X→Y = "X owes Y"; flow X→Y = value
// moving from X to Y, which uses the line Y→X.
//
// Threads: const methods may run on many threads while nobody calls Apply.
#ifndef GEO_LEDGER_LEDGER_H_
#define GEO_LEDGER_LEDGER_H_

#include <compare>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "geo/base/amount.h"
#include "geo/base/ids.h"
#include "geo/base/status.h"
#include "geo/journal/entity.h"
#include "geo/journal/record.h"

namespace geo {

// Counts pairs of participants that ever had a line or a debt in an equivalent, in order of
// creation.
using PairIndex = std::uint32_t;

// Counts the members of one equivalent: who ever had a line or a debt in it, in order of their
// first pairs, of the two of one pair the lower index first.
using MemberIndex = std::uint32_t;

// A way along a pair: from `a` to `b`, or back.
enum class Direction : std::uint8_t { kForward = 0, kBackward = 1 };

constexpr Direction Reverse(Direction direction) {
  return direction == Direction::kForward ? Direction::kBackward : Direction::kForward;
}

// Two participants in one equivalent: their latest lines and what is owed between them. One signed
// balance makes debts in both directions at once impossible (spec 01 §4.4). As large as a line of a
// processor's cache, for there are many and they are looked at in any order.
struct Pair {
  EquivalentIndex equivalent = kNoIndex;
  ParticipantIndex a = kNoIndex;  // a < b
  ParticipantIndex b = kNoIndex;
  LineIndex line_ab =
      kNoIndex;  // latest line a→b (a is the owner), live or closed; kNoIndex: never
  LineIndex line_ba = kNoIndex;
  std::int32_t paid_day = 0;  // UTC day of paid_ab and paid_ba; every Timestamp's fits
  Amount balance = 0;         // positive: a owes b; negative: b owes a; size at most kMaxAmount
  Amount reserved_ab = 0;     // flow a→b that prepared payments hold (spec 01 §6.5)
  Amount reserved_ba = 0;
  Amount paid_ab = 0;  // moved a→b by payments on paid_day, gross
  Amount paid_ba = 0;
  friend bool operator==(const Pair&, const Pair&) = default;

  // The participant at the tail or head of a way along this pair.
  ParticipantIndex tail(Direction d) const { return d == Direction::kForward ? a : b; }
  ParticipantIndex head(Direction d) const { return d == Direction::kForward ? b : a; }
  // What the tail owes the head; negative when the head owes the tail.
  Amount owed(Direction d) const { return d == Direction::kForward ? balance : -balance; }
  Amount reserved(Direction d) const {
    return d == Direction::kForward ? reserved_ab : reserved_ba;
  }
  // Moved tail→head by payments on `day`.
  Amount paid(Direction d, std::int64_t day) const {
    if (day != paid_day) return 0;
    return d == Direction::kForward ? paid_ab : paid_ba;
  }
  // The line that flow in direction `d` uses: head→tail.
  LineIndex line_for(Direction d) const { return d == Direction::kForward ? line_ba : line_ab; }
  // The way from `from` along this pair; `from` must be a or b.
  Direction DirectionFrom(ParticipantIndex from) const {
    return from == a ? Direction::kForward : Direction::kBackward;
  }
};

static_assert(sizeof(Pair) == 64);

// The two of a pair as members of its equivalent.
struct PairMembers {
  MemberIndex a = kNoIndex;
  MemberIndex b = kNoIndex;
  MemberIndex tail(Direction d) const { return d == Direction::kForward ? a : b; }
  MemberIndex head(Direction d) const { return d == Direction::kForward ? b : a; }
};

// How much can move along a pair, and under what conditions (spec 01 §4.6, §4.3). Amounts saturate
// at kMaxAmount and are never negative; reservations, the line's max_single_payment and what
// payments and reservations leave of its daily_limit are taken off already.
struct FlowCapacity {
  bool exists = false;         // an active line lets debt arise, or debt can be paid back; it may
                               // all be used up
  bool carries = false;        // a line either way is active: payments of others can pass
  Amount direct = 0;           // when the tail pays the head: both are end points
  Amount transit = 0;          // when at least one of them is an intermediary; ≤ direct
  Amount relaxed = 0;          // transit without max_single_payment and daily_limit
  bool tail_forbids = false;   // the tail carries nobody else's payment over this pair
  bool head_forbids = false;   // the head does not
  std::uint32_t max_hops = 0;  // longest route that may use the line; 0: no limit of its own
  const std::vector<Pid>* blocked = nullptr;  // barred as intermediaries of such a route; null:
                                              // none. Valid until the next Apply.
};

// Spec 01 §4.7, for one participant in one equivalent, minor units. What is available is what can
// be paid over the first hop now: nothing to or from participants that are not active (§1.4), and
// nothing at all in an equivalent that is not active.
struct Balance {
  AmountSum total_debt = 0;            // what he owes
  AmountSum total_credit = 0;          // what he is owed
  AmountSum net = 0;                   // total_credit − total_debt
  AmountSum available_to_spend = 0;    // Σ capacity(he → neighbour), direct
  AmountSum available_to_receive = 0;  // Σ capacity(neighbour → he), direct
};

// A place in an order of expiry, and of ids within a moment; by itself the first.
struct ExpiryPlace {
  Timestamp expires_at = std::numeric_limits<Timestamp>::min();  // the largest: a voted payment
  TxId id;
  friend bool operator==(const ExpiryPlace&, const ExpiryPlace&) = default;
  friend auto operator<=>(const ExpiryPlace&, const ExpiryPlace&) = default;
};
// Some of what waits for its decision, and where the rest begins; nothing: there is no more.
template <typename Waiting>
struct WaitingPage {
  std::vector<const Waiting*> waiting;
  std::optional<ExpiryPlace> next;
};

struct LedgerState;  // what a ledger holds; inside src/ledger

class Ledger {
 public:
  Ledger();
  ~Ledger();
  Ledger(Ledger&&) noexcept;
  Ledger& operator=(Ledger&&) noexcept;

  // --- What is there. Indices must be below the counts. All O(1) unless said. ---

  bool founded() const;
  const Genesis& genesis() const;  // only when founded

  std::size_t participant_count() const;
  const Participant& participant(ParticipantIndex index) const;
  std::optional<ParticipantIndex> FindParticipant(const Pid& pid) const;

  std::size_t equivalent_count() const;  // removed ones included
  const Equivalent& equivalent(EquivalentIndex index) const;
  // The equivalent that has this code now; removed ones are not found.
  std::optional<EquivalentIndex> FindEquivalent(const EquivalentCode& code) const;

  // Members are never forgotten and keep their numbers, also through a snapshot: tables of one's
  // own may have them as indices.
  std::size_t member_count(EquivalentIndex equivalent) const;
  ParticipantIndex member(EquivalentIndex equivalent, MemberIndex index) const;
  std::optional<MemberIndex> FindMember(EquivalentIndex equivalent,
                                        ParticipantIndex participant) const;

  std::size_t line_count() const;  // closed ones included
  TrustLine line(LineIndex index) const;
  LineStatus line_status(LineIndex index) const;
  Amount line_limit(LineIndex index) const;
  const LinePolicy& line_policy(LineIndex index) const;
  std::optional<LineIndex> FindLine(const LineId& id) const;
  // The latest line owner→debtor, live or closed (spec 01 §4.2).
  std::optional<LineIndex> FindLatestLine(EquivalentIndex equivalent, ParticipantIndex owner,
                                          ParticipantIndex debtor) const;

  std::size_t pair_count() const;
  const Pair& pair(PairIndex index) const;
  PairMembers MembersOf(PairIndex index) const;
  std::optional<PairIndex> FindPair(EquivalentIndex equivalent, ParticipantIndex x,
                                    ParticipantIndex y) const;
  // The pairs that `participant` is part of, over all equivalents, in order of creation. Valid
  // until the next Apply.
  std::span<const PairIndex> PairsOf(ParticipantIndex participant) const;
  // The pairs of one equivalent, in order of creation. Valid until the next Apply.
  std::span<const PairIndex> PairsIn(EquivalentIndex equivalent) const;
  // Pairs with a live line that has a daily limit, ascending: what changes when the day does. O(n).
  std::vector<PairIndex> DailyLimitedPairs() const;

  // The time of the last record; the next one may not be before it. Meaningless when not founded.
  Timestamp last_time() const;

  // Whether any payment was ever recorded, in one step or two.
  bool has_payments() const;

  // --- Prepared payments, not yet decided (spec 01 §6.5): at most kMaxPrepared. ---

  std::size_t prepared_count() const;
  // What they take, about; their slice of a snapshot takes at most a quarter more. Nothing more is
  // prepared from kMaxPreparedBytes on.
  std::size_t prepared_bytes() const;
  // Those of `payer`, without voted ones. O(1).
  std::size_t PreparedBy(ParticipantIndex payer) const;
  // The prepared payment with this id; null when there is none (decided, or never there). Valid
  // until the next Apply. O(log n).
  const Transaction* FindPrepared(const TxId& id) const;
  // Up to `max` of them from a place on, the first to expire first, voted ones last. Valid until
  // the next Apply. O(max · log n).
  WaitingPage<Transaction> Prepared(const ExpiryPlace& from, std::size_t max) const;
  // The one whose time was up first, if that is so at `now`; else null. O(1).
  const Transaction* FirstExpired(Timestamp now) const;

  // --- Clearings that wait for consent (spec 01 §7.5): at most kMaxProposals. ---

  std::size_t proposal_count() const;
  // Those that `proposer` made. O(log n).
  std::size_t ProposedBy(const Pid& proposer) const;
  // The open proposal with this id; null when there is none (decided, or never there). Valid until
  // the next Apply. O(log n).
  const Proposal* FindProposal(const TxId& id) const;
  // Up to `max` of them from a place on, the first to expire first. Valid until the next Apply.
  // O(max · log n).
  WaitingPage<Proposal> Proposals(const ExpiryPlace& from, std::size_t max) const;
  // The one whose time was up first, if that is so at `now`; else null. O(1).
  const Proposal* FirstExpiredProposal(Timestamp now) const;

  // --- The operators' limits (spec 01 §6.8), and what counts towards them. ---

  const CountLimits& count_limits() const;
  const AmountLimits& amount_limits(EquivalentIndex equivalent) const;
  // Live lines that `owner` has given, over all equivalents.
  std::size_t LiveLinesOf(ParticipantIndex owner) const;
  // Payments that `payer` made or prepared on UTC day `day`, however prepared ones ended. Only the
  // day of the last payment is known; on any other: 0.
  std::uint32_t PaymentsOn(ParticipantIndex payer, std::int64_t day) const;

  // The last command sequence that `signer` used; 0 for none (spec 01 §2.2).
  std::uint64_t LastSequence(const Pid& signer) const;
  // The operator with this pid (spec 01 §1.7); null when there is none. O(operators).
  const Operator* FindOperator(const Pid& pid) const;

  // --- Hints: memory that looking these up would wait for is fetched meanwhile. Any index and pid
  // will do. O(1) unless said. ---

  void Prefetch(const Pid& pid) const;
  void Prefetch(ParticipantIndex participant) const;
  void PrefetchPair(EquivalentIndex equivalent, ParticipantIndex x, ParticipantIndex y) const;
  void PrefetchAround(PairIndex pair) const;  // its lines, and its members
  // Of records that Check and Apply will be given next: a few, or what is fetched pushes out
  // itself. O(effects).
  void Prefetch(std::span<const ReadRecord> records) const;

  // --- What follows from it. ---

  // Capacity along a pair on UTC day `day` (spec 01 §4.6). Whether the participants are active is
  // the caller's to look at. O(1).
  FlowCapacity CapacityOf(PairIndex pair, Direction direction, std::int64_t day) const;

  // Spec 01 §4.7. O(pairs of the participant).
  Balance BalanceOf(ParticipantIndex participant, EquivalentIndex equivalent,
                    std::int64_t day) const;

  // The participant's net position as kept up to date effect by effect, independently of the pairs
  // (spec 01 §8.2).
  AmountSum Position(ParticipantIndex participant, EquivalentIndex equivalent) const;
  // By equivalent, then member, a fresh sum over pairs of what Position keeps. O(members + pairs).
  std::vector<std::vector<AmountSum>> SumPairs() const;

  // Compares the views kept apart: every participant's Position against a fresh sum over pairs, and
  // their total against zero. ok, or InvariantViolated naming the first difference. O(everything).
  Status CheckPositions() const;

  // Compares what pairs say is reserved with a fresh sum over the prepared payments, and with the
  // limits of live lines. ok, or InvariantViolated naming the first difference. O(everything).
  Status CheckReservations() const;

  // --- Change. ---

  // Whether `record` may be folded into this state: indices and values before fit, and none of the
  // invariants of spec 01 §8.1 that it touches breaks. Nothing changes. After LoadSlice calls, when
  // slices may show more than the record, only that it names nothing that is not there. Values must
  // be in their ranges (geo/journal/effect.h), as those of ReadEffect are. Errors:
  // InvariantViolated naming the record and, when it is one effect, that. O(size · log size).
  Status Check(const Record& record) const;

  // Folds the record in. Precondition: Check(record) was ok on this very state. After LoadSlice
  // calls, effects that the slices cover already are skipped. O(effects).
  void Apply(const Record& record);

  // --- Snapshots in slices (DESIGN "Storage contract"). ---

  // One step of a snapshot: at most `max_items` things (0 as 1), none further after 16 MiB, as
  // bytes that carry the sequence `seq` up to which this ledger has applied records. Work may go on
  // between slices. Empty when all is written. `cursor` is default-made for the first slice and
  // belongs to one snapshot.
  struct SnapshotCursor {
    std::uint32_t kind = 0;
    std::uint64_t next = 0;
  };
  std::string NextSlice(SnapshotCursor& cursor, const JournalHead& head,
                        std::size_t max_items) const;
  // Whether the slice before `cursor` was the last one. O(equivalents).
  bool IsLastSlice(SnapshotCursor cursor) const;

  // Loads slices, in order, into an empty ledger. Returns the head that the slice was taken at.
  // Errors: RecordCorrupt, FormatNewer; the ledger is then unusable. Replay starts after the first
  // slice's head.
  StatusOr<JournalHead> LoadSlice(std::string_view bytes);

  // The record that the latest slice shows is applied, and so is nothing after it: forget what the
  // slices covered. Only after LoadSlice. Errors: ChainBroken when records are missing;
  // RecordCorrupt when slices and records name what is not there; the ledger is then unusable.
  // O(everything).
  Status FinishLoading(const JournalHead& head);

 private:
  std::unique_ptr<LedgerState> state_;
};

}  // namespace geo

#endif  // GEO_LEDGER_LEDGER_H_
