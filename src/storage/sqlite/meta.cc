#include "src/storage/sqlite/meta.h"

#include <string>

#include "geo/base/bytes.h"
#include "src/base/crc32.h"
#include "src/base/status_macros.h"

namespace geo {
namespace {

std::uint32_t ChecksumOf(const Meta& meta) {
  std::string bytes;
  ByteWriter writer(&bytes);
  for (const std::uint64_t number :
       {meta.state.epoch, meta.writes, meta.state.head.seq, meta.state.rows_seq,
        meta.state.acknowledged, std::uint64_t{meta.read_model_version}, meta.snapshot,
        std::uint64_t{meta.snapshot_slices}}) {
    writer.Fixed64(number);
  }
  writer.Fixed(meta.state.head.hash);
  return Crc32(bytes);
}

std::int64_t Stored(std::uint64_t number) { return static_cast<std::int64_t>(number); }

}  // namespace

Status MetaTable::Prepare(Database& database) {
  database_ = &database;
  GEO_ASSIGN_OR_RETURN(
      read_,
      database.Prepare("SELECT epoch, writes, head_seq, head_hash, rows_seq, acknowledged, "
                       "read_model_version, snapshot, snapshot_slices, checksum FROM geo_meta"));
  GEO_ASSIGN_OR_RETURN(
      write_,
      database.Prepare(
          "UPDATE geo_meta SET epoch = ?, writes = ?, head_seq = ?, head_hash = ?, rows_seq = ?, "
          "acknowledged = ?, read_model_version = ?, snapshot = ?, snapshot_slices = ?, "
          "checksum = ?"));
  return OkStatus();
}

void MetaTable::Finalize() {
  read_ = Statement();
  write_ = Statement();
}

StatusOr<Meta> MetaTable::Read() {
  const ResetLater reset(read_);
  const int result = read_.Step();
  if (result == SQLITE_DONE) return MakeError(ErrorCode::kStoreCorrupt, "geo_meta is empty");
  if (result != SQLITE_ROW) return database_->Error(result, "read geo_meta");
  const auto number = [this](int column) {
    return static_cast<std::uint64_t>(read_.Integer(column));
  };
  Meta meta;
  meta.state.epoch = number(0);
  meta.writes = number(1);
  meta.state.head.seq = number(2);
  const auto hash = Hash256::FromBytes(read_.Bytes(3));
  meta.state.rows_seq = number(4);
  meta.state.acknowledged = number(5);
  meta.read_model_version = static_cast<std::uint32_t>(number(6));
  meta.snapshot = number(7);
  meta.snapshot_slices = static_cast<std::uint32_t>(number(8));
  if (hash.ok()) meta.state.head.hash = *hash;
  if (!hash.ok() || read_.Integer(9) != ChecksumOf(meta)) {
    return MakeError(ErrorCode::kStoreCorrupt, "geo_meta does not agree with its checksum");
  }
  return meta;
}

Status MetaTable::Write(const Meta& meta) {
  write_.BindInteger(1, Stored(meta.state.epoch));
  write_.BindInteger(2, Stored(meta.writes));
  write_.BindInteger(3, Stored(meta.state.head.seq));
  write_.BindBytes(4, meta.state.head.hash.view());
  write_.BindInteger(5, Stored(meta.state.rows_seq));
  write_.BindInteger(6, Stored(meta.state.acknowledged));
  write_.BindInteger(7, meta.read_model_version);
  write_.BindInteger(8, Stored(meta.snapshot));
  write_.BindInteger(9, meta.snapshot_slices);
  write_.BindInteger(10, ChecksumOf(meta));
  const int result = write_.Run();
  return result == SQLITE_OK ? OkStatus() : database_->Error(result, "write geo_meta");
}

}  // namespace geo
