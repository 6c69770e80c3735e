-- The other party of the trade that a notice tells of: what one person does again and again on one listing is told once with a count.
alter table notices add column other uuid;

-- Whether an SMS or e-mail of the same kind went to a person lately.
create index notices_repeated on notices (person, listing, what, number) where channel <> 'app';
