#include <gtest/gtest.h>

#include <string>

#include "geo/base/encoding.h"
#include "geo/crypto/hash.h"
#include "geo/crypto/personal_text.h"
#include "tests/support/status.h"

namespace geo {
namespace {

std::string Hex(const Hash256& hash) { return EncodeHex(hash.view()); }

std::string AllBytesTwice() {
  std::string bytes;
  for (int i = 0; i < 512; ++i) bytes += static_cast<char>(i);
  return bytes;
}

// FIPS 180-4 examples.
TEST(Sha256, GivesTheKnownValues) {
  EXPECT_EQ(Hex(Sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Hex(Sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Hex(Sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(Hex(Sha256(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// Values of another implementation (Python's hashlib, digest_size=32).
TEST(Blake2b, GivesTheKnownValues) {
  EXPECT_EQ(Hex(Blake2b("")), "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
  EXPECT_EQ(Hex(Blake2b("abc")),
            "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
  EXPECT_EQ(Hex(Blake2b(std::string(1'000'000, 'a'))),
            "0741850f36cba4259628355d1073e24ddb9ca0e1bfac36fd39ae5dc2101e23a4");
}

// The hash of the hashes of all lengths from 0 to 512, so that every block boundary is crossed; the
// values are Python's.
TEST(Hashes, OfEveryLength) {
  const std::string bytes = AllBytesTwice();
  std::string sha256;
  std::string blake2b;
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    sha256 += Sha256(std::string_view(bytes).substr(0, size)).view();
    blake2b += Blake2b(std::string_view(bytes).substr(0, size)).view();
  }
  EXPECT_EQ(Hex(Sha256(sha256)),
            "18dd696fe2b25864010a9c2df89d3b5cb484af64a1815ea09431fdb3f87bd7cf");
  EXPECT_EQ(Hex(Blake2b(blake2b)),
            "6b53961dedba1184ee022e91202a153ebdc6999231897199a676c7257a9c4bc2");
}

template <typename Stream>
void ExpectSameInPieces(Hash256 (*whole)(std::string_view)) {
  const std::string bytes = AllBytesTwice();
  for (std::size_t piece = 1; piece <= 200; piece += 7) {
    Stream stream;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      stream.Update(std::string_view(bytes).substr(at, piece));
    }
    EXPECT_EQ(stream.Finish(), whole(bytes)) << piece;
  }
}

TEST(HashStreams, GiveTheSameInPieces) {
  ExpectSameInPieces<Sha256Stream>(Sha256);
  ExpectSameInPieces<Blake2bStream>(Blake2b);
}

template <typename Stream>
void ExpectFreshAndForked(Hash256 (*whole)(std::string_view)) {
  Stream stream;
  EXPECT_EQ(stream.Finish(), whole(""));
  stream.Update("first");
  EXPECT_EQ(stream.Finish(), whole("first"));
  stream.Update("common ");
  Stream fork = stream;
  stream.Update("left");
  fork.Update("right");
  EXPECT_EQ(stream.Finish(), whole("common left"));
  EXPECT_EQ(fork.Finish(), whole("common right"));
}

TEST(HashStreams, StartAfreshAfterFinishAndForkByCopy) {
  ExpectFreshAndForked<Sha256Stream>(Sha256);
  ExpectFreshAndForked<Blake2bStream>(Blake2b);
}

Salt CountingSalt() {
  Salt salt;
  for (std::size_t i = 0; i < Salt::kSize; ++i) salt.bytes[i] = static_cast<std::uint8_t>(i);
  return salt;
}

// Python's values over the bytes that the header describes.
TEST(PersonalText, HashesAsDescribed) {
  EXPECT_EQ(Hex(TextHash({CountingSalt(), ""})),
            "1263330636f772027a23db2041679291bf322c2958f693cc17b1e06424a7ee9d");
  EXPECT_EQ(Hex(TextHash({CountingSalt(), "Alice"})),
            "c61c74a76dd9dc50a2f5804301e13439b2f2a89a8c5bf89f6e666226b50793b1");
  EXPECT_EQ(Hex(TextHash({CountingSalt(), "Їжак"})),
            "1d0cf9cb22913b0c91529061fc373c37386f99142307294e516c321daea3eb0d");
}

TEST(PersonalText, IsCheckedAgainstItsHash) {
  const PersonalText text{CountingSalt(), "Alice"};
  const Hash256 hash = TextHash(text);
  EXPECT_TRUE(CheckTextHash(text, hash).ok());
  const Status other_text = CheckTextHash({text.salt, "Alicf"}, hash);
  EXPECT_EQ(tests::CodeName(other_text), "TextMismatch");
  EXPECT_EQ(other_text.message().find("Alic"), absl::string_view::npos);
  for (std::size_t i = 0; i < Salt::kSize; ++i) {
    Salt salt = text.salt;
    salt.bytes[i] ^= 1;
    EXPECT_EQ(tests::CodeName(CheckTextHash({salt, text.text}, hash)), "TextMismatch");
  }
}

}  // namespace
}  // namespace geo
