-- The condition that the seller states, by which a search narrows down; null where none is stated.
alter table listings add column condition text;
create index listings_condition on listings (condition, id) where condition is not null;
