-- Whoever has traded for years has few open trades among many that are over: those are found without reading the others.
create index trades_buyer_open on trades (buyer) where not final;
create index trades_seller_open on trades (seller) where not final;
