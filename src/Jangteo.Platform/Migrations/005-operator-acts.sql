-- What operators did, one row for each act, written in the commit of the act. Rows are never changed and never deleted.
create table operator_acts (
    id           uuid primary key,
    at           timestamptz not null,
    -- Null when the act was done from the command line of the installation.
    operator     uuid,
    name         text not null,
    act          text not null,
    -- How far the act went: done at once, or proposed, confirmed or declined where two operators decide.
    step         text not null check (step in ('done', 'proposed', 'confirmed', 'declined')),
    subject_type text not null,
    subject      text not null,
    trade        uuid,
    amount       bigint,
    -- Where money or responsibility went from and to, such as two accounts.
    came_from    text,
    went_to      text,
    reason       text check (length(reason) between 1 and 1000),
    before       jsonb not null,
    after        jsonb not null,
    correlation  uuid not null
);
create index operator_acts_trade on operator_acts (trade, id) where trade is not null;

create function refuse_to_change_acts() returns trigger language plpgsql as $$
begin
    raise exception 'operator_acts is append-only: no %', tg_op using errcode = 'integrity_constraint_violation';
end $$;
create trigger append_only before update or delete or truncate on operator_acts for each statement execute function refuse_to_change_acts();

-- Acts on more money than one operator may move alone wait here for a second one.
create table proposals (
    id               uuid primary key,
    act              text not null,
    -- What was asked, to be carried out on confirmation.
    input            text not null,
    subject_type     text not null,
    subject          text not null,
    trade            uuid,
    amount           bigint not null,
    went_to          text,
    reason           text not null,
    proposed_by      uuid not null,
    proposed_by_name text not null,
    at               timestamptz not null,
    expires_at       timestamptz not null,
    state            text not null default 'open' check (state in ('open', 'confirmed', 'declined', 'expired')),
    decided_by       uuid,
    check (decided_by is null or decided_by <> proposed_by)
);
create unique index proposals_one_open on proposals (subject_type, subject) where state = 'open';

-- The module's login may add acts and read them.
do $$ begin
    execute format('revoke update, delete, truncate on operator_acts from %I', 'jangteo_' || current_schema());
end $$;
