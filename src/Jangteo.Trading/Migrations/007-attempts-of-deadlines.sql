-- How often the move of a deadline has begun: each time waits longer for the next.
alter table deadlines add column attempts integer not null default 0;
