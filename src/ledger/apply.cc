// The fold: effects become state. Nothing here decides or refuses.

#include <algorithm>
#include <tuple>
#include <variant>

#include "src/base/no_memory.h"
#include "src/ledger/state.h"

namespace geo {
namespace {

// How the record being folded meets what snapshot slices show already, which may be thousands.
class Cover {
 public:
  Cover(const std::vector<Coverage>& slices, std::uint64_t seq) : slices_(slices), seq_(seq) {}

  bool Has(SliceKind kind, std::uint64_t index, EquivalentIndex equivalent = 0) const {
    const auto ends_before = [&](const Coverage& slice) {
      return std::tie(slice.kind, slice.equivalent, slice.end) <= std::tie(kind, equivalent, index);
    };
    const auto slice = std::partition_point(slices_.begin(), slices_.end(), ends_before);
    return slice != slices_.end() && slice->kind == kind && slice->equivalent == equivalent &&
           index >= slice->begin && slice->seq >= seq_;
  }

 private:
  const std::vector<Coverage>& slices_;
  std::uint64_t seq_;
};

}  // namespace

// Folds one record. `Slot` growth happens only for things that no slice holds yet.
struct LedgerFold {
  LedgerState& state;
  const Record& record;
  Cover cover;

  void operator()(const GenesisEffect& effect) const {
    state.founded = true;
    state.genesis = effect.genesis;
  }

  void operator()(const ParticipantEffect& effect) const {
    if (cover.Has(SliceKind::kParticipants, effect.index)) return;
    if (effect.index == state.participants.size()) {
      state.AddParticipant(effect.after);
    } else {
      state.participants[effect.index] = effect.after;
    }
  }

  void operator()(const EquivalentEffect& effect) const {
    if (cover.Has(SliceKind::kHead, 0)) return;
    state.SetEquivalent(effect.index, effect.after);
  }

  void operator()(const LineEffect& effect) const {
    FoldLine(effect);
    const TrustLine& line = effect.after;
    const PairIndex index = state.EnsurePair(PairKey::Of(line.equivalent, line.owner, line.debtor));
    Pair& pair = state.pairs[index];
    if (!cover.Has(SliceKind::kPairs, index)) {
      (line.owner == pair.a ? pair.line_ab : pair.line_ba) = effect.index;
    }
    if (!state.coverage.empty()) return;  // FinishLoading does the rest
    state.RefreshDailyLimited(index);
    if (!effect.before.has_value()) ++state.live_lines[line.owner];
    if (line.status == LineStatus::kClosed) --state.live_lines[line.owner];
  }

  void FoldLine(const LineEffect& effect) const {
    if (cover.Has(SliceKind::kLines, effect.index)) return;
    const bool is_new = effect.index == state.lines.size();
    if (is_new) state.lines.emplace_back();
    const TrustLine& line = effect.after;
    LineRecord& slot = state.lines[effect.index];
    slot.id = line.id;
    slot.equivalent = line.equivalent;
    slot.owner = line.owner;
    slot.debtor = line.debtor;
    slot.status = line.status;
    slot.limit = line.limit;
    slot.created = line.created;
    slot.updated = line.updated;
    slot.policy =
        line.policy == LinePolicy() ? nullptr : std::make_unique<const LinePolicy>(line.policy);
    if (is_new) state.line_by_id.AddNew();
  }

  void operator()(const DebtEffect& effect) const {
    const PairIndex index =
        state.EnsurePair(PairKey::Of(effect.equivalent, effect.from, effect.to));
    if (!cover.Has(SliceKind::kPairs, index)) FoldDebt(effect, state.pairs[index]);
    const AmountSum moved = AmountSum{effect.after} - effect.before;
    const Direction way = state.pairs[index].DirectionFrom(effect.from);
    AddToPosition(effect.equivalent, state.pair_members[index].tail(way), -moved);
    AddToPosition(effect.equivalent, state.pair_members[index].head(way), moved);
  }

  void FoldDebt(const DebtEffect& effect, Pair& pair) const {
    const bool forward = effect.from == pair.a;
    pair.balance = forward ? effect.after : -effect.after;
    if (effect.paid_after == effect.paid_before) return;
    const auto day = static_cast<std::int32_t>(DayOf(record.time));
    if (pair.paid_day != day) {
      pair.paid_day = day;
      pair.paid_ab = 0;
      pair.paid_ba = 0;
    }
    (forward ? pair.paid_ab : pair.paid_ba) = effect.paid_after;
  }

  void AddToPosition(EquivalentIndex equivalent, MemberIndex member, AmountSum delta) const {
    if (cover.Has(SliceKind::kPositions, member, equivalent)) return;
    state.PositionOf(equivalent, member) += delta;
  }

  void operator()(const SequenceEffect& effect) const {
    const std::optional<ParticipantIndex> signer = state.participant_by_pid.Find(effect.signer);
    if (!signer.has_value()) {
      if (cover.Has(SliceKind::kHead, 0)) return;
      MakeRoom(state.operator_sequences);
      state.operator_sequences[effect.signer] = effect.after;
    } else if (!cover.Has(SliceKind::kParticipants, *signer)) {
      state.sequences[*signer] = effect.after;
    }
  }

  // Decided transactions live in the store, found by id; the ledger keeps those that are not.
  void operator()(const TransactionEffect& effect) const {
    state.has_payments = true;
    if (!effect.before.has_value() && !cover.Has(SliceKind::kLimits, 0)) {
      state.payment_counts.Add(effect.after.payer, DayOf(record.time));
    }
    if (cover.Has(SliceKind::kPrepared, 0)) return;
    if (effect.after.state == TransactionState::kPrepared) {
      state.SetPrepared(effect.after);
    } else if (effect.before.has_value()) {
      state.RemovePrepared(effect.after.id);
    }
  }

  void operator()(const ReservationEffect& effect) const {
    const PairIndex index =
        state.EnsurePair(PairKey::Of(effect.equivalent, effect.from, effect.to));
    if (cover.Has(SliceKind::kPairs, index)) return;
    Pair& pair = state.pairs[index];
    (effect.from == pair.a ? pair.reserved_ab : pair.reserved_ba) = effect.after;
  }

  // As with transactions: the ledger keeps those that wait.
  void operator()(const ProposalEffect& effect) const {
    if (cover.Has(SliceKind::kProposals, 0)) return;
    if (IsOpen(effect.after)) {
      state.SetProposal(effect.after);
    } else {
      state.RemoveProposal(effect.after.id);
    }
  }

  void operator()(const AmountLimitsEffect& effect) const {
    if (cover.Has(SliceKind::kLimits, 0)) return;
    state.SetAmountLimits(effect.equivalent, effect.after);
  }

  void operator()(const CountLimitsEffect& effect) const {
    if (!cover.Has(SliceKind::kLimits, 0)) state.count_limits = effect.after;
  }
};

void Ledger::Apply(const Record& record) {
  const LedgerFold fold{*state_, record, Cover(state_->coverage, record.seq)};
  for (const Effect& effect : record.effects) std::visit(fold, effect);
  state_->last_time = std::max(state_->last_time, record.time);
}

}  // namespace geo
