using Jangteo.Tests;

namespace Jangteo.SystemTests.Courier;

/// <summary>The courier (services/courier), by itself and behind the real program.</summary>
public sealed class CourierTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Its own tests: the real courier with a real Redis against stand-ins of both providers that time out, answer twice and lie, and killed
    /// at every step.
    /// </summary>
    [Fact]
    [Requirement("CP-11", "the courier is killed at every step: each SMS once or known to be unknown")]
    public async Task Its_own_tests_pass()
    {
        await RealCourier.Build();

        var said = await RealCourier.Run("npm test");

        Assert.Matches(@"Tests +\d+ passed \(\d+\)", said);
    }

    [Fact]
    [Requirement("CP-11", "removed: the core goes on, messages wait")]
    [Requirement("CP-13", "a supporting service removed without harm")]
    [Requirement("WP-11", "sent when back, in order")]
    public async Task While_it_is_removed_trades_go_on_and_sms_wait_and_each_is_sent_once_when_it_is_back()
    {
        await RealCourier.Build();
        await using var courier = new RealCourier();
        await courier.Start();
        await using var program = await JangteoProgram.Start(
            ("Notices:Carrier:Address", courier.Address), ("Notices:Carrier:Secret", RealCourier.Secret));
        var shop = new Shop(program);
        var deal = await shop.Begun(await shop.List("water-purifier", quantity: 2));
        await Shop.Eventually(() => Task.FromResult(courier.Messages), messages => messages.Count > 0, Patience);

        await courier.Kill();
        await shop.At(deal, "delivering");
        await shop.Arrive(deal);
        await shop.At(deal, "installed");
        await courier.Start();

        var sent = await Shop.Eventually(() => Moves(courier), moves => moves.Contains("told.water-purifier.install.buyer"), Patience);
        Assert.Equal(sent.Distinct(), sent);
        Assert.Equal(
            ["told.water-purifier.apply.buyer", "told.water-purifier.install.buyer"],
            sent.Where(name => name.Split('.')[2] is "apply" or "install" && name.EndsWith(".buyer", StringComparison.Ordinal)));
        await shop.AtRest(Patience);
        await shop.BooksAreRight();
    }

    private static Task<List<string>> Moves(RealCourier courier) =>
        Task.FromResult(courier.Messages.Select(message => (string)message["template"]!["name"]!).ToList());
}
