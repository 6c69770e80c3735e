using Jangteo.Kinds;

namespace Jangteo.SystemTests.Storm;

/// <summary>
/// Parks messages where a running program keeps them: one that a module has heard comes again and has failed for good. Nobody can bring that about by asking,
/// for no table that is let in makes a message that fails.
/// </summary>
internal sealed class Parking(JangteoProgram program)
{
    /// <summary>What an operator says of a message that asks for nothing.</summary>
    public const string Nothing = "none";

    /// <summary>The modules that hear of a trade for which something was bought and brought, each with what it answers to the first that it hears.</summary>
    public static readonly (string Module, string Event)[] Places =
    [
        (Modules.Trading, Nothing), (Modules.Payments, Verb.ExpectDeposit.Yes), (Modules.Catalog, Verb.TakeStock.Yes), (Modules.Delivery, Verb.Deliver.Yes), (Modules.Notices, Nothing), (Modules.Views, Nothing),
    ];

    /// <summary>
    /// Parks the first message of a trade that a module has heard, once it has heard all of them (a later one takes with it what was set aside before), and once an operator
    /// has let it go before; answers the number under which he finds it.
    /// </summary>
    public async Task<long> Park(string module, Guid trade)
    {
        var sender = module == Modules.Trading ? Modules.Payments : Modules.Trading;
        await using var database = await program.Database();
        await using var command = database.CreateCommand(
            $"""
            insert into {module}.aside (sender, stream, seq, type, message, parked_at, reason)
            select inbox.sender, stream, seqs[array_position(receivers, '{module}')], type, message, now(), 'It came again.'
            from {sender}.outbox join {module}.inbox using (stream)
            where stream = $1 and inbox.sender = '{sender}' and seqs[array_position(receivers, '{module}')] <= inbox.seq
                and inbox.seq = (select max(said.seqs[array_position(said.receivers, '{module}')]) from {sender}.outbox said where said.stream = $1)
            order by outbox.id limit 1
            on conflict do nothing returning id
            """);
        command.Parameters.Add(new() { Value = trade });
        return await Shop.Eventually(async () => await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) as long?, id => id is not null) ?? 0;
    }

    /// <summary>Keeps a deposit as one that could not be booked, though it has been; answers its place on the bank's statement.</summary>
    public async Task<long> KeepUnbooked(Guid deposit)
    {
        await using var database = await program.Database();
        await using var command = database.CreateCommand(
            """
            insert into payments.unbooked (position, deposit, reason, at)
            select position, json_build_object('position', position, 'id', id, 'reference', reference, 'amount', amount, 'from', payer, 'currency', currency)::text, 'It came again.', now() from payments.deposits where id = $1
            returning position
            """);
        command.Parameters.Add(new() { Value = deposit });
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
