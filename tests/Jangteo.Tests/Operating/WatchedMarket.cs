using Jangteo.Between;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Integrity;
using Jangteo.Platform.Messaging;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;
using Jangteo.Tests.Payments;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jangteo.Tests.Operating;

/// <summary>
/// Every module in one process, in the sandbox: its data is damaged by the owner of the database, and its watches are to notice.
/// </summary>
public sealed class WatchedMarket(TestPostgres postgres) : IAsyncLifetime
{
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(20);

    private readonly Module[] modules = [.. Target.Of("all")];

    internal ModuleBed Bed { get; private set; } = null!;

    internal IEnumerable<Module> Watched => modules.Where(module => module.Integrity(Bed.Services) is not null);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        Bed = await ModuleBed.Start(postgres, modules, new Settings { Limits = new LimitSettings { PerPersonPerSecond = 0 } });

    public ValueTask DisposeAsync() => Bed.DisposeAsync();

    /// <summary>The watch of a module as the program runs it, but for how often it looks by itself.</summary>
    internal IntegrityWatch WatchOf(string module) => new(
        Bed.StorageOf(module), Bed.Services.GetRequiredKeyedService<ILog>(module),
        modules.Single(one => one.Name == module).Integrity(Bed.Services)!, Bed.Services.GetRequiredService<Alarms>(),
        Bed.Services.GetRequiredService<Shelf>().Texts, Bed.Services.GetRequiredService<ILogger<IntegrityWatch>>())
    {
        Every = Often,
    };

    /// <summary>Something of a module that can be damaged, and changes again later.</summary>
    internal async Task<Guid> Subject(string module)
    {
        switch (module)
        {
            case Modules.Payments:
                var paid = Ids.New();
                await Bed.QuestionsTo(module).Agree(Ask(paid, 2, Verb.HoldPayment), Ct);
                return paid;
            case Modules.Delivery:
                var sent = Ids.New();
                await Bed.QuestionsTo(module).Agree(Ask(sent, 2, Verb.Deliver), Ct);
                return sent;
            default:
                var trade = await Bed.Post("/api/trades", "junho", new { listing = await Listing(), price = 9_000, card = "ok" });
                Assert.True(trade.Status == 201, trade.ToString());
                return trade.Id;
        }
    }

    internal async Task<Guid> Listing() =>
        (await Bed.Post("/api/listings", "minji", new { kind = "second-hand", title = "Radio", description = "Works.", price = 9_000 })).Id;

    /// <summary>Changes something in the way of its module. Payments and Delivery are asked a question, which leaves no message.</summary>
    internal async Task Change(string module, Guid subject)
    {
        switch (module)
        {
            case Modules.Payments:
                await Bed.QuestionsTo(module).Agree(Ask(subject, 3, Verb.Refund), Ct);
                break;
            case Modules.Delivery:
                await Bed.QuestionsTo(module).Agree(Ask(subject, 3, Verb.FinishDelivery), Ct);
                break;
            default:
                Assert.InRange((await Bed.Post($"/api/trades/{subject}/accept", "minji", new { })).Status, 200, 202);
                break;
        }
    }

    /// <summary>The subjects in which a module has found something.</summary>
    internal Task<List<Guid>> Offenders(string module) =>
        Bed.StorageOf(module).Query(new Sql("select distinct subject from integrity_offenders"), row => row.GetGuid(0), Ct);

    /// <summary>Returns when everything that was said has been heard, and every watch has looked at it.</summary>
    internal async Task Rest()
    {
        await ModuleBed.Until(async () =>
        {
            var (heard, said) = (await Look(), await Look());
            return heard.Concat(said).All(module => module is { Unsent: 0, Intentions: 0, Aside: 0 })
                && heard.All(receiver => MessageTypes.SendersHeardBy(receiver.Module).All(sender => HasHeard(receiver, said, sender)));
        }, isSo => isSo);
        foreach (var module in Watched)
        {
            await Bed.Services.GetRequiredKeyedService<IntegrityWatch>(module.Name).Look(all: false, "en", Ct);
        }
    }

    /// <summary>Runs a statement as the owner of everything.</summary>
    internal async Task AsOwner(string sql, Guid subject)
    {
        await using var source = NpgsqlDataSource.Create(Bed.Admin);
        await using var command = source.CreateCommand(sql.Replace("{id}", subject.ToString(), StringComparison.Ordinal));
        Assert.True(await command.ExecuteNonQueryAsync() > 0, $"{sql} changed nothing of {subject}.");
    }

    /// <summary>A question about a trade that Trading does not know, and so is not answered to.</summary>
    private static Request Ask(Guid trade, int revision, Verb verb) =>
        Asks.Of(trade, revision, verb) with { Asker = Modules.Catalog, Address = "Neuti-dong 4", Title = "Kettle" };

    private static bool HasHeard(ModuleAtRest receiver, ModuleAtRest[] said, string sender) =>
        said.Single(one => one.Module == sender).Said.GetValueOrDefault(receiver.Module) == receiver.Heard.GetValueOrDefault(sender);

    private async Task<ModuleAtRest[]> Look()
    {
        var alarms = Bed.Services.GetRequiredService<Alarms>();
        return await Task.WhenAll(modules.Select(module => ModuleAtRest.Look(Bed.StorageOf(module.Name), alarms, Ct)));
    }
}
