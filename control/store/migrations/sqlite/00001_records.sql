-- +goose Up
CREATE TABLE records (
	key      BLOB PRIMARY KEY, -- bytes, so that they sort like those of every other store
	value    BLOB NOT NULL,
	encoding INTEGER NOT NULL,
	revision INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE revision (
	last INTEGER NOT NULL -- of the latest commit
);
INSERT INTO revision VALUES (0);
