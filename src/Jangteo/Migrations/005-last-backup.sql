-- When the installation was backed up last (machine time), and into which folder. Before the first backup the folder is null, and the time
-- says since when there could have been one.
create table last_backup (
    at     timestamptz not null,
    folder text
);
insert into last_backup (at) values (now());
