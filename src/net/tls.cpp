#include "net/tls.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace underround::net {
namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using BioPtr = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using X509Ptr = std::unique_ptr<X509, Freer<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using ContextPtr = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;

std::unexpected<Error> tls_error(const char* what) {
  char text[160] = "no detail";
  if (const unsigned long code = ERR_get_error(); code != 0) ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return fail(ErrorCode::kInvalidInput, std::string("TLS: ") + what + ": " + text);
}

BioPtr bio_of(const std::string& text) { return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

ContextPtr make_context(const SSL_METHOD* method) {
  ContextPtr context(SSL_CTX_new(method));
  if (!context) return context;
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  // Writes go out piecewise from a buffer that may grow and move; see Stream.
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  return context;
}

bool trust_only(SSL_CTX* context, const std::string& pem) {
  const BioPtr bio = bio_of(pem);
  int added = 0;
  while (X509Ptr root{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), root.get()) != 1) return false;
    ++added;
  }
  ERR_clear_error();  // the end of the text shows up as an error
  return added > 0;
}

std::string pem_text(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

bool add_extension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool is_ip_address(const std::string& host) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, host.c_str(), bytes) == 1 || inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

}  // namespace

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

Result<std::shared_ptr<TlsContext>> TlsContext::client(const TlsClientOptions& options) {
  ContextPtr context = make_context(TLS_client_method());
  if (!context) return tls_error("cannot make a client context");
  if (options.insecure) {
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  } else {
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    if (options.ca_pem.empty()) {
      if (SSL_CTX_set_default_verify_paths(context.get()) != 1) return tls_error("cannot load the system's roots");
    } else if (!trust_only(context.get(), options.ca_pem)) {
      return tls_error("the CA text holds no usable certificate");
    }
  }
  return std::shared_ptr<TlsContext>(new TlsContext(context.release(), !options.insecure));
}

Result<std::shared_ptr<TlsContext>> TlsContext::server(const Certificate& certificate) {
  ContextPtr context = make_context(TLS_server_method());
  if (!context) return tls_error("cannot make a server context");
  const BioPtr chain = bio_of(certificate.chain_pem);
  const X509Ptr leaf(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
  if (!leaf || SSL_CTX_use_certificate(context.get(), leaf.get()) != 1) return tls_error("unusable certificate");
  while (X509* issuer = PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr)) {
    if (SSL_CTX_add0_chain_cert(context.get(), issuer) != 1) {
      X509_free(issuer);
      return tls_error("unusable certificate chain");
    }
  }
  ERR_clear_error();
  const BioPtr key_text = bio_of(certificate.key_pem);
  const KeyPtr key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  if (!key || SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) return tls_error("unusable private key");
  return std::shared_ptr<TlsContext>(new TlsContext(context.release(), false));
}

Result<Certificate> make_self_signed_certificate(const std::string& host) {
  const KeyPtr key(EVP_EC_gen("P-256"));
  const X509Ptr certificate(X509_new());
  if (!key || !certificate) return tls_error("cannot make a key");
  X509* const x = certificate.get();
  std::int64_t serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
  constexpr long kDay = 24 * 3600;
  X509_NAME* const name = X509_get_subject_name(x);
  const auto* common_name = reinterpret_cast<const unsigned char*>(host.c_str());
  const bool made =
      X509_set_version(x, 2) == 1 && ASN1_INTEGER_set_int64(X509_get_serialNumber(x), serial & 0x7fffffffffff) == 1 &&
      X509_gmtime_adj(X509_getm_notBefore(x), -kDay) != nullptr &&
      X509_gmtime_adj(X509_getm_notAfter(x), 30 * kDay) != nullptr && X509_set_pubkey(x, key.get()) == 1 &&
      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, common_name, -1, -1, 0) == 1 &&
      X509_set_issuer_name(x, name) == 1 && add_extension(x, NID_basic_constraints, "critical,CA:TRUE") &&
      add_extension(x, NID_subject_alt_name, (is_ip_address(host) ? "IP:" : "DNS:") + host) &&
      X509_sign(x, key.get(), EVP_sha256()) > 0;
  if (!made) return tls_error("cannot make a certificate");

  const BioPtr chain(BIO_new(BIO_s_mem())), secret(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(chain.get(), x) != 1 ||
      PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return tls_error("cannot write the certificate");
  }
  return Certificate{pem_text(chain.get()), pem_text(secret.get())};
}

}  // namespace underround::net
