-- Version 11 brought indexes, which show with more than one account of an owner; see version_1.sql.
INSERT INTO projects (id, name, created) VALUES ('prj_11', 'Eleven', 1100);
