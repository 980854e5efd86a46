#include "src/readmodel/rows.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "src/readmodel/tables.h"

namespace geo {
namespace {

using Number = std::int64_t;

// Moves the values in: an initializer list would copy each text.
template <typename... Values>
RowChange Row(Table table, Values&&... values) {
  RowChange row{static_cast<std::size_t>(table), false, {}};
  row.values.reserve(sizeof...(values));
  (row.values.emplace_back(std::forward<Values>(values)), ...);
  return row;
}

// A JSON object of members that need no escapes, given in the order of their keys.
class JsonObject {
 public:
  void Add(std::string_view key, std::string_view value) {
    text_ += text_.size() > 1 ? ",\"" : "\"";
    text_ += key;
    text_ += "\":";
    text_ += value;
  }
  std::string Take() { return std::move(text_) + "}"; }

 private:
  std::string text_ = "{";
};

std::string Quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

std::string Blocked(const std::vector<Pid>& pids) {
  std::string text = "[";
  for (const Pid& pid : pids) text += (text.size() > 1 ? "," : "") + Quoted(FormatPid(pid));
  return text + "]";
}

// Only what differs from the default.
std::string PolicyText(const Ledger& ledger, const TrustLine& line) {
  const LinePolicy& policy = line.policy;
  const auto amount = [&](Amount units) {
    return Quoted(FormatAmount(units, ledger.equivalent(line.equivalent).precision));
  };
  JsonObject json;
  if (policy.allow_growth) json.Add("allow_growth", "true");
  if (!policy.auto_clearing) json.Add("auto_clearing", "false");
  if (!policy.blocked_participants.empty()) {
    json.Add("blocked_participants", Blocked(policy.blocked_participants));
  }
  if (!policy.can_be_intermediate) json.Add("can_be_intermediate", "false");
  if (policy.daily_limit) json.Add("daily_limit", amount(*policy.daily_limit));
  if (policy.max_hops) json.Add("max_hops", std::to_string(*policy.max_hops));
  if (policy.max_single_payment) {
    json.Add("max_single_payment", amount(*policy.max_single_payment));
  }
  return json.Take();
}

// Stores refuse text with a zero byte, at which SQL tools would end it; people may write one.
std::string Shown(std::string_view text) {
  constexpr absl::string_view kZero("\0", 1);
  constexpr absl::string_view kReplacement("\xef\xbf\xbd");  // U+FFFD
  return absl::StrReplaceAll({text.data(), text.size()}, {{kZero, kReplacement}});
}

// [[[payer, …, payee], units], …]
std::string RoutesText(const std::vector<Route>& routes) {
  std::string text = "[";
  for (const Route& route : routes) {
    text += text.size() > 1 ? ",[[" : "[[";
    for (std::size_t i = 0; i < route.participants.size(); ++i) {
      text += (i > 0 ? "," : "") + std::to_string(route.participants[i]);
    }
    text += "]," + std::to_string(route.amount) + "]";
  }
  return text + "]";
}

}  // namespace

RowChange ParticipantRow(const Ledger& ledger, ParticipantIndex index) {
  const Participant& participant = ledger.participant(index);
  const Hash256& name = participant.name_hash;
  return Row(Table::kParticipants, Number{index}, FormatPid(participant.pid),
             name.IsZero() ? ColumnValue() : ColumnValue(std::string(name.view())),
             std::string(ParticipantTypeName(participant.type)),
             std::string(ParticipantStatusName(participant.status)),
             Number{participant.verification_level}, participant.created, participant.updated);
}

RowChange EquivalentRow(const Ledger& ledger, EquivalentIndex index) {
  const Equivalent& equivalent = ledger.equivalent(index);
  Number units_per_one = 1;
  for (int i = 0; i < equivalent.precision; ++i) units_per_one *= 10;
  return Row(Table::kEquivalents, Number{index}, std::string(equivalent.code.text()),
             Number{equivalent.precision}, units_per_one,
             std::string(EquivalentKindName(equivalent.kind)),
             std::string(EquivalentStatusName(equivalent.status)), equivalent.iso_code,
             Shown(equivalent.description));
}

RowChange LineRow(const Ledger& ledger, LineIndex index) {
  const TrustLine line = ledger.line(index);
  return Row(Table::kLines, Number{index}, FormatLineId(line.id), Number{line.owner},
             Number{line.debtor}, Number{line.equivalent}, line.limit,
             std::string(LineStatusName(line.status)), PolicyText(ledger, line), line.created,
             line.updated);
}

RowChange PairRow(const Ledger& ledger, PairIndex index) {
  const Pair& pair = ledger.pair(index);
  RowChange row = Row(Table::kPairs, Number{pair.a}, Number{pair.b}, Number{pair.equivalent});
  row.remove = pair.balance == 0;
  if (!row.remove) row.values.emplace_back(pair.balance);
  return row;
}

RowChange TransactionRow(const RecordedTransaction& recorded) {
  const Transaction& transaction = recorded.transaction;
  return Row(Table::kTransactions, static_cast<Number>(recorded.seq),
             std::string(transaction.id.text()), std::string(RecordKindName(recorded.kind)),
             Number{transaction.payer}, Number{transaction.payee}, Number{transaction.equivalent},
             transaction.amount, std::string(TransactionStateName(transaction.state)),
             RoutesText(transaction.routes), recorded.time);
}

RowChange ReservationRow(const Transaction& transaction, const Flow& flow) {
  RowChange row = Row(Table::kReservations, std::string(transaction.id.text()), Number{flow.from},
                      Number{flow.to}, Number{transaction.equivalent});
  row.remove = transaction.state != TransactionState::kPrepared;
  if (row.remove) return row;
  row.values.emplace_back(flow.amount);
  if (transaction.hold->voted) {
    row.values.emplace_back();
  } else {
    row.values.emplace_back(transaction.hold->expires_at);
  }
  return row;
}

}  // namespace geo
