#include "patchbay/sandbox/dev_ca.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

#include "patchbay/sandbox/error.h"
#include "patchbay/sandbox/text.h"

namespace patchbay::sandbox {
namespace {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>>;
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;

constexpr long kDay = 86'400;
constexpr const char* kCertificateFile = "ca.pem";
constexpr const char* kKeyFile = "ca.key";

void check(bool good, const char* what) {
  if (!good) throw SandboxError(std::string("OpenSSL could not ") + what);
}

std::string bio_text(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string certificate_to_pem(const Certificate& certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  check(bio && PEM_write_bio_X509(bio.get(), certificate.get()) == 1, "write a certificate");
  return bio_text(bio);
}

std::string key_to_pem(const Key& key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  check(bio && PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                        nullptr) == 1,
        "write a key");
  return bio_text(bio);
}

Bio bio_of(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Certificate certificate_of(const std::string& pem) {
  return Certificate(PEM_read_bio_X509(bio_of(pem).get(), nullptr, nullptr, nullptr));
}

Key key_of(const std::string& pem) {
  return Key(PEM_read_bio_PrivateKey(bio_of(pem).get(), nullptr, nullptr, nullptr));
}

bool is_address(const std::string& name) {
  in_addr unused{};
  return ::inet_pton(AF_INET, name.c_str(), &unused) == 1;
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  check(extension && X509_add_ext(certificate, extension.get(), -1) == 1,
        "add a certificate extension");
}

/// A certificate without extensions and signature: name, serial number, key and times are set.
Certificate blank_certificate(const std::string& common_name, EVP_PKEY* key, long from_s,
                              long to_s) {
  Certificate certificate(X509_new());
  check(certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1,
        "make a certificate");
  std::string serial = random_bytes(16);
  serial[0] = static_cast<char>((serial[0] & 0x3F) | 0x40);
  const std::unique_ptr<BIGNUM, Freer<BN_free>> number(
      BN_bin2bn(reinterpret_cast<const unsigned char*>(serial.data()),
                static_cast<int>(serial.size()), nullptr));
  check(number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get())),
        "make a serial number");
  check(X509_gmtime_adj(X509_getm_notBefore(certificate.get()), from_s) != nullptr &&
            X509_gmtime_adj(X509_getm_notAfter(certificate.get()), to_s) != nullptr &&
            X509_set_pubkey(certificate.get(), key) == 1,
        "fill a certificate");
  X509_NAME* name = X509_get_subject_name(certificate.get());
  check(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(common_name.data()),
                                   static_cast<int>(common_name.size()), -1, 0) == 1,
        "name a certificate");
  return certificate;
}

std::string constraint_of(const std::vector<std::string>& names) {
  std::string text = "critical";
  for (const std::string& name : names) {
    text +=
        is_address(name) ? ",permitted;IP:" + name + "/255.255.255.255" : ",permitted;DNS:" + name;
  }
  return text;
}

PemPair make_ca(const std::vector<std::string>& names) {
  const Key key(EVP_EC_gen("P-256"));
  check(key != nullptr, "make a key");
  Certificate ca = blank_certificate("Patchbay sandbox CA " + random_base64url(6), key.get(), -kDay,
                                     3650 * kDay);
  check(X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get())) == 1, "name an issuer");
  add_extension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  add_extension(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(ca.get(), ca.get(), NID_subject_key_identifier, "hash");
  add_extension(ca.get(), ca.get(), NID_name_constraints, constraint_of(names));
  check(X509_sign(ca.get(), key.get(), EVP_sha256()) > 0, "sign a certificate");
  return {certificate_to_pem(ca), key_to_pem(key)};
}

/// The value of the name constraints extension, for comparing what a CA was made for.
std::string constraints_in(X509* certificate) {
  const int at = X509_get_ext_by_NID(certificate, NID_name_constraints, -1);
  if (at < 0) return {};
  const ASN1_OCTET_STRING* data = X509_EXTENSION_get_data(X509_get_ext(certificate, at));
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(data)),
          static_cast<std::size_t>(ASN1_STRING_length(data))};
}

bool made_for(X509* certificate, const std::vector<std::string>& names) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, nullptr, nullptr, nullptr, nullptr, X509V3_CTX_TEST);
  const Extension wanted(
      X509V3_EXT_conf_nid(nullptr, &context, NID_name_constraints, constraint_of(names).c_str()));
  check(wanted != nullptr, "describe names");
  const ASN1_OCTET_STRING* data = X509_EXTENSION_get_data(wanted.get());
  return constraints_in(certificate) ==
         std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(data)),
                     static_cast<std::size_t>(ASN1_STRING_length(data)));
}

bool expires_within(X509* certificate, long seconds) {
  time_t then = time(nullptr) + seconds;
  return X509_cmp_time(X509_get0_notAfter(certificate), &then) < 0;
}

}  // namespace

DevCa DevCa::open(const StateFolder& folder, const std::vector<std::string>& names) {
  const auto certificate_pem = folder.read(kCertificateFile);
  const auto key_pem = folder.read(kKeyFile);
  if (certificate_pem && key_pem) {
    const Certificate certificate = certificate_of(*certificate_pem);
    const Key key = key_of(*key_pem);
    if (!certificate || !key || X509_check_private_key(certificate.get(), key.get()) != 1) {
      throw SandboxError("ca.pem and ca.key in " + folder.path().string() +
                         " are damaged or do not belong together; delete both to get new ones");
    }
    if (made_for(certificate.get(), names) && !expires_within(certificate.get(), 120 * kDay)) {
      return DevCa({*certificate_pem, *key_pem});
    }
  }
  PemPair pem = make_ca(names);
  folder.write(kKeyFile, pem.private_key);
  folder.write(kCertificateFile, pem.certificate);
  return DevCa(std::move(pem));
}

DevCa DevCa::throwaway(const std::vector<std::string>& names) {
  return DevCa(make_ca(names));
}

PemPair DevCa::issue(const std::vector<std::string>& names, Validity validity) const {
  const Certificate ca = certificate_of(pem_.certificate);
  const Key ca_key = key_of(pem_.private_key);
  const Key key(EVP_EC_gen("P-256"));
  check(ca && ca_key && key && !names.empty(), "prepare a certificate");
  const bool expired = validity == Validity::expired;
  Certificate leaf = blank_certificate(names.front(), key.get(), expired ? -30 * kDay : -kDay,
                                       expired ? -kDay : 90 * kDay);
  check(X509_set_issuer_name(leaf.get(), X509_get_subject_name(ca.get())) == 1, "name an issuer");
  std::string alternatives;
  for (const std::string& name : names) {
    if (!alternatives.empty()) alternatives += ',';
    alternatives += (is_address(name) ? "IP:" : "DNS:") + name;
  }
  add_extension(leaf.get(), ca.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(leaf.get(), ca.get(), NID_key_usage, "critical,digitalSignature");
  add_extension(leaf.get(), ca.get(), NID_ext_key_usage, "serverAuth");
  add_extension(leaf.get(), ca.get(), NID_subject_key_identifier, "hash");
  add_extension(leaf.get(), ca.get(), NID_authority_key_identifier, "keyid:always");
  add_extension(leaf.get(), ca.get(), NID_subject_alt_name, alternatives);
  check(X509_sign(leaf.get(), ca_key.get(), EVP_sha256()) > 0, "sign a certificate");
  return {certificate_to_pem(leaf), key_to_pem(key)};
}

}  // namespace patchbay::sandbox
