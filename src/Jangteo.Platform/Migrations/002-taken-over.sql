-- Whether somebody else has taken an intention up: then who began it can no longer say that surely nothing was asked.
alter table intentions add column taken_over boolean not null default false;
