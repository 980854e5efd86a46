#include "tests/property/reference_model.h"

#include <algorithm>
#include <set>

#include "geo/crypto/keys.h"
#include "geo/trust/plan.h"
#include "tests/property/reference_input.h"
#include "tests/property/route_oracle.h"

namespace geo::tests {
namespace {

using enum ErrorCode;
using Line = ReferenceModel::Line;

// One command: first all that is wrong with it is noted, then, if nothing is, it is done. Of what
// is wrong the earliest step counts (spec 01 §6.3): 1 syntax, 3 parties, 4 equivalent or line, 5
// authorisation, 6 and later what the state says.
struct Case {
  ReferenceModel& m;
  const Pid signer;
  const std::uint64_t seq;
  const CommandResult& result;
  Codes replay = {};  // expired, used up: where this is looked at is not fixed
  int first = 0;
  Codes faults = {};
  std::string wrong_answer = {};

  bool Fine() const { return faults.empty() && replay.empty() && result.code() == kOk; }

  void If(bool wrong, int step, const Codes& codes) {
    if (!wrong || codes.empty() || (!faults.empty() && step > first)) return;
    if (step < first) faults.clear();
    first = step;
    faults.insert(codes.begin(), codes.end());
  }
  void Party(const Pid& pid, bool must_be_active = true) {
    const auto person = m.people.find(pid);
    If(person == m.people.end(), 3, {kUnknownParticipant});
    if (person == m.people.end() || !must_be_active) return;
    If(person->second.status != ParticipantStatus::kActive, 3, {kParticipantNotActive});
  }
  bool HasRole(OperatorRole least) const {
    const auto may = [&](const Operator& o) { return o.pid == signer && o.role <= least; };
    const auto& all = m.options.genesis->operators;
    return std::any_of(all.begin(), all.end(), may);
  }
  void Role(OperatorRole least, int step = 5) { If(!HasRole(least), step, {kNotPermitted}); }
  Participant& Changed(const Pid& pid) {
    m.people[pid].updated = m.last_time;
    return m.people[pid];
  }
  int Code(const EquivalentCode& code, bool must_be_active, int step = 4) {
    const Equivalent* found = m.Currency(std::string(code.text()));
    If(found == nullptr, step, {kUnknownEquivalent});
    if (found == nullptr) return 8;
    const bool active = found->status == EquivalentStatus::kActive;
    If(must_be_active && !active, step, {kEquivalentNotActive});
    return found->precision;
  }

  void operator()(const RegisterParticipant& c) {
    const Pid pid = PidOf(c.key);
    If(pid != signer, 5, {kNotPermitted});
    If(m.people.count(pid) != 0, 6, {kParticipantExists});
    if (!Fine()) return;
    Participant& person = Changed(pid);
    person = {pid, c.key, c.type, person.status, 0, TextHash(c.name), {}, m.last_time, m.last_time};
    if (c.profile) person.profile_hash = TextHash(*c.profile);
    m.registered.push_back(pid);
  }
  void operator()(const UpdateParticipant& c) {
    const bool removes = c.profile && c.profile->text.empty();
    Party(signer);
    if (!Fine()) return;
    Participant& person = Changed(signer);
    if (c.name) person.name_hash = TextHash(*c.name);
    if (c.profile) person.profile_hash = removes ? Hash256() : TextHash(*c.profile);
  }
  void operator()(const Leave&) {
    Party(signer);
    const auto ours = [&](const Way& w) { return get<1>(w) == signer || get<2>(w) == signer; };
    for (const auto& [way, amount] : m.debts) If(ours(way), 6, {kHasObligations});
    for (const auto& [way, id] : m.latest) If(ours(way) && m.Live(way), 6, {kHasObligations});
    if (Fine()) Changed(signer).status = ParticipantStatus::kLeft;
  }
  void operator()(const SetParticipantStatus& c) {
    Party(c.participant, false);
    Role(OperatorRole::kOperator);
    const auto now = faults.empty() ? m.people[c.participant].status : ParticipantStatus::kLeft;
    const auto left = ParticipantStatus::kLeft;
    If(now == c.status || now == left || c.status == left, 6, {kStatusConflict});
    if (Fine()) Changed(c.participant).status = c.status;
  }
  void operator()(const SetVerificationLevel& c) {
    Party(c.participant, false);
    Role(OperatorRole::kOperator);
    if (Fine()) Changed(c.participant).verification_level = c.level;
  }
  void operator()(const CreateEquivalent& c) {
    Role(OperatorRole::kOperator);
    If(m.Currency(std::string(c.code.text())) != nullptr, 6, {kEquivalentExists});
    const Equivalent made{c.code, c.precision, c.kind, {}, c.iso_code, c.description};
    if (Fine()) m.currencies.emplace_back(made).status = EquivalentStatus::kActive;
  }
  void operator()(const UpdateEquivalent& c) {
    Code(c.code, false);
    Role(OperatorRole::kOperator);
    if (!Fine()) return;
    Equivalent& found = *m.Currency(std::string(c.code.text()));
    if (c.active) found.status = EquivalentStatus(*c.active ? 1 : 2);
    if (c.description) found.description = *c.description;
  }
  void operator()(const RemoveEquivalent& c) {
    Code(c.code, false);
    Role(OperatorRole::kOperator);
    const auto of = [&](const auto& entry) { return get<0>(entry.first) == c.code.text(); };
    If(std::any_of(m.latest.begin(), m.latest.end(), of), 6, {kEquivalentInUse});
    If(std::any_of(m.debts.begin(), m.debts.end(), of), 6, {kEquivalentInUse});
    if (Fine()) m.Currency(std::string(c.code.text()))->status = EquivalentStatus::kRemoved;
  }

  Line Draft(const Way& way, const AmountInput& limit, const PolicyPatch& policy, int precision,
             Codes& bad) {
    const LinePolicy merged = MergePolicy(LinePolicy(), policy, precision, bad);
    return {way, LineStatus::kActive, ReadAmount(limit, precision, bad), merged, 0, 0};
  }
  void AddLine(Line line, LineOrigin origin) {
    const auto& [code, owner, debtor] = line.way;
    const LineId id = DeriveLineId(m.options.genesis->network, owner, debtor,
                                   *EquivalentCode::Parse(code), origin, seq);
    line.created = line.updated = m.last_time;
    m.latest[line.way] = id;
    m.lines[id] = std::move(line);
  }
  void operator()(const OpenLine& c) {
    Party(signer);
    Party(c.debtor);
    If(signer == c.debtor, 3, {kSelfTrust});
    const int precision = Code(c.equivalent, true);
    Codes bad;
    const Way way{std::string(c.equivalent.text()), signer, c.debtor};
    const Line line = Draft(way, c.limit, c.policy, precision, bad);
    If(true, 7, bad);
    If(m.Live(way) != nullptr, 7, {kLineExists});
    if (faults.empty()) {
      const auto lines = m.counts.lines[m.people.at(signer).verification_level];
      const auto given = [&](const auto& l) {
        return get<1>(l.first) == signer && m.Live(l.first);
      };
      If(lines && std::count_if(m.latest.begin(), m.latest.end(), given) >= *lines, 7,
         {kTooManyLines});
      LineLimit(line);
    }
    if (Fine()) AddLine(line, LineOrigin::kOwner);
    if (Fine() && result.line != m.latest[way]) wrong_answer = "another line id";
  }
  void LineLimit(const Line& line) {
    const auto most = m.AmountsOf(get<0>(line.way)).line[m.people.at(signer).verification_level];
    If(most && line.limit > *most, 7, {kLineAboveLimit});
  }
  template <typename T, typename Read>
  static void SetLevels(const SetLimits& c, const PolicySetting<T>& to, auto& limits, Read read) {
    for (std::size_t i = 0; i < limits.size() && to.mentioned; ++i) {
      if (c.level.value_or(i) != i) continue;
      limits[i].reset();
      if (to.value) limits[i] = read(*to.value);
    }
  }
  void operator()(const SetLimits& c) {
    const int precision = c.equivalent ? Code(*c.equivalent, false) : 0;
    Role(OperatorRole::kOperator);
    Codes bad;
    const auto amount = [&](const AmountInput& input) {
      const Big read = ReadAmount(input, precision, bad);
      return bad.empty() ? static_cast<Amount>(read) : 0;
    };
    AmountLimits amounts;
    if (faults.empty() && c.equivalent) amounts = m.AmountsOf(std::string(c.equivalent->text()));
    SetLevels(c, c.payment, amounts.payment, amount);
    SetLevels(c, c.line, amounts.line, amount);
    If(true, 7, bad);
    if (!Fine()) return;
    if (c.equivalent) m.AmountsOf(std::string(c.equivalent->text())) = amounts;
    const auto as_is = [](std::uint32_t n) { return n; };
    SetLevels(c, c.lines, m.counts.lines, as_is);
    SetLevels(c, c.payments_per_day, m.counts.payments_per_day, as_is);
  }
  // The line named, for its owner, or for operators too. A stand-in when there is none.
  Line& Named(const LineId& id, bool operators_too) {
    static Line nobody;
    const auto found = m.lines.find(id);
    If(found == m.lines.end(), 3, {kUnknownLine});
    get<0>(nobody.way) = m.currencies.empty() ? "" : m.currencies.front().code.text();
    if (found == m.lines.end()) return nobody;
    const bool is_owner = get<1>(found->second.way) == signer;
    const bool may_operate = operators_too && HasRole(OperatorRole::kOperator);
    if (is_owner && !may_operate) Party(signer);
    If(!is_owner && !may_operate, 5, {kNotPermitted});
    If(found->second.status == LineStatus::kClosed, 6, {kLineClosed});
    if (Fine()) found->second.updated = m.last_time;  // what is asked will be done
    return found->second;
  }
  void operator()(const UpdateLine& c) {
    Line& line = Named(c.line, false);
    const Equivalent* currency = m.Currency(get<0>(line.way));  // none: there is no line either
    const int precision = currency == nullptr ? 0 : currency->precision;
    Codes bad;
    const LinePolicy policy = MergePolicy(line.policy, c.policy, precision, bad);
    const Big limit = c.limit ? ReadAmount(*c.limit, precision, bad) : line.limit;
    If(true, 7, bad);
    const Big owed = m.Debt(Back(line.way)) - m.Debt(line.way);
    If(c.limit && limit < owed, 7, {kLimitBelowDebt});
    Line wanted = line;
    wanted.limit = limit;
    if (faults.empty() && limit > line.limit) LineLimit(wanted);
    If(c.limit && limit < line.limit && limit - owed < m.Held(Back(line.way)), 7, {kPairReserved});
    if (!Fine()) return;
    line.policy = policy;
    line.limit = limit;
  }
  void operator()(const CloseLine& c) {
    Line& line = Named(c.line, false);
    If(m.Debt(line.way) + m.Debt(Back(line.way)) > 0, 7, {kLineHasDebt});
    If(m.Held(line.way) + m.Held(Back(line.way)) > 0, 7, {kPairReserved});
    if (Fine()) line.status = LineStatus::kClosed;
  }
  template <typename Freezing>
  void Freeze(const Freezing& c, LineStatus wanted, ErrorCode already) {
    Line& line = Named(c.line, true);
    const bool as_owner =
        get<1>(line.way) == signer && m.people.at(signer).status == ParticipantStatus::kActive;
    If(!as_owner && c.reason.empty(), 6, {kTextInvalid});
    If(line.status == wanted, 7, {already});
    if (Fine()) line.status = wanted;
  }
  void operator()(const FreezeLine& c) { Freeze(c, LineStatus::kFrozen, kLineNotActive); }
  void operator()(const UnfreezeLine& c) { Freeze(c, LineStatus::kActive, kStatusConflict); }

  void operator()(const OpeningBalances& c) {
    Role(OperatorRole::kAdmin, 1);
    If(!m.payments.empty(), 2, {kStatusConflict});
    const auto parties = [&](const Pid& x, const Pid& y, const EquivalentCode& code) {
      for (const Pid& pid : {x, y}) {
        Party(pid, false);
        const auto person = m.people.find(pid);
        const bool left =
            person != m.people.end() && person->second.status == ParticipantStatus::kLeft;
        If(left, 3, {kParticipantNotActive});
      }
      If(x == y, 3, {kSelfTrust});
      return Code(code, false, 3);
    };
    Codes bad;
    std::map<Way, Line> opened;
    for (const OpeningBalances::Line& one : c.lines) {
      const Way way{std::string(one.equivalent.text()), one.owner, one.debtor};
      const int precision = parties(one.owner, one.debtor, one.equivalent);
      Line line = Draft(way, one.limit, one.policy, precision, bad);
      line.status = LineStatus(one.frozen ? 2 : 1);
      If(m.Live(way) != nullptr || !opened.emplace(way, line).second, 3, {kLineExists});
    }
    std::map<Way, Big> owed = m.debts;
    for (const OpeningBalances::Debt& one : c.debts) {
      const int precision = parties(one.debtor, one.creditor, one.equivalent);
      const Way way{std::string(one.equivalent.text()), one.debtor, one.creditor};
      owed[way] += ReadAmount(one.amount, precision, bad);
    }
    for (auto& [way, amount] : owed) {
      const auto back = owed.find(Back(way));
      const Big both = back == owed.end() ? 0 : std::min(amount, back->second);
      amount -= both;
      if (both != 0) back->second -= both;
      if (amount > kMaxAmount) bad.insert(kAmountOverflow);
    }
    If(true, 3, bad);
    if (!Fine()) return;
    for (const auto& [way, line] : opened) AddLine(line, LineOrigin::kOpening);
    std::erase_if(owed, [](const auto& debt) { return debt.second == 0; });
    m.debts = owed;
  }

  // Spec 01 §6.2: a known id. The stored answer counts even if the command is late.
  void Repeat(const ReferenceModel::Payment& known, const PreparePayment& c, bool prepares) {
    replay.clear();
    const Transaction& stored = known.t;
    Codes bad;
    const int precision = m.currencies[stored.equivalent].precision;
    Codes differ = Differences(known.asked.payment, c.payment);
    differ.merge(prepares ? Differences(known.asked, c) : Codes());
    const Big amount = ReadAmount(c.payment.amount, precision, bad);
    if (!bad.empty() || amount != stored.amount) differ.insert(kTxIdOtherAmount);
    if (stored.hold.has_value() != prepares) differ = {kTxIdOtherOperation};
    if (m.registered[stored.payer] != signer) differ = {kTxIdReused};
    If(true, 2, differ);
    if (!Fine()) return;
    const PaymentResult answer = result.payment.value_or(PaymentResult());
    if (!answer.repeated || answer.transaction != stored) wrong_answer = "not the stored answer";
  }
  // Who, to whom, how much.
  Big Sum(const Pay& c) {
    Party(signer);
    Party(c.payee);
    If(signer == c.payee, 3, {kSelfPayment});
    Codes bad;
    const Big amount = ReadAmount(c.amount, Code(c.equivalent, true), bad);
    if (amount == 0 && bad.empty()) bad.insert(kAmountNotPositive);
    If(true, 5, bad);
    if (!faults.empty()) return amount;
    const std::uint8_t level = m.people.at(signer).verification_level;
    const auto most = m.AmountsOf(std::string(c.equivalent.text())).payment[level];
    const auto often = m.counts.payments_per_day[level];
    If(most && amount > *most, 6, {kPaymentAboveLimit});
    If(often && m.made[{signer, m.day}] >= *often, 6, {kTooManyPaymentsToday});
    return amount;
  }
  void operator()(const Pay& c) {
    const auto known = m.payments.find(c.id);
    if (known != m.payments.end()) return Repeat(known->second, {.payment = c}, false);
    const Trip trip = TripOf(m, signer, c);
    const Big amount = Sum(c);
    if (faults.empty() && replay.empty() && result.status.ok())
      Routed(trip, amount, {.payment = c});
  }
  void operator()(const PreparePayment& c) {
    const auto known = m.payments.find(c.payment.id);
    if (known != m.payments.end()) return Repeat(known->second, c, true);
    const Duration lifetime = c.lifetime.value_or(kMinute);
    const bool odd = lifetime < 30 * kSecond || lifetime > 300 * kSecond || lifetime % kSecond != 0;
    If(odd || (c.voted && c.lifetime), 2, {kInvalidArgument});
    Trip trip = TripOf(m, signer, c.payment);
    const Big amount = Sum(c.payment);
    if (!faults.empty() || !replay.empty()) return;
    if (!c.routes.empty()) return Explicit(trip, amount, c);
    if (result.status.ok()) Routed(trip, amount, c);
  }
  // An explicit plan is taken exactly when it keeps all rules.
  void Explicit(Trip trip, const Big& amount, const PreparePayment& c) {
    trip.hops = c.payment.constraints.max_hops.value_or(32);
    trip.paths = c.payment.constraints.max_paths.value_or(64);
    std::vector<Route> routes;
    Codes bad;
    for (const NamedRoute& named : c.routes) {
      const int precision = m.Currency(trip.code)->precision;
      const Big carried = ReadAmount(named.amount, precision, bad);
      routes.push_back({{}, bad.empty() ? static_cast<Amount>(carried) : 0});
      for (const Pid& pid : named.participants) {
        const auto at = std::find(m.registered.begin(), m.registered.end(), pid);
        if (at == m.registered.end()) bad.insert(kUnknownParticipant);
        routes.back().participants.push_back(
            static_cast<ParticipantIndex>(at - m.registered.begin()));
      }
    }
    If(true, 6, bad);
    if (!faults.empty()) return;
    std::map<Way, Big> flow;
    const bool fits = JudgeRoutes(m, trip, amount, routes, &flow).empty();
    If(!fits, 7,
       {kPlanInvalid, kInsufficientCapacity, kNoRoute, kLineNotActive, kParticipantNotActive});
    if (result.payment && result.payment->shortage) {
      const HopShortage& hop = *result.payment->shortage;
      if (hop.needed <= hop.available - hop.reserved) wrong_answer = "a hop that is not short";
    }
    if (!Fine()) return;
    if (result.payment->transaction->routes != routes) wrong_answer = "other routes than named";
    Follow(trip, amount, c, *result.payment->transaction);
  }
  void Routed(const Trip& trip, const Big& amount, const PreparePayment& c) {
    const PaymentResult answer = result.payment.value_or(PaymentResult());
    if (answer.transaction) return Follow(trip, amount, c, *answer.transaction);
    wrong_answer = JudgeRefusal(m, trip, amount, answer.refusal.value_or(Refusal()));
    faults.insert(result.code());  // judged there
  }
  // Checks the answer and its routes, and moves the debts (spec 01 §4.5) or holds the routes.
  void Follow(const Trip& trip, const Big& amount, const PreparePayment& c, const Transaction& t) {
    std::map<Way, Big> flow;
    wrong_answer +=
        JudgeRoutes(m, trip, amount, t.routes, &flow) + JudgeTransaction(m, trip, c.payment, t);
    if (result.payment->repeated || t.amount != amount) wrong_answer += " another answer";
    const bool prepares = t.hold.has_value();
    if (prepares != (t.state == TransactionState::kPrepared)) wrong_answer += " another state";
    if (prepares) {
      Hold hold{m.last_time, 0, c.voted, !c.routes.empty(), !c.voted && !c.lifetime, false};
      if (!c.voted) hold.expires_at = m.last_time + c.lifetime.value_or(kMinute);
      if (hold != t.hold) wrong_answer += " another hold";
    }
    if (!wrong_answer.empty()) return;
    if (!prepares) m.Move(flow);
    for (const auto& [way, moving] : flow) m.held[way] += prepares ? moving : Big(0);
    ++m.made[{signer, m.day}];
    m.payments.emplace(t.id, ReferenceModel::Payment{t, c});
  }
  void operator()(const CommitPayment& c) { Decision(c.id, true); }
  void operator()(const AbortPayment& c) { Decision(c.id, false); }
  // Clearings are judged in clearing_life_test.cc and not drawn here.
  template <typename Other>
  void operator()(const Other&) {
    wrong_answer = "a command that is not drawn";
  }
  void Decision(const TxId& id, bool commits) {
    const auto known = m.payments.find(id);
    const auto is = [&](ParticipantIndex one) { return m.registered[one] == signer; };
    const bool party =
        known != m.payments.end() && (is(known->second.t.payer) || is(known->second.t.payee));
    If(!party, 3, {kUnknownTransaction});
    const bool open = party && known->second.t.state == TransactionState::kPrepared;
    if (!open) replay.clear();  // what is decided is not asked for its time
    if (!party) return;
    Transaction& t = known->second.t;
    If(m.registered[t.payer] != signer, 4, {kNotPermitted});
    const bool aborted = t.state == TransactionState::kAborted;
    const bool expired = t.hold.has_value() && t.hold->expired;
    If(aborted && commits, 5, {expired ? kReservationExpired : kTransactionFinal});
    const bool active = m.people.at(m.registered[t.payer]).status == ParticipantStatus::kActive;
    If(open && commits && !t.hold->voted && !active, 6, {kParticipantNotActive});
    if (!Fine()) return;
    if (open) m.Decide(t, TransactionState(commits ? 2 : 3), false);
    const bool same = result.payment->transaction == t && result.payment->repeated != open;
    if (!same) wrong_answer = "another answer about what was decided";
  }
};

}  // namespace

std::string ReferenceModel::Judge(const VerifiedCommand& command, Timestamp now,
                                  const CommandResult& result) {
  const auto used = sequences.count(command.signer()) != 0 ? sequences[command.signer()] : 0;
  Case one{*this, command.signer(), command.seq().value_or(used + 1), result};
  Tick(now);
  const Timestamp before = last_time;
  last_time = clock;
  const bool is_payment = TransactionOf(command.command()) != nullptr;
  if (!is_payment && one.seq <= used) one.replay.insert(kSequenceUsed);
  if (const auto& times = command.validity()) {
    if (times->issued_at - options.clock_drift > last_time) one.replay.insert(kNotYetValid);
    if (times->expires_at <= last_time) one.replay.insert(kExpired);
  }
  one.If(true, 1, SyntaxFaults(command.command()));
  std::visit(one, command.command());
  Codes wanted = one.faults;
  wanted.insert(one.replay.begin(), one.replay.end());
  if (wanted.empty()) wanted = {kOk};
  if (one.wrong_answer.empty() && wanted.count(result.code()) == 0) {
    for (const ErrorCode code : wanted) one.wrong_answer += std::string(ErrorName(code)) + " ";
    one.wrong_answer += "expected";
  }
  const bool recorded = result.code() == kOk && !(result.payment && result.payment->repeated);
  if (result.seq != (recorded ? ++records : 0)) one.wrong_answer += " recorded elsewhere";
  if (recorded && !is_payment) sequences[one.signer] = one.seq;
  if (!recorded) last_time = before;
  return one.wrong_answer;
}

Equivalent* ReferenceModel::Currency(const std::string& code) {
  for (Equivalent& one : currencies) {
    if (one.code.text() == code && one.status != EquivalentStatus::kRemoved) return &one;
  }
  return nullptr;
}

const Line* ReferenceModel::Live(const Way& way) const {
  const auto found = latest.find(way);
  const Line* line = found == latest.end() ? nullptr : &lines.at(found->second);
  return line == nullptr || line->status == LineStatus::kClosed ? nullptr : line;
}

Big ReferenceModel::Capacity(const Way& way, bool transit) const {
  const Line* used = Live(Back(way));
  Big most = Active(Back(way)) ? Big(used->limit - Debt(way)) : Big(0);
  if (!transit || Active(way)) most += Debt(Back(way));
  most -= Held(way);
  const LinePolicy policy = used == nullptr ? LinePolicy() : used->policy;
  if (policy.max_single_payment) most = std::min<Big>(most, *policy.max_single_payment);
  if (policy.daily_limit) {
    const auto today = moved.find(way);
    const bool any = today != moved.end() && today->second.first == day;
    most = std::min<Big>(most,
                         *policy.daily_limit - (any ? today->second.second : Big(0)) - Held(way));
  }
  return std::clamp<Big>(most, 0, kMaxAmount);
}

std::map<Way, Big> ReferenceModel::FlowOf(const Transaction& t) const {
  std::map<Way, Big> flow;
  const std::string code(currencies[t.equivalent].code.text());
  for (const Route& route : t.routes) {
    for (std::size_t i = 0; i + 1 < route.participants.size(); ++i) {
      flow[{code, registered[route.participants[i]], registered[route.participants[i + 1]]}] +=
          route.amount;
    }
  }
  return flow;
}

void ReferenceModel::Move(const std::map<Way, Big>& flow) {
  for (const auto& [way, moving] : flow) {
    const Big repaid = std::min(moving, Debt(Back(way)));
    debts[Back(way)] -= repaid;
    debts[way] += moving - repaid;
    auto& [on, total] = moved[way];
    total = moving + (on == day ? total : 0);
    on = day;
  }
  std::erase_if(debts, [](const auto& debt) { return debt.second == 0; });
}

void ReferenceModel::Decide(Transaction& t, TransactionState state, bool expires) {
  for (const auto& [way, moving] : FlowOf(t)) held[way] -= moving;
  if (state == TransactionState::kCommitted) Move(FlowOf(t));
  t.state = state;
  t.hold->expired = expires;
}

void ReferenceModel::Tick(Timestamp now) {
  day = DayOf(clock = std::max(now, clock));
  std::set<std::pair<Timestamp, TxId>> over;
  for (const auto& [id, payment] : payments) {
    const Transaction& t = payment.t;
    const bool open = t.state == TransactionState::kPrepared && !t.hold->voted;
    if (open && t.hold->expires_at <= clock) over.emplace(t.hold->expires_at, id);
  }
  for (const auto& [time, id] : over) {
    Decide(payments.at(id).t, TransactionState::kAborted, true);
    last_time = clock;
    expired.emplace_back(++records, payments.at(id).t);
  }
}

}  // namespace geo::tests
