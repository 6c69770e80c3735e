-- What was looked at is deleted after the look, in a transaction of its own: an id tells which rows that were.
alter table integrity_changes add column id bigint generated always as identity primary key;
