-- People whom Identity has said to be suspended: no trade begins on their listings.
create table suspended_people (person uuid primary key);
