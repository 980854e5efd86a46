#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "geo/graph/decompose.h"
#include "geo/graph/search.h"
#include "geo/payment/payment.h"
#include "geo/routing/verify.h"
#include "tests/benchmark/routing_rows.h"

namespace geo::bench {
namespace {

using graph::Flow;
using testing::GeneratedPayment;

// The limits of every payment here, the router's defaults.
constexpr std::uint32_t kHops = 8;
constexpr std::uint32_t kPaths = 8;

// Payments of one kind.
struct Kind {
  const char* name;
  testing::PaymentPairs pairs;
  Amount median;
};
constexpr Kind kSmallRandom = {"S random", testing::PaymentPairs::kRandom, testing::kSmallPayment};
constexpr Kind kSmallLocal = {"S local", testing::PaymentPairs::kLocal, testing::kSmallPayment};
constexpr Kind kKinds[] = {
    kSmallRandom,
    {"M random", testing::PaymentPairs::kRandom, testing::kMediumPayment},
    {"L random", testing::PaymentPairs::kRandom, testing::kLargePayment},
    kSmallLocal,
};

std::vector<GeneratedPayment> PaymentsOf(Workbench& bench, const Kind& kind, std::size_t count) {
  const auto trace = testing::PaymentTrace::Create(bench.network(), {kind.pairs, kind.median, 11});
  testing::PaymentTrace next = *trace;
  std::vector<GeneratedPayment> payments;
  for (std::size_t i = 0; i < count; ++i) payments.push_back(next.Next());
  return payments;
}

RouteRequest RequestOf(const GeneratedPayment& payment) {
  RouteRequest request;
  request.equivalent = Workbench::kEquivalent;
  request.from = payment.from;
  request.to = payment.to;
  request.amount = payment.amount;
  request.constraints.max_hops = kHops;
  request.constraints.max_paths = kPaths;
  return request;
}

// How often every payment is asked for. One time is its median: a moment in which the machine was
// slow is in one of them only.
constexpr std::size_t kPasses = 3;

// What the router answered, and how long each answer took.
struct Asked {
  std::string kind;
  std::size_t in_turn = 0;  // how many networks were asked in turn
  std::vector<GeneratedPayment> payments;
  std::vector<RouteAnswer> answers;
  std::vector<std::array<double, kPasses>> passes;
  std::vector<double> us;

  bool completed(std::size_t i) const { return std::holds_alternative<Plan>(answers[i].outcome); }
};

Asked& AskedOf(Workbench& bench) {
  return Keep<Asked>(bench, [] { return std::make_unique<Asked>(); });
}

void AskOnce(Workbench& bench, std::size_t pass) {
  Asked& asked = AskedOf(bench);
  Router& router = bench.router();
  (void)router.FindRoutes(RequestOf(asked.payments.front()));  // warms up
  for (std::size_t i = 0; i < asked.payments.size(); ++i) {
    const RouteRequest request = RequestOf(asked.payments[i]);
    const std::int64_t begin = ThreadCpuTime();
    StatusOr<RouteAnswer> answer = router.FindRoutes(request);
    const std::int64_t taken = ThreadCpuTime() - begin - ClockCost();
    asked.passes[i][pass] = static_cast<double>(std::max<std::int64_t>(taken, 0)) / 1000;
    asked.answers[i] = answer.ok() ? *std::move(answer) : RouteAnswer();
  }
}

// Asks the last of the networks for every payment from the same state, and those before it in turn,
// so that they can be compared. Remembered for the rows that follow.
const Asked& AskRouter(std::span<const NetworkName> names, const Kind& kind, std::size_t count) {
  const Asked& remembered = AskedOf(WorkbenchOf(names.back()));
  if (remembered.kind == kind.name && remembered.in_turn >= names.size()) return remembered;
  for (const NetworkName& name : names) {
    Workbench& bench = WorkbenchOf(name);
    AskedOf(bench) = {.kind = kind.name,
                      .in_turn = names.size(),
                      .payments = PaymentsOf(bench, kind, count),
                      .answers = std::vector<RouteAnswer>(count),
                      .passes = std::vector<std::array<double, kPasses>>(count),
                      .us = {}};
  }
  for (std::size_t pass = 0; pass < kPasses; ++pass) {
    for (const NetworkName& name : names) AskOnce(WorkbenchOf(name), pass);
  }
  for (const NetworkName& name : names) {
    Asked& asked = AskedOf(WorkbenchOf(name));
    for (std::array<double, kPasses>& us : asked.passes) {
      std::sort(us.begin(), us.end());
      asked.us.push_back(us[kPasses / 2]);
    }
  }
  return remembered;
}

// What the answers cost in arcs looked at, which unlike time is the same in every run.
void SetArcs(Row& row, const Asked& asked, bool completed) {
  double arcs = 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < asked.payments.size(); ++i) {
    if (asked.completed(i) != completed) continue;
    arcs += static_cast<double>(asked.answers[i].work);
    ++count;
  }
  row.Set("arcs", arcs / static_cast<double>(count));
}

// Every plan is verified; a wrong one fails the row.
bool PlansHold(Row& row, Workbench& bench, const Asked& asked) {
  for (std::size_t i = 0; i < asked.payments.size(); ++i) {
    if (!asked.completed(i)) continue;
    const Status status = VerifyPlan(bench.ledger(), Workbench::kDay, RequestOf(asked.payments[i]),
                                     std::get<Plan>(asked.answers[i].outcome));
    if (status.ok()) continue;
    row.Fail("plan " + std::to_string(i) + ": " + std::string(status.message()));
    return false;
  }
  return true;
}

// The share of the payments which maximum flow allows that were completed. Without policies only:
// the graph here knows none.
void SetCompleteness(Row& row, Workbench& bench, const Asked& asked) {
  graph::Search search;
  std::size_t feasible = 0;
  std::size_t completed = 0;
  for (std::size_t i = 0; i < asked.payments.size(); ++i) {
    const GeneratedPayment& payment = asked.payments[i];
    if (!search.Begin(bench.graph(), {.source = payment.from, .target = payment.to}).ok()) continue;
    if (search.Maximize(payment.amount) != graph::Outcome::kFound) {
      if (asked.completed(i)) return row.Fail("completed against the maximum flow");
      continue;
    }
    ++feasible;
    if (asked.completed(i)) ++completed;
  }
  row.Set("feasible", static_cast<double>(feasible));
  if (feasible == 0) return;
  row.Set("completed_of_feasible", static_cast<double>(completed) / static_cast<double>(feasible));
}

// How many payments there are that `counts`, and how long they took in all.
struct Total {
  double count = 0;
  double us = 0;
};
template <typename Counts>
Total TotalOf(const Asked& asked, const Counts& counts) {
  Total total;
  for (std::size_t i = 0; i < asked.us.size(); ++i) {
    if (!counts(i)) continue;
    total.us += asked.us[i];
    ++total.count;
  }
  return total;
}

// Beside the same network without policies, asked in turn: of the payments that end as `completed`
// says, and of those that do so in both. The others are those that policies prevent.
void SetOfPlain(Row& row, const Asked& asked, const Asked& plain, bool completed) {
  const auto here = [&](std::size_t i) { return asked.completed(i) == completed; };
  const auto there = [&](std::size_t i) { return plain.completed(i) == completed; };
  const auto alike = [&](std::size_t i) { return here(i) && there(i); };
  const Total these = TotalOf(asked, here);
  const Total those = TotalOf(plain, there);
  const Total both = TotalOf(asked, alike);
  const Total both_plain = TotalOf(plain, alike);
  if (these.us > 0 && those.us > 0) {
    row.Set("of_plain", these.us / these.count / (those.us / those.count));
  }
  if (both_plain.us > 0) row.Set("of_plain_alike", both.us / both_plain.us);
  row.Set("alike", both.count);
}

void MeasureCompleted(Row& row, Workbench& bench, const Asked& asked) {
  for (std::size_t i = 0; i < asked.payments.size(); ++i) {
    if (asked.completed(i)) row.AddMicroseconds(asked.us[i]);
  }
  if (row.times().empty()) return row.LeaveOut();
  SetArcs(row, asked, true);
  if (PlansHold(row, bench, asked) && !bench.name().policies) SetCompleteness(row, bench, asked);
}

const char* NameOf(RefusalReason reason) {
  constexpr std::array<const char*, 9> kNames = {
      "",          "sender_limit", "receiver_limit", "not_connected", "network_cut",
      "hop_limit", "path_limit",   "policy",         "work_limit"};
  return kNames[static_cast<std::size_t>(reason)];
}

void MeasureRefused(Row& row, const Asked& asked) {
  std::array<std::size_t, 9> reasons{};
  for (std::size_t i = 0; i < asked.payments.size(); ++i) {
    if (asked.completed(i)) continue;
    row.AddMicroseconds(asked.us[i]);
    ++reasons[static_cast<std::size_t>(std::get<Refusal>(asked.answers[i].outcome).reason)];
  }
  if (row.times().empty()) return row.LeaveOut();
  SetArcs(row, asked, false);
  for (std::size_t i = 1; i < reasons.size(); ++i) {
    if (reasons[i] == 0) continue;
    row.Set(NameOf(static_cast<RefusalReason>(i)), static_cast<double>(reasons[i]));
  }
}

// Every refusal's certificate is checked; one that does not hold fails the row.
void MeasureChecks(Row& row, Workbench& bench, const Asked& asked) {
  for (std::size_t i = 0; i < asked.payments.size(); ++i) {
    if (asked.completed(i)) continue;
    Status status;
    row.Time([&] {
      status = VerifyRefusal(bench.ledger(), Workbench::kDay, RequestOf(asked.payments[i]),
                             std::get<Refusal>(asked.answers[i].outcome));
    });
    if (!status.ok()) {
      return row.Fail("refusal " + std::to_string(i) + ": " + std::string(status.message()));
    }
  }
  if (row.times().empty()) row.LeaveOut();
}

// --- The same on the graph alone, as a researcher would. ---

// One payment: one path if there is one, else several by the pigeonhole rule, then exact flow for
// what is missing.
class GraphPayer {
 public:
  enum class Way { kRefusedAtOnce, kPaths, kFlow, kNone };

  // How the payment goes; its paths are in paths().
  Way Route(const graph::ResidualGraph& graph, const GeneratedPayment& payment) {
    count_ = 0;
    if (graph.OutBound(payment.from, payment.to) < payment.amount ||
        graph.InBound(payment.from, payment.to) < payment.amount) {
      return Way::kRefusedAtOnce;
    }
    (void)search_.Begin(graph, {.source = payment.from, .target = payment.to});
    Amount missing = payment.amount;
    for (std::uint32_t left = kPaths; left > 0 && missing > 0; --left) {
      graph::Path& path = paths_[count_];
      if (!FindNext(missing, left, path)) break;
      ++count_;
      path.amount = std::min(path.amount, missing);
      missing -= path.amount;
      if (missing > 0) search_.Push(path, path.amount);
    }
    if (missing == 0) return Way::kPaths;
    return count_ == 0 ? Way::kNone : Way::kFlow;
  }

  // The exact stage, after Route answered kFlow: the flow's value is enlarged to the amount, and
  // the flow becomes paths again. Whether they carry the amount.
  bool Complete(const GeneratedPayment& payment) {
    search_.Maximize(payment.amount, kHops);
    auto paths = graph::DecomposeFlow(search_.FlowArcs(), payment.from, payment.to, kHops);
    count_ = std::min(paths.size(), paths_.size());
    std::move(paths.begin(), paths.begin() + static_cast<std::ptrdiff_t>(count_), paths_.begin());
    Amount carried = 0;
    for (const graph::Path& path : this->paths()) carried += path.amount;
    return carried >= payment.amount;
  }

  std::span<const graph::Path> paths() const { return {paths_.data(), count_}; }

 private:
  // A path for all that is missing, or half of it, or at least one of `left` equal parts.
  bool FindNext(Amount missing, std::uint32_t left, graph::Path& path) {
    Amount before = 0;
    for (const std::uint32_t parts : {std::uint32_t{1}, std::min(2U, left), left}) {
      const Amount threshold = (missing - 1) / static_cast<Amount>(parts) + 1;
      if (threshold == before) continue;
      if (search_.FindPath(threshold, kHops, &path) == graph::Outcome::kFound) return true;
      before = threshold;
    }
    return false;
  }

  graph::Search search_;
  std::array<graph::Path, kPaths> paths_;  // the first count_; the others lend their memory
  std::size_t count_ = 0;
};

void MeasureGraph(Row& row, Workbench& bench, const Kind& kind, std::size_t count) {
  const graph::ResidualGraph& graph = bench.graph();
  GraphPayer payer;
  std::size_t completed = 0;
  const auto payments = PaymentsOf(bench, kind, count);
  (void)payer.Route(graph, payments.front());
  for (const GeneratedPayment& payment : payments) {
    bool done = false;
    row.Time([&] {
      const GraphPayer::Way way = payer.Route(graph, payment);
      done = way == GraphPayer::Way::kPaths ||
             (way == GraphPayer::Way::kFlow && payer.Complete(payment));
    });
    completed += done;
  }
  row.Set("completed", static_cast<double>(completed) / static_cast<double>(count));
}

void MeasureExactStage(Row& row, Workbench& bench, std::size_t count) {
  const graph::ResidualGraph& graph = bench.graph();
  GraphPayer payer;
  for (const Kind& kind : kKinds) {
    for (const GeneratedPayment& payment : PaymentsOf(bench, kind, count)) {
      if (payer.Route(graph, payment) != GraphPayer::Way::kFlow) continue;
      row.Time([&] { (void)payer.Complete(payment); });
    }
  }
  if (row.times().empty()) row.LeaveOut();
}

// Moves what the paths carry.
bool Apply(graph::ResidualGraph& graph, std::span<const graph::Path> paths) {
  for (const graph::Path& path : paths) {
    for (std::size_t i = 0; i < path.edges.size(); ++i) {
      const graph::NodeIndex tail = path.nodes[i];
      const graph::NodeIndex head = path.nodes[i + 1];
      const Flow there = graph.ArcFrom(path.edges[i], tail).direct - path.amount;
      const Flow back = std::max<Flow>(graph.ArcFrom(path.edges[i], head).direct, 0) + path.amount;
      if (!graph.Change(path.edges[i], tail, graph::PlainArc(there), graph::PlainArc(back)).ok()) {
        return false;
      }
    }
  }
  return true;
}

// Makes payments one after the other, timed together: what counts here is how many there are in a
// second, and reading the clock for each would cost more than some of them.
template <typename Attempt>
void MeasureLife(Row& row, Workbench& bench, const Kind& kind, std::size_t count,
                 const Attempt& attempt) {
  const std::vector<GeneratedPayment> payments = PaymentsOf(bench, kind, count);
  std::size_t completed = 0;
  const std::int64_t begin = ThreadCpuTime();
  for (const GeneratedPayment& payment : payments) {
    const std::optional<bool> done = attempt(payment);
    if (!done) return row.Fail("a payment that was planned could not be made");
    completed += *done;
  }
  const double us = static_cast<double>(ThreadCpuTime() - begin) / 1000;
  row.AddMicroseconds(us, count);
  row.Set("attempts_per_second", 1e6 * static_cast<double>(count) / us);
  row.Set("completed", static_cast<double>(completed) / static_cast<double>(count));
}

void MeasureGraphLife(Row& row, Workbench& bench, const Kind& kind, std::size_t count) {
  graph::ResidualGraph graph = bench.graph();
  GraphPayer payer;
  (void)payer.Route(graph, PaymentsOf(bench, kind, 1).front());  // makes its tables
  MeasureLife(row, bench, kind, count, [&](const GeneratedPayment& payment) -> std::optional<bool> {
    const GraphPayer::Way way = payer.Route(graph, payment);
    const bool done = way == GraphPayer::Way::kPaths ||
                      (way == GraphPayer::Way::kFlow && payer.Complete(payment));
    if (done && !Apply(graph, payer.paths())) return std::nullopt;
    return done;
  });
}

// Everything that a hub does in memory: plan, check the record, fold it, tell the router.
void MeasureLedgerLife(Row& row, Workbench& bench, std::size_t count) {
  Router& router = bench.router();
  const RouteConstraints limits{.max_hops = kHops, .max_paths = kPaths};
  std::size_t number = 0;
  Pay pay;
  pay.equivalent = Workbench::Code();
  MeasureLife(row, bench, kSmallRandom, count,
              [&](const GeneratedPayment& payment) -> std::optional<bool> {
                pay.id = *TxId::Parse("t" + std::to_string(++number));
                pay.payee = Workbench::PidOf(payment.to);
                pay.amount = payment.amount;
                auto plan = PlanPayment(bench.ledger(), router, Workbench::PidOf(payment.from),
                                        Workbench::Now(), pay, limits);
                if (!plan.ok()) return std::nullopt;
                auto* made = std::get_if<PaymentPlan>(&*plan);
                if (made == nullptr) return false;
                if (!bench.Fold(std::move(made->effects))) return std::nullopt;
                return true;
              });
}

// How many payments are asked for, and how many are made one after the other.
struct Counts {
  std::size_t asked = 0;
  std::size_t made = 0;
};

Counts CountsFor(const NetworkName& name, Size size) {
  if (size == Size::kSmoke) return {50, 50};
  if (size == Size::kQuick) return {1'000, 5'000};
  if (!name.generated) return {1'000, 2'000};
  if (name.options.participants >= 1'000'000) return {2'000, 10'000};
  return {5'000, 20'000};
}

void AddKindRows(std::span<const NetworkName> names, const Kind& kind, std::size_t count) {
  const std::string suffix = std::string(" ") + kind.name;
  const NetworkName& plain = names.front();
  const auto ask = [kind, count, all = std::vector(names.begin(), names.end())](std::size_t n) {
    return [=]() -> const Asked& { return AskRouter(std::span(all).first(n + 1), kind, count); };
  };
  for (std::size_t n = 0; n < names.size(); ++n) {
    AddRow({names[n].row(), "pay" + suffix, "geo"}, [=, name = names[n], asked = ask(n)](Row& row) {
      if (name.policies) SetOfPlain(row, asked(), AskedOf(WorkbenchOf(plain)), true);
      MeasureCompleted(row, WorkbenchOf(name), asked());
    });
  }
  for (std::size_t n = 0; n < names.size(); ++n) {
    AddRow({names[n].row(), "refuse" + suffix, "geo"},
           [=, name = names[n], asked = ask(n)](Row& row) {
             if (name.policies) SetOfPlain(row, asked(), AskedOf(WorkbenchOf(plain)), false);
             MeasureRefused(row, asked());
           });
  }
  for (std::size_t n = 0; n < names.size(); ++n) {
    AddRow({names[n].row(), "check refusal" + suffix, "geo"},
           [name = names[n], asked = ask(n)](Row& row) {
             MeasureChecks(row, WorkbenchOf(name), asked());
           });
  }
  AddRow({plain.row(), "pay on the graph alone" + suffix, "geo"},
         [=](Row& row) { MeasureGraph(row, WorkbenchOf(plain), kind, count); });
}

// Payments made one after the other. The last rows of a network: they change its state.
void AddLifeRows(std::span<const NetworkName> names, std::size_t count) {
  // Not with policies: whose lines carry what to whom is nothing that a path's amount can be taken
  // off.
  const NetworkName& plain = names.front();
  for (const Kind& kind : {kSmallRandom, kSmallLocal}) {
    if (!plain.generated && kind.pairs == testing::PaymentPairs::kLocal) continue;
    AddRow({plain.row(), std::string("route and apply on the graph alone ") + kind.name, "geo"},
           [=](Row& row) { MeasureGraphLife(row, WorkbenchOf(plain), kind, count); });
  }
  for (const NetworkName& name : names) {
    AddRow({name.row(), "plan, check, apply S random", "geo"},
           [=](Row& row) { MeasureLedgerLife(row, WorkbenchOf(name), count); });
  }
}

}  // namespace

void AddPaymentRows(std::span<const NetworkName> names, Size size) {
  const Counts counts = CountsFor(names.front(), size);
  for (const Kind& kind : kKinds) {
    if (names.front().generated || kind.pairs == testing::PaymentPairs::kRandom) {
      AddKindRows(names, kind, counts.asked);
    }
  }
  for (const NetworkName& name : names) {
    AddRow({name.row(), "exact stage", "geo"},
           [=](Row& row) { MeasureExactStage(row, WorkbenchOf(name), counts.asked); });
  }
  AddLifeRows(names, counts.made);
}

}  // namespace geo::bench
