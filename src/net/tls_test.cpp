#include "net/tls.hpp"

namespace underround::net {
namespace {

TEST(Tls, SelfSignedCertificateServesAndIsTrustedAlone) {
  const auto certificate = make_self_signed_certificate("localhost");
  ASSERT_TRUE(certificate.has_value());
  EXPECT_TRUE(TlsContext::server(*certificate).has_value());
  const auto client = TlsContext::client({.ca_pem = certificate->chain_pem});
  ASSERT_TRUE(client.has_value());
  EXPECT_TRUE((*client)->verifies());
  EXPECT_FALSE((*TlsContext::client({.insecure = true}))->verifies());
}

TEST(Tls, UnusableTextIsAnError) {
  EXPECT_FALSE(TlsContext::client({.ca_pem = "not a certificate"}).has_value());
  EXPECT_FALSE(TlsContext::server({.chain_pem = "x", .key_pem = "y"}).has_value());
  auto certificate = make_self_signed_certificate("localhost").value();
  certificate.key_pem = make_self_signed_certificate("localhost").value().key_pem;  // another key
  EXPECT_FALSE(TlsContext::server(certificate).has_value());
}

}  // namespace
}  // namespace underround::net
