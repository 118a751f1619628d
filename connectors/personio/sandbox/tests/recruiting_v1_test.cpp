#include "fixture.h"

namespace patchbay::personio_sandbox {
namespace {

class RecruitingV1Test : public PersonioTest {
 protected:
  void SetUp() override {
    PersonioTest::SetUp();
    personio.set_options([](Options& options) { options.rate_limits = false; });
    const RecruitingAccess access = personio.recruiting_access();
    headers = bearer(access.key);
    headers.add("X-Company-ID", access.company_id);
  }
  Reply apply(const json::value& body) {
    Headers all = headers;
    all.set("Content-Type", "application/json");
    return client->send("POST", kRoot, all, json::serialize(body));
  }
  Reply upload(const std::string& filename, const std::string& content, const char* name = "file") {
    Headers all = headers;
    all.set("Content-Type", "multipart/form-data; boundary=b");
    return client->send(
        "POST", kRoot + "/documents", all,
        "--b\r\nContent-Disposition: form-data; name=\"" + std::string(name) + "\"; filename=\"" +
            filename + "\"\r\nContent-Type: application/pdf\r\n\r\n" + content + "\r\n--b--\r\n");
  }
  std::int64_t position() {
    Headers v2 = bearer(v2_token());
    v2.add("Beta", "true");
    return std::stoll(text(client->get("/v2/recruiting/jobs", v2).json().at("_data").at(0), "id"));
  }
  json::object ada() {
    return {{"first_name", "Ada"},
            {"last_name", "Lovelace"},
            {"email", "ada@example.org"},
            {"job_position_id", position()}};
  }
  // "field: reason" of the first complaint.
  static std::string complaint(const Reply& reply) {
    const json::value body = reply.json();
    const json::value& error = body.at("errors").at(0);
    return text(error, "field") + ": " + text(error.at("errors").at(0), "reason");
  }
  std::string complaint_with(const char* member, json::value value) {
    json::object body = ada();
    body[member] = std::move(value);
    const Reply reply = apply(body);
    return reply.status == 400 ? complaint(reply) : std::to_string(reply.status);
  }

  const std::string kRoot = "/v1/recruiting/applications";
  Headers headers;
};

TEST_F(RecruitingV1Test, AnApplicationShowsInV2WithItsFileAndPhase) {
  const Reply file = upload("cv.PDF", "%PDF");
  ASSERT_EQ(file.status, 200) << file.body;
  EXPECT_EQ(text(file.json(), "extension"), "pdf");
  EXPECT_EQ(file.json().at("size").to_number<int>(), 4);
  json::object body = ada();
  body["phase"] = {{"type", "custom"}, {"id", 403}};
  body["application_date"] = "2026-05-30";
  body["files"] = json::array{json::object{
      {"uuid", text(file.json(), "uuid")}, {"original_filename", "cv.PDF"}, {"category", "cv"}}};
  body["attributes"] = json::array{json::object{{"id", "birthday"}, {"value", "1990-12-10"}}};
  body["tags"] = json::array{"maths"};
  const Reply made = apply(body);
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.body, "");
  EXPECT_TRUE(personio.violations().empty());

  Headers v2 = bearer(v2_token());
  v2.add("Beta", "true");
  const json::value newest =
      client->get("/v2/recruiting/applications?limit=1", v2).json().at("_data").at(0);
  EXPECT_EQ(text(newest.at("candidate"), "email"), "ada@example.org");
  EXPECT_EQ(text(newest.at("current_stage"), "name"), "Interview");
  EXPECT_EQ(text(newest, "application_date"), "2026-05-30");
  EXPECT_EQ(client->get("/v2/recruiting/applications/" + text(newest, "id"), v2).status, 200);
}

TEST_F(RecruitingV1Test, WantsTheKeyAndTheCompanyAndNoTokenOfAnIntegration) {
  const RecruitingAccess access = personio.recruiting_access();
  headers.set("X-Company-ID", access.company_id + "0");
  EXPECT_EQ(apply(ada()).status, 401);
  headers = bearer(access.key);
  EXPECT_EQ(apply(ada()).status, 401);
  EXPECT_EQ(personio.violations().back(),
            "POST /v1/recruiting/applications: the header X-Company-ID is missing");
  headers = bearer(v1_token());
  headers.add("X-Company-ID", access.company_id);
  EXPECT_EQ(apply(ada()).status, 401);
  EXPECT_EQ(upload("cv.pdf", "%PDF").status, 401);
}

TEST_F(RecruitingV1Test, TellsFieldByFieldWhatIsWrong) {
  const std::string attribute = "errors.attribute-validation.";
  EXPECT_EQ(complaint_with("first_name", "  "), "first_name: " + attribute + "required-attribute");
  EXPECT_EQ(complaint_with("email", "ada"), "email: " + attribute + "invalid-email-format");
  EXPECT_EQ(complaint_with("job_position_id", "1"),
            "job_position_id: " + attribute + "invalid-type");
  EXPECT_EQ(complaint_with("job_position_id", 1),
            "job_position_id: errors.job-position.not-published");
  EXPECT_EQ(complaint_with("recruiting_channel_id", 12),
            "recruiting_channel_id: errors.posting-validation.channel-not-found");
  EXPECT_EQ(complaint_with("application_date", "30.05.2026"),
            "application_date: " + attribute + "invalid-date-format");
  EXPECT_EQ(complaint_with("application_date", "2999-01-01"),
            "application_date: errors.date-validation.date-in-the-future");
  EXPECT_EQ(complaint_with("phase", {{"type", "system"}, {"id", "interview"}}),
            "phase: errors.phase-validation.invalid-system-phase");
  EXPECT_EQ(complaint_with(
                "files", json::array{json::object{
                             {"uuid", "no"}, {"original_filename", "a.pdf"}, {"category", "cv"}}}),
            "files[0]: errors.file-validation.file-not-exists");
  EXPECT_EQ(complaint_with("attributes", json::array{json::object{{"id", "x"}, {"value", "y"}}}),
            "attributes[0]: " + attribute + "unknown");
  EXPECT_EQ(complaint_with("colour", "red"), "201") << "noted, not refused";
  EXPECT_EQ(personio.violations().back(),
            "POST /v1/recruiting/applications: unknown member colour");
  EXPECT_EQ(complaint_with("message", "again"), "email: errors.applicant-already-exists");
}

TEST_F(RecruitingV1Test, RefusesFilesOfOtherKindsAndSizes) {
  const Reply kind = upload("cv.exe", "MZ");
  EXPECT_EQ(kind.status, 422);
  EXPECT_EQ(complaint(kind), "file: errors.invalid-file-type");
  EXPECT_EQ(upload("cv.pdf", "%PDF", "document").status, 422);
  const Reply large = upload("cv.pdf", std::string(20'000'001, 'x'));
  EXPECT_EQ(large.status, 413);
  EXPECT_EQ(complaint(large), "file: errors.file-too-big");
}

TEST_F(RecruitingV1Test, ACompanyWithoutTheFeatureIsRefused) {
  personio.set_options([](Options& options) { options.recruiting_api = false; });
  const Reply reply = apply(ada());
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(text(reply.json().at("errors").at(0), "detail"), "feature.public-api.disabled");
}

TEST_F(RecruitingV1Test, AfterTwentyAMinuteComesAMinutesPause) {
  personio.set_options([](Options& options) { options.rate_limits = true; });
  for (int i = 0; i < 20; ++i) EXPECT_EQ(upload("cv.exe", "MZ").status, 422);
  EXPECT_EQ(upload("cv.exe", "MZ").status, 429);
  advance(59);
  EXPECT_EQ(upload("cv.exe", "MZ").status, 429);
  advance(62);
  EXPECT_EQ(upload("cv.exe", "MZ").status, 422);
}

TEST_F(RecruitingV1Test, TheKeyOutlivesAResetThatForgetsApplications) {
  ASSERT_EQ(apply(ada()).status, 201);
  const std::string before = personio.recruiting_access().key;
  personio.kit().reset();
  EXPECT_EQ(personio.recruiting_access().key, before);
  EXPECT_EQ(apply(ada()).status, 201) << "nobody has applied any more";
}

}  // namespace
}  // namespace patchbay::personio_sandbox
