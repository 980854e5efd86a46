// Snapshots written in slices. The layout of a slice is in docs/formats.md.

#include <map>
#include <string>
#include <utility>

#include "geo/base/limits.h"
#include "src/base/no_memory.h"
#include "src/base/status_macros.h"
#include "src/ledger/state.h"

namespace geo {
namespace {

// Participants, equivalents and lines are written as the effects that would create them, so that
// there is one binary form of each.
template <typename CreationEffect>
void WriteCreation(CreationEffect effect, ByteWriter& writer) {
  WriteEffect(Effect(std::move(effect)), writer);
}

void WritePair(const Pair& pair, ByteWriter& writer) {
  writer.Varint(pair.equivalent);
  writer.Varint(pair.a);
  writer.Varint(pair.b);
  writer.Fixed32(pair.line_ab);
  writer.Fixed32(pair.line_ba);
  writer.Signed(pair.balance);
  writer.Varint(static_cast<std::uint64_t>(pair.reserved_ab));
  writer.Varint(static_cast<std::uint64_t>(pair.reserved_ba));
  writer.Signed(pair.paid_day);
  writer.Varint(static_cast<std::uint64_t>(pair.paid_ab));
  writer.Varint(static_cast<std::uint64_t>(pair.paid_ba));
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

// As the effects that made them, in order of their ids.
void WritePrepared(const LedgerState& state, ByteWriter& writer) {
  writer.Varint(state.prepared.size());
  for (const auto& [id, transaction] : state.prepared) {
    WriteEffect(TransactionEffect{std::nullopt, transaction}, writer);
  }
}

void WriteProposals(const LedgerState& state, ByteWriter& writer) {
  writer.Varint(state.proposals.size());
  for (const auto& [id, proposal] : state.proposals) {
    WriteEffect(ProposalEffect{std::nullopt, proposal}, writer);
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
  const std::map<ParticipantIndex, std::uint32_t> by_payer(counts.by_payer.begin(),
                                                           counts.by_payer.end());
  writer.Varint(by_payer.size());
  for (const auto& [payer, count] : by_payer) {
    writer.Varint(payer);
    writer.Varint(count);
  }
}

void WriteItem(const LedgerState& state, SliceKind kind, EquivalentIndex equivalent,
               std::uint64_t index, ByteWriter& writer) {
  const auto i = static_cast<std::uint32_t>(index);
  switch (kind) {
    case SliceKind::kParticipants:
      WriteCreation(ParticipantEffect{i, std::nullopt, state.participants[i]}, writer);
      writer.Varint(state.sequences[i]);
      break;
    case SliceKind::kLines: {
      const LineRecord& line = state.lines[i];
      WriteCreation(LineEffect{i, std::nullopt,
                               TrustLine{line.id, line.equivalent, line.owner, line.debtor,
                                         line.status, line.limit, LedgerState::PolicyOf(line),
                                         line.created, line.updated}},
                    writer);
      break;
    }
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

// cursor.next holds the equivalent in its upper half, the index in its lower one.
constexpr int kEquivalentShift = 32;

// Moves past kinds (and equivalents) that are written to the end.
void SkipFinished(const LedgerState& state, Ledger::SnapshotCursor& cursor) {
  while (cursor.kind < static_cast<std::uint32_t>(SliceKind::kEnd)) {
    const auto kind = static_cast<SliceKind>(cursor.kind);
    const std::uint64_t equivalent = cursor.next >> kEquivalentShift;
    const std::uint64_t index = cursor.next & 0xffffffffU;
    if (index < state.CountOf(kind, static_cast<EquivalentIndex>(equivalent))) return;
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
  const std::uint64_t count = state_->CountOf(kind, equivalent);
  const std::uint64_t end = std::min(count, begin + std::max<std::uint64_t>(max_items, 1));
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
  for (std::uint64_t i = begin; i < end; ++i) WriteItem(*state_, kind, equivalent, i, writer);
  cursor.next += end - begin;
  return bytes;
}

}  // namespace geo
