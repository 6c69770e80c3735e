namespace Jangteo.Platform.Postgres;

/// <summary>The private PostgreSQL cannot be had. The message says why and what to install or do; it is for people, so print it without a stack.</summary>
public sealed class PostgresUnavailableException(string message, Exception? reason = null) : Exception(message, reason);
