// The ledger's own check of every record before it is written (spec 01 §8.1): each of its rules
// refuses a record that is wrong in that one way. What plans a record keeps these rules too; this
// guard is for the day when it does not.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/wrong_records.h"

namespace geo::tests {
namespace {

std::vector<Case> OnFounding() {
  const auto first = [](RecordKind kind, const Genesis& genesis, std::uint64_t seq = 1) {
    Ledger empty;
    Record record;
    record.seq = seq;
    record.kind = kind;
    record.effects = {GenesisEffect{genesis}};
    return empty.Check(record);
  };
  return {
      {"a record before the genesis",
       [=](Bench&) { return first(RecordKind::kPayment, Genesis()); }},
      {"a network without a name", [=](Bench&) { return first(RecordKind::kGenesis, Genesis()); }},
      {"a genesis that is not the first record",
       [=](Bench&) {
         return first(RecordKind::kGenesis, Genesis{1, "late", {}}, 2);
       }},
      {"a genesis that is not the first record",
       [](Bench& b) {
         return b.Try(RecordKind::kGenesis, {GenesisEffect{Genesis{1, "again", {}}}});
       }},
      {"a record dated before the one in front of it",
       [](Bench& b) {
         --b.time;
         return b.Pay({0, 1}, 1);
       }},
  };
}

std::vector<Case> OnParticipants() {
  const auto add = [](Bench& b, ParticipantIndex index, std::uint8_t pid) {
    Participant one;
    one.pid.bytes[0] = pid;
    return b.Try(RecordKind::kRegisterParticipant, {ParticipantEffect{index, std::nullopt, one}});
  };
  const auto change = [](Bench& b, auto what) {
    return b.Try(RecordKind::kUpdateParticipant, {b.OnParticipant(2, what)});
  };
  const char* const kIdentity = "a participant's identity changes";
  const char* const kOther = "participant is not as the effect says";
  return {
      {"none", [=](Bench& b) { return add(b, 5, 99); }},
      {"a record touches one thing twice",
       [](Bench& b) {
         const Effect again = b.OnParticipant(2, [](auto& e) { e.after.verification_level = 2; });
         return b.Try(RecordKind::kUpdateParticipant, {again, again});
       }},
      {"participant index out of order", [=](Bench& b) { return add(b, 6, 99); }},
      {"pid registered twice", [=](Bench& b) { return add(b, 5, 1); }},
      {"none",
       [=](Bench& b) { return change(b, [](auto& e) { e.after.verification_level = 2; }); }},
      {kOther,
       [=](Bench& b) { return change(b, [](auto& e) { e.before->verification_level = 2; }); }},
      {kOther, [=](Bench& b) { return change(b, [](auto& e) { e.index = 5; }); }},
      {kIdentity, [=](Bench& b) { return change(b, [](auto& e) { e.after.pid.bytes[0] = 99; }); }},
      {kIdentity, [=](Bench& b) { return change(b, [](auto& e) { e.after.key.bytes[0] = 99; }); }},
      {kIdentity, [=](Bench& b) { return change(b, [](auto& e) { e.after.created = 99; }); }},
  };
}

std::vector<Case> OnEquivalents() {
  const auto add = [](Bench& b, EquivalentIndex index, const char* code) {
    Equivalent one;
    one.code = Code(code);
    return b.Try(RecordKind::kCreateEquivalent, {EquivalentEffect{index, std::nullopt, one}});
  };
  const auto change = [](Bench& b, auto what) {
    return b.Try(RecordKind::kUpdateEquivalent, {b.OnEquivalent(kTea, what)});
  };
  const char* const kIdentity = "an equivalent's code or precision changes";
  const char* const kOther = "equivalent is not as the effect says";
  return {
      {"none", [=](Bench& b) { return add(b, 2, "EUR"); }},
      {"a record touches one thing twice",
       [](Bench& b) {
         const Effect again = b.OnEquivalent(kTea, [](auto& e) { e.after.description = "hot"; });
         return b.Try(RecordKind::kUpdateEquivalent, {again, again});
       }},
      {"equivalent index out of order", [=](Bench& b) { return add(b, 3, "EUR"); }},
      {"equivalent code taken", [=](Bench& b) { return add(b, 2, "TEA"); }},
      {"none", [=](Bench& b) { return change(b, [](auto& e) { e.after.description = "hot"; }); }},
      {kOther, [=](Bench& b) { return change(b, [](auto& e) { e.before->description = "hot"; }); }},
      {kOther, [=](Bench& b) { return change(b, [](auto& e) { e.index = 2; }); }},
      {kIdentity, [=](Bench& b) { return change(b, [](auto& e) { e.after.code = Code("EUR"); }); }},
      {kIdentity, [=](Bench& b) { return change(b, [](auto& e) { ++e.after.precision; }); }},
  };
}

std::vector<Case> OnNewLines() {
  const auto open = [](Bench& b, ParticipantIndex owner, ParticipantIndex debtor, auto what) {
    TrustLine line = b.Line(owner, debtor, 5);
    what(line);
    return b.TryOpen(line);
  };
  const auto as_it_is = [](TrustLine&) {};
  const char* const kEnds = "a line between participants that cannot have one";
  return {
      {"none", [=](Bench& b) { return open(b, 0, 1, as_it_is); }},
      {"line index out of order",
       [](Bench& b) {
         return b.Try(RecordKind::kOpenLine, {LineEffect{9, std::nullopt, b.Line(0, 1, 5)}});
       }},
      {kEnds, [=](Bench& b) { return open(b, 1, 1, as_it_is); }},
      {kEnds, [=](Bench& b) { return open(b, 5, 1, as_it_is); }},
      {kEnds, [=](Bench& b) { return open(b, 1, 5, as_it_is); }},
      {kEnds, [=](Bench& b) { return open(b, 0, 1, [](TrustLine& l) { l.equivalent = 2; }); }},
      {"line id used twice",
       [=](Bench& b) { return open(b, 0, 1, [](TrustLine& l) { l.id.bytes[0] = 1; }); }},
      {"a line is born closed",
       [=](Bench& b) {
         return open(b, 0, 1, [](TrustLine& l) { l.status = LineStatus::kClosed; });
       }},
      {"a second live line for one pair and equivalent",
       [=](Bench& b) { return open(b, 1, 0, as_it_is); }},
      {"a record touches one thing twice",
       [](Bench& b) {
         const TrustLine line = b.Line(0, 1, 5);
         TrustLine other = line;
         other.id.bytes[0] = 99;
         return b.Try(RecordKind::kOpenLine,
                      {LineEffect{5, std::nullopt, line}, LineEffect{6, std::nullopt, other}});
       }},
      {"none", [=](Bench& b) { return open(b, 1, 0, [](TrustLine& l) { l.equivalent = kTea; }); }},
  };
}

std::vector<Case> OnLines() {
  const auto change = [](Bench& b, LineIndex line, auto what) {
    return b.TryLine(b.OnLine(line, what));
  };
  const auto close = [](LineEffect& e) { e.after.status = LineStatus::kClosed; };
  const auto limit = [](Amount to) { return [=](LineEffect& e) { e.after.limit = to; }; };
  const char* const kOther = "line is not as the effect says";
  const char* const kIdentity = "a line's identity changes";
  const char* const kOver = "a line closes over a debt or a reservation";
  std::vector<Case> cases = {
      {"none", [=](Bench& b) { return change(b, kLine01, limit(60)); }},
      {"unknown line", [=](Bench& b) { return change(b, kLine01, [](auto& e) { e.index = 5; }); }},
      {"a record touches one thing twice",
       [=](Bench& b) {
         const Effect again = b.OnLine(kLine01, limit(60));
         return b.Try(RecordKind::kUpdateLine, {again, again});
       }},
      {"a limit falls below the debt", [=](Bench& b) { return change(b, kLine01, limit(59)); }},
      {"a limit falls below what is reserved",
       [=](Bench& b) {
         b.HoldTen();
         return change(b, kLine01, limit(69));
       }},
      {"none",
       [=](Bench& b) {
         b.HoldTen();
         return change(b, kLine01, limit(70));
       }},
      {"none", [=](Bench& b) { return change(b, kLineIdle, close); }},
      {kOver, [=](Bench& b) { return change(b, kLine01, close); }},
      {kOver,
       [=](Bench& b) {
         EXPECT_EQ(CodeName(b.Pay({1, 0}, 60)), "Ok");
         b.HoldTen();
         return change(b, kLine01, close);
       }},
      {"a closed line changes",
       [=](Bench& b) {
         b.Change(kLineIdle, [](TrustLine& line) { line.status = LineStatus::kClosed; });
         return change(b, kLineIdle, limit(7));
       }},
  };
  for (const auto& what : std::vector<std::function<void(TrustLine&)>>{
           [](TrustLine& l) { l.id.bytes[0] = 99; },
           [](TrustLine& l) { l.status = LineStatus::kFrozen; }, [](TrustLine& l) { l.limit = 7; },
           [](TrustLine& l) { l.policy.can_be_intermediate = false; },
           [](TrustLine& l) { l.updated = 7; }, [](TrustLine& l) { l.created = 7; }}) {
    cases.push_back({kOther, [=](Bench& b) {
                       return change(b, kLine01, [&](LineEffect& e) { what(*e.before); });
                     }});
  }
  for (const auto& what : std::vector<std::function<void(TrustLine&)>>{
           [](TrustLine& l) { l.id.bytes[0] = 99; }, [](TrustLine& l) { l.equivalent = kTea; },
           [](TrustLine& l) { l.owner = 4; }, [](TrustLine& l) { l.debtor = 4; },
           [](TrustLine& l) { l.created = 7; }}) {
    cases.push_back({kIdentity, [=](Bench& b) {
                       return change(b, kLine01, [&](LineEffect& e) { what(e.after); });
                     }});
  }
  // Neither one that it never had, nor one that it is said to have had.
  for (const auto& what : std::vector<std::function<void(TrustLine&)>>{
           [](TrustLine& l) { l.equivalent = kTea; }, [](TrustLine& l) { l.owner = 4; },
           [](TrustLine& l) { l.debtor = 4; }}) {
    cases.push_back({kIdentity, [=](Bench& b) {
                       return change(b, kLine01, [&](LineEffect& e) { what(*e.before); });
                     }});
    cases.push_back({kIdentity, [=](Bench& b) {
                       return change(b, kLine01, [&](LineEffect& e) {
                         what(*e.before);
                         what(e.after);
                       });
                     }});
  }
  return cases;
}

std::vector<Case> OnDebts() {
  const char* const kEnds = "a debt between participants that cannot have one";
  const auto bring = [](Bench& b, const DebtEffect& effect) {
    return b.Try(RecordKind::kOpeningBalances, {effect});
  };
  return {
      {"none",
       [=](Bench& b) {
         return bring(b, {kHourIndex, 3, 4, 0, 70, 0, 0});
       }},
      {kEnds,
       [=](Bench& b) {
         return bring(b, {kHourIndex, 3, 3, 0, 70, 0, 0});
       }},
      {kEnds,
       [=](Bench& b) {
         return bring(b, {kHourIndex, 5, 3, 0, 70, 0, 0});
       }},
      {kEnds,
       [=](Bench& b) {
         return bring(b, {kHourIndex, 3, 5, 0, 70, 0, 0});
       }},
      {kEnds,
       [=](Bench& b) {
         return bring(b, {2, 3, 4, 0, 70, 0, 0});
       }},
      {"debt is not as the effect says",
       [=](Bench& b) {
         return bring(b, {kHourIndex, 0, 1, 50, 70, 0, 0});
       }},
      {"debt is not as the effect says",
       [=](Bench& b) {
         return bring(b, {kHourIndex, 1, 4, 50, 70, 0, 0});
       }},
      {"the day's counter is not as the effect says",
       [](Bench& b) {
         return b.TryPayment([](DebtEffect& d, Transaction&) { --d.paid_before, --d.paid_after; });
       }},
      {"the day's counter does not move with the payment",
       [](Bench& b) { return b.TryPayment([](DebtEffect& d, Transaction&) { --d.paid_after; }); }},
      {"the day's counter does not move with the payment",
       [=](Bench& b) {
         return bring(b, {kHourIndex, 3, 4, 0, 70, 0, 70});
       }},
      {"a debt without a line rises",
       [](Bench& b) {
         return b.Pay({2, 4}, 1);
       }},
      {"a debt rises above its line's limit",
       [](Bench& b) {
         return b.Pay({0, 1}, 41);
       }},
      {"none",
       [](Bench& b) {
         return b.Pay({0, 1}, 40);
       }},
      {"a debt rises above its line's limit",
       [](Bench& b) {
         b.Change(kLine01, [](TrustLine& line) { line.status = LineStatus::kFrozen; });
         return b.Pay({0, 1}, 1);
       }},
      {"a debt takes what is reserved",
       [](Bench& b) {
         b.HoldTen();
         return b.Pay({0, 1}, 31);
       }},
      {"none",
       [](Bench& b) {
         b.HoldTen();
         return b.Pay({0, 1}, 30);
       }},
  };
}

std::vector<Case> OnNumbers() {
  const auto amounts = [](Bench& b, RecordKind kind, AmountLimitsEffect effect) {
    effect.after.payment[0] = 7;
    return b.Try(kind, {effect});
  };
  const auto counts = [](Bench& b, RecordKind kind, CountLimitsEffect effect) {
    effect.after.lines[0] = 7;
    return b.Try(kind, {effect});
  };
  const auto sequence = [](Bench& b, std::uint64_t before, std::uint64_t after) {
    return b.Try(RecordKind::kUpdateParticipant,
                 {SequenceEffect{b.ledger.participant(1).pid, before, after}});
  };
  const char* const kAmounts = "limits on amounts are not as the effect says";
  const char* const kCounts = "limits on numbers are not as the effect says";
  const char* const kRises = "a command sequence does not rise";
  return {
      {"none",
       [=](Bench& b) {
         return amounts(b, RecordKind::kSetLimits, {kTea, {}, {}});
       }},
      {kAmounts,
       [=](Bench& b) {
         return amounts(b, RecordKind::kUpdateLine, {kTea, {}, {}});
       }},
      {kAmounts,
       [=](Bench& b) {
         return amounts(b, RecordKind::kSetLimits, {2, {}, {}});
       }},
      {kAmounts,
       [=](Bench& b) {
         EXPECT_EQ(CodeName(amounts(b, RecordKind::kSetLimits, {kTea, {}, {}})), "Ok");
         return amounts(b, RecordKind::kSetLimits, {kTea, {}, {}});
       }},
      {"a record touches one thing twice",
       [](Bench& b) {
         const AmountLimitsEffect again{kTea, {}, {}};
         return b.Try(RecordKind::kSetLimits, {again, again});
       }},
      {"a record touches one thing twice",
       [](Bench& b) {
         return b.Try(RecordKind::kSetLimits, {CountLimitsEffect(), CountLimitsEffect()});
       }},
      {"a record touches one thing twice",
       [](Bench& b) {
         const SequenceEffect again{b.ledger.participant(1).pid, 0, 7};
         return b.Try(RecordKind::kUpdateParticipant, {again, again});
       }},
      {"none", [=](Bench& b) { return counts(b, RecordKind::kSetLimits, {}); }},
      {kCounts, [=](Bench& b) { return counts(b, RecordKind::kUpdateLine, {}); }},
      {kCounts,
       [=](Bench& b) {
         EXPECT_EQ(CodeName(counts(b, RecordKind::kSetLimits, {})), "Ok");
         return counts(b, RecordKind::kSetLimits, {});
       }},
      {"none", [=](Bench& b) { return sequence(b, 0, 7); }},
      {kRises, [=](Bench& b) { return sequence(b, 0, 0); }},
      {kRises, [=](Bench& b) { return sequence(b, 3, 7); }},
  };
}

std::vector<Case> OnPayments() {
  const char* const kPay = "a transaction between participants that cannot pay";
  const char* const kRoute = "a route that does not lead from payer to payee";
  const char* const kBorn = "a transaction is born in a state that its record cannot give it";
  const auto pay = [](auto what) {
    return [=](Bench& b) { return b.TryPayment([&](DebtEffect&, Transaction& t) { what(t); }); };
  };
  return {
      {"none", pay([](Transaction&) {})},
      {kPay, pay([](Transaction& t) { t.payee = 0; })},
      {kPay, pay([](Transaction& t) { t.payee = 5; })},
      {kPay, pay([](Transaction& t) { t.payer = 5; })},
      {kPay, pay([](Transaction& t) { t.equivalent = 2; })},
      {kPay, pay([](Transaction& t) { t.amount = 0; })},
      {kRoute, pay([](Transaction& t) {
         t.routes[0].participants = {0, 2};
       })},
      {kRoute, pay([](Transaction& t) {
         t.routes[0].participants = {2, 1};
       })},
      {kRoute, pay([](Transaction& t) {
         t.routes.push_back({{0, 1}, 0});
       })},
      {"a route over somebody who is not there", pay([](Transaction& t) {
         t.routes[0].participants = {0, 5, 1};
       })},
      {"routes do not add up to the amount", pay([](Transaction& t) { t.routes[0].amount = 9; })},
      {kBorn, pay([](Transaction& t) { t.state = TransactionState::kPrepared; })},
      {kBorn, pay([](Transaction& t) { t.hold = Hold(); })},
      {kBorn,
       [](Bench& b) {
         return b.Try(RecordKind::kOpeningBalances, {b.Payment({0, 1}, 10).back()});
       }},
      {"a payment that moves nothing",
       [](Bench& b) {
         std::vector<Effect> effects = b.Payment({0, 1}, 10);
         effects.erase(effects.begin());
         return b.Try(RecordKind::kPayment, effects);
       }},
      {"a net position changes by other than paid",
       [](Bench& b) {
         return b.Try(RecordKind::kPayment, {b.Payment({0, 1}, 10).front()});
       }},
      {"a net position changes by other than paid",
       [](Bench& b) {
         return b.TryPayment([](DebtEffect& d, Transaction&) { --d.after, --d.paid_after; });
       }},
      {"a net position changes by other than paid",
       [](Bench& b) {
         std::vector<Effect> effects = b.Payment({0, 1, 2}, 10);
         effects.erase(effects.begin());
         return b.Try(RecordKind::kPayment, effects);
       }},
      {"a net position changes by other than paid",
       [](Bench& b) {
         TrustLine tea = b.Line(1, 0, 100);
         tea.equivalent = kTea;
         EXPECT_EQ(CodeName(b.TryOpen(tea)), "Ok");
         return b.TryPayment(
             [](DebtEffect& d, Transaction&) { d = DebtEffect{kTea, 0, 1, 0, 10, 0, 10}; });
       }},
      {"a payment that moves nothing",
       [](Bench& b) {
         std::vector<Effect> round = b.Payment({0, 1, 2, 0}, 10);  // and back to where it began
         round.back() = b.Payment({3, 4}, 10).back();
         return b.Try(RecordKind::kPayment, round);
       }},
      {"a payment that moves a debt backwards",
       [](Bench& b) {
         return b.TryPayment([](DebtEffect& d, Transaction&) {
           d = DebtEffect{kHourIndex, 1, 0, -60,
                          -70,        0, 0};  // what the day's counter would not see
         });
       }},
      {"a record touches one thing twice",
       [](Bench& b) {
         std::vector<Effect> effects = b.Payment({0, 1}, 10);
         effects.push_back(effects[0]);
         return b.Try(RecordKind::kPayment, effects);
       }},
      {"a record touches one thing twice",
       [](Bench& b) {
         std::vector<Effect> effects = b.Payment({0, 1}, 10);
         effects.push_back(effects.back());
         return b.Try(RecordKind::kPayment, effects);
       }},
      {"reservations change without a prepared payment",
       [](Bench& b) {
         std::vector<Effect> effects = b.Payment({0, 1}, 10);
         effects.emplace_back(ReservationEffect{kHourIndex, 1, 2, 0, 5});
         return b.Try(RecordKind::kPayment, effects);
       }},
      {"reservations change without a prepared payment",
       [](Bench& b) {
         b.HoldTen();
         std::vector<Effect> effects = b.Payment({1, 2}, 10);
         effects.emplace_back(ReservationEffect{kHourIndex, 0, 1, 10, 0});
         return b.Try(RecordKind::kPayment, effects);
       }},
  };
}

std::vector<Case> OnPreparing() {
  const auto prepare = [](auto what) {
    return [=](Bench& b) {
      return b.TryPrepare([&](ReservationEffect& r, Transaction& t) { what(r, t); });
    };
  };
  using Reserved = ReservationEffect;
  const char* const kEnds = "a reservation between participants without a line or debt";
  const char* const kOther = "a reservation is not as the effect says";
  const char* const kTimes = "a reservation with times that cannot be";
  const char* const kRoutes = "reservations differ from the routes";
  return {
      {"none", prepare([](Reserved&, Transaction&) {})},
      {kEnds, prepare([](Reserved& r, Transaction&) { r.to = 4; })},
      {kEnds, prepare([](Reserved& r, Transaction&) { r.equivalent = kTea; })},
      {kOther, prepare([](Reserved& r, Transaction&) { r.before = 5; })},
      {kOther, prepare([](Reserved& r, Transaction&) { r.after = 0; })},
      {"more is reserved than the line has room for",
       prepare([](Reserved& r, Transaction& t) { r.after = t.amount = t.routes[0].amount = 41; })},
      {"none",
       prepare([](Reserved& r, Transaction& t) { r.after = t.amount = t.routes[0].amount = 40; })},
      {kRoutes, prepare([](Reserved& r, Transaction&) { r.after = 11; })},
      {kRoutes, prepare([](Reserved& r, Transaction&) {
         r = {kHourIndex, 1, 2, 0, 10};
       })},
      {kRoutes,
       [=](Bench& b) {
         TrustLine tea = b.Line(1, 0, 100);
         tea.equivalent = kTea;
         EXPECT_EQ(CodeName(b.TryOpen(tea)), "Ok");
         return prepare([](Reserved& r, Transaction&) { r.equivalent = kTea; })(b);
       }},
      {kTimes,
       prepare([](Reserved&, Transaction& t) { t.hold->expires_at = t.hold->prepared_at; })},
      {kTimes, prepare([](Reserved&, Transaction& t) { t.hold->voted = true; })},
      {kTimes, prepare([](Reserved&, Transaction& t) { ++t.hold->prepared_at; })},
      {kTimes, prepare([](Reserved&, Transaction& t) { t.hold->expired = true; })},
      {"a record touches one thing twice",
       [](Bench& b) {
         const Reserved again{kHourIndex, 0, 1, 0, 10};
         return b.Try(RecordKind::kPreparePayment,
                      {again, again, TransactionEffect{std::nullopt, b.Prepared()}});
       }},
      {"a decision about no payment",
       [](Bench& b) {
         return b.Try(RecordKind::kPreparePayment, {Reserved{kHourIndex, 0, 1, 0, 10}});
       }},
      {"debts differ from the routes",
       [](Bench& b) {
         return b.Try(RecordKind::kPreparePayment, {Reserved{kHourIndex, 0, 1, 0, 10},
                                                    DebtEffect{kHourIndex, 0, 1, 60, 70, 0, 0},
                                                    TransactionEffect{std::nullopt, b.Prepared()}});
       }},
      {"a transaction id is used twice",
       [](Bench& b) {
         b.HoldTen();
         return b.TryPrepare([](Reserved& r, Transaction&) { r.before = 10, r.after = 20; });
       }},
  };
}

std::vector<Case> OnDeciding() {
  const char* const kOther = "a transaction is not as the effect says";
  const char* const kEnds =
      "a prepared payment ends in a state or at a time that its record cannot";
  const char* const kRoutes = "reservations differ from the routes";
  const char* const kDebts = "debts differ from the routes";
  const char* const kMoved = "a debt that the routes do not move";
  const auto end = [](RecordKind kind, Duration later, const Bench::Ending& change = {}) {
    return [=](Bench& b) {
      b.HoldTen();
      b.time += later;
      return b.TryEnd(kind, change);
    };
  };
  const RecordKind commit = RecordKind::kCommitPayment;
  const RecordKind abort = RecordKind::kAbortPayment;
  const RecordKind expire = RecordKind::kExpirePayment;
  using Effects = std::vector<Effect>;
  return {
      {"none", end(commit, kLifetime - 1)},
      {"none", end(abort, kLifetime - 1)},
      {"none", end(expire, kLifetime)},
      {kEnds, end(commit, kLifetime)},
      {kEnds, end(abort, kLifetime)},
      {kEnds, end(expire, kLifetime - 1)},
      {kEnds,
       end(abort, 0, [](Effects&, Transaction& t) { t.state = TransactionState::kCommitted; })},
      {kEnds,
       end(commit, 0, [](Effects&, Transaction& t) { t.state = TransactionState::kAborted; })},
      {kEnds, end(expire, kLifetime,
                  [](Effects&, Transaction& t) { t.state = TransactionState::kCommitted; })},
      {kOther,
       [=](Bench& b) {
         b.HoldTen();
         Transaction ended = b.held_;
         ended.state = TransactionState::kAborted;
         return b.Try(abort, {ReservationEffect{kHourIndex, 0, 1, 10, 0},
                              TransactionEffect{TransactionState::kCommitted, ended}});
       }},
      {kOther, end(abort, 0, [](Effects&, Transaction& t) { t.hold->expired = true; })},
      {kOther, end(abort, 0, [](Effects&, Transaction& t) { t.id = TxId::Parse("no").value(); })},
      {kOther, end(commit, 0, [](Effects&, Transaction& t) { t.constraints = "other"; })},
      {kRoutes, end(abort, 0, [](Effects& e, Transaction&) { e.erase(e.begin()); })},
      {kRoutes, end(abort, 0,
                    [](Effects& e, Transaction&) { std::get<ReservationEffect>(e[0]).after = 1; })},
      {kDebts, end(commit, 0, [](Effects& e, Transaction&) { e.pop_back(); })},
      {kDebts, end(commit, 0,
                   [](Effects& e, Transaction&) {
                     auto& debt = std::get<DebtEffect>(e[1]);
                     --debt.after, --debt.paid_after;
                   })},
      {kMoved, end(abort, 0,
                   [](Effects& e, Transaction&) {
                     e.emplace_back(DebtEffect{kHourIndex, 0, 1, 60, 50, 0, 0});
                   })},
  };
}

TEST(LedgerCheckTest, EachRuleRefusesWhatBreaksIt) {
  std::vector<Case> all;
  for (const auto& some : {OnFounding(), OnParticipants(), OnEquivalents(), OnNewLines(), OnLines(),
                           OnDebts(), OnNumbers(), OnPayments(), OnPreparing(), OnDeciding()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  ExpectRules(all);
  // Lines are opened together with their pairs.
  ExpectAllRulesOf("src/ledger/check.cc", all, {"a line without its pair"});
}

}  // namespace
}  // namespace geo::tests
