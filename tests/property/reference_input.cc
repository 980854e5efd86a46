#include "tests/property/reference_input.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>

#include "geo/base/encoding.h"
#include "geo/base/limits.h"

namespace geo::tests {

using enum ErrorCode;

namespace {

bool TextFits(const std::string& text, std::size_t least, std::size_t most) {
  return text.size() >= least && text.size() <= most && IsValidUtf8(text);
}

struct Syntax {
  Codes wrong = {};

  void If(bool bad, ErrorCode code) {
    if (bad) wrong.insert(code);
  }
  void Text(const std::string& text, std::size_t least, std::size_t most) {
    If(!TextFits(text, least, most), kTextInvalid);
  }
  void Name(const PersonalText& name) { Text(name.text, 1, kMaxDisplayNameBytes); }
  void Profile(const PersonalText& profile) {
    Text(profile.text, 2, kMaxProfileBytes);
    const auto json = nlohmann::json::parse(profile.text, nullptr, false);
    If(!json.is_object(), json.is_discarded() ? kJsonSyntax : kTextInvalid);
  }

  // What is wrong with an amount at every precision.
  void AmountAlone(const AmountInput& input, bool positive) {
    const auto* text = std::get_if<std::string>(&input);
    const std::size_t point = text == nullptr ? std::string::npos : text->find('.');
    const std::size_t decimals = point == std::string::npos ? 0 : text->size() - point - 1;
    Codes bad;
    const Big units = ReadAmount(input, static_cast<int>(std::min<std::size_t>(decimals, 8)), bad);
    If(positive && bad.empty() && units == 0, kAmountNotPositive);
    wrong.merge(bad);
  }

  template <typename Other>
  void operator()(const Other&) {}
  void operator()(const RegisterParticipant& c) {
    Name(c.name);
    if (c.profile) Profile(*c.profile);
  }
  void operator()(const UpdateParticipant& c) {
    If(!c.name && !c.profile, kInvalidArgument);
    if (c.name) Name(*c.name);
    if (c.profile && !c.profile->text.empty()) Profile(*c.profile);
  }
  void operator()(const SetParticipantStatus& c) { Text(c.reason, 1, kMaxReasonBytes); }
  void operator()(const SetVerificationLevel& c) {
    Text(c.reason, 1, kMaxReasonBytes);
    If(c.level > 3, kInvalidArgument);
  }
  void operator()(const CreateEquivalent& c) {
    static const std::regex kIso("[A-Z]{3}");
    const bool iso = c.kind == EquivalentKind::kFiat && std::regex_match(c.iso_code, kIso);
    If(c.precision > 8 || (!iso && !c.iso_code.empty()), kEquivalentMetaInvalid);
    Text(c.description, 0, kMaxDescriptionBytes);
  }
  void operator()(const UpdateEquivalent& c) {
    If(!c.active && !c.description, kInvalidArgument);
    if (c.description) Text(*c.description, 0, kMaxDescriptionBytes);
  }
  void operator()(const OpenLine& c) { AmountAlone(c.limit, false); }
  void operator()(const UpdateLine& c) {
    If(!c.limit && c.policy == PolicyPatch(), kInvalidArgument);
    if (c.limit) AmountAlone(*c.limit, false);
  }
  void operator()(const FreezeLine& c) { Text(c.reason, 0, kMaxReasonBytes); }
  void operator()(const UnfreezeLine& c) { Text(c.reason, 0, kMaxReasonBytes); }
  void operator()(const SetLimits& c) {
    const bool amounts = c.payment.mentioned || c.line.mentioned;
    const bool counts = c.lines.mentioned || c.payments_per_day.mentioned;
    If(!amounts && !counts, kInvalidArgument);
    If(amounts != c.equivalent.has_value() || c.level.value_or(0) > 3, kInvalidArgument);
    if (c.payment.value) AmountAlone(*c.payment.value, false);
    if (c.line.value) AmountAlone(*c.line.value, false);
    Text(c.reason, 1, kMaxReasonBytes);
  }
  void operator()(const PreparePayment& c) {
    (*this)(c.payment);
    for (const NamedRoute& route : c.routes) AmountAlone(route.amount, false);
  }
  void operator()(const Pay& c) {
    const std::uint32_t hops = c.constraints.max_hops.value_or(1);
    const std::uint32_t paths = c.constraints.max_paths.value_or(1);
    if (c.description) Text(c.description->text, 0, kMaxDescriptionBytes);
    AmountAlone(c.amount, true);
    If(c.constraints.avoid.size() > kMaxAvoid, kTooLarge);
    If(hops == 0 || (hops > 32 && hops != kUnlimited), kConstraintRange);
    If(paths == 0 || (paths > 64 && paths != kUnlimited), kConstraintRange);
  }
};

}  // namespace

Big ReadAmount(const AmountInput& input, int precision, Codes& wrong) {
  if (const auto* minor = std::get_if<Amount>(&input)) {
    if (*minor < 0) wrong.insert(kInvalidArgument);
    return *minor;
  }
  static const std::regex kForm("(0|[1-9][0-9]*)(?:\\.([0-9]+))?");
  std::smatch parts;
  if (!std::regex_match(std::get<std::string>(input), parts, kForm)) wrong.insert(kAmountSyntax);
  std::string decimals = parts[2];
  if (static_cast<int>(decimals.size()) > precision) wrong.insert(kAmountTooPrecise);
  decimals.resize(static_cast<std::size_t>(precision), '0');
  Big units = 0;
  for (const char digit : parts[1].str() + decimals) units = units * 10 + (digit - '0');
  if (units > kMaxAmount) wrong.insert(kAmountOverflow);
  return units;
}

LinePolicy MergePolicy(LinePolicy policy, const PolicyPatch& patch, int precision, Codes& wrong) {
  Codes bad;
  const auto amount = [&](const PolicySetting<AmountInput>& key, std::optional<Amount>& value) {
    if (key.mentioned) value.reset();
    if (!key.value) return;
    const Big read = ReadAmount(*key.value, precision, bad);
    if (bad.empty()) value = static_cast<Amount>(read);
  };
  const auto flag = [](const PolicySetting<bool>& key, bool& value, bool by_default) {
    if (key.mentioned) value = key.value.value_or(by_default);
  };
  flag(patch.auto_clearing, policy.auto_clearing, true);
  flag(patch.can_be_intermediate, policy.can_be_intermediate, true);
  flag(patch.allow_growth, policy.allow_growth, false);
  amount(patch.daily_limit, policy.daily_limit);
  amount(patch.max_single_payment, policy.max_single_payment);
  if (patch.max_hops.mentioned) policy.max_hops = patch.max_hops.value;
  if (patch.blocked_participants.mentioned) {
    const auto list = patch.blocked_participants.value.value_or(std::vector<Pid>());
    const std::set<Pid> blocked(list.begin(), list.end());
    policy.blocked_participants.assign(blocked.begin(), blocked.end());
  }
  const std::uint32_t hops = policy.max_hops.value_or(1);
  const std::size_t blocked = policy.blocked_participants.size();
  if (!bad.empty() || hops < 1 || hops > 32 || blocked > 256) wrong.insert(kPolicyInvalid);
  return policy;
}

Codes SyntaxFaults(const Command& command) {
  Syntax syntax;
  std::visit(syntax, command);
  return syntax.wrong;
}

Codes Differences(const Pay& a, const Pay& b) {
  const PaymentConstraints& x = a.constraints;
  const PaymentConstraints& y = b.constraints;
  Syntax differs;
  differs.If(a.payee != b.payee, kTxIdOtherPayee);
  differs.If(a.equivalent != b.equivalent, kTxIdOtherEquivalent);
  differs.If(a.description != b.description, kTxIdOtherDescription);
  differs.If(x.max_hops != y.max_hops || x.max_paths != y.max_paths || x.avoid != y.avoid,
             kTxIdOtherConstraints);
  return differs.wrong;
}

Codes Differences(const PreparePayment& a, const PreparePayment& b) {
  Syntax differs;
  differs.If(a.lifetime != b.lifetime || a.voted != b.voted, kTxIdOtherLifetime);
  bool same = a.routes.size() == b.routes.size();
  for (std::size_t i = 0; same && i < a.routes.size(); ++i) {
    same = a.routes[i].participants == b.routes[i].participants &&
           a.routes[i].amount == b.routes[i].amount;
  }
  differs.If(!same, kTxIdOtherRoutes);
  return differs.wrong;
}

}  // namespace geo::tests
