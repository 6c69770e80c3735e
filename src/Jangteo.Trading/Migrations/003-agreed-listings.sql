-- What a listing's copy needs so that a trade can keep the listing as it was when the trade began, and show the other party where the thing is.
alter table listings
    add column description text not null default '',
    add column pictures    uuid[] not null default '{}',
    add column place_name  text,
    add column lat         double precision,
    add column lng         double precision,
    add column public_lat  double precision,
    add column public_lng  double precision;

-- A listing as some trade began with it. Addressed by its content: trades that began with the same words, price and pictures share one row.
create table agreed_listings (
    listing     uuid not null,
    digest      text not null,
    title       text not null,
    price       bigint not null,
    description text not null,
    pictures    uuid[] not null,
    primary key (listing, digest)
);

alter table trades add column agreed text;
