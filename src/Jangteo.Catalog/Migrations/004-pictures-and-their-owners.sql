-- Whose a picture is and how many bytes it has, for the quota; and what has become of it:
-- shown on its listing, removed by its owner until Trading has said whether a trade keeps it, or kept for the parties of trades that began with it.
alter table pictures
    add column owner uuid,
    add column size  integer not null default 0,
    add column state text not null default 'shown' check (state in ('shown', 'removed', 'kept'));
update pictures p set owner = l.owner, size = octet_length(p.bytes) from listings l where l.id = p.listing;
create index pictures_owner on pictures (owner) include (size) where state <> 'kept';

-- A small copy for lists. A picture that is small itself has none.
create table thumbnails (
    picture uuid primary key references pictures on delete cascade,
    type    text not null,
    hash    text not null,
    size    integer not null,
    bytes   bytea not null
);

-- Kept as it is, like the picture itself: a part of one can be read without the rest.
alter table thumbnails alter column bytes set storage external;
