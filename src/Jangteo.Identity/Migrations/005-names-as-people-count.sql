-- Lengths are counted in characters as people see them, which the database cannot count: one may be many code points. The program counts; this bounds.
alter table people drop constraint people_name_check;
alter table people add constraint people_name_check check (name <> '' and octet_length(name) <= 1280);
