#include "src/storage/sqlite/read_model.h"

#include <cstddef>
#include <utility>

#include "src/base/status_macros.h"

namespace geo {
namespace {

// Something that was made with a CREATE statement.
struct Object {
  std::string kind;  // TABLE, INDEX or VIEW
  std::string name;
  std::string sql;
  friend bool operator==(const Object&, const Object&) = default;
};

std::string Name(std::string_view name) { return "\"" + std::string(name) + "\""; }

std::string_view TypeName(ColumnType type) {
  switch (type) {
    case ColumnType::kInteger:
      return "INTEGER";
    case ColumnType::kText:
      return "TEXT";
    case ColumnType::kBytes:
      break;
  }
  return "BLOB";
}

// `format` with @ for each column's name, joined by `separator`.
std::string Columns(const TableDefinition& table, std::size_t begin, std::size_t end,
                    std::string_view format, std::string_view separator = ", ") {
  std::string text;
  for (std::size_t i = begin; i < end; ++i) {
    if (i > begin) text += separator;
    for (const char c : format) {
      text += c == '@' ? Name(table.columns[i].name) : std::string(1, c);
    }
  }
  return text;
}

Object TableObject(const TableDefinition& table) {
  std::string sql = "CREATE TABLE " + Name(table.name) + " (";
  // A single integer is best as SQLite's own row number; other keys are the table's order.
  const bool row_number = table.key_columns == 1 && table.columns[0].type == ColumnType::kInteger;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    sql += Name(table.columns[i].name) + " " + std::string(TypeName(table.columns[i].type));
    if (row_number && i == 0) {
      sql += " PRIMARY KEY";
    } else if (i < table.key_columns) {
      sql += " NOT NULL";
    }
    sql += i + 1 < table.columns.size() ? ", " : "";
  }
  if (row_number) return {"TABLE", table.name, sql + ")"};
  return {"TABLE", table.name,
          sql + ", PRIMARY KEY (" + Columns(table, 0, table.key_columns, "@") + ")) WITHOUT ROWID"};
}

std::vector<Object> ObjectsOf(const OpenOptions& options) {
  std::vector<Object> objects;
  for (const TableDefinition& table : options.tables) {
    objects.push_back(TableObject(table));
    for (const std::vector<std::string>& index : table.indexes) {
      Object object{"INDEX", table.name + "_by", ""};
      std::string columns;
      for (const std::string& column : index) {
        object.name += "_" + column;
        columns += (columns.empty() ? "" : ", ") + Name(column);
      }
      object.sql =
          "CREATE INDEX " + Name(object.name) + " ON " + Name(table.name) + " (" + columns + ")";
      objects.push_back(std::move(object));
    }
  }
  for (const ViewDefinition& view : options.views) {
    objects.push_back({"VIEW", view.name, "CREATE VIEW " + Name(view.name) + " AS " + view.select});
  }
  return objects;
}

StatusOr<std::vector<Object>> StoredObjects(Database& database) {
  GEO_ASSIGN_OR_RETURN(
      Statement read,
      database.Prepare("SELECT kind, name, sql FROM geo_read_model ORDER BY position"));
  std::vector<Object> objects;
  for (;;) {
    const int result = read.Step();
    if (result == SQLITE_DONE) return objects;
    if (result != SQLITE_ROW) return database.Error(result, "read geo_read_model");
    objects.push_back(
        {std::string(read.Bytes(0)), std::string(read.Bytes(1)), std::string(read.Bytes(2))});
  }
}

// The caller's definitions are to blame when SQLite does not understand them.
Status BlameDefinition(const Status& status, const Object& object) {
  if (status.ok() || ErrorCodeOf(status) != ErrorCode::kStoreCorrupt) return status;
  return MakeError(ErrorCode::kInvalidArgument,
                   "read model, " + object.name + ": " + std::string(status.message()));
}

Status MakeObject(Database& database, const Object& object) {
  // One statement only: Prepare does not look behind its end.
  GEO_ASSIGN_OR_RETURN(Statement create, database.Prepare(object.sql));
  const int result = create.Run();
  if (result != SQLITE_OK) return database.Error(result, object.sql);
  // SQLite looks at a view's columns only when it is used.
  return database.Prepare("SELECT * FROM " + Name(object.name)).status();
}

Status Remember(Database& database, const std::vector<Object>& objects) {
  GEO_RETURN_IF_ERROR(database.Run("DELETE FROM geo_read_model"));
  GEO_ASSIGN_OR_RETURN(
      Statement insert,
      database.Prepare("INSERT INTO geo_read_model (kind, name, sql) VALUES (?, ?, ?)"));
  for (const Object& object : objects) {
    insert.BindText(1, object.kind);
    insert.BindText(2, object.name);
    insert.BindText(3, object.sql);
    const int result = insert.Run();
    if (result != SQLITE_OK) return database.Error(result, "write geo_read_model");
  }
  return OkStatus();
}

}  // namespace

Status ReadModelTables::Make(Database& database, const OpenOptions& options, Meta* meta) {
  const std::vector<Object> wanted = ObjectsOf(options);
  GEO_ASSIGN_OR_RETURN(const std::vector<Object> stored, StoredObjects(database));
  if (wanted == stored && meta->read_model_version == options.read_model_version) {
    return OkStatus();
  }
  for (auto object = stored.rbegin(); object != stored.rend(); ++object) {
    GEO_RETURN_IF_ERROR(database.Run("DROP " + object->kind + " IF EXISTS " + Name(object->name)));
  }
  for (const Object& object : wanted) {
    if (object.kind == "INDEX") {
      GEO_RETURN_IF_ERROR(BlameDefinition(database.Run(object.sql), object));
    } else {
      GEO_RETURN_IF_ERROR(BlameDefinition(MakeObject(database, object), object));
    }
  }
  GEO_RETURN_IF_ERROR(Remember(database, wanted));
  meta->read_model_version = options.read_model_version;
  meta->state.rows_seq = 0;
  return OkStatus();
}

Status ReadModelTables::Prepare(Database& database, const std::vector<TableDefinition>& tables) {
  tables_.clear();
  for (const TableDefinition& definition : tables) {
    const std::size_t keys = definition.key_columns;
    const std::size_t all = definition.columns.size();
    Table table;
    for (const ColumnDefinition& column : definition.columns) table.types.push_back(column.type);
    std::string set = "INSERT INTO " + Name(definition.name) + " (" +
                      Columns(definition, 0, all, "@") + ") VALUES (" +
                      Columns(definition, 0, all, "?") + ") ON CONFLICT (" +
                      Columns(definition, 0, keys, "@") + ") DO ";
    set +=
        keys == all ? "NOTHING" : "UPDATE SET " + Columns(definition, keys, all, "@ = excluded.@");
    GEO_ASSIGN_OR_RETURN(table.set, database.Prepare(set));
    GEO_ASSIGN_OR_RETURN(table.remove,
                         database.Prepare("DELETE FROM " + Name(definition.name) + " WHERE " +
                                          Columns(definition, 0, keys, "@ = ?", " AND ")));
    tables_.push_back(std::move(table));
  }
  return OkStatus();
}

Status ReadModelTables::Write(Database& database, const std::vector<RowChange>& changes) {
  for (const RowChange& change : changes) {
    Table& table = tables_[change.table];
    Statement& statement = change.remove ? table.remove : table.set;
    for (std::size_t i = 0; i < change.values.size(); ++i) {
      const int index = static_cast<int>(i) + 1;
      const ColumnValue& value = change.values[i];
      if (const auto* number = std::get_if<std::int64_t>(&value)) {
        statement.BindInteger(index, *number);
      } else if (const auto* text = std::get_if<std::string>(&value)) {
        if (table.types[i] == ColumnType::kBytes) {
          statement.BindBytes(index, *text);
        } else {
          statement.BindText(index, *text);
        }
      } else {
        statement.BindNull(index);
      }
    }
    const int result = statement.Run();
    if (result != SQLITE_OK) return database.Error(result, "write a row of the read model");
  }
  return OkStatus();
}

}  // namespace geo
