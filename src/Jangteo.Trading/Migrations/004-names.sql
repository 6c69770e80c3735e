-- The names that people have now. A trade keeps those of its last commit; what is shown and said has these.
create table people (
    id   uuid primary key,
    name text not null
);
