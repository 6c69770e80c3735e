-- For the quota, which counts what only trades keep as well.
drop index pictures_owner;
create index pictures_owner on pictures (owner) include (size, state);
