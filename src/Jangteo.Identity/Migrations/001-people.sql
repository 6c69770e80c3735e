-- People, and what they sign in with.
create table people (
    id          uuid primary key,
    name        text not null check (char_length(name) between 1 and 80),
    email       text not null check (char_length(email) <= 254),
    email_key   text not null unique, -- the e-mail in lower case: Kim@ and kim@ are one person
    phone       text check (phone ~ '^\+[1-9][0-9]{6,14}$'),
    language    text not null check (language in ('en', 'ko')),
    is_operator boolean not null default false,
    password    text, -- a salted hash; null for people of the sandbox, who have none
    since       timestamptz not null
);
create index people_newest on people (since desc, id desc);

-- Sign-ins that failed, by e-mail, whether or not anybody has it: so that being locked out tells a stranger nothing.
create table failed_sign_ins (
    email_key    text primary key,
    failures     integer not null,
    latest       timestamptz not null, -- machine time
    locked_until timestamptz
);
create index failed_sign_ins_latest on failed_sign_ins (latest);
