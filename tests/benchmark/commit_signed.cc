// Signed payments on one core, all in: verify, idempotency, route, check, record, apply, journal in
// memory; beside the bare check of the same signatures.
#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tests/benchmark/commit_rows.h"
#include "tests/benchmark/commit_world.h"

namespace geo::bench {
namespace {

constexpr std::size_t kGroup = 1'000;

struct Prepared {
  World world;
  std::unique_ptr<Hub> hub;
  std::vector<SignedCommand> commands;
};

Prepared& Prepare(Size size) {
  static Prepared prepared = [&] {
    const std::uint32_t participants = size == Size::kSmoke   ? 100
                                       : size == Size::kQuick ? 10'000
                                                              : 100'000;
    Prepared made{World({.participants = participants, .real_keys = true}), nullptr, {}};
    made.hub = made.world.Found(NewMemoryStore(), {.read_model_rows = 0});
    testing::PaymentTrace trace = made.world.Trace();
    const std::size_t count = size == Size::kSmoke ? 50 : size == Size::kQuick ? 3'000 : 10'000;
    for (std::uint64_t number = 1; number <= count; ++number) {
      const testing::GeneratedPayment payment = trace.Next();
      Pay pay = made.world.PayOf(payment, number);
      pay.amount = FormatAmount(payment.amount, testing::kGeneratedPrecision);
      auto command = SignCommand(made.world.KeyOf(payment.from), World::kNetwork, pay, 0,
                                 {World::kNow, World::kNow + 60 * kSecond});
      Require(command.status(), "sign");
      made.commands.push_back(*std::move(command));
    }
    return made;
  }();
  return prepared;
}

// Everything from the envelope to the answer, in groups: all signatures of one, then its payments,
// so that neither throws the other's tables out of the cache. How many payments were completed.
[[gnu::noinline]] std::size_t PayAllSigned(Hub& hub, const std::vector<SignedCommand>& commands) {
  std::size_t paid = 0;
  for (std::size_t next = 0; next < commands.size(); next += kGroup) {
    const auto group = std::span(commands).subspan(next, std::min(kGroup, commands.size() - next));
    std::vector<StatusOr<VerifiedCommand>> verified(group.size());
    Require(VerifyCommands(group, World::kNetwork, verified), "verify");
    for (const StatusOr<VerifiedCommand>& one : verified) {
      Require(one.status(), "verify");
      Require(hub.Submit(*one, World::kNow), "submit");
    }
    const auto results = hub.Flush();
    Require(results.status(), "flush");
    for (const CommandResult& result : *results) {
      Require(result.status, "payment");
      paid += result.code() == ErrorCode::kOk ? 1 : 0;
    }
  }
  return paid;
}

void MeasureAllIn(Row& row, Size size) {
  Prepared& prepared = Prepare(size);
  const std::int64_t begin = ThreadCpuTime();
  const std::size_t paid = PayAllSigned(*prepared.hub, prepared.commands);
  const double us = static_cast<double>(ThreadCpuTime() - begin) / 1000;
  const auto count = static_cast<double>(prepared.commands.size());
  row.AddMicroseconds(us, prepared.commands.size());
  row.Set("payments_per_cpu_second", 1e6 * count / us);
  row.Set("completed", static_cast<double>(paid) / count);
}

void MeasureBare(Row& row, Size size) {
  Prepared& prepared = Prepare(size);
  const std::int64_t begin = ThreadCpuTime();
  for (const SignedCommand& command : prepared.commands) {
    Require(
        VerifySignature(command.envelope.key, command.envelope.message, command.envelope.signature),
        "signature");
  }
  row.AddMicroseconds(static_cast<double>(ThreadCpuTime() - begin) / 1000,
                      prepared.commands.size());
}

}  // namespace

void AddSignedRows(Size size) {
  const std::string network = size == Size::kSmoke   ? "hk 100"
                              : size == Size::kQuick ? "hk 10k"
                                                     : "hk 100k";
  const std::string operation = "signed payment, all in";
  AddRow({network, operation, "geo"}, [=](Row& row) { MeasureAllIn(row, size); });
  AddRow({network, operation, "bare Ed25519 verification"},
         [=](Row& row) { MeasureBare(row, size); });
}

}  // namespace geo::bench
