#include "crypto/nonce_pool.hpp"

#include <gtest/gtest.h>
#include <openssl/rand.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <set>
#include <vector>

#include "crypto/encoding.hpp"
#include "crypto/keccak.hpp"

namespace underround::crypto {

struct NoncePoolPeek {
  static std::span<const std::uint8_t> memory(const NoncePool& pool) { return pool.slot_memory(); }
};

namespace {

constexpr char kTestKey[] = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

SecretKey test_key() { return SecretKey::from_hex(kTestKey).value(); }

std::unique_ptr<NoncePool> make_pool(std::size_t capacity, bool background = false) {
  auto pool = NoncePool::make({.capacity = capacity, .background = background});
  EXPECT_TRUE(pool.has_value()) << pool.error().message;
  return std::move(pool.value());
}

Digest message(std::uint64_t i) { return keccak256({reinterpret_cast<const std::uint8_t*>(&i), sizeof i}); }

bool all_zero(std::span<const std::uint8_t> bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

// One repeated r gives the key away. 20,000 signatures always, a million with UNDERROUND_SLOW_TESTS=1.
TEST(NoncePool, EverySignatureIsValidAndNoNonceComesTwice) {
  const char* const slow = std::getenv("UNDERROUND_SLOW_TESTS");
  const std::size_t count = slow != nullptr && std::string_view(slow) == "1" ? 1'000'000 : 20'000;
  const SecretKey key = test_key();
  const auto pool = make_pool(1024);
  std::vector<std::array<std::uint8_t, 32>> seen;
  seen.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    if (pool->ready() == 0) {
      ASSERT_EQ(pool->refill(), 1024U);
    }
    const Digest digest = message(i);
    const Signature signature = key.sign(digest, pool.get());
    ASSERT_LT(signature[32], 0x80);  // low s, which recover() insists on
    ASSERT_EQ(recover(digest, signature), key.address()) << i;
    std::memcpy(seen.emplace_back().data(), signature.data(), 32);
  }
  std::ranges::sort(seen);
  EXPECT_EQ(std::ranges::adjacent_find(seen), seen.end());
  EXPECT_EQ(pool->counters().used, count);
  EXPECT_EQ(pool->counters().fallbacks, 0U);
}

TEST(NoncePool, DoesNotSignLikeRfc6979UntilItIsEmpty) {
  const SecretKey key = test_key();
  const auto pool = make_pool(4);
  for (std::uint64_t i = 0; i < 4; ++i) EXPECT_NE(key.sign(message(i), pool.get()), key.sign(message(i)));
  EXPECT_EQ(pool->ready(), 0U);
  for (std::uint64_t i = 4; i < 8; ++i) EXPECT_EQ(key.sign(message(i), pool.get()), key.sign(message(i)));
  EXPECT_EQ(pool->counters().used, 4U);
  EXPECT_EQ(pool->counters().fallbacks, 4U);
  EXPECT_EQ(pool->refill(), 4U);
  EXPECT_NE(key.sign(message(9), pool.get()), key.sign(message(9)));
  EXPECT_EQ(key.sign(message(9), nullptr), key.sign(message(9)));
}

TEST(NoncePool, BothParitiesAndBothHalvesOfSOccur) {
  const SecretKey key = test_key();
  const auto pool = make_pool(64);
  std::set<int> v;
  for (std::uint64_t i = 0; i < 64; ++i) v.insert(key.sign(message(i), pool.get())[64]);
  EXPECT_EQ(v, (std::set<int>{27, 28}));
}

TEST(NoncePool, WipesANonceBeforeItsSignatureIsHandedOut) {
  constexpr std::size_t kSlot = 128, kCount = 8;
  const SecretKey key = test_key();
  const auto pool = make_pool(kCount);
  const auto memory = NoncePoolPeek::memory(*pool);
  ASSERT_EQ(memory.size(), kSlot * kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    EXPECT_FALSE(all_zero(memory.subspan(i * kSlot, kSlot)));
    EXPECT_TRUE(all_zero(memory.subspan(i * kSlot + 64, 32))) << "k itself must not wait in the pool";
  }
  for (std::size_t i = 0; i < kCount; ++i) {
    (void)key.sign(message(i), pool.get());
    EXPECT_TRUE(all_zero(memory.subspan(i * kSlot, kSlot))) << i;
  }
}

// The digest no curve arithmetic can add: the nonce is spent and wiped all the same, the answer is RFC 6979's.
TEST(NoncePool, AnUnusableDigestFallsBack) {
  const SecretKey key = test_key();
  const auto pool = make_pool(2);
  Digest huge;
  huge.fill(0xff);
  EXPECT_EQ(key.sign(huge, pool.get()), key.sign(huge));
  EXPECT_EQ(pool->ready(), 1U);
  EXPECT_TRUE(all_zero(NoncePoolPeek::memory(*pool).first(128)));
}

TEST(NoncePool, AForkedChildHasNoPool) {
  const auto pool = make_pool(8);
  const Digest digest = message(1);
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {  // the key's own page is gone as well: the child loads it again
    const SecretKey key = test_key();
    Signature signature = key.sign(digest, pool.get());
    if (pool->alive() || pool->ready() != 0 || !all_zero(NoncePoolPeek::memory(*pool))) signature[64] = 0;
    const bool written = write(pipe_ends[1], signature.data(), signature.size()) == 65;
    _exit(written ? 0 : 1);
  }
  Signature of_child{};
  EXPECT_EQ(read(pipe_ends[0], of_child.data(), of_child.size()), 65);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  close(pipe_ends[0]);
  close(pipe_ends[1]);
  const SecretKey key = test_key();
  EXPECT_EQ(of_child, key.sign(digest));
  EXPECT_TRUE(pool->alive());
  EXPECT_EQ(pool->ready(), 8U);
  EXPECT_NE(key.sign(digest, pool.get()), of_child);
}

TEST(NoncePool, AChildThatInheritsTheThreadsHandleCanStillExit) {
  auto pool = make_pool(8, true);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    pool.reset();
    _exit(0);
  }
  int status = 1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(NoncePool, ItsThreadRefillsIt) {
  const SecretKey key = test_key();
  const auto pool = make_pool(16, true);
  // Far more than it holds: whether a signature met an empty pool depends on the machine, its validity does not.
  for (std::uint64_t i = 0; pool->counters().used < 200; ++i) {
    ASSERT_EQ(recover(message(i), key.sign(message(i), pool.get())), key.address());
  }
  EXPECT_GE(pool->counters().made, 200U);
}

// A generator stuck on one value, as after a botched seeding. The method table is OpenSSL's old way to replace it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
int stuck(unsigned char* out, int size) {
  std::fill_n(out, size, static_cast<unsigned char>(7));
  return 1;
}
int broken(unsigned char*, int) { return 0; }
int working() { return 1; }

struct ReplacedGenerator {
  explicit ReplacedGenerator(int (*bytes)(unsigned char*, int)) {
    method.bytes = bytes;
    method.pseudorand = bytes;
    method.status = working;
    RAND_set_rand_method(&method);
  }
  ~ReplacedGenerator() { RAND_set_rand_method(RAND_OpenSSL()); }
  RAND_METHOD method{};
};
#pragma GCC diagnostic pop

TEST(NoncePool, ARepeatedNonceKillsThePool) {
  const SecretKey key = test_key();
  const auto pool = make_pool(8);
  for (std::uint64_t i = 0; i < 4; ++i) (void)key.sign(message(i), pool.get());
  {
    const ReplacedGenerator generator(stuck);
    EXPECT_EQ(pool->refill(), 1U);  // the first of its kind is not yet a repetition
  }
  EXPECT_FALSE(pool->alive());
  EXPECT_EQ(pool->refill(), 0U);
  EXPECT_EQ(key.sign(message(9), pool.get()), key.sign(message(9)));  // not even those that were good
}

TEST(NoncePool, WithoutRandomnessThereIsNoPoolAndARefillWaits) {
  const auto pool = make_pool(4);
  const SecretKey key = test_key();
  (void)key.sign(message(1), pool.get());
  {
    const ReplacedGenerator generator(broken);
    EXPECT_FALSE(NoncePool::make({.capacity = 4}).has_value());
    EXPECT_EQ(pool->refill(), 0U);
  }
  EXPECT_TRUE(pool->alive());
  EXPECT_EQ(pool->refill(), 1U);
  EXPECT_EQ(pool->ready(), 4U);
}

TEST(NoncePool, RefusesSizesThatCannotBeMeant) {
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}, (std::size_t{1} << 20) + 1}) {
    EXPECT_FALSE(NoncePool::make({.capacity = capacity}).has_value());
  }
}

}  // namespace
}  // namespace underround::crypto
