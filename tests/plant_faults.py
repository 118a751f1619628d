#!/usr/bin/env python3
"""Can the tests fail? Plants known faults, one at a time, and sees that a test catches each.

    tests/plant_faults.py [--list] [--folder DIR] [NAME ...]

Works on a clone of this checkout's last commit in DIR (default: a temporary folder), with a release
build of its own: about a minute a fault. Prints which fault was caught by which test; the exit code
is 1 when one was not.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parent.parent
UNIT, INTEGRATION = "patchbay_unit_tests", "patchbay_integration_tests"
SEVERAL = "patchbay_several_hubs_tests"
PASSING_ON = "patchbay_passing_on_tests"


class Fault(NamedTuple):
    name: str
    file: str
    was: str
    becomes: str
    program: str
    tests: str  # a GoogleTest filter: where it has to show


FAULTS = [
    Fault("any-state-comes-back", "host/accounts/linker.cpp",
          "state->value.equals(pause.redirect_state)", "true",
          INTEGRATION, "WaitingTest.*"),
    Fault("waiting-taken-for-interrupted", "host/accounts/flow_recovery.cpp",
          "state.waits_until != 0 &&", "false &&",
          INTEGRATION, "WaitingTest.*"),
    Fault("waits-for-ever", "host/accounts/waiting_flows.cpp",
          "flow_state_from_json(found->state).waits_until <= services.clock.unix_ms()", "false",
          INTEGRATION, "WaitingTest.*"),
    Fault("giving-up-does-nothing", "host/accounts/waiting_flows.cpp",
          "    if (waits(row))\n", "    if (false)\n",
          INTEGRATION, "WaitingTest.*"),
    Fault("people-sent-anywhere", "host/manifest/hosts.cpp",
          "if (!parts || parts->port != 443) return false;", "if (parts) return true;",
          UNIT, "ManifestHosts.*"),
    Fault("replay-not-compared", "host/connector/flow_transcript.cpp",
          "if (last && is_same_wait(*stepped, *transcript.pause)) co_return flow;",
          "if (last && (is_same_wait(*stepped, *transcript.pause) || last)) co_return flow;",
          INTEGRATION, "WaitingTest.*"),
    Fault("nobody-waits-in-line", "host/pacing/pace.cpp",
          "if (wait > 0 && !co_await sleep(milliseconds(wait)))", "if (wait < 0)",
          UNIT, "PacedSenderTest.*:RetriesTest.*"),
    Fault("line-without-end", "host/pacing/bucket_table.cpp",
          "if (wait > terms.longest_wait_ms ||", "if (false &&",
          UNIT, "BucketTableTest.*"),
    Fault("pause-forgotten-while-waiting", "host/pacing/pace.cpp",
          "if (wait == 0 || !places.any_closed()) break;", "break;",
          UNIT, "PacedSenderTest.*"),
    Fault("twice-the-limit-in-a-window", "host/pacing/provider_limits.cpp",
          "(requests - capacity + 1)", "requests",
          UNIT, "RateOf.*"),
    Fault("buckets-kept-for-ever", "host/pacing/bucket_table.cpp",
          "return item.second.bucket.is_full(now);", "return item.second.bucket.is_full(now) && false;",
          UNIT, "BucketTableTest.*"),
    Fault("changes-sent-again", "host/actions/retries.cpp",
          "if (!repeatable && !nothing_went_out) return std::nullopt;",
          "(void)repeatable, (void)nothing_went_out;",
          UNIT, "RetriesTest.*"),
    Fault("retries-without-a-budget", "host/actions/provider_caller.cpp",
          "!providers.spend_retry(provider)", "false",
          UNIT, "RetriesTest.*"),
    Fault("circuit-never-opens", "host/pacing/circuit.cpp",
          "2 * failed >= all &&", "failed > 2 * all &&",
          UNIT, "CircuitTest.*:PacedSenderTest.*"),
    Fault("connectors-without-limits", "host/connector/flow_driver.cpp",
          "co_await http_->send(std::move(out), within);",
          "co_await services_.http.send(std::move(out), within);",
          INTEGRATION, "RateLimits.*"),
    Fault("stream-starts-over", "host/api/record_stream.cpp",
          "  call_.next = page.next;\n", "",
          UNIT, "RecordStreamTest.*"),
    Fault("no-retry-after-401", "host/actions/provider_caller.cpp",
          "reply->status == 401 && call", "reply->status == 499 && call",
          UNIT, "ActionRunnerTest.*"),
    Fault("idempotency-whatever-the-body", "host/api/idempotency.cpp",
          "all.append(text(sha256(request.body.reveal())));", "",
          UNIT, "IdempotencyTest.*"),
    Fault("idempotency-across-projects", "host/api/idempotency.cpp",
          'sha256_hex(caller.project_id + "\\n" + std::string(key))', "sha256_hex(key)",
          UNIT, "IdempotencyTest.*"),
    Fault("done-twice-after-a-failure", "host/api/idempotency.cpp",
          "if (answer.status >= 400 && answer.status < 500)", "if (answer.status >= 400)",
          UNIT, "IdempotencyTest.*"),
    Fault("logged-bodies-with-everything", "host/api/redaction.cpp",
          "if (is_redacted_name(name) && !member.is_null())", "if (false)",
          UNIT, "Redaction.*:LoggedBodies.*"),
    Fault("logged-bodies-with-the-token", "host/actions/tracing_sender.cpp",
          "without_secrets(body, secrets_)", "without_secrets(body, std::span(secrets_).first(0))",
          UNIT, "LoggedBodies.*:ConnectorCallerTest.*"),
    Fault("logs-of-all-projects", "host/store/request_logs_table.cpp",
          'Query query{"r.project_id = ?", {filter.project_id}};', 'Query query{"1 = 1", {}};',
          UNIT, "LogsTest.*:ApiTenants.*"),
    Fault("owners-alike", "host/store/owner_data.cpp",
          "DELETE FROM connect_sessions WHERE project_id = ? AND owner_id = ?",
          "DELETE FROM connect_sessions WHERE project_id = ? AND owner_id <> ?",
          UNIT, "OwnersTest.*"),
    Fault("viewers-may-post", "host/web/site.cpp",
          "  if (!(*session)->may(least)) co_return secured(role_too_small(request, **session, least));\n"
          "  net::Response response = co_await handler(request, **session, *form);",
          "  net::Response response = co_await handler(request, **session, *form);",
          UNIT, "WebPagesTest.*"),
    Fault("every-session-an-admins", "host/web/operator_access.cpp",
          "opened_as.role = consumed->role;", "",
          UNIT, "WebPagesTest.*"),
    Fault("raw-writes-without-leave", "host/actions/raw_policy.cpp",
          "if (lists(allowed_json, accounts::kRawWrites)) return std::nullopt;", "return std::nullopt;",
          UNIT, "RawPolicy.*"),
    Fault("raw-paths-with-dots", "host/actions/raw_policy.cpp",
          "if (!is_plain_path(path))", "if (path.empty() && !is_plain_path(path))",
          UNIT, "RawPolicy.*"),
    Fault("any-host-name-served", "host/net/server_connection.cpp",
          "co_return co_await refuse(421,", "if (false) co_return co_await refuse(421,",
          UNIT, "HttpServerTest.*"),
    Fault("private-addresses-reached", "host/net/egress.cpp",
          "if (found == AddressClass::kPublic) return {};", "return {};",
          UNIT, "Egress.*"),
    Fault("connector-asks-anywhere", "host/connector/flow_driver.cpp",
          "!manifest::host_allowed(*plan_.manifest, request.method, request.url, plan_.host_values)",
          "false",
          INTEGRATION, "*BadDestination*"),
    Fault("no-csrf-check", "host/web/request_checks.cpp",
          "return !expected.empty() && constant_time_equal(sent, expected);",
          "return sent.data() != nullptr || !expected.empty();",
          UNIT, "WebPagesTest.*"),
    Fault("foreign-pages-post", "host/web/request_checks.cpp",
          "const auto site = request.headers.get(\"Sec-Fetch-Site\");",
          "if (true) return true;\n  const auto site = request.headers.get(\"Sec-Fetch-Site\");",
          UNIT, "WebPagesTest.*"),
    Fault("link-used-twice", "host/store/connect_sessions_table.cpp",
          "WHERE id = ? AND status = 'open' AND expires > ?", "WHERE id = ? AND expires > ?",
          UNIT, "*SessionsTest.*"),
    Fault("missing-permission-let-through", "host/accounts/linker.cpp",
          "if (const auto missing = missing_permission(attempt.manifest(), attempt.granted)) {",
          "if (const auto missing = missing_permission(attempt.manifest(), attempt.granted); false) {",
          INTEGRATION, "BadConnector.*"),
    Fault("tokens-of-failed-connects-stay", "host/accounts/linker.cpp",
          ".tokens = std::move(flowed.minted),", ".tokens = {},",
          INTEGRATION, "LinkTest.*"),
    Fault("two-refreshes-win", "host/store/account_credentials.cpp",
          "AND generation = ?", "AND generation <> -1 - ?",
          UNIT, "*AccountsTest.*:*CredentialsTest.*"),
    Fault("fencing-not-checked", "host/store/refresh_leases_table.cpp",
          "if (*changed == 1) return {};", "if (*changed >= 0) return {};",
          SEVERAL, "RefreshTurnsTest.*"),
    Fault("intent-not-committed", "host/accounts/refresher.cpp",
          "PATCHBAY_TRY(leases::present(db, made.lease));", "",
          SEVERAL, "RotationTest.*"),
    Fault("presented-again-after-a-reset", "host/accounts/rotation.cpp",
          "if (lease.presented > 1 || !grace_s) return {};",
          "if (lease.presented > 1) return {};\n  if (!grace_s) return {.allowed = true, .within = {}};",
          SEVERAL, "RotationTest.*"),
    Fault("turn-taken-although-its-holder-lives", "host/accounts/refresh_turns.cpp",
          "PATCHBAY_TRY_ASSIGN(made.busy, is_busy(db, lease, claim));",
          "PATCHBAY_TRY(is_busy(db, lease, claim));",
          SEVERAL, "RefreshTurnsTest.*"),
    Fault("served-without-a-fresh-sequence", "host/instances/instance.cpp",
          "return (is_recent(read_began) || PATCHBAY_PLANTED_BUG(15)) && is_known();",
          "return read_began.load() >= 0;",
          SEVERAL, "FrozenHubTest.*"),
    Fault("suspension-acknowledged-at-once", "host/accounts/account_service.cpp",
          "co_await services_.instance.until_all_have_seen(changed->sequence);", "",
          SEVERAL, "FrozenHubTest.*"),
    Fault("key-file-of-anybody", "host/vault/key_source.cpp",
          "(about.st_mode & forbidden_bits) != 0", "(about.st_mode & forbidden_bits & 0U) != 0",
          UNIT, "KeySourceTest.*"),
    Fault("certificates-not-verified", "host/net/stream.cpp",
          "SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);",
          "SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);",
          INTEGRATION, "*WrongCertificate*"),
    Fault("api-key-not-compared", "host/api/api_keys.cpp",
          "!constant_time_equal(sha256_hex(key.reveal()), row.hash)", "false",
          UNIT, "ApiKeysTest.*"),
    Fault("sealed-values-move", "host/vault/record_format.cpp",
          "encode_place(const Place& place) {", "encode_place(const Place&) {\n  const Place place{};",
          UNIT, "VaultTest.*"),
    Fault("unapproved-code-runs", "host/connector/trust/gate.cpp",
          "return policy_.approve_all ? \"approve_all\" : \"\";", "return \"approve_all\";",
          INTEGRATION, "ConnectorTrust.*"),
    Fault("member-of-an-answer-gone", "host/api/linked_account.cpp", '.member("shared", true)', "",
          UNIT, "ApiAccounts.*"),
    Fault("status-undescribed", "host/api/sessions_routes.cpp",
          "co_return net::json(out.end_object().take(), 201);",
          "co_return net::json(out.end_object().take(), 202);",
          UNIT, "ApiTenants.EachExample*"),
    Fault("route-undescribed", "host/mcp/mcp_server.cpp",
          'router.add("POST", "/mcp",', 'for (const auto* path : {"/mcp", "/mcp2"}) router.add("POST", path,',
          UNIT, "ApiDescribed.*"),
    Fault("account-of-any-project", "host/store/accounts_table.cpp",
          'kSelect + "WHERE project_id = ? AND id = ?", {project_id, id}',
          'kSelect + "WHERE ? <> \'\' AND id = ?", {project_id, id}',
          UNIT, "ApiTenants.*"),
    Fault("accounts-listed-of-any-project", "host/store/accounts_table.cpp",
          'std::string sql = "WHERE project_id = ?"', 'std::string sql = "WHERE ? <> \'\'"',
          UNIT, "ApiTenants.*"),
    Fault("integration-of-any-project", "host/store/integrations_table.cpp",
          'kSelect + "WHERE project_id = ? AND id = ?", {project_id, id}',
          'kSelect + "WHERE ? <> \'\' AND id = ?", {project_id, id}',
          UNIT, "ApiTenants.*"),
    Fault("link-of-any-project", "host/api/sessions_routes.cpp",
          "session->project_id != caller.project_id", "false",
          UNIT, "ApiTenants.*"),
    Fault("proxy-holds-answers", "host/api/passing_on_routes.cpp",
          "if (rest) response.parts = parts_of(keys_, request, std::move(rest));",
          "while (rest) {\n    const auto part = co_await rest();\n    if (!part || !*part) break;\n"
          "    response.body += **part;\n  }",
          PASSING_ON, "PassingOn.AnAnswerOfAny*:PassingOn.WhoReads*"),
    Fault("proxy-holds-bodies", "host/api/passing_on_routes.cpp",
          "    call.body_length = request.body_length;\n",
          "    call.body_parts = nullptr;\n    while (true) {\n"
          "      const auto part = co_await request.body_parts();\n      if (!part || !*part) break;\n"
          "      call.body += **part;\n    }\n",
          PASSING_ON, "PassingOn.ABodyOfAny*"),
    Fault("broken-off-looks-whole", "host/api/passing_on_routes.cpp",
          "throw net::BodyBrokeOff();", "co_return std::nullopt;",
          PASSING_ON, "PassingOn.AnAnswerThatBreaks*"),
    Fault("withdrawn-key-reads-on", "host/api/passing_on_routes.cpp",
          "  PATCHBAY_CO_TRY(co_await keys.identify(request, Scope::kActions));\n  co_return", "  co_return",
          PASSING_ON, "PassingOn.AKey*"),
    Fault("suspended-account-reads-on", "host/actions/raw_caller.cpp",
          "    PATCHBAY_CO_TRY(co_await still_usable(*rest));\n", "",
          PASSING_ON, "PassingOn.AnAccount*"),
    Fault("secret-in-two-parts", "host/actions/secret_window.cpp",
          "waits = std::max(waits, begun(text, secret.reveal()));",
          "waits = std::min(waits, begun(text, secret.reveal()));",
          PASSING_ON, "PassingOn.TheCredential*"),
    Fault("writes-without-asking", "host/actions/raw_policy.cpp",
          "if (auto no = check_allowed(manifest, allowed_json, action, target.method)) return *std::move(no);",
          "if (auto no = check_allowed(manifest, allowed_json, action, \"GET\")) return *std::move(no);",
          PASSING_ON, "PassingOn.WhatIsNot*"),
    Fault("body-without-end-sent-twice", "host/actions/provider_caller.cpp",
          "told == 401 && !call.only_once", "told == 401",
          PASSING_ON, "PassingOn.ABodyInParts*"),
    Fault("answer-waits-for-the-body", "host/net/http_client.cpp",
          "const auto first = co_await (read(now) || write_and_wait(now));",
          "now.written = co_await write(now) && co_await write_parts(now);\n"
          "  const std::variant<bool, bool> first(std::in_place_index<0>, co_await read(now));",
          PASSING_ON, "PassingOn.AnAnswerBefore*"),
    Fault("provider-kept-for-nobody", "host/net/http_client.cpp",
          "    std::unique_ptr<Exchange> last(over);\n",
          "    if (over != nullptr) return;\n    std::unique_ptr<Exchange> last(over);\n",
          PASSING_ON, "PassingOn.AClientThatGoes*"),
    Fault("silent-client-kept", "host/net/server_connection.cpp",
          "    watchdog_->set(now.pace->at());\n    const bool came", "    const bool came",
          PASSING_ON, "PassingOn.AClientThatStops*"),
    Fault("silent-provider-kept", "host/net/http_client.cpp",
          "    now.watchdog->set(now.pace->at());\n    const auto error", "    const auto error",
          UNIT, "HandsOn.*"),
]


def take_last_commit(checkout):
    """A clone of ROOT's HEAD; what an earlier run left there is brought up to date."""
    if not checkout.exists():
        checkout.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["git", "clone", "-q", ROOT, checkout], check=True)
    subprocess.run(["git", "fetch", "-q", ROOT, "HEAD"], cwd=checkout, check=True)
    subprocess.run(["git", "checkout", "-q", "--force", "FETCH_HEAD"], cwd=checkout, check=True)


def run(command, folder, log):
    with open(log, "ab") as out:
        return subprocess.run(command, cwd=folder, stdout=out, stderr=subprocess.STDOUT, check=False)


def build(checkout, program, log):
    return run(["ninja", "-C", "build/release", program, "patchbay-worker", "bad_connectors"], checkout, log)


def plant(checkout, fault, log):
    """None when it was caught, else what went wrong."""
    path = checkout / fault.file
    text = path.read_text()
    if fault.was not in text:
        return f"{fault.file} no longer holds {fault.was!r}: mend the list"
    path.write_text(text.replace(fault.was, fault.becomes, 1))
    try:
        if build(checkout, fault.program, log).returncode != 0:
            return f"does not compile, see {log}"
        result = subprocess.run(
            [f"build/release/bin/{fault.program}", f"--gtest_filter={fault.tests}"],
            cwd=checkout, capture_output=True, text=True, errors="replace", timeout=600, check=False)
    finally:
        path.write_text(text)
    if "[==========] 0 tests" in result.stdout:
        return f"{fault.program} has no test {fault.tests}: mend the list"
    if result.returncode == 0:
        return f"NOT CAUGHT by {fault.program} {fault.tests}"
    failed = re.findall(r"^\[  FAILED  \] ([^ ,]+)$", result.stdout, re.M)
    print(f"{fault.name}: caught by {', '.join(failed[:3]) or 'a crash'}"
          + (f" and {len(failed) - 3} more" if len(failed) > 3 else ""), flush=True)
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="print the faults' names and end")
    parser.add_argument("--folder", type=pathlib.Path, help="work here and keep it")
    parser.add_argument("names", nargs="*", metavar="NAME", help="plant only these")
    options = parser.parse_args()
    unknown = set(options.names) - {fault.name for fault in FAULTS}
    if unknown:
        parser.error("no fault is called " + ", ".join(sorted(unknown)))
    chosen = [fault for fault in FAULTS if not options.names or fault.name in options.names]
    if options.list:
        print("\n".join(fault.name for fault in chosen))
        return 0
    with tempfile.TemporaryDirectory(prefix="planted-") as temporary:
        folder = options.folder or pathlib.Path(temporary)
        checkout, log = folder / "checkout", folder / "log"
        take_last_commit(checkout)
        run(["cmake", "--preset", "release"], checkout, log)
        missed = 0
        for fault in chosen:
            if problem := plant(checkout, fault, log):
                missed += 1
                print(f"{fault.name}: {problem}", flush=True)
        print(f"{len(chosen) - missed} caught, {missed} not")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
