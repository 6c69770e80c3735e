-- The values that the setting FeePermille has had: a row for each start of a process with another value than the one before.
create table fees (
    id       bigint generated always as identity primary key,
    since    timestamptz not null,
    permille integer not null
);
