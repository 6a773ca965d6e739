-- What lists show of a diagnosis stands in columns of its own: they are NULL in
-- rows that are older than these. asker and content are digests of who brought
-- the evidence and of what came of it; they are empty where nobody did, and in
-- older rows.

-- +goose Up

ALTER TABLE diagnoses ADD COLUMN title        TEXT;
ALTER TABLE diagnoses ADD COLUMN identity_arn TEXT;
ALTER TABLE diagnoses ADD COLUMN task_group   TEXT;
ALTER TABLE diagnoses ADD COLUMN asker        TEXT NOT NULL DEFAULT '';
ALTER TABLE diagnoses ADD COLUMN content      TEXT NOT NULL DEFAULT '';
CREATE INDEX diagnoses_brought    ON diagnoses (id) WHERE brought;
CREATE INDEX diagnoses_by_asker   ON diagnoses (asker, id) WHERE brought;
CREATE INDEX diagnoses_by_content ON diagnoses (content, id) WHERE brought;
