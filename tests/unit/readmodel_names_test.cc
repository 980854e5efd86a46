// Display names in the read model: erased when they are erased, and there again when given anew.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "geo/hub/hub.h"
#include "tests/support/keys.h"

namespace geo::tests {
namespace {

class ReadModelNames : public ::testing::Test {
 protected:
  void SetUp() override {
    const SecretKey admin = KeyOf("admin");
    options_.genesis = Genesis{1,
                               "village",
                               KeyOf("hub").public_key(),
                               {{admin.pid(), admin.public_key(), OperatorRole::kAdmin}}};
    options_.read_model_rows = 1;
    Open();
    for (const char* name : {"anna", "ben"}) {
      RegisterParticipant command;
      command.key = KeyOf(name).public_key();
      command.name = {Salt(), name};
      Submit(name, command);
    }
  }
  void Open() {
    hub_ = nullptr;
    hub_ = Hub::Open(NewMemoryStore(medium_), options_).value();
  }
  void Submit(const char* who, Command command) {
    ASSERT_TRUE(hub_->Submit(TrustedCommand(KeyOf(who).pid(), std::move(command)), 1).ok());
  }
  void Rename(const char* who, std::string name) {
    UpdateParticipant command;
    command.name = PersonalText{Salt(), std::move(name)};
    Submit(who, command);
  }
  // Changes the row, not the name.
  void Touch(const char* who) {
    SetVerificationLevel command;
    command.participant = KeyOf(who).pid();
    command.level = 1;
    command.reason = "because";
    Submit("admin", command);
  }
  // The name that people see; "-" for none.
  std::string Shown(const char* who) {
    EXPECT_TRUE(hub_->Flush().ok());
    EXPECT_TRUE(hub_->UpdateReadModel().ok());
    for (const auto& row : medium_->Rows("participants")) {
      if (std::get<std::string>(row[0]) != FormatPid(KeyOf(who).pid())) continue;
      const auto* name = std::get_if<std::string>(&row[1]);
      return name == nullptr ? "-" : *name;
    }
    return "no row";
  }

  HubOptions options_;
  std::shared_ptr<MemoryMedium> medium_ = std::make_shared<MemoryMedium>();
  std::unique_ptr<Hub> hub_;
};

TEST_F(ReadModelNames, ErasedBeforeTheRowWasWritten) {
  ASSERT_TRUE(hub_->Flush().ok());
  ASSERT_TRUE(hub_->ErasePersonalText(KeyOf("ben").pid()).ok());
  EXPECT_EQ(Shown("ben"), "-");
  EXPECT_EQ(Shown("anna"), "anna");
}

TEST_F(ReadModelNames, NewNameAfterAnErasureStays) {
  EXPECT_EQ(Shown("ben"), "ben");
  ASSERT_TRUE(hub_->ErasePersonalText(KeyOf("ben").pid()).ok());
  EXPECT_EQ(Shown("ben"), "-");
  Rename("ben", "benjamin");
  EXPECT_EQ(Shown("ben"), "benjamin");
  Touch("ben");
  EXPECT_EQ(Shown("ben"), "benjamin");
}

TEST_F(ReadModelNames, ErasureHoldsAfterReopening) {
  EXPECT_EQ(Shown("ben"), "ben");
  ASSERT_TRUE(hub_->Close().ok());
  Open();
  ASSERT_TRUE(hub_->ErasePersonalText(KeyOf("ben").pid()).ok()) << "nothing was recorded since";
  Touch("ben");
  EXPECT_EQ(Shown("ben"), "-");
}

}  // namespace
}  // namespace geo::tests
