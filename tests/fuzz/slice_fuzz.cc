// Input: slices of a snapshot, each after its length in two bytes.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "geo/ledger/ledger.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  geo::Ledger ledger;
  geo::JournalHead last;
  while (bytes.size() >= 2) {
    const std::size_t length =
        static_cast<std::uint8_t>(bytes[0]) | static_cast<std::size_t>(bytes[1] & 0x7f) << 8;
    bytes.remove_prefix(2);
    const geo::StatusOr<geo::JournalHead> head = ledger.LoadSlice(bytes.substr(0, length));
    if (!head.ok()) {
      const geo::ErrorCode code = geo::ErrorCodeOf(head.status());
      GEO_REQUIRE(code == geo::ErrorCode::kRecordCorrupt || code == geo::ErrorCode::kFormatNewer);
      return 0;
    }
    last = *head;
    bytes.remove_prefix(length < bytes.size() ? length : bytes.size());
  }
  if (!ledger.FinishLoading(last).ok()) return 0;
  // Whatever was accepted can be asked for.
  for (geo::PairIndex i = 0; i < ledger.pair_count(); ++i) {
    const geo::FlowCapacity capacity = ledger.CapacityOf(i, geo::Direction::kForward, 0);
    GEO_REQUIRE(capacity.transit <= capacity.direct && capacity.transit >= 0);
  }
  const auto is_there = [&](geo::ParticipantIndex one) { return one < ledger.participant_count(); };
  for (geo::LineIndex i = 0; i < ledger.line_count(); ++i) {
    const geo::TrustLine line = ledger.line(i);
    GEO_REQUIRE(is_there(line.owner) && is_there(line.debtor));
    GEO_REQUIRE(line.equivalent < ledger.equivalent_count());
    GEO_REQUIRE(line.status == geo::LineStatus::kClosed ||
                ledger.FindLatestLine(line.equivalent, line.owner, line.debtor) == i);
  }
  for (const geo::Transaction* one : ledger.Prepared({}, ledger.prepared_count()).waiting) {
    GEO_REQUIRE(is_there(one->payer) && is_there(one->payee));
  }
  for (const geo::Proposal* one : ledger.Proposals({}, ledger.proposal_count()).waiting) {
    for (const geo::ParticipantIndex member : one->cycle) GEO_REQUIRE(is_there(member));
  }
  static_cast<void>(ledger.CheckPositions());
  return 0;
}
