-- +goose Up
CREATE TABLE sluice_records (
	key      bytea PRIMARY KEY, -- bytes, so that no collation sorts them
	value    bytea NOT NULL,
	encoding smallint NOT NULL,
	revision bigint NOT NULL
);
-- Values are compressed where it is worth it.
ALTER TABLE sluice_records ALTER COLUMN value SET STORAGE EXTERNAL;
CREATE INDEX sluice_records_revision ON sluice_records (revision);

CREATE SEQUENCE sluice_revision;

-- What each commit changed, for the nodes that have not seen it yet.
CREATE TABLE sluice_changes (
	revision bigint NOT NULL,
	key      bytea NOT NULL,
	deleted  boolean NOT NULL,
	at       timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (revision, key)
);

-- Whoever commits locks this table, so that commits become visible in the order
-- of their revisions.
CREATE TABLE sluice_turn ();

-- Changes up to this revision are no longer in sluice_changes.
CREATE TABLE sluice_pruned (
	revision bigint NOT NULL
);
INSERT INTO sluice_pruned VALUES (0);
