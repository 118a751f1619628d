#include "patchbay/sandbox/dev_ca.h"
#include "sandbox_fixture.h"

namespace patchbay::sandbox {
namespace {

TEST_F(SandboxTest, WithoutTheCaNothingIsTrusted) {
  Client::Options options = client_options();
  options.ca_file.clear();
  Client client(options);
  EXPECT_EQ(client.get("/things/1").error, NetError::tls);
}

TEST_F(SandboxTest, CertificateOfAnotherCaDoesNotVerify) {
  Client client(client_options());
  ASSERT_EQ(client.get("/things/1").status, 200);
  sandbox.set_certificate_mode(CertificateMode::wrong_ca);
  const Reply reply = client.get("/things/1");
  EXPECT_EQ(reply.error, NetError::tls) << "the kept-alive connection was closed too";
  EXPECT_NE(reply.error_text.find("issuer certificate"), std::string::npos) << reply.error_text;
  sandbox.set_certificate_mode(CertificateMode::valid);
  EXPECT_EQ(client.get("/things/1").status, 200);
}

TEST_F(SandboxTest, CertificateOfAnotherHostDoesNotVerify) {
  sandbox.set_certificate_mode(CertificateMode::wrong_host);
  Client client(client_options());
  EXPECT_EQ(client.get("/things/1").error, NetError::tls);
}

TEST_F(SandboxTest, ExpiredCertificateDoesNotVerify) {
  sandbox.set_certificate_mode(CertificateMode::expired);
  Client client(client_options());
  const Reply reply = client.get("/things/1");
  EXPECT_EQ(reply.error, NetError::tls);
  EXPECT_NE(reply.error_text.find("expired"), std::string::npos) << reply.error_text;
}

TEST_F(SandboxTest, ControlStaysReachableWithABadCertificate) {
  sandbox.set_certificate_mode(CertificateMode::wrong_ca);
  Client control(control_options());
  const Reply reply = control.post_json("/__sandbox/certificate", json::object{{"mode", "valid"}},
                                        control_headers());
  EXPECT_EQ(reply.status, 200) << reply.error_text;
  Client client(client_options());
  EXPECT_EQ(client.get("/things/1").status, 200);
}

TEST(DevCaTest, IsKeptAndMadeAnewOnlyForOtherNames) {
  const StateFolder folder({});
  const std::string first = DevCa::open(folder, {"a.example", "127.0.0.1"}).certificate();
  EXPECT_EQ(DevCa::open(folder, {"a.example", "127.0.0.1"}).certificate(), first);
  EXPECT_NE(DevCa::open(folder, {"b.example"}).certificate(), first);
}

TEST(DevCaTest, SaysWhatToDoWhenItsFilesAreDamaged) {
  const StateFolder folder({});
  DevCa::open(folder, {"a.example"});
  folder.write("ca.key", "nonsense");
  EXPECT_THROW(DevCa::open(folder, {"a.example"}), SandboxError);
}

}  // namespace
}  // namespace patchbay::sandbox
