-- What version 7 of the schema brought, as it left it; see version_1.sql.
INSERT INTO request_logs (id, project_id, request_id, source, api_key_id, source_ip, account_id,
  owner_id, connector_id, action_id, method, path, status, error, started, duration_ms)
VALUES ('log_1', 'prj_1', 'r-1', 'api', 'key_1', '127.0.0.1', 'acc_1', 'owner_1', 'personio',
  'personio_list_persons', 'POST', '/actions/rpc', 200, '', 1070, 12);
INSERT INTO step_logs (id, request_log_id, number, method, host, path, status, error, started,
  duration_ms)
VALUES ('stp_1', 'log_1', 1, 'GET', 'api.personio.de', '/v2/persons', 200, '', 1071, 9);
