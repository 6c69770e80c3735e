-- How far the module's log has been looked through for what to check again. One row.
create table integrity (position bigint not null);
insert into integrity values (0);

-- What did not hold when it was looked at last, until it holds again.
create table integrity_offenders (
    check_name text not null,
    subject    uuid not null,
    detail     text not null,
    found_at   timestamptz not null default now(),
    primary key (subject, check_name)
);
