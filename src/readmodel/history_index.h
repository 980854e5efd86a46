// What a History keeps in memory: names, prepared payments, and whom each block of records touches.
#ifndef GEO_SRC_READMODEL_HISTORY_INDEX_H_
#define GEO_SRC_READMODEL_HISTORY_INDEX_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "absl/hash/hash.h"
#include "geo/journal/record.h"

namespace geo {

// Blocks hold at least this many records, the last one perhaps fewer.
inline constexpr std::uint64_t kBlockRecords = 1'024;

struct HistoryBlock {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  Timestamp first_time = 0;
  Timestamp last_time = 0;
  std::string touched;         // participants, ascending: varints of the differences
  std::vector<Pid> strangers;  // who acted without being a participant; he may become one
};

// A line as far as questions about it go.
struct HistoryLine {
  LineIndex index = kNoIndex;
  EquivalentIndex equivalent = kNoIndex;
  ParticipantIndex owner = kNoIndex;
  ParticipantIndex debtor = kNoIndex;
  std::uint64_t opened = 0;  // records
  std::uint64_t closed = ~std::uint64_t{0};
};

class HistoryIndex {
 public:
  // Takes in the record that follows the last one. O(effects · log).
  void Add(const Record& record);

  std::uint64_t head() const { return head_; }
  // Oldest first; the last one may still grow.
  const std::vector<HistoryBlock>& blocks() const { return blocks_; }
  // Whether any record of the block touches the participant. O(block's participants).
  bool Touches(const HistoryBlock& block, ParticipantIndex participant) const;

  std::optional<ParticipantIndex> FindParticipant(const Pid& pid) const;
  const Pid& PidOf(ParticipantIndex index) const { return pids_[index]; }
  std::size_t participant_count() const { return pids_.size(); }
  // The equivalents that have or had this code; a removed one's code may be taken again.
  std::vector<EquivalentIndex> FindEquivalents(const EquivalentCode& code) const;
  const EquivalentCode& CodeOf(EquivalentIndex index) const { return codes_[index]; }
  const HistoryLine* FindLine(const LineId& id) const;
  // Whether the transaction stands as its prepare left it.
  bool IsPrepared(const TxId& id) const { return prepared_.contains(id); }

  // Everybody whom the record touches, ascending: its actor too, when registered. The record must
  // have been added, or be the next one.
  std::vector<ParticipantIndex> TouchedBy(const Record& record) const;

 private:
  void AddNames(const Record& record);
  void Close();

  std::uint64_t head_ = 0;
  std::vector<HistoryBlock> blocks_;
  std::set<ParticipantIndex> open_;  // touched by the last block, which is not packed yet
  std::vector<Pid> pids_;
  std::unordered_map<Pid, ParticipantIndex> by_pid_;
  std::vector<EquivalentCode> codes_;
  std::unordered_map<LineId, HistoryLine> lines_;
  std::unordered_set<TxId, absl::Hash<TxId>> prepared_;
};

}  // namespace geo

#endif  // GEO_SRC_READMODEL_HISTORY_INDEX_H_
