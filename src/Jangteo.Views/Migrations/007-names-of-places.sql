-- The revision of the listing that its words and grams were made from. The release before this one makes them without the name of the place and does not
-- write the revision: such listings are filled in at the next start.
alter table listings add column words_revision integer;
