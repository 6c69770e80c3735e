-- How far the log has gone to the broker, where there is one: what is after it is sent, perhaps again.
alter table relay add column sent bigint not null default 0;

-- The processes that hear for this module, and when each was last seen (machine time): they share the partitions of its queue among them.
create table members (
    process uuid primary key,
    seen    timestamptz not null
);
