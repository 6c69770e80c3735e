-- Sign-ins that have not succeeded, counted before a password is compared: by account and address, by account, by address, by known device.
-- It takes the place of failed_sign_ins, which is written no more.
create table guesses (
    key       text primary key,            -- what is counted, such as "account kim@example.com", whether or not anybody has the e-mail
    failures  double precision not null,   -- as of the latest; they are forgiven as time passes
    latest    timestamptz not null,        -- machine time
    next_at   timestamptz not null,        -- no guess is evaluated before it
    forget_at timestamptz not null         -- nothing of it counts any more
);
create index guesses_forget on guesses (forget_at);
