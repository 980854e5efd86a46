// Payments of the past and audits, against a plain list of what was done.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "geo/crypto/keys.h"
#include "geo/hub/hub.h"
#include "geo/readmodel/history.h"
#include "src/readmodel/history_index.h"
#include "tests/support/keys.h"
#include "tests/support/names.h"
#include "tests/support/scratch.h"
#include "tests/support/sqlite_reader.h"
#include "tests/support/status.h"
#include "tests/support/village.h"

namespace geo::tests {
namespace {

Pid Who(std::string_view name) { return KeyOf(name).pid(); }

// In a database, or in memory.
class HistoryTest : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    options_.genesis = VillageGenesis();
    options_.founded_at = kStart;
    auto store = GetParam() ? NewSqliteStore(file_) : NewMemoryStore(medium_);
    hub_ = Hub::Open(std::move(store), options_).value();
    for (const char* code : {"EUR", "HOUR"}) {
      CreateEquivalent create;
      create.code = Code(code);
      Do("admin", create);
    }
    for (const char* name : {"anna", "ben", "cleo", "dan"}) {
      RegisterParticipant join;
      join.key = KeyOf(name).public_key();
      join.name = {Salt(), name};
      Do(name, join);
    }
    // anna ↔ ben ↔ cleo in EUR, anna ↔ ben in HOUR.
    Trust("ben", "anna", "EUR");
    of_anna_ = Trust("anna", "ben", "EUR");
    Trust("cleo", "ben", "EUR");
    Trust("ben", "cleo", "EUR");
    Trust("ben", "anna", "HOUR");
    Trust("anna", "ben", "HOUR");
    history_ = Open();
  }

  std::unique_ptr<History> Open() {
    auto reader =
        GetParam() ? NewSqliteJournalReader(file_).value() : NewMemoryJournalReader(medium_);
    return History::Open(std::move(reader)).value();
  }

  CommandResult Do(const char* who, const Command& command) {
    now_ += kSecond;
    const CommandResult result = hub_->Execute(TrustedCommand(Who(who), command), now_).value();
    EXPECT_EQ(ErrorName(result.code()), "Ok") << result.status;
    return result;
  }
  LineId Trust(const char* owner, const char* debtor, const char* code) {
    OpenLine line;
    line.debtor = Who(debtor);
    line.equivalent = Code(code);
    line.limit = "100000";
    return *Do(owner, line).line;
  }
  Pay Payment(const char* to, const char* code) {
    Pay pay;
    pay.id = Id("p" + std::to_string(++payments_));
    pay.payee = Who(to);
    pay.equivalent = Code(code);
    pay.amount = Amount{payments_};
    return pay;
  }
  // What the history shall show: newest first.
  void Expect(const CommandResult& result) {
    const Transaction& t = *result.payment->transaction;
    std::erase_if(wanted_, [&](const PastPayment& p) { return p.id == t.id; });
    static constexpr const char* kNames[] = {"anna", "ben", "cleo", "dan"};
    PastPayment past{result.seq,
                     now_,
                     t.id,
                     Who(kNames[t.payer]),
                     Who(kNames[t.payee]),
                     {},
                     t.amount,
                     t.hold ? PaymentType::kTwoPhase : PaymentType::kOneShot,
                     t.state,
                     false,
                     t.description_hash,
                     {}};
    past.equivalent = Code(t.equivalent == 0 ? "EUR" : "HOUR");
    for (const Route& route : t.routes) {
      PastPayment::Route named{{}, route.amount};
      for (const ParticipantIndex i : route.participants) {
        named.participants.push_back(Who(kNames[i]));
      }
      past.routes.push_back(named);
    }
    wanted_.push_front(past);
  }
  void PayAndExpect(const char* from, const char* to, const char* code) {
    Expect(Do(from, Payment(to, code)));
  }
  TxId PrepareAndExpect(const char* from, const char* to) {
    PreparePayment prepare;
    prepare.payment = Payment(to, "EUR");
    Expect(Do(from, prepare));
    return prepare.payment.id;
  }

  // All pages of `query`, `max` at a time.
  std::vector<PastPayment> All(PaymentQuery query, std::size_t max) {
    query.max = max;
    std::vector<PastPayment> all;
    std::string cursor;
    do {
      const PaymentPage page = history_->Payments(query, cursor).value();
      EXPECT_LE(page.payments.size(), max);
      EXPECT_EQ(page.next.empty() || page.payments.size() == max, true);
      all.insert(all.end(), page.payments.begin(), page.payments.end());
      cursor = page.next;
    } while (!cursor.empty());
    return all;
  }
  using Rule = std::function<bool(const PastPayment&)>;
  void Check(const PaymentQuery& query, const Rule& rule, const char* what) {
    std::vector<PastPayment> some;
    std::copy_if(wanted_.begin(), wanted_.end(), std::back_inserter(some), rule);
    for (const std::size_t max : {1U, 3U, 1000U}) {
      EXPECT_EQ(All(query, max) == some, true) << what << ", pages of " << max;
    }
  }
  std::vector<std::string> Audit(const AuditSubject& subject, std::size_t max = 1000) {
    AuditQuery query{subject};
    query.max = max;
    std::vector<std::string> all;
    std::string cursor;
    do {
      const AuditPage page = history_->Audit(query, cursor).value();
      for (const AuditEntry& entry : page.entries) {
        all.emplace_back(RecordKindName(entry.kind));
      }
      cursor = page.next;
    } while (!cursor.empty());
    return all;
  }

  Scratch scratch_;
  std::string file_ = scratch_.File("village.db");
  std::shared_ptr<MemoryMedium> medium_ = std::make_shared<MemoryMedium>();
  HubOptions options_;
  Timestamp now_ = kStart;
  std::unique_ptr<Hub> hub_;
  std::unique_ptr<History> history_;
  std::deque<PastPayment> wanted_;
  LineId of_anna_;  // anna → ben in EUR
  int payments_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Stores, HistoryTest, ::testing::Bool(), [](const auto& info) {
  return std::string(info.param ? "Sqlite" : "Memory");
});

TEST_P(HistoryTest, PaymentsByEveryFilter) {
  const Timestamp before = now_;
  for (int round = 0; round < 4; ++round) {
    PayAndExpect("anna", "cleo", "EUR");
    PayAndExpect("ben", "anna", "HOUR");
    Expect(Do("cleo", CommitPayment{PrepareAndExpect("cleo", "anna")}));
    Expect(Do("ben", AbortPayment{PrepareAndExpect("ben", "cleo")}));
    PrepareAndExpect("anna", "ben");
  }
  const Timestamp middle = wanted_[7].time;
  const PaymentQuery all;
  Check(
      all, [](const PastPayment&) { return true; }, "all");
  for (const char* name : {"anna", "ben", "cleo", "dan"}) {
    const Pid who = Who(name);
    const auto pays = [=](const PastPayment& p) { return p.payer == who; };
    const auto gets = [=](const PastPayment& p) { return p.payee == who; };
    Check(
        {.participant = who}, [=](const auto& p) { return pays(p) || gets(p); }, name);
    Check({.participant = who, .direction = PaymentDirection::kOutgoing}, pays, "outgoing");
    Check({.participant = who, .direction = PaymentDirection::kIncoming}, gets, "incoming");
  }
  for (const auto state :
       {TransactionState::kPrepared, TransactionState::kCommitted, TransactionState::kAborted}) {
    Check(
        {.state = state}, [=](const auto& p) { return p.state == state; }, "state");
  }
  for (const auto type : {PaymentType::kOneShot, PaymentType::kTwoPhase}) {
    Check(
        {.type = type}, [=](const auto& p) { return p.type == type; }, "type");
  }
  Check(
      {.equivalent = Code("HOUR")}, [](const auto& p) { return p.equivalent == Code("HOUR"); },
      "equivalent");
  Check(
      {.from = middle}, [=](const auto& p) { return p.time >= middle; }, "from");
  Check(
      {.to = middle}, [=](const auto& p) { return p.time < middle; }, "to");
  Check(
      {.from = before, .to = before}, [](const auto&) { return false; }, "never");
  Check(
      {.participant = Who("ben"), .equivalent = Code("EUR"), .to = middle},
      [=](const auto& p) {
        const bool his = p.payer == Who("ben") || p.payee == Who("ben");
        return his && p.equivalent == Code("EUR") && p.time < middle;
      },
      "several");
}

TEST_P(HistoryTest, ExpiredPaymentsSaySo) {
  const TxId id = PrepareAndExpect("anna", "ben");
  hub_->Tick(now_ + 60 * kMinute);
  ASSERT_TRUE(hub_->Flush().ok());
  const PaymentPage page = history_->Payments({}).value();
  ASSERT_EQ(page.payments.size(), 1U);
  EXPECT_EQ(page.payments[0].id, id);
  EXPECT_TRUE(page.payments[0].expired);
  EXPECT_EQ(page.payments[0].state, TransactionState::kAborted);
  EXPECT_EQ(page.payments[0].time, now_ + 60 * kMinute);
}

// Pages stay put while new payments come, and a cursor is good in another History.
TEST_P(HistoryTest, CursorsOutliveNewPaymentsAndTheHistoryTheyCameFrom) {
  for (int i = 0; i < 6; ++i) PayAndExpect("anna", "ben", "EUR");
  PaymentQuery query;
  query.max = 3;
  const PaymentPage first = history_->Payments(query).value();
  const std::deque<PastPayment> old = wanted_;
  for (int i = 0; i < 5; ++i) PayAndExpect("ben", "anna", "EUR");
  history_ = Open();
  const PaymentPage second = history_->Payments(query, first.next).value();
  EXPECT_TRUE(
      std::equal(second.payments.begin(), second.payments.end(), old.begin() + 3, old.end()));
  EXPECT_EQ(second.next, "");
}

TEST_P(HistoryTest, ACursorIsOfOneQueryOnly) {
  for (int i = 0; i < 3; ++i) PayAndExpect("anna", "ben", "EUR");
  const PaymentQuery query{.participant = Who("anna"),
                           .direction = PaymentDirection::kOutgoing,
                           .equivalent = Code("EUR"),
                           .type = PaymentType::kOneShot,
                           .state = TransactionState::kCommitted,
                           .from = kStart,
                           .to = now_ + kDay,
                           .max = 1};
  const std::string next = history_->Payments(query)->next;
  EXPECT_EQ(CodeName(history_->Payments(query, next)), "Ok");
  for (const auto& change : std::vector<std::function<void(PaymentQuery&)>>{
           [](PaymentQuery& q) { q.participant = Who("ben"); },
           [](PaymentQuery& q) { q.direction = PaymentDirection::kAny; },
           [](PaymentQuery& q) { q.equivalent = Code("HOUR"); },
           [](PaymentQuery& q) { q.type = PaymentType::kTwoPhase; },
           [](PaymentQuery& q) { q.state = TransactionState::kAborted; },
           [](PaymentQuery& q) { ++*q.from; }, [](PaymentQuery& q) { ++*q.to; }}) {
    PaymentQuery other = query;
    change(other);
    EXPECT_EQ(CodeName(history_->Payments(other, next)), "InvalidArgument");
  }
  const TxId held = PrepareAndExpect("anna", "cleo");
  Do("anna", CommitPayment{held});
  const TxId other_held = PrepareAndExpect("anna", "cleo");
  Do("anna", CommitPayment{other_held});
  const LineId other_line =
      hub_->view().LineOf(Who("ben"), Who("anna"), Code("EUR")).value()->line.id;
  const std::vector<std::pair<AuditSubject, AuditSubject>> subjects = {
      {Who("anna"), Who("ben")}, {of_anna_, other_line}, {held, other_held}};
  for (const auto& [one, other] : subjects) {
    AuditQuery audit{.subject = one, .from = kStart, .to = now_ + kDay, .max = 1};
    const std::string page = history_->Audit(audit)->next;
    EXPECT_EQ(CodeName(history_->Audit(audit, page)), "Ok");
    audit.subject = other;
    EXPECT_EQ(CodeName(history_->Audit(audit, page)), "InvalidArgument");
    audit.subject = one;
    ++*audit.from;
    EXPECT_EQ(CodeName(history_->Audit(audit, page)), "InvalidArgument");
    --*audit.from;
    ++*audit.to;
    EXPECT_EQ(CodeName(history_->Audit(audit, page)), "InvalidArgument");
  }
}

// Over many blocks, of which a participant is in few.
TEST_P(HistoryTest, FindsTheFewAmongTheMany) {
  for (int round = 0; round < 3; ++round) {
    PayAndExpect("cleo", "ben", "EUR");
    for (int i = 0; i < 1'500; ++i) {
      const TxId id = Id("r" + std::to_string(round) + "-" + std::to_string(i));
      Pay pay = Payment("anna", "HOUR");
      pay.amount = Amount{1};
      if (i % 2 == 1) pay.payee = Who("ben");
      pay.id = id;
      ASSERT_TRUE(hub_->Submit(TrustedCommand(Who(i % 2 == 1 ? "anna" : "ben"), pay), now_).ok());
    }
    ASSERT_TRUE(hub_->Flush().ok());
  }
  Check(
      {.participant = Who("cleo")}, [](const auto&) { return true; }, "cleo");
  std::size_t all = 0;
  std::string cursor;
  do {
    const PaymentPage page = history_->Payments({.max = 999}, cursor).value();
    all += page.payments.size();
    cursor = page.next;
  } while (!cursor.empty());
  EXPECT_EQ(all, 4'503U);
  EXPECT_EQ(history_->head(), hub_->head().seq);
}

// Gives all records as one group, which is more than a reader must.
class InOneGroup : public JournalReader {
 public:
  explicit InOneGroup(std::unique_ptr<JournalReader> inner) : inner_(std::move(inner)) {}
  Status Replay(std::uint64_t after,
                const std::function<StatusOr<bool>(std::string_view packed)>& visit) override {
    const auto append_to = [](std::string* all) {
      return [all](std::string_view packed) -> StatusOr<bool> {
        all->append(packed);
        return true;
      };
    };
    std::string later;
    std::string all;
    if (const Status status = inner_->Replay(after, append_to(&later)); !status.ok()) return status;
    if (const Status status = inner_->Replay(0, append_to(&all)); !status.ok()) return status;
    return later.empty() ? OkStatus() : visit(all).status();
  }
  StatusOr<std::optional<std::uint64_t>> FindTransaction(const TxId& id) override {
    return inner_->FindTransaction(id);
  }

 private:
  std::unique_ptr<JournalReader> inner_;
};

TEST_P(HistoryTest, TakesInNoRecordTwice) {
  PayAndExpect("anna", "ben", "EUR");
  auto reader =
      GetParam() ? NewSqliteJournalReader(file_).value() : NewMemoryJournalReader(medium_);
  history_ = History::Open(std::make_unique<InOneGroup>(std::move(reader))).value();
  now_ += kSecond;
  for (std::uint64_t i = 0; i < kBlockRecords; ++i) {
    const SetVerificationLevel level{Who("dan"), static_cast<std::uint8_t>(1 + i % 2), "seen"};
    ASSERT_TRUE(hub_->Submit(TrustedCommand(Who("admin"), level), now_).ok());
  }
  ASSERT_TRUE(hub_->Flush().ok());
  for (const char* who : {"cleo", "anna"}) {
    PayAndExpect("ben", who, "EUR");
    Check(
        {}, [](const auto&) { return true; }, who);
    EXPECT_EQ(history_->head(), hub_->head().seq);
  }
}

TEST_P(HistoryTest, APageEndsWhereMuchWasReadForIt) {
  const auto ends_a_block = [](std::uint64_t seq) { return seq % kBlockRecords <= 1; };
  std::vector<TxId> wanted;
  for (std::uint64_t seq = hub_->head().seq + 1; seq < 2 * kMostHistoryRecordsRead + 2'000; ++seq) {
    Pay pay = Payment(seq % 2 == 0 ? "ben" : "anna", ends_a_block(seq) ? "EUR" : "HOUR");
    pay.amount = Amount{1};
    if (ends_a_block(seq)) wanted.insert(wanted.begin(), pay.id);
    const Pid payer = Who(seq % 2 == 0 ? "anna" : "ben");
    ASSERT_TRUE(hub_->Submit(TrustedCommand(payer, pay), now_).ok());
    if (seq != kMostHistoryRecordsRead) continue;
    ASSERT_TRUE(hub_->Flush().ok());
    EXPECT_TRUE(history_->Payments({.type = PaymentType::kTwoPhase})->next.empty()) << "read all";
  }
  ASSERT_TRUE(hub_->Flush().ok());
  const PaymentQuery query{.participant = Who("anna"), .equivalent = Code("EUR")};
  std::vector<std::size_t> sizes;
  std::vector<TxId> found;
  std::string cursor;
  do {
    const PaymentPage page = history_->Payments(query, cursor).value();
    for (const PastPayment& payment : page.payments) found.push_back(payment.id);
    sizes.push_back(page.payments.size());
    cursor = page.next;
  } while (!cursor.empty());
  EXPECT_EQ(found, wanted);
  ASSERT_EQ(sizes.size(), 3U);
  EXPECT_LT(sizes[0], 40U);
  EXPECT_EQ(history_->Payments({.type = PaymentType::kTwoPhase})->payments.size(), 0U);
  EXPECT_FALSE(history_->Payments({.type = PaymentType::kTwoPhase})->next.empty());
  // The index tells which need not be read.
  EXPECT_TRUE(history_->Payments({.participant = Who("cleo")})->next.empty());
  EXPECT_TRUE(history_->Payments({.from = now_ + 1})->next.empty()) << "nothing is that new";
  EXPECT_TRUE(history_->Audit({.subject = wanted.front()})->next.empty()) << "it began there";
  EXPECT_EQ(Audit(of_anna_).back(), "open_line");
}

TEST_P(HistoryTest, AuditsOfAParticipantALineAndAPayment) {
  PayAndExpect("anna", "cleo", "EUR");  // by way of ben
  PayAndExpect("anna", "ben", "HOUR");
  const TxId held = PrepareAndExpect("anna", "cleo");
  UpdateLine update;
  update.line = of_anna_;
  update.limit = "7";
  Do("anna", update);
  Do("anna", CommitPayment{held});
  Do("admin", SetParticipantStatus{Who("dan"), ParticipantStatus::kSuspended, "asked to"});
  using Kinds = std::vector<std::string>;
  EXPECT_EQ(Audit(Who("dan")), (Kinds{"set_participant_status", "register_participant"}));
  EXPECT_EQ(Audit(Who("cleo")), (Kinds{"commit_payment", "prepare_payment", "payment", "open_line",
                                       "open_line", "register_participant"}));
  EXPECT_EQ(Audit(held), (Kinds{"commit_payment", "prepare_payment"}));
  EXPECT_EQ(Audit(Id("p1")), (Kinds{"payment"}));
  // Not what moved in HOUR, nor the line the other way, though money over it moves this debt.
  const Kinds of_line = {"commit_payment", "update_line", "prepare_payment", "payment",
                         "open_line"};
  EXPECT_EQ(Audit(of_anna_), of_line);
  PayAndExpect("ben", "cleo", "EUR");
  EXPECT_EQ(Audit(of_anna_), of_line) << "what one of them has with somebody else";
  EXPECT_EQ(Audit(of_anna_, 2), of_line);

  const AuditEntry entry = history_->Audit({.subject = Who("dan")})->entries.front();
  EXPECT_EQ(entry.actor, Who("admin"));
  EXPECT_EQ(entry.reason, "asked to");
  EXPECT_EQ(entry.participants, (std::vector<Pid>{Who("dan")}));
  const AuditEntry paid = history_->Audit({.subject = Id("p1")})->entries.front();
  EXPECT_EQ(paid.participants, (std::vector<Pid>{Who("anna"), Who("ben"), Who("cleo")}));
  EXPECT_EQ(paid.transaction, Id("p1"));
}

// Also what he did in blocks of records from before he was one.
TEST_P(HistoryTest, AuditsOfAParticipantWhoWasAnOperatorBefore) {
  constexpr std::size_t kActs = 1'100;
  now_ += kSecond;
  for (std::size_t i = 0; i < kActs; ++i) {
    const SetVerificationLevel level{Who("dan"), static_cast<std::uint8_t>(1 + i % 2), "seen"};
    ASSERT_TRUE(hub_->Submit(TrustedCommand(Who("admin"), level), now_).ok());
  }
  ASSERT_EQ(hub_->Flush()->size(), kActs);
  RegisterParticipant join;
  join.key = KeyOf("admin").public_key();
  join.name = {Salt(), "admin"};
  Do("admin", join);
  const std::size_t before = 2;  // equivalents
  EXPECT_EQ(Audit(Who("admin")).size(), before + kActs + 1);
}

TEST_P(HistoryTest, AClosedLineSeesNothingOfTheNext) {
  PayAndExpect("ben", "anna", "HOUR");
  PayAndExpect("anna", "ben", "HOUR");
  const auto line = [&] {
    return hub_->view().LineOf(Who("anna"), Who("ben"), Code("EUR")).value()->line.id;
  };
  Do("anna", CloseLine{of_anna_});
  Trust("anna", "ben", "EUR");
  PayAndExpect("ben", "anna", "EUR");
  using Kinds = std::vector<std::string>;
  EXPECT_EQ(Audit(of_anna_), (Kinds{"close_line", "open_line"}));
  EXPECT_EQ(Audit(line()), (Kinds{"payment", "open_line"}));
}

// A payment may pass thousands; a page holds no thousand of such.
TEST_P(HistoryTest, PagesAreFullOfBytesToo) {
  constexpr std::size_t kHops = 4'000;
  constexpr std::size_t kPayments = 200;
  constexpr std::size_t kEach = kHops * sizeof(Pid);
  static_assert(kPayments * kEach > kFullHistoryPageBytes);
  std::vector<Pid> chain = {Who("anna")};
  OpeningBalances lines;
  for (std::size_t i = 1; i <= kHops; ++i) {
    RegisterParticipant join;
    std::memcpy(join.key.bytes.data(), &i, sizeof(i));
    join.name = {Salt(), "link"};
    chain.push_back(PidOf(join.key));
    ASSERT_TRUE(hub_->Submit(TrustedCommand(chain.back(), join), now_).ok());
    lines.lines.push_back({chain[i], chain[i - 1], Code("EUR"), "100"});
  }
  ASSERT_TRUE(hub_->Flush().ok());
  Do("admin", lines);
  Pay pay;
  pay.payee = chain.back();
  pay.equivalent = Code("EUR");
  pay.amount = "0.01";
  pay.constraints.max_hops = kUnlimited;
  for (std::size_t i = 0; i < kPayments; ++i) {
    pay.id = Id("long-" + std::to_string(i));
    Do("anna", pay);
  }
  const auto page_of = [&](const std::string& cursor) {
    const PaymentPage page = history_->Payments({.max = kMaxHistoryPage}, cursor).value();
    EXPECT_LE(page.payments.size(), kFullHistoryPageBytes / kEach);
    return page;
  };
  PaymentPage page = page_of("");
  EXPECT_GE(page.payments.size(), kFullHistoryPageBytes / (kEach + 1'000)) << "as many as fit";
  std::vector<TxId> ids;
  while (true) {
    for (const PastPayment& payment : page.payments) ids.push_back(payment.id);
    if (page.next.empty()) break;
    page = page_of(page.next);
  }
  ASSERT_EQ(ids.size(), kPayments);
  for (std::size_t i = 0; i < kPayments; ++i) {
    EXPECT_EQ(ids[i], Id("long-" + std::to_string(kPayments - 1 - i)));
  }
  const AuditPage audit = history_->Audit({.subject = chain[7], .max = kMaxHistoryPage}).value();
  EXPECT_LE(audit.entries.size(), kFullHistoryPageBytes / kEach);
  EXPECT_FALSE(audit.next.empty());
  const auto names = Audit(chain[7]);
  EXPECT_EQ(names.size(), kPayments + 2);
  EXPECT_EQ(names.back(), "register_participant");
}

TEST_P(HistoryTest, RefusesWhatCannotBeAsked) {
  PayAndExpect("anna", "ben", "EUR");
  PayAndExpect("anna", "ben", "EUR");
  const auto code = [&](const PaymentQuery& query, std::string_view cursor = {}) {
    return CodeName(history_->Payments(query, cursor));
  };
  EXPECT_EQ(CodeName(History::Open(nullptr)), "InvalidArgument");
  EXPECT_EQ(code({.max = 0}), "InvalidArgument");
  EXPECT_EQ(code({.max = kMaxHistoryPage + 1}), "InvalidArgument");
  EXPECT_EQ(code({.direction = PaymentDirection::kIncoming}), "InvalidArgument");
  EXPECT_EQ(code({.participant = Who("stranger")}), "UnknownParticipant");
  EXPECT_EQ(code({.equivalent = Code("NONE")}), "UnknownEquivalent");
  EXPECT_EQ(code({}, "abc"), "InvalidArgument");
  EXPECT_EQ(code({}, "00ff"), "InvalidArgument");
  const std::string next = history_->Payments({.max = 1})->next;
  EXPECT_EQ(code({.max = 2}, next), "Ok") << "the size of pages may change";
  EXPECT_EQ(code({.participant = Who("anna")}, next), "InvalidArgument");
  EXPECT_EQ(code({.from = 0}, next), "InvalidArgument");
  EXPECT_EQ(code({}, next + "00"), "InvalidArgument");
  EXPECT_EQ(CodeName(history_->Audit({.subject = Who("anna")}, next)), "InvalidArgument");
  EXPECT_EQ(CodeName(history_->Audit({.subject = Who("stranger")})), "UnknownParticipant");
  EXPECT_EQ(CodeName(history_->Audit({.subject = LineId()})), "UnknownLine");
  EXPECT_EQ(CodeName(history_->Audit({.subject = Id("nothing")})), "UnknownTransaction");
}

TEST(JournalReaderTest, ReadsOnlyStores) {
  const Scratch scratch;
  EXPECT_EQ(CodeName(NewSqliteJournalReader("")), "InvalidArgument");
  EXPECT_EQ(CodeName(NewSqliteJournalReader(scratch.File("nothing.db"))), "StoreIo");
  WriteFile(scratch.File("text.db"), std::string(10'000, 'x'));
  EXPECT_EQ(CodeName(NewSqliteJournalReader(scratch.File("text.db"))), "StoreForeign");
  SqliteReader(scratch.File("other.db"), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
      .Rows("CREATE TABLE geo_group (seq)");
  EXPECT_EQ(CodeName(NewSqliteJournalReader(scratch.File("other.db"))), "StoreForeign");
  EXPECT_EQ(CodeName(NewSqliteJournalReader(scratch.path().string())), "StoreForeign");
  WriteFile(scratch.File("empty.db"), "");
  EXPECT_EQ(CodeName(NewSqliteJournalReader(scratch.File("empty.db"))), "StoreCorrupt");
  // A store of a later version says so in its header (docs/formats.md).
  const auto store = NewSqliteStore(scratch.File("later.db"));
  ASSERT_TRUE(store->Open({}).ok());
  ASSERT_TRUE(store->Close().ok());
  std::string later = ReadFile(scratch.File("later.db"));
  ASSERT_EQ(later[63], 2);
  later[63] = 3;
  WriteFile(scratch.File("later.db"), later);
  EXPECT_EQ(CodeName(NewSqliteJournalReader(scratch.File("later.db"))), "StoreNewer");
}

}  // namespace
}  // namespace geo::tests
