#include "tests/property/random_life.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "tests/property/route_oracle.h"
#include "tests/support/names.h"
#include "tests/support/state_text.h"

namespace geo::tests {
namespace {

std::vector<ReservationView> AllReservations(const View& view) {
  constexpr std::size_t kPage = 2;
  std::vector<ReservationView> all;
  std::optional<ExpiryPlace> next = ExpiryPlace();
  while (next) {
    const ReservationsPage page = view.Reservations(*next, kPage).value();
    all.insert(all.end(), page.reservations.begin(), page.reservations.end());
    next = page.next;
  }
  return all;
}

// Ends the life; Run gives out the text.
void Require(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error(what);
}
void Require(const Status& status, const std::string& what) {
  Require(status.ok(), what + ": " + std::string(status.message()));
}

HubOptions OptionsFor(std::uint64_t seed) {
  Dice dice(seed);
  HubOptions options;
  options.genesis = VillageGenesis();
  options.founded_at = kStart;
  options.durability = Durability::kOrdered;
  const std::vector<std::pair<std::uint32_t, std::uint32_t>> limits = {
      {8, 8}, {6, 3}, {3, 2}, {kUnlimited, kUnlimited}, {kUnlimited, kUnlimited}};
  std::tie(options.routing.max_hops, options.routing.max_paths) = dice.Pick(limits);
  options.snapshot_items = 1 + dice.Below(6);
  options.read_model_rows = dice.Chance(50) ? 0 : 1 + dice.Below(20);
  return options;
}

bool PathRulesFor(std::uint64_t seed) { return Dice(seed + 1).Chance(50); }

}  // namespace

std::vector<Action> DrawActions(std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  std::vector<Action> actions;
  const auto submit = [&](Draw draw, std::uint64_t times) {
    for (; times > 0; --times) actions.push_back({ActionKind::kSubmit, draw, engine()});
  };
  submit(Draw::kRegister, 7 + engine() % 3);
  submit(Draw::kCreate, 2 + engine() % 3);
  submit(Draw::kOpening, engine() % 3);
  submit(Draw::kLine, 12 + engine() % 24);
  for (std::uint64_t times = 40 + engine() % 60; times > 0; --times) {
    static const std::vector<std::pair<ActionKind, std::uint64_t>> kShares = {
        {ActionKind::kSubmit, 75},  {ActionKind::kTick, 1},       {ActionKind::kFlush, 3},
        {ActionKind::kTwoSteps, 3}, {ActionKind::kReopen, 2},     {ActionKind::kDrop, 2},
        {ActionKind::kErase, 1},    {ActionKind::kCheckpoint, 1}, {ActionKind::kCheckpointStep, 7},
        {ActionKind::kEvents, 2},   {ActionKind::kCapacity, 3}};
    std::uint64_t roll = engine() % 100;
    auto share = kShares.begin();
    while (roll >= share->second) roll -= (share++)->second;
    actions.push_back({share->first, Draw::kAny, engine()});
  }
  return actions;
}

Life::Life(std::uint64_t seed, std::string path)
    : options_(OptionsFor(seed)),
      path_(std::move(path)),
      model_(options_),
      maker_(model_, PathRulesFor(seed)),
      now_(kStart) {}

std::string Life::Run(const std::vector<Action>& actions) {
  try {
    Open();
    Event founded;
    founded.type = EventType::kNetworkFounded;
    Expect(founded);
    CheckState();
    for (const Action& action : actions) Do(action);
    Reopen();
    Require(hub_->Close(), "last Close");
  } catch (const std::exception& wrong) {
    hub_ = nullptr;
    return wrong.what();
  }
  hub_ = nullptr;
  return "";
}

std::string Life::Journal() {
  const std::unique_ptr<Store> store = NewStore();
  return JournalBytes(*store);
}

std::unique_ptr<Store> Life::NewStore() {
  return path_.empty() ? NewMemoryStore(medium_) : NewSqliteStore(path_);
}

void Life::Open() {
  std::unique_ptr<Store> store = NewStore();
  store_ = store.get();
  StatusOr<std::unique_ptr<Hub>> hub = Hub::Open(std::move(store), options_);
  Require(hub.status(), "Open");
  hub_ = *std::move(hub);
  model_.Reopen();
  groups_.push_back({.reopens = true});
}

void Life::Do(const Action& action) {
  Dice dice(action.seed);
  if (action.kind != ActionKind::kSubmit) log_.push_back(fmt::format("- {}", int(action.kind)));
  switch (action.kind) {
    case ActionKind::kSubmit:
      return Submit(action.draw, dice);
    case ActionKind::kFlush:
      return Flush();
    case ActionKind::kTwoSteps:
      return FlushInTwoSteps(dice);
    case ActionKind::kTick:
      Flush();
      now_ += static_cast<Duration>(dice.Below(30)) * kDay / 24;
      hub_->Tick(now_);
      Require(hub_->Flush().status(), "Flush after Tick");
      model_.Tick(now_);
      ExpectExpired();
      groups_.push_back({.tick = now_});
      return CheckState();
    case ActionKind::kReopen:
      return Reopen();
    case ActionKind::kDrop:
      return Drop();
    case ActionKind::kCheckpoint:
      Flush();
      return Require(hub_->Checkpoint(), "Checkpoint");
    case ActionKind::kCheckpointStep:
      Flush();
      return Require(hub_->CheckpointStep().status(), "CheckpointStep");
    case ActionKind::kEvents:
      return CheckEvents(dice);
    case ActionKind::kCapacity:
      return CheckCapacity(dice);
    case ActionKind::kErase:
      return Erase(dice);
  }
}

// --- Commands and their answers. ---

void Life::Submit(Draw draw, Dice& dice) {
  now_ += static_cast<Duration>(dice.Below(dice.Chance(60) ? 30 : 600)) * kSecond;
  if (dice.Chance(3)) now_ += static_cast<Duration>(dice.Below(3)) * kDay;
  if (dice.Chance(1)) now_ -= kDay / 24 * static_cast<Duration>(dice.Below(30));
  Asked asked = maker_.Make(draw, dice);
  log_.push_back(fmt::format("{} at {}", Describe(asked), (now_ - kStart) / kSecond));
  VerifiedCommand command = Seal(asked, dice);
  Require(hub_->Submit(command, now_), "Submit");
  pending_.push_back({std::move(asked), std::move(command), now_});
  Require(hub_->pending() == pending_.size(), "pending");
  const bool founding = draw == Draw::kRegister || draw == Draw::kCreate;
  if (dice.Chance(founding ? 92 : 65)) Flush();
}

// Some commands travel signed, with right and wrong sequences and times.
VerifiedCommand Life::Seal(const Asked& asked, Dice& dice) {
  const SecretKey& key = Key(asked.signer);
  if (dice.Chance(75)) return TrustedCommand(key.pid(), asked.command);
  const std::uint64_t used = hub_->view().ledger().LastSequence(key.pid());
  std::uint64_t seq = used + 1 + dice.Below(3);
  if (dice.Chance(8)) seq = std::max<std::uint64_t>(used, 1);
  Validity validity{now_ - kSecond, now_ + 90 * kMinute};
  if (dice.Chance(4)) validity = {now_ - kMinute, now_ - static_cast<Duration>(dice.Below(2))};
  if (dice.Chance(4)) validity.issued_at = now_ + 300 * kSecond + Duration(dice.Below(2));
  const auto signed_command =
      SignCommand(key, options_.genesis->network, asked.command, seq, validity);
  if (!signed_command.ok()) return TrustedCommand(key.pid(), asked.command);
  StatusOr<VerifiedCommand> verified = VerifyCommand(*signed_command, options_.genesis->network);
  if (!verified.ok()) return TrustedCommand(key.pid(), asked.command);
  log_.back() +=
      fmt::format(" (signed, seq {}, {} to {})", seq, (validity.issued_at - kStart) / kSecond,
                  (validity.expires_at - kStart) / kSecond);
  return *std::move(verified);
}

void Life::Flush() {
  const auto results = hub_->Flush();
  Require(results.status(), "Flush");
  Settle(*results);
}

// As Flush, by hand; once in a while the store is busy, or a command comes in between.
void Life::FlushInTwoSteps(Dice& dice) {
  const Batch* batch = hub_->TakeBatch();
  if (batch == nullptr) return Require(pending_.empty(), "no batch");
  const std::size_t count = pending_.size();
  if (dice.Chance(40)) {
    const auto busy = hub_->BatchDone(MakeError(ErrorCode::kStoreBusy, "busy"));
    Require(ErrorCodeOf(busy.status()) == ErrorCode::kStoreBusy, "a busy batch");
  }
  if (dice.Chance(40)) {
    const Asked asked = maker_.Make(Draw::kAny, dice);
    log_.push_back(fmt::format("{} at {}, in between", Describe(asked), (now_ - kStart) / kSecond));
    const VerifiedCommand command = TrustedCommand(Key(asked.signer).pid(), asked.command);
    Require(hub_->Submit(command, now_), "Submit");
    pending_.push_back({asked, command, now_});
  }
  Require(hub_->TakeBatch() == batch, "a batch changes while it is in flight");
  const auto results = hub_->BatchDone(store_->Append(*batch));
  Require(results.status(), "BatchDone");
  Require(results->size() == count, "BatchDone answers another group");
  Settle(*results);
}

// The answers to the oldest pending commands came.
void Life::Settle(const std::vector<CommandResult>& results) {
  Require(results.size() <= pending_.size(), "more answers than commands");
  groups_.emplace_back();
  for (std::size_t i = 0; i < results.size(); ++i) {
    Follow(pending_[i], results[i]);
    groups_.back().commands.emplace_back(pending_[i].command, pending_[i].now);
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(results.size()));
  Require(hub_->pending() == pending_.size(), "pending after the flush");
  if (pending_.empty()) CheckState();
}

void Life::Follow(const Pending& one, const CommandResult& result) {
  const std::string wrong = model_.Judge(one.command, one.now, result);
  Require(wrong.empty(), fmt::format("{}: answered {} ({}): {}", Describe(one.asked),
                                     ErrorName(result.code()).data(),
                                     std::string(result.status.message()), wrong));
  ExpectExpired();
  ++answers_[std::string(ErrorName(result.code()))];
  if (result.payment && result.payment->repeated) ++answers_["repeated"];
  if (result.seq == 0) return;
  if (result.payment)
    ++answers_[fmt::format("{} routes", result.payment->transaction->routes.size())];
  ExpectEvents(one, result);
  ExpectTexts(one.command.signer(), one.command.command());
}

// --- Reopening. ---

void Life::Reopen() {
  Flush();
  const JournalHead head = hub_->head();
  const std::string before = StateText(hub_->view().ledger());
  Require(hub_->Close(), "Close");
  Open();
  Require(hub_->head() == head, "another head after reopening");
  const std::string after = StateText(hub_->view().ledger());
  Require(after == before, "another state after reopening:\n" + before + "---\n" + after);
  Require(hub_->acknowledged() == acknowledged_, "acknowledged after Close");
  CheckState();
  CheckStored();
}

void Life::Drop() {
  const bool known = pending_.empty();
  pending_.clear();
  hub_ = nullptr;
  Open();
  const std::string after = StateText(hub_->view().ledger());
  Require(!known || after == settled_,
          "another state after a loss:\n" + settled_ + "---\n" + after);
  Require(hub_->acknowledged() <= acknowledged_, "acknowledged after a loss");
  acknowledged_ = hub_->acknowledged();
  CheckState();
  CheckStored();
}

// --- Questions. ---

void Life::CheckCapacity(Dice& dice) {
  Flush();
  std::vector<const Equivalent*> active;
  for (const Equivalent& one : model_.currencies) {
    if (one.status == EquivalentStatus::kActive) active.push_back(&one);
  }
  if (model_.registered.size() < 2 || active.empty()) return;
  const Equivalent& currency = *dice.Pick(active);
  Trip trip;
  trip.code = currency.code.text();
  trip.from = dice.Pick(model_.registered);
  trip.to = dice.Pick(model_.registered);
  if (trip.from == trip.to) return;
  RouteConstraints constraints;
  const std::vector<std::uint32_t> limits = {1, 2, 3, 4, 8, kUnlimited, kUnlimited};
  trip.hops = constraints.max_hops = dice.Pick(limits);
  trip.paths = constraints.max_paths = dice.Pick(limits);
  if (dice.Chance(30)) {
    const auto index = static_cast<ParticipantIndex>(dice.Below(model_.registered.size()));
    constraints.avoid = {index};
    trip.avoid = {model_.registered[index]};
  }
  const auto answer = hub_->view().Capacity(trip.from, trip.to, currency.code, constraints);
  Require(answer.status(), "Capacity");
  const std::string wrong = JudgeCapacity(model_, trip, *answer);
  Require(wrong.empty(), fmt::format("capacity {}->{} {} hops {} paths {}: {}", NameOf(trip.from),
                                     NameOf(trip.to), trip.code, trip.hops, trip.paths, wrong));
}

void Life::Erase(Dice& dice) {
  Flush();
  const Pid pid = Key(dice.Pick(Villagers())).pid();
  const Status status = hub_->ErasePersonalText(pid);
  const bool known = model_.people.count(pid) != 0;
  Require(ErrorCodeOf(status) == (known ? ErrorCode::kOk : ErrorCode::kUnknownParticipant),
          "erase");
  for (const Hash256& hash : texts_of_[pid]) texts_[hash] = std::nullopt;
  CheckStored();
}

// --- Events and texts. ---

void Life::Expect(const Event& event) {
  events_.push_back(event);
  events_.back().seq = model_.records;
  events_.back().time = model_.last_time;
}

void Life::ExpectEvents(const Pending& one, const CommandResult& result) {
  const Command& command = one.command.command();
  static constexpr EventType kTypes[] = {EventType::kParticipantRegistered,
                                         EventType::kParticipantUpdated,
                                         EventType::kParticipantLeft,
                                         EventType::kParticipantStatusSet,
                                         EventType::kParticipantLevelSet,
                                         EventType::kEquivalentCreated,
                                         EventType::kEquivalentUpdated,
                                         EventType::kEquivalentRemoved,
                                         EventType::kTrustLineOpened,
                                         EventType::kTrustLineUpdated,
                                         EventType::kTrustLineClosed,
                                         EventType::kTrustLineFrozen,
                                         EventType::kTrustLineUnfrozen,
                                         EventType::kOpeningBalances,
                                         EventType::kPaymentCommitted,
                                         EventType::kPaymentPrepared,
                                         EventType::kPaymentCommitted,
                                         EventType::kPaymentAborted,
                                         EventType::kDebtsCleared,
                                         EventType::kDebtsCleared,
                                         EventType::kDebtsCleared,
                                         EventType::kClearingProposed,
                                         EventType::kClearingAccepted,
                                         EventType::kClearingRejected,
                                         EventType::kLimitsSet};
  Event event;
  event.type = kTypes[command.index()];
  std::optional<LineId> line = result.line;
  std::visit(
      [&]<typename C>(const C& c) {
        if constexpr (requires { c.participant; }) event.participants = {c.participant};
        if constexpr (requires { c.code; }) event.equivalent = c.code;
        if constexpr (requires { LineId(c.line); }) line = c.line;
        if constexpr (std::is_same_v<C, SetLimits>) event.equivalent = c.equivalent;
      },
      command);
  if (command.index() <= 2) event.participants = {one.command.signer()};
  if (line) {
    const auto& of = model_.lines.at(*line);
    event.line = line;
    event.participants = {std::get<1>(of.way), std::get<2>(of.way)};
    event.equivalent = *EquivalentCode::Parse(std::get<0>(of.way));
    event.amount = static_cast<Amount>(of.limit);
  }
  if (TransactionOf(command) != nullptr) {
    return ExpectPayment(*result.payment->transaction, event.type);
  }
  Expect(event);
}

void Life::ExpectPayment(const Transaction& t, EventType type) {
  Event event;
  event.type = type;
  event.transaction = t.id;
  event.equivalent = model_.currencies[t.equivalent].code;
  event.amount = t.amount;
  event.participants = {model_.registered[t.payer], model_.registered[t.payee]};
  Expect(event);
  if (type != EventType::kPaymentCommitted) return;
  event.type = EventType::kPaymentReceived;
  std::swap(event.participants[0], event.participants[1]);
  Expect(event);
}

// Reservations ended before the last command, each by a record of its own.
void Life::ExpectExpired() {
  for (const auto& [seq, transaction] : model_.expired) {
    ExpectPayment(transaction, EventType::kPaymentExpired);
    events_.back().seq = seq;
    events_.back().time = model_.clock;
    ++answers_["expired by record"];
  }
  model_.expired.clear();
}

void Life::ExpectTexts(const Pid& owner, const Command& command) {
  const auto expect = [&](const PersonalText& text) {
    if (text.text.empty()) return;
    texts_[TextHash(text)] = text.text;
    texts_of_[owner].insert(TextHash(text));
  };
  if (const auto* registration = std::get_if<RegisterParticipant>(&command)) {
    expect(registration->name);
    if (registration->profile) expect(*registration->profile);
  } else if (const auto* update = std::get_if<UpdateParticipant>(&command)) {
    if (update->name) expect(*update->name);
    if (update->profile) expect(*update->profile);
  } else if (const auto* pay = std::get_if<Pay>(&command)) {
    if (pay->description) expect(*pay->description);
  } else if (const auto* prepare = std::get_if<PreparePayment>(&command)) {
    if (prepare->payment.description) expect(*prepare->payment.description);
  }
}

// Reads the events after a random record in random portions; sometimes acknowledges.
void Life::CheckEvents(Dice& dice) {
  Flush();
  std::uint64_t after = dice.Below(model_.records + 1);
  std::vector<Event> wanted;
  for (const Event& event : events_) {
    if (event.seq > after) wanted.push_back(event);
  }
  std::vector<Event> polled;
  while (true) {
    const auto more = hub_->PollEvents(after, 1 + dice.Below(9));
    Require(more.status(), "PollEvents");
    if (more->empty()) break;
    polled.insert(polled.end(), more->begin(), more->end());
    after = polled.back().seq;
  }
  Require(polled == wanted, fmt::format("{} events instead of {}", polled.size(), wanted.size()));
  if (dice.Chance(50)) {
    Require(hub_->AcknowledgeEvents(after), "AcknowledgeEvents");
    acknowledged_ = std::max(acknowledged_, after);
  }
  Require(hub_->acknowledged() == acknowledged_, "acknowledged");
}

// --- The state, compared with the model's. ---

void Life::CheckState() {
  const View view = hub_->view();
  CheckParticipants(view.ledger());
  CheckLines(view);
  CheckBalances(view);
  CheckReservations(view);
  Require(view.ledger().CheckPositions(), "CheckPositions");
  Require(hub_->head().seq == model_.records, "another number of records");
  settled_ = StateText(view.ledger());
}

void Life::CheckParticipants(const Ledger& ledger) {
  Require(ledger.participant_count() == model_.registered.size(), "number of participants");
  for (ParticipantIndex i = 0; i < ledger.participant_count(); ++i) {
    Require(ledger.participant(i) == model_.people.at(model_.registered[i]), "a participant");
  }
  Require(ledger.equivalent_count() == model_.currencies.size(), "number of equivalents");
  for (EquivalentIndex i = 0; i < ledger.equivalent_count(); ++i) {
    Require(ledger.equivalent(i) == model_.currencies[i], "an equivalent");
  }
  for (const auto& [pid, seq] : model_.sequences) {
    Require(ledger.LastSequence(pid) == seq, "sequence of " + NameOf(pid));
  }
  Require(ledger.last_time() == model_.last_time, "last_time");
}

void Life::CheckLines(const View& view) {
  const Ledger& ledger = view.ledger();
  Require(ledger.line_count() == model_.lines.size(), "number of lines");
  for (const auto& [id, line] : model_.lines) {
    const auto index = ledger.FindLine(id);
    Require(index.has_value(), "a line is missing");
    const TrustLine found = ledger.line(*index);
    const auto& [code, owner, debtor] = line.way;
    const bool same = ledger.participant(found.owner).pid == owner &&
                      ledger.participant(found.debtor).pid == debtor && found.id == id &&
                      ledger.equivalent(found.equivalent).code.text() == code &&
                      found.status == line.status && found.limit == line.limit &&
                      found.policy == line.policy && found.created == line.created &&
                      found.updated == line.updated;
    Require(same, fmt::format("line {} {}->{} limit {}, not {}", FormatLineId(id), NameOf(owner),
                              NameOf(debtor), found.limit, line.limit.str()));
  }
  for (const auto& [way, id] : model_.latest) {
    const auto& [code, owner, debtor] = way;
    const auto shown = view.LineOf(owner, debtor, *EquivalentCode::Parse(code));
    Require(shown.ok() && shown->has_value(), "LineOf");
    const Big used = model_.Debt(Back(way));
    const Big free = model_.Active(way) ? Big(model_.Live(way)->limit - used) : Big(0);
    Require((*shown)->line.id == id && (*shown)->used == used &&
                (*shown)->available == std::max<Big>(free, 0),
            "LineOf: used or available");
  }
}

void Life::CheckBalances(const View& view) {
  std::size_t debts = 0;
  for (const Equivalent& currency : model_.currencies) {
    if (currency.status == EquivalentStatus::kRemoved) continue;
    const std::string code(currency.code.text());
    const auto shown = view.DebtsOf(currency.code, 0, 1000);
    Require(shown.status(), "DebtsOf");
    debts += shown->debts.size();
    for (const DebtView& debt : shown->debts) {
      Require(debt.amount == model_.Debt({code, debt.debtor, debt.creditor}) && debt.amount > 0,
              fmt::format("{} owes {} {} {}", NameOf(debt.debtor), NameOf(debt.creditor),
                          debt.amount, code));
    }
    const auto pays = [&](const Pid& one) {
      return currency.status == EquivalentStatus::kActive &&
             model_.people.at(one).status == ParticipantStatus::kActive;
    };
    for (const Pid& one : model_.registered) {
      Big sums[4];
      for (const Pid& other : model_.registered) {
        const Way away{code, one, other};
        sums[0] += model_.Debt(away);
        sums[1] += model_.Debt(Back(away));
        if (one == other || !pays(one) || !pays(other)) continue;
        sums[2] += model_.Capacity(away, false);
        sums[3] += model_.Capacity(Back(away), false);
      }
      const auto balance = view.BalanceOf(one, currency.code);
      Require(balance.ok() && balance->total_debt == sums[0] && balance->total_credit == sums[1] &&
                  balance->net == sums[1] - sums[0] && balance->available_to_spend == sums[2] &&
                  balance->available_to_receive == sums[3],
              "balance of " + NameOf(one) + " in " + code);
    }
  }
  Require(debts == model_.debts.size(), "number of debts");
}

void Life::CheckReservations(const View& view) {
  const Ledger& ledger = view.ledger();
  Require(ledger.CheckReservations(), "CheckReservations");
  for (PairIndex i = 0; i < ledger.pair_count(); ++i) {
    const Pair& pair = ledger.pair(i);
    const Way way{std::string(ledger.equivalent(pair.equivalent).code.text()),
                  ledger.participant(pair.a).pid, ledger.participant(pair.b).pid};
    Require(pair.reserved_ab == model_.Held(way) && pair.reserved_ba == model_.Held(Back(way)),
            "what is reserved on a pair");
  }
  std::size_t open = 0;
  for (const auto& [id, payment] : model_.payments) {
    if (payment.t.state == TransactionState::kPrepared) ++open;
  }
  const std::vector<ReservationView> shown = AllReservations(view);
  Require(shown.size() == open, "number of prepared payments");
  for (const ReservationView& one : shown) {
    const Transaction& t = model_.payments.at(one.id).t;
    Require(t.state == TransactionState::kPrepared && one.hold == t.hold &&
                one.amount == t.amount && one.age == model_.clock - t.hold->prepared_at &&
                one.payer == model_.registered[t.payer] && one.payee == model_.registered[t.payee],
            "a prepared payment");
  }
}

// What lives in the store: transactions and personal text.
void Life::CheckStored() {
  for (const auto& [id, payment] : model_.payments) {
    const auto found = hub_->FindTransaction(id);
    Require(found.ok() && *found == payment.t, "a stored transaction");
  }
  for (const auto& [hash, text] : texts_) {
    const auto found = hub_->FindText(hash);
    Require(found.ok() && *found == text, "personal text " + text.value_or("(erased)"));
  }
}

std::string JournalOf(const HubOptions& options, const std::vector<Group>& groups) {
  const auto medium = std::make_shared<MemoryMedium>();
  std::unique_ptr<Hub> hub;
  for (const Group& group : groups) {
    if (group.reopens) {
      hub = nullptr;
      hub = Hub::Open(NewMemoryStore(medium), options).value();
    }
    if (group.tick != 0) hub->Tick(group.tick);
    for (const auto& [command, now] : group.commands) {
      const Status status = hub->Submit(command, now);
      if (!status.ok()) return "Submit: " + std::string(status.message());
    }
    const auto results = hub->Flush();
    if (!results.ok()) return "Flush: " + std::string(results.status().message());
  }
  hub = nullptr;
  const std::unique_ptr<Store> store = NewMemoryStore(medium);
  return JournalBytes(*store);
}

}  // namespace geo::tests
