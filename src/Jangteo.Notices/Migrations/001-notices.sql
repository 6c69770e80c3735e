-- People as they were last heard of: how to reach them, and in which language.
create table people (
    person   uuid primary key,
    name     text not null,
    email    text not null,
    phone    text,
    language text not null
);

-- What people are told: one row for a change, person and channel, and never a second one (I9).
create table notices (
    subject uuid not null,
    cause   integer not null,
    what    text not null,
    person  uuid not null,
    channel text not null,
    number  bigint generated always as identity,
    id      uuid not null,
    trade   uuid,
    listing uuid not null,
    kind    text not null,
    status  text not null,
    at      timestamptz not null,
    facts   text not null,
    primary key (subject, cause, what, person, channel)
) with (fillfactor = 90);
create index notices_person on notices (person, number) where channel = 'app';
create index notices_errands on notices (id) where channel <> 'app';
create index notices_waiting on notices (channel, number) where status = 'waiting';
create index notices_undeliverable on notices (number) where status = 'undeliverable';

-- How far each person has read, by number.
create table read_marks (
    person uuid primary key,
    number bigint not null
);

-- Alarms that were asked for, by key, and what became of them: sent, or voided before they were.
create table alarms (
    stream   uuid not null,
    revision integer not null,
    verb     text not null,
    outcome  text not null,
    primary key (stream, revision, verb)
);
