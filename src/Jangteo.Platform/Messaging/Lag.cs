using Jangteo.Contracts;
using Jangteo.Platform.Storing;

namespace Jangteo.Platform.Messaging;

/// <summary>How far receivers are behind those they hear, whichever way messages come.</summary>
public interface ILag
{
    /// <summary>One for each way that messages take to or from a module of this process.</summary>
    Task<IReadOnlyList<Lag>> Look(CancellationToken ct);
}

/// <param name="Unread">Messages, those for others among them, that the receiver has not come to yet.</param>
public sealed record Lag(string Sender, string Receiver, long Unread);

/// <summary>Within a process the sender's log is the queue, and what is behind the reader's place in it is unread.</summary>
/// <param name="logs">Of the modules of this process.</param>
/// <param name="receivers">The storage of each.</param>
public sealed class LagOfLogs(IReadOnlyList<ILog> logs, IReadOnlyList<Storage> receivers) : ILag
{
    public async Task<IReadOnlyList<Lag>> Look(CancellationToken ct)
    {
        var lags = new List<Lag>();
        // Places before ends: a reader is never ahead of what it reads.
        var read = await Task.WhenAll(receivers.Select(receiver =>
            receiver.Query(new Sql("select sender, position from reading"), row => (Receiver: receiver.Module, Sender: row.GetString(0), Position: row.GetInt64(1)), ct)));
        var places = read.SelectMany(rows => rows).ToDictionary(row => (row.Sender, row.Receiver), row => row.Position);
        foreach (var log in logs)
        {
            var end = await log.End(ct);
            lags.AddRange(receivers.Where(receiver => MessageTypes.SendersHeardBy(receiver.Module).Contains(log.Module))
                .Select(receiver => new Lag(log.Module, receiver.Module, end - places.GetValueOrDefault((log.Module, receiver.Module)))));
        }

        return lags;
    }
}
