-- A listing as it is searched: folded text, and its grams (Jangteo.Platform.Input.SearchText). The program fills them, because the case folding of the
-- database depends on its locale and its trigrams do not know words of two syllables. What is here already is filled at the next start.
drop index if exists listings_words;
alter table listings drop column words;
alter table listings add column words text not null default '';
alter table listings add column grams text[] not null default '{}';
create index listings_grams on listings using gin (grams);
