-- Listings with their stock, and what each trade has of it.

create table listings (
    id             uuid primary key,
    revision       integer not null,
    kind           text not null,
    owner          uuid not null,
    owner_name     text not null,
    title          text not null,
    description    text not null,
    price          bigint not null check (price > 0),
    currency       text not null,
    status         text not null check (status in ('draft', 'registering', 'registered', 'withdrawn')),
    single         boolean not null,
    first_quantity integer not null check (first_quantity > 0),
    corrections    integer not null default 0,
    available      integer not null check (available >= 0),
    out            integer not null default 0 check (out >= 0),
    sold           integer not null default 0 check (sold >= 0),
    written_off    integer not null default 0 check (written_off >= 0),
    place_name     text,
    lat            double precision,
    lng            double precision,
    pictures       uuid[] not null default '{}',
    since          timestamptz not null,
    constraint stock_adds_up check (first_quantity + corrections - sold - written_off - out = available),
    constraint single_is_one check (not single or first_quantity + corrections = 1)
) with (fillfactor = 80);

-- What one trade has of one listing, and what it was answered by key.
create table allocations (
    trade        uuid primary key,
    listing      uuid not null,
    single       boolean not null,
    has          text not null check (has in ('nothing', 'taken', 'sold', 'written-off')),
    quantity     integer not null check ((has = 'nothing') = (quantity = 0) and quantity >= 0),
    taken_at     integer not null,
    undone_up_to integer not null,
    answers      text not null
) with (fillfactor = 80);

-- Nobody has what another has: of a single thing there is one holder, ever one whom it is sold to.
create unique index allocations_one_holder on allocations (listing) where single and has <> 'nothing';

create table pictures (
    id      uuid primary key,
    listing uuid not null references listings,
    type    text not null,
    hash    text not null,
    bytes   bytea not null,
    at      timestamptz not null
);

-- Registrations that ask before they count. Kept when they are settled, for whoever still waits for the answer.
create table registrations (
    listing     uuid not null references listings,
    revision    integer not null,
    verbs       text[] not null,
    since       timestamptz not null,
    correlation uuid not null,
    causation   uuid not null,
    is_first    boolean not null,
    language    text not null,
    person      uuid,
    route       text,
    key         text,
    settled_at  timestamptz,
    code        text,
    retry_after interval,
    primary key (listing, revision)
);
create unique index registrations_open on registrations (listing) where settled_at is null;
