#include "src/readmodel/history_index.h"

#include <algorithm>
#include <variant>

#include "geo/base/bytes.h"
#include "src/base/sort_unique.h"

namespace geo {

void HistoryIndex::Add(const Record& record) {
  AddNames(record);
  if (blocks_.empty() || blocks_.back().last - blocks_.back().first + 1 >= kBlockRecords) {
    Close();
    HistoryBlock& block = blocks_.emplace_back();
    block.first = record.seq;
    block.first_time = record.time;
  }
  blocks_.back().last = record.seq;
  blocks_.back().last_time = record.time;
  for (const ParticipantIndex one : TouchedBy(record)) open_.insert(one);
  std::vector<Pid>& strangers = blocks_.back().strangers;
  if (!FindParticipant(record.actor) &&
      std::find(strangers.begin(), strangers.end(), record.actor) == strangers.end()) {
    strangers.push_back(record.actor);
  }
  head_ = record.seq;
}

void HistoryIndex::AddNames(const Record& record) {
  for (const Effect& effect : record.effects) {
    if (const auto* participant = std::get_if<ParticipantEffect>(&effect)) {
      if (participant->before.has_value()) continue;
      by_pid_.emplace(participant->after.pid, participant->index);
      pids_.push_back(participant->after.pid);
    } else if (const auto* equivalent = std::get_if<EquivalentEffect>(&effect)) {
      if (!equivalent->before.has_value()) codes_.push_back(equivalent->after.code);
    } else if (const auto* line = std::get_if<LineEffect>(&effect)) {
      HistoryLine& known = lines_[line->after.id];
      if (!line->before.has_value()) {
        known = {line->index, line->after.equivalent, line->after.owner, line->after.debtor,
                 record.seq};
      } else if (line->after.status == LineStatus::kClosed) {
        known.closed = record.seq;
      }
    } else if (const auto* transaction = std::get_if<TransactionEffect>(&effect)) {
      if (transaction->after.state == TransactionState::kPrepared) {
        prepared_.insert(transaction->after.id);
      } else if (transaction->before.has_value()) {
        prepared_.erase(transaction->after.id);
      }
    }
  }
}

// Packs the last block.
void HistoryIndex::Close() {
  if (blocks_.empty()) return;
  ByteWriter writer(&blocks_.back().touched);
  ParticipantIndex previous = 0;
  for (const ParticipantIndex one : open_) {
    writer.Varint(one - previous);
    previous = one;
  }
  blocks_.back().touched.shrink_to_fit();
  open_.clear();
}

bool HistoryIndex::Touches(const HistoryBlock& block, ParticipantIndex participant) const {
  if (std::find(block.strangers.begin(), block.strangers.end(), pids_[participant]) !=
      block.strangers.end()) {
    return true;
  }
  if (&block == &blocks_.back()) return open_.contains(participant);
  ByteReader reader(block.touched);
  std::uint64_t one = 0;
  while (reader.remaining() > 0 && one <= participant) {
    one += reader.Varint();
    if (one == participant) return true;
  }
  return false;
}

std::optional<ParticipantIndex> HistoryIndex::FindParticipant(const Pid& pid) const {
  const auto found = by_pid_.find(pid);
  if (found == by_pid_.end()) return std::nullopt;
  return found->second;
}

std::vector<EquivalentIndex> HistoryIndex::FindEquivalents(const EquivalentCode& code) const {
  std::vector<EquivalentIndex> found;
  for (EquivalentIndex i = 0; i < codes_.size(); ++i) {
    if (codes_[i] == code) found.push_back(i);
  }
  return found;
}

const HistoryLine* HistoryIndex::FindLine(const LineId& id) const {
  const auto found = lines_.find(id);
  return found == lines_.end() ? nullptr : &found->second;
}

std::vector<ParticipantIndex> HistoryIndex::TouchedBy(const Record& record) const {
  std::vector<ParticipantIndex> touched;
  const auto add_pid = [&](const Pid& pid) {
    if (const auto index = FindParticipant(pid)) touched.push_back(*index);
  };
  add_pid(record.actor);
  for (const Effect& effect : record.effects) {
    if (const auto* participant = std::get_if<ParticipantEffect>(&effect)) {
      touched.push_back(participant->index);
    } else if (const auto* line = std::get_if<LineEffect>(&effect)) {
      touched.insert(touched.end(), {line->after.owner, line->after.debtor});
    } else if (const auto* debt = std::get_if<DebtEffect>(&effect)) {
      touched.insert(touched.end(), {debt->from, debt->to});
    } else if (const auto* reservation = std::get_if<ReservationEffect>(&effect)) {
      touched.insert(touched.end(), {reservation->from, reservation->to});
    } else if (const auto* transaction = std::get_if<TransactionEffect>(&effect)) {
      touched.insert(touched.end(), {transaction->after.payer, transaction->after.payee});
    } else if (const auto* proposal = std::get_if<ProposalEffect>(&effect)) {
      const std::vector<ParticipantIndex>& cycle = proposal->after.cycle;
      touched.insert(touched.end(), cycle.begin(), cycle.end());
    }
  }
  SortUnique(touched);
  return touched;
}

}  // namespace geo
