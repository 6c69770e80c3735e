-- What the book says of one trade or transfer: the first part of a key. Compared byte by byte, so that the order is that of ids.
create index charges_subject on charges ((split_part(key, '/', 1) collate "C"));
create index refunds_subject on refunds ((split_part(charge_key, '/', 1) collate "C"));
create index transfers_subject on transfers ((split_part(key, '/', 1) collate "C"));
