-- The part of a transfer that pays for its trade; the rest waits, is on its way back, or is back.
alter table deposits add column counted bigint not null default 0;
update deposits set counted = amount where state = 'matched';
alter table deposits add check (counted between 0 and amount);
