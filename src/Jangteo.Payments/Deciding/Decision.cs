using System.Collections.Immutable;
using Jangteo.Contracts;

namespace Jangteo.Payments.Deciding;

/// <summary>What follows: the payment as it then is, the answers to send, the journals to write, and what is to be done outside.</summary>
internal readonly record struct Decision(Payment Payment, ImmutableArray<Answered> Answers, ImmutableArray<Posting> Postings, ImmutableArray<Errand> Errands)
{
    /// <summary>Nothing is said, written or done.</summary>
    public static Decision Of(Payment payment) => new(payment, [], [], []);

    /// <summary>What has to be done outside is shown to operators from the beginning, with what the provider said.</summary>
    public Decision With(string? problem) => problem is null || Errands.IsEmpty ? this : this with { Errands = [.. Errands.Select(errand => errand with { Problem = problem })] };

    /// <summary>An attempt that is over: kept, and answered.</summary>
    public static Decision Answered(Payment payment, Attempt attempt) => new(payment.With(attempt), [attempt.Answer(payment.Trade)], [], []);
}

/// <summary>What was asked needs something that is not so: the table that asked is wrong (check K5). Parked, for people to see.</summary>
internal sealed class NeedUnmetException(string message) : Exception(message);
