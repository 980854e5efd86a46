#include "tests/support/routing_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <utility>

#include "geo/routing/verify.h"

namespace geo::tests {
namespace {

constexpr EquivalentIndex kEquivalent = 0;
constexpr std::int64_t kDay = std::int64_t{24} * 3600 * 1'000'000;  // microseconds

Participant Somebody(ParticipantIndex index) {
  Participant participant;
  participant.pid = RoutingWorld::PidOf(index);
  return participant;
}

}  // namespace

RoutingWorld::RoutingWorld(ParticipantIndex participants) {
  Genesis genesis;
  genesis.network = "world";
  Equivalent hours;
  hours.code = EquivalentCode::Parse("HOUR").value();
  Fold(RecordKind::kGenesis, {GenesisEffect{genesis}});
  Fold(RecordKind::kCreateEquivalent, {EquivalentEffect{kEquivalent, std::nullopt, hours}});
  router_ = NewRouter(ledger, day);
  for (ParticipantIndex i = 0; i < participants; ++i) Register();
}

Pid RoutingWorld::PidOf(ParticipantIndex index) {
  Pid pid;
  // Not in the order of indices, as real ones.
  pid.bytes[0] = static_cast<std::uint8_t>(index * 151 + 7);
  pid.bytes[1] = static_cast<std::uint8_t>(index);
  pid.bytes[2] = static_cast<std::uint8_t>(index >> 8);
  pid.bytes[3] = static_cast<std::uint8_t>(index >> 16);
  return pid;
}

void RoutingWorld::Fold(RecordKind kind, std::vector<Effect> effects) {
  Record record;
  record.kind = kind;
  record.seq = ++seq_;
  record.time = day * kDay;
  record.effects = std::move(effects);
  const Status status = ledger.Check(record);
  ASSERT_TRUE(status.ok()) << status;
  ledger.Apply(record);
}

void RoutingWorld::Tell(ParticipantIndex x, ParticipantIndex y) {
  untold_.push_back(ledger.FindPair(kEquivalent, x, y).value());
}

Router& RoutingWorld::router() {
  std::vector<PairIndex> changed(untold_.rbegin(), untold_.rend());
  changed.insert(changed.end(), untold_.begin(), untold_.end());
  untold_.clear();
  router_->PairsChanged(changed);
  return *router_;
}

void RoutingWorld::Register() {
  const auto index = static_cast<ParticipantIndex>(ledger.participant_count());
  Fold(RecordKind::kRegisterParticipant, {ParticipantEffect{index, std::nullopt, Somebody(index)}});
}

void RoutingWorld::SetStatus(ParticipantIndex participant, ParticipantStatus status) {
  Participant after = ledger.participant(participant);
  after.status = status;
  Fold(RecordKind::kSetParticipantStatus,
       {ParticipantEffect{participant, ledger.participant(participant), after}});
  router_->ParticipantChanged(participant);
}

LineIndex RoutingWorld::Open(ParticipantIndex owner, ParticipantIndex debtor, Amount limit,
                             const LinePolicy& policy) {
  const auto index = static_cast<LineIndex>(ledger.line_count());
  TrustLine line;
  for (std::size_t i = 0; i < 4; ++i) {
    line.id.bytes[i] = static_cast<std::uint8_t>((index + 1) >> (8 * i));
  }
  line.equivalent = kEquivalent;
  line.owner = owner;
  line.debtor = debtor;
  line.limit = limit;
  line.policy = policy;
  Fold(RecordKind::kOpenLine, {LineEffect{index, std::nullopt, line}});
  Tell(owner, debtor);
  return index;
}

void RoutingWorld::Change(LineIndex index, const std::function<void(TrustLine&)>& change) {
  TrustLine after = ledger.line(index);
  change(after);
  Fold(RecordKind::kUpdateLine, {LineEffect{index, ledger.line(index), after}});
  Tell(after.owner, after.debtor);
}

void RoutingWorld::Freeze(LineIndex line) {
  Change(line, [](TrustLine& after) { after.status = LineStatus::kFrozen; });
}

void RoutingWorld::Owe(ParticipantIndex debtor, ParticipantIndex creditor, Amount amount) {
  DebtEffect effect{kEquivalent, debtor, creditor, 0, amount, 0, 0};
  if (const auto index = ledger.FindPair(kEquivalent, debtor, creditor)) {
    const Pair& pair = ledger.pair(*index);
    effect.before = pair.owed(pair.DirectionFrom(debtor));
    effect.paid_before = pair.paid(pair.DirectionFrom(debtor), day);
    effect.paid_after = effect.paid_before;
  }
  Fold(RecordKind::kOpeningBalances, {effect});
  Tell(debtor, creditor);
}

void RoutingWorld::Pay(const Plan& plan) {
  std::map<std::pair<ParticipantIndex, ParticipantIndex>, Amount> flows;
  Transaction transaction;
  transaction.id = TxId::Parse("t").value();
  for (const Route& route : plan.routes) {
    for (std::size_t i = 0; i + 1 < route.participants.size(); ++i) {
      flows[{route.participants[i], route.participants[i + 1]}] += route.amount;
    }
    transaction.amount += route.amount;
    transaction.payer = route.participants.front();
    transaction.payee = route.participants.back();
  }
  transaction.routes = plan.routes;
  transaction.equivalent = kEquivalent;
  std::vector<Effect> effects;
  for (const auto& [ends, amount] : flows) {
    const Pair& pair = ledger.pair(ledger.FindPair(kEquivalent, ends.first, ends.second).value());
    const Direction direction = pair.DirectionFrom(ends.first);
    const Amount owed = pair.owed(direction);
    const Amount paid = pair.paid(direction, day);
    effects.emplace_back(
        DebtEffect{kEquivalent, ends.first, ends.second, owed, owed + amount, paid, paid + amount});
  }
  effects.emplace_back(TransactionEffect{std::nullopt, transaction});
  Fold(RecordKind::kPayment, std::move(effects));
  for (const auto& [ends, amount] : flows) Tell(ends.first, ends.second);
}

void RoutingWorld::SetDay(std::int64_t new_day) {
  day = new_day;
  router_->DayChanged(day);
}

RouteRequest RoutingWorld::Ask(ParticipantIndex from, ParticipantIndex to, Amount amount) {
  RouteRequest request;
  request.equivalent = kEquivalent;
  request.from = from;
  request.to = to;
  request.amount = amount;
  return request;
}

RouteAnswer RoutingWorld::Find(const RouteRequest& request) {
  const StatusOr<RouteAnswer> answer = router().FindRoutes(request);
  EXPECT_TRUE(answer.ok()) << answer.status();
  if (!answer.ok()) return RouteAnswer();
  const StatusOr<RouteAnswer> again = NewRouter(ledger, day)->FindRoutes(request);
  EXPECT_TRUE(again.ok() && again->outcome == answer->outcome)
      << Describe(*answer) << " is not reproduced";
  EXPECT_EQ(again->work, answer->work);
  const Status checked =
      std::holds_alternative<Plan>(answer->outcome)
          ? VerifyPlan(ledger, day, request, std::get<Plan>(answer->outcome))
          : VerifyRefusal(ledger, day, request, std::get<Refusal>(answer->outcome));
  EXPECT_TRUE(checked.ok()) << Describe(*answer) << ": " << checked;
  return *answer;
}

CapacityAnswer RoutingWorld::Capacity(const RouteRequest& request) {
  const StatusOr<CapacityAnswer> answer = router().Capacity(request);
  EXPECT_TRUE(answer.ok()) << answer.status();
  return answer.value_or(CapacityAnswer());
}

LinePolicy NoIntermediary() {
  LinePolicy policy;
  policy.can_be_intermediate = false;
  return policy;
}

LinePolicy Blocking(const std::vector<ParticipantIndex>& blocked) {
  LinePolicy policy;
  for (const ParticipantIndex participant : blocked) {
    policy.blocked_participants.push_back(RoutingWorld::PidOf(participant));
  }
  std::sort(policy.blocked_participants.begin(), policy.blocked_participants.end());
  return policy;
}

LinePolicy AtMostHops(std::uint32_t hops) {
  LinePolicy policy;
  policy.max_hops = hops;
  return policy;
}

std::string Describe(const RouteAnswer& answer) {
  std::string text;
  if (const Plan* plan = std::get_if<Plan>(&answer.outcome)) {
    for (const Route& route : plan->routes) {
      if (!text.empty()) text += ' ';
      for (const ParticipantIndex participant : route.participants) {
        if (!text.empty() && text.back() != ' ') text += '-';
        text += std::to_string(participant);
      }
      text += ':' + std::to_string(route.amount);
    }
    return text;
  }
  constexpr const char* kReasons[] = {"",           "SenderLimit", "ReceiverLimit", "NotConnected",
                                      "NetworkCut", "HopLimit",    "PathLimit",     "Policy",
                                      "WorkLimit"};
  const Refusal& refusal = std::get<Refusal>(answer.outcome);
  return std::string(kReasons[static_cast<int>(refusal.reason)]) + " " +
         std::string(ProtocolName(ProtocolCodeOf(refusal.code)));
}

}  // namespace geo::tests
