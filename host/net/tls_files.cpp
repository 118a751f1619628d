#include "net/tls_files.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <memory>

namespace patchbay::net {
namespace {

constexpr mode_t kOthers = S_IRWXO | S_IWGRP | S_IXGRP;

struct Free {
  void operator()(BIO* file) const { BIO_free(file); }
  void operator()(X509* certificate) const { X509_free(certificate); }
};

Result<std::int64_t> unix_ms(const ASN1_TIME* time, const std::string& file) {
  std::tm utc{};
  if (ASN1_TIME_to_tm(time, &utc) != 1)
    return make_error(ErrorCode::kConfiguration, file + " holds a certificate without a time.");
  return std::int64_t{::timegm(&utc)} * 1000;
}

Error wrong_key(const std::string& file, const std::string& why) {
  return make_error(ErrorCode::kConfiguration, "The TLS key file " + file + " " + why);
}

}  // namespace

Result<Validity> read_validity(const std::string& certificate_file) {
  const std::unique_ptr<BIO, Free> file(BIO_new_file(certificate_file.c_str(), "r"));
  const std::unique_ptr<X509, Free> certificate(
      file ? PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr) : nullptr);
  ERR_clear_error();
  if (!certificate)
    return make_error(ErrorCode::kConfiguration,
                      "The TLS certificate file " + certificate_file + " holds no certificate.");
  Validity validity;
  PATCHBAY_TRY_ASSIGN(validity.from,
                      unix_ms(X509_get0_notBefore(certificate.get()), certificate_file));
  PATCHBAY_TRY_ASSIGN(validity.until,
                      unix_ms(X509_get0_notAfter(certificate.get()), certificate_file));
  return validity;
}

Result<> check_key_file(const std::string& key_file) {
  struct stat about{};
  if (::stat(key_file.c_str(), &about) != 0)
    return wrong_key(key_file, std::string("can't be read: ") + std::strerror(errno) + ".");
  if (!S_ISREG(about.st_mode)) return wrong_key(key_file, "is not a regular file.");
  if (about.st_uid != ::geteuid() && about.st_uid != 0)
    return wrong_key(key_file, "belongs to another user, who could swap it: give it to root.");
  if ((about.st_mode & kOthers) != 0)
    return wrong_key(key_file,
                     "is for others to read or write. If nobody has: chmod 0640 " + key_file +
                         " (its group the hub's). Otherwise replace key and certificate.");
  return {};
}

std::string stamp_of(const TlsFiles& files) {
  std::string stamp;
  for (const auto* file : {&files.certificate, &files.key}) {
    struct stat about{};
    if (::stat(file->c_str(), &about) != 0) about = {};
    for (const auto part :
         {static_cast<std::int64_t>(about.st_ino), std::int64_t{about.st_size},
          std::int64_t{about.st_mtim.tv_sec}, std::int64_t{about.st_mtim.tv_nsec},
          std::int64_t{about.st_ctim.tv_sec}, std::int64_t{about.st_ctim.tv_nsec}})
      stamp.append(std::to_string(part)).append(" ");
  }
  return stamp;
}

}  // namespace patchbay::net
