-- What could not be told of a trade, for the checks of that trade.
create index alarms_trade on alarms (trade) where trade is not null;
