using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.Logging;

namespace Jangteo.Platform.Broker;

/// <summary>
/// Compares the log of one sender with what a receiver has heard of it, in a loop of its own, and says which of its messages may be heard.
/// The sender is asked over the network: hearing other senders must not wait for it.
/// </summary>
public sealed class TrustedLog(string receiver, ILog log, Storage storage, Alarms alarms, ILogger logger)
{
    /// <summary>How often a log is compared without a reason.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly LogContinuity continuity = new(receiver, log, storage, alarms);
    private readonly Lock guard = new();
    private readonly HashSet<Guid> trusted = [];
    private readonly HashSet<Guid> waiting = [];
    private readonly Bell bell = new();
    private Guid? heardUnder;
    private bool isLoaded;

    public string Sender => log.Module;

    public Loop Loop => new($"{receiver} comparing the log of {log.Module}", bell, Compare, logger);

    /// <summary>
    /// Whether a message under this epoch may be heard now. A sender's epoch changes with each start of it, because it may come back from a
    /// restore; under a new epoch its messages wait until the log was compared.
    /// </summary>
    /// <param name="epoch">Null where the message does not say; such a message is judged by its content alone.</param>
    public bool MayHear(Guid? epoch)
    {
        if (epoch is not { } named)
        {
            return true;
        }

        lock (guard)
        {
            if (trusted.Contains(named))
            {
                return true;
            }

            if (waiting.Add(named))
            {
                bell.Ring();
            }

            return false;
        }
    }

    /// <inheritdoc cref="LogContinuity.WritePosition"/>
    public void WritePosition(Work work, long position, Guid mark, Guid? epoch) => continuity.WritePosition(work, position, mark, epoch);

    private async Task<TimeSpan> Compare(CancellationToken ct)
    {
        if (!isLoaded)
        {
            heardUnder = await storage.Find(
                new Sql("select epoch from reading where sender = $1", log.Module),
                row => row.IsDBNull(0) ? (Guid?)null : row.GetGuid(0), ct);
            isLoaded = true;
        }

        Guid[] asked;
        lock (guard)
        {
            asked = [.. waiting];
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        try
        {
            await continuity.Verify(patience.Token);
        }
        catch (LogWentBackException)
        {
            // Nothing of this log may be heard until it compares well again: what was trusted came from another.
            lock (guard)
            {
                waiting.UnionWith(trusted);
                trusted.Clear();
                heardUnder = null;
            }

            throw;
        }
        catch (Exception away) when (PassingFault.Is(away) && !ct.IsCancellationRequested)
        {
            logger.Log(
                asked.Length > 0 ? LogLevel.Warning : LogLevel.Debug,
                "{Receiver} could not compare the log of {Sender} and tries again: {Fault}", receiver, log.Module, away.Message);
            return Trust([]) ? Soon : Every;
        }

        return Trust(asked) ? TimeSpan.Zero : Every;
    }

    /// <summary>
    /// Trusts these epochs, and the one under which the log was heard last: that one was compared before. Answers whether others wait.
    /// </summary>
    private bool Trust(IEnumerable<Guid> epochs)
    {
        lock (guard)
        {
            trusted.UnionWith(heardUnder is { } known ? epochs.Append(known) : epochs);
            heardUnder = null;
            waiting.ExceptWith(trusted);
            return waiting.Count > 0;
        }
    }
}
