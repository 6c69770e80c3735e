namespace Jangteo.Tests.Http;

/// <summary>Anybody may ask for the health of the program, as often as they like.</summary>
public sealed class Asking_for_health
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_who_ask_at_once_cost_one_look_and_a_later_one_costs_the_next()
    {
        var (looks, clock, ends) = (0, new MovedClock(), new TaskCompletionSource<bool>());
        var shared = new SharedLook<bool>(
            () =>
            {
                looks++;
                return ends.Task;
            },
            clock);

        var asked = Enumerable.Range(0, 100).Select(_ => shared.Now(Ct)).ToArray();
        ends.SetResult(true);
        await Task.WhenAll(asked);
        await shared.Now(Ct);
        var together = looks;
        clock.Now += (long)SharedLook<bool>.GoodFor.TotalMilliseconds;
        await shared.Now(Ct);

        Assert.Equal((1, 2), (together, looks));
    }

    [Fact]
    public async Task A_look_that_fails_fails_for_all_who_asked_and_not_for_ever()
    {
        var (looks, clock) = (0, new MovedClock());
        var shared = new SharedLook<bool>(
            () => looks++ == 0 ? Task.FromException<bool>(new TimeoutException()) : Task.FromResult(true), clock);

        await Assert.ThrowsAsync<TimeoutException>(() => shared.Now(Ct));
        await Assert.ThrowsAsync<TimeoutException>(() => shared.Now(Ct));
        clock.Now += (long)SharedLook<bool>.GoodFor.TotalMilliseconds;

        await shared.Now(Ct);
    }

    private sealed class MovedClock : TimeProvider
    {
        /// <summary>Milliseconds.</summary>
        public long Now { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => Now;
    }
}
