using System.Diagnostics;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Payments.Deciding;
using Jangteo.Payments.Providers;
using Jangteo.Platform;
using Jangteo.Platform.Storing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jangteo.Payments;

/// <summary>
/// What is asked by question. A hold charges the card first, outside any transaction, and is then booked in one commit. No record is needed
/// before the charge: who asks asks again by the same key until it is answered or voided, and the provider charges once per key.
/// </summary>
internal sealed class AnswerQuestions(
    [FromKeyedServices(Modules.Payments)] Storage storage, ICardProvider provider, RunErrands errands, Faults faults,
    ILogger<AnswerQuestions> log) : IQuestions
{
    private static readonly TimeSpan ComeBackIn = TimeSpan.FromSeconds(5);

    public Task<Reply> Ask(Request question, CancellationToken ct) => question.Verb == Verb.HoldPayment.Name ? Hold(question, ct) : Book(question, Decide.Ask, ct);

    // The charge is voided by an errand, for ever if need be: the answer need not wait for the provider, because from this commit on the key is refused here.
    public Task<Reply> Void(Request question, CancellationToken ct) => Book(question, Decide.Void, ct);

    private async Task<Reply> Hold(Request question, CancellationToken ct)
    {
        var (says, problem) = question.Card is { } card ? await Charge(question, card, ct) : new CallResult(Says.Refused);
        faults.Reach(Faults.AfterCharge);
        if (says is Says.Done or Says.Refused or Says.Voided or Says.Mismatched)
        {
            return await Book(question, (payment, request, now) => Decide.Charged(payment, request, says, now).With(problem), ct);
        }

        // It may have been answered before: then the provider is not needed.
        var known = await Booking.Find(storage, question.Stream, ct);
        return known?.Find(question.Revision, question.Verb)?.Reply()
            ?? (says == Says.Silent ? new Reply.Unknown("the card provider did not answer in time") : new Reply.Unreachable(ComeBackIn, "the card provider cannot be reached"));
    }

    private async Task<CallResult> Charge(Request question, string card, CancellationToken ct)
    {
        using var span = Spans.Within("call the provider: charge", ActivityKind.Client);
        var result = await Outside.Call(
            token => provider.Charge(question.Key, card, question.Amount, token),
            new Receipt(question.Key, question.Amount, question.Currency), log, ct);
        span?.SetTag("jangteo.says", Words.Of(result.Says));
        return result;
    }

    private async Task<Reply> Book(Request question, Func<Payment?, Request, DateTimeOffset, Decision> decide, CancellationToken ct)
    {
        for (var again = false; ; again = true)
        {
            try
            {
                return await storage.Do(Cause.Of(question), async work =>
                {
                    var cause = work.Cause;
                    var booking = await Booking.Open(work, [question.Stream], storage.Clock.Now, ct);
                    var decision = decide(booking.Of(question.Stream), question, booking.Now);
                    booking.Take(decision, cause, replied: question);
                    booking.Write();
                    if (booking.HasErrands)
                    {
                        work.AfterCommit(errands.Bell.Ring);
                    }

                    return decision.Payment.Find(question.Revision, question.Verb)!.Reply();
                }, ct);
            }
            catch (PostgresException twice) when (twice.SqlState == PostgresErrorCodes.UniqueViolation && !again)
            {
                // The same question was asked twice at once, and the other was first to make the trade's row.
            }
        }
    }
}
