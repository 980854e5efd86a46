#include "geo/base/ids.h"

#include <algorithm>
#include <array>

#include "geo/base/encoding.h"
#include "src/base/quote.h"

namespace geo {
namespace {

bool IsUpperOrDigit(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool IsCodeChar(char c) { return IsUpperOrDigit(c) || c == '_'; }

// By character, since every payment brings an id.
constexpr std::array<bool, 256> kTxIdChars = [] {
  std::array<bool, 256> allowed{};
  for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                       "0123456789._:-")) {
    allowed[static_cast<unsigned char>(c)] = true;
  }
  return allowed;
}();

bool IsTxIdChar(char c) { return kTxIdChars[static_cast<unsigned char>(c)]; }

}  // namespace

std::string FormatPid(const Pid& pid) { return EncodeBase58(pid.view()); }

StatusOr<Pid> ParsePid(std::string_view text) {
  const StatusOr<std::string> raw = DecodeBase58(text);
  if (!raw.ok() || raw->size() != Pid::kSize) {
    return MakeError(ErrorCode::kPidSyntax,
                     "pid " + Quote(text) + " is not the Base58 text of 32 bytes");
  }
  return Pid::FromBytes(*raw);
}

std::string FormatLineId(const LineId& id) {
  std::string text = EncodeHex(id.view());
  for (const unsigned position : {8U, 13U, 18U, 23U}) text.insert(position, 1, '-');
  return text;
}

StatusOr<LineId> ParseLineId(std::string_view text) {
  const auto error = [&] {
    return MakeError(ErrorCode::kEncodingSyntax,
                     "line id " + Quote(text) + " is not a UUID of 8-4-4-4-12 lower-case hex");
  };
  if (text.size() != 36) return error();
  std::string hex;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash != (text[i] == '-')) return error();
    if (!dash) hex += text[i];
  }
  const StatusOr<std::string> raw = DecodeHex(hex);
  if (!raw.ok()) return error();
  return LineId::FromBytes(*raw);
}

StatusOr<EquivalentCode> EquivalentCode::Parse(std::string_view text) {
  EquivalentCode code;
  if (text.empty() || text.size() > code.text_.size() ||
      !std::all_of(text.begin(), text.end(), IsCodeChar)) {
    return MakeError(ErrorCode::kEquivalentCodeSyntax,
                     "equivalent code " + Quote(text) + " is not 1 to 16 of A-Z, 0-9 and _");
  }
  std::copy(text.begin(), text.end(), code.text_.begin());
  code.size_ = static_cast<std::uint8_t>(text.size());
  return code;
}

StatusOr<TxId> TxId::Parse(std::string_view text) {
  TxId id;
  if (text.empty() || text.size() > id.text_.size() ||
      !std::all_of(text.begin(), text.end(), IsTxIdChar)) {
    return MakeError(ErrorCode::kTxIdSyntax,
                     "transaction id " + Quote(text) + " is not 1 to 64 of A-Z a-z 0-9 . _ : -");
  }
  std::copy(text.begin(), text.end(), id.text_.begin());
  id.size_ = static_cast<std::uint8_t>(text.size());
  return id;
}

}  // namespace geo
