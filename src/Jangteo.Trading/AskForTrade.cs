using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Input;
using Jangteo.Platform.Time;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Jangteo.Trading;

/// <summary>POST /api/trades: a buyer begins a trade on a listing.</summary>
internal sealed class AskForTrade(
    [FromKeyedServices(Modules.Trading)] Commands commands,
    Shelf shelf, Trades trades, Answering answering, BusinessClock clock, TimeProvider machine, Settings settings, ListingCopies copies)
{
    private const int MostAttempts = 5;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/trades", (NewTrade body, HttpContext http, AskForTrade use, CancellationToken ct) => use.Handle(body, http, ct))
            .WithName("askForTrade").WithSummary("A buyer begins a trade.").WithTags("trades").Produces<TradeView>(201).Produces<TradeView>(202);

    private async Task<Answer> Handle(NewTrade body, HttpContext http, CancellationToken ct)
    {
        var isHeard = false;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await Run(body, http, isHeard, ct);
            }
            catch (UnheardListingException)
            {
                // Catalog's event has not arrived yet: a newcomer's first click after registering.
                isHeard = true;
                await copies.Refresh(body.Listing, ct);
            }
            catch (PostgresException twice) when (twice.ConstraintName == "trades_asked_once")
            {
                // Two requests of one buyer at once: the other one won, and its trade is found now, unless that one has ended and a third
                // one has won since.
                if (attempt == MostAttempts)
                {
                    throw new RefusedException(new Refusal(Refusals.InProgress, RetryAfter: TimeSpan.FromSeconds(1)));
                }
            }
        }
    }

    private async Task<Answer> Run(NewTrade body, HttpContext http, bool isHeard, CancellationToken ct)
    {
        var id = Ids.New();
        using var span = Spans.Of(id, "ask for a trade", correlation: Commands.CauseOf(http).Correlation);
        return await commands.Run(http, body, async (work, caller, claim) =>
        {
            var (listing, asked, isSellerSuspended, inVain) = await Trades.LockListing(
                work, body.Listing, caller.Id, machine.GetUtcNow(), ct);
            if (listing is null)
            {
                throw isHeard ? new RefusedException(new Refusal(Refusals.NotFound)) : new UnheardListingException();
            }

            var kind = shelf.Find(listing.Kind) ?? throw new RefusedException(new Refusal(Refusals.UnknownKind));
            if (asked is not null)
            {
                throw No(new Refusal(Refusals.AlreadyAsked, Facts: new Dictionary<string, object?> { ["trade"] = asked }));
            }

            if (isSellerSuspended)
            {
                throw No(new Refusal(Refusals.SellerSuspended));
            }

            if (inVain.Refuse(machine.GetUtcNow()) is { } tooMany)
            {
                throw No(tooMany);
            }

            var card = Cards.Read(kind.StartMove.First.Contains(Verb.HoldPayment), body.Card);
            var note = Asked.Text(body.Note, "note", TextRules.Note);
            var language = Problems.Language(http);
            var act = new Act(
                Words.Of(Party.Buyer), caller.Id, clock.Now, machine.GetUtcNow(), work.Cause.Correlation, card, note, claim, language);
            var terms = new Terms(body.Price, body.Quantity, body.Periods, body.Address, body.RefundAccount);
            switch (Deciding.Begin(kind, id, listing, caller.Ref, terms, settings.FeePermille, settings.Currency, act))
            {
                case Decision.Happens happens:
                    span?.SetTag("jangteo.kind", kind.Name);
                    trades.StoreNew(work, kind, happens, listing);
                    return answering.Of(happens, kind, new Subject(AgreedListing.Of(listing), listing), Party.Buyer, language);
                case Decision.No no:
                    throw No(no.Refusal);
                default:
                    throw new InvalidOperationException("A trade that has not begun waits for nothing.");
            }

            RefusedException No(Refusal refusal) => new(refusal, kind.Name);
        }, ct);
    }
}

/// <param name="Listing">What is asked for.</param>
/// <param name="Price">The price the buyer saw, in minor units; refused <c>price-changed</c> when it differs.</param>
/// <param name="Quantity">Units, where the kind counts them.</param>
/// <param name="Periods">Hours, days or months, where the kind's price is per such.</param>
/// <param name="RefundAccount">Where a bank transfer goes back to.</param>
/// <param name="Card">The provider's token for a card, never its number.</param>
public sealed record NewTrade(Guid Listing, long Price, int? Quantity = null, int? Periods = null, string? Address = null, string? RefundAccount = null, string? Card = null, string? Note = null);

/// <summary>Trading has not heard of the listing; Catalog may know it.</summary>
internal sealed class UnheardListingException : Exception;
