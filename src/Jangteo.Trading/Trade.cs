using System.Collections.Immutable;
using Jangteo.Contracts;
using Jangteo.Kinds;
using Jangteo.Platform.Http;

namespace Jangteo.Trading;

/// <summary>One buyer, one listing, one life from start to end. Price, amount and fee are frozen when it starts.</summary>
internal sealed record Trade
{
    public required Guid Id { get; init; }
    public required string Kind { get; init; }
    public required int Version { get; init; }
    public required string State { get; init; }

    /// <summary>Raised by one with every commit to the trade: a move, an intention, a refusal, an answer.</summary>
    public required int Revision { get; init; }

    /// <summary>Business time at which the state was entered.</summary>
    public required DateTimeOffset Since { get; init; }

    public required PersonRef Buyer { get; init; }
    public required PersonRef Seller { get; init; }
    public required ListingRef Listing { get; init; }
    public required int Quantity { get; init; }
    public required int Periods { get; init; }
    public required long Amount { get; init; }
    public required long Fee { get; init; }
    public required string Currency { get; init; }
    public string? Address { get; init; }

    /// <summary>How often the buyer has given another address.</summary>
    public int AddressChanges { get; init; }

    public string? RefundAccount { get; init; }

    /// <summary>A move that has begun to ask its questions and is not settled; until it is, the trade does nothing else.</summary>
    public TradeIntention? Intention { get; init; }

    /// <summary>A start that was refused: kept for the timeline, listed to nobody.</summary>
    public bool NotBegun { get; init; }

    /// <summary>Requests whose answer has not been heard, oldest first.</summary>
    public ImmutableArray<Unanswered> Unanswered { get; init; } = [];

    /// <summary>Where the money, the stock and the delivery are, as answers have told.</summary>
    public required Money Money { get; init; }

    /// <summary>
    /// The revision of the attempt by which a transfer is expected: what is told of an earlier one says nothing about it.
    /// </summary>
    public int ExpectedSince { get; init; }
    public string Stock { get; init; } = StockState.None;
    public string Delivery { get; init; } = DeliveryState.None;

    /// <summary>Whether it may still move, or is at its start.</summary>
    public bool IsOpen(Kind kind) => !NotBegun && !kind.IsFinal(State);

    /// <summary>What a person is to this trade; null when nothing. An operator who is a party is only that party.</summary>
    public Party? PartyOf(Guid person, bool isOperator) =>
        person == Buyer.Id ? Party.Buyer : person == Seller.Id ? Party.Seller : isOperator ? Party.Operator : null;

    public bool WaitsFor(string module) => Unanswered.Any(request => request.Module == module);

    public MessageContext Context => new(Id, Kind, Buyer.Id, Seller.Id, Listing.Id);
}

/// <param name="Revision">The revision of the commit that stored it: the middle of every question's key.</param>
/// <param name="Actor">buyer, seller, operator or time.</param>
/// <param name="Since">Machine time.</param>
/// <param name="Card">A token of the provider, never a card number.</param>
/// <param name="Claim">The Idempotency-Key under which the end is answered.</param>
/// <param name="Language">In which the end is answered.</param>
/// <param name="Otherwise">The row that time takes when a question is answered no.</param>
internal sealed record TradeIntention(
    int Revision, string Do, string Actor, Guid? Person, DateTimeOffset Since, string? Card, string? Reason, Claim? Claim, string Language,
    Guid Correlation,
    string? Otherwise = null);

/// <param name="Revision">Of the move that asked.</param>
internal sealed record Unanswered(int Revision, string Verb, string Module);

internal static class StockState
{
    public const string None = "none";
    public const string Taken = "taken";
    public const string Sold = "sold";
    public const string WrittenOff = "written-off";
}

internal static class DeliveryState
{
    public const string None = "none";
    public const string UnderWay = "under-way";
    public const string Arrived = "arrived";
    public const string Cancelled = "cancelled";
}

/// <summary>What the buyer gives at the start.</summary>
internal sealed record Terms(long Price, int? Quantity, int? Periods, string? Address, string? RefundAccount);

/// <summary>Who makes a command, and what with.</summary>
/// <param name="Now">Business time.</param>
/// <param name="Machine">Machine time.</param>
internal sealed record Act(
    string Actor, Guid? Person, DateTimeOffset Now, DateTimeOffset Machine, Guid Correlation = default, string? Card = null, string? Reason = null, Claim? Claim = null, string Language = "en")
{
    /// <summary>Time itself.</summary>
    public const string Time = "time";
}
