using Jangteo.Platform.Storing;
using Microsoft.Extensions.Logging;

namespace Jangteo.Platform.Messaging;

/// <summary>
/// Raises an alarm when what a module said has waited for half a minute: without a position the process is not ready, for it can take on
/// nothing that it can bring to an end. What only the broker lacks is told to operators; trades go on as far as they get without it.
/// </summary>
public sealed class OutboxWatch(Storage storage, bool byBroker, Alarms alarms, TimeProvider machine, ILogger<OutboxWatch> log)
{
    /// <summary>Past this it is no longer a matter of load.</summary>
    private static readonly TimeSpan TooLong = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LooksEvery = TimeSpan.FromSeconds(5);

    private const string Oldest =
        """
        select (select message from outbox where id > relay.numbered order by id limit 1),
               (select o.message from batches b join outbox o on o.id = b.ids[relay.sent - b.first + 2] where $1 and relay.sent < relay.position and b.first <= relay.sent + 1
                order by b.first desc limit 1)
        from relay
        """;

    /// <summary>What was said before counts from here: a program that was off has not been slow.</summary>
    private readonly DateTimeOffset started = machine.GetUtcNow();

    public Loop Loop => new($"{storage.Module}'s outbox watch", new Bell(), Look, log) { BeginsAfter = LooksEvery };

    private async Task<TimeSpan> Look(CancellationToken ct)
    {
        var (unnumbered, unsent) = await storage.Find(
            new Sql(Oldest, byBroker),
            reader => (reader.IsDBNull(0) ? null : reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1)), ct);
        Tell(Alarm.Unnumbered, unnumbered, isReady: false);
        Tell(Alarm.Unsent, unsent, isReady: true);
        return LooksEvery;
    }

    private void Tell(string sort, string? message, bool isReady)
    {
        var now = machine.GetUtcNow();
        var age = message is null ? TimeSpan.Zero : now - Ids.TimeOf(LogRow.MarkOf(message));
        if (age < TooLong || now - started < TooLong)
        {
            alarms.Clear(storage.Module, sort);
            return;
        }

        var facts = Alarm.FactsOf(("module", storage.Module), ("seconds", (long)age.TotalSeconds));
        if (alarms.Raise(storage.Module, sort, sort, isReady, facts))
        {
            log.LogError("{Alarm}", Alarm.TextOf(sort, facts, "en"));
        }
    }
}
