-- What every trade has held, expected, paid out or given back (DESIGN §5).

create table payments (
    trade          uuid primary key,
    asker          text not null,
    kind           text not null,
    listing        uuid not null,
    buyer          uuid not null,
    seller         uuid not null,
    currency       text not null,
    standing       text not null check (standing in ('nothing', 'expected', 'held', 'paid-out')),
    means          text not null check (means in ('none', 'card', 'deposit')),
    since          integer not null,
    confirmed_by   integer not null,
    amount         bigint not null check (amount >= 0),
    fee            bigint not null check (fee between 0 and amount),
    seen           bigint not null check (seen between 0 and amount),
    undone_up_to   integer not null,
    released_up_to integer not null,
    reference      text unique,
    refund_account text,
    attempts       jsonb not null
) with (fillfactor = 70);
create index payments_buyer on payments (buyer, trade);
create index payments_seller on payments (seller, trade);

-- What is to be done at the provider or the bank. A row is gone when it is done.
create table errands (
    key         text primary key,
    subject     uuid not null,
    revision    integer not null,
    verb        text not null,
    what        text not null,
    amount      bigint not null,
    charge_key  text,
    account     text,
    card        text,
    correlation uuid not null,
    causation   uuid not null,
    since       timestamptz not null default now(),
    tries       integer not null default 0,
    refusals    integer not null default 0,
    -- Machine time. Null: it waits for an operator.
    next_at     timestamptz default now(),
    attention   boolean not null default false,
    problem     text
) with (fillfactor = 80);
create index errands_due on errands (next_at);

-- What the bank has seen, and how far its statement has been read.
create table deposits (
    id        uuid primary key,
    position  bigint not null unique,
    reference text not null,
    amount    bigint not null check (amount > 0),
    payer     text not null,
    trade     uuid,
    state     text not null,
    fits      text not null,
    currency  text not null,
    at        timestamptz not null
);
create index deposits_trade on deposits (trade);
create index deposits_state on deposits (state, position);
create table statement (position bigint not null);
insert into statement values (0);

-- The ledger. Journals and their entries are written once: nobody changes them, and the module's login may not even try.
create table journals (
    id       uuid primary key,
    trade    uuid,
    deposit  uuid,
    event    text not null,
    currency text not null,
    at       timestamptz not null,
    check (trade is not null or deposit is not null)
);
create index journals_trade on journals (trade, id);
create table entries (
    journal uuid not null references journals,
    line    smallint not null,
    account text not null,
    amount  bigint not null check (amount <> 0),
    primary key (journal, line)
);

-- Balances of the accounts that must never be negative: escrow, suspense and what is in transit, each of one trade or deposit, so that no row is hot.
create table balances (
    account text primary key,
    amount  bigint not null constraint never_negative check (amount >= 0)
) with (fillfactor = 80);

create function is_guarded(account text) returns boolean language sql immutable as
$$ select split_part(account, ':', 1) in ('escrow', 'bank-suspense', 'refund-in-transit', 'pay-out-in-transit') $$;

-- Runs as the owner, so that the login can move a balance only by writing entries. Every statement adds whole journals: what is added to one adds up to zero.
create function keep_balances() returns trigger language plpgsql security definer set search_path = payments, pg_temp as $$
begin
    if exists (select from added group by journal having sum(amount) <> 0) then
        raise exception 'a journal does not balance' using errcode = 'check_violation', constraint = 'journal_balances';
    end if;
    update balances b set amount = b.amount + moved.amount
    from (select account, sum(amount) as amount from added where is_guarded(account) group by account) moved
    where b.account = moved.account;
    insert into balances
    select account, sum(amount) from added a
    where is_guarded(account) and not exists (select from balances b where b.account = a.account) group by account;
    return null;
end $$;
create trigger keep_balances after insert on entries referencing new table as added for each statement execute function keep_balances();

create function refuse_unbalanced() returns trigger language plpgsql security definer set search_path = payments, pg_temp as $$
declare
    lines integer;
    total numeric;
begin
    select count(*), sum(amount) into lines, total from entries where journal = new.id;
    if lines < 2 or total <> 0 then
        raise exception 'journal % has % lines that add up to %', new.id, lines, total using errcode = 'check_violation', constraint = 'journal_balances';
    end if;
    return null;
end $$;
create constraint trigger journal_balances after insert on journals deferrable initially deferred for each row execute function refuse_unbalanced();

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the ledger is written once: no % on %', tg_op, tg_table_name using errcode = 'integrity_constraint_violation';
end $$;
create trigger written_once before update or delete or truncate on journals for each statement execute function refuse_change();
create trigger written_once before update or delete or truncate on entries for each statement execute function refuse_change();

revoke update, delete, truncate on journals, entries from jangteo_payments;
revoke insert, update, delete, truncate on balances from jangteo_payments;
