using System.Net.Sockets;

namespace Jangteo.Payments.Providers;

/// <summary>What came of a call.</summary>
/// <param name="Problem">What was said, when it is not what was asked for.</param>
internal readonly record struct CallResult(Says Says, string? Problem = null)
{
    /// <summary>How the problem of a mismatch begins, by which it is known again.</summary>
    public const string MismatchedWord = "mismatched";

    public static bool IsMismatch(string? problem) => problem?.StartsWith(MismatchedWord, StringComparison.Ordinal) == true;
}

/// <summary>
/// The edge to the provider and the bank: a call that takes too long or breaks off is silence, which decides nothing, and one that says
/// that something else was done than was asked for is a mismatch, which is never booked as success.
/// </summary>
internal static class Outside
{
    /// <summary>Shorter than a question may take, so that who asks hears that nobody knows.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    /// <param name="call">Makes the call.</param>
    /// <param name="wanted">What is asked for.</param>
    /// <param name="ct">The end of the program.</param>
    public static async Task<CallResult> Call(Func<CancellationToken, Task<ProviderAnswer>> call, Receipt wanted, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            var answer = await call(limit.Token);
            return answer.Says == Says.Done && answer.Receipt != wanted
                ? new CallResult(Says.Mismatched, $"{CallResult.MismatchedWord}: {wanted} was asked for, and {answer.Receipt?.ToString() ?? "nothing"} is said to be done")
                : new CallResult(answer.Says);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new CallResult(Says.Silent);
        }
        catch (Exception broken) when (broken is TimeoutException or IOException or SocketException or HttpRequestException or Npgsql.NpgsqlException)
        {
            return new CallResult(Says.Silent);
        }
    }
}
