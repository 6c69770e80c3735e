-- What people look at. Every row here is the fold of events (Folds.cs) and can be made again from the logs; the events stay with who said them.

-- Rows change with every move of stock, so no index stands on a column that such a move changes: updates stay within their page.
create table listings (
    id          uuid primary key,
    revision    integer not null,
    kind        text not null,
    owner       uuid not null,
    owner_name  text not null,
    title       text not null,
    description text not null,
    price       bigint not null,
    currency    text not null,
    status      text not null,
    quantity    integer not null,
    available   integer not null,
    lent        integer not null,
    sold        integer not null,
    written_off integer not null,
    place       text,
    lat         double precision,
    lng         double precision,
    pictures    text not null,
    since       timestamptz not null,
    at          timestamptz not null,
    -- As it is searched: small letters, and composed, for Macs write Korean in pieces.
    words       text generated always as (lower(normalize(title || E'\n' || description))) stored
) with (fillfactor = 70);
create index listings_owner on listings (owner, id);
create index listings_kind on listings (kind, id);
create index listings_place on listings (lat, lng) where lat is not null;
create index listings_price on listings (price, id);

-- A word within a text in any language: trigrams, where the installation has them.
do $$ begin
    if exists (select from pg_available_extensions where name = 'pg_trgm') then
        create extension if not exists pg_trgm schema public;
        create index listings_words on listings using gin (words public.gin_trgm_ops);
    end if;
end $$;

create table trades (
    id            uuid primary key,
    revision      integer not null,
    kind          text not null,
    state         text not null,
    final         boolean not null,
    buyer         uuid not null,
    seller        uuid not null,
    listing       uuid not null,
    awaits        text,
    pending_since timestamptz,
    due           timestamptz,
    at            timestamptz not null,
    facts         text not null
) with (fillfactor = 70);
create index trades_buyer on trades (buyer, id);
create index trades_seller on trades (seller, id);
create index trades_open on trades (listing) where not final;

-- What happened about a trade, a line for each message.
create table lines (
    trade       uuid not null,
    at          timestamptz not null,
    id          uuid not null,
    correlation uuid not null,
    line        text not null,
    primary key (trade, at, id)
);

-- What people were told about a listing, and what could not be told to anybody.
create table alarms (
    notice  uuid primary key,
    listing uuid,
    trade   uuid,
    person  uuid not null,
    what    text not null,
    channel text not null,
    status  text not null,
    at      timestamptz not null
);
create index alarms_listing on alarms (listing) where listing is not null;

create table people (
    id          uuid primary key,
    name        text not null,
    email       text not null,
    phone       text,
    language    text not null,
    is_operator boolean not null
);
