using Jangteo.Split;

namespace Jangteo.Tests.Operating;

/// <summary>What <c>split restart</c> asks of a market in another process.</summary>
public sealed class Asking_for_restarts : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("jangteo-restarts-").FullName;
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Two_at_once_are_done_one_after_the_other_and_each_hears_its_own_answer()
    {
        var (first, second) = (Of("trading"), Of("views"));
        var asking = (Trading: first.Ask(folder, () => true, ct), Views: second.Ask(folder, () => true, ct));

        var done = new List<string>();
        while (done.Count < 2)
        {
            if (await Restart.Requested(folder) is { } request)
            {
                done.AddRange(request.Modules);
                await request.Done(folder, request.Modules[0] == "views" ? "It does not start." : null);
            }
        }

        await asking.Trading;
        Assert.Equal("It does not start.", (await Assert.ThrowsAnyAsync<Exception>(() => asking.Views)).Message);
        Assert.Equal(["trading", "views"], done.Order(StringComparer.Ordinal));
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public async Task What_was_asked_of_a_market_that_has_ended_is_forgotten()
    {
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => Of("trading").Ask(folder, () => false, ct));
        Assert.Contains("has ended", refused.Message);

        Restart.ForgetRequested(folder);

        Assert.Null(await Restart.Requested(folder));
    }

    private static Restart Of(string module) => new(Guid.NewGuid(), [module], null);
}
