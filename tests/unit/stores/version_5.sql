-- What version 5 of the schema brought, as it left it; see version_1.sql.
INSERT INTO instances (id, process, started, beat, sequence)
VALUES ('ins_1', 'boot/1/2/3', 1050, 7, 17);
INSERT INTO refresh_leases (account_id, holder, fence, generation, presented, presented_at,
  retry_at, last_error)
VALUES ('acc_1', 'ins_1', 3, 4, 1, 1051, 0, '');
