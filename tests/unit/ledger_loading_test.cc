// Snapshots and records that name what is not there: refused before anything is looked up by them.
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "geo/base/bytes.h"
#include "geo/base/limits.h"
#include "tests/support/book.h"
#include "tests/support/status.h"

namespace geo::tests {
namespace {

// The kinds of slices, and where things begin in theirs (docs/formats.md).
enum Kind : std::uint32_t {
  kHead = 0,
  kParticipants = 1,
  kLines = 2,
  kPairs = 3,
  kPositions = 4,
  kPrepared = 5,
  kProposals = 6,
  kLimits = 7,
};

struct Slice {
  std::uint32_t kind = 0;
  std::string header;  // up to the things
  std::string things;
};

Slice TakeApart(const std::string& bytes) {
  ByteReader reader(bytes);
  Slice slice;
  reader.Varint();
  reader.Varint();
  reader.Fixed<Hash256>();
  reader.Signed();
  slice.kind = static_cast<std::uint32_t>(reader.Varint());
  for (int i = 0; i < 4; ++i) reader.Varint();
  slice.header = bytes.substr(0, bytes.size() - reader.remaining());
  slice.things = bytes.substr(slice.header.size());
  return slice;
}

// 1 lets 0 owe, 0 lets 1, and 2 lets 1: lines 0, 1, 2 and pairs 0, 1.
class LedgerLoading : public ::testing::Test {
 protected:
  LedgerLoading() : book_(3) {
    book_.Open(book_.Line(1, 0, 100));
    book_.Open(book_.Line(0, 1, 100));
    book_.Open(book_.Line(2, 1, 100));
    EXPECT_TRUE(book_.Pay({0, 1, 2}, 5).ok());
  }

  std::vector<Slice> Slices() const {
    std::vector<Slice> slices;
    Ledger::SnapshotCursor cursor;
    for (std::string bytes = book_.ledger.NextSlice(cursor, book_.head, 100); !bytes.empty();
         bytes = book_.ledger.NextSlice(cursor, book_.head, 100)) {
      slices.push_back(TakeApart(bytes));
    }
    return slices;
  }

  // What becomes of a snapshot whose slice of `kind` is changed.
  std::string Load(Kind kind, const std::function<void(Slice&)>& change) const {
    Ledger ledger;
    for (Slice& slice : Slices()) {
      if (slice.kind == kind) change(slice);
      const Status status = ledger.LoadSlice(slice.header + slice.things).status();
      if (!status.ok()) return "slice: " + CodeName(status);
    }
    return CodeName(ledger.FinishLoading(book_.head));
  }
  std::string LoadPatched(Kind kind, std::size_t at, char byte) const {
    return Load(kind, [&](Slice& slice) { slice.things.at(at) = byte; });
  }
  std::string LoadOne(Kind kind, const Effect& made) const {
    return Load(kind, [&](Slice& slice) {
      slice.things.clear();
      ByteWriter writer(&slice.things);
      writer.Varint(1);
      WriteEffect(made, writer);
    });
  }

  static Transaction Prepared() {
    Transaction transaction;
    transaction.id = TxId::Parse("p").value();
    transaction.payer = 0;
    transaction.payee = 2;
    transaction.equivalent = kHourIndex;
    transaction.amount = 1;
    transaction.state = TransactionState::kPrepared;
    transaction.routes = {Route{{0, 1, 2}, 1}};
    transaction.hold = Hold{0, kMinute};
    return transaction;
  }
  static Proposal Proposed() {
    Proposal proposal;
    proposal.id = TxId::Parse("q").value();
    proposal.equivalent = kHourIndex;
    proposal.cycle = {0, 1, 2};
    proposal.expires_at = kMinute;
    return proposal;
  }

  Book book_;
};

TEST_F(LedgerLoading, SnapshotsThatNameWhatIsNotThereAreRefused) {
  EXPECT_EQ(LoadPatched(kLines, 0, 0), "Ok") << "as it is";
  EXPECT_EQ(LoadPatched(kLines, 1 + 16, 1), "RecordCorrupt") << "a line's equivalent";
  EXPECT_EQ(LoadPatched(kLines, 1 + 20, 3), "RecordCorrupt") << "its owner";
  EXPECT_EQ(LoadPatched(kLines, 1 + 24, 3), "RecordCorrupt") << "its debtor";
  EXPECT_EQ(LoadPatched(kLines, 1 + 24, 2), "RecordCorrupt") << "its debtor is of another pair";
  EXPECT_EQ(LoadPatched(kLines, 1 + 24, 1), "RecordCorrupt") << "it is a line to its owner";
  EXPECT_EQ(LoadPatched(kPairs, 0, 1), "RecordCorrupt") << "a pair's equivalent";
  EXPECT_EQ(LoadPatched(kPairs, 8, 3), "RecordCorrupt") << "its second participant";
  EXPECT_EQ(LoadPatched(kPairs, 12, 0), "RecordCorrupt") << "a line the other way";
  EXPECT_EQ(LoadPatched(kPairs, 12, 2), "RecordCorrupt") << "a line of another pair";
  EXPECT_EQ(LoadPatched(kPairs, 12, 3), "RecordCorrupt") << "a line that is not there";
  const auto forget = [](Slice& slice) { slice.things.replace(12, 4, "\xff\xff\xff\xff"); };
  EXPECT_EQ(Load(kPairs, forget), "RecordCorrupt") << "a live line that its pair does not know";
  // What would take memory for all the indices below it is refused before it is looked for.
  const auto far = [](Slice& slice) { slice.things[8 + 3] = '\x10'; };
  EXPECT_EQ(Load(kPairs, far), "slice: RecordCorrupt") << "a participant whom no replay brings";
  const auto none = [](Slice& slice) { slice.things[1] = '\x10'; };
  EXPECT_EQ(Load(kPairs, none), "slice: RecordCorrupt") << "an equivalent that can never be";
}

TEST_F(LedgerLoading, PositionsOfNobodyAreRefused) {
  const auto load = [&](std::uint64_t equivalent, std::uint64_t count) {
    std::string bytes;
    ByteWriter writer(&bytes);
    writer.Varint(4);
    writer.Varint(book_.head.seq);
    writer.Fixed(book_.head.hash);
    writer.Signed(0);
    for (const std::uint64_t field :
         {std::uint64_t{kPositions}, equivalent, std::uint64_t{0}, count, count}) {
      writer.Varint(field);
    }
    for (std::uint64_t i = 0; i < count; ++i) writer.Sum(0);
    Ledger ledger;
    for (const Slice& slice : Slices()) {
      const bool is_it = slice.kind == kPositions;
      EXPECT_TRUE(ledger.LoadSlice(is_it ? bytes : slice.header + slice.things).ok());
    }
    return CodeName(ledger.FinishLoading(book_.head));
  };
  EXPECT_EQ(load(0, 3), "Ok");
  EXPECT_EQ(load(0, 4), "RecordCorrupt");
  EXPECT_EQ(load(1, 1), "RecordCorrupt");
}

TEST_F(LedgerLoading, PreparedPaymentsAndProposalsOfNobodyAreRefused) {
  const auto load = [&](auto&& change) {
    Transaction transaction = Prepared();
    change(transaction);
    return LoadOne(kPrepared, TransactionEffect{std::nullopt, transaction});
  };
  EXPECT_EQ(load([](Transaction&) {}), "Ok");
  EXPECT_EQ(load([](Transaction& t) { t.payer = 3; }), "RecordCorrupt");
  EXPECT_EQ(load([](Transaction& t) { t.payee = 3; }), "RecordCorrupt");
  EXPECT_EQ(load([](Transaction& t) { t.equivalent = 1; }), "RecordCorrupt");
  EXPECT_EQ(load([](Transaction& t) { t.routes[0].participants[1] = 3; }), "RecordCorrupt");
  const auto propose = [&](auto&& change) {
    Proposal proposal = Proposed();
    change(proposal);
    return LoadOne(kProposals, ProposalEffect{std::nullopt, proposal});
  };
  EXPECT_EQ(propose([](Proposal&) {}), "Ok");
  EXPECT_EQ(propose([](Proposal& p) { p.equivalent = 1; }), "RecordCorrupt");
  EXPECT_EQ(propose([](Proposal& p) { p.cycle[2] = 3; }), "RecordCorrupt");
  EXPECT_EQ(propose([](Proposal& p) { p.accepted = {3}; }), "RecordCorrupt");
}

TEST_F(LedgerLoading, SlicesHoldWhatIsInItsPlaceOnly) {
  const char* const kRefused = "slice: RecordCorrupt";
  const auto load = [&](std::vector<Effect> made, Kind kind) {
    return Load(kind, [&](Slice& slice) {
      slice.things.clear();
      ByteWriter writer(&slice.things);
      writer.Varint(made.size());
      for (const Effect& one : made) WriteEffect(one, writer);
    });
  };
  const Transaction prepared = Prepared();
  const TransactionEffect held{std::nullopt, prepared};
  EXPECT_EQ(load({held, held}, kPrepared), kRefused);
  EXPECT_EQ(load({CountLimitsEffect()}, kPrepared), kRefused);
  EXPECT_EQ(load({TransactionEffect{TransactionState::kPrepared, prepared}}, kPrepared), kRefused);
  Transaction other = prepared;
  other.state = TransactionState::kAborted;
  EXPECT_EQ(load({TransactionEffect{std::nullopt, other}}, kPrepared), kRefused);
  other = prepared;
  other.hold.reset();
  EXPECT_EQ(load({TransactionEffect{std::nullopt, other}}, kPrepared), kRefused);
  const ProposalEffect proposed{std::nullopt, Proposed()};
  EXPECT_EQ(load({proposed, proposed}, kProposals), kRefused);
  EXPECT_EQ(load({ProposalEffect{ProposalState::kProposed, Proposed()}}, kProposals), kRefused);
  Proposal ended = Proposed();
  ended.state = ProposalState::kExpired;
  EXPECT_EQ(load({ProposalEffect{std::nullopt, ended}}, kProposals), kRefused);
  const auto no_genesis = [](Slice& slice) {
    slice.things.clear();
    ByteWriter writer(&slice.things);
    WriteEffect(CountLimitsEffect(), writer);
    for (int i = 0; i < 3; ++i) writer.Byte(0);  // no payments, equivalents or sequences
  };
  EXPECT_EQ(Load(kHead, no_genesis), kRefused);
  EXPECT_EQ(LoadPatched(kParticipants, 0, 2), "Ok") << "as it is";
  EXPECT_EQ(LoadPatched(kParticipants, 0, 3), kRefused) << "another kind of thing";
  EXPECT_EQ(LoadPatched(kParticipants, 1, 1), kRefused) << "another one";
  EXPECT_EQ(LoadPatched(kParticipants, 2, 1), kRefused) << "one that was there before";
}

TEST_F(LedgerLoading, PairsWithNumbersThatCannotBeAreRefused) {
  const char* const kRefused = "slice: RecordCorrupt";
  const auto with = [&](std::size_t at, std::int64_t number) {
    return Load(kPairs, [&](Slice& slice) {
      std::string bytes;
      ByteWriter(&bytes).Signed(number);
      slice.things.replace(at, 1, bytes);
    });
  };
  constexpr std::size_t kBalance = 20;
  constexpr std::size_t kPaidDay = 23;
  EXPECT_EQ(with(kBalance, 5), "Ok") << "as it is";
  EXPECT_EQ(with(kBalance, std::numeric_limits<std::int64_t>::min()), kRefused);
  EXPECT_EQ(with(kPaidDay, std::numeric_limits<std::int32_t>::max()), "Ok");
  EXPECT_EQ(with(kPaidDay, std::int64_t{1} << 31), kRefused);
  const auto turn_round = [](Slice& slice) {
    std::swap(slice.things[4], slice.things[8]);    // its two participants
    std::swap(slice.things[12], slice.things[16]);  // and their lines
  };
  EXPECT_EQ(Load(kPairs, turn_round), kRefused);
}

TEST_F(LedgerLoading, TheSameThingTwiceIsRefused) {
  // The second of `count` things, which have one length, becomes the first, from byte `from` on.
  const auto repeat = [&](Kind kind, std::size_t count, std::size_t from) {
    return Load(kind, [&](Slice& slice) {
      const std::size_t size = slice.things.size() / count;
      ASSERT_EQ(size * count, slice.things.size());
      slice.things.replace(size + from, size - from, slice.things.substr(from, size - from));
    });
  };
  constexpr std::size_t kAfterIndex = 3;  // what stands before differs in all participants
  EXPECT_EQ(repeat(kParticipants, 3, kAfterIndex), "slice: RecordCorrupt");
  EXPECT_EQ(repeat(kLines, 3, 0), "slice: RecordCorrupt");
  EXPECT_EQ(repeat(kPairs, 2, 0), "slice: RecordCorrupt");
}

TEST_F(LedgerLoading, LimitsAndCountsOfOneThingTwiceAreRefused) {
  const char* const kRefused = "slice: RecordCorrupt";
  const auto load = [&](std::size_t equivalents, std::vector<ParticipantIndex> payers) {
    return Load(kLimits, [&](Slice& slice) {
      slice.things.clear();
      ByteWriter writer(&slice.things);
      WriteEffect(CountLimitsEffect(), writer);
      writer.Varint(equivalents);
      for (std::size_t i = 0; i < equivalents; ++i) {
        WriteEffect(AmountLimitsEffect{kHourIndex, {}, {}}, writer);
      }
      writer.Signed(0);
      writer.Varint(payers.size());
      for (const ParticipantIndex payer : payers) {
        writer.Varint(payer);
        writer.Varint(1);
      }
    });
  };
  EXPECT_EQ(load(1, {0, 1}), "Ok");
  EXPECT_EQ(load(2, {0, 1}), kRefused);
  EXPECT_EQ(load(1, {0, 0}), kRefused);
  EXPECT_EQ(load(1, {3}), "RecordCorrupt") << "payments of nobody";
}

TEST_F(LedgerLoading, SlicesComeInTheirOrderAndWhole) {
  const auto load = [&](const std::vector<std::size_t>& order) {
    const std::vector<Slice> slices = Slices();
    Ledger ledger;
    for (const std::size_t i : order) {
      const Status status = ledger.LoadSlice(slices[i].header + slices[i].things).status();
      if (!status.ok()) return "slice " + std::to_string(i) + ": " + CodeName(status);
    }
    return CodeName(ledger.FinishLoading(book_.head));
  };
  EXPECT_EQ(load({0, 1, 2, 3, 4, 5, 6, 7}), "Ok");
  EXPECT_EQ(load({1}), "slice 1: RecordCorrupt") << "the head comes first";
  for (std::size_t again = 0; again < 8; ++again) {
    EXPECT_EQ(load({0, 1, 2, 3, 4, 5, 6, 7, again}),
              "slice " + std::to_string(again) + ": RecordCorrupt");
  }
  for (std::uint32_t kind = 0; kind < 8; ++kind) {
    const auto more = [](Slice& slice) { slice.things += '\0'; };
    EXPECT_EQ(Load(static_cast<Kind>(kind), more), "slice: RecordCorrupt") << kind;
  }
  Ledger ledger;
  const Slice head = Slices().front();
  ASSERT_TRUE(ledger.LoadSlice(head.header + head.things).ok());
  std::string of_no_kind = head.header;
  of_no_kind.replace(of_no_kind.size() - 5, 5, std::string("\x08\0\0\0\0", 5));
  EXPECT_EQ(CodeName(ledger.LoadSlice(of_no_kind).status()), "RecordCorrupt");
}

// The same state makes the same bytes, however the operators' sequences lie in memory.
TEST_F(LedgerLoading, SequencesOfOperatorsAreInTheOrderOfTheirPids) {
  std::vector<Pid> pids(16);
  for (std::size_t i = 0; i < pids.size(); ++i) {
    pids[i].bytes.fill(static_cast<std::uint8_t>(0xf0 + i));
    book_.Must(RecordKind::kUpdateEquivalent, {SequenceEffect{pids[i], 0, 1}});
  }
  const std::string things = Slices().front().things;
  std::size_t at = 0;
  for (const Pid& pid : pids) {
    const std::size_t found = things.find(pid.view());
    ASSERT_NE(found, std::string::npos);
    EXPECT_GT(found, at);
    at = found;
  }
}

// While slices of later records wait to be met, values before cannot be compared.
TEST_F(LedgerLoading, RecordsOfTheTailThatNameWhatIsNotThereAreRefused) {
  Ledger ledger;
  for (const Slice& slice : Slices()) {
    ASSERT_TRUE(ledger.LoadSlice(slice.header + slice.things).ok());
  }
  const auto check = [&](const Effect& effect) {
    Record record;
    record.seq = book_.head.seq + 1;
    record.effects = {effect};
    return CodeName(ledger.Check(record));
  };
  const char* const kRefused = "InvariantViolated";
  EXPECT_EQ(check(ParticipantEffect{3, std::nullopt, {}}), "Ok");
  EXPECT_EQ(check(ParticipantEffect{4, std::nullopt, {}}), kRefused);
  EXPECT_EQ(check(EquivalentEffect{1, std::nullopt, {}}), "Ok");
  EXPECT_EQ(check(EquivalentEffect{2, std::nullopt, {}}), kRefused);
  const auto line = [&](LineIndex index, ParticipantIndex owner, ParticipantIndex debtor) {
    return check(LineEffect{index, std::nullopt, book_.Line(owner, debtor, 1)});
  };
  EXPECT_EQ(line(3, 0, 2), "Ok");
  EXPECT_EQ(line(4, 0, 2), kRefused);
  EXPECT_EQ(line(3, 0, 3), kRefused);
  EXPECT_EQ(line(3, 2, 2), kRefused);
  EXPECT_EQ(check(DebtEffect{kHourIndex, 0, 2, 8, 9, 0, 0}), "Ok");
  EXPECT_EQ(check(DebtEffect{kHourIndex, 0, 3, 8, 9, 0, 0}), kRefused);
  EXPECT_EQ(check(DebtEffect{kHourIndex, 2, 2, 8, 9, 0, 0}), kRefused);
  EXPECT_EQ(check(DebtEffect{1, 0, 2, 8, 9, 0, 0}), kRefused);
  EXPECT_EQ(check(ReservationEffect{kHourIndex, 0, 1, 8, 9}), "Ok");
  EXPECT_EQ(check(ReservationEffect{kHourIndex, 3, 1, 8, 9}), kRefused);
  EXPECT_EQ(check(AmountLimitsEffect{1, {}, {}}), kRefused);
  Transaction transaction = Prepared();
  EXPECT_EQ(check(TransactionEffect{std::nullopt, transaction}), "Ok");
  transaction.hold.reset();
  EXPECT_EQ(check(TransactionEffect{std::nullopt, transaction}), kRefused);
  Proposal proposal = Proposed();
  EXPECT_EQ(check(ProposalEffect{std::nullopt, proposal}), "Ok");
  proposal.cycle = {0, 1, 3};
  EXPECT_EQ(check(ProposalEffect{std::nullopt, proposal}), kRefused);
}

// With the largest policies there are, so many lines as a slice holds of plain ones would be more
// than stores take (kMaxAppendBytes).
TEST(LedgerSlices, AreCutAtSoManyBytesToo) {
  constexpr std::size_t kFull = std::size_t{16} << 20;
  Book book(60);
  LinePolicy policy;
  policy.blocked_participants.resize(kMaxBlockedParticipants);
  for (std::size_t i = 0; i < kMaxBlockedParticipants; ++i) {
    policy.blocked_participants[i].bytes[0] = static_cast<std::uint8_t>(i);
  }
  for (ParticipantIndex owner = 0; owner < 60; ++owner) {
    for (ParticipantIndex debtor = 0; debtor < 60; ++debtor) {
      if (owner == debtor) continue;
      TrustLine line = book.Line(owner, debtor, 1);
      line.id.bytes[0] = static_cast<std::uint8_t>(owner);
      line.id.bytes[1] = static_cast<std::uint8_t>(debtor);
      line.policy = policy;
      book.Open(line);
    }
  }
  Ledger loaded;
  Ledger::SnapshotCursor cursor;
  std::size_t slices_of_lines = 0;
  for (std::string slice = book.ledger.NextSlice(cursor, book.head, 65'536); !slice.empty();
       slice = book.ledger.NextSlice(cursor, book.head, 65'536)) {
    EXPECT_LT(slice.size(), kFull + 10'000);
    slices_of_lines += TakeApart(slice).kind == kLines ? 1 : 0;
    ASSERT_TRUE(loaded.LoadSlice(slice).ok());
  }
  EXPECT_EQ(slices_of_lines, 2U);
  ASSERT_TRUE(loaded.FinishLoading(book.head).ok());
  EXPECT_EQ(loaded.line_count(), book.ledger.line_count());
  EXPECT_EQ(loaded.line(3'000), book.ledger.line(3'000));
}

}  // namespace
}  // namespace geo::tests
