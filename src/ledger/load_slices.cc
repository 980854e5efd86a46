// Snapshots read again, slice by slice. The layout of a slice is in docs/formats.md.

#include <algorithm>
#include <string>
#include <utility>

#include "geo/base/limits.h"
#include "src/base/no_memory.h"
#include "src/base/status_macros.h"
#include "src/ledger/state.h"

namespace geo {

struct LedgerSlice::Contents {
  Coverage slice;
  JournalHead head;
  Timestamp last_time = 0;
  std::uint64_t count = 0;  // how many things of its kind there are in all

  // Its things, or some of them.
  std::vector<Participant> participants;
  std::vector<std::uint64_t> sequences;  // by participant
  std::vector<LineRecord> lines;
  std::vector<Pair> pairs;
  std::vector<AmountSum> positions;
  std::string bytes;  // things of kinds of which there is one
};

namespace {

using Contents = LedgerSlice::Contents;

Status Corrupt(std::string_view what) {
  return MakeError(ErrorCode::kRecordCorrupt, "snapshot slice: " + std::string(what));
}

Amount ReadAmount(ByteReader& reader) {
  return static_cast<Amount>(reader.Below(static_cast<std::uint64_t>(kMaxAmount)));
}

Pair ReadPair(ByteReader& reader) {
  Pair pair;
  pair.equivalent = static_cast<EquivalentIndex>(reader.Below(kNoIndex - 1));
  pair.a = static_cast<ParticipantIndex>(reader.Below(kNoIndex - 1));
  pair.b = static_cast<ParticipantIndex>(reader.Below(kNoIndex - 1));
  pair.line_ab = reader.Fixed32();
  pair.line_ba = reader.Fixed32();
  pair.balance = reader.Signed();
  if (pair.a >= pair.b || pair.balance < -kMaxAmount) reader.Fail();
  pair.reserved_ab = ReadAmount(reader);
  pair.reserved_ba = ReadAmount(reader);
  const std::int64_t day = reader.Signed();
  if (!std::in_range<std::int32_t>(day)) reader.Fail();
  pair.paid_day = static_cast<std::int32_t>(day);
  pair.paid_ab = ReadAmount(reader);
  pair.paid_ba = ReadAmount(reader);
  return pair;
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
    ReadMade(reader, static_cast<EquivalentIndex>(i), &state.equivalents.emplace_back());
  }
  const std::uint64_t used = reader.Below(reader.remaining());
  for (std::uint64_t i = 0; i < used && reader.ok(); ++i) {
    const Pid pid = reader.Fixed<Pid>();
    MakeRoom(state.operator_sequences);
    state.operator_sequences[pid] = reader.Varint();
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

Status ReadHeader(ByteReader& reader, Contents& contents) {
  const std::uint64_t format = reader.Varint();
  if (reader.ok() && format > kSliceFormat) {
    return MakeError(ErrorCode::kFormatNewer, "snapshot slice of format " + std::to_string(format));
  }
  contents.head.seq = reader.Varint();
  contents.head.hash = reader.Fixed<Hash256>();
  contents.last_time = reader.Signed();
  Coverage& slice = contents.slice;
  slice.kind = static_cast<SliceKind>(reader.Below(static_cast<std::uint64_t>(SliceKind::kEnd)));
  slice.equivalent = static_cast<EquivalentIndex>(
      reader.Below(slice.kind == SliceKind::kPositions ? kMaxEquivalents - 1 : 0));
  slice.begin = reader.Varint();
  slice.end = reader.Below(slice.begin + reader.remaining());
  slice.seq = contents.head.seq;
  contents.count = format == 1 ? slice.end : reader.Varint();
  if (!reader.ok() || format == 0 || contents.count < slice.end) return Corrupt("header");
  return OkStatus();
}

LineRecord ReadLineRecord(ByteReader& reader, LineIndex index) {
  TrustLine line;
  ReadMade(reader, index, &line);
  LineRecord record{line.id,    line.equivalent, line.owner,   line.debtor, line.status,
                    line.limit, line.created,    line.updated, nullptr};
  if (line.policy != LinePolicy()) {
    record.policy = std::make_unique<const LinePolicy>(std::move(line.policy));
  }
  return record;
}

void Clear(Contents& contents) {
  contents.participants.clear();
  contents.sequences.clear();
  contents.lines.clear();
  contents.pairs.clear();
  contents.positions.clear();
  contents.bytes.clear();
}

// Reads the things from `begin` to `end`, which are the next ones, in place of those before.
void ReadThings(ByteReader& reader, std::uint64_t begin, std::uint64_t end, Contents& contents) {
  Clear(contents);
  for (std::uint64_t index = begin; index < end && reader.ok(); ++index) {
    const auto i = static_cast<std::uint32_t>(index);
    switch (contents.slice.kind) {
      case SliceKind::kParticipants:
        ReadMade(reader, i, &contents.participants.emplace_back());
        contents.sequences.push_back(reader.Varint());
        break;
      case SliceKind::kLines:
        contents.lines.push_back(ReadLineRecord(reader, i));
        break;
      case SliceKind::kPairs:
        contents.pairs.push_back(ReadPair(reader));
        break;
      case SliceKind::kPositions:
        contents.positions.push_back(reader.Sum());
        break;
      case SliceKind::kHead:
      case SliceKind::kPrepared:
      case SliceKind::kProposals:
      case SliceKind::kLimits:
        contents.bytes = reader.Raw(reader.remaining());
        return;
      case SliceKind::kEnd:
        reader.Fail();
        break;
    }
  }
}

// How many things are read at once where reading and loading take turns.
constexpr std::uint64_t kAtOnce = 256;

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
      MakeRoom(state.participant_by_pid, room);
      break;
    case SliceKind::kLines:
      state.lines.reserve(room);
      MakeRoom(state.line_by_id, room);
      break;
    case SliceKind::kPairs:
      state.pairs.reserve(room);
      MakeRoom(state.pair_by_key, room);
      break;
    default:
      break;
  }
}

// Adds what `key_of` says of the things from `begin` to `end` to a table that finds them; false
// when two have one key. Each place in the table is asked of memory some steps before it is needed.
template <typename Map, typename KeyOf>
bool Index(Map& map, std::size_t begin, std::size_t end, KeyOf key_of) {
  constexpr std::size_t kAhead = 16;
  MakeRoom(map, end - begin);
  for (std::size_t i = begin; i < std::min(end, begin + kAhead); ++i) map.prefetch(key_of(i));
  for (std::size_t i = begin; i < end; ++i) {
    if (i + kAhead < end) map.prefetch(key_of(i + kAhead));
    if (!map.emplace(key_of(i), static_cast<std::uint32_t>(i)).second) return false;
  }
  return true;
}

template <typename Things, typename Table>
void MoveBehind(Things& things, Table& table) {
  table.insert(table.end(), std::make_move_iterator(things.begin()),
               std::make_move_iterator(things.end()));
}

bool LoadParticipants(LedgerState& state, Contents& contents) {
  const std::size_t begin = state.participants.size();
  if (!state.operator_sequences.empty()) {  // who joined after the head
    for (const Participant& one : contents.participants) state.operator_sequences.erase(one.pid);
  }
  MoveBehind(contents.participants, state.participants);
  MoveBehind(contents.sequences, state.sequences);
  state.pairs_of.resize(state.participants.size());
  return Index(state.participant_by_pid, begin, state.participants.size(),
               [&](std::size_t i) { return state.participants[i].pid; });
}

bool LoadLines(LedgerState& state, Contents& contents) {
  const std::size_t begin = state.lines.size();
  MoveBehind(contents.lines, state.lines);
  return Index(state.line_by_id, begin, state.lines.size(),
               [&](std::size_t i) { return state.lines[i].id; });
}

bool LoadPairs(LedgerState& state, Contents& contents) {
  const std::size_t begin = state.pairs.size();
  MoveBehind(contents.pairs, state.pairs);
  return Index(state.pair_by_key, begin, state.pairs.size(), [&](std::size_t i) {
    const Pair& pair = state.pairs[i];
    return PairKey{pair.equivalent, pair.a, pair.b};
  });
}

Status LoadBytes(LedgerState& state, const Contents& contents) {
  ByteReader reader(contents.bytes);
  for (std::uint64_t i = contents.slice.begin; i < contents.slice.end && reader.ok(); ++i) {
    switch (contents.slice.kind) {
      case SliceKind::kHead:
        ReadHead(state, reader);
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
      default:
        reader.Fail();
        break;
    }
  }
  return reader.Complete() ? OkStatus() : Corrupt("contents");
}

// Puts what was read behind what is there.
Status LoadThings(LedgerState& state, Contents& contents) {
  bool once = true;
  switch (contents.slice.kind) {
    case SliceKind::kParticipants:
      once = LoadParticipants(state, contents);
      break;
    case SliceKind::kLines:
      once = LoadLines(state, contents);
      break;
    case SliceKind::kPairs:
      once = LoadPairs(state, contents);
      break;
    case SliceKind::kPositions:
      MoveBehind(contents.positions, state.PositionsIn(contents.slice.equivalent));
      break;
    default:
      return LoadBytes(state, contents);
  }
  return once ? OkStatus() : Corrupt("the same thing twice");
}

Status BeginSlice(LedgerState& state, const Contents& contents) {
  const Coverage& slice = contents.slice;
  const bool head_first = !state.coverage.empty() || slice.kind == SliceKind::kHead;
  if (!head_first || slice.begin != state.CountOf(slice.kind, slice.equivalent)) {
    return Corrupt("order");
  }
  if (slice.begin == 0) ReserveFor(state, slice, contents.count);
  return OkStatus();
}

JournalHead EndSlice(LedgerState& state, const Contents& contents) {
  state.coverage.push_back(contents.slice);
  state.last_time = std::max(state.last_time, contents.last_time);
  state.loaded_seq = std::max(state.loaded_seq, contents.head.seq);
  return contents.head;
}

}  // namespace

LedgerSlice::LedgerSlice() : contents_(std::make_unique<Contents>()) {}
LedgerSlice::~LedgerSlice() = default;
LedgerSlice::LedgerSlice(LedgerSlice&&) noexcept = default;
LedgerSlice& LedgerSlice::operator=(LedgerSlice&&) noexcept = default;

Status LedgerSlice::Read(std::string_view bytes) {
  ByteReader reader(bytes);
  GEO_RETURN_IF_ERROR(ReadHeader(reader, *contents_));
  ReadThings(reader, contents_->slice.begin, contents_->slice.end, *contents_);
  return reader.Complete() ? OkStatus() : Corrupt("contents");
}

StatusOr<JournalHead> Ledger::LoadSlice(LedgerSlice& slice) {
  GEO_RETURN_IF_ERROR(BeginSlice(*state_, *slice.contents_));
  GEO_RETURN_IF_ERROR(LoadThings(*state_, *slice.contents_));
  return EndSlice(*state_, *slice.contents_);
}

StatusOr<JournalHead> Ledger::LoadSlice(std::string_view bytes) {
  ByteReader reader(bytes);
  LedgerSlice::Contents contents;
  GEO_RETURN_IF_ERROR(ReadHeader(reader, contents));
  GEO_RETURN_IF_ERROR(BeginSlice(*state_, contents));
  const auto [kind, equivalent, begin, end, seq] = contents.slice;
  for (std::uint64_t i = begin; i < end && reader.ok(); i += kAtOnce) {
    ReadThings(reader, i, std::min(end, i + kAtOnce), contents);
    if (!reader.ok()) break;
    GEO_RETURN_IF_ERROR(LoadThings(*state_, contents));
  }
  if (!reader.Complete()) return Corrupt("contents");
  return EndSlice(*state_, contents);
}

Status Ledger::FinishLoading(const JournalHead& head) {
  if (head.seq < state_->loaded_seq) {
    return MakeError(ErrorCode::kChainBroken,
                     "the snapshot shows record " + std::to_string(state_->loaded_seq) +
                         ", the journal ends at " + std::to_string(head.seq));
  }
  for (const Pair& pair : state_->pairs) {
    const auto fits = [&](LineIndex line) {
      return line == kNoIndex || line < state_->lines.size();
    };
    if (!fits(pair.line_ab) || !fits(pair.line_ba) || pair.b >= state_->participants.size() ||
        pair.equivalent >= state_->equivalents.size()) {
      return Corrupt("a pair names a participant, line or equivalent that is not there");
    }
  }
  for (const auto& [payer, count] : state_->payment_counts.by_payer) {
    if (payer >= state_->participants.size()) {
      return Corrupt("payments are counted for a participant that is not there");
    }
  }
  if (state_->amount_limits.size() > state_->equivalents.size()) {
    return Corrupt("limits in an equivalent that is not there");
  }
  state_->coverage.clear();
  state_->LinkPairs();
  for (PairIndex i = 0; i < state_->pairs.size(); ++i) state_->RefreshDailyLimited(i);
  return OkStatus();
}

}  // namespace geo
