-- The sandbox's card provider and bank: a book of their own, kept apart from the ledger so that the two can be compared.

create table charges (
    key    text primary key,
    card   text not null,
    amount bigint not null,
    state  text not null,
    asked  integer not null default 1,
    at     timestamptz not null default now()
) with (fillfactor = 80);

create table refunds (
    key        text primary key,
    charge_key text not null,
    amount     bigint not null,
    at         timestamptz not null default now()
);
create index refunds_charge on refunds (charge_key);

create table transfers (
    key     text primary key,
    account text not null,
    amount  bigint not null,
    refused boolean not null,
    at      timestamptz not null default now()
);

create table deposits (
    position  bigint generated always as identity primary key,
    id        uuid not null unique,
    reference text not null,
    amount    bigint not null,
    payer     text not null,
    at        timestamptz not null default now()
);
