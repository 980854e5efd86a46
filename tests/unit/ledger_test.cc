// The fold and its guards: what the ledger says after records, what it refuses, and what a snapshot
// taken while work goes on gives back.

#include "geo/ledger/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/book.h"
#include "tests/support/status.h"

namespace geo::tests {
namespace {

TEST(LedgerTest, FlowReducesTheCounterDebtFirst) {
  Book book(2);
  book.Open(book.Line(1, 0, 100));  // 1 lets 0 owe
  book.Open(book.Line(0, 1, 100));
  ASSERT_TRUE(book.Pay({1, 0}, 30).ok());
  EXPECT_EQ(book.PairOf(0, 1).balance, -30) << "1 owes 0";
  ASSERT_TRUE(book.Pay({0, 1}, 50).ok());
  EXPECT_EQ(book.PairOf(0, 1).balance, 20) << "0 owes 1";
  EXPECT_EQ(book.ledger.Position(0, kHourIndex), -20);
  EXPECT_EQ(book.ledger.Position(1, kHourIndex), 20);
  EXPECT_TRUE(book.ledger.CheckPositions().ok());
}

// Whichever of the two it was loaded from, records or a snapshot.
TEST(LedgerTest, EquivalentsAreFoundByTheCodesTheyHaveNow) {
  Book book(0);
  const auto set = [&](EquivalentIndex index, std::string_view code, EquivalentStatus status) {
    std::optional<Equivalent> before;
    if (index < book.ledger.equivalent_count()) before = book.ledger.equivalent(index);
    Equivalent after;
    after.code = EquivalentCode::Parse(code).value();
    after.status = status;
    book.Must(RecordKind::kUpdateEquivalent, {EquivalentEffect{index, before, after}});
  };
  const auto found = [&](std::string_view code) {
    const EquivalentCode parsed = EquivalentCode::Parse(code).value();
    Ledger loaded;
    Ledger::SnapshotCursor cursor;
    const std::string head = book.ledger.NextSlice(cursor, book.head, 100);
    EXPECT_TRUE(loaded.LoadSlice(head).ok());
    EXPECT_EQ(loaded.FindEquivalent(parsed), book.ledger.FindEquivalent(parsed)) << code;
    return book.ledger.FindEquivalent(parsed);
  };
  for (EquivalentIndex i = 1; i < 100; ++i) {
    set(i, "E" + std::to_string(i), EquivalentStatus::kActive);
  }
  EXPECT_EQ(found("HOUR"), kHourIndex);
  EXPECT_EQ(found("E1"), 1U);
  EXPECT_EQ(found("E99"), 99U);
  EXPECT_EQ(found("E100"), std::nullopt);
  set(1, "E1", EquivalentStatus::kInactive);
  EXPECT_EQ(found("E1"), 1U);
  set(1, "E1", EquivalentStatus::kRemoved);
  EXPECT_EQ(found("E1"), std::nullopt);
  set(100, "E1", EquivalentStatus::kActive);
  EXPECT_EQ(found("E1"), 100U);
  set(1, "E1", EquivalentStatus::kRemoved);
  EXPECT_EQ(found("E1"), 100U) << "the one that was removed is another one";
}

TEST(LedgerTest, MembersAreNumberedAsTheirPairsCome) {
  Book book(1000);
  Equivalent other;
  other.code = EquivalentCode::Parse("KILO").value();
  book.Must(RecordKind::kCreateEquivalent, {EquivalentEffect{1, std::nullopt, other}});
  EXPECT_EQ(book.ledger.member_count(kHourIndex), 0U);
  EXPECT_EQ(book.ledger.FindMember(kHourIndex, 0), std::nullopt);
  book.Open(book.Line(999, 500, 100));
  const LineIndex line = book.Open(book.Line(2, 500, 100));
  book.Open(book.Line(128, 127, 100));
  TrustLine elsewhere = book.Line(127, 7, 100);
  elsewhere.equivalent = 1;
  book.Open(elsewhere);
  const auto members = [&](EquivalentIndex equivalent) {
    std::vector<ParticipantIndex> all;
    for (MemberIndex m = 0; m < book.ledger.member_count(equivalent); ++m) {
      all.push_back(book.ledger.member(equivalent, m));
      EXPECT_EQ(book.ledger.FindMember(equivalent, all.back()), m);
    }
    return all;
  };
  EXPECT_THAT(members(kHourIndex), testing::ElementsAre(500, 999, 2, 127, 128));
  EXPECT_THAT(members(1), testing::ElementsAre(7, 127));
  for (const ParticipantIndex stranger : {0U, 1U, 3U, 126U, 501U, 998U, 1000U, kNoIndex}) {
    EXPECT_EQ(book.ledger.FindMember(kHourIndex, stranger), std::nullopt);
  }
  EXPECT_EQ(book.ledger.FindMember(2, 0), std::nullopt) << "no such equivalent";
  EXPECT_THAT(book.ledger.PairsIn(kHourIndex), testing::ElementsAre(0, 1, 2));
  EXPECT_THAT(book.ledger.PairsIn(1), testing::ElementsAre(3));
  EXPECT_TRUE(book.ledger.PairsIn(2).empty());
  book.Change(line, [](TrustLine& l) { l.status = LineStatus::kClosed; });
  EXPECT_THAT(members(kHourIndex), testing::ElementsAre(500, 999, 2, 127, 128))
      << "never forgotten";
}

// Spec 01 §4.6, row by row.
TEST(LedgerTest, CapacityFollowsLineDebtAndCounterDebt) {
  Book book(2);
  const LineIndex line = book.Open(book.Line(1, 0, 100));
  EXPECT_EQ(book.Capacity(0, 1).direct, 100);
  EXPECT_EQ(book.Capacity(1, 0).direct, 0) << "no line 0→1, no claim";
  EXPECT_TRUE(book.Capacity(0, 1).exists);
  EXPECT_FALSE(book.Capacity(1, 0).exists);
  ASSERT_TRUE(book.Pay({0, 1}, 30).ok());
  EXPECT_EQ(book.Capacity(0, 1).direct, 70);
  EXPECT_EQ(book.Capacity(1, 0).direct, 30) << "what 0 owes can be paid back";
  EXPECT_EQ(book.Capacity(1, 0).transit, 30) << "its line is active: others may pay it back too";
  book.Change(line, [](TrustLine& l) { l.status = LineStatus::kFrozen; });
  EXPECT_EQ(book.Capacity(0, 1).direct, 0) << "a frozen line takes no new debt";
  EXPECT_EQ(book.Capacity(1, 0).direct, 30);
  EXPECT_EQ(book.Capacity(1, 0).transit, 0) << "and carries no one else's payment";
  EXPECT_FALSE(book.Capacity(0, 1).exists);
  EXPECT_TRUE(book.Capacity(1, 0).exists) << "what is owed can be paid back";
  EXPECT_FALSE(book.Capacity(1, 0).carries);
}

TEST(LedgerTest, CapacitySaturatesInsteadOfOverflowing) {
  Book book(2);
  book.Open(book.Line(1, 0, kMaxAmount));
  book.Bring(1, 0, kMaxAmount);
  EXPECT_EQ(book.Capacity(0, 1).direct, kMaxAmount);
  EXPECT_EQ(book.Capacity(0, 1).transit, kMaxAmount);
}

TEST(LedgerTest, PoliciesCapTheFlowOfTheirLine) {
  Book book(2);
  TrustLine line = book.Line(1, 0, 100);
  line.policy.max_single_payment = 40;
  line.policy.daily_limit = 50;
  line.policy.max_hops = 2;
  line.policy.can_be_intermediate = false;
  line.policy.blocked_participants = {Pid()};
  const LineIndex index = book.Open(line);
  EXPECT_EQ(book.Capacity(0, 1).direct, 40);
  EXPECT_EQ(book.Capacity(0, 1).relaxed, 100) << "but for the limits";
  EXPECT_TRUE(book.Capacity(0, 1).carries && book.Capacity(1, 0).carries);
  EXPECT_EQ(book.Capacity(0, 1).max_hops, 2U);
  EXPECT_TRUE(book.Capacity(0, 1).head_forbids) << "the owner is at the head of flow 0→1";
  EXPECT_FALSE(book.Capacity(0, 1).tail_forbids);
  EXPECT_TRUE(book.Capacity(1, 0).tail_forbids) << "and at the tail of flow 1→0";
  EXPECT_EQ(book.Capacity(0, 1).blocked->size(), 1U);
  EXPECT_EQ(book.ledger.DailyLimitedPairs().size(), 1U);
  ASSERT_TRUE(book.Pay({0, 1}, 30).ok());
  EXPECT_EQ(book.Capacity(0, 1, 0).direct, 20) << "what is left of the day";
  EXPECT_EQ(book.Capacity(0, 1, 0).relaxed, 70) << "but for the limits";
  EXPECT_EQ(book.Capacity(0, 1, 1).direct, 40) << "a new day";
  book.Change(index, [](TrustLine& l) { l.policy = LinePolicy(); });
  EXPECT_EQ(book.Capacity(0, 1).direct, 70);
  EXPECT_TRUE(book.ledger.DailyLimitedPairs().empty());
}

// What payments moved earlier in the day counts even when the limit is set later.
TEST(LedgerTest, DailyLimitCountsWhatMovedBeforeItWasSet) {
  Book book(2);
  const LineIndex index = book.Open(book.Line(1, 0, 100));
  ASSERT_TRUE(book.Pay({0, 1}, 30).ok());
  ASSERT_TRUE(book.Pay({1, 0}, 30).ok());
  book.Change(index, [](TrustLine& l) { l.policy.daily_limit = 50; });
  EXPECT_EQ(book.Capacity(0, 1).direct, 20) << "gross: paying back does not make room";
  book.time = kDay;
  ASSERT_TRUE(book.Pay({0, 1}, 50).ok());
  EXPECT_EQ(book.Capacity(0, 1, 1).direct, 0);
}

TEST(LedgerTest, BalanceSumsOverPairs) {
  Book book(3);
  book.Open(book.Line(1, 0, 100));
  book.Open(book.Line(0, 1, 50));
  book.Open(book.Line(2, 0, 7));
  book.Bring(1, 0, 10);
  const Balance balance = book.ledger.BalanceOf(0, kHourIndex, 0);
  EXPECT_EQ(balance.total_debt, 0);
  EXPECT_EQ(balance.total_credit, 10);
  EXPECT_EQ(balance.net, 10);
  EXPECT_EQ(balance.available_to_spend, 117);
  EXPECT_EQ(balance.available_to_receive, 40);
}

// Whoever is not active neither pays nor is paid (spec 01 §1.4): nothing is available to, from or
// through him, and all that is owed stays.
TEST(LedgerTest, NothingIsAvailableWhereNobodyMayPay) {
  Book book(3);
  book.Open(book.Line(1, 0, 100));
  book.Open(book.Line(2, 0, 7));
  ASSERT_TRUE(book.Pay({0, 1}, 40).ok());
  const auto balance = [&](ParticipantIndex index) {
    const Balance of = book.ledger.BalanceOf(index, kHourIndex, 0);
    return std::vector<AmountSum>{of.total_debt, of.total_credit, of.available_to_spend,
                                  of.available_to_receive};
  };
  Participant suspended = book.ledger.participant(1);
  suspended.status = ParticipantStatus::kSuspended;
  book.Must(RecordKind::kSetParticipantStatus,
            {ParticipantEffect{1, book.ledger.participant(1), suspended}});
  EXPECT_EQ(balance(0), (std::vector<AmountSum>{40, 0, 7, 0}));
  EXPECT_EQ(balance(1), (std::vector<AmountSum>{0, 40, 0, 0}));
  Equivalent inactive = book.ledger.equivalent(kHourIndex);
  inactive.status = EquivalentStatus::kInactive;
  book.Must(RecordKind::kUpdateEquivalent,
            {EquivalentEffect{kHourIndex, book.ledger.equivalent(kHourIndex), inactive}});
  EXPECT_EQ(balance(0), (std::vector<AmountSum>{40, 0, 0, 0}));
}

// Found above its limit, a debt may only shrink (spec 01 §6.10, §8.1).
TEST(LedgerTest, ExcessFromOpeningBalancesMayOnlyShrink) {
  Book book(2);
  book.Open(book.Line(1, 0, 100));
  book.Bring(0, 1, 150);
  EXPECT_EQ(book.Capacity(0, 1).direct, 0);
  EXPECT_EQ(CodeName(book.Pay({0, 1}, 1)), "InvariantViolated");
  EXPECT_TRUE(book.Pay({1, 0}, 20).ok());
  EXPECT_EQ(book.PairOf(0, 1).balance, 130);
}

TEST(LedgerTest, SequencesRiseAndFollowAnOperatorWhoJoins) {
  Book book(0);
  Pid pid;
  pid.bytes[0] = 1;
  book.Must(RecordKind::kUpdateEquivalent, {SequenceEffect{pid, 0, 7}});
  EXPECT_EQ(CodeName(book.Try(RecordKind::kUpdateEquivalent, {SequenceEffect{pid, 7, 7}})),
            "InvariantViolated");
  EXPECT_EQ(CodeName(book.Try(RecordKind::kUpdateEquivalent, {SequenceEffect{pid, 6, 9}})),
            "InvariantViolated");
  book.Register(0);
  EXPECT_EQ(book.ledger.LastSequence(pid), 7U);
  book.Must(RecordKind::kLeave, {SequenceEffect{pid, 7, 9}});
  EXPECT_EQ(book.ledger.LastSequence(pid), 9U);
}

// Everything a ledger shows, for comparing two of them.
std::string Show(const Ledger& ledger) {
  std::string bytes;
  Ledger::SnapshotCursor cursor;
  const JournalHead none;
  for (std::string slice = ledger.NextSlice(cursor, none, 1000); !slice.empty();
       slice = ledger.NextSlice(cursor, none, 1000)) {
    bytes += slice;
  }
  for (EquivalentIndex e = 0; e < ledger.equivalent_count(); ++e) {
    for (MemberIndex m = 0; m < ledger.member_count(e); ++m) {
      bytes += std::to_string(ledger.member(e, m)) + " ";
    }
  }
  return bytes;
}

// Folds what the journal has behind `first` into a ledger whose slices are loaded.
void FollowTheJournal(const Book& book, const JournalHead& first, Ledger& loaded) {
  const auto fold = [&](const Record& record, const Hash256&) {
    loaded.Apply(record);
    return OkStatus();
  };
  const StatusOr<JournalHead> head = ReadChain(first, book.journal, fold);
  ASSERT_TRUE(head.ok()) << head.status();
  ASSERT_TRUE(loaded.FinishLoading(*head).ok());
}

// A life of registrations, lines, changes and payments; `between` is called after each record.
void Live(Book& book, const std::function<void()>& between) {
  for (ParticipantIndex i = 2; i < 12; ++i) {
    book.Register(i);
    between();
    const LineIndex line = book.Open(book.Line(i, i - 1, 100));
    between();
    book.Open(book.Line(i, i - 2, 100));
    between();
    ASSERT_TRUE(book.Pay({i - 2, i}, 5).ok());
    between();
    ASSERT_TRUE(book.Pay({i - 1, i}, 50).ok());
    between();
    book.Change(line, [](TrustLine& l) { l.policy.daily_limit = 80; });
    between();
    ASSERT_TRUE(book.Pay({i, i - 1}, 20).ok());
    between();
  }
}

// The hard case: slices of few things, each taken at another record, so that every replay meets
// things that are newer than the record it folds.
TEST(LedgerTest, SnapshotTakenWhileWorkGoesOnPlusTailGivesTheSameState) {
  constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
  for (const std::size_t items :
       {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, std::size_t{1000}, kAll}) {
    Book book(2);
    Ledger::SnapshotCursor cursor;
    std::vector<std::string> slices;
    Live(book, [&] {
      std::string slice = book.ledger.NextSlice(cursor, book.head, items);
      if (!slice.empty()) slices.push_back(std::move(slice));
    });
    for (std::string slice = book.ledger.NextSlice(cursor, book.head, items); !slice.empty();
         slice = book.ledger.NextSlice(cursor, book.head, items)) {
      slices.push_back(std::move(slice));
    }
    Ledger loaded;
    const JournalHead first = loaded.LoadSlice(slices[0]).value();
    for (std::size_t i = 1; i < slices.size(); ++i) {
      ASSERT_TRUE(loaded.LoadSlice(slices[i]).ok());
    }
    FollowTheJournal(book, first, loaded);
    EXPECT_EQ(Show(loaded), Show(book.ledger)) << items << " things a slice";
    EXPECT_EQ(loaded.DailyLimitedPairs(), book.ledger.DailyLimitedPairs());
    EXPECT_EQ(loaded.last_time(), book.ledger.last_time());
    EXPECT_TRUE(loaded.CheckPositions().ok());
  }
}

// His last sequence is with the operators in one slice and with him in the next.
TEST(LedgerTest, SnapshotDuringWhichAnOperatorJoinsGivesTheSameState) {
  Book book(2);
  Pid pid;
  pid.bytes[0] = 3;  // of participant 2, when he is one
  book.Must(RecordKind::kUpdateEquivalent, {SequenceEffect{pid, 0, 7}});
  Ledger loaded;
  Ledger::SnapshotCursor cursor;
  const JournalHead first = loaded.LoadSlice(book.ledger.NextSlice(cursor, book.head, 1)).value();
  book.Register(2);
  for (std::string slice = book.ledger.NextSlice(cursor, book.head, 1); !slice.empty();
       slice = book.ledger.NextSlice(cursor, book.head, 1)) {
    ASSERT_TRUE(loaded.LoadSlice(slice).ok());
  }
  FollowTheJournal(book, first, loaded);
  EXPECT_EQ(loaded.LastSequence(pid), 7U);
  EXPECT_EQ(Show(loaded), Show(book.ledger));
}

TEST(LedgerTest, TheLastSliceIsKnown) {
  Book book(2);
  Live(book, [] {});
  for (const std::size_t items : {std::size_t{1}, std::size_t{3}, std::size_t{1000}}) {
    Ledger::SnapshotCursor cursor;
    std::size_t slices = 0;
    for (bool last = false; !last; ++slices) {
      EXPECT_FALSE(book.ledger.IsLastSlice(cursor));
      ASSERT_FALSE(book.ledger.NextSlice(cursor, book.head, items).empty());
      Ledger::SnapshotCursor peek = cursor;
      last = book.ledger.IsLastSlice(cursor);
      EXPECT_EQ(last, book.ledger.NextSlice(peek, book.head, items).empty());
    }
    EXPECT_GE(slices, 7U);
  }
}

TEST(LedgerTest, SlicesOutOfOrderOrDamagedAreRefused) {
  Book book(2);
  Live(book, [] {});
  Ledger::SnapshotCursor cursor;
  std::vector<std::string> slices;
  for (std::string slice = book.ledger.NextSlice(cursor, book.head, 4); !slice.empty();
       slice = book.ledger.NextSlice(cursor, book.head, 4)) {
    slices.push_back(std::move(slice));
  }
  Ledger out_of_order;
  EXPECT_EQ(CodeName(out_of_order.LoadSlice(slices[2])), "RecordCorrupt");
  // Each kind from its first thing on, but the kinds from behind.
  Ledger from_behind;
  ASSERT_TRUE(from_behind.LoadSlice(slices.front()).ok());
  ASSERT_TRUE(from_behind.LoadSlice(slices.back()).ok());
  EXPECT_EQ(CodeName(from_behind.LoadSlice(slices[1])), "RecordCorrupt");
  for (std::size_t length = 0; length < slices[0].size(); ++length) {
    Ledger ledger;
    EXPECT_EQ(CodeName(ledger.LoadSlice(slices[0].substr(0, length))), "RecordCorrupt");
  }
  std::string newer = slices[0];
  ++newer[0];
  Ledger ledger;
  EXPECT_EQ(CodeName(ledger.LoadSlice(newer)), "FormatNewer");
  // The journal ends before what the slices show.
  Ledger shortened;
  for (const std::string& slice : slices) ASSERT_TRUE(shortened.LoadSlice(slice).ok());
  EXPECT_EQ(CodeName(shortened.FinishLoading(JournalHead{3, Hash256()})), "ChainBroken");
}

// A slice taken apart.
struct TakenApart {
  explicit TakenApart(const std::string& slice) {
    ByteReader reader(slice);
    format = reader.Varint();
    seq = reader.Varint();
    hash = reader.Fixed<Hash256>();
    time = reader.Signed();
    for (std::uint64_t* field : {&kind, &equivalent, &begin, &end, &count}) {
      *field = reader.Varint();
    }
    things = slice.substr(slice.size() - reader.remaining());
  }
  std::string Write() const {
    std::string bytes;
    ByteWriter writer(&bytes);
    writer.Varint(format);
    writer.Varint(seq);
    writer.Fixed(hash);
    writer.Signed(time);
    for (const std::uint64_t field : {kind, equivalent, begin, end, count}) writer.Varint(field);
    return bytes + things;
  }

  std::uint64_t format = 0;
  std::uint64_t seq = 0;
  Hash256 hash;
  Timestamp time = 0;
  std::uint64_t kind = 0;
  std::uint64_t equivalent = 0;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::uint64_t count = 0;
  std::string things;
};

std::vector<TakenApart> SlicesOf(const Book& book, std::size_t items) {
  std::vector<TakenApart> slices;
  Ledger::SnapshotCursor cursor;
  for (std::string slice = book.ledger.NextSlice(cursor, book.head, items); !slice.empty();
       slice = book.ledger.NextSlice(cursor, book.head, items)) {
    slices.emplace_back(slice);
    EXPECT_EQ(slices.back().Write(), slice);
  }
  return slices;
}

// A hub leaves such a snapshot aside, as one that is damaged.
TEST(LedgerTest, SlicesOfOlderFormatsAreRefused) {
  Book book(2);
  Live(book, [] {});
  for (const std::uint64_t format : {0U, 1U, 2U}) {
    TakenApart first = SlicesOf(book, 4)[0];
    first.format = format;
    Ledger loaded;
    const Status status = loaded.LoadSlice(first.Write()).status();
    EXPECT_EQ(CodeName(status), "RecordCorrupt");
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr(std::to_string(format)));
  }
}

// The only line of a book, as a slice has it, and whether it is read.
TEST(LedgerTest, PlainLinesWithWhatNoLineHasAreRefused) {
  Book book(2);
  book.Open(book.Line(0, 1, 100));
  const std::vector<TakenApart> slices = SlicesOf(book, 10);
  const auto load = [&](const std::string& line) {
    Ledger ledger;
    for (TakenApart slice : slices) {
      if (slice.kind == 2) slice.things = line;
      const Status status = ledger.LoadSlice(slice.Write()).status();
      if (!status.ok()) return CodeName(status);
    }
    return CodeName(ledger.FinishLoading(book.head));
  };
  const std::string line = slices[2].things;
  ASSERT_EQ(slices[2].kind, 2U);
  ASSERT_EQ(line.size(), 54U);
  EXPECT_EQ(load(line), "Ok");
  struct Wrong {
    std::size_t at;
    std::string bytes;
  };
  const Wrong all[] = {
      {0, "\x02"},                 // neither plain nor not
      {17, "\xff\xff\xff\xff"},    // equivalent
      {21, "\xff\xff\xff\xff"},    // owner
      {25, "\xff\xff\xff\xff"},    // debtor
      {29, std::string(1, '\0')},  // status
      {29, "\x04"},                // status
      {37, "\x80"},                // a limit below zero
  };
  for (const Wrong& wrong : all) {
    std::string changed = line;
    changed.replace(wrong.at, wrong.bytes.size(), wrong.bytes);
    EXPECT_EQ(load(changed), "RecordCorrupt") << "at " << wrong.at;
  }
  // Every line has one form: a plain one does not come as an effect.
  std::string effect(1, '\x01');
  ByteWriter writer(&effect);
  WriteEffect(LineEffect{0, std::nullopt, book.ledger.line(0)}, writer);
  EXPECT_EQ(load(effect), "RecordCorrupt");
}

TEST(LedgerTest, SlicesWithOneThingTwiceOrMoreThanThereIsAreRefused) {
  Book book(2);
  Live(book, [] {});
  const std::vector<TakenApart> slices = SlicesOf(book, 1);
  const auto load_up_to = [&](std::size_t end) {
    Ledger ledger;
    for (std::size_t i = 0; i < end; ++i) EXPECT_TRUE(ledger.LoadSlice(slices[i].Write()).ok());
    return ledger;
  };
  std::set<std::uint64_t> kinds;
  for (std::size_t i = 1; i < slices.size(); ++i) {
    TakenApart wrong = slices[i];
    wrong.count = wrong.end - 1;
    EXPECT_EQ(CodeName(load_up_to(i).LoadSlice(wrong.Write())), "RecordCorrupt");
    if (wrong.kind < 1 || wrong.kind > 3 || wrong.begin == 0) continue;
    wrong = slices[i];
    wrong.things = slices[i - 1].things;
    // Creations carry their index, so that of the thing before has to be moved on.
    if (wrong.kind == 1) ++wrong.things[1];
    if (wrong.kind == 2 && wrong.things[0] == 1) ++wrong.things[2];
    EXPECT_EQ(CodeName(load_up_to(i).LoadSlice(wrong.Write())), "RecordCorrupt");
    kinds.insert(wrong.kind);
  }
  EXPECT_EQ(kinds.size(), 3U);
}

}  // namespace
}  // namespace geo::tests
