-- What version 4 of the schema brought, as it left it; see version_1.sql.
INSERT INTO restored_accounts (account_id, generation) VALUES ('acc_1', 3);
