// Snapshots in slices. The layout of a slice is in docs/formats.md.

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "geo/base/limits.h"
#include "src/base/little_endian.h"
#include "src/base/no_memory.h"
#include "src/base/status_macros.h"
#include "src/ledger/loading_check.h"
#include "src/ledger/state.h"

namespace geo {
namespace {

constexpr std::uint64_t kSliceFormat = 4;

// A slice that has so many bytes takes no more things: policies make lines of 8 KB, and as many of
// them as of plain ones would be more than stores take.
constexpr std::size_t kFullSliceBytes = std::size_t{16} << 20;

Status CorruptSlice(std::string_view what) {
  return MakeError(ErrorCode::kRecordCorrupt, "snapshot slice: " + std::string(what));
}

// Participants, equivalents and lines are written as the effects that would create them, so that
// there is one binary form of each, but for plain lines.
template <typename CreationEffect>
void WriteCreation(CreationEffect effect, ByteWriter& writer) {
  WriteEffect(Effect(std::move(effect)), writer);
}

// Most lines are plain, with no policy of their own, and there may be millions: these have numbers
// of fixed sizes, which are as short and read in a quarter of the time.
void WriteLine(const LineRecord& line, LineIndex index, ByteWriter& writer) {
  writer.Byte(line.policy == nullptr ? 0 : 1);
  if (line.policy != nullptr) {
    WriteCreation(
        LineEffect{index, std::nullopt,
                   TrustLine{line.id, line.equivalent, line.owner, line.debtor, line.status,
                             line.limit, *line.policy, line.created, line.updated}},
        writer);
    return;
  }
  writer.Fixed(line.id);
  writer.Fixed32(line.equivalent);
  writer.Fixed32(line.owner);
  writer.Fixed32(line.debtor);
  writer.Byte(static_cast<std::uint8_t>(line.status));
  writer.Fixed64(static_cast<std::uint64_t>(line.limit));
  writer.Fixed64(static_cast<std::uint64_t>(line.created));
  writer.Fixed64(static_cast<std::uint64_t>(line.updated));
}

void ReadPlainLine(ByteReader& reader, LineRecord& line) {
  constexpr std::size_t kBytes = 53;
  const std::string_view raw = reader.Raw(kBytes);
  if (!reader.ok()) return;
  const char* const from = raw.data();
  std::memcpy(line.id.bytes.data(), from, LineId::kSize);
  line.equivalent = LoadLittleEndian<std::uint32_t>(from + 16);
  line.owner = LoadLittleEndian<std::uint32_t>(from + 20);
  line.debtor = LoadLittleEndian<std::uint32_t>(from + 24);
  line.status = static_cast<LineStatus>(from[28]);
  line.limit = static_cast<Amount>(LoadLittleEndian<std::uint64_t>(from + 29));
  line.created = static_cast<Timestamp>(LoadLittleEndian<std::uint64_t>(from + 37));
  line.updated = static_cast<Timestamp>(LoadLittleEndian<std::uint64_t>(from + 45));
  const bool is_index = std::max({line.equivalent, line.owner, line.debtor}) < kNoIndex;
  const bool is_status = line.status >= LineStatus::kActive && line.status <= LineStatus::kClosed;
  if (!is_index || !is_status || line.limit < 0) reader.Fail();
}

void ReadLine(ByteReader& reader, LineIndex index, LineRecord& line) {
  if (reader.Below(1) == 0) {
    ReadPlainLine(reader, line);
    return;
  }
  TrustLine read;
  ReadMade(reader, index, &read);
  line = {read.id,    read.equivalent, read.owner,   read.debtor, read.status,
          read.limit, read.created,    read.updated, nullptr};
  if (read.policy == LinePolicy()) reader.Fail();  // it would be plain
  line.policy = std::make_unique<const LinePolicy>(std::move(read.policy));
}

void WritePair(const Pair& pair, ByteWriter& writer) {
  writer.Fixed32(pair.equivalent);
  writer.Fixed32(pair.a);
  writer.Fixed32(pair.b);
  writer.Fixed32(pair.line_ab);
  writer.Fixed32(pair.line_ba);
  writer.Signed(pair.balance);
  writer.Varint(static_cast<std::uint64_t>(pair.reserved_ab));
  writer.Varint(static_cast<std::uint64_t>(pair.reserved_ba));
  writer.Signed(pair.paid_day);
  writer.Varint(static_cast<std::uint64_t>(pair.paid_ab));
  writer.Varint(static_cast<std::uint64_t>(pair.paid_ba));
}

Amount ReadAmount(ByteReader& reader) {
  return static_cast<Amount>(reader.Below(static_cast<std::uint64_t>(kMaxAmount)));
}

Pair ReadPair(ByteReader& reader) {
  Pair pair;
  std::uint32_t* const indices[] = {&pair.equivalent, &pair.a, &pair.b, &pair.line_ab,
                                    &pair.line_ba};
  const std::string_view raw = reader.Raw(sizeof(std::uint32_t) * std::size(indices));
  if (!reader.ok()) return pair;
  for (std::size_t i = 0; i < std::size(indices); ++i) {
    *indices[i] = LoadLittleEndian<std::uint32_t>(raw.data() + sizeof(std::uint32_t) * i);
  }
  if (std::max({pair.equivalent, pair.a, pair.b}) == kNoIndex) reader.Fail();
  pair.balance = reader.Signed();
  if (pair.balance < -kMaxAmount) reader.Fail();
  pair.reserved_ab = ReadAmount(reader);
  pair.reserved_ba = ReadAmount(reader);
  const std::int64_t day = reader.Signed();
  if (!std::in_range<std::int32_t>(day)) reader.Fail();
  pair.paid_day = static_cast<std::int32_t>(day);
  pair.paid_ab = ReadAmount(reader);
  pair.paid_ba = ReadAmount(reader);
  return pair;
}

void WriteHead(const LedgerState& state, ByteWriter& writer) {
  WriteEffect(GenesisEffect{state.genesis}, writer);
  writer.Byte(state.has_payments ? 1 : 0);
  writer.Varint(state.equivalents.size());
  for (EquivalentIndex i = 0; i < state.equivalents.size(); ++i) {
    WriteCreation(EquivalentEffect{i, std::nullopt, state.equivalents[i]}, writer);
  }
  std::vector<std::pair<Pid, std::uint64_t>> used(state.operator_sequences.begin(),
                                                  state.operator_sequences.end());
  std::sort(used.begin(), used.end());
  writer.Varint(used.size());
  for (const auto& [pid, seq] : used) {
    writer.Fixed(pid);
    writer.Varint(seq);
  }
}

void ReadHead(LedgerState& state, ByteReader& reader) {
  Effect genesis = ReadEffect(reader);
  if (auto* wanted = std::get_if<GenesisEffect>(&genesis)) {
    state.genesis = std::move(wanted->genesis);
    state.founded = true;
  } else {
    reader.Fail();
  }
  state.has_payments = reader.Below(1) == 1;
  const std::uint64_t equivalents = reader.Below(reader.remaining());
  for (std::uint64_t i = 0; i < equivalents && reader.ok(); ++i) {
    Equivalent equivalent;
    ReadMade(reader, static_cast<EquivalentIndex>(i), &equivalent);
    state.SetEquivalent(static_cast<EquivalentIndex>(i), equivalent);
  }
  const std::uint64_t used = reader.Below(reader.remaining());
  for (std::uint64_t i = 0; i < used && reader.ok(); ++i) {
    const Pid pid = reader.Fixed<Pid>();
    MakeRoom(state.operator_sequences);
    state.operator_sequences[pid] = reader.Varint();
  }
}

// As the effects that made them, in order of their ids.
void WritePrepared(const LedgerState& state, ByteWriter& writer) {
  writer.Varint(state.prepared.size());
  for (const auto& [id, transaction] : state.prepared) {
    WriteEffect(TransactionEffect{std::nullopt, transaction}, writer);
  }
}

void ReadPrepared(LedgerState& state, ByteReader& reader) {
  const std::uint64_t count = reader.Below(reader.remaining());
  for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
    const Effect effect = ReadEffect(reader);
    const auto* made = std::get_if<TransactionEffect>(&effect);
    if (made == nullptr || made->before.has_value() || !made->after.hold ||
        made->after.state != TransactionState::kPrepared ||
        state.prepared.contains(made->after.id)) {
      reader.Fail();
      return;
    }
    state.SetPrepared(made->after);
  }
}

void WriteProposals(const LedgerState& state, ByteWriter& writer) {
  writer.Varint(state.proposals.size());
  for (const auto& [id, proposal] : state.proposals) {
    WriteEffect(ProposalEffect{std::nullopt, proposal}, writer);
  }
}

void ReadProposals(LedgerState& state, ByteReader& reader) {
  const std::uint64_t count = reader.Below(reader.remaining());
  for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
    const Effect effect = ReadEffect(reader);
    const auto* made = std::get_if<ProposalEffect>(&effect);
    if (made == nullptr || made->before.has_value() || !IsOpen(made->after) ||
        state.proposals.contains(made->after.id)) {
      reader.Fail();
      return;
    }
    state.SetProposal(made->after);
  }
}

// As the effects that set them; then the counts of the day, in order of the payers.
void WriteLimits(const LedgerState& state, ByteWriter& writer) {
  WriteEffect(CountLimitsEffect{{}, state.count_limits}, writer);
  writer.Varint(state.amount_limits.size());
  for (EquivalentIndex i = 0; i < state.amount_limits.size(); ++i) {
    WriteEffect(AmountLimitsEffect{i, {}, state.amount_limits[i]}, writer);
  }
  const PaymentCounts& counts = state.payment_counts;
  writer.Signed(counts.day);
  std::vector<std::pair<ParticipantIndex, std::uint32_t>> by_payer(counts.by_payer.begin(),
                                                                   counts.by_payer.end());
  std::sort(by_payer.begin(), by_payer.end());
  writer.Varint(by_payer.size());
  for (const auto& [payer, count] : by_payer) {
    writer.Varint(payer);
    writer.Varint(count);
  }
}

void ReadPaymentCounts(PaymentCounts& counts, ByteReader& reader) {
  counts.day = reader.Signed();
  const std::uint64_t payers = reader.Below(reader.remaining());
  for (std::uint64_t i = 0; i < payers && reader.ok(); ++i) {
    const auto payer = static_cast<ParticipantIndex>(reader.Below(kNoIndex - 1));
    const auto count = static_cast<std::uint32_t>(reader.Below(kNoIndex));
    MakeRoom(counts.by_payer);
    if (!counts.by_payer.emplace(payer, count).second) reader.Fail();
  }
}

void ReadLimits(LedgerState& state, ByteReader& reader) {
  const Effect counts = ReadEffect(reader);
  if (const auto* read = std::get_if<CountLimitsEffect>(&counts)) {
    state.count_limits = read->after;
  } else {
    reader.Fail();
  }
  const std::uint64_t equivalents = reader.Below(reader.remaining());
  for (std::uint64_t i = 0; i < equivalents && reader.ok(); ++i) {
    const Effect amounts = ReadEffect(reader);
    const auto* read = std::get_if<AmountLimitsEffect>(&amounts);
    if (read == nullptr || read->equivalent != i) {
      reader.Fail();
      return;
    }
    state.SetAmountLimits(read->equivalent, read->after);
  }
  ReadPaymentCounts(state.payment_counts, reader);
}

void WriteItem(const LedgerState& state, SliceKind kind, EquivalentIndex equivalent,
               std::uint64_t index, ByteWriter& writer) {
  const auto i = static_cast<std::uint32_t>(index);
  switch (kind) {
    case SliceKind::kParticipants:
      WriteCreation(ParticipantEffect{i, std::nullopt, state.participants[i]}, writer);
      writer.Varint(state.sequences[i]);
      break;
    case SliceKind::kLines:
      WriteLine(state.lines[i], i, writer);
      break;
    case SliceKind::kPairs:
      WritePair(state.pairs[i], writer);
      break;
    case SliceKind::kPositions:
      writer.Sum(state.positions[equivalent][i]);
      break;
    case SliceKind::kPrepared:
      WritePrepared(state, writer);
      break;
    case SliceKind::kProposals:
      WriteProposals(state, writer);
      break;
    case SliceKind::kLimits:
      WriteLimits(state, writer);
      break;
    case SliceKind::kHead:
      WriteHead(state, writer);
      break;
    case SliceKind::kEnd:
      break;
  }
}

void LoadParticipant(LedgerState& state, ParticipantIndex index, ByteReader& reader) {
  ReadMade(reader, index, &state.participants.emplace_back());
  state.sequences.push_back(reader.Varint());
  if (!state.operator_sequences.empty()) {  // who joined after the head
    state.operator_sequences.erase(state.participants.back().pid);
  }
  state.pairs_of.emplace_back();
  state.live_lines.push_back(0);
}

// A pair may name whom only the replay will bring; fewer than this join while a snapshot is
// written.
constexpr std::size_t kMostToCome = std::size_t{1} << 22;

void LoadPair(LedgerState& state, ByteReader& reader) {
  const Pair pair = ReadPair(reader);
  if (pair.a >= pair.b || pair.b >= state.participants.size() + kMostToCome ||
      pair.equivalent >= kMaxEquivalents) {
    reader.Fail();
  }
  if (!reader.ok()) return;
  state.pairs.push_back(pair);
}

// Reads the item at `index`, which must be the next one of its kind.
void LoadItem(LedgerState& state, const Coverage& slice, std::uint64_t index, ByteReader& reader) {
  const auto i = static_cast<std::uint32_t>(index);
  switch (slice.kind) {
    case SliceKind::kHead:
      ReadHead(state, reader);
      break;
    case SliceKind::kParticipants:
      LoadParticipant(state, i, reader);
      break;
    case SliceKind::kLines:
      ReadLine(reader, i, state.lines.emplace_back());
      break;
    case SliceKind::kPairs:
      LoadPair(state, reader);
      break;
    case SliceKind::kPositions:
      state.PositionOf(slice.equivalent, i) = reader.Sum();
      break;
    case SliceKind::kPrepared:
      ReadPrepared(state, reader);
      break;
    case SliceKind::kProposals:
      ReadProposals(state, reader);
      break;
    case SliceKind::kLimits:
      ReadLimits(state, reader);
      break;
    case SliceKind::kEnd:
      break;
  }
}

// Makes room for all the things of the slice's kind at once: growing step by step touches twice the
// memory. What the slice says is believed up to a limit.
void ReserveFor(LedgerState& state, const Coverage& slice, std::uint64_t count) {
  constexpr std::uint64_t kMost = 1 << 22;
  const auto room = static_cast<std::size_t>(std::min(count, kMost));
  switch (slice.kind) {
    case SliceKind::kParticipants:
      state.participants.reserve(room);
      state.sequences.reserve(room);
      state.pairs_of.reserve(room);
      state.live_lines.reserve(room);
      state.participant_by_pid.Reserve(room);
      break;
    case SliceKind::kLines:
      state.lines.reserve(room);
      state.line_by_id.Reserve(room);
      break;
    case SliceKind::kPairs:
      state.pairs.reserve(room);
      state.pair_members.reserve(room);
      state.pair_by_key.Reserve(room);
      break;
    default:
      break;
  }
}

// Lets the things that were loaded last be found; false when two have one key.
bool IndexLoaded(LedgerState& state, SliceKind kind) {
  switch (kind) {
    case SliceKind::kParticipants:
      return state.participant_by_pid.AddNew();
    case SliceKind::kLines:
      return state.line_by_id.AddNew();
    case SliceKind::kPairs:
      state.EnterNewPairs();
      return state.pair_by_key.AddNew();
    default:
      return true;
  }
}

// How many things of the slice's kind there are: where the next one goes, or where writing ends.
std::uint64_t CountOf(const LedgerState& state, SliceKind kind, EquivalentIndex equivalent) {
  switch (kind) {
    case SliceKind::kHead:
      return state.founded ? 1 : 0;
    case SliceKind::kParticipants:
      return state.participants.size();
    case SliceKind::kLines:
      return state.lines.size();
    case SliceKind::kPairs:
      return state.pairs.size();
    case SliceKind::kPositions:
      return equivalent < state.positions.size() ? state.positions[equivalent].size() : 0;
    case SliceKind::kPrepared:
    case SliceKind::kProposals:
    case SliceKind::kLimits: {
      const auto is_it = [&](const Coverage& slice) { return slice.kind == kind; };
      const auto& loaded = state.coverage;  // empty: not loading
      if (loaded.empty()) return state.founded ? 1 : 0;
      return std::any_of(loaded.begin(), loaded.end(), is_it) ? 1 : 0;
    }
    case SliceKind::kEnd:
      break;
  }
  return 0;
}

// Whether the slice may be loaded after those that are: the head first, then as they are written.
bool ComesNext(const LedgerState& state, const Coverage& slice) {
  if (slice.begin > slice.end) return false;
  if (slice.begin != CountOf(state, slice.kind, slice.equivalent)) return false;
  if (state.coverage.empty()) return slice.kind == SliceKind::kHead;
  const Coverage& before = state.coverage.back();
  return std::tie(before.kind, before.equivalent) <= std::tie(slice.kind, slice.equivalent);
}

// cursor.next holds the equivalent in its upper half, the index in its lower one.
constexpr int kEquivalentShift = 32;

// Moves past kinds (and equivalents) that are written to the end.
void SkipFinished(const LedgerState& state, Ledger::SnapshotCursor& cursor) {
  while (cursor.kind < static_cast<std::uint32_t>(SliceKind::kEnd)) {
    const auto kind = static_cast<SliceKind>(cursor.kind);
    const std::uint64_t equivalent = cursor.next >> kEquivalentShift;
    const std::uint64_t index = cursor.next & 0xffffffffU;
    if (index < CountOf(state, kind, static_cast<EquivalentIndex>(equivalent))) return;
    if (kind == SliceKind::kPositions && equivalent + 1 < state.positions.size()) {
      cursor.next = (equivalent + 1) << kEquivalentShift;
      continue;
    }
    ++cursor.kind;
    cursor.next = 0;
  }
}

}  // namespace

std::string Ledger::NextSlice(SnapshotCursor& cursor, const JournalHead& head,
                              std::size_t max_items) const {
  SkipFinished(*state_, cursor);
  if (cursor.kind >= static_cast<std::uint32_t>(SliceKind::kEnd)) return {};
  const auto kind = static_cast<SliceKind>(cursor.kind);
  const auto equivalent = static_cast<EquivalentIndex>(cursor.next >> kEquivalentShift);
  const std::uint64_t begin = cursor.next & 0xffffffffU;
  const std::uint64_t count = CountOf(*state_, kind, equivalent);
  const std::uint64_t most =
      begin + std::min<std::uint64_t>(count - begin, std::max<std::size_t>(max_items, 1));
  std::string things;
  ByteWriter thing_writer(&things);
  std::uint64_t end = begin;
  while (end < most && things.size() < kFullSliceBytes) {
    WriteItem(*state_, kind, equivalent, end++, thing_writer);
  }
  std::string bytes;
  ByteWriter writer(&bytes);
  writer.Varint(kSliceFormat);
  writer.Varint(head.seq);
  writer.Fixed(head.hash);
  writer.Signed(state_->last_time);
  writer.Varint(cursor.kind);
  writer.Varint(equivalent);
  writer.Varint(begin);
  writer.Varint(end);
  writer.Varint(count);
  writer.Raw(things);
  cursor.next += end - begin;
  return bytes;
}

bool Ledger::IsLastSlice(SnapshotCursor cursor) const {
  SkipFinished(*state_, cursor);
  return cursor.kind >= static_cast<std::uint32_t>(SliceKind::kEnd);
}

StatusOr<JournalHead> Ledger::LoadSlice(std::string_view bytes) {
  ByteReader reader(bytes);
  const std::uint64_t format = reader.Varint();
  if (reader.ok() && format > kSliceFormat) {
    return MakeError(ErrorCode::kFormatNewer, "snapshot slice of format " + std::to_string(format));
  }
  if (format < kSliceFormat) {
    return CorruptSlice("format " + std::to_string(format) + ", no longer read");
  }
  JournalHead head;
  head.seq = reader.Varint();
  head.hash = reader.Fixed<Hash256>();
  const Timestamp last_time = reader.Signed();
  Coverage slice;
  slice.kind =
      static_cast<SliceKind>(reader.Below(static_cast<std::uint64_t>(SliceKind::kEnd) - 1));
  slice.equivalent = static_cast<EquivalentIndex>(
      reader.Below(slice.kind == SliceKind::kPositions ? kMaxEquivalents - 1 : 0));
  slice.begin = reader.Varint();
  slice.end = reader.Below(slice.begin + reader.remaining());
  slice.seq = head.seq;
  const std::uint64_t count = reader.Varint();
  if (!reader.ok() || count < slice.end) return CorruptSlice("header");
  if (!ComesNext(*state_, slice)) return CorruptSlice("order");
  if (slice.begin == 0) ReserveFor(*state_, slice, count);
  for (std::uint64_t i = slice.begin; i < slice.end && reader.ok(); ++i) {
    LoadItem(*state_, slice, i, reader);
  }
  if (!reader.Complete()) return CorruptSlice("contents");
  if (!IndexLoaded(*state_, slice.kind)) return CorruptSlice("the same thing twice");
  state_->coverage.push_back(slice);
  state_->last_time = std::max(state_->last_time, last_time);
  state_->loaded_seq = std::max(state_->loaded_seq, head.seq);
  return head;
}

Status Ledger::FinishLoading(const JournalHead& head) {
  if (head.seq < state_->loaded_seq) {
    return MakeError(ErrorCode::kChainBroken,
                     "the snapshot shows record " + std::to_string(state_->loaded_seq) +
                         ", the journal ends at " + std::to_string(head.seq));
  }
  GEO_RETURN_IF_ERROR(CheckLoaded(*state_));
  state_->coverage.clear();
  state_->LinkPairs();
  for (const LineRecord& line : state_->lines) {
    if (line.status != LineStatus::kClosed) ++state_->live_lines[line.owner];
    if (!LedgerState::PolicyOf(line).daily_limit.has_value()) continue;
    const auto pair = state_->FindPair(PairKey::Of(line.equivalent, line.owner, line.debtor));
    if (pair.has_value()) state_->RefreshDailyLimited(*pair);
  }
  return OkStatus();
}

}  // namespace geo
