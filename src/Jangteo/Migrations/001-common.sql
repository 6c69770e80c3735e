-- What every process shares and no module owns: the keys that protect tokens, and how far the sandbox's business clock is ahead.
create table protection_keys (
    name text primary key,
    xml  text not null
);

create table clock (ahead interval not null);
insert into clock values ('0');
