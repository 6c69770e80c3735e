using Jangteo.Contracts;

namespace Jangteo.Views;

/// <summary>The views, or the part of them that some messages touch, in memory: hears messages in order and remembers which rows they made.</summary>
internal sealed class Copy
{
    public Dictionary<Guid, ListingRow> Listings { get; } = [];
    public Dictionary<Guid, TradeRow> Trades { get; } = [];
    public Dictionary<Guid, PersonRow> People { get; } = [];
    public Dictionary<Guid, AlarmRow> Alarms { get; } = [];
    /// <summary>Whether each person of whom it was said is suspended now.</summary>
    public Dictionary<Guid, bool> Suspended { get; } = [];
    public List<LineRow> Lines { get; } = [];

    /// <summary>Every type that Views hears, read as the record it is.</summary>
    public static object Open(Message message) => message.Type switch
    {
        TradingMessages.Moved => message.Read<TradeMoved>(),
        TradingMessages.Noted => message.Read<TradeNoted>(),
        CatalogMessages.ListingChanged => message.Read<ListingChanged>(),
        IdentityMessages.PersonChanged => message.Read<PersonChanged>(),
        IdentityMessages.PersonSuspended => message.Read<PersonSuspended>(),
        NoticesMessages.Told => message.Read<Told>(),
        PaymentsMessages.Posted => message.Read<JournalsPosted>(),
        _ when MessageTypes.Of(message.Type).Body == typeof(OperatorActed) => message.Read<OperatorActed>(),
        _ when MessageTypes.Of(message.Type).Body == typeof(Answered) => message.Read<Answered>(),
        _ => throw new InvalidOperationException($"views is not meant to hear {message.Type}"),
    };

    public void Hear(Message message, object body)
    {
        switch (body)
        {
            case TradeMoved moved:
                Trades[moved.Trade] = Folds.Trade(moved);
                break;
            case TradeNoted noted:
                Trades[noted.Trade] = Folds.Trade(Trades.GetValueOrDefault(noted.Trade), noted);
                break;
            case ListingChanged changed:
                Listings[changed.Listing] = Folds.Listing(Listings.GetValueOrDefault(changed.Listing), changed);
                break;
            case PersonChanged changed:
                People[changed.Person] = Folds.Person(changed);
                break;
            case PersonSuspended suspended:
                Suspended[suspended.Person] = suspended.IsSuspended;
                break;
            case Told told:
                foreach (var alarm in Folds.Alarms(told))
                {
                    Alarms[alarm.Notice] = alarm;
                }

                break;
        }

        if (Folds.Line(message, body) is { } line)
        {
            Lines.Add(line);
        }
    }
}
