#pragma once
// One small file, two keys, and signatures of it as minisign 0.11 wrote them:
//   minisign -S    -m signed.txt -t 'release 1.2 of acme'
//   minisign -S -l -m signed.txt -t 'release 1.1 of acme'
#include <string_view>

namespace patchbay::connector {

inline constexpr std::string_view kSigned = "a small file that is signed\n";

inline constexpr std::string_view kPublicKey =
    "untrusted comment: minisign public key A7B2207770E65BD3\n"
    "RWTTW+ZwdyCyp+xuH6v6i2PAlj6doR9ptgshzdt6Lj1vEwyrlIkDBQZ1\n";
inline constexpr std::string_view kOtherPublicKey =
    "untrusted comment: minisign public key 7AC691A5426BC732\n"
    "RWQyx2tCpZHGeo5dLQMJrEkaxfK1ythmTHwNiDjRpg4TBW7x7GU9MbrR\n";

inline constexpr std::string_view kSignature =
    "untrusted comment: untrusted\n"
    "RUTTW+ZwdyCypyJ/M8/x6XZ9NPrqrp0frxu5p+83RtALafyP+Bv3AxEXbokni0ee04RjZNSxOaVI5olVhcEHA+jh5U6QlB"
    "4NFAw=\n"
    "trusted comment: release 1.2 of acme\n"
    "UwmhayGcG8W1IH/W7sdNcsePMW8O1UxhnFnPwfaDPnMC8zGOP2uMlz8OwMPgVChSEiRKhvQijOyO3v1KXYT7Cg==\n";
inline constexpr std::string_view kLegacySignature =
    "untrusted comment: untrusted\n"
    "RWTTW+ZwdyCypy161lGuez8Z0d13QOIY4Y7Ma6vaZrPXLhd/mFa7gTKl71kcnUGg2oOsfnCbgCpZRQOw3iubCrvKi95Jg7"
    "1q5AY=\n"
    "trusted comment: release 1.1 of acme\n"
    "VQT4tDGkxyrD81Nc1kLGCmOlUmWLGWoDucNi+c86gszr5EIrcO/Qc1FfkuY7eYdkzljQvYtrcVFd7kHn165RBg==\n";
inline constexpr std::string_view kSignatureByOtherKey =
    "untrusted comment: untrusted\n"
    "RUQyx2tCpZHGejmI52S1NJ3tXHRn5WpzRTIEcjBaPI93ChT3vvQJASV+ueN2CrcKFnZmvOKPmB579q7ns0zpPKnEnyu5GN"
    "8QHQQ=\n"
    "trusted comment: release 1.2 of acme\n"
    "2HGa9kk2udoR5JpTX2lSEsgvD4zj5MLRftrr+McPU/59eW5jmyZikzLqPTjDc5KMlcn1d13vJayeIgTCpPlnBA==\n";

}  // namespace patchbay::connector
