-- Nothing here asks for trades by state (Views counts them), and an index on it would have every move write to all the others too.
drop index trades_kind_state;
