// Every call to the disk in a hub's life on SQLite fails, once or for ever: the answer is a
// documented one, nothing is there by half, and when the cause is gone the life goes on to its
// exact end.
#include <gtest/gtest.h>

#include <cerrno>
#include <map>
#include <string>
#include <vector>

#include "tests/crash/power_cut.h"
#include "tests/support/environment.h"

namespace geo::tests {
namespace {

using testing::DiskCall;
using testing::DiskFault;

struct Kind {
  std::string name;
  DiskFault fault;
  ErrorCode must_show = ErrorCode::kStoreIo;  // at one call at least; kOk: it may do no harm
};

std::vector<Kind> Kinds() {
  using enum DiskCall;
  using enum ErrorCode;
  std::vector<Kind> once = {
      {"open_io", {kOpen, 1, EIO}, kStoreIo},
      {"open_forbidden", {kOpen, 1, EACCES}, kStoreReadOnly},
      {"open_full", {kOpen, 1, ENOSPC}, kStoreFull},
      {"read_io", {kRead, 1, EIO}, kStoreIo},
      {"read_short", {kRead, 1, EIO, false, true}, kStoreCorrupt},
      {"write_io", {kWrite, 1, EIO}, kStoreUnknown},
      {"write_full", {kWrite, 1, ENOSPC}, kStoreFull},
      {"write_full_half", {kWrite, 1, ENOSPC, false, true}, kStoreFull},
      {"write_quota", {kWrite, 1, EDQUOT}, kStoreFull},
      {"sync_io", {kSync, 1, EIO}, kStoreUnknown},
      {"truncate_io", {kTruncate, 1, EIO}, kStoreIo},
      {"delete_io", {kDelete, 1, EIO}, kOk},
      {"rename_io", {kRename, 1, EIO}, kStoreIo},
      {"sync_folder_io", {kSyncFolder, 1, EIO}, kStoreIo},
      {"look_io", {kLook, 1, EIO}, kStoreIo},
      {"lock_io", {kLock, 1, EIO}, kStoreIo},
      {"lock_busy", {kLock, 1, EBUSY}, kStoreBusy},
      {"map_full", {kMap, 1, ENOSPC}, kStoreFull},
      {"map_memory", {kMap, 1, ENOMEM}, kOutOfMemory},
  };
  std::vector<Kind> kinds = once;
  for (const Kind& kind : once) {
    kinds.push_back(kind);
    kinds.back().name += "_sticky";
    kinds.back().fault.sticky = true;
  }
  return kinds;
}

class IoFaultTest : public ::testing::TestWithParam<Kind> {};

TEST_P(IoFaultTest, EveryCallMayFail) {
  Life life(LifeOptions(), Durability::kDurable);
  ASSERT_TRUE(life.Run({}, {}));
  DiskFault fault = GetParam().fault;
  const std::uint64_t calls = life.Calls(fault.call);
  ASSERT_GT(calls, 0U);
  // In the quick tier the calls of the founding, and then some; a prime, so as not to fall into
  // step with a rhythm of the store.
  const std::uint64_t stride = TierCount<std::uint64_t>(calls / 6 | 1, 1);
  std::map<ErrorCode, std::size_t> shown;
  std::size_t cases = 0;
  for (fault.nth = 1; fault.nth <= calls; fault.nth += stride) {
    ErrorCode code = ErrorCode::kOk;
    ++cases;
    ASSERT_EQ(life.LiveWith(fault, fault.nth, &code), "")
        << GetParam().name << ", call " << fault.nth << " of " << calls << ", " << ErrorName(code);
    ++shown[code];
  }
  RecordProperty("cases", std::to_string(cases));
  for (const auto& [code, count] : shown) {
    RecordProperty(std::string(ErrorName(code)), std::to_string(count));
  }
  if (FullTier()) {
    EXPECT_TRUE(shown.contains(GetParam().must_show)) << ErrorName(GetParam().must_show);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, IoFaultTest, ::testing::ValuesIn(Kinds()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace geo::tests
