using Jangteo.Catalog;
using Jangteo.Delivery;
using Jangteo.Kinds;
using Jangteo.Payments;

namespace Jangteo.Simulation;

/// <summary>I1 to I10 (SPEC), counted from what was written by each module, never by a module's own sum.</summary>
internal static class Books
{
    /// <summary>What holds at rest, whether or not trades have ended.</summary>
    public static void Check(World world)
    {
        if (world.IsHopeless)
        {
            return;
        }

        CheckLedger(world);
        CheckEscrow(world);
        CheckStock(world);
        CheckHistory(world);
        CheckPromises(world);
        CheckArrivals(world);
        CheckViews(world);
        CheckNotices(world);
        CheckOutside(world);
        CheckWhatTradesSay(world);
    }

    /// <summary>I7: nothing is under way that nobody will finish.</summary>
    public static void CheckRest(World world)
    {
        if (world.IsHopeless)
        {
            return;
        }

        foreach (var actor in world.Actors.Where(actor => !actor.IsAtRest))
        {
            var letter = actor.Waiting.First();
            world.Violate("I7", letter.Row.Stream, $"{actor.Module} still waits with {letter.Row.Sender.Module}'s {World.Say(letter.Row.Body)}, number {letter.Seq}");
        }

        foreach (var file in world.Trading.Files)
        {
            world.Trading.CheckSoldOutIsHeard(file);
            if (file.Trade.Intention is { } open)
            {
                world.Violate("I7", file.Trade.Id, $"its intention {open.Do} of revision {open.Revision} is still open");
            }

            if (!file.Trade.Unanswered.IsEmpty)
            {
                world.Violate("I7", file.Trade.Id, $"nobody has answered {file.Trade.Unanswered[0].Verb} of revision {file.Trade.Unanswered[0].Revision}");
            }

            if (file.IsOpen && !file.Kind.Leaving(file.Trade.State).Any(row => row.By is not null || row.After is not null || row.Hears is Verb.Delivered or Verb.SoldOut))
            {
                world.Violate("I7", file.Trade.Id, $"nothing can move it out of {file.Trade.State}");
            }
        }

        foreach (var errand in world.Payments.Open)
        {
            world.Violate("I7", errand.Subject, $"the errand {errand.Key} is never done");
        }

        if (world.Catalog.OpenRegistrations > 0)
        {
            world.Violate("I7", default, "a registration is still open");
        }

        if (world.Notices.HasUnsent)
        {
            world.Violate("I7", default, "an SMS is never sent");
        }
    }

    /// <summary>K4: time and answers alone bring all money out.</summary>
    public static void CheckMoneyIsOut(World world)
    {
        if (world.IsHopeless)
        {
            return;
        }

        var balances = Balances(world);
        foreach (var file in world.Trading.Files)
        {
            var held = balances.GetValueOrDefault((Account.Escrow, file.Trade.Id)) + balances.GetValueOrDefault((Account.BankSuspense, file.Trade.Id));
            if (file.IsOpen && (held != 0 || world.Payments.Payments.GetValueOrDefault(file.Trade.Id)?.Standing == Standing.Expected))
            {
                world.Violate("K4", file.Trade.Id, $"all deadlines have passed, and {held} is still held, or a deposit expected, in {file.Trade.State}");
            }
        }
    }

    /// <summary>I2, I3 and K3: of a trade that has ended, or was not begun, nothing is left anywhere.</summary>
    public static void CheckNothingIsLeft(World world)
    {
        if (world.IsHopeless)
        {
            return;
        }

        var balances = Balances(world);
        foreach (var file in world.Trading.Files.Where(file => !file.IsOpen))
        {
            var trade = file.Trade;
            foreach (var account in (ReadOnlySpan<Account>)[Account.Escrow, Account.BankSuspense, Account.RefundInTransit, Account.PayOutInTransit])
            {
                if (balances.GetValueOrDefault((account, trade.Id)) is not 0 and var left)
                {
                    world.Violate("I2", trade.Id, $"it has ended in {trade.State}, and {left} is left in {Words.Of(account)}");
                }
            }

            CheckAllThatArrivedIsOut(world, file);
            if (world.Payments.Payments.TryGetValue(trade.Id, out var payment) && payment.Standing == Standing.Expected)
            {
                world.Violate("I2", trade.Id, $"it has ended in {trade.State}, and a deposit is still expected");
            }

            if (world.Catalog.Allocations.TryGetValue(trade.Id, out var stock) && stock.Has.Has == Has.Taken)
            {
                world.Violate("I3", trade.Id, $"it has ended in {trade.State}, and {stock.Has.Quantity} of {Names.Of(stock.Listing)} are still taken");
            }

            var isPaid = payment?.Standing == Standing.PaidOut;
            if (isPaid && stock.Has is not { TakenAt: > 0 } && world.Delivery.Of(trade.Id) != Whereabouts.Arrived)
            {
                world.Violate("K9", trade.Id, $"it has ended in {trade.State}, the seller is paid, and nothing was ever taken or delivered");
            }

            if (!isPaid && stock.Has is { Has: Has.Sold })
            {
                world.Violate("K9", trade.Id, $"it has ended in {trade.State}, the stock is sold, and the seller is not paid");
            }

            if (world.Delivery.Of(trade.Id) == Whereabouts.UnderWay)
            {
                world.Violate("K3", trade.Id, $"it has ended in {trade.State}, and a delivery is under way");
            }
        }

        foreach (var (key, left) in balances.Where(pair => pair.Key.Account is Account.BankSuspense or Account.RefundInTransit or Account.PayOutInTransit or Account.SellerPayable && pair.Value != 0))
        {
            world.Violate("I2", key.Of, $"at the end {left} is left in {Words.Of(key.Account)}");
        }
    }

    private static Dictionary<(Account Account, Guid Of), long> Balances(World world)
    {
        var balances = new Dictionary<(Account, Guid), long>();
        foreach (var line in world.Payments.Ledger.SelectMany(written => written.Posting.Lines))
        {
            balances[(line.Account, line.Of)] = balances.GetValueOrDefault((line.Account, line.Of)) + line.Amount;
        }

        return balances;
    }

    /// <summary>I1: journal by journal, so that an account that was negative for a moment is found too.</summary>
    private static void CheckLedger(World world)
    {
        var balances = new Dictionary<(Account, Guid), long>();
        var total = 0L;
        foreach (var (trade, posting) in world.Payments.Ledger)
        {
            var sum = 0L;
            foreach (var line in posting.Lines)
            {
                sum += line.Amount;
                var balance = balances[(line.Account, line.Of)] = balances.GetValueOrDefault((line.Account, line.Of)) + line.Amount;
                if (balance < 0 && line.Account is Account.Escrow or Account.BankSuspense or Account.RefundInTransit or Account.PayOutInTransit)
                {
                    world.Violate("I1", trade ?? line.Of, $"{posting.Event} leaves {balance} in {Words.Of(line.Account)}");
                }
            }

            if (sum != 0)
            {
                world.Violate("I1", trade ?? default, $"the journal {posting.Event} adds up to {sum}");
            }

            total += sum;
        }

        if (total != 0)
        {
            world.Violate("I1", default, $"all entries together add up to {total}");
        }
    }

    /// <summary>I2: what the pay log says was held, confirmed, given back and paid out is what the escrow has.</summary>
    private static void CheckEscrow(World world)
    {
        var balances = Balances(world);
        foreach (var payment in world.Payments.Payments.Values)
        {
            var held = 0L;
            foreach (var attempt in payment.Attempts.Where(attempt => attempt.Came != Came.No).OrderBy(attempt => attempt.Revision))
            {
                held = (attempt.Verb, attempt.Came) switch
                {
                    ("hold-payment" or "confirm-deposit", Came.Yes) => held + attempt.Amount,
                    ("release-deposit", Came.Yes) => held - attempt.Amount,
                    ("pay-out", _) => held - attempt.Amount - payment.Fee,
                    // A refund while nothing is held is of a deposit that was only seen.
                    ("refund", _) => held > 0 ? held - attempt.Amount : 0,
                    _ => held,
                };
            }

            if (balances.GetValueOrDefault((Account.Escrow, payment.Trade)) is var escrow && escrow != held)
            {
                world.Violate("I2", payment.Trade, $"by its pay log {held} is held, and {escrow} is in escrow");
            }

            var paid = payment.Attempts.Where(attempt => attempt.Verb == "pay-out" && attempt.Came == Came.Yes).ToList();
            if (paid.Count > 1 || (paid.Count == 1 && world.Trading.Find(payment.Trade) is { } file && paid[0].Amount != file.Trade.Amount - file.Trade.Fee))
            {
                world.Violate("I2", payment.Trade, $"the seller was paid {paid.Sum(attempt => attempt.Amount)}");
            }
        }
    }

    /// <summary>I3: what there was and what people corrected, less what is gone, is there; and nobody has what another has.</summary>
    private static void CheckStock(World world)
    {
        foreach (var id in world.Catalog.All)
        {
            var listing = world.Catalog.Listings[id];
            var mine = world.Catalog.Allocations.Values.Where(one => one.Listing == id).Select(one => one.Has).ToList();
            int Sum(Has has) => mine.Where(one => one.Has == has).Sum(one => one.Quantity);
            var units = listing.Units;
            var left = listing.FirstQuantity + world.Catalog.Corrections.GetValueOrDefault(id) - Sum(Has.Taken) - Sum(Has.Sold) - Sum(Has.WrittenOff);
            if (units.Available < 0 || units.Available != left || units.Out != Sum(Has.Taken) || units.Sold != Sum(Has.Sold) || units.WrittenOff != Sum(Has.WrittenOff))
            {
                world.Violate("I3", id, $"{left} should be left and {Sum(Has.Taken)} out, and it says {units.Available} left, {units.Out} out, {units.Sold} sold, {units.WrittenOff} gone");
            }

            if (listing.Single && mine.Count(one => one.Has != Has.Nothing) > 1)
            {
                world.Violate("I3", id, "more than one trade has a single thing");
            }
        }
    }

    /// <summary>I4: from the start to its state by rows of its table, revision by revision.</summary>
    private static void CheckHistory(World world)
    {
        foreach (var file in world.Trading.Files)
        {
            var (state, revision) = (Kind.Start, 0);
            foreach (var line in file.History)
            {
                if (line.Revision != ++revision)
                {
                    world.Violate("I4", file.Trade.Id, $"revision {line.Revision} where {revision} was due");
                    return;
                }

                if (line.What == "moved")
                {
                    var row = file.Kind.Moves.FirstOrDefault(row => row.Do == line.Do && row.From.Contains(state) && row.To == line.State && row.Hears == line.Heard);
                    if (row is null || (row.By is { } party ? Words.Of(party) != line.Actor && !IsConfirmedByTime(file.Kind, state, row, line.Actor) : row.After is not null && line.Actor != "time"))
                    {
                        world.Violate("I4", file.Trade.Id, $"at {revision} no row leads {line.Actor} by {line.Do} from {state} to {line.State}");
                        return;
                    }

                    state = line.State;
                }
                else if (line.State != state)
                {
                    world.Violate("I4", file.Trade.Id, $"at {revision} {line.What} in {line.State} while it was in {state}");
                    return;
                }
            }

            if (revision != file.Trade.Revision || state != file.Trade.State)
            {
                world.Violate("I4", file.Trade.Id, $"its history ends at {revision} in {state}, and it is at {file.Trade.Revision} in {file.Trade.State}");
            }
        }
    }

    /// <summary>I5: what was answered with success is in the history, by the clients' own list.</summary>
    private static void CheckPromises(World world)
    {
        foreach (var promise in world.Trading.Promises)
        {
            var history = world.Trading.Find(promise.Trade)!.History;
            if (history.Count < promise.Revision || history[promise.Revision - 1].State != promise.State)
            {
                world.Violate("I5", promise.Trade, $"it was answered to be in {promise.State} at {promise.Revision}");
            }
        }
    }

    /// <summary>Time confirms what is paid in full in place of a row of its own.</summary>
    private static bool IsConfirmedByTime(Kind kind, string state, Move row, string actor) =>
        actor == Trading.Act.Time && kind.Leaving(state).Any(timed => timed.After is not null && kind.ConfirmingInsteadOf(timed, state) == row);

    private static void CheckArrivals(World world)
    {
        foreach (var trade in world.Delivery.Arrivals)
        {
            if (world.Delivery.Of(trade) != Whereabouts.Arrived)
            {
                world.Violate("I5", trade, $"its delivery was noted as arrived, and it is {Words.Of(world.Delivery.Of(trade))}");
            }
        }
    }

    /// <summary>I8: whoever has heard everything knows what is.</summary>
    private static void CheckViews(World world)
    {
        foreach (var file in world.Trading.Files)
        {
            var trade = file.Trade;
            if (world.Views.Trades.TryGetValue(trade.Id, out var seen)
                ? seen.Revision != trade.Revision || seen.State != trade.State || seen.Final != !file.IsOpen || seen.Facts.Money != trade.Money || seen.Facts.Stock != trade.Stock || seen.Facts.Delivery != trade.Delivery || seen.PendingSince is not null
                : trade.Intention is null)
            {
                world.Violate("I8", trade.Id, $"the view has revision {seen?.Revision} in {seen?.State} with {seen?.Facts.Money}, and the trade {trade.Revision} in {trade.State} with {trade.Money}");
            }
        }

        foreach (var id in world.Catalog.All)
        {
            var listing = world.Catalog.Listings[id];
            if (!world.Views.Listings.TryGetValue(id, out var seen) || seen.Revision != listing.Revision || seen.Available != listing.Units.Available || seen.Lent != listing.Units.Out || seen.Status != listing.Status)
            {
                world.Violate("I8", id, $"the view has revision {seen?.Revision}, and the listing {listing.Revision}");
            }

            if (!world.Trading.Copies.TryGetValue(id, out var copy) || copy.Revision != listing.Revision || copy.Available != listing.Units.Available)
            {
                world.Violate("I8", id, $"Trading's copy has revision {copy?.Revision}, and the listing {listing.Revision}");
            }
        }

        var accounts = new Dictionary<(Guid, string), long>();
        foreach (var (trade, posting) in world.Payments.Ledger)
        {
            foreach (var line in posting.Lines)
            {
                if (trade is { } of)
                {
                    accounts[(of, line.Name)] = accounts.GetValueOrDefault((of, line.Name)) + line.Amount;
                }
            }
        }

        foreach (var (account, amount) in accounts)
        {
            if (world.Views.Accounts.GetValueOrDefault(account) != amount)
            {
                world.Violate("I8", account.Item1, $"the view has {world.Views.Accounts.GetValueOrDefault(account)} in {account.Item2}, and the ledger {amount}");
            }
        }
    }

    /// <summary>I9: each move tells every party but the one whose command made it, by each of his channels once; an SMS tells him too.</summary>
    private static void CheckNotices(World world)
    {
        var told = new Dictionary<(Guid About, int Cause, string What, Guid Person, string Channel), int>();
        foreach (var notice in world.Notices.Told)
        {
            var key = (notice.Subject, notice.Cause, notice.What, notice.Person, notice.Channel);
            if ((told[key] = told.GetValueOrDefault(key) + 1) > 1)
            {
                world.Violate("I9", notice.Subject, $"{Names.Of(notice.Person)} was told of revision {notice.Cause} {told[key]} times by {notice.Channel}");
            }
        }

        var waited = world.Trading.Waited.ToHashSet();
        var due = 0;
        foreach (var file in world.Trading.Files)
        {
            foreach (var line in file.History)
            {
                if (line.Code is not null && waited.Any(one => one.Trade == file.Trade.Id && one.Revision == line.Revision))
                {
                    // The refusal of what somebody had stopped waiting for.
                    due++;
                }

                if (line.What == "moved")
                {
                    due += Due(world, told, waited, file, line);
                }
            }

            due += DueOfTransfers(world, told, file);
        }

        // Alarms are told besides, each once too.
        var ofTrades = world.Notices.Told.Count(notice => !notice.Facts.IsAlarm);
        if (ofTrades != due)
        {
            world.Violate("I9", default, $"{ofTrades} notices were told of trades, and {due} were due");
        }
    }

    /// <summary>What happens to a bank transfer tells both parties, by each of their channels.</summary>
    private static int DueOfTransfers(World world, Dictionary<(Guid About, int Cause, string What, Guid Person, string Channel), int> told, TradeFile file)
    {
        var due = 0;
        foreach (var (revision, news) in file.Transfers)
        {
            foreach (var (party, channels) in file.Kind.Tell)
            {
                var person = party == Party.Buyer ? file.Trade.Buyer.Id : file.Trade.Seller.Id;
                foreach (var channel in channels)
                {
                    due++;
                    if (!told.ContainsKey((file.Trade.Id, revision, news.What, person, Words.Of(channel))))
                    {
                        world.Violate("I9", file.Trade.Id, $"{Names.Of(person)} was not told of {news.What} by {Words.Of(channel)}");
                    }
                }
            }
        }

        return due;
    }

    private static int Due(World world, Dictionary<(Guid About, int Cause, string What, Guid Person, string Channel), int> told, HashSet<(Guid Trade, int Revision, Guid Person)> waited, TradeFile file, Trading.HistoryLine line)
    {
        var due = 0;
        foreach (var (party, channels) in file.Kind.Tell)
        {
            var person = party == Party.Buyer ? file.Trade.Buyer.Id : file.Trade.Seller.Id;
            foreach (var channel in channels)
            {
                // A no that was heard is the answering module's move, and tells him too who made the command.
                if (channel != Channel.Sms && line.Actor == Words.Of(party) && !waited.Contains((file.Trade.Id, line.Revision, person)))
                {
                    continue;
                }

                due++;
                if (!told.ContainsKey((file.Trade.Id, line.Revision, line.Do!, person, Words.Of(channel))))
                {
                    world.Violate("I9", file.Trade.Id, $"{Names.Of(person)} was not told of revision {line.Revision} by {Words.Of(channel)}");
                }
            }
        }

        return due;
    }

    /// <summary>I10: the books of the provider, the bank and the phone are those of the ledger and the notices, trade by trade.</summary>
    private static void CheckOutside(World world)
    {
        var cards = world.Payments.Cards.Book();
        var transfers = world.Payments.Bank.Sent();
        var buyers = new Dictionary<Guid, long>();
        var sellers = new Dictionary<Guid, long>();
        foreach (var (trade, posting) in world.Payments.Ledger)
        {
            foreach (var line in posting.Lines.Where(_ => trade is not null))
            {
                var book = line.Account == Account.BuyerOutside ? buyers : line.Account == Account.SellerOutside ? sellers : null;
                if (book is not null)
                {
                    book[trade!.Value] = book.GetValueOrDefault(trade.Value) + line.Amount;
                }
            }
        }

        var deposits = world.Payments.Bank.Deposits.ToLookup(deposit => world.Payments.Deposits.GetValueOrDefault(deposit.Id)?.Trade);
        foreach (var file in world.Trading.Files)
        {
            var id = file.Trade.Id;
            var text = id.ToString();
            var paidIn = deposits[id].Sum(deposit => deposit.Amount);
            var back = transfers.GetValueOrDefault(text) + deposits[id].Sum(deposit => transfers.GetValueOrDefault(deposit.Id.ToString()));
            var atProvider = cards.GetValueOrDefault(text);
            // The bank's transfers to the buyer and to the seller stand under the same trade.
            var toSeller = sellers.GetValueOrDefault(id);
            var outside = atProvider + paidIn - back + toSeller;
            if (outside != -buyers.GetValueOrDefault(id))
            {
                world.Violate("I10", id, $"the provider and the bank have {outside} of the buyer's, and the ledger {-buyers.GetValueOrDefault(id)}");
            }

            if (file.Trade.NotBegun && atProvider != 0)
            {
                world.Violate("I10", id, $"it was not begun, and {atProvider} is charged");
            }
        }

        foreach (var deposit in world.Payments.Bank.Deposits)
        {
            if (!world.Payments.Deposits.ContainsKey(deposit.Id))
            {
                world.Violate("I10", default, $"nobody has booked the deposit {Names.Of(deposit.Id)}");
            }
        }

        var sent = world.Notices.Told.Where(notice => notice.Status == Notices.Notice.Waiting).ToList();
        if (!world.Notices.Shown.SequenceEqual(sent))
        {
            world.Violate("I10", default, $"phones and mailboxes have shown {world.Notices.Shown.Count} notices, and {sent.Count} were told, or in another order");
        }
    }

    /// <summary>I2: every won that arrived for a trade is held, paid out, kept as the fee, refunded or sent back, and the trade says so.</summary>
    private static void CheckTransfers(World world, TradeFile file, Payment? payment)
    {
        if (payment is not { Means: Means.Deposit })
        {
            return;
        }

        var transfers = world.Payments.Deposits.Values.Where(transfer => transfer.Trade == payment.Trade).ToList();
        var (arrived, over) = (transfers.Sum(transfer => transfer.Amount), transfers.Sum(transfer => transfer.Rest));
        var back = transfers.Where(transfer => transfer.State is DepositState.SentBack or DepositState.Matched).Sum(transfer => transfer.Rest);
        var money = file.Trade.Money;
        if (money.Seen != payment.Seen || money.Over != over || money.SentBack != back)
        {
            world.Violate("I2", payment.Trade, $"it says {money.Seen} seen, {money.Over} over, {money.SentBack} sent back; seen is {payment.Seen}, over {over}, sent back {back}");
        }

        var accounted = money.Seen + money.Held + money.Refunding + money.Refunded + money.PayingOut + money.PaidOut + money.Over
            + (payment.Standing == Standing.PaidOut ? payment.Fee : 0);
        if (arrived != accounted)
        {
            world.Violate("I2", payment.Trade, $"{arrived} arrived for it, and {accounted} is accounted for: {money}");
        }
    }

    /// <summary>I2: of a trade that has ended, all that arrived by transfer was paid out, kept as the fee, or sent back, as the bank itself says.</summary>
    private static void CheckAllThatArrivedIsOut(World world, TradeFile file)
    {
        if (world.Payments.Payments.GetValueOrDefault(file.Trade.Id) is not { Means: Means.Deposit } payment)
        {
            return;
        }

        var ids = world.Payments.Deposits.Values.Where(transfer => transfer.Trade == payment.Trade).Select(transfer => transfer.Id).ToHashSet();
        var arrived = world.Payments.Bank.Deposits.Where(transfer => ids.Contains(transfer.Id)).Sum(transfer => transfer.Amount);
        var sent = world.Payments.Bank.Sent();
        var gone = sent.GetValueOrDefault(payment.Trade.ToString()) + ids.Sum(id => sent.GetValueOrDefault(id.ToString()));
        var fee = payment.Standing == Standing.PaidOut ? payment.Fee : 0;
        if (arrived != gone + fee)
        {
            world.Violate("I2", payment.Trade, $"it has ended in {file.Trade.State}: {arrived} arrived, {gone} was paid out or sent back, and the fee is {fee}");
        }
    }

    /// <summary>I2 and I3 as the parties read them: what a trade says of its money, stock and delivery is so.</summary>
    private static void CheckWhatTradesSay(World world)
    {
        var balances = Balances(world);
        foreach (var file in world.Trading.Files)
        {
            var trade = file.Trade;
            var escrow = balances.GetValueOrDefault((Account.Escrow, trade.Id));
            var payment = world.Payments.Payments.GetValueOrDefault(trade.Id);
            var refunded = payment?.Attempts.Where(attempt => attempt.Verb == "refund" && attempt.Came == Came.Yes).Sum(attempt => attempt.Amount) ?? 0;
            var paidOut = payment?.Attempts.Where(attempt => attempt.Verb == "pay-out" && attempt.Came == Came.Yes).Sum(attempt => attempt.Amount) ?? 0;
            var expected = payment?.Standing == Standing.Expected ? payment.Amount : 0;
            var money = trade.Money;
            CheckTransfers(world, file, payment);
            if (money.Held != escrow || money.Expected != expected || money.Refunding != 0 || money.PayingOut != 0 || money.Refunded != refunded || money.PaidOut != paidOut)
            {
                world.Violate("I2", trade.Id, $"it says held {money.Held}, expected {money.Expected}, refunding {money.Refunding}, refunded {money.Refunded}, paying out {money.PayingOut}, paid out {money.PaidOut}; held is {escrow}, expected {expected}, refunded {refunded}, paid out {paidOut}");
            }

            var has = world.Catalog.Allocations.TryGetValue(trade.Id, out var stock) ? stock.Has.Has : Has.Nothing;
            var says = trade.Stock switch { "taken" => Has.Taken, "sold" => Has.Sold, "written-off" => Has.WrittenOff, _ => Has.Nothing };
            if (has != says)
            {
                world.Violate("I3", trade.Id, $"it says its stock is {trade.Stock}, and it has {has}");
            }

            var parcel = world.Delivery.Of(trade.Id);
            var whereabouts = trade.Delivery switch { "under-way" => Whereabouts.UnderWay, "arrived" => Whereabouts.Arrived, _ => Whereabouts.None };
            if ((parcel == Whereabouts.Cancelled ? Whereabouts.None : parcel) != whereabouts)
            {
                world.Violate("I5", trade.Id, $"it says its delivery is {trade.Delivery}, and it is {Words.Of(parcel)}");
            }
        }
    }
}
