namespace Jangteo.Platform.Storing;

/// <summary>A message on its way into the outbox.</summary>
internal sealed record Outgoing(Guid Stream, string Type, string[] Receivers, Guid Correlation, string Text)
{
    /// <summary>Up to so many are cheaper one by one: one statement for all has a plan of joins.</summary>
    private const int FewAtOnce = 3;

    // The id is drawn after the rows of the stream are locked, so ids of one stream are in the order of their commits.
    private const string One =
        """
        with numbered as (
            insert into streams as s (stream, receiver, seq) select $1, unnest($2::text[]), 1
            on conflict (stream, receiver) do update set seq = s.seq + 1
            returning s.receiver, s.seq)
        insert into outbox (type, stream, receivers, seqs, correlation, message)
        select $3, $1, array_agg(receiver), array_agg(seq), $4, $5 from numbered
        """;

    // The same for many, in the order in which they were sent. The streams are locked in their own order, so that two batches cannot wait for each
    // other; and all of them before the first id is drawn, because the rows are sorted before they are inserted.
    private const string Many =
        """
        with said as (
            select * from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[]) with ordinality as s (stream, type, receivers, correlation, message, place)),
        sendings as (
            select place, stream, receiver, row_number() over (partition by stream, receiver order by place)::int as nth, count(*) over (partition by stream, receiver)::int as together
            from said, string_to_table(receivers, ',') as receiver),
        counted as (
            insert into streams as s (stream, receiver, seq) select stream, receiver, max(nth) from sendings group by stream, receiver order by stream, receiver
            on conflict (stream, receiver) do update set seq = s.seq + excluded.seq
            returning s.stream, s.receiver, s.seq),
        placed as (
            select place, array_agg(receiver order by receiver) as receivers, array_agg(seq - together + nth order by receiver) as seqs
            from sendings join counted using (stream, receiver) group by place)
        insert into outbox (type, stream, receivers, seqs, correlation, message)
        select type, stream, placed.receivers, seqs, correlation, message from said join placed using (place) order by place
        """;

    /// <summary>
    /// A shared lock, held from before the first id is drawn until the transaction ends. Its key is the last id drawn by then (40 bits)
    /// under a hash of the schema (23 bits). By these locks the relay sees up to which id everything has ended; <c>Log.Settled</c> says
    /// how, with an example.
    /// </summary>
    private const string AboutToSay =
        "select pg_advisory_xact_lock_shared(((hashtext(current_schema())::bigint & 8388607) << 40) | coalesce(pg_sequence_last_value('outbox_id_seq'::regclass), 0))";

    /// <summary>The statements that put messages into the outbox, in this order.</summary>
    public static IEnumerable<Sql> Statements(IReadOnlyList<Outgoing> messages) => messages.Count == 0 ? [] : Inserts(messages).Prepend(new Sql(AboutToSay));

    private static IEnumerable<Sql> Inserts(IReadOnlyList<Outgoing> messages) =>
        messages.Count <= FewAtOnce
            ? messages.Select(message => new Sql(One, message.Stream, message.Receivers, message.Type, message.Correlation, message.Text))
            :
            [
                new Sql(
                    Many,
                    messages.Select(message => message.Stream).ToArray(), messages.Select(message => message.Type).ToArray(), messages.Select(message => string.Join(',', message.Receivers)).ToArray(),
                    messages.Select(message => message.Correlation).ToArray(), messages.Select(message => message.Text).ToArray()),
            ];
}
