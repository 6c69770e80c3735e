using Jangteo.Catalog;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Tests.Beds;
using Jangteo.Tests.Catalog;
using Jangteo.Trading;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Tests.Trading;

/// <summary>What Trading does before it tells a buyer that a start was refused.</summary>
public sealed class Refused_starts(TestPostgres postgres)
{
    private const string Table = """
        kind: taken-first
        version: 1
        stock: one
        price: each
        needs: []
        tell: { buyer: [app], seller: [app] }

        moves:
          - { do: order, from: start,  to: placed, by: buyer, first: [take-stock, hold-payment] }
          - { do: drop,  from: placed, to: over,   by: buyer, ask: [refund, give-back-stock] }
        """;

    private static readonly Reply Declined = new Reply.No(Verb.HoldPayment.No[0], Refusals.PaymentDeclined);

    private int asked;

    [Fact]
    public async Task Catalog_is_asked_about_the_listing_only_where_stock_was_given_back()
    {
        var payments = new Neighbours(Modules.Payments) { Answering = _ => Task.FromResult(Declined) };
        var kinds = Shelf.Of([KindReader.ReadTable(Table, "a table of the tests").Value!], new Texts());
        await using var bed = await ModuleBed.Start(
            postgres, [new CatalogModule(), new TradingModule(), payments], new Settings(), kinds,
            services =>
            {
                services.AddSingleton<FindListing>();
                services.AddSingleton<IListings>(
                    provider => new Counted(provider.GetRequiredService<FindListing>(), () => Interlocked.Increment(ref asked)));
            });
        var lamp = new { kind = "taken-first", title = "Lamp", description = "Warm light.", price = 3000 };
        var listing = (await bed.Post("/api/listings", "minji", lamp)).Id;
        // A first order may be earlier than the event of the listing, which is asked for then.
        Assert.Equal("payment-declined", (await Order()).Problem);
        asked = 0;

        bed.Faults.Switch(Faults.DownOf(Modules.Payments), true);
        Assert.Equal("payments-unavailable", (await Order()).Problem);
        Assert.Equal(0, asked);

        bed.Faults.Switch(Faults.DownOf(Modules.Payments), false);
        Assert.Equal("payment-declined", (await Order()).Problem);
        Assert.Equal(1, asked);

        payments.Answering = _ => Task.FromResult<Reply>(new Reply.Yes(Verb.HoldPayment.Yes));
        Assert.Equal(201, (await Order()).Status);
        Assert.Equal(1, asked);

        Task<Heard> Order() => bed.Post("/api/trades", "junho", new { listing, price = 3000, card = "ok" });
    }

    [Fact]
    public async Task The_refusal_is_answered_while_Catalog_fails_or_does_not_answer()
    {
        var away = new Away();
        var payments = new Neighbours(Modules.Payments) { Answering = _ => Task.FromResult(Declined) };
        var kinds = Shelf.Of([KindReader.ReadTable(Table, "a table of the tests").Value!], new Texts());
        await using var bed = await ModuleBed.Start(
            postgres, [new CatalogModule(), new TradingModule(), payments], new Settings(), kinds,
            services =>
            {
                services.AddSingleton<FindListing>();
                services.AddSingleton<IListings>(provider =>
                {
                    away.Catalog = provider.GetRequiredService<FindListing>();
                    return away;
                });
            });
        var lamp = new { kind = "taken-first", title = "Lamp", description = "Warm light.", price = 3000 };
        var listing = (await bed.Post("/api/listings", "minji", lamp)).Id;
        Assert.Equal("payment-declined", (await Order()).Problem);

        foreach (var how in (Func<CancellationToken, Task>[])
            [_ => throw new TimeoutException(), _ => throw new HttpRequestException(), patience => Task.Delay(Timeout.Infinite, patience)])
        {
            away.How = how;
            Assert.Equal("payment-declined", (await Order()).Problem);
        }

        Task<Heard> Order() => bed.Post("/api/trades", "junho", new { listing, price = 3000, card = "ok" });
    }

    /// <summary>Catalog, which may be away.</summary>
    private sealed class Away : IListings
    {
        public IListings Catalog { get; set; } = null!;

        public Func<CancellationToken, Task>? How { get; set; }

        public async Task<ListingChanged?> Find(Guid listing, CancellationToken ct)
        {
            if (How is { } how)
            {
                await how(ct);
            }

            return await Catalog.Find(listing, ct);
        }
    }

    /// <summary>Catalog's own answers, counted.</summary>
    private sealed class Counted(IListings catalog, Action count) : IListings
    {
        public Task<ListingChanged?> Find(Guid listing, CancellationToken ct)
        {
            count();
            return catalog.Find(listing, ct);
        }
    }
}
