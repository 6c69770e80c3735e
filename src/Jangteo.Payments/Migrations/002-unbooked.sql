-- What the bank has seen and could not be booked: it waits for an operator and holds up nothing.
create table unbooked (
    position bigint primary key,
    -- As JSON, and in a column of text: what cannot be kept anywhere else can be kept so.
    deposit  text not null,
    reason   text not null,
    at       timestamptz not null
);
