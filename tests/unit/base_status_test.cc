#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "geo/base/status.h"
#include "src/base/quote.h"
#include "tests/support/environment.h"

namespace geo {
namespace {

struct Documented {
  std::string name;
  std::int32_t number;
  std::string protocol;  // from the code's own comment, else from its group's
};

// The codes as the header documents them: the text is the oracle for the table in the library.
std::vector<Documented> ReadHeader() {
  std::ifstream in(tests::SourceRoot() / "include/geo/base/status.h");
  static const std::regex kCode(R"(^\s*k(\w+) = (\d+),\s*(//\s*(E\d{3}))?.*)");
  static const std::regex kGroup(R"(^\s*// \d00s: .*(E\d{3})\b.*)");
  std::vector<Documented> codes;
  std::string group;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.find("enum class ErrorCode") != std::string::npos) inside = true;
    if (inside && line == "};") break;
    std::smatch match;
    if (std::regex_match(line, match, kGroup)) {
      group = match[1];
    } else if (line.find("// 500s:") != std::string::npos) {
      group.clear();
    } else if (inside && std::regex_match(line, match, kCode)) {
      const std::string own = match[4];
      codes.push_back({match[1], std::stoi(match[2]), own.empty() ? group : own});
    }
  }
  return codes;
}

TEST(ErrorCodes, AreWhatTheHeaderSays) {
  const std::vector<Documented> codes = ReadHeader();
  ASSERT_GT(codes.size(), 60U);
  std::set<std::int32_t> numbers;
  std::set<std::string> names;
  for (const Documented& documented : codes) {
    const auto code = static_cast<ErrorCode>(documented.number);
    EXPECT_TRUE(numbers.insert(documented.number).second) << documented.number << " twice";
    EXPECT_TRUE(names.insert(documented.name).second) << documented.name << " twice";
    EXPECT_EQ(ErrorName(code), documented.name);
    EXPECT_EQ(ProtocolName(ProtocolCodeOf(code)), documented.protocol) << documented.name;
    if (code == ErrorCode::kOk) continue;
    EXPECT_FALSE(documented.protocol.empty()) << documented.name;
    const Status status = MakeError(code, "what");
    EXPECT_FALSE(status.ok()) << documented.name;
    EXPECT_EQ(ErrorCodeOf(status), code);
    EXPECT_EQ(status.message(), "what");
  }
}

// Spec 01 §9.2, where it names a case.
TEST(ErrorCodes, FollowTheProtocol) {
  const std::pair<ErrorCode, ProtocolCode> rows[] = {
      {ErrorCode::kNoRoute, ProtocolCode::kE001},
      {ErrorCode::kUnknownParticipant, ProtocolCode::kE001},
      {ErrorCode::kUnknownEquivalent, ProtocolCode::kE001},
      {ErrorCode::kInsufficientCapacity, ProtocolCode::kE002},
      {ErrorCode::kPaymentAboveLimit, ProtocolCode::kE003},
      {ErrorCode::kTooManyLines, ProtocolCode::kE003},
      {ErrorCode::kLineNotActive, ProtocolCode::kE004},
      {ErrorCode::kBadSignature, ProtocolCode::kE005},
      {ErrorCode::kMissingSignature, ProtocolCode::kE005},
      {ErrorCode::kNotPermitted, ProtocolCode::kE006},
      {ErrorCode::kParticipantNotActive, ProtocolCode::kE006},
      {ErrorCode::kExpired, ProtocolCode::kE007},
      {ErrorCode::kLineExists, ProtocolCode::kE008},
      {ErrorCode::kLineClosed, ProtocolCode::kE008},
      {ErrorCode::kTxIdReused, ProtocolCode::kE008},
      {ErrorCode::kTxIdOtherAmount, ProtocolCode::kE008},
      {ErrorCode::kSequenceUsed, ProtocolCode::kE008},
      {ErrorCode::kReservationExpired, ProtocolCode::kE008},
      {ErrorCode::kSelfPayment, ProtocolCode::kE009},
      {ErrorCode::kSelfTrust, ProtocolCode::kE009},
      {ErrorCode::kLimitBelowDebt, ProtocolCode::kE009},
      {ErrorCode::kLineHasDebt, ProtocolCode::kE009},
      {ErrorCode::kInternal, ProtocolCode::kE010},
  };
  for (const auto& [code, protocol] : rows) {
    EXPECT_EQ(ProtocolCodeOf(code), protocol) << ErrorName(code);
  }
}

// Numbers are promised for ever; one of each group stands for it here.
TEST(ErrorCodes, KeepTheirNumbers) {
  EXPECT_EQ(static_cast<int>(ErrorCode::kAmountSyntax), 101);
  EXPECT_EQ(static_cast<int>(ErrorCode::kPlanInvalid), 121);
  EXPECT_EQ(static_cast<int>(ErrorCode::kTextMismatch), 204);
  EXPECT_EQ(static_cast<int>(ErrorCode::kEquivalentNotActive), 302);
  EXPECT_EQ(static_cast<int>(ErrorCode::kExpired), 420);
  EXPECT_EQ(static_cast<int>(ErrorCode::kLineNotActive), 530);
  EXPECT_EQ(static_cast<int>(ErrorCode::kFormatNewer), 622);
  EXPECT_EQ(static_cast<int>(ErrorCode::kQueueFull), 704);
}

// An OutOfMemory that nobody had the memory to tell has no message either.
TEST(ErrorCodes, AreKeptWithoutAMessage) {
  for (const ErrorCode code : {ErrorCode::kTooLarge, ErrorCode::kQueueFull, ErrorCode::kStoreFull,
                               ErrorCode::kTooManyPrepared, ErrorCode::kNoRoute}) {
    EXPECT_EQ(ErrorCodeOf(MakeError(code, "")), code) << ErrorName(code);
  }
  EXPECT_EQ(ErrorCodeOf(absl::ResourceExhaustedError("")), ErrorCode::kOutOfMemory);
  EXPECT_EQ(ErrorCodeOf(absl::ResourceExhaustedError("foreign")), ErrorCode::kInternal);
}

TEST(ErrorCodes, OfOtherStatusesAndNumbers) {
  EXPECT_EQ(ErrorCodeOf(OkStatus()), ErrorCode::kOk);
  EXPECT_EQ(ErrorCodeOf(absl::NotFoundError("foreign")), ErrorCode::kInternal);
  EXPECT_EQ(ErrorCodeOf(MakeError(ErrorCode::kOk, "no such error")), ErrorCode::kInternal);
  EXPECT_EQ(ErrorName(static_cast<ErrorCode>(99'999)), "Unknown");
  EXPECT_EQ(ProtocolCodeOf(static_cast<ErrorCode>(99'999)), ProtocolCode::kE010);
  EXPECT_EQ(ProtocolName(ProtocolCode::kNone), "");
  EXPECT_EQ(ProtocolName(ProtocolCode::kE010), "E010");
  EXPECT_EQ(ProtocolName(static_cast<ProtocolCode>(77)), "E010");
}

TEST(Quote, IsShortAndPrintable) {
  EXPECT_EQ(Quote("plain"), "\"plain\"");
  EXPECT_EQ(Quote("a\"b\\c\n\xff"), "\"a\\\"b\\\\c\\x0a\\xff\"");
  EXPECT_EQ(Quote(std::string(64, 'x')), '"' + std::string(64, 'x') + '"');
  EXPECT_EQ(Quote(std::string(65, 'x')), '"' + std::string(64, 'x') + "…\"");
}

}  // namespace
}  // namespace geo
