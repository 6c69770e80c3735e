using System.Net.Sockets;

namespace Jangteo.Payments.Providers;

/// <summary>The edge to the provider and the bank: a call that takes too long or breaks off is silence, which decides nothing.</summary>
internal static class Outside
{
    /// <summary>Shorter than a question may take, so that who asks hears that nobody knows.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    public static async Task<Says> Call(Func<CancellationToken, Task<Says>> call, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            return await call(limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return Says.Silent;
        }
        catch (Exception broken) when (broken is TimeoutException or IOException or SocketException or HttpRequestException or Npgsql.NpgsqlException)
        {
            return Says.Silent;
        }
    }
}
