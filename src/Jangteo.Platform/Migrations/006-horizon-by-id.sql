-- Positions follow ids now, and not transaction ids: one transaction that was open anywhere in the server held back every log of it.
-- What has no position yet gets one here, in the order of ids. The lock comes first: it waits for every transaction that has written to the
-- outbox. Without it, a row that commits after this has read the greatest id, with a smaller id, would never get a position.
lock table outbox in access exclusive mode;
alter table relay add column numbered bigint not null default 0;
with due as (
    select id, row_number() over (order by id) as nth from outbox where id not in (select unnest(ids) from batches)),
batched as (
    insert into batches (first, ids)
    select (select position from relay) + min(nth), array_agg(id order by nth) from due group by (nth - 1) / 500)
update relay set position = position + (select count(*) from due), numbered = (select coalesce(max(id), 0) from outbox);

alter table relay drop column before;
drop index outbox_xid;
alter table outbox drop column xid;

-- Another one with each start of a process: a receiver that sees it looks whether this is still the log that it has heard.
alter table relay add column epoch uuid not null default gen_random_uuid();

-- The message at the position up to which a sender's log has been heard, and the epoch under which that was last compared with the log.
alter table reading add column mark uuid;
alter table reading add column epoch uuid;
