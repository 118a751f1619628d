-- What version 10 of the schema brought, as it left it; see version_1.sql.
INSERT INTO connect_sessions (id, project_id, token_hash, owner_id, owner_name, username, connector_id,
  integration_id, account_id, multiple, type, label, metadata, categories, created, expires, status,
  result_account_id, passed_on_by)
VALUES ('ses_10', 'prj_1', 'hash-10', 'owner_1', 'Owner', '', 'example', 'int_1', '', 0, 'production', '', '{}',
  '[]', 1100, 9999, 'open', '', 'ses_1');
