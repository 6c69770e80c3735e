using Jangteo.Kinds;
using Npgsql;
using NpgsqlTypes;

namespace Jangteo.SystemTests.Storm;

/// <summary>
/// Makes modules of a running program park messages. A module that is sent requests gets one once more, and its database refuses the effect:
/// it tries as often as it does for any message, and parks it. Any other gets a message that it cannot read.
/// </summary>
internal sealed class Parking(JangteoProgram program)
{
    /// <summary>What an operator says of a message that asks for nothing.</summary>
    public const string Nothing = "none";

    /// <summary>The modules that hear of a trade for which something was bought and brought, each with what it answers to the first that it hears.</summary>
    public static readonly (string Module, string Event)[] Places =
    [
        (Modules.Trading, Nothing), (Modules.Payments, Verb.ExpectDeposit.Yes), (Modules.Catalog, Verb.TakeStock.Yes),
        (Modules.Delivery, Verb.Deliver.Yes), (Modules.Notices, Nothing), (Modules.Views, Nothing),
    ];

    /// <summary>Has the databases of the modules refuse what they are told to refuse: nothing yet.</summary>
    public async Task Prepare()
    {
        await using var database = await program.Database();
        foreach (var (module, _) in Places)
        {
            await using var command = database.CreateCommand(
                $"""
                create table {module}.refused (sender text, stream uuid, seq integer);
                create function {module}.refuse() returns trigger language plpgsql security definer as $$
                begin
                    if exists (
                        select from {module}.refused r where r.sender = new.sender and r.stream = new.stream and r.seq = new.seq) then
                        raise exception 'It is refused.' using errcode = 'check_violation';
                    end if;
                    return new;
                end $$;
                create trigger refuse before insert or update on {module}.inbox for each row execute function {module}.refuse();
                """);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Sends a module a message of a trade that it must park. Returns its number for operators when it has.</summary>
    public async Task<long> Park(string module, Guid trade)
    {
        var sender = module == Modules.Trading ? Modules.Payments : Modules.Trading;
        var isRequest = Places.Single(place => place.Module == module).Event != Nothing;
        await using var database = await program.Database();
        var seq = await Say(database, sender, module, trade, isRequest ? null : "This is no message.");
        var parked = await Parked(database, module, trade, found => found.Seq == seq);
        Assert.Contains(isRequest ? "It is refused." : "JsonException", parked.Reason);
        return parked.Id;
    }

    /// <summary>Returns when a message that was tried again is parked again. Then the database refuses nothing of the trade any more.</summary>
    public async Task IsParkedAgain(string module, Guid trade, long id)
    {
        await using var database = await program.Database();
        await Parked(database, module, trade, found => found.Id == id);
        await using var command = database.CreateCommand($"delete from {module}.refused where stream = $1");
        command.Parameters.Add(new() { Value = trade });
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Keeps a deposit as one that could not be booked, though it has been; answers its place on the bank's statement.</summary>
    /// <param name="isUnfit">As one that can never be booked.</param>
    public async Task<long> KeepUnbooked(Guid deposit, bool isUnfit = false)
    {
        await using var database = await program.Database();
        await using var command = database.CreateCommand(
            """
            insert into payments.unbooked (position, deposit, reason, at, unfit)
            select position,
                json_build_object(
                    'position', position, 'id', id, 'reference', reference, 'amount', amount, 'from', payer, 'currency', currency)::text,
                'It came again.', now(), $2
            from payments.deposits where id = $1
            returning position
            """);
        command.Parameters.Add(new() { Value = deposit });
        command.Parameters.Add(new() { Value = isUnfit });
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    /// <summary>Keeps an errand of a trade, to void a charge that there is not, as one that the provider reports otherwise; answers its key.</summary>
    public async Task<string> KeepMismatch(Guid trade)
    {
        await using var database = await program.Database();
        await using var command = database.CreateCommand(
            """
            insert into payments.errands
                (key, subject, revision, verb, what, amount, charge_key, correlation, causation, next_at, attention, problem)
            values ($1 || '/999/hold-payment/void', $1::uuid, 999, 'hold-payment', 'void-charge', 0, $1 || '/999/hold-payment', $1::uuid, $1::uuid,
                null, true, 'mismatched: 1 KRW is done')
            returning key
            """);
        command.Parameters.Add(new() { Value = trade.ToString() });
        return (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    /// <summary>
    /// Puts a message into the outbox of its sender, as the sender does: at the next place of its stream. The effect of one that is sent
    /// once more is refused.
    /// </summary>
    /// <param name="text">What is sent; null to send the first message of the trade once more.</param>
    private static async Task<int> Say(NpgsqlDataSource database, string sender, string module, Guid trade, string? text)
    {
        await using var command = database.CreateCommand(
            $"""
            with said as (
                select type, correlation, message
                from {sender}.outbox
                where stream = $1 and '{module}' = any (receivers)
                order by id
                limit 1),
            locked as (
                select pg_advisory_xact_lock_shared(
                    ((hashtext('{sender}')::bigint & 8388607) << 40) | coalesce(pg_sequence_last_value('{sender}.outbox_id_seq'), 0))),
            counted as (
                update {sender}.streams set seq = seq + 1 from locked where stream = $1 and receiver = '{module}' returning seq),
            sent as (
                insert into {sender}.outbox (type, stream, receivers, seqs, correlation, message)
                select type, $1, array['{module}'], array[seq], correlation, coalesce($2, message) from said, counted),
            refused as (
                insert into {module}.refused select '{sender}', $1, seq from counted where $2 is null)
            select seq from counted
            """);
        command.Parameters.Add(new() { Value = trade });
        command.Parameters.Add(new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        return (int)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private static Task<(long Id, int Seq, string Reason)> Parked(
        NpgsqlDataSource database, string module, Guid trade, Func<(long Id, int Seq, string Reason), bool> isIt) =>
        Shop.Eventually(
            async () =>
            {
                await using var command = database.CreateCommand(
                    $"select id, seq, reason from {module}.aside where stream = $1 and parked_at is not null order by id desc limit 1");
                command.Parameters.Add(new() { Value = trade });
                await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
                return await reader.ReadAsync(TestContext.Current.CancellationToken)
                    ? (reader.GetInt64(0), reader.GetInt32(1), reader.GetString(2))
                    : default;
            },
            isIt);
}
