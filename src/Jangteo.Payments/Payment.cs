using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Jangteo.Contracts;
using Answered = Jangteo.Contracts.Answered;

namespace Jangteo.Payments;

/// <summary>Where the money of a trade stands.</summary>
internal enum Standing
{
    /// <summary>Neither held nor expected: not yet, or no longer.</summary>
    Nothing,

    /// <summary>A bank deposit is expected.</summary>
    Expected,

    /// <summary>In escrow.</summary>
    Held,

    /// <summary>On its way to the seller, or there. Final.</summary>
    PaidOut,
}

/// <summary>How the buyer pays.</summary>
internal enum Means
{
    None,
    Card,
    Deposit,
}

/// <summary>How what was asked came out.</summary>
internal enum Came
{
    /// <summary>Booked; the provider or the bank has yet to do its part.</summary>
    Open,
    Yes,

    /// <summary>Not done, and never will be under this key.</summary>
    No,
}

/// <summary>One thing that was asked for a trade, by its key, and how it came out: a line of the pay log, and the memory that makes the same key twice one effect.</summary>
/// <param name="Event">The answer; while open, the answer that will be.</param>
/// <param name="Code">The refusal code of a no.</param>
/// <param name="Amount">Money that moves, in minor units.</param>
/// <param name="At">Business time of the latest change.</param>
internal sealed record Attempt(int Revision, string Verb, Came Came, string Event, string? Code, long Amount, DateTimeOffset At)
{
    public Answered Answer(Guid trade) => new(trade, Revision, Verb, Event, Code, Amount);

    /// <summary>What is answered to a question. A refund or pay-out that is booked is promised: the provider's part is ours.</summary>
    public Reply Reply() => Came switch
    {
        Came.No => new Reply.No(Event, Code!),
        Came.Open when Verb == Kinds.Verb.HoldPayment.Name => new Reply.Unknown("the card is being charged"),
        _ => new Reply.Yes(Event, Amount),
    };
}

/// <summary>The payment of one trade: what is held or expected now, and everything that was ever asked for it.</summary>
internal sealed record Payment(Guid Trade, string Asker, string Kind, Guid Listing, Guid Buyer, Guid Seller, string Currency)
{
    public Standing Standing { get; init; }

    public Means Means { get; init; }

    /// <summary>The revision of the attempt that holds or expects; 0 when nothing is.</summary>
    public int Since { get; init; }

    /// <summary>The revision of the attempt that confirmed the deposit now in escrow; 0 when none did.</summary>
    public int ConfirmedBy { get; init; }

    /// <summary>What is held, expected or was paid out, in minor units, with the fee.</summary>
    public long Amount { get; init; }

    /// <summary>The platform's part of it.</summary>
    public long Fee { get; init; }

    /// <summary>What the bank has seen of an expected deposit, in suspense.</summary>
    public long Seen { get; init; }

    /// <summary>What is still to come of an expected deposit.</summary>
    public long Missing => Standing == Standing.Expected ? Amount - Seen : 0;

    /// <summary>Attempts up to this revision are undone; one that arrives later is refused.</summary>
    public int UndoneUpTo { get; init; }

    /// <summary>Confirmations of a deposit up to this revision are undone.</summary>
    public int ReleasedUpTo { get; init; }

    /// <summary>What the buyer writes on the deposit.</summary>
    public string? Reference { get; init; }

    /// <summary>Where a deposit goes back to.</summary>
    public string? RefundAccount { get; init; }

    public ImmutableArray<Attempt> Attempts { get; init; } = [];

    public MessageContext Context => new(Trade, Kind, Buyer, Seller, Listing);

    public static Payment Of(Request request) => new(
        request.Stream, request.Asker, request.Kind, request.Listing,
        request.Buyer ?? throw new ArgumentException($"{request.Key} names no buyer"), request.Seller, request.Currency);

    /// <summary>What came of this key, if it was ever asked.</summary>
    public Attempt? Find(int revision, string verb)
    {
        foreach (var attempt in Attempts)
        {
            if (attempt.Revision == revision && attempt.Verb == verb)
            {
                return attempt;
            }
        }

        return null;
    }

    /// <summary>The payment with this attempt in place of the one with the same key.</summary>
    public Payment With(Attempt attempt)
    {
        for (var index = 0; index < Attempts.Length; index++)
        {
            if (Attempts[index].Revision == attempt.Revision && Attempts[index].Verb == attempt.Verb)
            {
                return this with { Attempts = Attempts.SetItem(index, attempt) };
            }
        }

        return this with { Attempts = Attempts.Add(attempt) };
    }

    public string KeyOf(int revision, string verb) => string.Create(CultureInfo.InvariantCulture, $"{Trade}/{revision}/{verb}");
}

/// <summary>What a buyer writes on a deposit so that it is known for whose trade it is.</summary>
internal static class Reference
{
    // Crockford's alphabet: no I, L, O or U, which people take for other characters.
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Length = 12;

    private static readonly SearchValues<char> Letters = SearchValues.Create(Alphabet);

    /// <summary>Banks carry some 140 characters; a reference beyond this many letters is not looked for.</summary>
    private const int LongestText = 1000;

    // Full-width forms of what ASCII has from ! to ~, as East Asian banks print them.
    private const int FirstFullWidth = 0xFF01;
    private const int LastFullWidth = 0xFF5E;

    /// <summary>Twelve characters from the sixty random bits at the end of the trade's id.</summary>
    public static string Of(Guid trade)
    {
        Span<byte> bytes = stackalloc byte[16];
        trade.TryWriteBytes(bytes, bigEndian: true, out _);
        var bits = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        return string.Create(Length, bits, static (text, bits) =>
        {
            for (var index = text.Length - 1; index >= 0; index--, bits >>= 5)
            {
                text[index] = Alphabet[(int)(bits & 31)];
            }
        });
    }

    /// <summary>
    /// The trade that a text names: every reference in it is looked for, whatever stands around it. A reference has sixty random bits and
    /// is compared whole, so no other words are ever taken for one.
    /// </summary>
    /// <param name="trades">The trade of a reference, if there is one.</param>
    /// <returns>No trade when the text names none, or when it names several.</returns>
    public static (Guid? Trade, bool IsAmbiguous) Find(string written, Func<string, Guid?> trades)
    {
        var named = In(written).Select(trades).OfType<Guid>().Distinct().Take(2).ToList();
        return named.Count == 1 ? (named[0], false) : (null, named.Count > 1);
    }

    /// <summary>
    /// Everything in a text that may be a reference, as it was meant: any case and width, with or without hyphens and spaces.
    /// </summary>
    public static IReadOnlyList<string> In(string written)
    {
        var letters = Read(written);
        var found = new List<string>();
        for (var start = 0; start + Length <= letters.Length; start++)
        {
            if (letters.AsSpan(start, Length).IndexOfAnyExcept(Letters) < 0)
            {
                found.Add(letters.Substring(start, Length));
            }
        }

        return found;
    }

    /// <summary>
    /// The letters and figures of a text as they were meant: people and banks change case and width, add spaces and hyphens, and mistake
    /// letters for figures.
    /// </summary>
    public static string Read(string written)
    {
        var letters = new StringBuilder();
        foreach (var rune in written.EnumerateRunes())
        {
            var letter = rune.Value is >= FirstFullWidth and <= LastFullWidth ? new Rune(rune.Value - FirstFullWidth + '!') : rune;
            if (Rune.IsDigit(letter))
            {
                letters.Append((char)('0' + (int)Rune.GetNumericValue(letter)));
            }
            else if (letter.IsAscii && Rune.IsLetter(letter))
            {
                letters.Append(Rune.ToUpperInvariant(letter).Value switch { 'O' => '0', 'I' or 'L' => '1', var upper => (char)upper });
            }

            if (letters.Length > LongestText)
            {
                break;
            }
        }

        return letters.ToString();
    }
}
