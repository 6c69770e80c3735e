-- Pictures that a party has added to the dispute about a trade, as they are kept, with a small copy unless they are small themselves.
-- A file that one person adds twice to one trade is one picture: it is known by the hash of what was sent.
create table dispute_pictures (
    id          uuid primary key,
    trade       uuid not null,
    person      uuid not null,
    at          timestamptz not null,
    given       text not null,
    size        integer not null,
    type        text not null,
    hash        text not null,
    bytes       bytea not null,
    small_type  text,
    small_hash  text,
    small_bytes bytea,
    unique (trade, person, given)
);

-- Pictures are compressed already. Kept as they are, a piece of one is read without the rest of it.
alter table dispute_pictures
    alter column bytes set storage external,
    alter column small_bytes set storage external;

-- For the space that one person may take.
create index dispute_pictures_person on dispute_pictures (person) include (trade, size);
