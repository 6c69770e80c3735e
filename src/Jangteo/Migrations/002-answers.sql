-- What was answered under an Idempotency-Key to commands that belong to no module, those of the sandbox. As every module keeps it (001-messages.sql of the Platform).
create table answers (
    person    uuid not null,
    route     text not null,
    key       text not null,
    body_hash text not null,
    at        timestamptz not null default now(),
    status    integer,
    location  text,
    answer    text,
    primary key (person, route, key)
);
create index answers_at on answers (at);
