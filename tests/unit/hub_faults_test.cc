// A hub on a store that fails: every documented error, at every call, once and again. What was
// acknowledged stays, nothing is half there, and the hub says what to do.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "geo/hub/hub.h"
#include "geo/readmodel/read_model.h"
#include "geo/testing/faulty_store.h"
#include "tests/support/keys.h"
#include "tests/support/names.h"
#include "tests/support/state_text.h"
#include "tests/support/status.h"
#include "tests/support/village.h"

namespace geo::tests {
namespace {

using testing::FaultyStore;
using testing::StoreCall;
using testing::StoreFault;

using Group = std::vector<std::pair<std::string, Command>>;  // who asks for what

RegisterParticipant Registration(const char* name) {
  RegisterParticipant command;
  command.key = KeyOf(name).public_key();
  command.name = {Salt(), name};
  return command;
}

OpenLine Opening(const char* debtor) {
  OpenLine command;
  command.debtor = KeyOf(debtor).pid();
  command.equivalent = *EquivalentCode::Parse("EUR");
  command.limit = Amount{50};
  return command;
}

Pay Payment(const char* id, const char* payee, Amount amount) {
  Pay command;
  command.id = *TxId::Parse(id);
  command.payee = KeyOf(payee).pid();
  command.equivalent = *EquivalentCode::Parse("EUR");
  command.amount = amount;
  command.description = PersonalText{Salt(), std::string("for ") + id};
  return command;
}

// A short life in groups, refused commands and repeated payments among them.
std::vector<Group> ShortLife() {
  CreateEquivalent create;
  create.code = *EquivalentCode::Parse("EUR");
  return {{{"admin", create}, {"anna", Registration("anna")}, {"ben", Registration("ben")}},
          {{"cleo", Registration("cleo")}, {"ben", Opening("anna")}},
          {{"cleo", Opening("ben")}, {"anna", Payment("p-1", "cleo", 7)}},
          {{"anna", Payment("p-2", "cleo", 9)}, {"anna", Payment("p-1", "cleo", 7)}},
          {{"anna", Payment("p-3", "cleo", 99)}, {"cleo", Payment("p-4", "anna", 16)}},
          {{"anna", Payment("p-5", "ben", 50)}},
          {{"ben", Opening("cleo")}, {"ben", Opening("cleo")}}};
}

HubOptions Options(Durability durability) {
  HubOptions options;
  options.genesis = VillageGenesis();
  options.founded_at = kStart;
  options.durability = durability;
  options.read_model_rows = 2;  // so that it lags behind
  options.snapshot_items = 2;
  return options;
}

using Rows = std::vector<std::vector<std::vector<ColumnValue>>>;  // by table

Rows RowsOf(const MemoryMedium& medium) {
  Rows rows;
  for (const TableDefinition& table : ReadModel::Tables()) rows.push_back(medium.Rows(table.name));
  return rows;
}

// Runs the short life on a medium, from wherever the medium stands.
class Bench {
 public:
  explicit Bench(Durability durability) : options_(Options(durability)) {}

  Status Open(const std::vector<StoreFault>& faults) {
    hub = nullptr;
    auto faulty = std::make_unique<FaultyStore>(NewMemoryStore(medium));
    store = faulty.get();
    for (const StoreFault& fault : faults) store->Schedule(fault);
    StatusOr<std::unique_ptr<Hub>> opened = Hub::Open(std::move(faulty), options_);
    if (opened.ok()) hub = *std::move(opened);
    return opened.status();
  }

  // The first failure. Groups whose records are there already, by `ends`, are left out.
  Status Live(const std::vector<std::uint64_t>& ends) {
    const std::vector<Group> life = ShortLife();
    for (std::size_t i = 0; i < life.size(); ++i) {
      if (!ends.empty() && hub->head().seq >= ends[i]) continue;
      for (const auto& [who, command] : life[i]) {
        const Status status = hub->Submit(TrustedCommand(KeyOf(who).pid(), command), kStart);
        if (!status.ok()) return status;
      }
      const auto results = hub->Flush();
      if (!results.ok()) return results.status();
      EXPECT_EQ(results->size(), life[i].size());
      states[hub->head().seq] = State();
      heads.push_back(hub->head().seq);
    }
    return OkStatus();
  }

  std::string State() const { return StateText(hub->view().ledger()); }

  HubOptions options_;
  std::shared_ptr<MemoryMedium> medium = std::make_shared<MemoryMedium>();
  FaultyStore* store = nullptr;
  std::unique_ptr<Hub> hub;
  std::vector<std::uint64_t> heads;             // after each group that was lived
  std::map<std::uint64_t, std::string> states;  // the states there, by head
};

// The life without failures: what every other one has to come to.
class HubFaults : public ::testing::TestWithParam<Durability> {
 protected:
  void SetUp() override {
    Bench bench(GetParam());
    ASSERT_TRUE(bench.Open({}).ok());
    const std::string founded = bench.State();
    ASSERT_TRUE(bench.Live({}).ok());
    ends_ = bench.heads;
    states_ = bench.states;
    states_[1] = founded;
    appends_ = bench.store->calls(StoreCall::kAppend);
    final_state_ = bench.State();
    ASSERT_TRUE(bench.hub->Close().ok());
    final_rows_ = RowsOf(*bench.medium);
    ASSERT_GT(appends_, 5U);
  }

  // The hub fails: it says so from then on, and shows nothing new.
  void ExpectPoisoned(Bench& bench) {
    const VerifiedCommand command = TrustedCommand(KeyOf("anna").pid(), Leave());
    EXPECT_EQ(CodeName(bench.hub->Submit(command, kStart)), "HubPoisoned");
    EXPECT_EQ(CodeName(bench.hub->Execute(command, kStart)), "HubPoisoned");
    EXPECT_EQ(CodeName(bench.hub->Flush()), "HubPoisoned");
    EXPECT_EQ(CodeName(bench.hub->CheckpointStep()), "HubPoisoned");
    EXPECT_EQ(CodeName(bench.hub->UpdateReadModel()), "HubPoisoned");
    EXPECT_EQ(CodeName(bench.hub->ErasePersonalText(KeyOf("anna").pid())), "HubPoisoned");
    EXPECT_EQ(CodeName(bench.hub->Close()), "HubPoisoned");
  }

  // After reopening: the state after some group, between the two records; then on to the end. What
  // was not durable may be gone.
  void ExpectWholeAndGoOn(Bench& bench, std::uint64_t least, std::uint64_t most) {
    const Status opened = bench.Open({});
    ASSERT_TRUE(opened.ok()) << opened;
    const std::uint64_t seq = bench.hub->head().seq;
    EXPECT_GE(seq, GetParam() == Durability::kDurable ? least : 1);
    EXPECT_LE(seq, most);
    ASSERT_TRUE(states_.count(seq)) << "half a group is there: " << seq;
    EXPECT_TRUE(bench.State() == states_[seq]);
    GoOn(bench);
  }
  void GoOn(Bench& bench) {
    const Status lived = bench.Live(ends_);
    ASSERT_TRUE(lived.ok()) << lived;
    EXPECT_TRUE(bench.State() == final_state_);
    ASSERT_TRUE(bench.hub->Close().ok());
    EXPECT_TRUE(RowsOf(*bench.medium) == final_rows_) << "the read model differs";
  }

  std::map<std::uint64_t, std::string> states_;  // by head
  std::vector<std::uint64_t> ends_;
  std::uint64_t appends_ = 0;
  std::string final_state_;
  Rows final_rows_;
};

StoreFault AppendFault(std::uint64_t nth, ErrorCode code, bool after = false) {
  StoreFault fault;
  fault.nth = nth;
  fault.code = code;
  fault.after = after;
  return fault;
}

TEST_P(HubFaults, BusyLosesNothing) {
  for (std::uint64_t nth = 2; nth <= appends_; ++nth) {
    for (const int times : {1, 3}) {
      Bench bench(GetParam());
      std::vector<StoreFault> faults;
      for (int i = 0; i < times; ++i) {
        faults.push_back(AppendFault(nth + static_cast<std::uint64_t>(i), ErrorCode::kStoreBusy));
      }
      ASSERT_TRUE(bench.Open(faults).ok());
      for (int i = 0; i < times; ++i) {
        const Status status = i == 0 ? bench.Live(ends_) : bench.hub->Flush().status();
        ASSERT_EQ(CodeName(status), "StoreBusy") << nth;
      }
      const auto results = bench.hub->Flush();
      ASSERT_TRUE(results.ok()) << results.status();
      EXPECT_FALSE(results->empty()) << "the answers come after all";
      GoOn(bench);
    }
  }
}

TEST_P(HubFaults, EveryOtherErrorPoisonsAndTheStoreTellsWhatIsThere) {
  const std::vector<std::pair<ErrorCode, bool>> codes = {
      {ErrorCode::kStoreConflict, false}, {ErrorCode::kStoreFenced, false},
      {ErrorCode::kStoreFull, false},     {ErrorCode::kStoreIo, false},
      {ErrorCode::kStoreCorrupt, false},  {ErrorCode::kStoreReadOnly, false},
      {ErrorCode::kTooLarge, false},      {ErrorCode::kInvalidArgument, false},
      {ErrorCode::kStoreUnknown, false},  {ErrorCode::kStoreUnknown, true}};
  for (std::uint64_t nth = 2; nth <= appends_; ++nth) {
    for (const auto& [code, after] : codes) {
      SCOPED_TRACE(std::string(ErrorName(code)) + " at append " + std::to_string(nth));
      Bench bench(GetParam());
      ASSERT_TRUE(bench.Open({AppendFault(nth, code, after)}).ok());
      ASSERT_EQ(CodeName(bench.Live(ends_)), ErrorName(code));
      const std::uint64_t acknowledged = bench.hub->head().seq;
      ExpectPoisoned(bench);
      const auto next = states_.upper_bound(acknowledged);
      const std::uint64_t most = after ? next->first : acknowledged;
      ExpectWholeAndGoOn(bench, after ? most : acknowledged, most);
    }
  }
}

// The same failure again and again, each time after reopening.
TEST_P(HubFaults, StickyErrors) {
  for (const ErrorCode code :
       {ErrorCode::kStoreFull, ErrorCode::kStoreIo, ErrorCode::kStoreUnknown}) {
    Bench bench(GetParam());
    ASSERT_TRUE(bench.Open({AppendFault(4, code)}).ok());
    ASSERT_EQ(CodeName(bench.Live(ends_)), ErrorName(code));
    const std::uint64_t acknowledged = bench.hub->head().seq;
    for (int round = 0; round < 3; ++round) {
      const Status opened = bench.Open({AppendFault(1, code)});
      if (!opened.ok()) {  // not even the founding was durable
        EXPECT_EQ(CodeName(opened), ErrorName(code));
        continue;
      }
      if (GetParam() == Durability::kDurable) {
        EXPECT_EQ(bench.hub->head().seq, acknowledged);
      }
      EXPECT_TRUE(bench.State() == states_[bench.hub->head().seq]);
      ASSERT_EQ(CodeName(bench.Live(ends_)), ErrorName(code));
      ExpectPoisoned(bench);
    }
    ExpectWholeAndGoOn(bench, acknowledged, acknowledged);
  }
}

TEST_P(HubFaults, TheFoundingFails) {
  for (const bool after : {false, true}) {
    Bench bench(GetParam());
    EXPECT_EQ(CodeName(bench.Open({AppendFault(1, ErrorCode::kStoreUnknown, after)})),
              "StoreUnknown");
    ExpectWholeAndGoOn(bench, 1, 1);
  }
}

TEST_P(HubFaults, OpeningFails) {
  for (const auto& [call, code] : std::vector<std::pair<StoreCall, ErrorCode>>{
           {StoreCall::kOpen, ErrorCode::kStoreBusy},
           {StoreCall::kOpen, ErrorCode::kStoreForeign},
           {StoreCall::kOpen, ErrorCode::kStoreNewer},
           {StoreCall::kOpen, ErrorCode::kStoreReadOnly},
           {StoreCall::kLoadSnapshot, ErrorCode::kStoreIo},
           {StoreCall::kReplay, ErrorCode::kStoreIo},
           {StoreCall::kReplay, ErrorCode::kStoreCorrupt}}) {
    for (const std::size_t visits : {0U, 1U, 3U}) {
      Bench bench(GetParam());
      ASSERT_TRUE(bench.Open({}).ok());
      ASSERT_TRUE(bench.Live(ends_).ok());
      ASSERT_TRUE(bench.hub->Checkpoint().ok());
      StoreFault fault;
      fault.call = call;
      fault.code = code;
      fault.visits = visits;
      EXPECT_EQ(CodeName(bench.Open({fault})), ErrorName(code));
      ExpectWholeAndGoOn(bench, 0, ends_.back());
    }
  }
}

// A damaged snapshot is left aside; the journal is whole.
TEST_P(HubFaults, ADamagedSnapshotOnlyCostsTime) {
  for (const std::size_t visits : {0U, 1U, 3U}) {
    Bench bench(GetParam());
    ASSERT_TRUE(bench.Open({}).ok());
    ASSERT_TRUE(bench.Live(ends_).ok());
    ASSERT_TRUE(bench.hub->Checkpoint().ok());
    ASSERT_TRUE(bench.hub->Flush().ok());
    StoreFault fault;
    fault.call = StoreCall::kLoadSnapshot;
    fault.code = ErrorCode::kStoreCorrupt;
    fault.visits = visits;
    ASSERT_TRUE(bench.Open({fault}).ok());
    EXPECT_TRUE(bench.State() == states_[bench.hub->head().seq]);
    GoOn(bench);
  }
}

TEST_P(HubFaults, SnapshotsFail) {
  for (const ErrorCode code : {ErrorCode::kStoreBusy, ErrorCode::kStoreFull, ErrorCode::kStoreIo,
                               ErrorCode::kStoreUnknown}) {
    for (std::uint64_t nth = 1; nth < 8; ++nth) {
      SCOPED_TRACE(std::string(ErrorName(code)) + " at slice " + std::to_string(nth));
      Bench bench(GetParam());
      StoreFault fault = AppendFault(nth, code);
      fault.call = StoreCall::kWriteSnapshot;
      ASSERT_TRUE(bench.Open({fault}).ok());
      ASSERT_TRUE(bench.Live(ends_).ok());
      EXPECT_EQ(CodeName(bench.hub->Checkpoint()), ErrorName(code));
      if (code == ErrorCode::kStoreBusy) {
        EXPECT_TRUE(bench.hub->Checkpoint().ok()) << "begun anew";
        GoOn(bench);
      } else {
        const VerifiedCommand pay = TrustedCommand(KeyOf("ben").pid(), Payment("q", "cleo", 1));
        EXPECT_EQ(CodeName(bench.hub->Execute(pay, kStart)), "StorePoisoned");
        ExpectPoisoned(bench);
        ExpectWholeAndGoOn(bench, 0, ends_.back());
      }
    }
  }
}

// Looking an id up fails: the payment is not made, and may be tried again.
TEST_P(HubFaults, FindingTransactionsFails) {
  Bench bench(GetParam());
  ASSERT_TRUE(bench.Open({}).ok());
  ASSERT_TRUE(bench.Live(ends_).ok());
  const std::string before = bench.State();
  StoreFault fault;
  fault.call = StoreCall::kFindTransaction;
  const auto failed = [&](const VerifiedCommand& command) {
    bench.store->Schedule(fault);
    const auto result = bench.hub->Execute(command, kStart);
    EXPECT_TRUE(result.ok()) << result.status();
    EXPECT_FALSE(result->payment.has_value() || result->proposal.has_value());
    EXPECT_TRUE(bench.State() == before);
    return std::string(ErrorName(result->code()));
  };
  const Pid ben = KeyOf("ben").pid();
  const VerifiedCommand pay = TrustedCommand(ben, Payment("p-3", "anna", 1));
  const VerifiedCommand commit = TrustedCommand(ben, CommitPayment{*TxId::Parse("p-1")});
  const VerifiedCommand reject = TrustedCommand(ben, RejectClearing{*TxId::Parse("p-1")});
  for (const VerifiedCommand& command : {pay, commit, reject}) {
    EXPECT_EQ(failed(command), "StoreIo") << OperationName(command.command());
  }
  EXPECT_EQ(bench.hub->Execute(pay, kStart)->code(), ErrorCode::kOk);
}

// A name that cannot be read now is shown later.
TEST_P(HubFaults, FindingTextsFails) {
  for (std::uint64_t nth = 1; nth <= 2; ++nth) {
    Bench bench(GetParam());
    ASSERT_TRUE(bench.Open({}).ok());
    ASSERT_TRUE(bench.Live(ends_).ok());
    ASSERT_TRUE(bench.hub->Close().ok());
    ASSERT_TRUE(bench.Open({}).ok());
    StoreFault fault;
    fault.call = StoreCall::kFindText;
    fault.nth = nth;
    bench.store->Schedule(fault);
    for (const char* name : {"anna", "ben"}) {
      SetVerificationLevel level;
      level.participant = KeyOf(name).pid();
      level.reason = "the same as before";
      ASSERT_TRUE(bench.hub->Submit(TrustedCommand(KeyOf("admin").pid(), level), kStart).ok());
    }
    ASSERT_TRUE(bench.hub->Flush().ok());
    EXPECT_TRUE(bench.hub->Close().ok());
    EXPECT_TRUE(RowsOf(*bench.medium)[0] == final_rows_[0]) << "a name is missing";
  }
}

// Half of what there is to read is not all of it.
TEST_P(HubFaults, ReadingTheJournalFails) {
  Bench bench(GetParam());
  ASSERT_TRUE(bench.Open({}).ok());
  ASSERT_TRUE(bench.Live(ends_).ok());
  Hub& hub = *bench.hub;
  const auto fail_next = [&](std::size_t visits) {
    StoreFault fault;
    fault.call = StoreCall::kReplay;
    fault.visits = visits;
    bench.store->Schedule(fault);
  };
  const Hash256 name = TextHash({Salt(), "anna"});
  for (const std::size_t visits : {0U, 1U}) {
    fail_next(visits);
    EXPECT_EQ(CodeName(hub.PollEvents(0, 1'000)), "StoreIo");
    fail_next(0);
    EXPECT_EQ(CodeName(hub.FindTransaction(*TxId::Parse("p-1"))), "StoreIo");
    fail_next(visits);
    EXPECT_EQ(CodeName(hub.ErasePersonalText(KeyOf("anna").pid())), "StoreIo");
    EXPECT_TRUE(hub.FindText(name)->has_value());
  }
  EXPECT_EQ(CodeName(hub.ErasePersonalText(KeyOf("nobody").pid())), "UnknownParticipant");
  EXPECT_TRUE(hub.ErasePersonalText(KeyOf("anna").pid()).ok());
  EXPECT_FALSE(hub.FindText(name)->has_value());
  EXPECT_TRUE(hub.FindTransaction(*TxId::Parse("p-1"))->has_value());
  EXPECT_FALSE(hub.PollEvents(0, 1'000)->empty());
}

// Whatever closing still had to write.
TEST_P(HubFaults, ClosingFails) {
  for (const char* left : {"commands", "rows", "acknowledged"}) {
    Bench bench(GetParam());
    ASSERT_TRUE(bench.Open({}).ok());
    ASSERT_TRUE(bench.Live(ends_).ok());
    if (left == std::string("commands")) {
      const VerifiedCommand pay = TrustedCommand(KeyOf("ben").pid(), Payment("q", "anna", 1));
      ASSERT_TRUE(bench.hub->Submit(pay, kStart).ok());
    } else if (left == std::string("rows")) {
      ASSERT_GT(bench.hub->read_model_backlog(), 0U);
    } else {
      ASSERT_TRUE(bench.hub->UpdateReadModel().ok());
      ASSERT_TRUE(bench.hub->AcknowledgeEvents(bench.hub->head().seq).ok());
    }
    bench.store->Schedule({StoreCall::kAppend, 1, ErrorCode::kStoreIo});
    EXPECT_EQ(CodeName(bench.hub->Close()), "StoreIo") << left;
    EXPECT_EQ(CodeName(bench.hub->Close()), "HubPoisoned") << left;
  }
}

TEST_P(HubFaults, WritesAsDurablyAsItIsTold) {
  Bench bench(GetParam());
  ASSERT_TRUE(bench.Open({}).ok());
  ASSERT_TRUE(bench.Live(ends_).ok());
  EXPECT_EQ(bench.store->undurable() == 0, GetParam() == Durability::kDurable);
}

TEST_P(HubFaults, AFlushOfTwoBatchesLosesNoAnswerWhenTheSecondFindsTheStoreBusy) {
  Bench bench(GetParam());
  ASSERT_TRUE(bench.Open({}).ok());
  ASSERT_TRUE(bench.Live(ends_).ok());
  Hub& hub = *bench.hub;
  const auto submit = [&](const char* id) {
    return hub.Submit(TrustedCommand(KeyOf("ben").pid(), Payment(id, "anna", 1)), kStart);
  };
  ASSERT_TRUE(submit("q-1").ok());
  ASSERT_NE(hub.TakeBatch(), nullptr);
  ASSERT_TRUE(submit("q-2").ok());
  bench.store->Schedule({StoreCall::kAppend, 2, ErrorCode::kStoreBusy});
  EXPECT_EQ(CodeName(hub.Flush()), "StoreBusy");
  EXPECT_EQ(hub.pending(), 2U);
  EXPECT_EQ(CodeName(hub.Execute(TrustedCommand(KeyOf("anna").pid(), Leave()), kStart)),
            "StatusConflict");
  const auto results = hub.Flush();
  ASSERT_TRUE(results.ok());
  ASSERT_EQ(results->size(), 2U);
  EXPECT_EQ((*results)[0].payment->transaction->id.text(), "q-1");
  EXPECT_EQ((*results)[1].payment->transaction->id.text(), "q-2");
  EXPECT_EQ(hub.pending(), 0U);
}

TEST_P(HubFaults, InTwoSteps) {
  Bench bench(GetParam());
  ASSERT_TRUE(bench.Open({}).ok());
  ASSERT_TRUE(bench.Live(ends_).ok());
  Hub& hub = *bench.hub;
  EXPECT_EQ(hub.TakeBatch(), nullptr);
  EXPECT_EQ(CodeName(hub.BatchDone(OkStatus())), "StatusConflict");
  const auto submit = [&](const char* id) {
    return hub.Submit(TrustedCommand(KeyOf("ben").pid(), Payment(id, "anna", 1)), kStart);
  };
  ASSERT_TRUE(submit("q-1").ok());
  const Batch* batch = hub.TakeBatch();
  ASSERT_NE(batch, nullptr);
  EXPECT_EQ(CodeName(hub.Checkpoint()), "StatusConflict") << "it would show what is in flight";
  ASSERT_TRUE(submit("q-2").ok());
  ASSERT_TRUE(submit("q-1").ok()) << "known already, though not durable";
  EXPECT_EQ(hub.pending(), 3U);
  EXPECT_EQ(hub.TakeBatch(), batch);
  EXPECT_EQ(CodeName(hub.BatchDone(MakeError(ErrorCode::kStoreBusy, "busy"))), "StoreBusy");
  EXPECT_EQ(hub.TakeBatch(), batch);
  ASSERT_TRUE(bench.store->Append(*batch).ok());
  const auto results = hub.BatchDone(OkStatus());
  ASSERT_TRUE(results.ok());
  ASSERT_EQ(results->size(), 1U);
  ASSERT_EQ((*results)[0].code(), ErrorCode::kOk);
  EXPECT_EQ((*results)[0].payment->transaction->id.text(), "q-1");
  EXPECT_EQ(hub.head().seq, (*results)[0].seq);
  const Batch* second = hub.TakeBatch();
  ASSERT_NE(second, nullptr);
  ASSERT_TRUE(bench.store->Append(*second).ok());
  const auto more = hub.BatchDone(OkStatus());
  ASSERT_TRUE(more.ok());
  ASSERT_EQ(more->size(), 2U);
  EXPECT_FALSE((*more)[0].payment->repeated);
  EXPECT_TRUE((*more)[1].payment->repeated) << "paid twice";
  ASSERT_TRUE(submit("q-3").ok());
  ASSERT_NE(hub.TakeBatch(), nullptr);
  EXPECT_EQ(CodeName(hub.BatchDone(MakeError(ErrorCode::kStoreIo, "lost"))), "StoreIo");
  EXPECT_EQ(hub.TakeBatch(), nullptr) << "a poisoned hub has nothing to write";
  EXPECT_EQ(CodeName(hub.BatchDone(OkStatus())), "HubPoisoned");
  ExpectPoisoned(bench);
  ASSERT_TRUE(bench.Open({}).ok());
  EXPECT_TRUE(bench.hub->FindTransaction(*TxId::Parse("q-1"))->has_value());
  EXPECT_TRUE(bench.hub->FindTransaction(*TxId::Parse("q-2"))->has_value());
  EXPECT_FALSE(bench.hub->FindTransaction(*TxId::Parse("q-3"))->has_value());
}

INSTANTIATE_TEST_SUITE_P(Durabilities, HubFaults,
                         ::testing::Values(Durability::kDurable, Durability::kOrdered),
                         [](const ::testing::TestParamInfo<Durability>& tested) {
                           return tested.param == Durability::kDurable ? "Durable" : "Ordered";
                         });

TEST(HubReopened, WritesNothingThatIsThere) {
  Bench bench(Durability::kDurable);
  ASSERT_TRUE(bench.Open({}).ok());
  ASSERT_TRUE(bench.Live({}).ok());
  ASSERT_TRUE(bench.hub->AcknowledgeEvents(bench.hub->head().seq).ok());
  ASSERT_TRUE(bench.hub->Close().ok());
  ASSERT_TRUE(bench.Open({}).ok());
  EXPECT_EQ(bench.hub->acknowledged(), bench.hub->head().seq);
  EXPECT_TRUE(bench.hub->Close().ok());
  EXPECT_EQ(bench.store->calls(StoreCall::kAppend), 0U);
}

// Rows that are all there stay so.
TEST(HubReopened, AcknowledgesWithoutOtherWork) {
  Bench bench(Durability::kDurable);
  ASSERT_TRUE(bench.Open({}).ok());
  ASSERT_TRUE(bench.Live({}).ok());
  const std::uint64_t head = bench.hub->head().seq;
  ASSERT_TRUE(bench.hub->Close().ok());
  ASSERT_TRUE(bench.Open({}).ok());
  ASSERT_TRUE(bench.hub->AcknowledgeEvents(head).ok());
  const Status closed = bench.hub->Close();
  EXPECT_TRUE(closed.ok()) << closed;
  ASSERT_TRUE(bench.Open({}).ok());
  EXPECT_EQ(bench.hub->acknowledged(), head);
}

TEST(HubReopened, GoesOnFromTheTimeOfTheLastRecord) {
  Bench bench(Durability::kDurable);
  ASSERT_TRUE(bench.Open({}).ok());
  const auto pay = [&](const char* id, Timestamp now) {
    return bench.hub->Execute(TrustedCommand(KeyOf("ben").pid(), Payment(id, "anna", 1)), now);
  };
  ASSERT_TRUE(bench.Live({}).ok());
  ASSERT_EQ(pay("q-1", kStart + 5)->code(), ErrorCode::kOk);
  ASSERT_TRUE(bench.hub->Close().ok());
  ASSERT_TRUE(bench.Open({}).ok());
  ASSERT_EQ(pay("q-2", kStart)->code(), ErrorCode::kOk) << "whose clock is behind";
  const auto events = bench.hub->PollEvents(bench.hub->head().seq - 1, 1);
  EXPECT_EQ(events->front().time, kStart + 5);
}

// What was appended together is read back a few records at a time.
TEST(HubReopened, ReadsGroupsOfAnySize) {
  for (const int size : {1, 15, 16, 17, 100}) {
    Bench bench(Durability::kDurable);
    ASSERT_TRUE(bench.Open({}).ok());
    ASSERT_TRUE(bench.Live({}).ok());
    for (int i = 0; i < size; ++i) {
      const bool back = i % 2 == 0;
      const Pay pay = Payment(("many-" + std::to_string(i)).c_str(), back ? "anna" : "ben", 1);
      const char* const payer = back ? "ben" : "anna";
      ASSERT_TRUE(bench.hub->Submit(TrustedCommand(KeyOf(payer).pid(), pay), kStart).ok());
    }
    const std::uint64_t records = bench.hub->head().seq + static_cast<std::uint64_t>(size);
    ASSERT_TRUE(bench.hub->Flush().ok());
    ASSERT_EQ(bench.hub->head().seq, records);
    const std::string before = bench.State();
    const JournalHead head = bench.hub->head();
    ASSERT_TRUE(bench.hub->Close().ok());
    ASSERT_TRUE(bench.Open({}).ok());
    EXPECT_EQ(bench.hub->head(), head) << size;
    EXPECT_TRUE(bench.State() == before) << size;
  }
}

// Power goes at any moment of a life that is not durable: a prefix of its groups remains.
TEST(HubPowerLoss, LeavesAPrefix) {
  std::vector<std::uint64_t> ends;
  std::uint64_t appends = 0;
  {
    Bench bench(Durability::kOrdered);
    ASSERT_TRUE(bench.Open({}).ok());
    ASSERT_TRUE(bench.Live({}).ok());
    ends = bench.heads;
    appends = bench.store->calls(StoreCall::kAppend);
  }
  for (std::uint64_t nth = 1; nth <= appends; ++nth) {
    for (std::size_t keep = 0; keep <= nth; ++keep) {
      SCOPED_TRACE("append " + std::to_string(nth) + ", keeping " + std::to_string(keep));
      Bench bench(Durability::kOrdered);
      StoreFault fault = AppendFault(nth, ErrorCode::kStoreIo);
      fault.lose_power = true;
      fault.keep = keep;
      const Status opened = bench.Open({fault});
      EXPECT_EQ(CodeName(opened.ok() ? bench.Live(ends) : opened), "StoreIo");
      ASSERT_TRUE(bench.Open({}).ok());
      const std::uint64_t seq = bench.hub->head().seq;
      EXPECT_TRUE(seq == 1 || std::count(ends.begin(), ends.end(), seq) > 0) << seq;
      ASSERT_TRUE(bench.Live(ends).ok());
      EXPECT_EQ(bench.hub->head().seq, ends.back());
      EXPECT_TRUE(bench.hub->view().ledger().CheckPositions().ok());
    }
  }
}

}  // namespace
}  // namespace geo::tests
