#include "geo/journal/entity.h"

#include <array>
#include <cstddef>
#include <string_view>

namespace geo {
namespace {

// Enums of this header number their values from 1.
template <typename Enum, std::size_t N>
std::string_view NameOf(Enum value, const std::array<std::string_view, N>& names) {
  const auto number = static_cast<std::size_t>(value);
  return number >= 1 && number <= N ? names[number - 1] : std::string_view();
}

}  // namespace

std::string_view ParticipantTypeName(ParticipantType type) {
  return NameOf(type, std::to_array<std::string_view>({"person", "business", "hub"}));
}

std::string_view ParticipantStatusName(ParticipantStatus status) {
  return NameOf(status,
                std::to_array<std::string_view>({"active", "suspended", "left", "deleted"}));
}

std::string_view EquivalentKindName(EquivalentKind kind) {
  return NameOf(kind, std::to_array<std::string_view>({"fiat", "time", "commodity", "custom"}));
}

std::string_view EquivalentStatusName(EquivalentStatus status) {
  return NameOf(status, std::to_array<std::string_view>({"active", "inactive", "removed"}));
}

std::string_view LineStatusName(LineStatus status) {
  return NameOf(status, std::to_array<std::string_view>({"active", "frozen", "closed"}));
}

std::string_view TransactionStateName(TransactionState state) {
  return NameOf(state, std::to_array<std::string_view>({"prepared", "committed", "aborted"}));
}

}  // namespace geo
