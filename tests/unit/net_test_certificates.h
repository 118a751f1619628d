#pragma once
// A certificate authority for one test: makes keys and certificates in a folder of its own, which
// goes with it.
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

namespace patchbay::net {

class TestCa {
 public:
  struct Files {
    std::string certificate, key;
  };

  TestCa() {
    std::string pattern = (std::filesystem::temp_directory_path() / "patchbay-ca-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    folder_ = pattern;
    key_.reset(EVP_EC_gen("P-256"));
    certificate_ = sign(folder_.substr(folder_.size() - 9).c_str(), key_.get(), nullptr,
                        "critical,CA:TRUE", "", -3600, 86400);
    write_certificate(file(), certificate_.get());
  }
  ~TestCa() { std::filesystem::remove_all(folder_); }
  TestCa(const TestCa&) = delete;
  TestCa& operator=(const TestCa&) = delete;

  [[nodiscard]] std::string file() const { return folder_ + "/ca.pem"; }

  // `names` as OpenSSL writes them: "DNS:api.example.com,IP:127.0.0.1". Times from now, seconds.
  Files issue(const std::string& names, long from_s = -3600, long until_s = 86400) {
    const std::string base = folder_ + "/leaf" + std::to_string(++issued_);
    const Key key(EVP_EC_gen("P-256"));
    const auto leaf =
        sign("leaf", key.get(), certificate_.get(), "critical,CA:FALSE", names, from_s, until_s);
    const Files files{base + ".pem", base + ".key"};
    write_certificate(files.certificate, leaf.get());
    const File out(std::fopen(files.key.c_str(), "w"));
    PEM_write_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    std::filesystem::permissions(files.key, std::filesystem::perms::owner_read);
    return files;
  }

 private:
  struct Free {
    void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
    void operator()(X509* p) const { X509_free(p); }
    void operator()(X509_EXTENSION* p) const { X509_EXTENSION_free(p); }
    void operator()(std::FILE* p) const { std::fclose(p); }
  };
  using Key = std::unique_ptr<EVP_PKEY, Free>;
  using Certificate = std::unique_ptr<X509, Free>;
  using File = std::unique_ptr<std::FILE, Free>;

  Certificate sign(const char* name, EVP_PKEY* key, X509* issuer, const char* constraints,
                   const std::string& names, long from_s, long until_s) {
    Certificate made(X509_new());
    X509_set_version(made.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++serial_);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), from_s);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), until_s);
    X509_set_pubkey(made.get(), key);
    X509_NAME* subject = X509_get_subject_name(made.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    X509_set_issuer_name(made.get(), issuer != nullptr ? X509_get_subject_name(issuer) : subject);
    add(made.get(), issuer, NID_basic_constraints, constraints);
    if (!names.empty()) add(made.get(), issuer, NID_subject_alt_name, names.c_str());
    X509_sign(made.get(), issuer != nullptr ? key_.get() : key, EVP_sha256());
    return made;
  }

  static void add(X509* to, X509* issuer, int nid, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer != nullptr ? issuer : to, to, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, Free> extension(
        X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    X509_add_ext(to, extension.get(), -1);
  }

  static void write_certificate(const std::string& path, X509* certificate) {
    const File out(std::fopen(path.c_str(), "w"));
    PEM_write_X509(out.get(), certificate);
  }

  std::string folder_;
  Key key_;
  Certificate certificate_;
  int issued_ = 0;
  long serial_ = 0;
};

}  // namespace patchbay::net
