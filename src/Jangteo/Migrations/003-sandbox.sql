-- What is switched on in the sandbox, for every process of the installation; a start of a single process begins without.
create table faults (name text primary key);

-- Raised by whatever moves the clock or switches a fault, so that each process can say how far it follows.
alter table clock add column revision bigint not null default 0;

-- The processes of an installation that has several: when each was last seen (machine time), and which revision of the sandbox it follows.
create table processes (
    id       uuid primary key,
    seen     timestamptz not null,
    revision bigint not null
);
