-- People whom Identity has said to be suspended: pictures of their listings are not shown to everyone.
create table suspended_people (person uuid primary key);
