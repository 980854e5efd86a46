// The tables people query.

#include "src/readmodel/tables.h"

#include <utility>

namespace geo {
namespace {

ColumnDefinition Text(const char* name) { return {name, ColumnType::kText}; }
ColumnDefinition Integer(const char* name) { return {name, ColumnType::kInteger}; }

}  // namespace

// In the order of Table.
std::vector<TableDefinition> ReadModelTables() {
  return {
      {"participants",
       {Text("pid"), Text("display_name"), Text("type"), Text("status"),
        Integer("verification_level"), Integer("created_at"), Integer("updated_at")},
       1,
       {}},
      {"equivalents",
       {Integer("number"), Text("code"), Integer("precision"), Text("kind"), Text("status"),
        Text("iso_code"), Text("description")},
       1,
       {{"code"}}},
      {"trust_lines",
       {Text("id"), Text("owner"), Text("debtor"), Text("equivalent"), Text("limit_amount"),
        Integer("limit_units"), Text("status"), Text("policy"), Integer("created_at"),
        Integer("updated_at")},
       1,
       {{"owner"}, {"debtor"}}},
      {"debts",
       {Text("debtor"), Text("creditor"), Text("equivalent"), Text("amount"),
        Integer("amount_units")},
       3,
       {{"creditor"}}},
      {"transactions",
       {Text("tx_id"), Text("kind"), Text("payer"), Text("payee"), Text("equivalent"),
        Text("amount"), Integer("amount_units"), Text("state"), Text("routes"),
        Integer("record_seq"), Integer("recorded_at")},
       1,
       {{"payer", "record_seq"}, {"payee", "record_seq"}}},
      {"reservations",
       {Text("tx_id"), Text("from_pid"), Text("to_pid"), Text("equivalent"), Text("amount"),
        Integer("amount_units"), Integer("expires_at")},
       4,
       {}},
  };
}

}  // namespace geo
