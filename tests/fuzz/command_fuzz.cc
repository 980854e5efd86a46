// Input: an operation's name, a line break, a body of JSON.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "geo/crypto/json.h"
#include "geo/hub/command.h"
#include "src/hub/command_body.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return 0;
  const geo::StatusOr<geo::Json> body = geo::ParseJson(text.substr(end + 1));
  if (!body.ok()) return 0;
  const std::string_view op = text.substr(0, end);
  std::optional<geo::TxId> id;
  if (op == "payment") id = geo::TxId::Parse("t").value();
  const geo::StatusOr<geo::Command> command = geo::ReadCommand(op, id, *body, {});
  if (!command.ok()) {
    GEO_REQUIRE(geo::ErrorCodeOf(command.status()) != geo::ErrorCode::kInternal);
    return 0;
  }
  // What is understood can be said again, and means the same.
  GEO_REQUIRE(geo::OperationName(*command) == op);
  std::vector<geo::PersonalText> texts;
  const geo::Json written = geo::WriteBody(*command, &texts).value();
  const geo::Command again = geo::ReadCommand(op, id, written, texts).value();
  GEO_REQUIRE(geo::WriteBody(again, &texts).value() == written);
  return 0;
}
