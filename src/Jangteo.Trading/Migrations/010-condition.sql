-- The condition that the seller states, and the one that a trade began with: part of what was agreed.
alter table listings add column condition text;
alter table agreed_listings add column condition text;
