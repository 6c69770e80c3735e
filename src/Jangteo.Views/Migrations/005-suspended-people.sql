-- People whom Identity has said to be suspended: their listings are not on offer.
create table suspended_people (person uuid primary key);
