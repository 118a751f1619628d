#include "fixture.h"

namespace patchbay::personio_sandbox {
namespace {

class DocumentsTest : public PersonioTest {
 protected:
  void SetUp() override {
    PersonioTest::SetUp();
    personio.set_options([](Options& options) { options.rate_limits = false; });
    v2 = bearer(v2_token());
    v1 = bearer(v1_token());
    // Somebody with all three computed documents.
    for (std::int64_t index = 0; owner.empty(); ++index) {
      const std::string id = std::to_string(personio.person_id(index));
      if (list("?owner_id=" + id).size() == 3) owner = id;
    }
  }
  Reply get(const std::string& rest) { return client->get(kRoot + rest, v2); }
  json::array list(const std::string& query) { return get(query).json().at("_data").as_array(); }
  Reply patch(const std::string& id, const json::value& body) {
    Headers headers = v2;
    headers.set("Content-Type", "application/json");
    return client->send("PATCH", kRoot + "/" + id, headers, json::serialize(body));
  }
  Reply upload(Fields fields, const std::string& filename = "note.txt",
               const std::string& content = "Hello") {
    std::string body;
    for (const auto& [name, value] : fields) {
      body +=
          "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    }
    body += "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + filename +
            "\"\r\nContent-Type: text/plain\r\n\r\n" + content + "\r\n--b--\r\n";
    Headers headers = v1;
    headers.set("Content-Type", "multipart/form-data; boundary=b");
    return client->send("POST", "/v1/company/documents", headers, body);
  }
  Fields note() const {
    return {{"title", "A note"}, {"employee_id", owner}, {"category_id", "2"}};
  }

  const std::string kRoot = "/v2/document-management/documents";
  Headers v1;
  Headers v2;
  std::string owner;
};

TEST_F(DocumentsTest, AreListedByOwnerCategoryAndTime) {
  const json::array all = list("?owner_id=" + owner);
  EXPECT_EQ(get("").status, 400) << "the owner is required";
  EXPECT_EQ(list("?owner_id=1").size(), 0U);
  EXPECT_EQ(list("?category_id=3&owner_id=" + owner), json::array{all[0]});
  const std::string day = text(all[1], "created_at").substr(0, 10);
  EXPECT_EQ(list("?created_at.gte=" + day + "&owner_id=" + owner).size(), 2U);
  EXPECT_EQ(list("?created_at.lt=" + day + "&owner_id=" + owner).size(), 1U);
  EXPECT_EQ(get("?limit=201&owner_id=" + owner).status, 400);
  const json::value first = get("?limit=2&owner_id=" + owner).json();
  const std::string next = text(first.at("_meta").at("links").at("next"), "href");
  EXPECT_EQ(client->get(next.substr(23), v2).json().at("_data").as_array().size(), 1U);
}

TEST_F(DocumentsTest, AreChangedAndDeleted) {
  const std::string id = text(list("?owner_id=" + owner)[0], "id");
  EXPECT_EQ(patch(id, {{"name", "Renamed"}, {"category", {{"id", "2"}}}}).status, 204);
  EXPECT_EQ(patch(id, {{"comment", "Signed"}}).status, 204);
  const json::value changed = list("?owner_id=" + owner)[0];
  EXPECT_EQ(text(changed, "name"), "Renamed");
  EXPECT_EQ(text(changed, "comment"), "Signed");
  EXPECT_EQ(text(changed.at("category"), "id"), "2");
  EXPECT_EQ(patch(id, {{"category", {{"id", "99"}}}}).status, 400);
  EXPECT_EQ(patch(id, {{"date", "2026-07-01T00:00:00Z"}}).status, 400);
  EXPECT_EQ(patch(id, {{"title", "x"}}).status, 400);
  EXPECT_EQ(patch("1", {{"name", "x"}}).status, 404);
  EXPECT_EQ(client->send("DELETE", kRoot + "/" + id, v2).status, 204);
  EXPECT_EQ(client->send("DELETE", kRoot + "/" + id, v2).status, 404);
  EXPECT_EQ(list("?owner_id=" + owner).size(), 2U);
}

TEST_F(DocumentsTest, UploadIsListedAndDownloadedUnchanged) {
  const std::string content("\0\r\n--c?\xFF", 8);
  Fields fields = note();
  fields.add("date", "2026-07-01");
  const Reply made = upload(fields, "n\xC3\xB6te.txt", content);
  ASSERT_EQ(made.status, 201) << made.body;
  const json::value data = made.json().at("data");
  EXPECT_EQ(text(data.at("attributes"), "title"), "A note");
  EXPECT_EQ(text(data.at("attributes").at("category").at("attributes"), "name"), "Other documents");
  EXPECT_TRUE(data.at("attributes").at("employee").at("attributes").as_object().contains("email"));
  const std::string id = std::to_string(data.at("id").as_int64());
  EXPECT_EQ(text(list("?owner_id=" + owner).back(), "id"), id);
  const Reply file = get("/" + id + "/download");
  EXPECT_EQ(file.body, content);
  EXPECT_EQ(file.headers.find("Content-Disposition"), "attachment; filename=\"n__te.txt\"");
  EXPECT_EQ(get("/1/download").status, 404);
  EXPECT_TRUE(personio.violations().empty());
}

TEST_F(DocumentsTest, UploadTellsWhatIsWrong) {
  Fields fields = note();
  fields.set("employee_id", "1");
  EXPECT_EQ(upload(fields).json().at("error").at("message"),
            "No query results for model [Employee] 1");
  fields = note();
  fields.set("category_id", "9");
  EXPECT_EQ(upload(fields).status, 404);
  fields = note();
  fields.set("title", std::string(256, 'x'));
  EXPECT_EQ(upload(fields).status, 422);
  EXPECT_TRUE(
      upload(note(), "a.exe").json().at("error").at("error_data").as_object().contains("file"));
  EXPECT_EQ(client->post_form("/v1/company/documents", note(), v1).status, 422);
  fields = note();
  fields.add("colour", "red");
  EXPECT_EQ(upload(fields).status, 201);
  EXPECT_EQ(personio.violations().back(), "POST /v1/company/documents: unknown field colour");
}

TEST_F(DocumentsTest, CategoriesAreListed) {
  const Reply reply = client->get("/v1/company/document-categories", v1);
  EXPECT_EQ(text(reply.json().at("data").at(0).at("attributes"), "name"),
            "Certificates of employment");
}

TEST_F(DocumentsTest, ReadingAndWritingAreRightsOfTheirOwn) {
  const Integration reader = with_rights({{"documents", {.read = true}}});
  v2 = bearer(v2_token(reader));
  v1 = bearer(v1_token(reader));
  const std::string id = text(list("?owner_id=" + owner)[0], "id");
  EXPECT_EQ(patch(id, {{"name", "x"}}).status, 403);
  EXPECT_EQ(upload(note()).status, 403);
  v2 = bearer(v2_token(with_rights({{"documents", {.write = true}}})));
  EXPECT_EQ(get("?owner_id=" + owner).status, 403);
}

TEST_F(DocumentsTest, SixtyUploadsAMinute) {
  personio.set_options([](Options& options) {
    options.rate_limits = true;
    options.v1_documents_per_minute = 2;
  });
  EXPECT_EQ(upload(note()).status, 201);
  EXPECT_EQ(upload(note()).status, 201);
  EXPECT_EQ(upload(note()).status, 429);
  advance(61);
  EXPECT_EQ(upload(note()).status, 201);
}

}  // namespace
}  // namespace patchbay::personio_sandbox
