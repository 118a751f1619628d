-- What version 8 of the schema brought, as it left it; see version_1.sql.
INSERT INTO signin_links (hash, created, expires, used, role, person)
VALUES ('link-of-a-viewer', 1080, 1090, 0, 'viewer', 'Ada');
INSERT INTO operator_sessions (hash, created, expires, csrf, role, person)
VALUES ('session-of-a-viewer', 1080, 1090, 'csrf', 'viewer', 'Ada');
