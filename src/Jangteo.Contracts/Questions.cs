using System.Text.Json.Serialization;

namespace Jangteo.Contracts;

/// <summary>
/// What a module asks of another, as a question (answered before a move) or as a request (carried out after it).
/// The key is (<see cref="Stream"/>, <see cref="Revision"/>, <see cref="Verb"/>): the same one twice has one effect. An undoing verb
/// undoes what its stream has from attempts up to its revision, and refuses such an attempt that arrives later.
/// </summary>
public sealed record Request
{
    /// <summary>The trade, or the listing for an alarm about a listing.</summary>
    public required Guid Stream { get; init; }

    /// <summary>The revision of the intention or move that asks.</summary>
    public required int Revision { get; init; }

    public required string Verb { get; init; }

    /// <summary>The module that asks and hears the answer.</summary>
    public required string Asker { get; init; }

    public required string Kind { get; init; }
    public required Guid Listing { get; init; }
    public required Guid Seller { get; init; }
    public Guid? Buyer { get; init; }

    /// <summary>The whole amount of the trade and the platform's part of it, in minor units.</summary>
    public long Amount { get; init; }
    public long Fee { get; init; }
    public required string Currency { get; init; }
    public int Quantity { get; init; } = 1;

    /// <summary>A token of the provider, never a card number.</summary>
    public string? Card { get; init; }
    public string? RefundAccount { get; init; }
    public string? Address { get; init; }

    /// <summary>For an alarm: what it is about, such as <c>listing-registered</c>.</summary>
    public string? Subject { get; init; }
    public string? Title { get; init; }

    /// <summary>Of a question: the correlation of what asks, so that what follows from it is found with it. A request carries it in its message.</summary>
    public Guid? Correlation { get; init; }

    public string Key => $"{Stream}/{Revision}/{Verb}";
}

/// <summary>The answer to a request, sent by <c>&lt;module&gt;.answered.v1</c> to who asked and to the views.</summary>
/// <param name="Event">One of the verb's answers, such as <c>stock-taken</c>, or an event of its own, such as <c>delivered</c>.</param>
/// <param name="Code">The refusal code of a "no".</param>
/// <param name="Amount">Money that moved, in minor units; 0 otherwise.</param>
public sealed record Answered(Guid Stream, int Revision, string Verb, string Event, string? Code = null, long Amount = 0);

/// <summary>The answer to a question.</summary>
[JsonDerivedType(typeof(Yes), "yes")]
[JsonDerivedType(typeof(No), "no")]
[JsonDerivedType(typeof(Unknown), "unknown")]
[JsonDerivedType(typeof(Unreachable), "unreachable")]
public abstract record Reply
{
    private Reply()
    {
    }

    /// <summary>It was done, now or at an earlier asking by the same key.</summary>
    public sealed record Yes(string Event, long Amount = 0) : Reply;

    /// <summary>It was not done, and never will be for this key.</summary>
    public sealed record No(string Event, string Code) : Reply;

    /// <summary>Nobody knows whether it was done: no answer came in time.</summary>
    public sealed record Unknown(string Why) : Reply;

    /// <summary>The module could not be reached: this asking surely did nothing.</summary>
    public sealed record Unreachable(TimeSpan RetryAfter, string Why) : Reply;
}

/// <summary>What a module answers directly (Req/Resp). The program supplies the module itself or a client of it; the asker cannot tell which.</summary>
public interface IQuestions
{
    /// <summary>Does what is asked, once per key, and answers the same each time.</summary>
    Task<Reply> Ask(Request question, CancellationToken ct);

    /// <summary>Ends the wait: answers Yes when it was done, or No <c>timed-out</c> when it was not, and from then on never will be.</summary>
    Task<Reply> Void(Request question, CancellationToken ct);

    /// <summary>
    /// Says that the module cannot be asked now, and why; null when it can. Changes nothing, so it may be asked before anything else is.
    /// </summary>
    Task<Reply.Unreachable?> Reach(CancellationToken ct) => Task.FromResult<Reply.Unreachable?>(null);
}

/// <summary>Catalog's answer about a listing that Trading has not heard of yet.</summary>
public interface IListings
{
    Task<ListingChanged?> Find(Guid listing, CancellationToken ct);
}

/// <summary>Trading's copy of the listings, by which trades start.</summary>
public interface IListingCopies
{
    /// <summary>
    /// Brings the copy up to a listing as it now is, ahead of the message that says the same: on return no trade starts by what the listing
    /// was before. An older revision than known changes nothing, so asking twice is harmless.
    /// </summary>
    /// <returns>False when Trading cannot be reached now; it hears of it by the message.</returns>
    Task<bool> Confirm(ListingChanged listing, CancellationToken ct);
}
