-- A registration that could not be asked for is not kept under its key: sent again, it finds the draft it made.
create index registrations_key on registrations (person, route, key) where key is not null;
