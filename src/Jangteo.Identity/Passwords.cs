using Jangteo.Platform.Http;
using Jangteo.Platform.Machine;

namespace Jangteo.Identity;

/// <summary>
/// What hashes or compares a password waits its turn here. Identity's hasher (PBKDF2, 100,000 rounds) takes 40 ms of a processor on
/// purpose, so only as many run at once as there are processors, and one of each address: a flood of sign-ins from one address waits behind
/// itself, and neither stops the trading nor keeps people at other addresses out.
/// </summary>
internal sealed class Passwords : IDisposable
{
    /// <summary>A school or a company behind one address may sign in at once.</summary>
    internal const int MostWaiting = 24;

    private readonly Shares turns = new(new ShareLimits
    {
        AtOnce = Environment.ProcessorCount,
        Anonymous = Environment.ProcessorCount,
        PerPerson = 1,
        PerAddress = 1,
        Queue = MostWaiting,
        Patience = TimeSpan.FromSeconds(5),
    });

    /// <param name="asker">The address that a password comes from.</param>
    /// <exception cref="RefusedException">
    /// <c>too-many-requests</c> when too many of the address wait, <c>busy</c> when too many of all do.
    /// </exception>
    public async Task<T> InTurn<T>(Asker asker, Func<Task<T>> work, CancellationToken ct)
    {
        using var turn = await turns.Take(asker, ct);

        // On a thread of its own, which goes after all others: those that answer requests are as few as the processors, and must not be
        // kept by a hash.
        return await Task.Factory.StartNew(
            () =>
            {
                HostSystem.Here.GoLast();
                return work();
            },
            ct, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
    }

    public void Dispose() => turns.Dispose();
}
