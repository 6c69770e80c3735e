namespace Jangteo.Kinds;

/// <summary>
/// One thing that happens to a trade: what a path of the checks is made of. The simulation and the tests play a path on the real engine by giving it
/// exactly these happenings in this order, and nothing else.
/// </summary>
public abstract record Step
{
    /// <summary>The answer to a question whose module cannot be reached at all: it was certainly not done.</summary>
    public const string OutOfReach = "out-of-reach";

    private Step(string state) => State = state;

    /// <summary>The state of the trade afterwards; <see cref="Kind.Start"/> while it has not begun.</summary>
    public string State { get; }

    /// <summary>A party makes a move. When it asks questions first, this only opens its intention, and <see cref="Answered"/> steps follow.</summary>
    /// <param name="By">The party.</param>
    /// <param name="Do">The move.</param>
    /// <param name="AsksFirst">Whether its row has questions under <c>first</c>.</param>
    public sealed record Commanded(Party By, string Do, bool AsksFirst, string State) : Step(State)
    {
        public override string ToString() => $"{Words.Of(By)} {Do}";
    }

    /// <summary>The deadline of the state fires. When its row asks questions first, this only opens the intention.</summary>
    /// <param name="Do">The move.</param>
    /// <param name="After">How long after entering the state.</param>
    /// <param name="AsksFirst">Whether its row has questions under <c>first</c>.</param>
    public sealed record TimePassed(string Do, TimeSpan After, bool AsksFirst, string State) : Step(State)
    {
        public override string ToString() => $"{Words.Of(After)} later {Do}";
    }

    /// <summary>
    /// The next question of the open intention is settled. Its answer is the verb's yes, one of its noes, <see cref="Verb.TimedOut"/> (voided by its key: it
    /// never will be done), <see cref="OutOfReach"/>, or null: the module has not what the verb needs, and here the path ends (K5).
    /// </summary>
    /// <param name="Question">The verb.</param>
    /// <param name="Answer">See above.</param>
    /// <param name="Do">The row taken when this settles the intention: its own, or the one that hears the no. Null when it goes on or is refused.</param>
    public sealed record Answered(Verb Question, string? Answer, string? Do, string State) : Step(State)
    {
        public override string ToString() => $"{Question.Name}? {Answer ?? "impossible"}";
    }

    /// <summary>A module carries out the oldest request of this trade that it has, and its answer is under way. A null answer: it has not what the verb needs, and here the path ends (K5).</summary>
    /// <param name="Request">The verb.</param>
    /// <param name="Answer">One of the verb's answers, or null.</param>
    public sealed record CarriedOut(Verb Request, string? Answer, string State) : Step(State)
    {
        public override string ToString() => $"{Request.Module} {Request.Name}: {Answer ?? "impossible"}";
    }

    /// <summary>The trade hears an answer: the oldest from its module, or of Payments' answers the oldest of this name.</summary>
    /// <param name="Module">The module.</param>
    /// <param name="Answer">The answer or event.</param>
    /// <param name="Do">The row it took, or null when no row hears it and it only goes into the history.</param>
    public sealed record Heard(string Module, string Answer, string? Do, string State) : Step(State)
    {
        public override string ToString() => $"hears {Answer}{(Do is null ? "" : $" {Do}")}";
    }

    /// <summary>A delivery under way arrives; <see cref="Verb.Delivered"/> is on its way to the trade.</summary>
    public sealed record Arrived(string State) : Step(State)
    {
        public override string ToString() => "it arrives";
    }

    /// <summary>Somebody else takes the last unit, or the seller withdraws the listing, and the trade hears it.</summary>
    /// <param name="Do">The row that hears it.</param>
    public sealed record SoldOut(string Do, string State) : Step(State)
    {
        public override string ToString() => $"sold-out {Do}";
    }
}
