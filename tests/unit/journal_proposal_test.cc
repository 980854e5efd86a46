// The binary form of proposals to clear (docs/formats.md).

#include <gtest/gtest.h>

#include <string>

#include "geo/base/encoding.h"
#include "geo/journal/effect.h"

namespace geo {
namespace {

ProposalEffect Accepted() {
  ProposalEffect effect;
  effect.before = ProposalState::kProposed;
  Proposal& proposal = effect.after;
  proposal.id = TxId::Parse("p1").value();
  proposal.proposer.bytes[0] = 0xab;
  proposal.equivalent = 2;
  proposal.cycle = {3, 1, 300};
  proposal.min_amount = 5;
  proposal.proposed_at = 1;
  proposal.expires_at = 2;
  proposal.default_lifetime = true;
  proposal.state = ProposalState::kCommitted;
  proposal.accepted = {1, 3};
  proposal.cleared = 7;
  return effect;
}

std::string Bytes(const Effect& effect) {
  std::string bytes;
  ByteWriter writer(&bytes);
  WriteEffect(effect, writer);
  return bytes;
}

bool Reads(const std::string& bytes) {
  ByteReader reader(bytes);
  static_cast<void>(ReadEffect(reader));
  return reader.Complete();
}

TEST(JournalProposal, IsWrittenAsDocumented) {
  const std::string expected =
      "09"
      "01"
      "01"
      "02"
      "7031"
      "ab" +
      std::string(62, '0') +
      "02"
      "03"
      "03"
      "01"
      "ac02"
      "05"
      "02"
      "04"
      "0b"
      "02"
      "01"
      "03"
      "07";
  EXPECT_EQ(EncodeHex(Bytes(Accepted())), expected);
}

TEST(JournalProposal, IsReadBack) {
  for (const bool is_new : {false, true}) {
    ProposalEffect effect = Accepted();
    if (is_new) effect.before.reset();
    const std::string bytes = Bytes(effect);
    ByteReader reader(bytes);
    EXPECT_EQ(ReadEffect(reader), Effect(effect));
    EXPECT_TRUE(reader.Complete());
  }
}

TEST(JournalProposal, WhatCannotHaveBeenWrittenIsRefused) {
  const std::string bytes = Bytes(Accepted());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(Reads(bytes.substr(0, size)));
  EXPECT_FALSE(Reads(bytes + '\0'));
  ProposalEffect effect = Accepted();
  effect.after.cycle.assign(33, 1);
  EXPECT_FALSE(Reads(Bytes(effect)));
  effect = Accepted();
  effect.after.state = static_cast<ProposalState>(6);
  EXPECT_FALSE(Reads(Bytes(effect)));
}

}  // namespace
}  // namespace geo
