using Jangteo.Contracts;
using Jangteo.Platform.Storing;

namespace Jangteo.Platform.Messaging;

/// <summary>How a module hears what others say: many messages in one transaction.</summary>
public interface IHear
{
    /// <summary>
    /// Takes messages in the order given, each exactly once, within the transaction. Never calls outside: it records an errand.
    /// Rows are locked in the order of their keys, so that two batches cannot wait for each other.
    /// </summary>
    /// <returns>The streams that cannot be heard now (an intention is open): none of their messages was taken, and they are offered again later.</returns>
    Task<IReadOnlySet<Guid>> Hear(Work work, IReadOnlyList<Message> messages, CancellationToken ct);

    /// <summary>
    /// How long to rest after a batch, so that more messages share the next one's commit. Zero where somebody waits for the answer; a few
    /// milliseconds where only readers wait. The first message after a silence is heard at once either way.
    /// </summary>
    TimeSpan Gathers => TimeSpan.Zero;
}

/// <summary>What to do with a message by its place in its stream.</summary>
public enum Turn
{
    /// <summary>Its effect is here already.</summary>
    Done,

    /// <summary>It is the next one.</summary>
    Now,

    /// <summary>One before it is missing.</summary>
    Early,
}

/// <summary>The rule of the inbox: neither repetition nor disorder on the way matters.</summary>
public static class Inbox
{
    /// <summary>The place of the last message of each stream whose effect is in a schema, by sender and stream.</summary>
    /// <param name="where">A condition on the column <c>stream</c>.</param>
    public static async Task<Dictionary<(string Sender, Guid Stream), int>> Places(Storage storage, string where, CancellationToken ct) =>
        (await storage.Query(new Sql($"select sender, stream, seq from inbox where {where}"), reader => (Key: (reader.GetString(0), reader.GetGuid(1)), Seq: reader.GetInt32(2)), ct))
            .ToDictionary(row => row.Key, row => row.Seq);

    /// <param name="last">The place of the last message of the stream whose effect is here; 0 before the first.</param>
    public static Turn Judge(int last, int seq) => seq <= last ? Turn.Done : seq == last + 1 ? Turn.Now : Turn.Early;
}
