-- What has changed since it was checked last, for modules whose log does not tell of every change. Written in the commit of the change.
create table integrity_changes (subject uuid not null);

-- What fills the sentence that detail names: a finding is said in the language of its reader.
alter table integrity_offenders add column facts jsonb not null default '{}';

-- All that was said of one subject: the checks that compare with a log read a few streams of it and never the whole.
create index outbox_stream on outbox (stream, id);
