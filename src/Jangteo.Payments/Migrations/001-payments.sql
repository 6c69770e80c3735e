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

-- The ledger. A journal is one row with its lines, so that it balances by a check of that row and cannot be written in part. Nobody changes what
-- is written, and the module's login may not even try.
create function adds_up_to_zero(amounts bigint[]) returns boolean language plpgsql immutable as $$
declare
    total numeric := 0;
    amount bigint;
begin
    foreach amount in array amounts loop
        if amount is null or amount = 0 then
            return false;
        end if;
        total := total + amount;
    end loop;
    return total = 0;
end $$;

create table journals (
    id       uuid primary key,
    trade    uuid,
    deposit  uuid,
    event    text not null,
    currency text not null,
    at       timestamptz not null,
    accounts text[] not null,
    amounts  bigint[] not null,
    constraint journal_balances check (cardinality(amounts) >= 2 and cardinality(amounts) = cardinality(accounts) and adds_up_to_zero(amounts)),
    check (trade is not null or deposit is not null)
);
create index journals_trade on journals (trade, id);

-- The lines of the ledger one by one: positive into the account, negative out of it.
create view entries as
select j.id as journal, line.number as line, line.account, line.amount
from journals j cross join lateral unnest(j.accounts, j.amounts) with ordinality as line (account, amount, number);

-- Balances of the accounts that must never be negative: escrow, suspense and what is in transit, each of one trade or deposit, so that no row is hot.
create table balances (
    account text primary key,
    amount  bigint not null constraint never_negative check (amount >= 0)
) with (fillfactor = 80);

create function is_guarded(account text) returns boolean language sql immutable as
$$ select split_part(account, ':', 1) in ('escrow', 'bank-suspense', 'refund-in-transit', 'pay-out-in-transit') $$;

-- Runs as the owner, so that the login can move a balance only by writing a journal.
create function keep_balances() returns trigger language plpgsql security definer set search_path = payments, pg_temp as $$
begin
    for line in 1 .. cardinality(new.amounts) loop
        if is_guarded(new.accounts[line]) then
            update balances set amount = amount + new.amounts[line] where account = new.accounts[line];
            if not found then
                insert into balances values (new.accounts[line], new.amounts[line]);
            end if;
        end if;
    end loop;
    return null;
end $$;
create trigger keep_balances after insert on journals for each row execute function keep_balances();

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the ledger is written once: no % on %', tg_op, tg_table_name using errcode = 'integrity_constraint_violation';
end $$;
create trigger written_once before update or delete or truncate on journals for each statement execute function refuse_change();

revoke update, delete, truncate on journals from jangteo_payments;
revoke insert, update, delete, truncate on entries, balances from jangteo_payments;
