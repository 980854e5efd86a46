#include "src/readmodel/rows.h"

#include <array>
#include <string_view>
#include <utility>

#include "geo/crypto/json.h"
#include "src/readmodel/tables.h"

namespace geo {
namespace {

template <typename Enum, std::size_t N>
std::string NameOf(Enum value, const std::array<std::string_view, N>& names) {
  return std::string(names[static_cast<std::size_t>(value) - 1]);
}

RowChange Row(Table table, std::vector<ColumnValue> values) {
  return {static_cast<std::size_t>(table), false, std::move(values)};
}

std::string CodeOf(const Ledger& ledger, EquivalentIndex index) {
  return std::string(ledger.equivalent(index).code.text());
}

std::string AmountText(const Ledger& ledger, EquivalentIndex index, Amount amount) {
  return FormatAmount(amount, ledger.equivalent(index).precision);
}

// JSON that geo has built itself always has a canonical form.
std::string ToText(const Json& json) { return CanonicalJson(json).value_or(""); }

// Only what differs from the default.
std::string PolicyText(const Ledger& ledger, const TrustLine& line) {
  const LinePolicy& policy = line.policy;
  Json json{Json::Object()};
  if (!policy.auto_clearing) json.Set("auto_clearing", false);
  if (!policy.can_be_intermediate) json.Set("can_be_intermediate", false);
  if (policy.allow_growth) json.Set("allow_growth", true);
  if (policy.max_hops) json.Set("max_hops", *policy.max_hops);
  if (policy.daily_limit) {
    json.Set("daily_limit", AmountText(ledger, line.equivalent, *policy.daily_limit));
  }
  if (policy.max_single_payment) {
    json.Set("max_single_payment", AmountText(ledger, line.equivalent, *policy.max_single_payment));
  }
  if (!policy.blocked_participants.empty()) {
    Json::Array blocked;
    for (const Pid& pid : policy.blocked_participants) blocked.emplace_back(FormatPid(pid));
    json.Set("blocked_participants", std::move(blocked));
  }
  return ToText(json);
}

}  // namespace

const std::string& PidTexts::Of(const Ledger& ledger, ParticipantIndex participant) {
  if (texts_.size() <= participant) texts_.resize(ledger.participant_count());
  std::string& text = texts_[participant];
  if (text.empty()) text = FormatPid(ledger.participant(participant).pid);
  return text;
}

RowChange ParticipantRow(const Ledger& ledger, ParticipantIndex index,
                         std::optional<std::string> name, PidTexts& pids) {
  static constexpr std::array<std::string_view, 3> kTypes = {"person", "business", "hub"};
  static constexpr std::array<std::string_view, 4> kStatuses = {"active", "suspended", "left",
                                                                "deleted"};
  const Participant& participant = ledger.participant(index);
  return Row(
      Table::kParticipants,
      {pids.Of(ledger, index), name ? ColumnValue(*std::move(name)) : ColumnValue(),
       NameOf(participant.type, kTypes), NameOf(participant.status, kStatuses),
       std::int64_t{participant.verification_level}, participant.created, participant.updated});
}

RowChange EquivalentRow(const Ledger& ledger, EquivalentIndex index) {
  static constexpr std::array<std::string_view, 4> kKinds = {"fiat", "time", "commodity", "custom"};
  static constexpr std::array<std::string_view, 3> kStatuses = {"active", "inactive", "removed"};
  const Equivalent& equivalent = ledger.equivalent(index);
  return Row(Table::kEquivalents,
             {std::int64_t{index}, CodeOf(ledger, index), std::int64_t{equivalent.precision},
              NameOf(equivalent.kind, kKinds), NameOf(equivalent.status, kStatuses),
              equivalent.iso_code, equivalent.description});
}

RowChange LineRow(const Ledger& ledger, LineIndex index, PidTexts& pids) {
  static constexpr std::array<std::string_view, 3> kStatuses = {"active", "frozen", "closed"};
  const TrustLine line = ledger.line(index);
  return Row(
      Table::kTrustLines,
      {FormatLineId(line.id), pids.Of(ledger, line.owner), pids.Of(ledger, line.debtor),
       CodeOf(ledger, line.equivalent), AmountText(ledger, line.equivalent, line.limit), line.limit,
       NameOf(line.status, kStatuses), PolicyText(ledger, line), line.created, line.updated});
}

std::vector<RowChange> DebtRows(const Ledger& ledger, PairIndex index, PidTexts& pids) {
  const Pair& pair = ledger.pair(index);
  std::vector<RowChange> rows;
  for (const Direction direction : {Direction::kForward, Direction::kBackward}) {
    const Amount owed = pair.owed(direction);
    RowChange row = Row(Table::kDebts,
                        {pids.Of(ledger, pair.tail(direction)),
                         pids.Of(ledger, pair.head(direction)), CodeOf(ledger, pair.equivalent)});
    row.remove = owed <= 0;
    if (owed > 0) {
      row.values.emplace_back(AmountText(ledger, pair.equivalent, owed));
      row.values.emplace_back(owed);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

RowChange TransactionRow(const Ledger& ledger, const Record& record, const Transaction& transaction,
                         PidTexts& pids) {
  static constexpr std::array<std::string_view, 3> kStates = {"prepared", "committed", "aborted"};
  Json::Array routes;
  for (const Route& route : transaction.routes) {
    Json::Array path;
    for (const ParticipantIndex participant : route.participants) {
      path.emplace_back(pids.Of(ledger, participant));
    }
    routes.emplace_back(
        Json::Array{std::move(path), AmountText(ledger, transaction.equivalent, route.amount)});
  }
  return Row(Table::kTransactions,
             {std::string(transaction.id.text()), std::string(RecordKindName(record.kind)),
              pids.Of(ledger, transaction.payer), pids.Of(ledger, transaction.payee),
              CodeOf(ledger, transaction.equivalent),
              AmountText(ledger, transaction.equivalent, transaction.amount), transaction.amount,
              NameOf(transaction.state, kStates), ToText(std::move(routes)),
              static_cast<std::int64_t>(record.seq), record.time});
}

}  // namespace geo
