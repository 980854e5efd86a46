// Who signed what stays provable: every record of a signed command holds the message, the key and
// the signature (spec 01 §8.1), whichever command it was.

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

#include "geo/base/bytes.h"
#include "geo/crypto/envelope.h"
#include "geo/hub/hub.h"
#include "geo/journal/record.h"
#include "geo/storage/journal_reader.h"
#include "tests/support/clearing_village.h"

namespace geo::tests {
namespace {

class EvidenceTest : public ClearingVillage {
 protected:
  Record RecordAt(std::uint64_t seq) {
    Record found;
    const Status read = NewMemoryJournalReader(medium_)->Replay(
        seq - 1, [&](std::string_view packed) -> StatusOr<bool> {
          found = TakeUnhashedRecord(&packed).value();
          return false;
        });
    EXPECT_TRUE(read.ok()) << read;
    EXPECT_EQ(found.seq, seq);
    return found;
  }

  // Signed by `who` and carried out: its last record proves it.
  CommandResult Proves(const std::string& who, const Command& command) {
    const auto sent = SignCommand(KeyOf(who), "village", command, ++seq_, {now_, now_ + kHour});
    EXPECT_TRUE(sent.ok()) << sent.status();
    const CommandResult result =
        hub_->Execute(VerifyCommand(*sent, "village").value(), now_).value();
    EXPECT_EQ(Code(result), "Ok") << result.status;
    const Record record = RecordAt(result.seq);
    EXPECT_EQ(record.actor, KeyOf(who).pid());
    const std::string_view kind = RecordKindName(record.kind);
    ByteReader reader(record.evidence);
    EXPECT_EQ(reader.Bytes(), sent->envelope.message) << kind;
    EXPECT_EQ(reader.Fixed<PublicKey>(), sent->envelope.key) << kind;
    EXPECT_EQ(reader.Fixed<Signature>(), sent->envelope.signature) << kind;
    EXPECT_TRUE(reader.Complete()) << kind;
    proven_.insert(record.kind);
    return result;
  }

  std::uint64_t seq_ = 100;
  std::set<RecordKind> proven_;
};

TEST_F(EvidenceTest, OfEveryCommand) {
  const EquivalentCode hour = EquivalentCode::Parse("HOUR").value();
  const Pid fay = KeyOf("fay").pid();
  Proves("admin", CreateEquivalent{hour});
  Proves("admin", UpdateEquivalent{hour, std::nullopt, "hours of work"});
  Proves("admin", RemoveEquivalent{hour});
  RegisterParticipant join;
  join.key = KeyOf("fay").public_key();
  join.name = {Salt(), "fay"};
  Proves("fay", join);
  Proves("fay", UpdateParticipant{PersonalText{Salt(), "Fay"}});
  Proves("admin", SetParticipantStatus{fay, ParticipantStatus::kSuspended, "asked to"});
  Proves("admin", SetParticipantStatus{fay, ParticipantStatus::kActive, "asked to"});
  Proves("admin", SetVerificationLevel{fay, 2, "seen a passport"});
  SetLimits limits;
  limits.lines = 7;
  limits.reason = "agreed at the assembly";
  Proves("admin", limits);
  OpenLine open;
  open.debtor = KeyOf("anna").pid();
  open.equivalent = Eur();
  open.limit = "5";
  const LineId line = Proves("fay", open).line.value();
  UpdateLine update;
  update.line = line;
  update.limit = "6";
  Proves("fay", update);
  Proves("fay", FreezeLine{line, "in dispute"});
  Proves("fay", UnfreezeLine{line, "settled"});
  Proves("fay", CloseLine{line});
  Proves("fay", Leave());

  Proves("anna", Payment("anna", "ben", "10"));
  Proves("ben", Payment("ben", "cleo", "7"));
  PreparePayment prepare{Payment("cleo", "anna", "9")};
  Proves("cleo", prepare);
  Proves("cleo", CommitPayment{prepare.payment.id});
  prepare.payment = Payment("cleo", "anna", "1");
  Proves("cleo", prepare);
  Proves("cleo", AbortPayment{prepare.payment.id});

  const auto cycle = [&](const char* id) {
    ProposeClearing propose;
    propose.id = Id(id);
    propose.equivalent = Eur();
    propose.cycle = PidsOf({"anna", "ben", "cleo"});
    return propose;
  };
  Change("ben", "anna", Consents(false));
  Proves("cleo", cycle("p"));
  Proves("ben", RejectClearing{Id("p")});
  Proves("cleo", cycle("q"));
  const Hash256 terms = hub_->FindProposal(Id("q"))->value().terms;
  Proves("ben", AcceptClearing{Id("q"), terms});

  // Each way to ask for a clearing.
  Change("ben", "anna", Consents(true));
  for (const Command& clear :
       {Command(Cycle({"dan", "anna", "eve"})), Command(AllCycles(3)), Command(Optimum())}) {
    Pays("dan", "anna", "3");
    Pays("anna", "eve", "3");
    Pays("eve", "dan", "3");
    Proves("clerk", clear);
  }

  // All but those that nobody signs: the founding, opening balances and the hub's own.
  std::set<RecordKind> unsigned_kinds;
  for (int i = 1; i <= static_cast<int>(kLastRecordKind); ++i) {
    const auto kind = static_cast<RecordKind>(i);
    if (!proven_.contains(kind)) unsigned_kinds.insert(kind);
  }
  EXPECT_EQ(unsigned_kinds,
            (std::set<RecordKind>{RecordKind::kGenesis, RecordKind::kOpeningBalances,
                                  RecordKind::kExpirePayment, RecordKind::kExpireProposal}));
}

TEST_F(EvidenceTest, OfTrustedCommandsThereIsNone) {
  EXPECT_EQ(RecordAt(Pays("anna", "ben", "1").seq).evidence, "");
}

}  // namespace
}  // namespace geo::tests
