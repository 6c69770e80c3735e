using System.Net.Sockets;
using Npgsql;

namespace Jangteo.Platform.Storing;

/// <summary>
/// Which faults are passing: the fault of what we stand on (the database, its disk, the network), and not of the request or message at
/// hand. The HTTP edge, the receivers, the readers and every background loop ask here: a passing fault is retried and never counted against
/// what was being done.
/// </summary>
public static class PassingFault
{
    /// <summary>
    /// 08 connection, 25P03 idle-in-transaction time-out, 25006 read-only (a failover), 40 deadlock and serialisation, 53 disk, memory or
    /// connections used up, 55P03 lock time-out, 57 cancelled, shut down or starting, 58 file system, XX000 the server's own fault.
    /// </summary>
    private static readonly string[] States = ["08", "25006", "25P03", "40", "53", "55P03", "57", "58", "XX000"];

    /// <summary>Whether the same act may well succeed a little later, unchanged.</summary>
    public static bool Is(Exception fault) => fault switch
    {
        PostgresException server => States.Any(state => server.SqlState.StartsWith(state, StringComparison.Ordinal)),
        NpgsqlException or IOException or SocketException or HttpRequestException or TimeoutException or OperationCanceledException => true,
        UnavailableVersionException => true,
        AggregateException { InnerExceptions: { Count: > 0 } several } => several.All(Is),
        _ => false,
    };

    /// <summary>
    /// Whether the database answered with an error that shows it is in trouble, as opposed to two transactions that got into each other's
    /// way.
    /// </summary>
    internal static bool IsTrouble(Exception fault) =>
        fault is not PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure }
        && fault is not OperationCanceledException && Is(fault);

    /// <summary>The disk of the database is full: reads go on, and writes come back when there is room again.</summary>
    public static bool IsDiskFull(Exception fault) => fault is PostgresException { SqlState: PostgresErrorCodes.DiskFull };

    /// <summary>What one cause of trouble is called in the log, so that the same cause is counted and not repeated.</summary>
    public static string CauseOf(Exception fault) => fault switch
    {
        PostgresException server => $"PostgreSQL {server.SqlState}",
        NpgsqlException { InnerException: { } inner } => $"PostgreSQL {inner.GetType().Name}",
        _ => fault.GetType().Name,
    };
}

/// <summary>
/// A version of something (a trade table) that this process does not know and the database does not have yet, as during a rolling upgrade.
/// Passing: it is there once the newer process has stored it.
/// </summary>
public sealed class UnavailableVersionException(string message) : Exception(message);
