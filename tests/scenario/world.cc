#include "tests/scenario/world.h"

#include <algorithm>
#include <thread>
#include <tuple>
#include <utility>

#include "geo/base/limits.h"
#include "geo/crypto/envelope.h"
#include "geo/crypto/hash.h"
#include "src/base/status_macros.h"

namespace geo::scenario {
namespace {

constexpr const char* kNetwork = "scenario";

// 2026-01-01, noon UTC: midnight, when daily limits start afresh, is far away.
constexpr Timestamp kStart = 1'767'268'800 * kSecond;

// Longer than any case waits: old messages are refused for what they are, not for their age.
constexpr Duration kCommandLifetime = 1000 * kDay;

// Of locks at the beginning; what is further away counts as this far.
constexpr std::int64_t kMostLockSeconds = 10'000'000;

// When a lock ends, counted from the beginning of the case.
Duration EndOf(const Json& lock) {
  const std::int64_t seconds = lock["ttl_s"];
  return std::clamp(seconds, -kMostLockSeconds, kMostLockSeconds) * kSecond;
}

struct Lock {
  Json entry;
  Duration begins = 0;  // counted likewise
  Duration lifetime = 0;
};

// In the order in which they begin. Those that ended are a second long and never overlap: where two
// would, the earlier one is moved further back.
std::vector<Lock> InOrder(const Json& locks) {
  std::vector<Json> ordered(locks.begin(), locks.end());
  std::stable_sort(ordered.begin(), ordered.end(), [](const Json& x, const Json& y) {
    return std::min(EndOf(x), kSecond) < std::min(EndOf(y), kSecond);
  });
  std::vector<Lock> placed;
  Duration next = 0;  // when the one after it begins
  for (auto lock = ordered.rbegin(); lock != ordered.rend(); ++lock) {
    const Duration ends = EndOf(*lock);
    if (ends <= 0) next = std::min(ends, next) - kSecond;
    placed.push_back({*lock, ends > 0 ? 0 : next, std::max<Duration>(ends, kSecond)});
  }
  std::reverse(placed.begin(), placed.end());
  return placed;
}

// A debt of zero has no record (spec 01 §4.4): a pair that a debt was invented for, and taken from
// again, is as if it were not there.
bool HoldsSomething(const Pair& pair) {
  Pair nothing;
  nothing.equivalent = pair.equivalent;
  nothing.a = pair.a;
  nothing.b = pair.b;
  return pair != nothing;
}

// `status` with the part of the set-up that it comes from.
Status Where(const std::string& where, const Status& status) {
  if (status.ok()) return status;
  return MakeError(ErrorCodeOf(status), where + ": " + std::string(status.message()));
}

}  // namespace

// Not a name that a case can use: names in cases are read from JSON, which has no such byte.
const std::string World::kOperator = "\xff operator";

StatusOr<geo::Json> ToGeo(const Json& value) { return ParseJson(value.dump()); }

Status Done(const StatusOr<CommandResult>& result) {
  if (!result.ok()) return result.status();
  if (!result->status.ok() || result->code() == ErrorCode::kOk) return result->status;
  return MakeError(result->code(), "refused");
}

StatusOr<std::unique_ptr<World>> World::Found(const StoreFactory& store, const Json& test_case) {
  std::unique_ptr<World> world(new World());
  // Locks that ended before the case begins were made before it begins.
  const std::vector<Lock> locks = InOrder(test_case.value("locks", Json::array()));
  for (const Lock& lock : locks) {
    world->longest_lock_ = std::max(world->longest_lock_, lock.lifetime);
  }
  world->now_ = kStart + (locks.empty() ? 0 : locks.front().begins);
  world->store_ = store;
  GEO_RETURN_IF_ERROR(world->Open());
  GEO_RETURN_IF_ERROR(world->SetUp(test_case));
  return world;
}

const SecretKey& World::KeyOf(const std::string& name) {
  const auto known = keys_.find(name);
  if (known != keys_.end()) return known->second;
  // A SHA-256 is always a seed.
  SecretKey key = SecretKey::FromSeed(Sha256(name).view()).value();
  names_.emplace(key.pid(), name);
  return keys_.emplace(name, std::move(key)).first->second;
}

StatusOr<Pid> World::PidOf(const std::string& name) {
  if (name.empty()) return ParsePid(name);
  return KeyOf(name).pid();
}

std::string World::NameOf(const Pid& pid) const {
  const auto known = names_.find(pid);
  return known == names_.end() ? FormatPid(pid) : known->second;
}

int World::PrecisionOf(const std::string& equivalent) const {
  const auto known = precisions_.find(equivalent);
  return known == precisions_.end() ? 2 : known->second;
}

StatusOr<geo::Json> World::PolicyBody(const Json& policy) {
  Json body = policy;
  if (body.is_object() && body.contains("blocked_participants") &&
      body["blocked_participants"].is_array()) {
    for (Json& name : body["blocked_participants"]) {
      if (!name.is_string() || name.get_ref<const std::string&>().empty()) continue;
      name = FormatPid(KeyOf(name).pid());
    }
  }
  return ToGeo(body);
}

StatusOr<PolicyPatch> World::Policy(const Json& policy) {
  GEO_ASSIGN_OR_RETURN(const geo::Json body, PolicyBody(policy));
  return ParsePolicy(body);
}

StatusOr<SignedCommand> World::Sign(const SecretKey& key, const Command& command) {
  std::uint64_t seq = 0;
  if (TransactionOf(command) == nullptr) {
    // Trusted commands take numbers too.
    std::uint64_t& last = sequences_[key.pid()];
    last = std::max(last, view().ledger().LastSequence(key.pid())) + 1;
    seq = last;
  }
  return SignCommand(key, kNetwork, command, seq, {now_, now_ + kCommandLifetime});
}

StatusOr<SignedCommand> World::Altered(const SignedCommand& signed_command, const SecretKey& key,
                                       const std::function<void(geo::Json&)>& change) {
  GEO_ASSIGN_OR_RETURN(geo::Json message, ParseJson(signed_command.envelope.message));
  change(message);
  SignedCommand altered = signed_command;
  GEO_ASSIGN_OR_RETURN(altered.envelope.message, CanonicalJson(message));
  altered.envelope.key = key.public_key();
  altered.envelope.signature = geo::Sign(key, altered.envelope.message);
  return altered;
}

StatusOr<VerifiedCommand> World::Read(const SignedCommand& command) {
  return VerifyCommand(command, kNetwork);
}

StatusOr<CommandResult> World::Send(const SignedCommand& command) {
  const StatusOr<VerifiedCommand> verified = Read(command);
  if (verified.ok()) {
    return serial_ == nullptr ? hub_->Execute(*verified, now_) : serial_->Execute(*verified, now_);
  }
  CommandResult refused;
  refused.status = verified.status();
  return refused;
}

Status World::Race(const std::vector<std::function<void()>>& racers) {
  GEO_ASSIGN_OR_RETURN(serial_, SerialHub::Create(std::move(hub_), {.read_views = true}));
  std::vector<std::thread> threads;
  threads.reserve(racers.size());
  for (const std::function<void()>& racer : racers) threads.emplace_back(racer);
  for (std::thread& thread : threads) thread.join();
  const Status closed = serial_->Close();
  serial_.reset();
  GEO_RETURN_IF_ERROR(closed);
  GEO_RETURN_IF_ERROR(Open());
  hub_->Tick(now_);
  return OkStatus();
}

Status World::Alone(bool looks, const std::function<void()>& work) {
  const std::lock_guard lock(alone_);
  if (serial_ == nullptr || !looks) {
    work();
    return OkStatus();
  }
  GEO_ASSIGN_OR_RETURN(const std::unique_ptr<SerialHub::Reader> reader, serial_->NewReader());
  reader->Read([&](const View& view, const JournalHead&) {
    looking_ = &view;
    work();
    looking_ = nullptr;
  });
  return OkStatus();
}

StatusOr<CommandResult> World::Operate(const Command& command) {
  GEO_ASSIGN_OR_RETURN(const SignedCommand signed_command, Sign(operator_key(), command));
  return Send(signed_command);
}

StatusOr<std::optional<Transaction>> World::FindTransaction(const TxId& id) {
  return serial_ == nullptr ? hub_->FindTransaction(id) : serial_->FindTransaction(id);
}

StatusOr<std::vector<Event>> World::EventsAfter(std::uint64_t seq) {
  constexpr auto kAll = static_cast<std::size_t>(-1);
  return serial_ == nullptr ? hub_->PollEvents(seq, kAll) : serial_->PollEvents(seq, kAll);
}

Status World::Advance(Duration by) {
  now_ += by;
  if (serial_ != nullptr) return serial_->Tick(now_);
  hub_->Tick(now_);
  return hub_->Flush().status();
}

Status World::Reopen() {
  GEO_RETURN_IF_ERROR(hub_->Close());
  GEO_RETURN_IF_ERROR(Open());
  hub_->Tick(now_);
  return OkStatus();
}

Status World::Open() {
  HubOptions options;
  const PublicKey& key = operator_key().public_key();
  options.genesis =
      Genesis{1, kNetwork, key, {Operator{operator_key().pid(), key, OperatorRole::kAdmin}}};
  options.founded_at = now_;
  options.payments.shortest_lifetime = kSecond;  // of the locks that a case begins with
  options.payments.longest_lifetime = std::max(options.payments.longest_lifetime, longest_lock_);
  options.payments.max_prepared_per_payer = kMaxPrepared;  // the format knows no such limit
  options.durability = Durability::kOrdered;
  options.routing.max_hops = kMaxHops;
  options.routing.max_paths = kMaxPaths;
  GEO_ASSIGN_OR_RETURN(hub_, Hub::Open(store_(), options));
  return OkStatus();
}

Status World::Register(const std::string& name) {
  const SecretKey& key = KeyOf(name);
  RegisterParticipant registration;
  registration.key = key.public_key();
  registration.name.text = name;
  GEO_ASSIGN_OR_RETURN(const SignedCommand command, Sign(key, registration));
  return Done(Send(command));
}

Status World::AddEquivalent(const std::string& code, const Json& precision) {
  CreateEquivalent command;
  GEO_ASSIGN_OR_RETURN(command.code, EquivalentCode::Parse(code));
  if (precision < 0 || precision > kMaxPrecision) {
    return MakeError(ErrorCode::kEquivalentMetaInvalid, "precision " + precision.dump());
  }
  command.precision = precision;
  precisions_[code] = precision;
  return Done(Operate(command));
}

StatusOr<OpeningBalances::Line> World::OpeningLine(const Json& line) {
  OpeningBalances::Line opening;
  GEO_ASSIGN_OR_RETURN(opening.owner, PidOf(line[0]));
  GEO_ASSIGN_OR_RETURN(opening.debtor, PidOf(line[1]));
  GEO_ASSIGN_OR_RETURN(opening.equivalent,
                       EquivalentCode::Parse(line[2].get_ref<const std::string&>()));
  opening.limit = line[3].get<std::string>();
  if (line.size() < 5) return opening;
  Json policy = line[4];
  opening.frozen = policy.value("status", "active") == "frozen";
  policy.erase("status");
  GEO_ASSIGN_OR_RETURN(opening.policy, Policy(policy));
  return opening;
}

StatusOr<OpeningBalances::Debt> World::OpeningDebt(const Json& debt) {
  OpeningBalances::Debt opening;
  GEO_ASSIGN_OR_RETURN(opening.debtor, PidOf(debt[0]));
  GEO_ASSIGN_OR_RETURN(opening.creditor, PidOf(debt[1]));
  GEO_ASSIGN_OR_RETURN(opening.equivalent,
                       EquivalentCode::Parse(debt[2].get_ref<const std::string&>()));
  opening.amount = debt[3].get<std::string>();
  return opening;
}

Status World::Bring(const OpeningBalances& balances) {
  if (balances.lines.empty() && balances.debts.empty()) return OkStatus();
  return Done(hub_->Execute(TrustedCommand(operator_key().pid(), balances), now_));
}

// A closed line was once open: it is brought in by itself and closed by its owner, while there are
// no debts yet.
Status World::BringClosedLines(const Json& lines) {
  for (const Json& line : lines) {
    if (line.size() < 5 || line[4].value("status", "active") != "closed") continue;
    GEO_ASSIGN_OR_RETURN(const OpeningBalances::Line opening, OpeningLine(line));
    GEO_RETURN_IF_ERROR(Bring({{opening}, {}}));
    GEO_ASSIGN_OR_RETURN(const std::optional<LineView> opened,
                         view().LineOf(opening.owner, opening.debtor, opening.equivalent));
    if (!opened) return MakeError(ErrorCode::kInternal, "an opening line is not there");
    GEO_ASSIGN_OR_RETURN(const SignedCommand close,
                         Sign(KeyOf(line[0]), CloseLine{opened->line.id}));
    GEO_RETURN_IF_ERROR(Done(Send(close)));
  }
  return OkStatus();
}

Status World::SetUp(const Json& test_case) {
  for (const Json& name : test_case.value("parts", Json::array())) {
    GEO_RETURN_IF_ERROR(Where("participant " + name.dump(), Register(name)));
  }
  const Json equivalents = test_case.value("eq", Json::object());
  for (const auto& [code, precision] : equivalents.items()) {
    GEO_RETURN_IF_ERROR(Where("equivalent " + code, AddEquivalent(code, precision)));
  }
  const Json lines = test_case.value("lines", Json::array());
  GEO_RETURN_IF_ERROR(Where("closed lines", BringClosedLines(lines)));
  OpeningBalances balances;
  for (const Json& line : lines) {
    if (line.size() == 5 && line[4].value("status", "active") == "closed") continue;
    StatusOr<OpeningBalances::Line> opening = OpeningLine(line);
    if (!opening.ok()) return Where("line " + line.dump(), opening.status());
    balances.lines.push_back(*std::move(opening));
  }
  for (const Json& debt : test_case.value("debts", Json::array())) {
    StatusOr<OpeningBalances::Debt> opening = OpeningDebt(debt);
    if (!opening.ok()) return Where("debt " + debt.dump(), opening.status());
    balances.debts.push_back(*std::move(opening));
  }
  GEO_RETURN_IF_ERROR(Where("opening balances", Bring(balances)));
  return Where("locks", PrepareLocks(test_case.value("locks", Json::array())));
}

// Each as a payment on its one hop.
Status World::PrepareLocks(const Json& locks) {
  int number = 0;
  for (const Lock& lock : InOrder(locks)) {
    GEO_RETURN_IF_ERROR(Advance(std::max<Duration>(kStart + lock.begins - now_, 0)));
    GEO_RETURN_IF_ERROR(Where(lock.entry.dump(), PrepareLock(lock.entry, lock.lifetime, ++number)));
  }
  return Advance(kStart - now_);
}

Status World::PrepareLock(const Json& lock, Duration lifetime, int number) {
  PreparePayment prepare;
  const SecretKey& payer = KeyOf(lock["from"]);
  GEO_ASSIGN_OR_RETURN(prepare.payment.id, TxId::Parse("lock:" + std::to_string(number)));
  GEO_ASSIGN_OR_RETURN(prepare.payment.payee, PidOf(lock["to"]));
  GEO_ASSIGN_OR_RETURN(prepare.payment.equivalent,
                       EquivalentCode::Parse(lock["eq"].get_ref<const std::string&>()));
  prepare.payment.amount = lock["amount"].get<std::string>();
  prepare.routes = {{{payer.pid(), prepare.payment.payee}, prepare.payment.amount}};
  prepare.lifetime = lifetime;
  GEO_ASSIGN_OR_RETURN(const SignedCommand command, Sign(payer, prepare));
  return Done(Send(command));
}

Kept World::Keep(std::optional<EquivalentIndex> only) const {
  return KeptOf(hub_->view().ledger(), only);
}

Kept KeptOf(const Ledger& ledger, std::optional<EquivalentIndex> only) {
  const auto wanted = [&](EquivalentIndex equivalent) {
    return !only.has_value() || equivalent == *only;
  };
  Kept kept;
  for (EquivalentIndex i = 0; i < ledger.equivalent_count(); ++i) {
    kept.equivalents.push_back(ledger.equivalent(i));
  }
  for (ParticipantIndex i = 0; i < ledger.participant_count(); ++i) {
    kept.participants.push_back(ledger.participant(i));
    for (EquivalentIndex e = 0; e < ledger.equivalent_count(); ++e) {
      if (wanted(e)) kept.positions.push_back(ledger.Position(i, e));
    }
  }
  for (LineIndex i = 0; i < ledger.line_count(); ++i) {
    if (wanted(ledger.line(i).equivalent)) kept.lines.push_back(ledger.line(i));
  }
  for (PairIndex i = 0; i < ledger.pair_count(); ++i) {
    const Pair& pair = ledger.pair(i);
    if (wanted(pair.equivalent) && HoldsSomething(pair)) kept.pairs.push_back(pair);
  }
  std::sort(kept.pairs.begin(), kept.pairs.end(), [](const Pair& x, const Pair& y) {
    return std::tie(x.equivalent, x.a, x.b) < std::tie(y.equivalent, y.a, y.b);
  });
  for (const Transaction* one : ledger.Prepared({}, ledger.prepared_count()).waiting) {
    if (wanted(one->equivalent)) kept.prepared.push_back(*one);
  }
  return kept;
}

Problem Difference(const Kept& before, const Kept& after) {
  if (before.participants != after.participants) return "participants differ";
  if (before.equivalents != after.equivalents) return "equivalents differ";
  if (before.lines != after.lines) return "trust lines differ";
  if (before.pairs != after.pairs) return "debts differ";
  if (before.positions != after.positions) return "net positions differ";
  if (before.prepared != after.prepared) return "prepared payments differ";
  return std::nullopt;
}

}  // namespace geo::scenario
