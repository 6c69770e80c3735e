-- How often a buyer has begun and ended a trade on one listing lately; written once, when a trade ends.
create index trades_ended on trades (buyer, listing, id) where not is_open;
