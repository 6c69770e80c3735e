-- The journals of a bank transfer, for the checks of that transfer.
create index journals_deposit on journals (deposit, id) where deposit is not null;
