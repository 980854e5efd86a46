// The journal's bytes: what is written is read back, what is not canonical is refused, and the
// format does not move.

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "geo/base/encoding.h"
#include "geo/base/limits.h"
#include "geo/crypto/hash.h"
#include "geo/journal/record.h"
#include "tests/support/environment.h"
#include "tests/support/sample_journal.h"
#include "tests/support/scratch.h"
#include "tests/support/status.h"

namespace geo::tests {
namespace {

std::vector<Record> ReadAll(std::string_view bytes) {
  std::vector<Record> records;
  while (!bytes.empty()) {
    StatusOr<ReadRecord> read = TakeRecord(&bytes);
    if (!read.ok()) break;
    records.push_back(read->record);
  }
  return records;
}

TEST(JournalRecordTest, EveryEffectComesBackAsWritten) {
  const std::vector<Record> records = SampleRecords();
  EXPECT_EQ(ReadAll(SampleJournal()), records);
  std::vector<bool> seen(std::variant_size_v<Effect>);
  for (const Record& record : records) {
    for (const Effect& effect : record.effects) seen[effect.index()] = true;
  }
  EXPECT_EQ(seen, std::vector<bool>(seen.size(), true)) << "the sample lacks a kind of effect";
}

// `body` between its length and its checksum.
std::string Sealed(std::string_view body) {
  std::string bytes;
  ByteWriter(&bytes).Fixed32(static_cast<std::uint32_t>(body.size()));
  bytes += body;
  const uLong crc =
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size()));
  ByteWriter(&bytes).Fixed32(static_cast<std::uint32_t>(crc));
  return bytes;
}

// A clearing in front of them may be large: what it did is nobody's business who looks for others.
TEST(JournalRecordTest, RecordsArePassedWithoutReadingWhatTheyDid) {
  const std::vector<Record> records = SampleRecords();
  std::string first;
  ASSERT_TRUE(AppendRecord(records[0], &first).ok());
  std::string second;
  ASSERT_TRUE(AppendRecord(records[1], &second).ok());
  first = Sealed(first.substr(4, first.size() - 9));  // cut short behind its length
  std::string_view whole = first;
  EXPECT_EQ(CodeName(TakeRecord(&whole)), "RecordCorrupt");
  const std::string group = first + second;
  std::string_view bytes = group;
  ASSERT_TRUE(SkipToRecord(records[1].seq, &bytes).ok());
  EXPECT_EQ(ReadAll(bytes), (std::vector<Record>{records[1]}));
}

TEST(JournalRecordTest, RecordsInFrontOfANumberArePassed) {
  const std::vector<Record> records = SampleRecords();
  const std::string journal = SampleJournal();
  for (std::uint64_t seq = 0; seq <= records.size() + 2; ++seq) {
    std::string_view bytes = journal;
    ASSERT_TRUE(SkipToRecord(seq, &bytes).ok());
    const std::size_t passed = std::min<std::size_t>(seq == 0 ? 0 : seq - 1, records.size());
    EXPECT_EQ(
        ReadAll(bytes),
        std::vector<Record>(records.begin() + static_cast<std::ptrdiff_t>(passed), records.end()))
        << seq;
  }
  std::string_view cut = std::string_view(journal).substr(0, journal.size() - 1);
  EXPECT_EQ(CodeName(SkipToRecord(records.size() + 1, &cut)), "RecordCorrupt");
}

// docs/formats.md describes these bytes. When this fails the format has moved: old journals are no
// longer read, so raise kRecordFormat, keep reading format 1, and add a golden file; never replace
// one.
TEST(JournalRecordTest, GoldenFileOfFormat1IsUnchanged) {
  const std::string golden =
      ReadFile(SourceRoot() / "tests" / "data" / "golden" / "journal-v1.bin");
  ASSERT_FALSE(golden.empty());
  EXPECT_EQ(EncodeHex(SampleJournal()), EncodeHex(golden));
  EXPECT_EQ(ReadAll(golden), SampleRecords());
}

TEST(JournalRecordTest, LayoutIsAsDocumented) {
  Record record;
  record.seq = 1;
  record.time = -1;
  record.actor.bytes.fill(0x22);
  record.evidence = "e";
  record.effects = {SequenceEffect{Pid(), 1, 300}};
  std::string bytes;
  const Hash256 hash = AppendRecord(record, &bytes).value();
  const std::string zeros(32, '\0');
  const std::string body = std::string("\x01\x01\x00\x01\x01", 5) + zeros +
                           std::string(32, '\x22') +
                           std::string(
                               "\x01"
                               "e"
                               "\x00\x01\x06",
                               5) +
                           zeros + "\x01\xac\x02";
  EXPECT_EQ(EncodeHex(bytes.substr(4, bytes.size() - 8)), EncodeHex(body));
  EXPECT_EQ(bytes.substr(0, 4), std::string({static_cast<char>(body.size()), 0, 0, 0}));
  EXPECT_EQ(hash, Blake2b(body));
}

TEST(JournalRecordTest, EveryTruncationIsRefused) {
  const std::string bytes = SampleJournal();
  std::string_view first = bytes;
  ASSERT_TRUE(TakeRecord(&first).ok());
  const std::size_t size = bytes.size() - first.size();
  for (std::size_t length = 0; length < size; ++length) {
    std::string_view cut = std::string_view(bytes).substr(0, length);
    EXPECT_EQ(CodeName(TakeRecord(&cut)), "RecordCorrupt") << length;
    EXPECT_EQ(cut.size(), length) << "a failed read consumed bytes";
  }
}

TEST(JournalRecordTest, EveryFlippedBitIsRefused) {
  const std::string bytes = SampleJournal();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ (1 << (i % 8)));
    EXPECT_LT(ReadAll(damaged).size(), SampleRecords().size()) << "byte " << i;
  }
}

TEST(JournalRecordTest, NewerFormatSaysSo) {
  std::string bytes;
  ASSERT_TRUE(AppendRecord(SampleRecords()[0], &bytes).ok());
  bytes[4] = 2;  // the format number
  bytes = Sealed(bytes.substr(4, bytes.size() - 8));
  std::string_view view = bytes;
  EXPECT_EQ(CodeName(TakeRecord(&view)), "FormatNewer");
  EXPECT_EQ(CodeName(SkipToRecord(2, &view)), "FormatNewer");
}

// The number, too, comes from a record that is one.
TEST(JournalRecordTest, BeginningsThatCannotBeAreRefused) {
  std::string bytes;
  ASSERT_TRUE(AppendRecord(SampleRecords()[0], &bytes).ok());
  const std::string body = bytes.substr(4, bytes.size() - 8);
  const auto code = [](const std::string& changed) {
    const std::string sealed = Sealed(changed);
    std::string_view view = sealed;
    const std::string taken = CodeName(TakeRecord(&view));
    EXPECT_EQ(CodeName(SkipToRecord(2, &view)), taken);
    return taken;
  };
  const auto with = [&](std::size_t at, char byte) {
    std::string changed = body;
    changed[at] = byte;
    return changed;
  };
  EXPECT_EQ(code(body), "Ok");
  EXPECT_EQ(code(with(0, 0)), "RecordCorrupt") << "format";
  EXPECT_EQ(code(with(2, 1)), "RecordCorrupt") << "kind of digest";
  for (std::size_t size = 0; size < 4; ++size) {
    EXPECT_EQ(code(body.substr(0, size)), "RecordCorrupt") << size;
  }
  std::string_view nothing;
  EXPECT_TRUE(SkipToRecord(2, &nothing).ok());
}

TEST(JournalRecordTest, ChainsInOrder) {
  const std::string bytes = SampleJournal();
  std::vector<std::uint64_t> seen;
  const auto visit = [&](const Record& record, const Hash256&) {
    seen.push_back(record.seq);
    return OkStatus();
  };
  const StatusOr<JournalHead> head = ReadChain(JournalHead(), bytes, visit);
  ASSERT_TRUE(head.ok()) << head.status();
  EXPECT_EQ(head->seq, 16U);
  EXPECT_EQ(seen,
            (std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}));
  // From the middle: records up to the head are skipped.
  const JournalHead middle{4, SampleRecords()[4].previous};
  seen.clear();
  EXPECT_EQ(ReadChain(middle, bytes, visit).value(), *head);
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}));
}

TEST(JournalRecordTest, BrokenChainIsRefused) {
  const auto ignore = [](const Record&, const Hash256&) { return OkStatus(); };
  std::vector<Record> records = SampleRecords();
  std::string gap;
  static_cast<void>(AppendRecord(records[0], &gap).value());
  static_cast<void>(AppendRecord(records[2], &gap).value());
  EXPECT_EQ(CodeName(ReadChain(JournalHead(), gap, ignore)), "ChainBroken");
  std::string renumbered;
  records[1].seq = 3;  // though it names the one before
  static_cast<void>(AppendRecord(records[0], &renumbered).value());
  static_cast<void>(AppendRecord(records[1], &renumbered).value());
  EXPECT_EQ(CodeName(ReadChain(JournalHead(), renumbered, ignore)), "ChainBroken");
  records[1].seq = 2;
  std::string forged;
  records[0].time += 1;
  for (const Record& record : records) static_cast<void>(AppendRecord(record, &forged).value());
  EXPECT_EQ(CodeName(ReadChain(JournalHead(), forged, ignore)), "ChainBroken");
}

TEST(JournalRecordTest, VisitorsErrorEndsTheReading) {
  int visits = 0;
  const auto fail = [&](const Record&, const Hash256&) {
    ++visits;
    return MakeError(ErrorCode::kDeadline, "enough");
  };
  EXPECT_EQ(CodeName(ReadChain(JournalHead(), SampleJournal(), fail)), "Deadline");
  EXPECT_EQ(visits, 1);
}

std::string Written(const Effect& effect) {
  std::string bytes;
  ByteWriter writer(&bytes);
  WriteEffect(effect, writer);
  return bytes;
}

// Whether there is one effect in the bytes, and nothing after it.
bool Reads(std::string_view bytes) {
  ByteReader reader(bytes);
  static_cast<void>(ReadEffect(reader));
  return reader.Complete();
}

TEST(JournalEffectTest, ValuesOutOfRangeAreRefused) {
  const auto reads = [](const Effect& effect) { return Reads(Written(effect)); };
  EXPECT_TRUE(reads(DebtEffect{0, 1, 2, -kMaxAmount, kMaxAmount, 0, kMaxAmount}));
  EXPECT_FALSE(reads(DebtEffect{0, 1, 2, std::numeric_limits<Amount>::min(), 0, 0, 0}));
  EXPECT_FALSE(reads(DebtEffect{0, 1, 2, 0, 0, -1, 0}));
  EXPECT_FALSE(reads(DebtEffect{0, kNoIndex, 2, 0, 0, 0, 0}));
  TrustLine line;
  line.equivalent = line.owner = line.debtor = 0;
  EXPECT_TRUE(reads(LineEffect{0, std::nullopt, line}));
  line.policy.max_hops = 33;
  EXPECT_FALSE(reads(LineEffect{0, std::nullopt, line}));
  line.policy.max_hops = 0;
  EXPECT_FALSE(reads(LineEffect{0, std::nullopt, line}));
  line.policy.max_hops.reset();
  line.policy.blocked_participants = {Pid(), Pid()};
  EXPECT_FALSE(reads(LineEffect{0, std::nullopt, line})) << "not unique";
  Participant participant;
  participant.verification_level = 3;
  EXPECT_TRUE(reads(ParticipantEffect{0, std::nullopt, participant}));
  participant.verification_level = 4;
  EXPECT_FALSE(reads(ParticipantEffect{0, std::nullopt, participant}));
  line = TrustLine();
  line.equivalent = line.owner = line.debtor = 0;
  line.status = static_cast<LineStatus>(0);
  EXPECT_FALSE(reads(LineEffect{0, std::nullopt, line}));
  line.status = static_cast<LineStatus>(4);
  EXPECT_FALSE(reads(LineEffect{0, std::nullopt, line}));
  Proposal proposal;
  proposal.id = TxId::Parse("p").value();
  proposal.equivalent = 0;
  EXPECT_TRUE(reads(ProposalEffect{std::nullopt, proposal}));
  proposal.state = static_cast<ProposalState>(17);  // whose lowest bits are those of a state
  EXPECT_FALSE(reads(ProposalEffect{std::nullopt, proposal}));
  EXPECT_TRUE(reads(GenesisEffect{Genesis{1, std::string(64, 'v'), {}}}));
  EXPECT_FALSE(reads(GenesisEffect{Genesis{1, std::string(65, 'v'), {}}}));
  EXPECT_FALSE(reads(GenesisEffect{Genesis{1, "vill\xff", {}}}));
  EXPECT_TRUE(reads(ReservationEffect{0, 1, 2, 0, kMaxAmount}));
  EXPECT_FALSE(reads(ReservationEffect{0, 1, 2, 5, -1}));
}

// There must be one way to write a policy; a bit that says nothing would make a second one.
TEST(JournalEffectTest, BitsOfAPolicyThatSayNothingAreRefused) {
  const auto written = [](bool allow_growth) {
    TrustLine line;
    line.equivalent = line.owner = line.debtor = 0;
    line.policy.allow_growth = allow_growth;
    return Written(LineEffect{0, std::nullopt, line});
  };
  std::string bytes = written(false);
  const std::string other = written(true);
  const auto bits = std::mismatch(bytes.begin(), bytes.end(), other.begin()).first;
  ASSERT_NE(bits, bytes.end());
  for (const int bit : {0x04, 0x40, 0x80}) {
    *bits = static_cast<char>(*bits ^ bit);
    EXPECT_EQ(Reads(bytes), bit == 0x04) << bit;
    *bits = static_cast<char>(*bits ^ bit);
  }
}

TEST(JournalRecordTest, KindsAndReasonsThatCannotBeAreRefused) {
  const auto reads = [](RecordKind kind, const std::string& reason) {
    Record record;
    record.seq = 1;
    record.kind = kind;
    record.reason = reason;
    std::string bytes;
    EXPECT_TRUE(AppendRecord(record, &bytes).ok());
    std::string_view packed = bytes;
    return CodeName(TakeRecord(&packed));
  };
  EXPECT_EQ(reads(RecordKind::kGenesis, std::string(kMaxReasonBytes, 'x')), "Ok");
  EXPECT_EQ(reads(RecordKind::kGenesis, std::string(kMaxReasonBytes + 1, 'x')), "RecordCorrupt");
  EXPECT_EQ(reads(RecordKind::kGenesis, "\xff"), "RecordCorrupt");
  EXPECT_EQ(reads(static_cast<RecordKind>(0), ""), "RecordCorrupt");
  EXPECT_EQ(reads(kLastRecordKind, ""), "Ok");
  EXPECT_EQ(reads(static_cast<RecordKind>(static_cast<int>(kLastRecordKind) + 1), ""),
            "RecordCorrupt");
}

TEST(JournalRecordTest, OnlyKindsHaveNames) {
  EXPECT_EQ(RecordKindName(RecordKind::kGenesis), "genesis");
  EXPECT_EQ(RecordKindName(kLastRecordKind), "set_limits");
  EXPECT_EQ(RecordKindName(static_cast<RecordKind>(static_cast<int>(kLastRecordKind) + 1)), "");
}

// A count that claims more things than there are bytes must not make the reader allocate for it.
TEST(JournalEffectTest, HugeCountsAreRefusedEarly) {
  std::string bytes("\x07\x00\x01t\x00\x01\x00\x05\x02\x00\x00", 11);
  ByteWriter(&bytes).Varint(std::uint64_t{1} << 40);
  ByteReader reader(bytes);
  static_cast<void>(ReadEffect(reader));
  EXPECT_FALSE(reader.ok());
}

}  // namespace
}  // namespace geo::tests
