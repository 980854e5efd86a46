#include "tests/benchmark/commit_world.h"

#include <cstdio>
#include <cstdlib>
#include <utility>
#include <variant>

#include "geo/base/encoding.h"
#include "geo/crypto/hash.h"
#include "tests/support/keys.h"

namespace geo::bench {
namespace {

constexpr std::size_t kPerFlush = 10'000;
constexpr std::size_t kPerRecord = 100'000;
constexpr Amount kRoomy = Amount{1} << 50;

// Whether every hop has a line: what only pays a debt back comes to an end.
bool HasLines(const Ledger& ledger, const Plan& plan) {
  for (const Route& route : plan.routes) {
    for (std::size_t i = 0; i + 1 < route.participants.size(); ++i) {
      if (!ledger.FindLatestLine(0, route.participants[i + 1], route.participants[i])) return false;
    }
  }
  return true;
}

}  // namespace

void Require(bool condition, const std::string& what) {
  if (condition) return;
  std::fprintf(stderr, "benchmark: %s\n", what.c_str());
  std::abort();
}

void Require(const Status& status, const std::string& what) {
  Require(status.ok(), what + ": " + std::string(status.message()));
}

World::World(const WorldOptions& options) : options_(options) {
  for (std::uint32_t i = 0; i < options.equivalents; ++i) {
    auto made = testing::GenerateNetwork({.participants = options.participants, .seed = i + 1});
    Require(made.status(), "network");
    networks_.push_back(*std::move(made));
  }
  for (std::uint32_t i = 0; i < options.participants * options.equivalents; ++i) {
    const PublicKey key =
        options.real_keys ? KeyOf(i).public_key()
                          : PublicKey::FromBytes(Sha256("key " + std::to_string(i)).view()).value();
    keys_.push_back(key);
    pids_.push_back(PidOf(key));
  }
}

EquivalentCode World::Code(std::uint32_t equivalent) {
  return EquivalentCode::Parse("E" + std::to_string(equivalent)).value();
}

SecretKey World::KeyOf(std::uint32_t participant) const {
  return tests::KeyOf("participant " + std::to_string(participant));
}

HubOptions World::Options(HubOptions options) const {
  const SecretKey admin = tests::KeyOf("admin");
  options.genesis = Genesis{1,
                            kNetwork,
                            tests::KeyOf("hub").public_key(),
                            {{admin.pid(), admin.public_key(), OperatorRole::kAdmin}}};
  options.founded_at = kNow;
  return options;
}

std::unique_ptr<Hub> World::Found(std::unique_ptr<Store> store, HubOptions options) const {
  auto opened = Hub::Open(std::move(store), Options(std::move(options)));
  Require(opened.status(), "open");
  std::unique_ptr<Hub> hub = *std::move(opened);
  const Pid admin = tests::KeyOf("admin").pid();
  const auto flush = [&] {
    const auto results = hub->Flush();
    Require(results.status(), "flush");
    for (const CommandResult& result : *results) Require(result.status, "settle");
  };
  const auto submit = [&](const Pid& who, Command command) {
    Require(hub->Submit(TrustedCommand(who, std::move(command)), kNow), "submit");
    if (hub->pending() >= kPerFlush) flush();
  };
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    RegisterParticipant join;
    join.key = keys_[i];
    join.name = {Salt(), "somebody"};
    submit(pids_[i], join);
  }
  for (std::uint32_t equivalent = 0; equivalent < options_.equivalents; ++equivalent) {
    CreateEquivalent create;
    create.code = Code(equivalent);
    submit(admin, create);
    OpeningBalances part;
    for (const testing::GeneratedLine& line : network(equivalent).lines) {
      const Amount limit = options_.roomy ? kRoomy : line.limit;
      part.lines.push_back({.owner = pid(line.owner, equivalent),
                            .debtor = pid(line.debtor, equivalent),
                            .equivalent = create.code,
                            .limit = limit});
      if (part.lines.size() == kPerRecord) submit(admin, std::exchange(part, {}));
    }
    submit(admin, std::exchange(part, {}));
    for (const testing::GeneratedDebt& debt : network(equivalent).debts) {
      part.debts.push_back({.debtor = pid(debt.debtor, equivalent),
                            .creditor = pid(debt.creditor, equivalent),
                            .equivalent = create.code,
                            .amount = debt.amount});
      if (part.debts.size() == kPerRecord) submit(admin, std::exchange(part, {}));
    }
    submit(admin, std::exchange(part, {}));
  }
  flush();
  Require(hub->UpdateReadModel(), "read model");
  Require(hub->view().ledger().founded(), "view");  // which brings the graph up to date
  return hub;
}

testing::PaymentTrace World::Trace(std::uint32_t equivalent) const {
  auto trace = testing::PaymentTrace::Create(
      network(equivalent), {testing::PaymentPairs::kRandom, testing::kSmallPayment, 11});
  Require(trace.status(), "trace");
  return *std::move(trace);
}

Pay World::PayOf(const testing::GeneratedPayment& payment, std::uint64_t number,
                 std::uint32_t equivalent) const {
  Pay pay;
  // As random as a UUID.
  pay.id = TxId::Parse(EncodeHex(Sha256(std::to_string(number)).view()).substr(0, 32)).value();
  pay.payee = pid(payment.to, equivalent);
  pay.equivalent = Code(equivalent);
  pay.amount = payment.amount;
  return pay;
}

std::vector<PlannedPayment> World::Plans(const Hub& hub, std::size_t count) const {
  std::vector<PlannedPayment> planned;
  testing::PaymentTrace trace = Trace();
  for (std::uint64_t number = 1; planned.size() < count; ++number) {
    const testing::GeneratedPayment payment = trace.Next();
    Pay pay = PayOf(payment, number);
    auto answer = hub.view().FindRoutes(pids_[payment.from], pay.payee, Code(), payment.amount, {});
    Require(answer.status(), "plan");
    Plan* plan = std::get_if<Plan>(&answer->outcome);
    if (plan == nullptr || !HasLines(hub.view().ledger(), *plan)) continue;
    planned.push_back({TrustedCommand(pids_[payment.from], std::move(pay)), std::move(*plan)});
  }
  return planned;
}

HubOptions WithoutRows() { return {.durability = Durability::kOrdered, .read_model_rows = 0}; }

std::unique_ptr<Hub> OpenAgain(const World& world, const std::string& file) {
  auto opened = Hub::Open(NewSqliteStore(file), world.Options(WithoutRows()));
  Require(opened.status(), "reopen");
  return *std::move(opened);
}

}  // namespace geo::bench
