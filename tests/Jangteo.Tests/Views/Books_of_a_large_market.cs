using System.Diagnostics;
using System.Globalization;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Storing;

namespace Jangteo.Tests.Views;

/// <summary>
/// The books of Views and Notices are right on a market that was filled at once. JANGTEO_LONG=1 fills it with thousands of trades, to see how
/// long reading takes.
/// </summary>
public sealed class Books_of_a_large_market(ITestOutputHelper output)
{
    private const int AtOnce = 100;

    private static readonly int Trades = Environment.GetEnvironmentVariable("JANGTEO_LONG") == "1" ? 13_000 : AtOnce;

    private static readonly string[] Paths = ["", "", "?all=true"];

    [Fact]
    public async Task The_books_of_a_market_that_was_filled_at_once_are_right()
    {
        await using var town = new Town();
        await town.InitializeAsync();
        await Fill(town);
        // The watches of the program look every ten seconds; what they have left is looked at here.
        var sora = new PersonRef(Ids.New(), "Sora");
        foreach (var module in (string[])[Modules.Views, Modules.Notices])
        {
            foreach (var path in Paths)
            {
                var began = Stopwatch.GetTimestamp();
                var (_, books) = await town.Get($"/api/operator/{module}/books{path}", sora, isOperator: true);
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{module} books{path} of {Trades} trades: {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms, {books}"));
                Assert.True(books.GetProperty("ok").GetBoolean());
            }
        }
    }

    private static async Task Fill(Town town)
    {
        for (var done = 0; done < Trades; done += AtOnce)
        {
            var tales = Enumerable.Range(0, AtOnce).Select(_ => Tale.Of(town)).ToList();
            await town.Storage(Modules.Catalog).Do(Cause.New(), work =>
            {
                tales.ForEach(tale => work.Send(CatalogMessages.ListingChanged, tale.Listing, tale.Changed(), new MessageContext(null, "second-hand", null, tale.Seller.Id, tale.Listing)));
                return Task.CompletedTask;
            }, TestContext.Current.CancellationToken);
            await town.Storage(Modules.Trading).Do(Cause.New(), work =>
            {
                tales.ForEach(tale =>
                {
                    foreach (var move in (string[])["request", "accept", "finish"])
                    {
                        work.Send(TradingMessages.Moved, tale.Trade, tale.Moved(move), tale.Context);
                    }
                });
                return Task.CompletedTask;
            }, TestContext.Current.CancellationToken);
        }

        await town.Rest();
    }
}
