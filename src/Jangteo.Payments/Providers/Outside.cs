using System.Net.Sockets;
using Jangteo.Kinds;
using Microsoft.Extensions.Logging;

namespace Jangteo.Payments.Providers;

/// <summary>What came of a call.</summary>
/// <param name="Problem">What was said, when it is not what was asked for.</param>
internal readonly record struct CallResult(Says Says, string? Problem = null)
{
    /// <summary>How the problem of a mismatch begins, by which it is known again.</summary>
    public const string MismatchedWord = "mismatched";

    private const int LongestProblem = 1000;

    public static bool IsMismatch(string? problem) => problem?.StartsWith(MismatchedWord, StringComparison.Ordinal) == true;

    /// <summary>The provider's part of the program failed in a way that it does not say: what was done is unknown.</summary>
    public static CallResult Failed(Exception fault)
    {
        // A column of text takes no NUL.
        var problem = $"{Words.Of(Says.Silent)}: {fault.GetType().Name}: {fault.Message.Replace("\0", "", StringComparison.Ordinal)}";
        return new CallResult(Says.Silent, problem.Length <= LongestProblem ? problem : problem[..LongestProblem]);
    }
}

/// <summary>
/// The edge to the provider and the bank. The result of a call that takes too long or fails, in whatever way, is unknown: it decides
/// nothing. A call that reports something other than what was asked for is a mismatch, which is never booked as success.
/// </summary>
internal static class Outside
{
    /// <summary>Shorter than the time-out of a question, so that the caller is told in time that the result is unknown.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    /// <summary>A book of many subjects takes longer than one call.</summary>
    private static readonly TimeSpan PatienceForReading = TimeSpan.FromSeconds(3);

    /// <summary>Reads something, and gives up where that takes too long.</summary>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public static async Task<T> Read<T>(Func<CancellationToken, Task<T>> call, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(PatienceForReading);
        try
        {
            return await call(limit.Token).WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new TimeoutException($"The provider or the bank did not answer within {PatienceForReading.TotalSeconds} s.");
        }
    }

    /// <param name="call">Makes the call.</param>
    /// <param name="wanted">What is asked for.</param>
    /// <param name="log">Gets the failures that no provider is expected to have.</param>
    /// <param name="ct">The end of the program.</param>
    public static async Task<CallResult> Call(
        Func<CancellationToken, Task<ProviderAnswer>> call, Receipt wanted, ILogger log, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            // Given up also where the provider's own client does not listen to the token.
            var answer = await call(limit.Token).WaitAsync(limit.Token);
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
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // Such as an answer that cannot be read: the call may have had its effect, and the next one is made by the same key.
            log.LogError(
                fault, "The call {Key} failed. Whether it had an effect is unknown; it is made again by the same key.", wanted.Reference);
            return CallResult.Failed(fault);
        }
    }
}
