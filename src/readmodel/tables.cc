// The tables that are written and the views that people query.
//
// A payment changes a few balances and adds a transaction, so these rows are as small as they can
// be: participants, equivalents and lines are numbers, amounts are minor units. Pids, codes,
// decimal text and names come from the views; a name comes straight from the side table of personal
// text and vanishes with it.
#include "src/readmodel/tables.h"

#include <string>
#include <utility>

namespace geo {
namespace {

ColumnDefinition Text(const char* name) { return {name, ColumnType::kText}; }
ColumnDefinition Integer(const char* name) { return {name, ColumnType::kInteger}; }
ColumnDefinition Bytes(const char* name) { return {name, ColumnType::kBytes}; }

// Exact decimal text of a number of minor units (never negative), `e` being its equivalent.
std::string Decimal(const std::string& units) {
  return "CAST(" + units +
         " / e.units_per_one AS TEXT) || CASE WHEN e.precision = 0 THEN '' ELSE '.'" +
         " || substr(CAST(e.units_per_one + " + units + " % e.units_per_one AS TEXT), 2) END";
}

std::string ParticipantsView() {
  return "SELECT number, pid, (SELECT text FROM geo_texts WHERE hash = name_hash) AS display_name, "
         "type, status, verification_level, created_at, updated_at FROM participant_rows";
}

std::string TrustLinesView() {
  return "SELECT l.id, o.pid AS owner, d.pid AS debtor, e.code AS equivalent, " +
         Decimal("l.limit_units") +
         " AS limit_amount, l.limit_units, l.status, l.policy, l.created_at, l.updated_at "
         "FROM line_rows AS l JOIN participant_rows AS o ON o.number = l.owner "
         "JOIN participant_rows AS d ON d.number = l.debtor "
         "JOIN equivalents AS e ON e.number = l.equivalent";
}

// One way of each pair: who owes, who is owed, and how much.
std::string DebtsOneWay(const std::string& debtor, const std::string& creditor,
                        const std::string& units) {
  return "SELECT d.pid AS debtor, c.pid AS creditor, e.code AS equivalent, " +
         Decimal("(" + units + ")") + " AS amount, " + units +
         " AS amount_units FROM pair_rows AS p JOIN participant_rows AS d ON d.number = p." +
         debtor + " JOIN participant_rows AS c ON c.number = p." + creditor +
         " JOIN equivalents AS e ON e.number = p.equivalent WHERE " + units + " > 0";
}

std::string DebtsView() {
  return DebtsOneWay("a", "b", "p.balance") + " UNION ALL " + DebtsOneWay("b", "a", "-p.balance");
}

// The index of transaction ids finds a row by its id, and tells which of a transaction's rows is
// its last.
std::string TransactionsView() {
  return "SELECT t.tx_id, t.kind, p.pid AS payer, q.pid AS payee, e.code AS equivalent, " +
         Decimal("t.units") +
         " AS amount, t.units AS amount_units, t.state, t.routes, t.record_seq, t.recorded_at "
         "FROM transaction_rows AS t "
         "JOIN geo_transactions AS g ON g.tx_id = t.tx_id AND g.seq = t.record_seq "
         "JOIN participant_rows AS p ON p.number = t.payer "
         "JOIN participant_rows AS q ON q.number = t.payee "
         "JOIN equivalents AS e ON e.number = t.equivalent";
}

std::string ReservationsView() {
  return "SELECT r.tx_id, f.pid AS from_pid, t.pid AS to_pid, e.code AS equivalent, " +
         Decimal("r.units") +
         " AS amount, r.units AS amount_units, r.expires_at FROM reservation_rows AS r "
         "JOIN participant_rows AS f ON f.number = r.payer_side "
         "JOIN participant_rows AS t ON t.number = r.payee_side "
         "JOIN equivalents AS e ON e.number = r.equivalent";
}

}  // namespace

// In the order of Table.
std::vector<TableDefinition> ReadModelTables() {
  return {
      {"participant_rows",
       {Integer("number"), Text("pid"), Bytes("name_hash"), Text("type"), Text("status"),
        Integer("verification_level"), Integer("created_at"), Integer("updated_at")},
       1,
       {{"pid"}}},
      {"equivalents",
       {Integer("number"), Text("code"), Integer("precision"), Integer("units_per_one"),
        Text("kind"), Text("status"), Text("iso_code"), Text("description")},
       1,
       {{"code"}}},
      {"line_rows",
       {Integer("number"), Text("id"), Integer("owner"), Integer("debtor"), Integer("equivalent"),
        Integer("limit_units"), Text("status"), Text("policy"), Integer("created_at"),
        Integer("updated_at")},
       1,
       {{"id"}, {"owner"}, {"debtor"}}},
      {"pair_rows",
       {Integer("a"), Integer("b"), Integer("equivalent"), Integer("balance")},
       3,
       {{"b"}}},
      {"transaction_rows",
       {Integer("record_seq"), Text("tx_id"), Text("kind"), Integer("payer"), Integer("payee"),
        Integer("equivalent"), Integer("units"), Text("state"), Text("routes"),
        Integer("recorded_at")},
       2,
       {}},
      {"reservation_rows",
       {Text("tx_id"), Integer("payer_side"), Integer("payee_side"), Integer("equivalent"),
        Integer("units"), Integer("expires_at")},
       4,
       {}},
  };
}

std::vector<ViewDefinition> ReadModelViews() {
  return {
      {"participants", ParticipantsView()},
      {"trust_lines", TrustLinesView()},
      {"debts", DebtsView()},
      {"transactions", TransactionsView()},
      {"reservations", ReservationsView()},
  };
}

}  // namespace geo
