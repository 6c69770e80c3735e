namespace Jangteo.Identity;

/// <summary>How often something may guess a password.</summary>
/// <param name="Free">So many failures cost no time.</param>
/// <param name="FirstWait">How long the next guess waits after the last free failure; each further failure doubles it.</param>
/// <param name="LongestWait">The wait never gets longer, so every owner can sign in again.</param>
/// <param name="ForgivenEvery">One failure is forgiven in each such time.</param>
internal sealed record GuessLimit(int Free, TimeSpan FirstWait, TimeSpan LongestWait, TimeSpan ForgivenEvery);

/// <summary>What has been counted, as of its latest guess.</summary>
/// <param name="NextAt">No guess is evaluated before it.</param>
internal sealed record GuessCount(double Failures, DateTimeOffset Latest, DateTimeOffset NextAt);

/// <summary>How guesses slow down the guesses after them. Pure: times are machine time.</summary>
internal static class GuessRules
{
    /// <summary>
    /// Of one address, or one known device, at one account. About nine in the first minute, four an hour in the long run.
    /// </summary>
    public static readonly GuessLimit OneGuesser = new(Free: 5, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(15), TimeSpan.FromHours(1));

    /// <summary>Of all unknown devices together at one account. An owner on a new device waits five minutes at most for a turn.</summary>
    public static readonly GuessLimit Account = new(Free: 8, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10));

    /// <summary>Of one address at all accounts: one password tried on many people. Many people may share an address.</summary>
    public static readonly GuessLimit Address = new(Free: 40, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));

    /// <summary>The count with one more guess. It counts as a failure until <see cref="GiveBack"/> says that it was none.</summary>
    public static GuessCount Add(GuessLimit limit, GuessCount? before, DateTimeOffset now)
    {
        var failures = Remaining(limit, before, now) + 1;
        return new GuessCount(failures, now, now + Wait(limit, failures));
    }

    /// <summary>The count without a guess that turned out to be right, or that was never evaluated.</summary>
    public static GuessCount GiveBack(GuessLimit limit, GuessCount counted, DateTimeOffset now)
    {
        var failures = Math.Max(0, Remaining(limit, counted, now) - 1);
        return new GuessCount(failures, now, failures == 0 ? now : Earlier(counted.NextAt, now + Wait(limit, failures)));
    }

    /// <summary>When nothing of a count matters any more.</summary>
    public static DateTimeOffset ForgottenAt(GuessLimit limit, GuessCount count) =>
        count.Latest + (limit.ForgivenEvery * count.Failures) + limit.LongestWait;

    private static double Remaining(GuessLimit limit, GuessCount? count, DateTimeOffset now) =>
        count is null ? 0 : Math.Max(0, count.Failures - Math.Max(0, (now - count.Latest) / limit.ForgivenEvery));

    private static TimeSpan Wait(GuessLimit limit, double failures)
    {
        // Part of a failure has been forgiven as soon as any time has passed; it counts as a whole one until all of it is.
        var beyond = (int)Math.Ceiling(failures) - limit.Free;
        var longest = limit.LongestWait / limit.FirstWait;
        return beyond < 0 ? TimeSpan.Zero : limit.FirstWait * Math.Min(Math.Pow(2, beyond), longest);
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
