using System.Diagnostics;
using Jangteo.Contracts;
using Jangteo.Platform;
using Jangteo.Platform.Operating;
using Jangteo.Platform.Storing;
using Jangteo.Platform.Time;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Jangteo.Notices;

/// <summary>
/// Takes what a carrier finds out after it has answered: that a message has arrived or failed, or what became of one that was unknown.
/// Reports are pushed; of unknown messages the carrier is asked as well, for a while.
/// </summary>
internal sealed class CarrierReports(
    [FromKeyedServices(Kinds.Modules.Notices)] Storage storage, Carrier carrier, BusinessClock clock, ILogger<CarrierReports> log)
{
    private const int AskedAtOnce = 20;

    private static readonly TimeSpan AsksEvery = TimeSpan.FromSeconds(15);

    /// <summary>A carrier that has not found out by then never will.</summary>
    private static readonly TimeSpan AsksFor = TimeSpan.FromHours(2);

    public Loop Loop => new("asking the carrier about unknown messages", new Bell(), Ask, log);

    /// <summary>What became of a report.</summary>
    internal enum Taken
    {
        /// <summary>It is written down, or was before.</summary>
        Yes,

        /// <summary>The message is still being sent here; the report may come again.</summary>
        NotYet,

        /// <summary>No such message was sent from here.</summary>
        Unknown,
    }

    /// <summary>Writes down a report. Its revision makes repetitions and reports in the wrong order harmless.</summary>
    public Task<Taken> Take(Guid id, CarrierWord word, CancellationToken ct) => storage.Do(Cause.New(), async work =>
    {
        var found = await work.Find(
            new Sql($"select {Post.Columns}, n.carrier_revision from notices n where n.id = $1 and n.channel <> 'app' for update", id),
            row => new Known(Post.Read(row), row.IsDBNull(13) ? 0 : row.GetInt32(13)), ct);
        if (found is not { Notice: var notice })
        {
            return await IsMail(work, id, ct) ? Taken.Yes : Taken.Unknown;
        }

        if (notice.Status == Notice.Waiting)
        {
            return Taken.NotYet;
        }

        if (word.Revision <= found.Revision)
        {
            return Taken.Yes;
        }

        work.Write(
            "update notices set status = $2, carrier_revision = $3 where id = $1 and channel <> 'app'", id, word.Status, word.Revision);
        if (word.Status != notice.Status)
        {
            work.Changed([notice.Subject]);
            Post.Say(
                work, [notice with { Status = word.Status }], new MessageContext(notice.Trade, notice.Kind, null, null, notice.Listing),
                clock.Now);
        }

        return Taken.Yes;
    }, ct);

    /// <summary>Messages of which it is not known whether they arrived.</summary>
    public Task<IReadOnlyList<NeedsAttention>> Unknown(CancellationToken ct) => Unknown(null, AttentionLists.Most, ct);

    private async Task<IReadOnlyList<NeedsAttention>> Unknown(DateTimeOffset? since, int most, CancellationToken ct) => await storage.Query(
        new Sql(
            $"""
            select {Post.Columns} from notices n
            where n.status = 'unknown' and ($1::timestamptz is null or n.at > $1) order by n.number desc limit $2
            """,
            since, most),
        row => Attention(Post.Read(row)), ct);

    private NeedsAttention Attention(Notice notice) => new(
        storage.Module, "unknown-message", notice.Id.ToString(), notice.Trade, $"{notice.Channel}: {notice.What}", notice.At);

    private async Task<TimeSpan> Ask(CancellationToken ct)
    {
        var asking = Stopwatch.StartNew();
        foreach (var unknown in await Unknown(clock.Now - AsksFor, AskedAtOnce, ct))
        {
            if (asking.Elapsed > CarrierTurns.Longest)
            {
                break;
            }

            var id = Guid.Parse(unknown.Subject);
            try
            {
                if (await carrier.Find(id, ct) is { } word && word.Status != Notice.Unknown)
                {
                    await Take(id, word, ct);
                }
            }
            catch (Exception away) when (PassingFault.Is(away) && !ct.IsCancellationRequested)
            {
                // It is asked again at the next look.
                break;
            }
        }

        return AsksEvery;
    }

    private static async Task<bool> IsMail(Work work, Guid id, CancellationToken ct) =>
        await work.Find(new Sql("select true from operator_mails where id = $1", id), row => row.GetBoolean(0), ct);

    private sealed record Known(Notice Notice, int Revision);
}
