namespace Jangteo.Platform.Machine;

/// <summary>Something that the program needs of this machine cannot be had. The message says why and what to install or do; it is for people, so print it without a stack.</summary>
public sealed class UnavailableException(string message, Exception? reason = null) : Exception(message, reason);
