-- The expiry of a proposal is recorded as an act.
alter table operator_acts drop constraint operator_acts_step_check;
alter table operator_acts add constraint operator_acts_step_check check (step in ('done', 'proposed', 'confirmed', 'declined', 'expired'));
