#include "src/clearing/resolve.h"

#include <algorithm>
#include <string>

#include "geo/clearing/clearing.h"
#include "src/base/quote.h"
#include "src/base/status_macros.h"

namespace geo {

StatusOr<EquivalentIndex> ResolveEquivalent(const Ledger& ledger, const EquivalentCode& code) {
  const std::optional<EquivalentIndex> index = ledger.FindEquivalent(code);
  if (!index.has_value()) {
    return MakeError(ErrorCode::kUnknownEquivalent,
                     "equivalent " + Quote(code.text()) + " does not exist here");
  }
  if (ledger.equivalent(*index).status == EquivalentStatus::kActive) return *index;
  return MakeError(ErrorCode::kEquivalentNotActive,
                   "equivalent " + Quote(code.text()) + " is not active");
}

StatusOr<std::vector<ParticipantIndex>> ResolveParticipants(const Ledger& ledger,
                                                            const std::vector<Pid>& pids,
                                                            std::string_view what,
                                                            std::size_t most) {
  if (pids.size() > most) {
    return MakeError(ErrorCode::kTooLarge, std::string(what) + " names " +
                                               std::to_string(pids.size()) +
                                               " participants; at most " + std::to_string(most));
  }
  std::vector<ParticipantIndex> indices;
  indices.reserve(pids.size());
  for (const Pid& pid : pids) {
    const std::optional<ParticipantIndex> index = ledger.FindParticipant(pid);
    if (!index.has_value()) {
      return MakeError(ErrorCode::kUnknownParticipant,
                       "participant " + FormatPid(pid) + " is not registered");
    }
    indices.push_back(*index);
  }
  return indices;
}

StatusOr<std::vector<ParticipantIndex>> ResolveCycle(const Ledger& ledger,
                                                     const std::vector<Pid>& pids) {
  GEO_ASSIGN_OR_RETURN(std::vector<ParticipantIndex> cycle,
                       ResolveParticipants(ledger, pids, "the cycle", kLongestPeriodicCycle));
  std::vector<ParticipantIndex> sorted = cycle;
  std::sort(sorted.begin(), sorted.end());
  const bool repeats = std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
  if (cycle.size() >= kShortestCycle && !repeats) return cycle;
  return MakeError(ErrorCode::kInvalidArgument, "a cycle is three or more different participants");
}

StatusOr<Amount> ResolveMinimum(const Ledger& ledger, EquivalentIndex equivalent,
                                const std::optional<AmountInput>& least) {
  if (!least.has_value()) return Amount{1};
  GEO_RETURN_IF_ERROR(CheckPositiveAmountSyntax(*least));
  return ResolveAmount(*least, ledger.equivalent(equivalent).precision);
}

}  // namespace geo
