using Jangteo.Contracts;
using Jangteo.Platform.Storing;

namespace Jangteo.Tests.Beds;

/// <summary>
/// Messages as a faulty sender would write them, put into its outbox past the code that writes sound ones. Everything after that is the
/// program's own.
/// </summary>
internal static class RawMessages
{
    /// <summary>The text of a message that cannot be read: its receiver parks it.</summary>
    public const string Unreadable = "This is no message.";

    /// <summary>Sends a message of a stream of its own.</summary>
    /// <param name="sender">The storage of the module that sends it.</param>
    /// <param name="seq">Its place in the stream. With more than 1 it waits for the earlier ones, which were never sent.</param>
    public static Task Send(Storage sender, string receiver, Guid stream, string text = Unreadable, int seq = 1) =>
        sender.Do(Cause.New(), work =>
        {
            // The lock that Work takes before it draws an id of the outbox.
            work.Write(
                """
                select pg_advisory_xact_lock_shared(
                    ((hashtext(current_schema())::bigint & 8388607) << 40) | coalesce(pg_sequence_last_value('outbox_id_seq'::regclass), 0))
                """);
            work.Write("insert into streams (stream, receiver, seq) values ($1, $2, $3)", stream, receiver, seq);
            work.Write(
                "insert into outbox (type, stream, receivers, seqs, correlation, message) values ($5, $1, array[$2], array[$3], $1, $4)",
                stream, receiver, seq, text, MessageTypes.All.First(type => type.Sender == sender.Module).Name);
            work.AfterCommit(sender.Sent.Ring);
            return Task.CompletedTask;
        }, CancellationToken.None);

    /// <summary>Has a module park a message. Returns when it has, with the number at which an operator finds it.</summary>
    /// <param name="storageOf">The storage of each module.</param>
    public static async Task<long> Park(Func<string, Storage> storageOf, string module)
    {
        var stream = Guid.NewGuid();
        await Send(storageOf(MessageTypes.SendersHeardBy(module).First()), module, stream);
        return (await ModuleBed.Until(
            () => storageOf(module).Find(
                new Sql("select id from aside where stream = $1 and parked_at is not null", stream), row => (long?)row.GetInt64(0),
                TestContext.Current.CancellationToken),
            id => id is not null))!.Value;
    }
}
