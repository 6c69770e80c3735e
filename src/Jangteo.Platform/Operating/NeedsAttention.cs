using System.Text.Json;
using Jangteo.Contracts;
using Jangteo.Platform.Http;
using Jangteo.Platform.Storing;

namespace Jangteo.Platform.Operating;

/// <summary>Something in a module that needs an operator.</summary>
/// <param name="What">Which sort of thing, such as parked or transfer; the engine's texts have its label under <c>attention</c>.</param>
/// <param name="Subject">Its name within its module and sort, such as an id: with them it is known again.</param>
/// <param name="Detail">What it is, for people.</param>
/// <param name="Alarm">The sort of an alarm, which is said in the language of its reader; null of anything else.</param>
/// <param name="Facts">What fills the text of the alarm.</param>
public sealed record NeedsAttention(
    string Module, string What, string Subject, Guid? Trade, string Detail, DateTimeOffset Since, string? Alarm = null,
    IReadOnlyDictionary<string, string>? Facts = null)
{
    public static NeedsAttention Of(Alarm alarm) =>
        new(alarm.Module, "alarm", alarm.About, null, alarm.Text, alarm.Since, alarm.Sort, alarm.Facts);

    /// <summary>What it is, in a language.</summary>
    public string DetailIn(string language) =>
        Alarm is null ? Detail : Platform.Alarm.TextOf(Alarm, Facts ?? new Dictionary<string, string>(), language);
}

/// <summary>What needs an operator in one module, whether it is in this process or in another.</summary>
public interface INeedAttention
{
    Task<IReadOnlyList<NeedsAttention>> Attention(CancellationToken ct);
}

/// <summary>What needs an operator in every module.</summary>
public static class AttentionLists
{
    /// <summary>So many of each sort at most.</summary>
    public const int Most = 100;

    /// <summary>How long one module may take to answer: the lists of the others must not wait for it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>The list of one module, or null where it cannot be asked now: its process or its database is away, or too slow.</summary>
    public static async Task<IReadOnlyList<T>?> TryAsk<T>(Func<CancellationToken, Task<IReadOnlyList<T>>> list, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        try
        {
            return await list(patience.Token).WaitAsync(patience.Token);
        }
        catch (Exception away) when ((away is RefusedException || PassingFault.Is(away)) && !ct.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>The parked messages of a module, newest first.</summary>
    public static async Task<IReadOnlyList<NeedsAttention>> Parked(Storage storage, CancellationToken ct) => await storage.Query(
        new Sql("select id, stream, type, reason, parked_at, message from aside where parked_at is not null order by id desc limit $1", Most),
        row => new NeedsAttention(
            storage.Module, "parked", row.GetInt64(0).ToString(System.Globalization.CultureInfo.InvariantCulture), TradeOf(row.GetString(5)), $"{row.GetString(2)}: {row.GetString(3)}",
            row.GetFieldValue<DateTimeOffset>(4)), ct);

    /// <summary>Acts that wait for a second operator.</summary>
    public static async Task<IReadOnlyList<NeedsAttention>> Proposals(Storage storage, CancellationToken ct) => await storage.Query(
        new Sql("select id, trade, act, reason, at from proposals where state = 'open' and expires_at > $1 order by id desc limit $2", storage.Clock.Now, Most),
        row => new NeedsAttention(
            storage.Module, "proposal", row.GetGuid(0).ToString(), row.IsDBNull(1) ? null : row.GetGuid(1), $"{row.GetString(2)}: {row.GetString(3)}", row.GetFieldValue<DateTimeOffset>(4)), ct);

    // A message is parked also because it cannot be read.
    private static Guid? TradeOf(string message)
    {
        try
        {
            return JsonSerializer.Deserialize<Message>(message, Wire.Json)?.Context?.Trade;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
