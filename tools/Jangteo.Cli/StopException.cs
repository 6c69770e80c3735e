namespace Jangteo.Cli;

/// <summary>A command cannot go on. The message says why and what to do; print it without a stack.</summary>
internal sealed class StopException(string message) : Exception(message);
