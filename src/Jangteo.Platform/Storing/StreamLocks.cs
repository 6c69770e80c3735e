using System.Buffers.Binary;
using System.Text;

namespace Jangteo.Platform.Storing;

/// <summary>
/// Locks on streams of which there may be no row yet, until the end of the transaction. A lock on the row would come too late for the first
/// question of a trade asked twice at once: both would find nothing. They cost no write.
/// </summary>
public static class StreamLocks
{
    /// <summary>The statement that takes them, in the order of their keys, so that two batches cannot wait for each other. To be sent before the rows are read.</summary>
    public static Sql Take(string module, IEnumerable<Guid> streams) => Take(streams.Select(stream => (module, stream)));

    /// <summary>The same for streams of several kinds, each told apart by whose it is.</summary>
    public static Sql Take(IEnumerable<(string Whose, Guid Stream)> streams)
    {
        var keys = streams.Select(stream => Key(stream.Whose, stream.Stream)).Distinct().Order().ToArray();
        return new Sql("select pg_advisory_xact_lock(key)::text from unnest($1::bigint[]) as key", keys);
    }

    /// <summary>Of module and stream, because modules may share a database and should not wait for each other. Two streams that meet in one key only wait a little longer.</summary>
    private static long Key(string whose, Guid stream)
    {
        Span<byte> bytes = stackalloc byte[16];
        stream.TryWriteBytes(bytes);
        var key = BinaryPrimitives.ReadInt64LittleEndian(bytes) ^ BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
        foreach (var letter in Encoding.ASCII.GetBytes(whose))
        {
            key = (key * 31) + letter;
        }

        return key;
    }
}
