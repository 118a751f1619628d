#pragma once
// A small manifest that passes, and helpers to break it in one place.
#include <fstream>
#include <iterator>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "manifest/problem.h"

namespace patchbay::manifest {

inline std::string small_manifest() {
  return R"json({
"format":"patchbay-manifest/1","id":"acme","version":"1.2.3","name":"name","summary":"summary",
"categories":["hris"],"documentation":"https://docs.acme.example/api",
"logo":{"svg":"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'><rect width='8' height='8' fill='#123'/></svg>"},
"auth_methods":[{"id":"oauth","label":"auth","grant_type":"client_credentials","renewal":"mint_anew",
 "fields":[
  {"id":"company","type":"text","label":"company","required":true,"format":"host_label","pattern_error":"company_error"},
  {"id":"region","type":"select","label":"region","default":"eu","options":[{"value":"eu","label":"eu"},{"value":"us","label":"us"}]},
  {"id":"tax_id","type":"text","label":"tax","pattern":"[0-9]{4}","pattern_error":"tax_error","visible_when":{"field":"region","values":["us"]}},
  {"id":"secret","type":"password","label":"secret","required":true}],
 "guide":{"warning":"warning","sections":[{"title":"section","text":"section_text","white_label":"hide",
  "links":[{"label":"link","url":"https://docs.acme.example/keys"}],
  "steps":[{"title":"step","list":["item"],"applicable_scopes":["people:read"],"display_scopes":["*"]}]}]},
 "environments":[{"id":"production","label":"production","variables":{"zone":"z1"}}],
 "tokens":[{"name":"main","lifetime_s":3600,"revocable":true}],
 "authorization":[{"token":"main","kind":"bearer","value":{"token":"main"}}]}],
"permissions":[{"id":"people","label":"people","read":{"required":true,"scopes":["p:read","people.read"]},"write":{"scopes":["p:write"]}},
 {"id":"sites","label":"sites","read":{"scopes":["sites"],"confirmed":false}}],
"hosts":[{"host":"{company}.{zone}.acme.example"},{"host":"api.acme.example","methods":["GET","DELETE"]}],
"rate_limits":[{"id":"all","paths":["/v1/*"],"counts":"account","requests":10,"per_s":1}],
"actions":[
 {"id":"acme_list_people","label":"list","description":"list_text","tags":["people"],
  "input":{"type":"object","additionalProperties":false,"properties":{"team":{"type":"string"},"ids":{"type":"array","items":{"type":"integer"}}}},
  "request":{"method":"GET","host":"api.acme.example","path":"/v1/people","query":[{"name":"team","input":"team"},{"name":"id","input":"ids","style":"comma"}],"headers":[{"name":"Beta","constant":"true"}]},
  "pagination":{"kind":"cursor_link","next_path":"/next","limit_param":"limit","limit_default":10,"limit_max":50},
  "result":{"kind":"list","path":"/data"},"token":"main","permissions":["people:read"],"hints":{"read_only":true,"idempotent":true}},
 {"id":"acme_delete_person","label":"delete","description":"delete_text",
  "input":{"type":"object","required":["person_id"],"properties":{"person_id":{"type":"string"}}},
  "request":{"method":"DELETE","host":"api.acme.example","path":"/v1/people/{person_id}"},
  "result":{"kind":"none"},"token":"main","permissions":["people:write"],"hints":{"destructive":true}},
 {"id":"acme_upload","label":"upload","description":"upload_text",
  "input":{"type":"object","required":["file"],"properties":{"title":{"type":"string"},"file":{"type":"object"}}},
  "request":{"method":"POST","host":"{company}.{zone}.acme.example","path":"/v1/files","body":{"kind":"multipart","parameters":[{"name":"title","input":"title"},{"name":"file","input":"file","file":true}]}},
  "token":"main","permissions":["people:write"],"hints":{}},
 {"id":"acme_mend","label":"mend","description":"mend_text","handler":"connector","input":{"type":"object"},"permissions":[],"hints":{}}],
"texts":{
 "en":{"name":"Acme","summary":"All of Acme.","auth":"OAuth","company":"Company","company_error":"Only the first part.","region":"Region","eu":"Europe","us":"America","tax":"Tax id","tax_error":"Four digits.","secret":"Secret","warning":"**Careful** with `keys`.","section":"Keys","section_text":"See [the page](https://docs.acme.example/).","link":"Docs","step":"Open it","item":"Click","production":"Production","people":"People","sites":"Sites","list":"List","list_text":"Lists.","delete":"Delete","delete_text":"Deletes.","upload":"Upload","upload_text":"Uploads.","mend":"Mend","mend_text":"Mends.","error.away":"{host} is away."},
 "de":{"name":"Acme","summary":"Ganz Acme.","auth":"OAuth","company":"Firma","company_error":"Nur der erste Teil.","region":"Region","eu":"Europa","us":"Amerika","tax":"Steuernummer","tax_error":"Vier Ziffern.","secret":"Geheimnis","warning":"**Vorsicht** mit `keys`.","section":"Schlüssel","section_text":"Siehe [Seite](https://docs.acme.example/).","link":"Doku","step":"Öffnen","item":"Klicken","production":"Produktion","people":"Personen","sites":"Orte","list":"Auflisten","list_text":"Listet auf.","delete":"Löschen","delete_text":"Löscht.","upload":"Hochladen","upload_text":"Lädt hoch.","mend":"Heilen","mend_text":"Heilt.","error.away":"{host} ist weg."}}
})json";
}

// Replaces the first occurrence; a test whose text is not there would test nothing.
inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) throw std::logic_error("not in the manifest: " + std::string(from));
  return text.replace(at, from.size(), to);
}

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::ostream& operator<<(std::ostream& out, const Problem& problem) {
  return out << problem.rule << " at '" << problem.pointer << "': " << problem.message;
}

}  // namespace patchbay::manifest
