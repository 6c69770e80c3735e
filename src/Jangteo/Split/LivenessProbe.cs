using System.ComponentModel;
using System.Diagnostics;

namespace Jangteo.Split;

/// <summary>What a process answers that is asked whether it can still work.</summary>
internal enum LivenessAnswer
{
    /// <summary>It can.</summary>
    Live,

    /// <summary>It says that it has to be replaced.</summary>
    Troubled,

    /// <summary>It accepts no connections: it is starting, stopping or gone.</summary>
    NotListening,

    /// <summary>It accepts the question and says nothing in time: it is hung, or much too busy.</summary>
    Silent,
}

/// <summary>Asks a process on this machine for <c>/health/live</c>, as an orchestrator does.</summary>
internal static class LivenessProbe
{
    private static readonly HttpClient Asking = new() { Timeout = TimeSpan.FromSeconds(1.5) };

    /// <returns>The answer, and what is wrong if it is troubled.</returns>
    public static Task<(LivenessAnswer Answer, string Text)> Ask(int port, CancellationToken ct) => Ask($"http://127.0.0.1:{port}", ct);

    /// <inheritdoc cref="Ask(int, CancellationToken)"/>
    /// <param name="address">Where it listens.</param>
    public static async Task<(LivenessAnswer Answer, string Text)> Ask(string address, CancellationToken ct)
    {
        try
        {
            using var answer = await Asking.GetAsync(new Uri(new Uri(address), "/health/live"), ct);
            return answer.IsSuccessStatusCode ? (LivenessAnswer.Live, "")
                : (LivenessAnswer.Troubled, (await answer.Content.ReadFromJsonAsync<Health>(ct))?.Status ?? "");
        }
        catch (HttpRequestException)
        {
            return (LivenessAnswer.NotListening, "");
        }
        catch (OperationCanceledException)
        {
            return (ct.IsCancellationRequested ? LivenessAnswer.NotListening : LivenessAnswer.Silent, "");
        }
    }
}

/// <summary>
/// Tells a hung process from one that is only too busy to answer in time: one that hangs uses no processor. One that is silent for very
/// long is hung either way.
/// </summary>
/// <param name="used">Processor time that the process has used so far; null once it has ended.</param>
internal sealed class HangDetector(Func<TimeSpan?> used)
{
    private const int SilentInARow = 3;
    private const int SilentWhileBusy = 20;

    /// <summary>Of the time in which it was silent. A runtime that does nothing uses a thousandth; one that answers late, all it can get.</summary>
    private const double Idle = 0.02;

    private int silent;
    private TimeSpan? usedBefore = used();
    private long silentSince = TimeProvider.System.GetTimestamp();

    /// <summary>Watches a process of this machine, which may end at any moment.</summary>
    public static HangDetector Of(Process process) => new(() =>
    {
        try
        {
            return process.TotalProcessorTime;
        }
        catch (Exception ended) when (ended is InvalidOperationException or Win32Exception)
        {
            return null;
        }
    });

    /// <summary>Whether it is hung, after another answer.</summary>
    public bool Note(LivenessAnswer answer)
    {
        if (answer != LivenessAnswer.Silent)
        {
            silent = 0;
            (usedBefore, silentSince) = (used(), TimeProvider.System.GetTimestamp());
            return false;
        }

        silent++;
        return silent >= SilentWhileBusy
            || (silent >= SilentInARow && used() - usedBefore < Idle * TimeProvider.System.GetElapsedTime(silentSince));
    }
}

/// <summary>
/// Tells whether a process is to be sent requests. One that was ready and answers late stays ready, until it has been late several times in a
/// row, as with the probes of an orchestrator.
/// </summary>
internal sealed class Readiness
{
    private const int LateInARow = 3;

    private bool isReady;
    private int late;

    /// <summary>Whether it is ready, after another answer.</summary>
    /// <param name="answer">Null when none has come in time.</param>
    public bool Note(bool? answer)
    {
        late = answer is null ? late + 1 : 0;
        isReady = answer ?? (isReady && late < LateInARow);
        return isReady;
    }
}
