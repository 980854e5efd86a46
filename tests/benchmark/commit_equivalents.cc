// A hub of many equivalents, each among participants of its own, beside one equivalent of them all:
// the same number of participants, lines and payments.
#include <malloc.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/benchmark/commit_rows.h"
#include "tests/benchmark/commit_world.h"
#include "tests/support/keys.h"
#include "tests/support/scratch.h"

namespace geo::bench {
namespace {

constexpr std::size_t kGroup = 10'000;

struct Shape {
  std::uint32_t equivalents = 1;
  std::uint32_t members = 100;  // of each, and as many payments in it
};

HubOptions WithoutRows() { return {.durability = Durability::kOrdered, .read_model_rows = 0}; }

// What the process has in memory.
double ResidentBytes() {
  malloc_trim(0);
  std::size_t pages = 0;
  std::FILE* const file = std::fopen("/proc/self/statm", "r");
  Require(file != nullptr && std::fscanf(file, "%*u %zu", &pages) == 1, "/proc/self/statm");
  std::fclose(file);
  return static_cast<double>(pages) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

EquivalentCode CodeOf(std::uint32_t equivalent) {
  return EquivalentCode::Parse("E" + std::to_string(equivalent)).value();
}

// Equivalent e is a generated network of the participants from e · members on.
class ManyEquivalents {
 public:
  explicit ManyEquivalents(const Shape& shape)
      : shape_(shape), everybody_({.participants = shape.equivalents * shape.members}) {}

  std::unique_ptr<Hub> Open(const std::string& file) const {
    auto opened = Hub::Open(NewSqliteStore(file), everybody_.Options(WithoutRows()));
    Require(opened.status(), "open");
    return *std::move(opened);
  }

  std::unique_ptr<Hub> Found(const std::string& file) {
    std::unique_ptr<Hub> hub = Open(file);
    for (std::uint32_t i = 0; i < shape_.equivalents * shape_.members; ++i) {
      RegisterParticipant join;
      join.key = everybody_.key(i);
      join.name = {Salt(), "somebody"};
      Submit(*hub, everybody_.pid(i), std::move(join));
    }
    for (std::uint32_t e = 0; e < shape_.equivalents; ++e) Settle(*hub, e);
    Flush(*hub);
    return hub;
  }

  // Every equivalent in turn, so that no payment finds the tables of the one before. Microseconds
  // each, from the command to the answer.
  double Pay(Hub& hub) {
    const std::int64_t begin = ThreadCpuTime();
    std::size_t paid = 0;
    const std::size_t count = std::size_t{shape_.members} * shape_.equivalents;
    for (std::size_t i = 0; i < count; ++i) {
      const auto equivalent = static_cast<std::uint32_t>(i % shape_.equivalents);
      const testing::GeneratedPayment payment = traces_[equivalent].Next();
      geo::Pay pay;
      pay.id = TxId::Parse("p" + std::to_string(i)).value();
      pay.payee = PidIn(equivalent, payment.to);
      pay.equivalent = CodeOf(equivalent);
      pay.amount = payment.amount;
      const Pid& payer = PidIn(equivalent, payment.from);
      Require(hub.Submit(TrustedCommand(payer, std::move(pay)), World::kNow), "submit");
      if (hub.pending() == kGroup) paid += Flush(hub);
    }
    paid += Flush(hub);
    Require(paid > count / 2, "payments");
    return static_cast<double>(ThreadCpuTime() - begin) / 1000 / static_cast<double>(count);
  }

 private:
  const Pid& PidIn(std::uint32_t equivalent, std::uint32_t member) const {
    return everybody_.pid(equivalent * shape_.members + member);
  }

  static void Submit(Hub& hub, const Pid& who, Command command) {
    Require(hub.Submit(TrustedCommand(who, std::move(command)), World::kNow), "submit");
    if (hub.pending() == kGroup) Require(Flush(hub) == kGroup, "settle");
  }

  // How many commands were carried out.
  static std::size_t Flush(Hub& hub) {
    const auto results = hub.Flush();
    Require(results.status(), "flush");
    std::size_t done = 0;
    for (const CommandResult& result : *results) done += result.code() == ErrorCode::kOk ? 1 : 0;
    return done;
  }

  void Settle(Hub& hub, std::uint32_t equivalent) {
    const Pid admin = tests::KeyOf("admin").pid();
    CreateEquivalent create;
    create.code = CodeOf(equivalent);
    Submit(hub, admin, create);
    auto network =
        testing::GenerateNetwork({.participants = shape_.members, .seed = equivalent + 1});
    Require(network.status(), "network");
    OpeningBalances opening;
    for (const testing::GeneratedLine& line : network->lines) {
      opening.lines.push_back({.owner = PidIn(equivalent, line.owner),
                               .debtor = PidIn(equivalent, line.debtor),
                               .equivalent = create.code,
                               .limit = line.limit});
      if (opening.lines.size() == 100'000) Submit(hub, admin, std::exchange(opening, {}));
    }
    Submit(hub, admin, std::move(opening));
    auto trace = testing::PaymentTrace::Create(*network, {.seed = equivalent});
    Require(trace.status(), "trace");
    traces_.push_back(*std::move(trace));
  }

  Shape shape_;
  World everybody_;  // its own network is not used
  std::vector<testing::PaymentTrace> traces_;
};

void MeasureLife(Row& row, const Shape& shape) {
  const tests::Scratch scratch;
  const std::string file = scratch.File("hub.geo");
  ManyEquivalents world(shape);
  std::unique_ptr<Hub> hub = world.Found(file);
  row.Set("pay_us", world.Pay(*hub));
  Require(hub->Checkpoint(), "snapshot");
  Require(hub->Close(), "close");
  hub.reset();
  const double before = ResidentBytes();
  row.Time([&] { hub = world.Open(file); });
  row.Set("resident_mb", (ResidentBytes() - before) / 1e6);
  row.Set("lines", static_cast<double>(hub->view().ledger().line_count()));
}

}  // namespace

void AddEquivalentRows(Size size) {
  const std::uint32_t many = size == Size::kSmoke ? 10 : size == Size::kQuick ? 100 : 1'000;
  const std::uint32_t members = size == Size::kSmoke ? 10 : 100;
  for (const Shape& shape : {Shape{1, many * members}, Shape{many, members}}) {
    const std::string network = shape.equivalents == 1
                                    ? "one equivalent of " + std::to_string(shape.members)
                                    : std::to_string(shape.equivalents) + " equivalents of " +
                                          std::to_string(shape.members);
    AddRow({network, "open with a snapshot", "geo"}, [=](Row& row) { MeasureLife(row, shape); });
  }
}

}  // namespace geo::bench
