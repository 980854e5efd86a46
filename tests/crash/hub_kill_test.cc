// kill -9 at random moments of a hub's durable life: no acknowledged payment is lost, none is there
// by half, and none that was refused has come about.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "geo/hub/hub.h"
#include "geo/testing/crash_runner.h"
#include "tests/support/environment.h"
#include "tests/support/keys.h"
#include "tests/support/names.h"
#include "tests/support/scratch.h"

namespace geo::tests {
namespace {

constexpr std::uint32_t kPeople = 12;

const Pid& Person(std::uint32_t number) {
  static const auto* const kPids = [] {
    auto* pids = new std::array<Pid, kPeople>();
    for (std::uint32_t i = 0; i < kPeople; ++i) (*pids)[i] = KeyOf("p" + std::to_string(i)).pid();
    return pids;
  }();
  return (*kPids)[number];
}

StatusOr<std::unique_ptr<Hub>> OpenHub(const std::string& path) {
  HubOptions options;
  const SecretKey admin = KeyOf("admin");
  options.genesis = Genesis{
      1, "killed", admin.public_key(), {{admin.pid(), admin.public_key(), OperatorRole::kAdmin}}};
  options.founded_at = kStart;
  options.read_model_rows = 16;  // the backlog is killed too
  options.snapshot_items = 40;   // a snapshot takes a few slices, so some are killed half way
  return Hub::Open(NewSqliteStore(path), options);
}

// Everybody trusts his next three neighbours in the ring.
void Settle(const std::string& path) {
  const std::unique_ptr<Hub> hub = OpenHub(path).value();
  const auto run = [&](const Pid& who, Command command) {
    const auto result = hub->Execute(TrustedCommand(who, std::move(command)), kStart).value();
    ASSERT_TRUE(result.status.ok()) << result.status;
  };
  CreateEquivalent hours;
  hours.code = Hours();
  run(KeyOf("admin").pid(), hours);
  for (std::uint32_t i = 0; i < kPeople; ++i) {
    RegisterParticipant person;
    person.key = KeyOf("p" + std::to_string(i)).public_key();
    person.name = {Salt(), "p" + std::to_string(i)};
    run(Person(i), person);
  }
  for (std::uint32_t i = 0; i < kPeople; ++i) {
    for (std::uint32_t k = 1; k <= 3; ++k) {
      OpenLine line;
      line.debtor = Person((i + k) % kPeople);
      line.equivalent = Hours();
      line.limit = Amount{1000};
      run(Person(i), line);
    }
  }
  ASSERT_TRUE(hub->Close().ok());
}

// What was asked for and answered; said to the parent as it is.
struct Answer {
  std::uint64_t number = 0;  // of the payment, unique over the whole test
  std::uint32_t payer = 0;
  std::uint32_t payee = 0;
  std::int64_t amount = 0;
  std::int64_t accepted = 0;
};

Pay ToPay(const Answer& asked) {
  Pay pay;
  pay.id = TxId::Parse("k" + std::to_string(asked.number)).value();
  pay.payee = Person(asked.payee);
  pay.equivalent = Hours();
  pay.amount = Amount{asked.amount};
  return pay;
}

// The child: pays for ever, in groups, and tells only what Flush has released.
int Work(const std::string& path, std::uint64_t round, const testing::Say& say) {
  StatusOr<std::unique_ptr<Hub>> opened = OpenHub(path);
  if (!opened.ok()) return 1;
  Hub& hub = **opened;
  std::mt19937_64 random(round);
  for (std::uint64_t number = round * 1'000'000;;) {
    std::vector<Answer> asked;
    for (std::uint64_t i = random() % 50 + 1; i > 0; --i) {
      Answer one;
      one.number = number++;
      one.payer = static_cast<std::uint32_t>(random() % kPeople);
      one.payee = static_cast<std::uint32_t>((one.payer + 1 + random() % (kPeople - 1)) % kPeople);
      one.amount = static_cast<std::int64_t>(random() % 400 + 1);
      if (!hub.Submit(TrustedCommand(Person(one.payer), ToPay(one)), kStart).ok()) return 2;
      asked.push_back(one);
    }
    const StatusOr<std::vector<CommandResult>> results = hub.Flush();
    if (!results.ok() || results->size() != asked.size()) return 3;
    for (std::size_t i = 0; i < asked.size(); ++i) {
      asked[i].accepted = (*results)[i].code() == ErrorCode::kOk ? 1 : 0;
    }
    say(std::string_view(reinterpret_cast<const char*>(asked.data()),
                         asked.size() * sizeof(Answer)));
    if (random() % 2 == 0 && !hub.CheckpointStep().ok()) return 5;
  }
}

std::vector<Answer> AnswersOf(const testing::CrashRun& run) {
  std::vector<Answer> answers;
  for (const std::string& group : run.messages) {
    for (std::size_t at = 0; at < group.size(); at += sizeof(Answer)) {
      std::memcpy(&answers.emplace_back(), group.data() + at, sizeof(Answer));
    }
  }
  return answers;
}

// An accounting of its own: debts as the routes of the transactions found make them.
class Books {
 public:
  // Takes in what the journal holds beyond what was seen before. Returns how many payments that
  // was.
  std::size_t Read(Hub& hub) {
    const std::vector<Event> events = hub.PollEvents(seen_, 1'000'000).value();
    std::size_t payments = 0;
    for (const Event& event : events) {
      seen_ = event.seq;
      if (event.type != EventType::kPaymentCommitted) continue;
      const auto transaction = hub.FindTransaction(*event.transaction).value();
      Amount total = 0;
      for (const Route& route : transaction->routes) {
        total += route.amount;
        for (std::size_t i = 0; i + 1 < route.participants.size(); ++i) {
          Move(route.participants[i], route.participants[i + 1], route.amount);
        }
      }
      EXPECT_EQ(total, transaction->amount);
      ++payments;
    }
    return payments;
  }

  // The debts, in the order of the pairs of participants.
  std::map<std::pair<Pid, Pid>, Amount> Debts() const {
    std::map<std::pair<Pid, Pid>, Amount> debts;
    for (const auto& [pair, amount] : owed_) {
      if (amount > 0) debts[{Person(pair.first), Person(pair.second)}] = amount;
    }
    return debts;
  }

 private:
  void Move(std::uint32_t from, std::uint32_t to, Amount amount) {
    owed_[{from, to}] += amount;
    owed_[{to, from}] -= amount;
  }

  std::uint64_t seen_ = 0;
  std::map<std::pair<std::uint32_t, std::uint32_t>, Amount> owed_;
};

void CheckAnswers(Hub& hub, const std::vector<Answer>& answers) {
  for (const Answer& answer : answers) {
    const auto found = hub.FindTransaction(ToPay(answer).id).value();
    ASSERT_EQ(found.has_value(), answer.accepted == 1) << "payment " << answer.number;
    if (!found.has_value()) continue;
    ASSERT_EQ(found->payer, answer.payer);
    ASSERT_EQ(found->payee, answer.payee);
    ASSERT_EQ(found->amount, answer.amount);
    ASSERT_EQ(found->state, TransactionState::kCommitted);
  }
  // Whoever did not hear the answer may ask again.
  if (answers.empty() || answers.back().accepted == 0) return;
  const Answer& last = answers.back();
  const auto again = hub.Execute(TrustedCommand(Person(last.payer), ToPay(last)), kStart).value();
  ASSERT_TRUE(again.payment.has_value() && again.payment->repeated);
}

// Now and then, as a server does: without it each opening reads all that ever happened, since the
// children live too short to finish many snapshots and to fill in all rows.
Status CatchUp(std::uint64_t round, Hub& hub) {
  if (round % 20 != 0) return OkStatus();
  if (const Status status = hub.UpdateReadModel(); !status.ok()) return status;
  return hub.Checkpoint();
}

TEST(HubKillTest, NoAcknowledgedPaymentIsLostAndNoneIsThereByHalf) {
  // In memory where there is such a place: what a killed process wrote outlives it anyway.
  const Scratch scratch(Scratch::Place::kMemory);
  const std::string path = scratch.File("hub.db");
  Settle(path);
  Books books;
  std::size_t acknowledged = 0;
  std::size_t found = 0;
  testing::CrashLoopOptions options;
  options.rounds = TierCount<std::uint64_t>(60, 1000);
  options.most_messages = 4;
  options.seed = 5;
  const auto check = [&](std::uint64_t round, const testing::CrashRun& run) -> std::string {
    const std::vector<Answer> answers = AnswersOf(run);
    const StatusOr<std::unique_ptr<Hub>> hub = OpenHub(path);
    if (!hub.ok()) return std::string(hub.status().message());
    CheckAnswers(**hub, answers);
    found += books.Read(**hub);
    for (const Answer& answer : answers) acknowledged += answer.accepted == 1 ? 1 : 0;
    if (const Status status = CatchUp(round, **hub); !status.ok()) {
      return std::string(status.message());
    }
    const auto listed = (*hub)->view().DebtsOf(Hours(), 0, 1'000)->debts;
    std::map<std::pair<Pid, Pid>, Amount> debts;
    for (const DebtView& debt : listed) debts[{debt.debtor, debt.creditor}] = debt.amount;
    if (debts.size() != listed.size() || debts != books.Debts()) return "other debts";
    if (!(*hub)->view().ledger().CheckPositions().ok()) return "unbalanced positions";
    return HasFailure() ? "see above" : "";
  };
  const auto work = [&](std::uint64_t round, const testing::Say& say) {
    return Work(path, round, say);
  };
  EXPECT_EQ(testing::RunCrashLoop(options, work, check), "");
  EXPECT_GT(acknowledged, 100U) << "the children must have worked";
  EXPECT_GE(found, acknowledged);
  RecordProperty("acknowledged", std::to_string(acknowledged));
}

}  // namespace
}  // namespace geo::tests
