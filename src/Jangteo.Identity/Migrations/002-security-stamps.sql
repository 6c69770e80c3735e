-- Changes whenever a person's tokens are to count no more (Identity's security stamp). Whoever is here already gets one.
alter table people add column security_stamp text not null default gen_random_uuid()::text;
