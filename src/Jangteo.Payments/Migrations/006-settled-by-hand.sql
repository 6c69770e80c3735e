-- The account that the buyer gave while a call to the earlier one could be under way: the money goes there if the bank refuses the earlier one.
alter table errands add column next_account text;

-- Bank transfers that can never be booked (another currency, an amount that cannot be), and that operators have settled at the bank. The ledger has nothing
-- of them, and the comparison with the bank's book (I10) knows that.
create table settled_transfers (
    position bigint primary key,
    id       uuid not null,
    amount   bigint not null,
    -- As it was kept in unbooked.
    deposit  text not null,
    at       timestamptz not null
);
create index settled_transfers_id on settled_transfers (id);

-- What can never be booked, as opposed to what can be once its cause is mended. Only the former is settled by hand.
alter table unbooked add column unfit boolean not null default false;
update unbooked set unfit = true where reason like 'the bank says %';
