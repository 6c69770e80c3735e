-- A trade as it now is. What is asked for has a column; the rest of the record stands in body.
create table trades (
    id             uuid primary key,
    kind           text not null,
    version        integer not null,
    listing        uuid not null,
    buyer          uuid not null,
    seller         uuid not null,
    state          text not null,
    revision       integer not null check (revision > 0),
    is_open        boolean not null,
    is_single      boolean not null,
    hears_sold_out boolean not null,
    body           text not null
) with (fillfactor = 60);
-- Of a single thing a buyer has one open trade.
create unique index trades_asked_once on trades (listing, buyer) where is_open and is_single;
create index trades_hear_sold_out on trades (listing) where hears_sold_out;
create index trades_kind_state on trades (kind, state);

-- Every commit to a trade, revision by revision.
create table history (
    trade    uuid not null,
    revision integer not null,
    at       timestamptz not null,
    what     text not null,
    move     text,
    state    text not null,
    actor    text not null,
    person   uuid,
    code     text,
    heard    text,
    reason   text,
    primary key (trade, revision)
);

-- Moves that time will make (business time), and when to try one again that could not be made (machine time).
create table deadlines (
    trade    uuid not null,
    move     text not null,
    due_at   timestamptz not null,
    retry_at timestamptz not null default '-infinity',
    primary key (trade, move)
);
create index deadlines_due on deadlines (due_at);

-- Trading's own copy of listings, so that a trade starts while Catalog is down.
create table listings (
    id        uuid primary key,
    revision  integer not null,
    kind      text not null,
    owner     uuid not null,
    owner_name text not null,
    title     text not null,
    price     bigint not null,
    available integer not null,
    withdrawn boolean not null
) with (fillfactor = 70);

-- The tables that trades were begun with, word for word.
create table kind_versions (
    kind    text not null,
    version integer not null,
    hash    text not null,
    source  text not null,
    stored_at timestamptz not null default now(),
    primary key (kind, version)
);
