-- The condition as the seller states it, where the kind asks for it; null for listings from before, and where the seller states none.
alter table listings add column condition text check (condition in ('new', 'like-new', 'good', 'fair'));

-- Where a kind moves no money, a thing may be offered free of charge.
alter table listings drop constraint listings_price_check, add constraint listings_price_check check (price >= 0);
