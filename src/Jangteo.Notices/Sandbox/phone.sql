-- The book of the sandbox's SMS provider and of its post office: what arrived, in the order in which it did. It has its own login, so that what
-- the outside world recorded can be compared with what Notices believes (I10).
create table messages (
    number     bigint generated always as identity primary key,
    errand     uuid not null unique,
    channel    text not null,
    recipient  text not null,
    subject    text,
    text       text not null,
    at         timestamptz not null
);
create index messages_recipient on messages (channel, recipient, number);
