using System.Collections.Concurrent;
using Jangteo.Identity;
using Jangteo.Platform.Http;

namespace Jangteo.Tests.Identity;

/// <summary>Passwords are hashed in turn, and the turns are shared out by address.</summary>
public sealed class Queueing_to_sign_in
{
    private const int Junk = 130;

    [Fact]
    public async Task Junk_from_one_address_keeps_nobody_at_another_from_signing_in()
    {
        using var passwords = new Passwords();
        var ct = TestContext.Current.CancellationToken;
        var (hashing, refused) = (new TaskCompletionSource(), new ConcurrentBag<string>());
        var junk = Enumerable.Range(0, Junk).Select(_ => Sign(1, () => hashing.Task)).ToArray();

        // Where there is one processor, the one that has begun is let end first.
        if (Environment.ProcessorCount == 1)
        {
            hashing.SetResult();
        }

        await Task.WhenAll(Enumerable.Range(2, 24).Select(address => Sign(address, () => Task.CompletedTask)));
        Assert.Equal(Junk - Passwords.MostWaiting - 1, refused.Count);
        Assert.All(refused, code => Assert.Equal("too-many-requests", code));
        hashing.TrySetResult();
        await Task.WhenAll(junk);

        async Task Sign(int address, Func<Task> hash)
        {
            try
            {
                await passwords.InTurn(new Asker(Guid.Empty, (UInt128)address), async () =>
                {
                    await hash();
                    return true;
                }, ct);
            }
            catch (RefusedException no)
            {
                refused.Add(no.Refusal.Code);
            }
        }
    }
}
