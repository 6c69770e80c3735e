-- A row of the log is written once and never touched again. Its position stands with its batch: the rows that had become older than every
-- transaction still running, in the order in which they go out. (Marking each row rewrote it whole, with all its indexes.)
create table batches (
    first bigint primary key,  -- the position of its first row; the others follow without a gap
    ids   bigint[] not null
);
insert into batches (first, ids)
select min(position), array_agg(id order by position) from outbox where position is not null group by (position - 1) / 500;

-- Rows of transactions before this one have their position.
alter table relay add column before xid8 not null default '0';
-- Nothing runs beside a migration, so what has no position yet is made to look as if this transaction had said it.
update outbox set xid = case when position is null then pg_current_xact_id() else '0' end;
update relay set before = pg_current_xact_id();

drop index outbox_unsent;
alter table outbox drop column position;
create index outbox_xid on outbox (xid);
