-- What operators were told by e-mail: each thing that needs them once, as long as it needs them.
create table attention_told (
    module  text not null,
    what    text not null,
    subject text not null,
    mail    uuid not null,
    primary key (module, what, subject)
);

create table operator_mails (
    id      uuid primary key,
    at      timestamptz not null,
    address text not null,
    subject text not null,
    text    text not null,
    status  text not null check (status in ('waiting', 'sent', 'undeliverable'))
);
create index operator_mails_waiting on operator_mails (id) where status = 'waiting';
