-- What version 3 of the schema brought, as it left it; see version_1.sql.
INSERT INTO audit_heads (file, instance, lines, hash, recorded, closed)
VALUES ('1030-0.jsonl', 'hub', 12, '00ff', 1030, 1);
