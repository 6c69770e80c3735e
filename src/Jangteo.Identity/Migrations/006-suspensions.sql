-- A suspended person cannot sign in; Trading hears of it and begins no trade on their listings.
alter table people add column suspended_at timestamptz; -- business time
alter table people add column suspended_because text;
