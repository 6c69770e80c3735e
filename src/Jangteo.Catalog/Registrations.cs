using System.Collections.Immutable;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform;
using Jangteo.Platform.Http;
using Jangteo.Platform.Intending;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Jangteo.Catalog;

/// <summary>A registration: by whom it was asked for, and how it ended.</summary>
/// <param name="Revision">The revision of the listing that asks.</param>
/// <param name="IsFirst">The listing was made with it; false when a draft is tried again.</param>
/// <param name="Language">To answer in under the claim.</param>
/// <param name="Code">The refusal it ended with, or null.</param>
internal sealed record Registration(int Revision, bool IsFirst, string Language, Claim? Claim, string? Code = null, TimeSpan? RetryAfter = null)
{
    /// <summary>What is answered when it has not ended badly.</summary>
    public Answer Answer(Listing listing) =>
        listing.Status == Status.Registering ? Platform.Http.Answer.Accepted(ListingAnswer.Of(listing))
        : IsFirst ? Platform.Http.Answer.Created($"/api/listings/{listing.Id}", ListingAnswer.Of(listing))
        : Platform.Http.Answer.Ok(ListingAnswer.Of(listing));
}

/// <summary>Registrations that ask something before they count: stored, carried to their end, and answered, whoever dies in between.</summary>
internal sealed class Registrations : IIntend
{
    private readonly Storage storage;
    private readonly IServiceProvider services;
    private readonly Problems problems;
    private readonly Shelf shelf;
    private readonly Settings settings;
    private readonly TimeProvider machine;

    public Registrations(
        [FromKeyedServices(Modules.Catalog)] Storage storage, IServiceProvider services, Problems problems, Shelf shelf, Settings settings, TimeProvider machine,
        Faults faults, IntentionSettings patience, ILogger<Intentions> log)
    {
        (this.storage, this.services, this.problems, this.shelf, this.settings, this.machine) = (storage, services, problems, shelf, settings, machine);
        Intentions = new Intentions(storage, this, machine, faults, patience, log);
    }

    public Intentions Intentions { get; }

    public IQuestions Questions(string module) => services.GetRequiredKeyedService<IQuestions>(module);

    /// <summary>Stores one in the commit of its listing.</summary>
    public void Write(Work work, Listing listing, Registration registration, ImmutableArray<Verb> first)
    {
        var claim = registration.Claim;
        work.Write(
            "insert into registrations (listing, revision, verbs, since, correlation, causation, is_first, language, person, route, key) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            listing.Id, listing.Revision, first.Select(verb => verb.Name).ToArray(), machine.GetUtcNow(), work.Cause.Correlation, work.Cause.Causation, registration.IsFirst, registration.Language,
            claim?.Person, claim?.Route, claim?.Key);
        Intentions.WriteLease(work, listing.Id);
    }

    /// <summary>Carries it, and answers how it ended, or that it is still under way.</summary>
    public async Task<Answer> Wait(Listing listing, Registration registration, CancellationToken ct)
    {
        await Task.WhenAny(Intentions.Carry(listing.Id, registration.Revision), Task.Delay(settings.Trading.AnswerWithin, machine, ct));
        ct.ThrowIfCancellationRequested();
        var (now, ended) = await storage.Find(
            new Sql("select code, retry_after from registrations where listing = $1 and revision = $2 and settled_at is not null", listing.Id, registration.Revision),
            row => (listing, registration with { Code = row.IsDBNull(0) ? null : row.GetString(0), RetryAfter = row.IsDBNull(1) ? null : row.GetTimeSpan(1) }), ct);
        if (now is null)
        {
            return registration.Answer(listing);
        }

        now = (await storage.Find(Listing.Select(listing.Id), Listing.Read, ct))!;
        return AnswerTo(now, ended);
    }

    public async Task<OpenIntention?> Load(Guid stream, CancellationToken ct)
    {
        var found = await storage.Find(
            new Sql("select revision, verbs, since, correlation, causation from registrations where listing = $1 and settled_at is null", stream),
            row => (Revision: row.GetInt32(0), Verbs: row.GetFieldValue<string[]>(1), Since: row.GetFieldValue<DateTimeOffset>(2), Cause: new Cause(row.GetGuid(3), row.GetGuid(4))), ct);
        if (found.Verbs is null)
        {
            return null;
        }

        var listing = (await storage.Find(Listing.Select(stream), Listing.Read, ct))!;
        var questions = found.Verbs.Select(name => Verb.Find(name)!).Select(verb => (verb.Module, listing.Ask(verb, "listing-registered") with { Revision = found.Revision })).ToArray();
        return new OpenIntention(found.Revision, found.Since, questions, found.Cause);
    }

    public Task Settle(Guid stream, OpenIntention intention, Outcome outcome, CancellationToken ct) =>
        storage.Do(intention.Cause, async work =>
        {
            var listing = await work.Find(Listing.SelectForUpdate(stream), Listing.Read, ct);
            var registration = await work.Find(
                new Sql("select is_first, language, person, route, key from registrations where listing = $1 and revision = $2 and settled_at is null", stream, intention.Revision),
                row => new Registration(intention.Revision, row.GetBoolean(0), row.GetString(1), row.IsDBNull(2) || row.IsDBNull(4) ? null : new Claim(row.GetGuid(2), row.GetString(3), row.GetString(4))), ct);
            if (listing is null || registration is null || !await Intentions.MaySettle(work, stream, outcome, ct))
            {
                // Somebody else settled it, or will.
                return;
            }

            registration = outcome switch
            {
                Outcome.Refused no => registration with { Code = no.Code },
                Outcome.OutOfReach away => registration with { Code = Refusals.AlarmUnavailable, RetryAfter = away.RetryAfter },
                _ => registration,
            };
            listing = listing.Enter(registration.Code is null ? Status.Registered : Status.Draft, storage.Clock.Now);
            listing.Update(work);
            listing.Tell(work, listing.Status, storage.Clock.Now);
            if (registration.Code is null)
            {
                AskAfterwards(work, listing, shelf.Find(listing.Kind)?.Listing.Registered.Ask ?? []);
            }

            work.Write(
                "update registrations set settled_at = $3, code = $4, retry_after = $5 where listing = $1 and revision = $2",
                stream, intention.Revision, machine.GetUtcNow(), registration.Code, registration.RetryAfter);
            registration.Claim?.Write(work, AnswerTo(listing, registration));
            Intentions.WriteEnd(work, stream);
        }, ct);

    /// <summary>What a kind wants done once the listing is registered.</summary>
    public static void AskAfterwards(Work work, Listing listing, ImmutableArray<Verb> verbs)
    {
        foreach (var verb in verbs)
        {
            listing.Send(work, verb, "listing-registered");
        }
    }

    private Answer AnswerTo(Listing listing, Registration registration)
    {
        if (registration.Code is not { } code)
        {
            return registration.Answer(listing);
        }

        var refusal = new Refusal(code, RetryAfter: registration.RetryAfter, Facts: new Dictionary<string, object?> { ["listing"] = ListingAnswer.Of(listing) });
        return new Answer(refusal.Status, problems.Document(refusal, registration.Language, listing.Kind), RetryAfter: refusal.RetryAfter);
    }
}
