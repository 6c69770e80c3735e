namespace Jangteo.Platform.Storing;

/// <summary>How long a database is waited for. A caller is told to come back within three seconds when it does not answer.</summary>
public sealed record DatabaseTimeouts
{
    /// <summary>
    /// For a new connection to be made; whole seconds. Callers do not wait so long: after <see cref="Answer"/> they are told to come back, and
    /// the connection goes to the pool when it comes. PostgreSQL starts a process even for a connection that was given up; a short time limit
    /// would have a slow server serve given-up connections only.
    /// </summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>For a lock that another transaction holds.</summary>
    public TimeSpan Lock { get; init; } = TimeSpan.FromMilliseconds(1200);

    /// <summary>For one statement, however much it has to read.</summary>
    public TimeSpan Statement { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A transaction in which nothing happens for so long is ended by the server, so that it holds nothing for ever.</summary>
    public TimeSpan IdleInTransaction { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A statement that takes longer makes us ask whether the server still answers at all; when that takes as long again, it is hung.
    /// </summary>
    public TimeSpan Answer { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>For a command of an operator, which reads a whole market, on a busy machine too, and whom only the operator waits for.</summary>
    public static DatabaseTimeouts OfCommands { get; } = new()
    {
        Connect = TimeSpan.FromMinutes(1),
        Lock = TimeSpan.FromMinutes(1),
        Statement = TimeSpan.FromHours(1),
        IdleInTransaction = TimeSpan.FromHours(1),
        Answer = TimeSpan.FromSeconds(30),
    };
}
