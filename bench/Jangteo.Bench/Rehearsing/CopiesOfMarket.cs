using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Jangteo.Backups;
using Jangteo.Kinds;

namespace Jangteo.Bench.Rehearsing;

/// <summary>
/// Makes the backup of a small market one of a large market: every trade, listing, message and journal so many times, each time with other
/// ids, in all databases alike. What is of people, kinds and keys stays as it is. The logs go on from one copy to the next without a gap,
/// so that it is a market that could have been traded to where it is.
/// </summary>
internal sealed class CopiesOfMarket(string from, string to, int copies)
{
    /// <summary>What is there once, however many trades there are: keys, and people with their sign-ins.</summary>
    private static readonly string[] Once = [Hosting.Common, Modules.Identity];

    private readonly Backup small = Backup.Read(from);
    private readonly Dictionary<string, LogOfCopies> logs = [];
    private HashSet<Guid> people = [];

    /// <summary>Writes the large backup.</summary>
    public async Task Write(CancellationToken ct)
    {
        Directory.CreateDirectory(to);
        var identity = small.Schemas.Single(schema => schema.Name == Modules.Identity);
        people = [.. Lines(identity, "people").Select(line => Guid.Parse(Encoding.UTF8.GetString(line, 0, CopiedRow.IdLength)))];
        foreach (var schema in small.Schemas.Where(schema => schema.Tables.Any(table => table.Name == "outbox")))
        {
            logs[schema.Name] = LogOfCopies.Read(
                Lines(schema, "batches"), Lines(schema, "outbox"), Span(schema, "outbox", "id"), copies, people);
        }

        var schemas = new List<BackupSchema>();
        foreach (var schema in small.Schemas)
        {
            var tables = new BackupTable[schema.Tables.Count];
            await Parallel.ForEachAsync(
                schema.Tables.Index(), ct, async (table, inner) => tables[table.Index] = await Write(schema, table.Item, inner));
            schemas.Add(schema with
            {
                Tables = tables,
                Sequences = [.. schema.Sequences
                    .Select(sequence => sequence with { Last = sequence.IsCalled ? sequence.Last * copies : sequence.Last })],
            });
        }

        await (small with { Schemas = schemas }).Write(to, ct);
    }

    private async Task<BackupTable> Write(BackupSchema schema, BackupTable table, CancellationToken ct)
    {
        var name = $"{schema.Name}.{table.Name}.0{CopiedFile.Extension}";
        var rows = 0L;
        await using (var file = File.Create(Path.Combine(to, name)))
        await using (var compressing = CopiedFile.Compressing(file))
        await using (var buffered = new BufferedStream(compressing, 1 << 18))
        {
            rows = WriteRows(schema, table, buffered, ct);
        }

        await using var written = File.OpenRead(Path.Combine(to, name));
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(written, ct));
        return table with { Files = [new BackupFile(name, rows, written.Length, hash)] };
    }

    private long WriteRows(BackupSchema schema, BackupTable table, Stream stream, CancellationToken ct)
    {
        if ((OfTheLogs(schema, table) ?? WhatIsThereOnce(schema, table)) is { } lines)
        {
            foreach (var line in lines)
            {
                stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
            }

            return lines.Count;
        }

        // The order of the files' rows is that in which they were written, so a copy follows the other.
        var numbered = table.Columns.Index().Where(column => Sequence(schema, table.Name, column.Item) is not null)
            .Select(column => (column.Index, Span: Span(schema, table.Name, column.Item))).ToArray();
        var decides = table.Name == "outbox" ? table.Columns.Index().First(column => column.Item == "stream").Index : -1;
        var rows = Lines(schema, table.Name).Select(line => CopiedRow.Of(line, numbered, decides, people)).ToList();
        var count = 0L;
        for (var copy = 0; copy < copies; copy++)
        {
            ct.ThrowIfCancellationRequested();
            foreach (var row in rows.Where(row => copy == 0 || row.IsOfTrade))
            {
                row.Write(stream, copy);
                count++;
            }
        }

        return count;
    }

    private IReadOnlyList<string>? WhatIsThereOnce(BackupSchema schema, BackupTable table) =>
        Once.Contains(schema.Name) ? [.. Lines(schema, table.Name).Select(Encoding.UTF8.GetString)] : null;

    /// <summary>What counts over all copies: the logs, how far they have been read, and accounts that are no trade's own.</summary>
    private IReadOnlyList<string>? OfTheLogs(BackupSchema schema, BackupTable table)
    {
        var lines = Lines(schema, table.Name).Select(Encoding.UTF8.GetString).ToList();
        return (schema.Name, table.Name) switch
        {
            (_, "batches") => logs[schema.Name].Batches(),
            (_, "relay") =>
                [.. lines.Select(line => (Line: line, Log: logs[schema.Name]))
                    .Select(one => With(one.Line, table, ("position", one.Log.End), ("sent", one.Log.End), ("numbered", one.Log.LastId)))],
            (_, "reading") => [.. lines.Select(line => (Line: line, Log: logs[Field(line, table, "sender")]))
                .Select(one => With(one.Line, table, ("position", one.Log.End), ("mark", one.Log.Mark)))],
            (_, "integrity") => [.. lines.Select(line => With(line, table, ("position", logs[schema.Name].End)))],
            ("payments", "balances") => [.. Balances(lines, table)],
            _ => null,
        };
    }

    private IEnumerable<string> Balances(List<string> lines, BackupTable table)
    {
        foreach (var line in lines)
        {
            var row = CopiedRow.Of(Encoding.UTF8.GetBytes(line), [], -1, people);
            if (!row.IsOfTrade)
            {
                yield return With(line, table, ("amount", long.Parse(Field(line, table, "amount"), CultureInfo.InvariantCulture) * copies));
                continue;
            }

            for (var copy = 0; copy < copies; copy++)
            {
                yield return row.ToString(copy);
            }
        }
    }

    private static string Field(string line, BackupTable table, string column) =>
        line.Split('\t')[table.Columns.Index().First(one => one.Item == column).Index];

    private static string With(string line, BackupTable table, params (string Column, object Value)[] values)
    {
        var fields = line.Split('\t');
        foreach (var (column, value) in values)
        {
            fields[table.Columns.Index().First(one => one.Item == column).Index] = string.Create(CultureInfo.InvariantCulture, $"{value}");
        }

        return string.Join('\t', fields);
    }

    private IEnumerable<byte[]> Lines(BackupSchema schema, string table)
    {
        foreach (var file in schema.Tables.Single(one => one.Name == table).Files)
        {
            using var text = new MemoryStream();
            using (var stream = File.OpenRead(Path.Combine(from, file.Name)))
            using (var expanding = CopiedFile.Expanding(stream))
            {
                expanding.CopyTo(text);
            }

            var rest = text.ToArray().AsMemory();
            for (int end; (end = rest.Span.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
            {
                yield return rest[..end].ToArray();
            }
        }
    }

    private static BackupSequence? Sequence(BackupSchema schema, string table, string column) =>
        schema.Sequences.FirstOrDefault(sequence => sequence.Name == $"{table}_{column}_seq");

    private static long Span(BackupSchema schema, string table, string column) => Sequence(schema, table, column)!.Last;
}

/// <summary>A row, and where in it the ids and numbers stand that each copy has of its own.</summary>
internal sealed class CopiedRow
{
    public const int IdLength = 36;

    /// <summary>
    /// Twelve of an id's random bits are the number of the copy. They stand before those in which ids that were made together count up.
    /// </summary>
    private const int CopyAt = 20;
    private const int CopyLength = 3;

    private readonly byte[] line;
    private readonly (int At, int Length, long Number, long Span)[] places;

    private CopiedRow(byte[] line, (int At, int Length, long Number, long Span)[] places, bool isOfTrade) =>
        (this.line, this.places, IsOfTrade) = (line, places, isOfTrade);

    /// <summary>False of what all copies share: people, kinds, keys.</summary>
    public bool IsOfTrade { get; }

    /// <param name="line">Its values, with tabs between.</param>
    /// <param name="numbered">Columns that count up, and how far each copy is behind the one before.</param>
    /// <param name="stream">The column that decides whether the row is a trade's; -1 where any id does.</param>
    /// <param name="people">Their ids stay what they are.</param>
    public static CopiedRow Of(byte[] line, (int Column, long Span)[] numbered, int stream, HashSet<Guid> people)
    {
        var places = new List<(int At, int Length, long Number, long Span)>();
        var (column, begin, isOfTrade) = (0, 0, false);
        for (var at = 0; at <= line.Length; at++)
        {
            if (at == line.Length || line[at] == '\t')
            {
                if (numbered.FirstOrDefault(one => one.Column == column) is { Span: > 0 } counted
                    && Utf8Parser.TryParse(line.AsSpan(begin, at - begin), out long number, out _))
                {
                    places.Add((begin, at - begin, number, counted.Span));
                }

                (column, begin) = (column + 1, at + 1);
            }
            else if (IdAt(line.AsSpan(at)) is { } id)
            {
                if (!people.Contains(id))
                {
                    places.Add((at + CopyAt, CopyLength, -1, 0));
                    isOfTrade |= stream < 0 || stream == column;
                }

                at += IdLength - 1;
            }
        }

        return new CopiedRow(line, [.. places], isOfTrade);
    }

    public void Write(Stream stream, int copy)
    {
        Span<byte> digits = stackalloc byte[20];
        var written = 0;
        foreach (var (at, length, number, span) in places)
        {
            stream.Write(line.AsSpan(written, at - written));
            var count = CopyLength;
            if (number >= 0)
            {
                Utf8Formatter.TryFormat(number + (copy * span), digits, out count);
            }
            else
            {
                Utf8Formatter.TryFormat((ushort)copy, digits, out _, new StandardFormat('x', CopyLength));
            }

            stream.Write(digits[..count]);
            written = at + length;
        }

        stream.Write(line.AsSpan(written));
        stream.WriteByte((byte)'\n');
    }

    public string ToString(int copy)
    {
        using var text = new MemoryStream();
        Write(text, copy);
        return Encoding.UTF8.GetString(text.ToArray()).TrimEnd('\n');
    }

    private static Guid? IdAt(ReadOnlySpan<byte> text) =>
        text.Length >= IdLength && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-'
            && Utf8Parser.TryParse(text[..IdLength], out Guid id, out var length) && length == IdLength ? id : null;
}

/// <summary>The log of a module over all copies.</summary>
internal sealed record LogOfCopies(IReadOnlyList<long> Ids, IReadOnlySet<long> Shared, string LastMark, long Span, int Copies)
{
    private const int BatchSize = 500;

    private long OfCopy => Ids.Count(id => !Shared.Contains(id));

    /// <summary>Its last position.</summary>
    public long End => Ids.Count + ((Copies - 1) * OfCopy);

    public long LastId => Ids.Count == 0 ? 0 : Copies * Span;

    /// <summary>The id of the message at its last position.</summary>
    public string Mark =>
        OfCopy == 0 ? LastMark : CopiedRow.Of(Encoding.UTF8.GetBytes(LastMark), [], -1, new HashSet<Guid>()).ToString(Copies - 1);

    public static LogOfCopies Read(IEnumerable<byte[]> batches, IEnumerable<byte[]> outbox, long span, int copies, HashSet<Guid> people)
    {
        var rows = outbox.Select(line => Encoding.UTF8.GetString(line).Split('\t')).ToDictionary(
            fields => long.Parse(fields[0], CultureInfo.InvariantCulture),
            fields => (IsShared: people.Contains(Guid.Parse(fields[2])), Mark: fields[^1]["{\"id\":\"".Length..][..36]));
        var ids = batches.Select(line => Encoding.UTF8.GetString(line).Split('\t'))
            .OrderBy(fields => long.Parse(fields[0], CultureInfo.InvariantCulture))
            .SelectMany(fields => fields[1].Trim('{', '}').Split(',').Select(id => long.Parse(id, CultureInfo.InvariantCulture))).ToList();
        var shared = ids.Where(id => rows[id].IsShared).ToHashSet();
        var last = ids.LastOrDefault(id => !shared.Contains(id));
        return new LogOfCopies(ids, shared, last == 0 ? ids.Count == 0 ? "" : rows[ids[^1]].Mark : rows[last].Mark, span, copies);
    }

    /// <summary>The rows of <c>batches</c>.</summary>
    public IReadOnlyList<string> Batches()
    {
        var all = Ids.Concat(
            Enumerable.Range(1, Copies - 1).SelectMany(copy => Ids.Where(id => !Shared.Contains(id)).Select(id => id + (copy * Span))));
        return [.. all.Chunk(BatchSize).Select((ids, index) =>
            string.Create(CultureInfo.InvariantCulture, $"{(index * BatchSize) + 1}\t{{{string.Join(',', ids)}}}"))];
    }
}
