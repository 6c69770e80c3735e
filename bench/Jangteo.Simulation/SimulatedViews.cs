using Jangteo.Contracts;
using Jangteo.Kinds;

namespace Jangteo.Simulation;

/// <summary>A listener that keeps what it has heard: how every view is made.</summary>
internal sealed class SimulatedViews(World world) : Actor(world, Modules.Views)
{
    public Dictionary<Guid, (int Revision, string State)> Trades { get; } = [];

    public Dictionary<Guid, ListingChanged> Listings { get; } = [];

    /// <summary>What is in each account, as the journals said.</summary>
    public Dictionary<(Guid Trade, string Account), long> Accounts { get; } = [];

    protected override bool Hear(Row row)
    {
        switch (row.Body)
        {
            case TradeMoved moved:
                Trades[moved.Trade] = (moved.Revision, moved.To);
                break;
            case TradeNoted noted:
                Trades[noted.Trade] = (noted.Revision, noted.State);
                break;
            case ListingChanged changed:
                Listings[changed.Listing] = changed;
                break;
            case JournalsPosted posted:
                foreach (var entry in posted.Journals.SelectMany(journal => journal.Entries))
                {
                    var account = (posted.Trade, entry.Account);
                    Accounts[account] = Accounts.GetValueOrDefault(account) + entry.Amount;
                }

                break;
        }

        return true;
    }
}
