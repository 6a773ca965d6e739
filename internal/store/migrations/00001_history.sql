-- Times are microseconds since 1970 in UTC, 0 for "not known". Bodies are packed
-- JSON. An ordered_text sorts by its bytes: SQLite's TEXT does so by itself, for
-- PostgreSQL it is a domain that is made before the migrations run.

-- +goose Up

CREATE TABLE diagnoses (
	id         ordered_text PRIMARY KEY, -- sorts by created_at
	task_id    TEXT    NOT NULL,
	account    TEXT    NOT NULL,
	region     TEXT    NOT NULL,
	cluster    TEXT    NOT NULL,
	service    TEXT    NOT NULL,
	cause      TEXT    NOT NULL,
	category   TEXT    NOT NULL,
	identity   TEXT    NOT NULL,
	engine     TEXT    NOT NULL,
	created_at BIGINT  NOT NULL,
	brought    BOOLEAN NOT NULL,
	supersedes TEXT    NOT NULL,
	incident   TEXT    NOT NULL,
	body       BYTEA   NOT NULL
);
CREATE INDEX diagnoses_by_task     ON diagnoses (task_id, id);
CREATE INDEX diagnoses_by_account  ON diagnoses (account, id);
CREATE INDEX diagnoses_by_region   ON diagnoses (region, id);
CREATE INDEX diagnoses_by_cluster  ON diagnoses (cluster, id);
CREATE INDEX diagnoses_by_service  ON diagnoses (service, id);
CREATE INDEX diagnoses_by_cause    ON diagnoses (cause, id);
CREATE INDEX diagnoses_by_category ON diagnoses (category, id);
CREATE INDEX diagnoses_by_identity ON diagnoses (identity, id);

-- The task as it was read or told of, once per version.
CREATE TABLE facts (
	task_id TEXT   NOT NULL,
	account TEXT   NOT NULL,
	region  TEXT   NOT NULL,
	cluster TEXT   NOT NULL,
	version BIGINT NOT NULL,
	seen_at BIGINT NOT NULL,
	body    BYTEA  NOT NULL,
	PRIMARY KEY (task_id, account, region, cluster, version)
);
CREATE INDEX facts_by_time ON facts (seen_at);

CREATE TABLE definitions (
	arn     TEXT   PRIMARY KEY,
	seen_at BIGINT NOT NULL,
	body    BYTEA  NOT NULL
);
CREATE INDEX definitions_by_time ON definitions (seen_at);

-- What is known of a revision in one place. place is a digest of the five
-- columns that name it.
CREATE TABLE revisions (
	place          BIGINT NOT NULL,
	arn            TEXT   NOT NULL,
	"partition"    TEXT   NOT NULL,
	account        TEXT   NOT NULL,
	region         TEXT   NOT NULL,
	cluster        TEXT   NOT NULL,
	task_group     TEXT   NOT NULL,
	first_seen     BIGINT NOT NULL,
	last_seen      BIGINT NOT NULL,
	good_at        BIGINT NOT NULL,
	execution_role TEXT   NOT NULL,
	task_role      TEXT   NOT NULL,
	PRIMARY KEY (place, arn)
);
CREATE INDEX revisions_by_place          ON revisions (place, last_seen);
CREATE INDEX revisions_by_cluster        ON revisions (cluster, last_seen);
CREATE INDEX revisions_by_arn            ON revisions (arn);
CREATE INDEX revisions_by_execution_role ON revisions (execution_role, last_seen);
CREATE INDEX revisions_by_task_role      ON revisions (task_role, last_seen);
CREATE INDEX revisions_by_time           ON revisions (last_seen);

-- Ends of tasks, and tries of services that never became one. verdict is NULL,
-- and cause and diagnosis are empty, as long as the diagnosis is owed.
CREATE TABLE stops (
	stop_key    ordered_text PRIMARY KEY,
	place       BIGINT NOT NULL,
	"partition" TEXT   NOT NULL,
	account     TEXT   NOT NULL,
	region      TEXT   NOT NULL,
	cluster     TEXT   NOT NULL,
	task_group  TEXT   NOT NULL,
	task_id     TEXT   NOT NULL,
	revision    TEXT   NOT NULL,
	stopped_at  BIGINT NOT NULL,
	cause       TEXT   NOT NULL,
	verdict     BYTEA,
	diagnosis   ordered_text NOT NULL,
	incident    TEXT   NOT NULL
);
CREATE INDEX stops_by_time     ON stops (stopped_at, cause);
CREATE INDEX stops_by_place    ON stops (place, stopped_at, cause);
CREATE INDEX stops_by_account  ON stops (account, stopped_at);
CREATE INDEX stops_by_region   ON stops (region, stopped_at);
CREATE INDEX stops_by_cluster  ON stops (cluster, stopped_at);
CREATE INDEX stops_by_group    ON stops (task_group, stopped_at);
CREATE INDEX stops_by_cause    ON stops (cause, stopped_at);
CREATE INDEX stops_by_incident ON stops (incident, stopped_at);

-- untold is set when the incident changes and cleared when people are told;
-- tell_queued while that is owed already. An incident that became part of
-- another names it in into_id.
CREATE TABLE incidents (
	id          ordered_text PRIMARY KEY, -- sorts by opened_at
	"partition" TEXT    NOT NULL,
	account     TEXT    NOT NULL,
	region      TEXT    NOT NULL,
	cluster     TEXT    NOT NULL,
	task_group  TEXT    NOT NULL,
	service     TEXT    NOT NULL,
	revision    TEXT    NOT NULL,
	cause       TEXT    NOT NULL,
	category    TEXT    NOT NULL,
	identity    TEXT    NOT NULL,
	verdict     BYTEA   NOT NULL,
	diagnosis   TEXT    NOT NULL,
	deep        BOOLEAN NOT NULL,
	stops       BIGINT  NOT NULL,
	first_at    BIGINT  NOT NULL,
	last_at     BIGINT  NOT NULL,
	opened_at   BIGINT  NOT NULL,
	into_id     TEXT    NOT NULL,
	untold      BOOLEAN NOT NULL,
	tell_queued BOOLEAN NOT NULL
);
CREATE INDEX incidents_by_last     ON incidents (last_at);
CREATE INDEX incidents_by_into     ON incidents (into_id) WHERE into_id <> '';
CREATE INDEX incidents_by_account  ON incidents (account, id);
CREATE INDEX incidents_by_region   ON incidents (region, id);
CREATE INDEX incidents_by_cluster  ON incidents (cluster, id);
CREATE INDEX incidents_by_service  ON incidents (service, id);
CREATE INDEX incidents_by_cause    ON incidents (cause, id);
CREATE INDEX incidents_by_category ON incidents (category, id);
CREATE INDEX incidents_by_identity ON incidents (identity, id);

-- Which incidents stops with a key join. There are several with one key when
-- they were hours apart, and several keys of one incident when its cause became
-- known better.
CREATE TABLE incident_keys (
	incident_key TEXT NOT NULL,
	incident     TEXT NOT NULL,
	PRIMARY KEY (incident_key, incident)
);
CREATE INDEX incident_keys_by_incident ON incident_keys (incident);

-- Who may tell people of an incident, and where it was told. claimed_until is 0
-- where nobody holds the claim; broken_at is when the first claim began that was
-- not given back.
CREATE TABLE tellings (
	incident      TEXT   PRIMARY KEY,
	state         BYTEA,
	claimed_at    BIGINT NOT NULL,
	claimed_until BIGINT NOT NULL,
	broken_at     BIGINT NOT NULL
);

-- What was ingested, so that nothing is taken twice. body is that of a service's
-- action; tasks are in facts.
CREATE TABLE events (
	id          TEXT   PRIMARY KEY,
	received_at BIGINT NOT NULL,
	kind        TEXT   NOT NULL,
	task        TEXT   NOT NULL,
	body        BYTEA
);
CREATE INDEX events_by_time ON events (received_at);
