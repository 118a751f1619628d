-- What version 9 of the schema brought, as it left it; see version_1.sql.
INSERT INTO inbound_urls (id, project_id, account_id, token_hash, secret_header, secret_hash, created, expires)
VALUES ('inb_1', 'prj_1', 'acc_1', 'token-hash', 'Authorization', 'secret-hash', 1090, 0);
INSERT INTO provider_events (id, project_id, account_id, identity, type, received, event_seq, sealed, data_key_id)
VALUES ('pev_1', 'prj_1', 'acc_1', 'identity', 'person.updated', 1091, 1, {00ff}, NULL);
