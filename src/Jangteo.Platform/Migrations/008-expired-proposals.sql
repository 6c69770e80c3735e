-- A proposal that nobody decided in time leaves a record, too.
alter table operator_acts drop constraint operator_acts_step_check;
alter table operator_acts add constraint operator_acts_step_check check (step in ('done', 'proposed', 'confirmed', 'declined', 'expired'));
