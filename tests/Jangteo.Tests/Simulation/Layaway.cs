using Jangteo.Kinds;

namespace Jangteo.Tests.Simulation;

/// <summary>
/// A kind that nobody would trade in, made so that what the five never do happens often: what was asked for is taken back while its answer is
/// under way, and asked for again.
/// </summary>
internal static class Layaway
{
    public const string Table = """
        kind: layaway
        version: 1
        stock: counted
        price: each
        needs: [quantity]
        tell: { buyer: [sms, app], seller: [app, email] }

        moves:
          - { do: ask,        from: start,              to: reserved, by: buyer }
          - { do: pay,        from: reserved,           to: paid,     by: buyer,           first: [hold-payment] }
          - { do: take-back,  from: paid,               to: reserved, by: buyer,           ask: [refund] }
          - { do: want,       from: paid,               to: wanted,   by: buyer,           ask: [take-stock] }
          - { do: think,      from: wanted,             to: unsure,   by: buyer,           ask: [give-back-stock] }
          - { do: want,       from: unsure,             to: insisting, by: buyer,          ask: [take-stock] }
          - { do: get,        from: [wanted, insisting], to: got,     hears: stock-taken }
          - { do: lack,       from: [wanted, insisting], to: unsure,  hears: stock-refused }
          - { do: keep,       from: got,                to: kept,     by: buyer,           ask: [pay-out, sell-stock] }
          - { do: return,     from: got,                to: unsure,   by: seller,          ask: [give-back-stock] }
          - { do: forget,     from: reserved,           to: gone,     after: 2d }
          - { do: give-up,    from: [paid, wanted, unsure, insisting, got], to: gone, after: 5d, ask: [refund, give-back-stock] }
        """;

    public static Kind Kind { get; } = KindReader.ReadTable(Table, "layaway").Value!;
}
