#include "geo/journal/record.h"

#include <algorithm>
#include <array>
#include <utility>

#include "geo/base/encoding.h"
#include "geo/base/limits.h"
#include "geo/crypto/hash.h"
#include "src/base/crc32.h"
#include "src/base/little_endian.h"
#include "src/base/status_macros.h"

namespace geo {
namespace {

constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kCrcBytes = 4;

void WriteBody(const Record& record, ByteWriter& writer) {
  writer.Varint(kRecordFormat);
  writer.Byte(static_cast<std::uint8_t>(record.kind));
  writer.Byte(static_cast<std::uint8_t>(record.digest_kind));
  writer.Varint(record.seq);
  writer.Signed(record.time);
  writer.Fixed(record.previous);
  writer.Fixed(record.actor);
  writer.Bytes(record.evidence);
  writer.Bytes(record.reason);
  writer.Varint(record.effects.size());
  for (const Effect& effect : record.effects) WriteEffect(effect, writer);
}

Status Corrupt(std::string_view what) {
  return MakeError(ErrorCode::kRecordCorrupt, "journal record: " + std::string(what));
}

// Reads up to the record's number.
Status ReadBegin(ByteReader& reader, Record& record) {
  const std::uint64_t format = reader.Varint();
  if (reader.ok() && format > kRecordFormat) {
    return MakeError(ErrorCode::kFormatNewer, "journal record of format " + std::to_string(format) +
                                                  "; this library reads " +
                                                  std::to_string(kRecordFormat));
  }
  const std::uint8_t kind = reader.Byte();
  const std::uint8_t digest_kind = reader.Byte();
  if (format == 0 || kind == 0 || kind > static_cast<std::uint8_t>(kLastRecordKind) ||
      digest_kind != 0) {
    return Corrupt("unknown format, kind or digest kind");
  }
  record.kind = static_cast<RecordKind>(kind);
  record.seq = reader.Varint();
  return reader.ok() ? OkStatus() : Corrupt("not canonical");
}

Status ReadBody(std::string_view body, Record& record) {
  ByteReader reader(body);
  GEO_RETURN_IF_ERROR(ReadBegin(reader, record));
  record.time = reader.Signed();
  record.previous = reader.Fixed<Hash256>();
  record.actor = reader.Fixed<Pid>();
  record.evidence = reader.Bytes();
  record.reason = reader.Bytes();
  if (record.reason.size() > kMaxReasonBytes || !IsValidUtf8(record.reason)) reader.Fail();
  const std::uint64_t count = reader.Below(reader.remaining());
  constexpr std::uint64_t kUsual = 64;  // more come with few bytes in crafted input only
  record.effects.clear();
  record.effects.reserve(static_cast<std::size_t>(std::min(count, kUsual)));
  for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
    ReadEffect(reader, &record.effects);
  }
  return reader.Complete() ? OkStatus() : Corrupt("not canonical");
}

// The bytes that are hashed, with their checksum checked.
StatusOr<std::string_view> FindBody(std::string_view bytes) {
  const std::size_t size = ByteReader(bytes).Fixed32();
  if (bytes.size() < kLengthBytes + kCrcBytes || size > kMaxRecordBytes ||
      size > bytes.size() - kLengthBytes - kCrcBytes) {
    return Corrupt("truncated");
  }
  const std::string_view crc = bytes.substr(kLengthBytes + size, kCrcBytes);
  if (ByteReader(crc).Fixed32() != Crc32(bytes.substr(0, kLengthBytes + size))) {
    return Corrupt("checksum does not fit");
  }
  return bytes.substr(kLengthBytes, size);
}

// Reads the record at the front of `*bytes`, passes it, and returns the bytes that are hashed.
StatusOr<std::string_view> TakeBody(std::string_view* bytes, Record& record) {
  GEO_ASSIGN_OR_RETURN(const std::string_view body, FindBody(*bytes));
  GEO_RETURN_IF_ERROR(ReadBody(body, record));
  bytes->remove_prefix(kLengthBytes + body.size() + kCrcBytes);
  return body;
}

}  // namespace

std::string_view RecordKindName(RecordKind kind) {
  static constexpr std::array<std::string_view, 27> kNames = {"",
                                                              "genesis",
                                                              "register_participant",
                                                              "update_participant",
                                                              "leave",
                                                              "set_participant_status",
                                                              "set_verification_level",
                                                              "create_equivalent",
                                                              "update_equivalent",
                                                              "remove_equivalent",
                                                              "open_line",
                                                              "update_line",
                                                              "close_line",
                                                              "freeze_line",
                                                              "unfreeze_line",
                                                              "opening_balances",
                                                              "payment",
                                                              "prepare_payment",
                                                              "commit_payment",
                                                              "abort_payment",
                                                              "expire_payment",
                                                              "clearing",
                                                              "propose_clearing",
                                                              "accept_clearing",
                                                              "reject_clearing",
                                                              "expire_proposal",
                                                              "set_limits"};
  const auto index = static_cast<std::size_t>(kind);
  return index < kNames.size() ? kNames[index] : "";
}

StatusOr<Hash256> AppendRecord(const Record& record, std::string* out) {
  const std::size_t start = out->size();
  ByteWriter writer(out);
  writer.Fixed32(0);
  WriteBody(record, writer);
  const std::size_t size = out->size() - start - kLengthBytes;
  if (size > kMaxRecordBytes) {
    out->resize(start);
    return MakeError(ErrorCode::kTooLarge, "journal record of " + std::to_string(size) +
                                               " bytes; at most " +
                                               std::to_string(kMaxRecordBytes));
  }
  StoreLittleEndian(static_cast<std::uint32_t>(size), out->data() + start);
  const Hash256 hash = Blake2b(std::string_view(*out).substr(start + kLengthBytes));
  writer.Fixed32(Crc32(std::string_view(*out).substr(start)));
  return hash;
}

StatusOr<ReadRecord> TakeRecord(std::string_view* bytes) {
  ReadRecord read;
  GEO_ASSIGN_OR_RETURN(read.hash, TakeRecordInto(bytes, &read.record));
  return read;
}

StatusOr<Hash256> TakeRecordInto(std::string_view* bytes, Record* record) {
  GEO_ASSIGN_OR_RETURN(const std::string_view body, TakeBody(bytes, *record));
  return Blake2b(body);
}

StatusOr<Record> TakeUnhashedRecord(std::string_view* bytes) {
  Record record;
  GEO_RETURN_IF_ERROR(TakeBody(bytes, record).status());
  return record;
}

Status SkipToRecord(std::uint64_t seq, std::string_view* bytes) {
  if (bytes->empty()) return OkStatus();
  GEO_ASSIGN_OR_RETURN(const std::string_view body, FindBody(*bytes));
  ByteReader reader(body);
  Record first;
  GEO_RETURN_IF_ERROR(ReadBegin(reader, first));
  for (std::uint64_t next = first.seq; next < seq && !bytes->empty(); ++next) {
    const std::uint64_t size =
        std::uint64_t{ByteReader(*bytes).Fixed32()} + kLengthBytes + kCrcBytes;
    if (bytes->size() < size) return Corrupt("truncated");
    bytes->remove_prefix(static_cast<std::size_t>(size));
  }
  return OkStatus();
}

StatusOr<JournalHead> ReadChain(JournalHead head, std::string_view packed,
                                const std::function<Status(const Record&, const Hash256&)>& visit) {
  while (!packed.empty()) {
    GEO_ASSIGN_OR_RETURN(const ReadRecord next, TakeRecord(&packed));
    const Record& record = next.record;
    if (record.seq <= head.seq) continue;
    if (record.seq != head.seq + 1 || record.previous != head.hash) {
      return MakeError(ErrorCode::kChainBroken, "record " + std::to_string(record.seq) +
                                                    " does not follow record " +
                                                    std::to_string(head.seq));
    }
    GEO_RETURN_IF_ERROR(visit(record, next.hash));
    head = {record.seq, next.hash};
  }
  return head;
}

}  // namespace geo
