-- What version 2 of the schema brought, as it left it; see version_1.sql.
INSERT INTO connector_approvals (sha256, connector_id, version, manifest, signer, reason, actor, decided,
  withdrawn)
VALUES ('00ff', 'example', '1.0.0', '{}', '', 'operator', 'ada', 1020, 0);
