-- Pictures are compressed already. Kept as they are, a piece of one is read without the rest of it.
alter table pictures alter column bytes set storage external;
