using System.Collections.Concurrent;
using Jangteo.Kinds;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.Logging;

namespace Jangteo.Trading;

/// <summary>Every table that a trade was begun with: a trade keeps the version it began with (DESIGN §3, rule 9).</summary>
internal sealed class KindVersions(Shelf shelf, ILogger<KindVersions> log)
{
    private readonly ConcurrentDictionary<(string Kind, int Version), Kind> known = new(shelf.All.Select(kind => KeyValuePair.Create((kind.Name, kind.Version), kind)));

    /// <summary>Every version that this process knows.</summary>
    public ICollection<Kind> All => known.Values;

    /// <summary>The table that a trade keeps, of a trade that was read by <see cref="Trades"/>.</summary>
    /// <exception cref="UnavailableVersionException">
    /// Neither this process nor, when the trade was read, the database had it. Passing.
    /// </exception>
    public Kind Of(Trade trade) =>
        known.TryGetValue((trade.Kind, trade.Version), out var kind) ? kind : throw Missing(trade.Kind, trade.Version);

    /// <summary>Whether a version is at hand without asking the database.</summary>
    public bool Knows(Trade trade) => known.ContainsKey((trade.Kind, trade.Version));

    /// <summary>
    /// The stored tables of trades that are read beside a process of a newer release, which has begun them with versions that this one has
    /// not seen.
    /// </summary>
    public static Sql Select(IReadOnlyCollection<Trade> trades) => new(
        "select kind, version, source from kind_versions join unnest($1::text[], $2::int[]) as asked (kind, version) using (kind, version)",
        trades.Select(trade => trade.Kind).ToArray(), trades.Select(trade => trade.Version).ToArray());

    /// <summary>Takes what <see cref="Select"/> found.</summary>
    public void Take(Npgsql.NpgsqlDataReader row)
    {
        var (name, version) = (row.GetString(0), row.GetInt32(1));

        // A table in a form that this release cannot read is one that it does not have: a process of the newer release makes the move.
        if (KindReader.ReadTable(row.GetString(2), $"{name} version {version}").Value is { } kind)
        {
            known.TryAdd((name, version), kind);
        }
    }

    private static UnavailableVersionException Missing(string kind, int version) =>
        new($"The table of {kind} version {version} is neither in this process nor in the database.");

    /// <summary>Stores the versions of the folder and reads those that only the database still has.</summary>
    /// <exception cref="KindRefusedException">K10: a table was changed under the number of a stored version.</exception>
    public Task Store(Storage storage, CancellationToken ct) =>
        storage.Do(Cause.New(), async work =>
        {
            var stored = await work.Query(
                new Sql(
                    """
                    select kind, version, hash, source, exists (select 1 from trades where trades.kind = kind_versions.kind and trades.version = kind_versions.version and is_open)
                    from kind_versions
                    """),
                reader => (Kind: reader.GetString(0), Version: reader.GetInt32(1), Hash: reader.GetString(2), Source: reader.GetString(3), IsInUse: reader.GetBoolean(4)), ct);
            var versions = stored.Select(one => new StoredVersion(one.Kind, one.Version, one.Hash)).ToList();
            var changed = shelf.All.SelectMany(kind => Check.Version(kind, $"kinds/{kind.Name}/{KindReader.TableFile}", versions)).ToList();
            if (changed.Count > 0)
            {
                throw new KindRefusedException(string.Join(Environment.NewLine, changed));
            }

            foreach (var (name, version, _, source, isInUse) in stored)
            {
                if (!known.ContainsKey((name, version)) && KindReader.ReadTable(source, $"{name} version {version}").Value is { } kind)
                {
                    known.TryAdd((name, version), kind);
                    if (isInUse)
                    {
                        WarnOf(kind);
                    }
                }
            }

            foreach (var kind in shelf.All)
            {
                work.Write("insert into kind_versions (kind, version, hash, source) values ($1, $2, $3, $4) on conflict do nothing", kind.Name, kind.Version, kind.Hash, kind.Source);
            }
        }, ct);

    /// <summary>
    /// A table that trades still keep and that today's checks would refuse: what was agreed cannot be changed, so an operator is told.
    /// </summary>
    private void WarnOf(Kind older)
    {
        foreach (var mistake in Check.Table(older, $"{older.Name} version {older.Version}"))
        {
            log.LogWarning("Open trades keep a table that would be refused today. {Mistake}", mistake);
        }
    }
}

/// <summary>A kind that cannot be traded; the message says which, where and why.</summary>
public sealed class KindRefusedException(string message) : Exception(message);
