-- What every module keeps for its messages and commands (DESIGN §4).

-- The log of everything this module has said. Rows are marked by position when their transaction is older than any that still runs; never deleted.
create table outbox (
    id          bigint generated always as identity primary key,
    xid         xid8 not null default pg_current_xact_id(),
    position    bigint unique,
    type        text not null,
    stream      uuid not null,
    receivers   text[] not null,
    seqs        integer[] not null,
    correlation uuid not null,
    message     text not null
);
create index outbox_unsent on outbox (id) where position is null;

-- The last position given out. One row.
create table relay (position bigint not null);
insert into relay values (0);

-- How many messages of a stream each receiver has been sent.
create table streams (
    stream   uuid not null,
    receiver text not null,
    seq      integer not null,
    primary key (stream, receiver)
) with (fillfactor = 80);

-- The last message of each stream whose effect is in this schema.
create table inbox (
    sender text not null,
    stream uuid not null,
    seq    integer not null,
    primary key (stream, sender)
) with (fillfactor = 80);

-- How far each sender's log has been read.
create table reading (
    sender   text primary key,
    position bigint not null
);

-- Messages that came before their turn, wait for an intention, or failed for good (parked).
create table aside (
    id        bigint generated always as identity primary key,
    sender    text not null,
    stream    uuid not null,
    seq       integer not null,
    type      text not null,
    message   text not null,
    since     timestamptz not null default now(),
    parked_at timestamptz,
    reason    text,
    unique (sender, stream, seq)
);

-- Intentions that are not settled, and until when somebody is at work on each (machine time).
create table intentions (
    stream      uuid primary key,
    since       timestamptz not null,
    lease_until timestamptz not null
);

-- What was answered to a command under an Idempotency-Key. No status yet: still in progress.
create table answers (
    person    uuid not null,
    route     text not null,
    key       text not null,
    body_hash text not null,
    at        timestamptz not null default now(),
    status    integer,
    location  text,
    answer    text,
    primary key (person, route, key)
);
create index answers_at on answers (at);
