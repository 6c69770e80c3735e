-- lat and lng are what everyone may know and what is searched; the exact point is shown to the owner alone.
alter table listings
    add column exact_lat double precision,
    add column exact_lng double precision;
