#include "tests/property/random_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "tests/support/keys.h"

namespace geo::tests {
namespace {

const std::vector<std::string> kCodes = {"EUR", "HRS", "XAU"};
const std::string kBadText = "caf\xc3";  // ends within a character

// Salts are secret and random in life; here the text tells.
PersonalText Personal(std::string text) {
  PersonalText personal;
  std::copy_n(text.begin(), std::min<std::size_t>(text.size(), Salt::kSize),
              personal.salt.bytes.begin());
  personal.text = std::move(text);
  return personal;
}

AmountInput SmallAmount(Dice& dice) { return static_cast<Amount>(1 + dice.Below(25)); }

AmountInput OddAmount(Dice& dice) {
  static const std::vector<AmountInput> kOdd = {
      Amount{0},         Amount{-1},         kMaxAmount,          std::string("5"),
      std::string("07"), std::string("1.5"), std::string("0.10"), std::string("0.00000001"),
      std::string("-3"), std::string("1e3"), std::string(""),     std::string("92233720368547758"),
      std::string("9")};
  return dice.Pick(kOdd);
}

AmountInput AnAmount(Dice& dice) { return dice.Chance(88) ? SmallAmount(dice) : OddAmount(dice); }

AmountInput ALimit(Dice& dice) {
  if (dice.Chance(6)) return kMaxAmount - static_cast<Amount>(dice.Below(3));
  if (dice.Chance(5)) return Amount{0};
  return dice.Chance(90) ? AmountInput(static_cast<Amount>(dice.Below(40))) : OddAmount(dice);
}

std::string AReason(Dice& dice) {
  if (dice.Chance(3)) return std::string(1025, 'x');
  if (dice.Chance(3)) return kBadText;
  return dice.Chance(8) ? "" : "because";
}

std::string AnOperator(Dice& dice) {
  static const std::vector<std::string> kOperators = {"admin", "admin", "clerk", "anna", "auditor"};
  return dice.Pick(kOperators);
}

// Sets a key by chance, to a value or back to its default.
template <typename T, typename Make>
void Perhaps(Dice& dice, PolicySetting<T>& key, std::uint64_t percent, Make make) {
  if (!dice.Chance(percent)) return;
  key = dice.Chance(25) ? PolicySetting<T>::Reset() : PolicySetting<T>(make());
}

}  // namespace

const std::vector<std::string>& Villagers() {
  static const std::vector<std::string> kNames = {"anna", "ben", "cleo", "dan", "eva", "finn"};
  return kNames;
}

const SecretKey& Key(const std::string& name) {
  static auto* const kKeys = new std::map<std::string, SecretKey>();
  const auto found = kKeys->find(name);
  return found != kKeys->end() ? found->second : kKeys->emplace(name, KeyOf(name)).first->second;
}

std::string NameOf(const Pid& pid) {
  for (const char* name : {"admin", "clerk", "auditor", "stranger"}) {
    if (Key(name).pid() == pid) return name;
  }
  for (const std::string& name : Villagers()) {
    if (Key(name).pid() == pid) return name;
  }
  return FormatPid(pid).substr(0, 8);
}

Genesis VillageGenesis() {
  Genesis genesis;
  genesis.network = "village";
  genesis.hub_key = Key("hub").public_key();
  const auto add = [&](const char* name, OperatorRole role) {
    genesis.operators.push_back({Key(name).pid(), Key(name).public_key(), role});
  };
  add("admin", OperatorRole::kAdmin);
  add("clerk", OperatorRole::kOperator);
  add("anna", OperatorRole::kOperator);
  add("auditor", OperatorRole::kAuditor);
  return genesis;
}

std::string CommandMaker::Somebody(Dice& dice) const {
  return dice.Chance(2) ? "stranger" : dice.Pick(Villagers());
}

Pid CommandMaker::Party(Dice& dice) const { return Key(Somebody(dice)).pid(); }

// Nearly always.
Pid CommandMaker::OtherThan(const std::string& name, Dice& dice) const {
  std::string other = Somebody(dice);
  while (other == name && !dice.Chance(3)) other = Somebody(dice);
  return Key(other).pid();
}

EquivalentCode CommandMaker::Code(Dice& dice) const {
  const std::string& code = dice.Chance(70) ? kCodes[0] : dice.Pick(kCodes);
  return *EquivalentCode::Parse(code);
}

PolicyPatch CommandMaker::Policy(Dice& dice) const {
  PolicyPatch patch;
  if (dice.Chance(45)) return patch;
  const auto coin = [&] { return dice.Chance(50); };
  Perhaps(dice, patch.auto_clearing, 10, coin);
  Perhaps(dice, patch.can_be_intermediate, 30, coin);
  Perhaps(dice, patch.allow_growth, 10, coin);
  Perhaps(dice, patch.daily_limit, 25, [&] { return AnAmount(dice); });
  Perhaps(dice, patch.max_single_payment, 20, [&] { return AnAmount(dice); });
  if (!path_rules_) return patch;
  Perhaps(dice, patch.max_hops, 20, [&] {
    return static_cast<std::uint32_t>(dice.Chance(5) ? 33 * dice.Below(2) : 1 + dice.Below(4));
  });
  Perhaps(dice, patch.blocked_participants, 20, [&] {
    std::vector<Pid> pids(dice.Below(3));
    for (Pid& pid : pids) pid = Party(dice);
    return pids;
  });
  return patch;
}

PaymentConstraints CommandMaker::Constraints(Dice& dice) const {
  PaymentConstraints constraints;
  if (dice.Chance(55)) return constraints;
  if (dice.Chance(50)) constraints.max_hops = 1 + dice.Below(5);
  if (dice.Chance(50)) constraints.max_paths = 1 + dice.Below(4);
  if (dice.Chance(15)) constraints.max_hops = kUnlimited;
  if (dice.Chance(15)) constraints.max_paths = kUnlimited;
  if (dice.Chance(3)) constraints.max_hops = 33 * dice.Below(2);
  if (dice.Chance(3)) constraints.max_paths = 65 * dice.Below(2);
  if (dice.Chance(30)) constraints.avoid.push_back(Party(dice));
  if (dice.Chance(2)) constraints.avoid.assign(1025, Key("admin").pid());
  return constraints;
}

Asked CommandMaker::Make(Draw draw, Dice& dice) {
  switch (draw) {
    case Draw::kRegister:
      return Register(dice);
    case Draw::kCreate:
      return Create(dice);
    case Draw::kOpening:
      return Opening(dice);
    case Draw::kLine:
      return Open(dice);
    case Draw::kAny:
      break;
  }
  return Any(dice);
}

Asked CommandMaker::Any(Dice& dice) {
  const std::uint64_t roll = dice.Below(100);
  if (roll < 44) return Payment(dice);
  if (roll < 54) return Decision(dice);
  if (roll < 61) return AgainOrChanged(dice);
  if (roll < 70) return Open(dice);
  if (roll < 86) return Line(dice);
  if (roll < 92) return Change(dice);
  if (roll < 93) return Limits(dice);
  if (roll < 98) return Equivalents(dice);
  return Opening(dice);
}

Asked CommandMaker::Register(Dice& dice) {
  std::string name;
  for (const std::string& one : Villagers()) {
    if (name.empty() && model_.people.count(Key(one).pid()) == 0) name = one;
  }
  if (name.empty() || dice.Chance(10)) name = dice.Pick(Villagers());
  RegisterParticipant command;
  command.key = Key(name).public_key();
  command.type = static_cast<ParticipantType>(1 + dice.Below(3));
  command.name = Personal(name);
  if (dice.Chance(30)) command.profile = Personal("{\"of\":\"" + name + "\"}");
  if (dice.Chance(1)) command.name = Personal(dice.Chance(50) ? "" : kBadText);
  if (dice.Chance(1)) command.profile = Personal(dice.Chance(50) ? "[]" : "{");
  return {dice.Chance(3) ? Somebody(dice) : name, std::move(command)};
}

Asked CommandMaker::Change(Dice& dice) {
  switch (dice.Below(5)) {
    case 0: {
      UpdateParticipant command;
      if (dice.Chance(70)) command.name = Personal("name " + std::to_string(dice.Below(9)));
      if (dice.Chance(40)) command.profile = Personal(dice.Chance(50) ? "" : "{\"a\":1}");
      if (dice.Chance(5)) command.name = Personal(std::string(256, 'n'));
      return {Somebody(dice), std::move(command)};
    }
    case 1:
      return {Somebody(dice), Leave()};
    case 2: {
      SetVerificationLevel command;
      command.participant = Party(dice);
      command.level = static_cast<std::uint8_t>(dice.Below(5));
      command.reason = AReason(dice);
      return {AnOperator(dice), std::move(command)};
    }
    default: {
      SetParticipantStatus command;
      command.participant = Party(dice);
      command.status = static_cast<ParticipantStatus>(1 + dice.Below(4));
      if (dice.Chance(65)) command.status = ParticipantStatus::kActive;
      command.reason = AReason(dice);
      return {dice.Chance(90) ? AnOperator(dice) : Somebody(dice), std::move(command)};
    }
  }
}

Asked CommandMaker::Create(Dice& dice) {
  CreateEquivalent command;
  std::string code;
  for (const std::string& one : kCodes) {
    const auto is = [&](const Equivalent& e) {
      return e.code.text() == one && e.status != EquivalentStatus::kRemoved;
    };
    const auto& all = model_.currencies;
    if (code.empty() && std::none_of(all.begin(), all.end(), is)) code = one;
  }
  if (code.empty() || dice.Chance(5)) code = dice.Pick(kCodes);
  command.code = *EquivalentCode::Parse(code);
  command.precision = code == "EUR" ? 2 : code == "HRS" ? 0 : 8;
  command.kind = static_cast<EquivalentKind>(1 + dice.Below(4));
  if (command.kind == EquivalentKind::kFiat || dice.Chance(5)) command.iso_code = "EUR";
  if (dice.Chance(3)) command.iso_code = "eur";
  if (dice.Chance(30)) command.description = "what is counted";
  if (dice.Chance(3)) command.precision = 9;
  if (dice.Chance(3)) command.description = kBadText;
  return {dice.Chance(95) ? "admin" : Somebody(dice), std::move(command)};
}

Asked CommandMaker::Equivalents(Dice& dice) {
  if (dice.Chance(30)) return Create(dice);
  if (dice.Chance(20)) return {AnOperator(dice), RemoveEquivalent{Code(dice)}};
  UpdateEquivalent command;
  command.code = Code(dice);
  if (dice.Chance(80)) command.active = dice.Chance(80);
  if (dice.Chance(30)) command.description = dice.Chance(80) ? "said anew" : kBadText;
  return {dice.Chance(90) ? AnOperator(dice) : Somebody(dice), std::move(command)};
}

Asked CommandMaker::Open(Dice& dice) {
  const std::string owner = Somebody(dice);
  OpenLine command;
  command.debtor = OtherThan(owner, dice);
  command.equivalent = Code(dice);
  command.limit = ALimit(dice);
  command.policy = Policy(dice);
  return {owner, std::move(command)};
}

Asked CommandMaker::Line(Dice& dice) {
  if (model_.lines.empty()) return Open(dice);
  auto line = model_.lines.begin();
  std::advance(line, dice.Below(model_.lines.size()));
  const LineId id = dice.Chance(98) ? line->first : LineId();
  const std::string owner = NameOf(std::get<1>(line->second.way));
  const std::string signer = dice.Chance(90) ? owner : Somebody(dice);
  switch (dice.Below(5)) {
    case 0:
      return {signer, CloseLine{id}};
    case 1:
      return {dice.Chance(50) ? signer : AnOperator(dice), FreezeLine{id, AReason(dice)}};
    case 2:
      return {dice.Chance(50) ? signer : AnOperator(dice), UnfreezeLine{id, AReason(dice)}};
    default: {
      UpdateLine command;
      command.line = id;
      if (dice.Chance(60)) command.limit = dice.Chance(30) ? Amount{2} : ALimit(dice);
      command.policy = Policy(dice);
      return {signer, std::move(command)};
    }
  }
}

Asked CommandMaker::Limits(Dice& dice) {
  SetLimits command;
  if (dice.Chance(40))
    command.level = static_cast<std::uint8_t>(dice.Below(dice.Chance(5) ? 5 : 2));
  Perhaps(dice, command.payment, 30, [&] { return AnAmount(dice); });
  Perhaps(dice, command.line, 30, [&] { return ALimit(dice); });
  const bool amounts = command.payment.mentioned || command.line.mentioned;
  if (dice.Chance(amounts ? 97 : 3)) command.equivalent = Code(dice);
  const auto few = [&] { return static_cast<std::uint32_t>(dice.Below(8)); };
  Perhaps(dice, command.lines, 30, few);
  Perhaps(dice, command.payments_per_day, 30, few);
  command.reason = AReason(dice);
  return {dice.Chance(90) ? AnOperator(dice) : Somebody(dice), std::move(command)};
}

Asked CommandMaker::Opening(Dice& dice) {
  OpeningBalances command;
  for (std::uint64_t i = dice.Below(6); i > 0; --i) {
    OpeningBalances::Line line;
    const std::string owner = dice.Pick(Villagers());
    line.owner = Key(owner).pid();
    line.debtor = OtherThan(owner, dice);
    line.equivalent = Code(dice);
    line.limit = ALimit(dice);
    line.policy = Policy(dice);
    line.frozen = dice.Chance(20);
    command.lines.push_back(std::move(line));
  }
  for (std::uint64_t i = dice.Below(6); i > 0; --i) {
    OpeningBalances::Debt debt;
    const std::string debtor = dice.Pick(Villagers());
    debt.debtor = Key(debtor).pid();
    debt.creditor = OtherThan(debtor, dice);
    debt.equivalent = Code(dice);
    debt.amount =
        dice.Chance(10) ? AmountInput(kMaxAmount - Amount(dice.Below(9))) : AnAmount(dice);
    command.debts.push_back(std::move(debt));
  }
  return {dice.Chance(90) ? "admin" : AnOperator(dice), std::move(command)};
}

Asked CommandMaker::Payment(Dice& dice) {
  const std::string payer = Somebody(dice);
  Pay command;
  command.id = *TxId::Parse("tx-" + std::to_string(payments_.size()));
  command.payee = OtherThan(payer, dice);
  command.equivalent = Code(dice);
  command.amount = AnAmount(dice);
  if (dice.Chance(15)) command.description = Personal("for " + std::to_string(dice.Below(99)));
  if (dice.Chance(2)) command.description = Personal(std::string(1025, 'd'));
  command.constraints = Constraints(dice);
  if (dice.Chance(60)) return payments_.emplace_back(Asked{payer, std::move(command)});
  return payments_.emplace_back(Asked{payer, Prepared(payer, std::move(command), dice)});
}

PreparePayment CommandMaker::Prepared(const std::string& payer, Pay pay, Dice& dice) const {
  PreparePayment command;
  command.payment = std::move(pay);
  if (dice.Chance(40)) command.lifetime = static_cast<Duration>(28 + dice.Below(275)) * kSecond;
  if (dice.Chance(2)) command.lifetime = kMinute + 1;
  command.voted = dice.Chance(12);
  if (command.voted && dice.Chance(95)) command.lifetime.reset();
  if (dice.Chance(65)) return command;
  // A plan of his own: straight, by way of somebody, or both.
  const auto* amount = std::get_if<Amount>(&command.payment.amount);
  const bool both = amount != nullptr && *amount > 1 && dice.Chance(30);
  const AmountInput half = both ? *amount / 2 : Amount{0};
  if (both || dice.Chance(60)) {
    command.routes.push_back(
        {{Key(payer).pid(), command.payment.payee}, both ? half : command.payment.amount});
  }
  if (both || command.routes.empty()) {
    const AmountInput rest = both ? *amount - *amount / 2 : command.payment.amount;
    command.routes.push_back({{Key(payer).pid(), OtherThan(payer, dice), command.payment.payee},
                              both ? rest : command.payment.amount});
  }
  if (dice.Chance(5)) command.routes[0].amount = AnAmount(dice);
  if (dice.Chance(5)) command.routes[0].participants.front() = Party(dice);
  return command;
}

// On a prepared payment mostly, by its payer mostly.
Asked CommandMaker::Decision(Dice& dice) const {
  std::vector<TxId> open;
  std::vector<TxId> all;
  for (const auto& [id, payment] : model_.payments) {
    all.push_back(id);
    if (payment.t.state == TransactionState::kPrepared) open.push_back(id);
  }
  if (all.empty() || dice.Chance(3)) {
    return {Somebody(dice), CommitPayment{*TxId::Parse("nobody-s")}};
  }
  const TxId id = dice.Pick(open.empty() || dice.Chance(25) ? all : open);
  const Pid payer = model_.registered[model_.payments.at(id).t.payer];
  const std::string signer = dice.Chance(95) ? NameOf(payer) : Somebody(dice);
  if (dice.Chance(70)) return {signer, CommitPayment{id}};
  return {signer, AbortPayment{id}};
}

Asked CommandMaker::AgainOrChanged(Dice& dice) {
  if (payments_.empty()) return Payment(dice);
  Asked again = dice.Pick(payments_);
  auto* prepare = std::get_if<PreparePayment>(&again.command);
  Pay& pay = prepare != nullptr ? prepare->payment : std::get<Pay>(again.command);
  switch (dice.Below(16)) {
    case 0:
      pay.amount = AnAmount(dice);
      break;
    case 1:
      pay.payee = Party(dice);
      break;
    case 2:
      pay.equivalent = Code(dice);
      break;
    case 3:
      pay.description = Personal("something else");
      break;
    case 4:
      pay.constraints = Constraints(dice);
      break;
    case 5:
      again.signer = Somebody(dice);
      break;
    case 6:
      if (prepare == nullptr) {
        again.command = Prepared(again.signer, pay, dice);
      } else {
        again.command = Pay(pay);
      }
      break;
    case 7:
      if (prepare != nullptr) again.command = Prepared(again.signer, pay, dice);
      break;
    case 8:
      if (prepare != nullptr) prepare->lifetime = 123 * kSecond;
      break;
    case 9:
      if (prepare == nullptr) break;
      prepare->routes = {{{Key(again.signer).pid(), pay.payee}, pay.amount}};
      break;
    default:
      break;
  }
  return again;
}

// --- For people. ---

namespace {

std::string Show(const AmountInput& amount) {
  if (const auto* minor = std::get_if<Amount>(&amount)) return std::to_string(*minor);
  return "'" + std::get<std::string>(amount) + "'";
}

template <typename T, typename Write>
std::string ShowKey(const char* name, const PolicySetting<T>& key, Write write) {
  if (!key.mentioned) return "";
  return fmt::format(" {}={}", name, key.value ? write(*key.value) : "null");
}

std::string Show(const PolicyPatch& patch) {
  const auto number = [](auto value) { return std::to_string(value); };
  const auto amount = [](const AmountInput& value) { return Show(value); };
  const auto names = [](const std::vector<Pid>& pids) {
    std::string all = "[";
    for (const Pid& pid : pids) all += NameOf(pid) + " ";
    return all + "]";
  };
  return ShowKey("auto_clearing", patch.auto_clearing, number) +
         ShowKey("can_be_intermediate", patch.can_be_intermediate, number) +
         ShowKey("allow_growth", patch.allow_growth, number) +
         ShowKey("max_hops", patch.max_hops, number) +
         ShowKey("daily_limit", patch.daily_limit, amount) +
         ShowKey("max_single_payment", patch.max_single_payment, amount) +
         ShowKey("blocked_participants", patch.blocked_participants, names);
}

struct Shower {
  std::string operator()(const RegisterParticipant& c) const { return c.name.text; }
  std::string operator()(const UpdateParticipant& c) const {
    return (c.name ? c.name->text : "") + " " + (c.profile ? c.profile->text : "");
  }
  std::string operator()(const Leave&) const { return ""; }
  std::string operator()(const SetParticipantStatus& c) const {
    return fmt::format("{} {} '{}'", NameOf(c.participant), int(c.status), c.reason);
  }
  std::string operator()(const SetVerificationLevel& c) const {
    return fmt::format("{} {} '{}'", NameOf(c.participant), c.level, c.reason);
  }
  std::string operator()(const CreateEquivalent& c) const {
    return fmt::format("{} precision {} kind {} '{}'", std::string(c.code.text()), c.precision,
                       int(c.kind), c.iso_code);
  }
  std::string operator()(const UpdateEquivalent& c) const {
    const char* active = !c.active ? "" : *c.active ? " active" : " inactive";
    return std::string(c.code.text()) + active;
  }
  std::string operator()(const RemoveEquivalent& c) const { return std::string(c.code.text()); }
  std::string operator()(const OpenLine& c) const {
    return NameOf(c.debtor) + " " + std::string(c.equivalent.text()) + " " + Show(c.limit) +
           Show(c.policy);
  }
  std::string operator()(const UpdateLine& c) const {
    return FormatLineId(c.line).substr(0, 8) + " " + (c.limit ? Show(*c.limit) : "-") +
           Show(c.policy);
  }
  std::string operator()(const CloseLine& c) const { return FormatLineId(c.line).substr(0, 8); }
  std::string operator()(const FreezeLine& c) const {
    return FormatLineId(c.line).substr(0, 8) + " '" + c.reason + "'";
  }
  std::string operator()(const UnfreezeLine& c) const {
    return FormatLineId(c.line).substr(0, 8) + " '" + c.reason + "'";
  }
  std::string operator()(const SetLimits& c) const {
    const auto amount = [](const auto& s) { return s.value ? Show(*s.value) : std::string("any"); };
    const auto count = [](const auto& s) { return s.value ? std::to_string(*s.value) : "any"; };
    std::string all = c.level ? fmt::format("level {}", *c.level) : "all";
    if (c.equivalent) all += " " + std::string(c.equivalent->text());
    if (c.payment.mentioned) all += " payment " + amount(c.payment);
    if (c.line.mentioned) all += " line " + amount(c.line);
    if (c.lines.mentioned) all += " lines " + count(c.lines);
    if (c.payments_per_day.mentioned) all += " payments " + count(c.payments_per_day);
    return all;
  }
  std::string operator()(const OpeningBalances& c) const {
    std::string all;
    for (const auto& line : c.lines) {
      all += fmt::format(" ({}->{} {} {}{}{})", NameOf(line.owner), NameOf(line.debtor),
                         std::string(line.equivalent.text()), Show(line.limit), Show(line.policy),
                         line.frozen ? " frozen" : "");
    }
    for (const auto& debt : c.debts) {
      all += fmt::format(" ({} owes {} {} {})", NameOf(debt.debtor), NameOf(debt.creditor),
                         std::string(debt.equivalent.text()), Show(debt.amount));
    }
    return all;
  }
  std::string operator()(const Pay& c) const {
    std::string all = fmt::format("{} to {} {} {}", std::string(c.id.text()), NameOf(c.payee),
                                  std::string(c.equivalent.text()), Show(c.amount));
    if (c.constraints.max_hops) all += fmt::format(" hops {}", *c.constraints.max_hops);
    if (c.constraints.max_paths) all += fmt::format(" paths {}", *c.constraints.max_paths);
    if (!c.constraints.avoid.empty()) all += " avoid " + NameOf(c.constraints.avoid.front());
    return all;
  }
  std::string operator()(const PreparePayment& c) const {
    std::string all = (*this)(c.payment) + (c.voted ? " voted" : "");
    if (c.lifetime) all += fmt::format(" for {} us", *c.lifetime);
    for (const NamedRoute& route : c.routes) {
      all += " (" + Show(route.amount) + ":";
      for (const Pid& pid : route.participants) all += " " + NameOf(pid);
      all += ")";
    }
    return all;
  }
  std::string operator()(const CommitPayment& c) const { return std::string(c.id.text()); }
  std::string operator()(const AbortPayment& c) const { return std::string(c.id.text()); }
  template <typename Other>
  std::string operator()(const Other&) const {
    return "";
  }
};

}  // namespace

std::string Describe(const Asked& asked) {
  const std::string_view op = OperationName(asked.command);
  return fmt::format("{} {} {}", asked.signer, op.empty() ? "opening" : std::string(op),
                     std::visit(Shower(), asked.command));
}

}  // namespace geo::tests
