-- One delivery per trade, and what the trade was answered about it by key.
create table shipments (
    trade           uuid primary key,
    number          bigint generated always as identity unique,
    kind            text not null,
    listing         uuid not null,
    title           text not null,
    seller          uuid not null,
    buyer           uuid,
    address         text,
    correlation     uuid not null,
    state           text not null check (state in ('none', 'under-way', 'arrived', 'cancelled')),
    started_at      integer not null,
    cancelled_up_to integer not null,
    answers         text not null,
    since           timestamptz not null,
    constraint arrived_was_started check (state not in ('under-way', 'arrived') or started_at > 0)
) with (fillfactor = 80);
create index shipments_of_seller on shipments (seller, number desc) where state <> 'none';
create index shipments_of_buyer on shipments (buyer, number desc) where state <> 'none';
