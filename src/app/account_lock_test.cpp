#include "app/account_lock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

namespace underround {
namespace {

constexpr char kVenue[] = "https://clob.example";

std::string wallet(const char* tail) { return "0xAb" + std::to_string(::getpid()) + tail; }

TEST(AccountLock, OneAnAccountHoweverItIsSpelt) {
  auto first = AccountLock::take(wallet("aA"), kVenue);
  ASSERT_TRUE(first) << first.error().message;
  const auto second = AccountLock::take(wallet("aa"), kVenue);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kRefused);
  EXPECT_THAT(second.error().message, ::testing::HasSubstr("stop it first"));
  EXPECT_TRUE(AccountLock::take(wallet("bb"), kVenue)) << "another account";
  EXPECT_TRUE(AccountLock::take(wallet("aa"), "http://127.0.0.1:4000")) << "another venue";
  first->reset();
  EXPECT_TRUE(AccountLock::take(wallet("aa"), kVenue));
}

TEST(AccountLock, OneAVenueHoweverItsAddressIsSpelt) {
  const auto first = AccountLock::take(wallet("dd"), kVenue);
  ASSERT_TRUE(first) << first.error().message;
  for (const char* same : {"https://clob.example/", "https://CLOB.Example", "HTTPS://clob.example:443/v2?x=1"}) {
    EXPECT_FALSE(AccountLock::take(wallet("dd"), same)) << same;
  }
  for (const char* other : {"https://clob.example:444", "http://clob.example", "https://clob2.example"}) {
    EXPECT_TRUE(AccountLock::take(wallet("dd"), other)) << other;
  }
}

TEST(AccountLock, GoesWithTheProcessThatIsKilled) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const std::string name = wallet("cc");
  const pid_t child = ::fork();
  if (child == 0) {
    const auto held = AccountLock::take(name, kVenue);
    (void)::write(ready[1], held ? "1" : "0", 1);
    for (;;) ::pause();
  }
  char answer = 0;
  ASSERT_EQ(::read(ready[0], &answer, 1), 1);
  EXPECT_EQ(answer, '1');
  EXPECT_FALSE(AccountLock::take(name, kVenue));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(AccountLock::take(name, kVenue));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST(AccountLock, ATooLongNameIsRefused) { EXPECT_FALSE(AccountLock::take(std::string(200, 'a'), kVenue)); }

}  // namespace
}  // namespace underround
