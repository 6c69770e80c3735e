using Jangteo.Kinds;

namespace Jangteo.Tests.Kinds;

/// <summary>Tables for tests of the reader and the checks: a sound one, and the same with one line changed.</summary>
internal static class Tables
{
    /// <summary>The repository's own kinds.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Root, "kinds");

    /// <summary>A sound table. Tests change a line of it.</summary>
    public const string Sound = """
        kind: lending
        version: 1
        stock: one
        price: each
        needs: []
        listing: { registered: { first: [send-alarm] }, deleted: { ask: [send-alarm] } }
        tell: { buyer: [app], seller: [app, sms] }

        moves:
          - { do: request, from: start,               to: requested, by: buyer,       first: [hold-payment], says: [Requested] }
          - { do: accept,  from: requested,           to: accepted,  by: seller,      first: [take-stock], says: [Accepted] }
          - { do: sold,    from: requested,           to: rejected,  hears: sold-out, ask: [refund], says: [Rejected] }
          - { do: lapse,   from: requested,           to: rejected,  after: 3d,       ask: [refund], says: [Rejected] }
          - { do: send,    from: accepted,            to: sending,   by: seller,      ask: [deliver] }
          - { do: assume,  from: accepted,            to: rejected,  after: 24h,      ask: [refund, give-back-stock] }
          - { do: left,    from: sending,             to: sent,      hears: delivery-started }
          - { do: arrive,  from: sent,                to: arrived,   hears: delivered }
          - { do: receive, from: [sending, sent],     to: finished,  by: buyer,       ask: [finish-delivery, pay-out, sell-stock] }
          - { do: finish,  from: arrived,             to: finished,  after: 30m,      ask: [pay-out, sell-stock], says: [Finished] }
          - { do: refuse,  from: arrived,             to: rejected,  by: buyer,       ask: [refund, give-back-stock], says: [Rejected] }
          - { do: recall,  from: [sending, sent],     to: recalled,  after: 14d,      ask: [cancel-delivery] }
          - { do: called,  from: recalled,            to: rejected,  hears: delivery-cancelled, ask: [refund, give-back-stock] }
          - { do: found,   from: recalled,            to: arrived,   hears: delivery-too-late }
        """;

    /// <summary>The sound table with one piece of it written differently.</summary>
    public static string SoundBut(string written, string instead)
    {
        Assert.Contains(written, Sound, StringComparison.Ordinal);
        return Sound.Replace(written, instead, StringComparison.Ordinal);
    }

    /// <summary>The line, counted from 1, on which something stands.</summary>
    public static int LineOf(string source, string written) => source[..source.IndexOf(written, StringComparison.Ordinal)].Count(letter => letter == '\n') + 1;

    public static Kind Read(string source)
    {
        var read = KindReader.ReadTable(source, "trade.yaml");
        Assert.Empty(read.Mistakes);
        return read.Value!;
    }
}
