using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Pictures;
using Jangteo.Platform.Storing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Trading;

/// <summary>
/// POST /api/trades/{id}/dispute/pictures: a party adds a picture to the dispute about a trade, as the body of the request, as long as the
/// dispute is open. A file that the party has added already is not added again: the answer is the picture that was made of it.
/// </summary>
internal sealed class AddDisputePicture(
    [FromKeyedServices(Modules.Trading)] Storage storage, [FromKeyedServices(Modules.Trading)] Commands commands, Trades trades,
    KindVersions kinds, PictureEncoder encoder, Settings settings, TimeProvider machine)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost(
            "/api/trades/{id:guid}/dispute/pictures",
            (Guid id, HttpContext http, AddDisputePicture use, CancellationToken ct) => use.Handle(id, http, ct))
            .TakesPicture().WithName("addDisputePicture").WithTags("trades")
            .WithSummary($"Adds a picture to an open dispute: jpeg, png or webp of at most 2 MB, {Deciding.MostDisputePictures} per party.")
            .Produces<DisputePictureView>(200).Produces<DisputePictureView>(201);

    private async Task<Answer> Handle(Guid id, HttpContext http, CancellationToken ct)
    {
        using var span = Spans.Of(id, "add a picture to a dispute", correlation: Commands.CauseOf(http).Correlation);
        var caller = Caller.Required(http);
        var (given, hash) = await UploadedPicture.Read(http, ct);
        if (await commands.FindAnswered(http, hash, ct) is { } answered)
        {
            return answered;
        }

        // Decoding is what costs, so a picture that is refused now is not decoded. Under lock it is decided again.
        var before = await trades.Find(storage, id, ct);
        var party = Trades.RequireParty(before, caller);
        if (await storage.Find(DisputePicture.SelectSame(id, caller.Id, hash), DisputePicture.Read, ct) is { } known)
        {
            // It may have been added under this key a moment ago: then the answer is the one of then.
            var same = new Decided.Now(Answer.Ok(DisputePictureView.Of(known, before)));
            return await commands.Run(http, hash, (_, _, _) => Task.FromResult<Decided>(same), ct);
        }

        var added = await storage.Find(PicturesOfPerson.Select(caller.Id, id), PicturesOfPerson.Read, ct);
        Decide(before, party, added!, bytes: 1, ActOf(party, caller, Commands.CauseOf(http)));
        var encoded = await encoder.Encode(given, hash, Asker.Of(http), Asker.AddressOf(http), ct);
        return await commands.Run(http, hash, (work, _, _) => Add(work, id, caller, hash, encoded, ct), ct);
    }

    private async Task<Decided> Add(Work work, Guid id, Caller caller, string hash, EncodedPicture encoded, CancellationToken ct)
    {
        var locked = await trades.Lock(work, id, ct);
        var trade = locked?.Trade;
        var party = Trades.RequireParty(trade, caller);
        PicturesOfPerson? added = null;
        DisputePicture? known = null;

        // One upload of a person at a time counts, so that two at once cannot both find room.
        await work.Read(
            ct,
            (StreamLocks.Take([("dispute-pictures", caller.Id)]), _ => { }
        ),
            (PicturesOfPerson.Select(caller.Id, id), row => added = PicturesOfPerson.Read(row)),
            (DisputePicture.SelectSame(id, caller.Id, hash), row => known = DisputePicture.Read(row)));
        if (known is not null)
        {
            return new Decided.Now(Answer.Ok(DisputePictureView.Of(known, trade)));
        }

        var happens = Decide(trade, party, added!, encoded.Size, ActOf(party, caller, work.Cause));
        trades.Store(work, kinds.Of(trade), happens);
        var picture = DisputePicture.Add(work, id, caller.Id, hash, encoded);
        return new Decided.Now(
            Answer.Created($"/api/trades/{id}/dispute/pictures/{picture.Id}", DisputePictureView.Of(picture, happens.Trade)));
    }

    /// <summary>What adding the picture does to the trade; refuses what must not be added.</summary>
    /// <param name="bytes">That the picture takes; 1 of one that is not encoded yet.</param>
    private Decision.Happens Decide(Trade trade, Party party, PicturesOfPerson added, long bytes, Act act)
    {
        var most = settings.Trading.DisputePictureSpacePerPerson;
        return Deciding.AddPicture(kinds.Of(trade), trade, party, added.Here, act) switch
        {
            Decision.Happens when added.Bytes + bytes > most =>
                throw new RefusedException(Refusal.Invalid("picture", Wrong.NoSpaceForDisputePictures(most >> 20))),
            Decision.Happens happens => happens,
            Decision.No no => throw new RefusedException(no.Refusal, trade.Kind),
            Decision.Waits waits => throw new RefusedException(waits.Refusal, trade.Kind),
            _ => throw new InvalidOperationException("There is no other decision."),
        };
    }

    private Act ActOf(Party party, Caller caller, Cause cause) =>
        new(Words.Of(party), caller.Id, storage.Clock.Now, machine.GetUtcNow(), cause.Correlation);
}
