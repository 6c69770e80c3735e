namespace Jangteo.Simulation;

/// <summary>How badly a world treats what happens in it. Each world has its own: some faults show only where others are rare.</summary>
/// <param name="Lost">Messages that do not arrive, and are sent again from the log.</param>
/// <param name="Doubled">Messages that arrive twice.</param>
/// <param name="Late">Messages, questions and replies that take seconds instead of milliseconds.</param>
/// <param name="Dies">Whoever is at work dies, between any two of his steps.</param>
/// <param name="Sleeps">Who carries an intention sleeps, with its end in his hand.</param>
/// <param name="Silent">Questions, or their replies, that are lost on the way.</param>
/// <param name="Away">Questions that surely did not arrive.</param>
/// <param name="Outside">The provider or the bank does not answer in time, after the effect or before.</param>
/// <param name="Refused">The bank refuses a transfer: an account is closed, until somebody has seen to it.</param>
/// <param name="Down">That a module is switched off for a while.</param>
/// <param name="Killed">That everything a module is at work on dies at once.</param>
/// <param name="AskAgainFor">How long a question is asked again before it is voided: a setting.</param>
/// <param name="Lease">How long an open intention is left alone by others, in milliseconds: a setting.</param>
/// <param name="Bytes">Whether what is stored and sent is written and read again, as it is by the real program.</param>
internal sealed record Weather(double Lost, double Doubled, double Late, double Dies, double Sleeps, double Silent, double Away, double Outside, double Refused, double Down, double Killed, TimeSpan AskAgainFor, long Lease, bool Bytes)
{
    public static readonly Weather Calm = new(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, TimeSpan.FromSeconds(60), 5_000, false);

    /// <summary>Hardly a question is answered, and whoever carries one is slower than his lease.</summary>
    public static readonly Weather StormOfQuestions = Calm with { Sleeps = 0.5, Silent = 0.3, Away = 0.4, Dies = 0.02, Lease = 300 };

    public static Weather Of(Dice dice)
    {
        var bytes = dice.Below(48) == 0;
        if (dice.Below(10) == 0)
        {
            return Calm with { Bytes = bytes };
        }

        if (dice.Below(10) == 0)
        {
            return StormOfQuestions with { AskAgainFor = TimeSpan.FromSeconds(dice.Pick([5, 60])), Bytes = bytes };
        }

        return new Weather(Some(0.1), Some(0.2), Some(0.1), Some(0.04), Some(0.4), Some(0.15), Some(0.15), Some(0.3), Some(0.2), Some(0.02), Some(0.02), TimeSpan.FromSeconds(dice.Pick([1, 5, 60])), dice.Pick([500, 5_000]), bytes);

        double Some(double most) => dice.Below(3) == 0 ? 0 : most * dice.Between(1, 100) / 100;
    }
}
