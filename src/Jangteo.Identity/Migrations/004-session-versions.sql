-- Raised to end every session of a person: a session keeps the version with which it began.
alter table people add column session_version bigint not null default 0;

-- Sessions of people that are to be ended in every process. Written with the change that ends them; deleted when the table that all processes read has it.
create table sessions_to_end (
    person  uuid primary key,
    version bigint not null
);
