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

Status CheckCycle(const std::vector<Pid>& pids) {
  if (pids.size() < kShortestCycle || pids.size() > kLongestPeriodicCycle) {
    const bool few = pids.size() < kShortestCycle;
    return MakeError(few ? ErrorCode::kInvalidArgument : ErrorCode::kTooLarge,
                     "a cycle of " + std::to_string(pids.size()) + " participants; " +
                         std::to_string(kShortestCycle) + " to " +
                         std::to_string(kLongestPeriodicCycle) + " are possible");
  }
  std::vector<Pid> sorted = pids;
  std::sort(sorted.begin(), sorted.end());
  const auto repeat = std::adjacent_find(sorted.begin(), sorted.end());
  if (repeat == sorted.end()) return OkStatus();
  return MakeError(ErrorCode::kInvalidArgument, "participant " + FormatPid(*repeat) +
                                                    " stands on the cycle twice; each may once");
}

StatusOr<std::vector<ParticipantIndex>> ResolveCycle(const Ledger& ledger,
                                                     const std::vector<Pid>& pids) {
  GEO_RETURN_IF_ERROR(CheckCycle(pids));
  return ResolveParticipants(ledger, pids, "the cycle", kLongestPeriodicCycle);
}

StatusOr<Amount> ResolveMinimum(const Ledger& ledger, EquivalentIndex equivalent,
                                const std::optional<AmountInput>& least) {
  if (!least.has_value()) return Amount{1};
  GEO_RETURN_IF_ERROR(CheckPositiveAmountSyntax(*least));
  return ResolveAmount(*least, ledger.equivalent(equivalent).precision);
}

}  // namespace geo
