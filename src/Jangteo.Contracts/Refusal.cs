using System.Collections.Frozen;

namespace Jangteo.Contracts;

/// <summary>A "no" of the business: a stable code for programs; the sentence for people is found by the code in the asker's language.</summary>
/// <param name="Code">One of <see cref="Refusals"/>.</param>
/// <param name="Detail">What is wrong here in particular; null when the code says it all.</param>
/// <param name="Fields">For <c>invalid</c> and <c>malformed</c>: what is wrong, by camelCase field or JSON path.</param>
/// <param name="RetryAfter">For 409 in-progress, 429 and 503: when trying again makes sense.</param>
/// <param name="Facts">Further members of the problem document, such as the trade as it now is.</param>
public sealed record Refusal(
    string Code,
    Detail? Detail = null,
    IReadOnlyDictionary<string, Wrong[]>? Fields = null,
    TimeSpan? RetryAfter = null,
    IReadOnlyDictionary<string, object?>? Facts = null)
{
    /// <summary>The HTTP status that belongs to the code.</summary>
    public int Status => Refusals.Status[Code];

    /// <summary>A refusal of one field.</summary>
    public static Refusal Invalid(string field, Wrong wrong) =>
        new(Refusals.Invalid, Fields: new Dictionary<string, Wrong[]> { [field] = [wrong] });
}

/// <summary>The closed list of refusal codes (CONTRACT, "Refusals"). Each has its sentence in every language among the engine's texts.</summary>
public static class Refusals
{
    public const string Malformed = "malformed";
    public const string Invalid = "invalid";
    public const string Unauthenticated = "unauthenticated";
    public const string NotYours = "not-yours";

    /// <summary>A command with a session's cookie that a page of another origin sent.</summary>
    public const string WrongOrigin = "wrong-origin";
    public const string NotFound = "not-found";
    public const string UnknownKind = "unknown-kind";
    public const string UnknownMove = "unknown-move";
    public const string NotNow = "not-now";
    public const string InProgress = "in-progress";
    public const string OwnListing = "own-listing";
    public const string AlreadyAsked = "already-asked";
    public const string PriceChanged = "price-changed";
    public const string SoldOut = "sold-out";
    public const string StockRefused = "stock-refused";
    public const string PaymentDeclined = "payment-declined";
    public const string DepositMissing = "deposit-missing";
    public const string DeliveryTooLate = "delivery-too-late";
    public const string TooLate = "too-late";
    public const string PictureQuota = "picture-quota";
    public const string TimedOut = "timed-out";
    public const string ListingInUse = "listing-in-use";
    public const string ListingWithdrawn = "listing-withdrawn";

    /// <summary>An operator cannot confirm or decline what they proposed themselves.</summary>
    public const string SecondOperator = "second-operator";

    /// <summary>Another act on the same thing waits for a second operator.</summary>
    public const string AlreadyProposed = "already-proposed";

    /// <summary>Money goes only to the account that it came from, or to one that its owner gave.</summary>
    public const string AccountNotGiven = "account-not-given";
    /// <summary>The person may not sign in until an operator restores them.</summary>
    public const string Suspended = "suspended";

    /// <summary>No trade begins on the listings of a person who is suspended.</summary>
    public const string SellerSuspended = "seller-suspended";

    /// <summary>An operator is suspended on the command line only.</summary>
    public const string IsOperator = "is-operator";

    public const string SandboxIsLocal = "sandbox-is-local";
    public const string UnknownHost = "unknown-host";
    public const string Stale = "stale";
    public const string TooLarge = "too-large";
    public const string KeyReused = "key-reused";
    public const string TooManyRequests = "too-many-requests";
    public const string Busy = "busy";
    public const string PaymentsUnavailable = "payments-unavailable";
    public const string CatalogUnavailable = "catalog-unavailable";
    public const string DeliveryUnavailable = "delivery-unavailable";
    public const string AlarmUnavailable = "alarm-unavailable";

    /// <summary>
    /// What we stand on, such as the database, does not answer now or has no room. Whether a command was done, its Idempotency-Key finds
    /// out.
    /// </summary>
    public const string Unavailable = "unavailable";

    /// <summary>A fault of ours: logged, and never part of a plan.</summary>
    public const string Internal = "internal";

    /// <summary>HTTP status by code.</summary>
    public static readonly FrozenDictionary<string, int> Status = new Dictionary<string, int>
    {
        [Malformed] = 400,
        [Invalid] = 422,
        [Unauthenticated] = 401,
        [NotYours] = 403,
        [WrongOrigin] = 403,
        [NotFound] = 404,
        [UnknownKind] = 404,
        [UnknownMove] = 404,
        [NotNow] = 409,
        [InProgress] = 409,
        [OwnListing] = 409,
        [AlreadyAsked] = 409,
        [PriceChanged] = 409,
        [SoldOut] = 409,
        [StockRefused] = 409,
        [PaymentDeclined] = 409,
        [DepositMissing] = 409,
        [DeliveryTooLate] = 409,
        [TooLate] = 409,
        [PictureQuota] = 409,
        [TimedOut] = 409,
        [ListingInUse] = 409,
        [ListingWithdrawn] = 409,
        [SecondOperator] = 403,
        [AlreadyProposed] = 409,
        [AccountNotGiven] = 409,
        [Suspended] = 403,
        [SellerSuspended] = 409,
        [IsOperator] = 409,
        [SandboxIsLocal] = 403,
        [UnknownHost] = 400,
        [Stale] = 412,
        [TooLarge] = 413,
        [KeyReused] = 422,
        [TooManyRequests] = 429,
        [Busy] = 503,
        [PaymentsUnavailable] = 503,
        [CatalogUnavailable] = 503,
        [DeliveryUnavailable] = 503,
        [AlarmUnavailable] = 503,
        [Unavailable] = 503,
        [Internal] = 500,
    }.ToFrozenDictionary();
}
