using Jangteo.Catalog;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Jangteo.Platform.Time;
using Jangteo.Tests.Beds;
using Jangteo.Tests.Catalog;
using Jangteo.Trading;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Tests.Trading;

/// <summary>A deadline whose questions cannot be asked is tried less and less often, and soon enough once they can.</summary>
public sealed class Deadlines_while_a_module_is_away(TestPostgres postgres)
{
    private const string Table = """
        kind: confirmed-by-time
        version: 1
        stock: counted
        price: each
        needs: [quantity]
        tell: { buyer: [app], seller: [app] }

        moves:
          - { do: order,   from: start,  to: placed,  by: buyer }
          - { do: confirm, from: placed, to: over,    by: seller, first: [confirm-deposit] }
          - { do: lapse,   from: placed, to: dropped, after: 1d }
        """;

    /// <summary>The database keeps microseconds.</summary>
    private static readonly TimeSpan Rounding = TimeSpan.FromMilliseconds(1);

    private readonly CancellationToken ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_pause_doubles_to_five_minutes_and_the_move_is_made_within_it_once_the_module_is_back()
    {
        var payments = new Neighbours(Modules.Payments) { Answering = _ => Task.FromResult<Reply>(new Reply.Yes(Verb.ConfirmDeposit.Yes)) };
        var kinds = Shelf.Of([KindReader.ReadTable(Table, "a table of the tests").Value!], new Texts());
        await using var bed = await ModuleBed.Start(postgres, [new CatalogModule(), new TradingModule(), payments], new Settings(), kinds);
        var lamp = new { kind = "confirmed-by-time", title = "Lamp", description = "Warm light.", price = 3000, quantity = 1 };
        var listing = (await bed.Post("/api/listings", "minji", lamp)).Id;
        var trade = (await bed.Post("/api/trades", "junho", new { listing, price = 3000, quantity = 1 })).Id;
        bed.Faults.Switch(Faults.DownOf(Modules.Payments), true);

        Forward(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(1));
        foreach (var (seconds, nth) in ((int[])[30, 60, 120, 240, 300, 300]).Select((seconds, index) => (seconds, index + 1)))
        {
            var (earliest, pause) = (bed.Machine.GetUtcNow(), TimeSpan.FromSeconds(seconds));
            var next = (await ModuleBed.Until(() => NextAfter(nth), found => found is not null))!.Value;
            Assert.InRange(next, earliest + pause - Rounding, bed.Machine.GetUtcNow() + pause + Rounding);
            // The next one is due; nothing wakes the loop but the clock.
            Forward(pause);
        }

        Assert.Empty(payments.Asked);
        bed.Faults.Switch(Faults.DownOf(Modules.Payments), false);
        Forward(TimeSpan.FromMinutes(5));
        await ModuleBed.Until(() => bed.Get($"/api/trades/{trade}", "junho"), heard => heard["state"] == "over");

        void Forward(TimeSpan by)
        {
            bed.Machine.Forward(by);
            var clock = bed.Services.GetRequiredService<BusinessClock>();
            // A moved clock wakes the loop.
            clock.Set(clock.Offset + TimeSpan.FromTicks(1));
        }

        // Null until the attempt has ended.
        Task<DateTimeOffset?> NextAfter(int attempts) => bed.StorageOf(Modules.Trading).Find(
            new Sql(
                """
                select retry_at from deadlines
                where trade = $1 and attempts = $2 and not exists (select from intentions where stream = $1)
                """,
                trade, attempts),
            row => (DateTimeOffset?)row.GetFieldValue<DateTimeOffset>(0), ct);
    }
}
