-- What version 6 of the schema brought, as it left it; see version_1.sql.
INSERT INTO webhook_endpoints (id, project_id, url, description, events, active, created,
  next_attempt, claimed_until, failing_since, last_status, last_error)
VALUES ('wh_1', 'prj_1', 'https://hooks.example.com/patchbay', 'the app', '["account.error"]', 1,
  1060, 0, 0, 0, 204, '');
INSERT INTO webhook_deliveries (endpoint_id, event_seq, queued, state, attempts, finished,
  last_status, last_error)
VALUES ('wh_1', 1, 1061, 1, 2, 1062, 204, '');
