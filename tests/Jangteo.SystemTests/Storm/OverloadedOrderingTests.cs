using System.Collections.Concurrent;
using Jangteo.Contracts;
using Jangteo.Tests;

namespace Jangteo.SystemTests.Storm;

/// <summary>More customers order at once than the program takes on.</summary>
public sealed class OverloadedOrderingTests
{
    private const int Customers = 40;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    [Requirement("MA-N2.2")]
    public async Task While_ordering_is_overloaded_customers_are_held_off_and_each_has_one_order_later()
    {
        await using var program = await JangteoProgram.Start(
            ("Limits:Queries", "8"), ("Limits:Commands", "2"), ("Limits:PerPersonPerSecond", "0"), ("LogLevel", "Warning"));
        var shop = new Shop(program);
        var thing = await shop.List("shopping-mall", quantity: Customers);
        var customers = new List<Visitor>();
        for (var number = 0; number < Customers; number++)
            customers.Add(await shop.Somebody("customer"));
        var refusals = new ConcurrentBag<Said>();

        await Task.WhenAll(customers.Select(async customer =>
        {
            var said = await Shop.Eventually(
                async () =>
                {
                    var answer = await shop.Ask(customer, thing, key: "order");
                    if (answer.Status == 503)
                        refusals.Add(answer);
                    return answer;
                },
                answer => answer.Status == 201, Patience);
            Assert.Equal(201, said.Status);
        }));

        Assert.NotEmpty(refusals);
        Assert.All(
            refusals, refused => Assert.True(refused.Code == Refusals.Busy && refused.RetryAfter > TimeSpan.Zero, refused.ToString()));
        await shop.AtRest(Patience);
        foreach (var customer in customers)
            Assert.Single(
                (await Shop.Eventually(() => customer.Get("/api/my/trades?as=buyer"), said => said.Status == 200, Patience))
                    .Body!["items"]!.AsArray());
    }
}
