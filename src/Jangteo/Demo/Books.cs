using System.Collections.Immutable;
using System.Globalization;
using Jangteo.Kinds;
using Jangteo.Stories;

namespace Jangteo.Demo;

/// <summary>One thing that must hold, as the module that can see it has judged it.</summary>
/// <param name="Name">Begins with the id of the invariant, such as I1.</param>
internal sealed record Finding(string Module, string Name, bool Ok, string Detail);

/// <summary>The books of a market: what must never happen (I1 to I10), asked of every module as its operator.</summary>
internal sealed class Books(Market market, TimeProvider machine)
{
    /// <summary>A market comes to rest by itself once nothing is done to it; this is how long it may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly ImmutableArray<string> Keepers = [Modules.Payments, Modules.Catalog, Modules.Trading, Modules.Views, Modules.Notices, Modules.Delivery];

    /// <summary>What keeps a module from rest.</summary>
    private static readonly ImmutableArray<string> Counts = ["unsent", "unread", "intentions", "aside", "parked"];

    /// <summary>Reads all of them until they are in order, or patience ends.</summary>
    public async Task<ImmutableArray<Finding>> Read(CancellationToken ct)
    {
        var began = machine.GetTimestamp();
        while (true)
        {
            ImmutableArray<Finding> checks = [await ReadRest(ct), await ReadLedger(ct), .. (await Task.WhenAll(Keepers.Select(module => ReadOf(module, ct)))).SelectMany(one => one)];
            if (checks.All(check => check.Ok) || machine.GetElapsedTime(began) > Patience)
            {
                return checks;
            }

            await Task.Delay(250, ct);
        }
    }

    private async Task<Finding> ReadRest(CancellationToken ct)
    {
        var heard = await market.Get(World.Operator, "/api/operator/rest", ct);
        var restless = (heard.Body?["items"]?.AsArray() ?? []).Where(module => Counts.Any(name => module![name]!.GetValue<long>() != 0)).Select(module => module!.ToJsonString()).ToList();
        return new Finding("all", "I7 everything has come to rest, and nothing is parked", heard.IsYes && restless.Count == 0, heard.IsYes ? string.Join(" ", restless) : heard.ToString());
    }

    /// <summary>Where all the money of the market is. That the escrow of a trade is empty when it is over, each story has seen for its own.</summary>
    private async Task<Finding> ReadLedger(CancellationToken ct)
    {
        var heard = await market.Get(World.Operator, "/api/operator/payments/ledger/balances", ct);
        var accounts = (heard.Body?["items"]?.AsArray() ?? []).Select(account => (Name: account!["account"]!.GetValue<string>(), Amount: account["amount"]!.GetValue<long>())).ToList();
        return new Finding(
            Modules.Payments, "I1 the accounts add up to zero", heard.IsYes && accounts.Sum(account => account.Amount) == 0,
            heard.IsYes ? string.Join(", ", accounts.Select(account => string.Create(CultureInfo.InvariantCulture, $"{account.Name} {account.Amount}"))) : heard.ToString());
    }

    private async Task<IEnumerable<Finding>> ReadOf(string module, CancellationToken ct)
    {
        var heard = await market.Get(World.Operator, $"/api/operator/{module}/books?all=true", ct);
        if (heard.Body?["checks"]?.AsArray() is not { Count: > 0 } checks)
        {
            return [new Finding(module, "books", false, $"cannot be read: {heard}")];
        }

        return checks.Select(check => new Finding(module, check!["name"]!.GetValue<string>(), check["ok"]!.GetValue<bool>(), check["detail"]?.ToString() ?? ""));
    }
}
