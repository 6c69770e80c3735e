using System.Diagnostics;
using Jangteo.Contracts;

namespace Jangteo.Tests.Beds;

/// <summary>Asks modules as Trading does.</summary>
internal static class Agreeing
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Asks until it is known how it ended, which has to be by yes. On a slow machine a card provider may not answer in time; the same question
    /// is then asked again.
    /// </summary>
    public static async Task Agree(this IQuestions questions, Request question, CancellationToken ct)
    {
        var waited = Stopwatch.StartNew();
        var reply = await questions.Ask(question, ct);
        while (reply is Reply.Unknown or Reply.Unreachable && waited.Elapsed < Patience)
        {
            await Task.Delay(Pause, ct);
            reply = await questions.Ask(question, ct);
        }

        Assert.IsType<Reply.Yes>(reply);
    }
}
