-- What a carrier outside has said of a message, as its latest revision; null where it has reported nothing.
alter table notices add column carrier_revision integer;

-- What operators look at, and what the carrier is asked about.
create index notices_unsettled on notices (number) where status in ('undeliverable', 'unknown');
