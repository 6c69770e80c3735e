-- What is owed to a seller is never negative either. It is guarded trade by trade, because a row for each seller would be written by every pay-out to them.
create function guarded_balance(account text, trade uuid) returns text language sql immutable as
$$
    select case
        when is_guarded(account) then account
        when split_part(account, ':', 1) = 'seller-payable' then account || '/' || coalesce(trade::text, '')
    end
$$;

insert into balances (account, amount)
select guarded_balance(line.account, j.trade), sum(line.amount)
from journals j cross join lateral unnest(j.accounts, j.amounts) as line (account, amount)
where split_part(line.account, ':', 1) = 'seller-payable'
group by 1;

-- Runs as the owner, so that the login can move a balance only by writing a journal.
create or replace function keep_balances() returns trigger language plpgsql security definer set search_path = payments, pg_temp as $$
declare
    guarded text;
begin
    for line in 1 .. cardinality(new.amounts) loop
        guarded := guarded_balance(new.accounts[line], new.trade);
        if guarded is not null then
            update balances set amount = amount + new.amounts[line] where account = guarded;
            if not found then
                insert into balances values (guarded, new.amounts[line]);
            end if;
        end if;
    end loop;
    return null;
end $$;
