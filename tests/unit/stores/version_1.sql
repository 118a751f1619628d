-- A store as version 1 of the schema left it: run by store_upgrade_test after step 1, on each kind of
-- database. {hex} is a value of bytes. Never changes; its key is 5a, 32 times.
INSERT INTO projects (id, name, created) VALUES ('prj_1', 'Default', 1000);
INSERT INTO data_keys (id, kek_id, wrapped, created, retired)
VALUES ('dk_pl73nkgywogehca34s34', '60bf07c4', {019e65f1f9c9dfc0d6ecd1cb5e66c7452cc9696f9db0cb947b361d89ef3e971169c34fed20d11e688d3a7d53fb5fcab9b7fff20acccf13dadbfe06ab3b}, 1000, 0);
INSERT INTO integrations (id, project_id, connector_id, name, auth_method, environment, sealed_setup,
  setup_generation, allowed_actions, is_default, active, created)
VALUES ('int_1', 'prj_1', 'example', 'Example', 'client_credentials', 'production', {}, 0, NULL, 1,
  1, 1001);
INSERT INTO connect_sessions (id, project_id, token_hash, owner_id, owner_name, username, connector_id,
  integration_id, account_id, multiple, type, label, metadata, categories, created, expires, status,
  result_account_id)
VALUES ('ses_1', 'prj_1', 'hash', 'owner_1', 'Müller & Söhne', '', 'example', '', '', 0, 'production',
  'HR', '{}', '[]', 1002, 9999999999999, 'open', '');
INSERT INTO accounts (id, project_id, integration_id, connector_id, connector_version, environment,
  auth_method, owner_id, slot, owner_name, username, label, metadata, type, status, reason_code,
  reason_text, status_changed, fields, granted, granted_known, facts, generation, created, updated,
  last_used, next_refresh)
VALUES ('acc_1', 'prj_1', 'int_1', 'example', '1.0.0', 'production', 'client_credentials', 'owner_1', '',
  'Müller & Söhne', 'ada', 'HR', '{"plan":"x"}', 'production', 'active', '', '', 1003, '{}', '[]', 1,
  '[]', 4, 1003, 1004, 1005, 1006);
INSERT INTO account_secrets (account_id, name, project_id, sealed, generation)
VALUES ('acc_1', 'client_secret', 'prj_1', {0117646b5f706c37336e6b6779776f6765686361333473333443a72311971bb1d236a6b4480444f91241a53717617fcb0d042954b3787cb5009f851bdc0de7d6ee331ec215e3e871d1023a5dccba8068abfaa6bab98b}, 3);
INSERT INTO account_tokens (account_id, name, project_id, sealed, token_type, scopes, minted, expires,
  generation)
VALUES ('acc_1', 'v2', 'prj_1', {0117646b5f706c37336e6b6779776f676568636133347333347b1c71fed1d6695f383bacbfa3aae2d1646d9293c2afeef5db36d3b5e1f7218ad574280aa47cfaf89c8b7bc9632036da61c8f046548f65f7c0a9100a}, 'Bearer', 'a b', 1004, 9999999999999, 4);
INSERT INTO revocations (id, project_id, account_id, connector_id, environment, auth_method,
  sealed_payload, reason, attempts, next_attempt, give_up_at, created, last_error)
VALUES ('rev_1', 'prj_1', 'acc_0', 'example', 'production', 'client_credentials', {0117646b5f706c37336e6b6779776f67656863613334733334f2fa3e4736d276707233deae9f49545505ece32119c953227e63194fca7ec5dac4b42b2c27fbdaf760a7bee6bef293a0bc896a47a719bfbce5c04dec1ee406dc1de718}, 'unlink', 2,
  1007, 9999999999999, 1004, 'timeout');
INSERT INTO api_keys (id, project_id, prefix, hash, name, scopes, created, last_used, revoked)
VALUES ('key_1', 'prj_1', 'pb_1', 'hash', 'my-app', 'accounts', 1008, 0, 0);
INSERT INTO operator_sessions (hash, created, expires, csrf) VALUES ('hash', 1009, 9999999999999, 'csrf');
INSERT INTO signin_links (hash, created, expires, used) VALUES ('hash', 1010, 9999999999999, 0);
INSERT INTO events (project_id, kind, account_id, payload, created)
VALUES ('prj_1', 'account.created', 'acc_1', '{}', 1003);
INSERT INTO flows (id, project_id, kind, session_id, account_id, connector_id, state, sealed, created,
  updated)
VALUES ('flow_1', 'prj_1', 'connect', 'ses_1', '', 'example', '{}', {}, 1011, 1012);
UPDATE change_sequence SET value = 17;
