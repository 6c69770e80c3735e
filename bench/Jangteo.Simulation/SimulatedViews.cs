using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Views;

namespace Jangteo.Simulation;

/// <summary>Views: its storage as a model, around the real <see cref="Folds"/>.</summary>
internal sealed class SimulatedViews(World world) : Actor(world, Modules.Views)
{
    public Dictionary<Guid, TradeRow> Trades { get; } = [];

    public Dictionary<Guid, ListingRow> Listings { get; } = [];

    /// <summary>What is in each account, as the journals said.</summary>
    public Dictionary<(Guid Trade, string Account), long> Accounts { get; } = [];

    protected override bool Hear(Row row)
    {
        switch (row.Body)
        {
            case TradeMoved moved:
                CheckOrder(moved.Trade, moved.Revision);
                Trades[moved.Trade] = Folds.Trade(moved);
                break;
            case TradeNoted noted:
                CheckOrder(noted.Trade, noted.Revision);
                Trades[noted.Trade] = Folds.Trade(Trades.GetValueOrDefault(noted.Trade), noted);
                break;
            case ListingChanged changed:
                Listings[changed.Listing] = Folds.Listing(Listings.GetValueOrDefault(changed.Listing), changed);
                break;
            case JournalsPosted posted:
                foreach (var journal in posted.Journals)
                {
                    foreach (var entry in journal.Entries)
                    {
                        var account = (posted.Trade, entry.Account);
                        Accounts[account] = Accounts.GetValueOrDefault(account) + entry.Amount;
                    }
                }

                break;
        }

        return true;
    }

    /// <summary>What is said of a trade is said revision by revision: a view keeps the last it has heard.</summary>
    private void CheckOrder(Guid trade, int revision)
    {
        if (Trades.TryGetValue(trade, out var known) && known.Revision >= revision)
        {
            World.Violate("I8", trade, $"the views hear of revision {revision} after {known.Revision}");
        }
    }
}
