-- Sessions that were ended before they expire. Every process holds this table in memory and follows it by NOTIFY.
create table revocations (
    subject  uuid primary key,     -- a session, or a person with all their sessions
    below    bigint not null,      -- the subject's sessions with a smaller version have ended; one session has the largest number there is
    until    timestamptz not null, -- machine time past which no token can need the row
    revision bigint not null unique -- drawn under a lock, so that rows become visible in this order and a reader can ask for what is new
);
create sequence revocations_revision;
create index revocations_until on revocations (until);
