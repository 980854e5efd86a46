#include "src/storage/sqlite/schema.h"

#include <string_view>

#include "src/base/status_macros.h"
#include "src/storage/sqlite/meta.h"
#include "src/storage/sqlite/stamped_vfs.h"
#include "src/storage/sqlite/store_file.h"

namespace geo {
namespace {

// docs/formats.md describes them.
constexpr std::string_view kRecentTransactions[2] = {  // since format 2
    "geo_recent_transactions",
    "CREATE TABLE geo_recent_transactions (number INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, "
    "entries BLOB NOT NULL)"};
constexpr std::string_view kTables[][2] = {
    {"geo_meta",
     "CREATE TABLE geo_meta (epoch INTEGER NOT NULL, writes INTEGER NOT NULL, "
     "head_seq INTEGER NOT NULL, head_hash BLOB NOT NULL, rows_seq INTEGER NOT NULL, "
     "acknowledged INTEGER NOT NULL, read_model_version INTEGER NOT NULL, "
     "snapshot INTEGER NOT NULL, snapshot_slices INTEGER NOT NULL, checksum INTEGER NOT NULL)"},
    {"geo_journal",
     "CREATE TABLE geo_journal (last_seq INTEGER PRIMARY KEY, first_seq INTEGER NOT NULL, "
     "checksum INTEGER NOT NULL, records BLOB NOT NULL)"},
    {"geo_transactions",
     "CREATE TABLE geo_transactions (tx_id TEXT NOT NULL PRIMARY KEY, seq INTEGER NOT NULL) "
     "WITHOUT ROWID"},
    // Rows stay for ever and new ones come at the end, so that SQLite never moves a text and an
    // erased one can be overwritten where it lies.
    {"geo_text",
     "CREATE TABLE geo_text (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, "
     "erased INTEGER NOT NULL, salt BLOB NOT NULL, text BLOB NOT NULL)"},
    {"geo_texts",
     "CREATE VIEW geo_texts AS SELECT hash, CASE WHEN erased = 0 THEN CAST(text AS TEXT) END "
     "AS text FROM geo_text"},
    {"geo_snapshot",
     "CREATE TABLE geo_snapshot (snapshot INTEGER NOT NULL, slice INTEGER NOT NULL, "
     "checksum INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (snapshot, slice))"},
    {"geo_read_model",
     "CREATE TABLE geo_read_model (position INTEGER PRIMARY KEY, kind TEXT NOT NULL, "
     "name TEXT NOT NULL, sql TEXT NOT NULL)"},
};

Status MakeTables(Database& database) {
  std::string sql = "BEGIN; PRAGMA application_id = " + std::to_string(kApplicationId) +
                    "; PRAGMA user_version = " + std::to_string(kStoreFormat) + ";";
  for (const auto& table : kTables) sql += std::string(table[1]) + ";";
  sql += std::string(kRecentTransactions[1]) + ";";
  sql += "INSERT INTO geo_meta VALUES (0, 0, 0, zeroblob(32), 0, 0, 0, 0, 0, 0);";
  GEO_RETURN_IF_ERROR(database.Run(sql));
  MetaTable meta;
  GEO_RETURN_IF_ERROR(meta.Prepare(database));
  GEO_RETURN_IF_ERROR(meta.Write(Meta()));
  meta.Finalize();
  return database.Run("COMMIT");
}

// Written under another name and renamed when complete, so it needs no protection of its own.
Status MakeFile(const std::string& path, const std::string& vfs) {
  Database database;
  GEO_RETURN_IF_ERROR(database.Open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs));
  int reserved = kStampBytes;
  sqlite3_file_control(database.handle(), "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
  GEO_RETURN_IF_ERROR(database.Run("PRAGMA page_size = " + std::to_string(kPageBytes) +
                                   "; PRAGMA auto_vacuum = NONE; PRAGMA encoding = 'UTF-8'; "
                                   "PRAGMA synchronous = FULL; PRAGMA journal_mode = MEMORY"));
  GEO_RETURN_IF_ERROR(MakeTables(database));
  GEO_ASSIGN_OR_RETURN(const std::string mode, database.Query("PRAGMA journal_mode = WAL"));
  if (mode != "wal") {
    return MakeError(ErrorCode::kStoreIo, "SQLite can keep no write-ahead log here: " + path);
  }
  return database.Close();
}

Status RemoveDatabase(SqliteFiles& files, const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    GEO_RETURN_IF_ERROR(files.Remove(path + suffix));
  }
  return OkStatus();
}

Status SyncAndRename(SqliteFiles& files, const std::string& from, const std::string& to) {
  GEO_RETURN_IF_ERROR(files.Sync(from));
  GEO_RETURN_IF_ERROR(files.Rename(from, to));
  return files.SyncFolderOf(to);
}

// `find` asks for the SQL of the table named by its parameter.
Status CheckTable(Database& database, Statement& find, const std::string_view (&table)[2]) {
  const ResetLater reset(find);
  find.BindText(1, table[0]);
  const int result = find.Step();
  if (result == SQLITE_ROW && find.Bytes(0) == table[1]) return OkStatus();
  if (result != SQLITE_ROW && result != SQLITE_DONE) return database.Error(result, table[0]);
  return MakeError(ErrorCode::kStoreCorrupt,
                   std::string(table[0]) + " is not as this version makes it");
}

}  // namespace

Status CreateStore(SqliteFiles& files, const std::string& path, const std::string& vfs) {
  const std::string fresh = path + ".new";
  GEO_RETURN_IF_ERROR(RemoveDatabase(files, fresh));  // of an attempt that was killed
  Status status = MakeFile(fresh, vfs);
  if (status.ok()) status = SyncAndRename(files, fresh, path);
  if (!status.ok()) RemoveDatabase(files, fresh).IgnoreError();
  return status;
}

Status CheckSchema(Database& database) {
  GEO_ASSIGN_OR_RETURN(Statement find,
                       database.Prepare("SELECT sql FROM sqlite_schema WHERE name = ?"));
  for (const auto& table : kTables) GEO_RETURN_IF_ERROR(CheckTable(database, find, table));
  GEO_ASSIGN_OR_RETURN(const std::string format, database.Query("PRAGMA user_version"));
  return format == "1" ? OkStatus() : CheckTable(database, find, kRecentTransactions);
}

Status UpgradeSchema(Database& database) {
  GEO_ASSIGN_OR_RETURN(const std::string format, database.Query("PRAGMA user_version"));
  if (format != "1") return OkStatus();
  return database.Run(std::string(kRecentTransactions[1]) + "; PRAGMA user_version = 2");
}

}  // namespace geo
