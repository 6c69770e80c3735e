using Jangteo.Contracts;
using Jangteo.Platform.Machine;
using Npgsql;

namespace Jangteo.Backups;

/// <summary>
/// Makes the places of a restored market agree: what a receiver has not heard is read, or sent, again. The logs of the senders have all of
/// it. What was on its way in RabbitMQ is not in a backup, and is not needed.
/// </summary>
/// <param name="databaseOf">The database of a module's schema.</param>
internal sealed class LogsAligned(Func<string, NpgsqlDataSource> databaseOf)
{
    /// <summary>Streams are compared by the sums of so many groups first: one pass over each table, and few rows to carry.</summary>
    private const int Groups = 4096;

    private const string GroupOf = "(uuid_hash(stream) & 4095)";

    /// <summary>
    /// Places every receiver before the first message that it has not heard, and every sender before the first that it must send.
    /// </summary>
    /// <returns>How many messages are on their way.</returns>
    /// <exception cref="UnavailableException">
    /// A receiver has heard what its sender never said: the databases are not of one moment.
    /// </exception>
    public async Task<long> Run(CancellationToken ct)
    {
        var underWay = 0L;
        foreach (var sender in Jangteo.Kinds.Modules.All)
        {
            var end = await Single(sender, $"select position from {sender}.relay", ct);
            var from = end;
            foreach (var receiver in MessageTypes.ReceiversOf(sender))
            {
                var unheard = await Unheard(sender, receiver, ct);
                var (count, first) = unheard.Count == 0 ? (0, null) : await FirstPosition(sender, receiver, unheard, ct);
                underWay += count;
                from = Math.Min(from, (first ?? end + 1) - 1);
                await Place(sender, receiver, first, ct);
            }

            await Execute(sender, $"update {sender}.relay set sent = $1", ct, from);
        }

        return underWay;
    }

    /// <summary>The streams of which a receiver has not heard everything.</summary>
    private async Task<List<(Guid Stream, int Said, int Heard)>> Unheard(string sender, string receiver, CancellationToken ct)
    {
        var said = await Sums(sender, $"select {GroupOf}, sum(seq) from {sender}.streams where receiver = $1 group by 1", receiver, ct);
        var heard = await Sums(receiver, $"select {GroupOf}, sum(seq) from {receiver}.inbox where sender = $1 group by 1", sender, ct);
        int[] differing = [.. Enumerable.Range(0, Groups).Where(group => said.GetValueOrDefault(group) != heard.GetValueOrDefault(group))];
        if (differing.Length == 0)
        {
            return [];
        }

        var saidOf = await Streams(
            sender, $"select stream, seq from {sender}.streams where receiver = $1 and {GroupOf} = any($2)", receiver, differing, ct);
        var heardOf = await Streams(
            receiver, $"select stream, seq from {receiver}.inbox where sender = $1 and {GroupOf} = any($2)", sender, differing, ct);
        var impossible = heardOf.Where(stream => saidOf.GetValueOrDefault(stream.Key) < stream.Value).Select(stream => stream.Key).ToList();
        return impossible.Count == 0
            ? [.. saidOf.Select(stream => (stream.Key, stream.Value, heardOf.GetValueOrDefault(stream.Key)))
                .Where(stream => stream.Value > stream.Item3)]
            : throw new UnavailableException(
                $"{receiver} has heard more of {impossible.Count} streams than {sender} has said, such as {impossible[0]}: these databases "
                    + "are not of one moment.");
    }

    /// <summary>
    /// How many messages a receiver does not have, and the position of the first; null when none of them has one yet. What it has set aside
    /// or parked it has.
    /// </summary>
    private async Task<(long Count, long? Position)> FirstPosition(
        string sender, string receiver, List<(Guid Stream, int Said, int Heard)> unheard, CancellationToken ct)
    {
        var aside = new List<(Guid Stream, int Seq)>();
        await Read(
            receiver, $"select stream, seq from {receiver}.aside where sender = $1", row => aside.Add((row.GetGuid(0), row.GetInt32(1))),
            ct, sender);
        await using var command = databaseOf(sender).CreateCommand(
            $"""
            with unheard as (
                select o.id
                from unnest($1::uuid[], $2::integer[]) as last (stream, seq)
                join {sender}.outbox o using (stream)
                where o.seqs[array_position(o.receivers, $3)] > last.seq
                    and (o.stream, o.seqs[array_position(o.receivers, $3)]) not in (select * from unnest($4::uuid[], $5::integer[])))
            select (select count(*) from unheard), (
                select min(b.first + place.nth - 1)
                from {sender}.batches b
                cross join unnest(b.ids) with ordinality as place (id, nth)
                where place.id in (select id from unheard))
            """);
        command.Parameters.AddWithValue(unheard.Select(stream => stream.Stream).ToArray());
        command.Parameters.AddWithValue(unheard.Select(stream => stream.Heard).ToArray());
        command.Parameters.AddWithValue(receiver);
        command.Parameters.AddWithValue(aside.Select(message => message.Stream).ToArray());
        command.Parameters.AddWithValue(aside.Select(message => message.Seq).ToArray());
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return (reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetInt64(1));
    }

    /// <summary>
    /// Sets how far a receiver has come in a sender's log, with the message that stands there. With RabbitMQ messages overtake each other,
    /// so that this may be earlier than it was: what was heard behind it is heard again, and changes nothing.
    /// </summary>
    private async Task Place(string sender, string receiver, long? first, CancellationToken ct)
    {
        var known = await Single(receiver, $"select coalesce((select position from {receiver}.reading where sender = '{sender}'), 0)", ct);
        var position = Math.Min(known, (first ?? known + 1) - 1);
        if (position == 0)
        {
            await Execute(receiver, $"delete from {receiver}.reading where sender = $1", ct, sender);
            return;
        }

        await using var command = databaseOf(sender).CreateCommand(
            $"""
            select o.message
            from {sender}.batches b
            join {sender}.outbox o on o.id = b.ids[$1 - b.first + 1]
            where b.first <= $1
            order by b.first desc
            limit 1
            """);
        command.Parameters.AddWithValue(position);
        var mark = await command.ExecuteScalarAsync(ct) is string message
            ? Platform.Messaging.LogRow.MarkOf(message)
            : throw new UnavailableException(
            $"{receiver} has heard position {position} of {sender}, whose log does not go so far: these databases are not of one moment.");

        // No epoch: nothing is heard by the broker before the log was compared.
        await Execute(
            receiver,
            $"update {receiver}.reading set position = $1, mark = $2, epoch = null where sender = $3", ct, position, mark, sender);
    }

    private async Task<Dictionary<int, long>> Sums(string module, string sql, string other, CancellationToken ct)
    {
        var sums = new Dictionary<int, long>();
        await Read(module, sql, row => sums[row.GetInt32(0)] = row.GetInt64(1), ct, other);
        return sums;
    }

    private async Task<Dictionary<Guid, int>> Streams(string module, string sql, string other, int[] groups, CancellationToken ct)
    {
        var streams = new Dictionary<Guid, int>();
        await Read(module, sql, row => streams[row.GetGuid(0)] = row.GetInt32(1), ct, other, groups);
        return streams;
    }

    private async Task Read(string module, string sql, Action<NpgsqlDataReader> row, CancellationToken ct, params object[] values)
    {
        await using var command = databaseOf(module).CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.AddWithValue(value);
        }

        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            row(reader);
        }
    }

    private async Task<long> Single(string module, string sql, CancellationToken ct)
    {
        await using var command = databaseOf(module).CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    private async Task Execute(string module, string sql, CancellationToken ct, params object[] values)
    {
        await using var command = databaseOf(module).CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.AddWithValue(value);
        }

        await command.ExecuteNonQueryAsync(ct);
    }
}
