using System.Net;
using Jangteo.Platform;
using Jangteo.Platform.Http;

namespace Jangteo.Tests.Http;

/// <summary>Something scarce is shared out, so that no client can take all of it.</summary>
public sealed class Sharing_out
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_has_a_share_and_waits_behind_their_own_requests_only()
    {
        using var shares = new Shares(
            new ShareLimits { AtOnce = 10, Anonymous = 10, PerPerson = 1, PerAddress = 2, Queue = 1, Patience = TimeSpan.FromMinutes(1) });
        var (greedy, other) = (Address(1), Address(2));
        var first = await shares.Take(greedy, Ct);
        using var second = await shares.Take(greedy, Ct);

        var waiting = shares.Take(greedy, Ct).AsTask();
        var refused = await Assert.ThrowsAsync<RefusedException>(async () => await shares.Take(greedy, Ct));
        using var ofOther = await shares.Take(other, Ct);
        Assert.False(waiting.IsCompleted);
        first.Dispose();

        using var third = await waiting;
        Assert.Equal("too-many-requests", refused.Refusal.Code);
    }

    [Fact]
    public async Task What_people_who_are_not_signed_in_have_together_leaves_something_for_those_who_are()
    {
        using var shares = new Shares(new ShareLimits { AtOnce = 3, Anonymous = 2, PerPerson = 5, PerAddress = 1 });
        using var one = await shares.Take(Address(1), Ct);
        using var two = await shares.Take(Address(2), Ct);

        Assert.Equal("busy", (await Assert.ThrowsAsync<RefusedException>(async () => await shares.Take(Address(3), Ct))).Refusal.Code);
        using var signedIn = await shares.Take(new Asker(Ids.New(), 0), Ct);
        Assert.Equal(
            "busy", (await Assert.ThrowsAsync<RefusedException>(async () => await shares.Take(new Asker(Ids.New(), 0), Ct))).Refusal.Code);
    }

    [Fact]
    public async Task Many_accounts_of_one_address_have_a_share_together()
    {
        using var shares = new Shares(
            new ShareLimits { AtOnce = 10, Anonymous = 5, PerPerson = 2, PerAddress = 2, PeopleOfOneAddress = 3, Patience = TimeSpan.FromMinutes(1) });
        var taken = new List<IDisposable>();
        for (var account = 0; account < 3; account++)
        {
            taken.Add(await shares.Take(Person(), Ct, Address(1)));
        }

        var refused = await Assert.ThrowsAsync<RefusedException>(async () => await shares.Take(Person(), Ct, Address(1)));
        using var elsewhere = await shares.Take(Person(), Ct, Address(2));

        // People who are not signed in there have a share of their own.
        using var stranger = await shares.Take(Address(1), Ct, Address(1));
        taken[0].Dispose();
        using var next = await shares.Take(Person(), Ct, Address(1));

        Assert.Equal("too-many-requests", refused.Refusal.Code);

        static Asker Person() => new(Ids.New(), 0);
    }

    [Fact]
    public async Task A_wait_that_ends_in_vain_takes_nothing_with_it()
    {
        using var shares = new Shares(new ShareLimits { AtOnce = 1, Anonymous = 1, PerPerson = 1, PerAddress = 1, Queue = 5, Patience = TimeSpan.FromMilliseconds(20) });
        using var gone = new CancellationTokenSource();
        var held = await shares.Take(Address(1), Ct);

        var impatient = await Assert.ThrowsAsync<RefusedException>(async () => await shares.Take(Address(1), Ct));
        var waitsForAll = await Assert.ThrowsAsync<RefusedException>(async () => await shares.Take(Address(2), Ct));
        var left = shares.Take(Address(2), gone.Token).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        held.Dispose();

        Assert.Equal(("too-many-requests", "busy"), (impatient.Refusal.Code, waitsForAll.Refusal.Code));
        (await shares.Take(Address(1), Ct)).Dispose();
        (await shares.Take(Address(2), Ct)).Dispose();
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("::ffff:192.0.2.1", "::ffff:192.0.2.2", false)]
    public void An_address_of_IPv6_counts_as_the_network_that_one_customer_has(string one, string other, bool areOne) =>
        Assert.Equal(areOne, Asker.NetworkOf(IPAddress.Parse(one)) == Asker.NetworkOf(IPAddress.Parse(other)));

    private static Asker Address(int number) => new(Guid.Empty, (UInt128)number);
}
